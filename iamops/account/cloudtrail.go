package account

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"keyturn/iamops"
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
	client := accountapi.NewFromConfig(a.in(region), func(o *accountapi.Options) {
		o.Retryer, o.RetryMaxAttempts = newPatience(), 0
		o.APIOptions = append(o.APIOptions, countAttempts)
		o.BaseEndpoint = a.endpoint(o.BaseEndpoint)
	})
	in := &accountapi.ListRegionsInput{MaxResults: aws.Int32(50), RegionOptStatusContains: []accounttypes.RegionOptStatus{
		accounttypes.RegionOptStatusEnabled, accounttypes.RegionOptStatusEnabledByDefault,
	}}
	var regions []string
	for {
		var out *accountapi.ListRegionsOutput
		err := a.readIn(ctx, action, region, func(ctx context.Context) (err error) {
			out, err = client.ListRegions(ctx, in)
			return err //nolint:wrapcheck // readIn sorts it
		})
		if err != nil {
			return nil, err
		}
		for _, r := range out.Regions {
			regions = append(regions, aws.ToString(r.RegionName))
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
// first; the returned one is "" after the last page. An event that can't be read is passed
// over. Its errors are Problems.
func (a *Account) Events(ctx context.Context, region, keyID string, from time.Time, token string) (events []iamops.Event, next string, err error) {
	const action = "cloudtrail:LookupEvents"
	client := cloudtrail.NewFromConfig(a.in(region), func(o *cloudtrail.Options) {
		o.Retryer, o.RetryMaxAttempts = newPatience(), 0
		o.APIOptions = append(o.APIOptions, countAttempts)
		o.BaseEndpoint = a.endpoint(o.BaseEndpoint)
	})
	in := &cloudtrail.LookupEventsInput{
		MaxResults:       aws.Int32(eventsPerPage),
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyAccessKeyId, AttributeValue: aws.String(keyID)}},
	}
	if !from.IsZero() {
		in.StartTime = aws.Time(from)
	}
	if token != "" {
		in.NextToken = aws.String(token)
	}
	var out *cloudtrail.LookupEventsOutput
	err = a.readIn(ctx, action, region, func(ctx context.Context) (err error) {
		out, err = client.LookupEvents(ctx, in)
		return err //nolint:wrapcheck // readIn sorts it
	})
	if err != nil {
		return nil, "", err
	}
	for _, e := range out.Events {
		event, readable := parseEvent([]byte(aws.ToString(e.CloudTrailEvent)))
		if !readable {
			continue
		}
		event.ID, event.KeyID = aws.ToString(e.EventId), keyID
		events = append(events, event)
	}
	return events, aws.ToString(out.NextToken), nil
}

// parseEvent reads a record of CloudTrail's, as far as it tells who did what (CloudTrail
// record contents).
func parseEvent(record []byte) (iamops.Event, bool) {
	var r struct {
		EventTime, EventSource, EventName, AwsRegion, SourceIPAddress, UserAgent, ErrorCode string

		ReadOnly          any
		RequestParameters struct {
			UserName, RoleName, AccessKeyID, PolicyName, RoleArn, GroupName string
		}
		ResponseElements struct {
			Credentials struct{ AccessKeyID, Expiration string }
			AccessKey   struct{ AccessKeyID string }
		}
	}
	// What CloudTrail leaves out, or has in another type, is left as it is.
	if err := json.Unmarshal(record, &r); err != nil && r.EventName == "" {
		return iamops.Event{}, false
	}
	at, err := time.Parse(time.RFC3339, r.EventTime)
	if err != nil {
		return iamops.Event{}, false
	}
	service, _, _ := strings.Cut(r.EventSource, ".")
	e := iamops.Event{
		At: at.UTC(), Name: r.EventName, Service: service, Region: r.AwsRegion, Address: r.SourceIPAddress, Agent: r.UserAgent,
		Code: r.ErrorCode, ReadOnly: r.ReadOnly == true || r.ReadOnly == "true",
	}
	for _, subject := range []string{
		r.ResponseElements.AccessKey.AccessKeyID, r.RequestParameters.AccessKeyID, r.RequestParameters.RoleName, r.RequestParameters.PolicyName,
		r.RequestParameters.GroupName, r.RequestParameters.UserName,
	} {
		if e.Subject == "" {
			e.Subject = subject
		}
	}
	if r.RequestParameters.UserName != "" && e.Subject != r.RequestParameters.UserName {
		e.Subject += " of " + r.RequestParameters.UserName
	}
	if id := r.ResponseElements.Credentials.AccessKeyID; id != "" {
		e.Session = &iamops.Session{KeyID: id, Role: r.RequestParameters.RoleArn, Issued: e.At, Expires: expiration(r.ResponseElements.Credentials.Expiration)}
	}
	return e, true
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
