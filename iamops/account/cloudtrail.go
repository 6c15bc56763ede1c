package account

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"keyturn/iamops"
	"keyturn/iamops/clean"
)

// globalRegions are where the events of global services stand, by partition, and where
// those services are called.
var globalRegions = map[string]string{"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}

// HomeRegions are the regions in which there are likely events: the account's own, if one
// is configured, and the partition's region of global services.
func (a *Account) HomeRegions() []string {
	var regions []string
	if a.region != GlobalRegion {
		regions = append(regions, a.region)
	}
	if global := globalRegions[a.Info().Partition]; global != "" && global != a.region {
		regions = append(regions, global)
	}
	return regions
}

// Regions are the regions that the account has enabled (account:ListRegions). Its errors
// are Problems.
func (a *Account) Regions(ctx context.Context) ([]string, error) {
	const action = "account:ListRegions"
	region := a.region
	if region == GlobalRegion {
		region = globalRegions[a.Info().Partition]
	}
	in := &accountapi.ListRegionsInput{
		MaxResults: aws.Int32(50),
		RegionOptStatusContains: []accounttypes.RegionOptStatus{
			accounttypes.RegionOptStatusEnabled, accounttypes.RegionOptStatusEnabledByDefault,
		},
	}
	var regions []string
	for {
		out, err := get(ctx, a, action, region, a.accounts.in(region).ListRegions, in)
		if err != nil {
			return nil, err
		}
		for _, r := range out.Regions {
			regions = append(regions, text(r.RegionName))
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return regions, nil
		}
	}
}

// eventsPerPage is the most that cloudtrail:LookupEvents gives at once.
const eventsPerPage = 50

// Events is one page of the management events of a key in a region, from a time on, the
// newest first (cloudtrail:LookupEvents). The token is that of the page before, "" for the
// first; the returned one is "" after the last page. Of an event whose record can't be read,
// what CloudTrail says of it besides is told. Its errors are Problems.
func (a *Account) Events(
	ctx context.Context, region, keyID string, from time.Time, token string,
) (events []iamops.Event, next string, err error) {
	const action = "cloudtrail:LookupEvents"
	in := &cloudtrail.LookupEventsInput{
		MaxResults: aws.Int32(eventsPerPage),
		LookupAttributes: []types.LookupAttribute{{
			AttributeKey:   types.LookupAttributeKeyAccessKeyId,
			AttributeValue: aws.String(keyID),
		}},
	}
	if !from.IsZero() {
		in.StartTime = aws.Time(from)
	}
	if token != "" {
		in.NextToken = aws.String(token)
	}
	out, err := get(ctx, a, action, region, a.trails.in(region).LookupEvents, in)
	if err != nil {
		return nil, "", err
	}
	for _, e := range out.Events {
		event := parseEvent([]byte(aws.ToString(e.CloudTrailEvent)))
		event.ID, event.KeyID = aws.ToString(e.EventId), keyID
		fill(&event, e, region)
		events = append(events, event)
	}
	return events, aws.ToString(out.NextToken), nil
}

// fill completes an event by what CloudTrail says of it outside of its record.
func fill(event *iamops.Event, e types.Event, region string) {
	if event.At.IsZero() {
		event.At = aws.ToTime(e.EventTime).UTC()
	}
	if event.Name == "" {
		event.Name, event.ReadOnly = text(e.EventName), aws.ToString(e.ReadOnly) == "true"
	}
	if event.Service == "" {
		event.Service = serviceOf(aws.ToString(e.EventSource))
	}
	if event.Region == "" {
		event.Region = region
	}
	for _, r := range e.Resources {
		if event.Subject == "" {
			event.Subject = text(r.ResourceName)
		}
	}
}

// parseEvent reads a record of CloudTrail's, as far as it tells who did what (CloudTrail
// record contents). What it leaves out, or has in another type, is left empty.
func parseEvent(record []byte) iamops.Event {
	var r struct {
		EventTime, EventSource, EventName, AwsRegion, SourceIPAddress, UserAgent, ErrorCode, RequestID string

		ReadOnly          any
		RequestParameters map[string]any
		ResponseElements  struct {
			Credentials struct{ AccessKeyID, Expiration string }
			AccessKey   struct{ AccessKeyID string }
		}
	}
	_ = json.Unmarshal(record, &r) // an error leaves the rest as it could be read
	at, err := time.Parse(time.RFC3339, r.EventTime)
	if err != nil {
		at = time.Time{}
	}
	e := iamops.Event{
		At:       at.UTC(),
		Request:  r.RequestID,
		Name:     clean.Text(r.EventName),
		Service:  serviceOf(r.EventSource),
		Region:   clean.Text(r.AwsRegion),
		Address:  clean.Text(r.SourceIPAddress),
		Agent:    clean.Text(r.UserAgent),
		Code:     clean.Text(r.ErrorCode),
		ReadOnly: r.ReadOnly == true || r.ReadOnly == "true",
		Subject:  clean.Text(subjectOf(r.ResponseElements.AccessKey.AccessKeyID, r.RequestParameters)),
	}
	if id := r.ResponseElements.Credentials.AccessKeyID; id != "" {
		e.Session = &iamops.Session{
			KeyID: clean.Text(id), Role: clean.Text(textOf(r.RequestParameters, "roleArn")), Issued: e.At,
			Expires: expiration(r.ResponseElements.Credentials.Expiration),
		}
	}
	return e
}

func serviceOf(source string) string {
	service, _, _ := strings.Cut(clean.Text(source), ".")
	return service
}

// subjects are the parameters that name what a change is about, what it is done to first.
var subjects = []string{"accessKeyId", "policyArn", "policyName", "roleName", "groupName", "serialNumber", "userName"}

// subjectOf says what a change is about: the key that it made or another of its subjects,
// and of whom; with none of them, the first of its parameters that is a text.
func subjectOf(madeKeyID string, asked map[string]any) string {
	var parts []string
	if madeKeyID != "" {
		parts = append(parts, madeKeyID)
	}
	for _, name := range append(subjects, slices.Sorted(maps.Keys(asked))...) {
		text := textOf(asked, name)
		if text != "" && !slices.Contains(parts, text) && (len(parts) == 0 || slices.Contains(subjects, name)) {
			parts = append(parts, text)
		}
	}
	subject := strings.Join(parts, " of ")
	if status := textOf(asked, "status"); status != "" && status != subject {
		subject += " to " + status
	}
	return subject
}

func textOf(values map[string]any, name string) string {
	text, _ := values[name].(string)
	return text
}

// expiration reads the time that STS puts into its events, in either of its forms; zero if
// it is none.
func expiration(text string) time.Time {
	for _, layout := range []string{time.RFC3339, "Jan 2, 2006 3:04:05 PM", "Jan 2, 2006, 3:04:05 PM"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}
