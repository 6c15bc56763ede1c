package evidence_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/evidence"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

const (
	oldID = "AKIAIOSFODNN7EXAMPLE"
	newID = "AKIAI44QH8DHBEXAMPLE"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

type clock struct{ at time.Time }

func (c *clock) Now() time.Time { return c.at }

// history is an event history in memory, two events a page.
type history struct {
	mu      sync.Mutex
	events  []iamops.Event // any order
	regions []string
	noList  error
	broken  map[string]error // by region
	asked   []time.Time      // the from of each first page
	calls   int
}

func (h *history) Regions(context.Context) ([]string, error) { return h.regions, h.noList }
func (h *history) HomeRegions() []string                     { return []string{"us-east-1"} }

func (h *history) Events(_ context.Context, region, keyID string, from time.Time, token string) ([]iamops.Event, string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls++
	if err := h.broken[region]; err != nil {
		return nil, "", err
	}
	if token == "" {
		h.asked = append(h.asked, from)
	}
	var mine []iamops.Event
	for _, e := range h.events {
		if e.Region == region && e.KeyID == keyID && !e.At.Before(from) {
			mine = append(mine, e)
		}
	}
	slices.SortFunc(mine, func(a, b iamops.Event) int { return b.At.Compare(a.At) })
	start := 0
	_, _ = fmt.Sscan(token, &start)
	end := min(start+2, len(mine))
	next := ""
	if end < len(mine) {
		next = fmt.Sprint(end)
	}
	return mine[start:end], next, nil
}

var serial int

func event(keyID string, ago time.Duration, call, address, agent string) iamops.Event {
	serial++
	service, name, _ := strings.Cut(call, " ")
	return iamops.Event{ID: fmt.Sprint(serial), At: noon.Add(-ago), Service: service, Name: name, Region: "eu-west-1", KeyID: keyID, Address: address, Agent: agent, ReadOnly: strings.HasPrefix(name, "Describe")}
}

const (
	boto = "Boto3/1.34.51 Python/3.11.6 Linux/5.10"
	cli  = "aws-cli/2.9.19 Python/3.11.2"
)

func run(t *testing.T, h *history) iamops.Evidence {
	t.Helper()
	s := evidence.New(h, &clock{noon})
	s.Run(t.Context(), oldID, newID, func(iamops.Evidence) {})
	return s.Evidence(oldID, newID)
}

func TestUsersOfAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := event(oldID, 3*time.Hour, "ec2 RunInstances", "10.0.0.1", boto)
		refused.Code = "UnauthorizedOperation"
		says := event(oldID, time.Minute, "iam ListAccessKeys", "10.0.0.9", "aws-sdk-go-v2/1.30 os/linux app/keyturn-abc")
		says.ReadOnly = true
		role := event(oldID, 5*time.Hour, "sts AssumeRole", "10.0.0.2", cli)
		role.Session = &iamops.Session{KeyID: "ASIA1", Role: "arn:aws:iam::1:role/deploy", Issued: role.At}
		created := event(oldID, 6*time.Hour, "iam CreateUser", "10.0.0.2", cli)
		created.Subject = "mallory"
		h := &history{regions: []string{"eu-west-1"}, events: []iamops.Event{
			event(oldID, 2*time.Hour, "ec2 DescribeInstances", "10.0.0.1", boto),
			event(oldID, 30*time.Hour, "ec2 DescribeInstances", "10.0.0.1", boto),
			event(oldID, 54*time.Hour, "ec2 DescribeInstances", "10.0.0.1", boto),
			refused, says, role, created,
			event(newID, time.Hour, "ec2 DescribeInstances", "10.0.0.1", boto),
			event(newID, time.Hour, "ec2 DescribeInstances", "10.0.0.9", "aws-sdk-go-v2/1.30 os/linux app/keyturn-abc"),
		}}
		e := run(t, h)
		if len(e.Old) != 3 || len(e.New) != 2 {
			t.Fatalf("old %+v, new %+v", e.Old, e.New)
		}
		if claims := e.Old[0]; !claims.SaysKeyturn || claims.Count != 1 || e.Moved(claims) {
			t.Errorf("it hides, or moves, for what it says of itself: %+v", claims)
		}
		e.Old = e.Old[1:]
		u := e.Old[0]
		if u.Agent != "boto3 1.34" || u.Count != 3 || u.Refused != 1 || u.Gap != 28*time.Hour || !u.Last.Equal(noon.Add(-2*time.Hour)) || u.Calls[0] != "ec2 DescribeInstances" {
			t.Errorf("user %+v", u)
		}
		if !e.Moved(u) || e.Moved(e.Old[1]) || len(e.Left()) != 1 {
			t.Errorf("left: %+v", e.Left())
		}
		if got := e.Old[1].Roles; len(got) != 1 || len(e.Sessions) != 1 || e.Sessions[0].KeyID != "ASIA1" {
			t.Errorf("roles %v, sessions %+v", got, e.Sessions)
		}
		if len(e.Made) != 2 || e.Made[0].Subject != "mallory" || !e.Made[0].Lasts || e.Made[1].Code == "" {
			t.Errorf("made %+v", e.Made)
		}
		if iamops.Rhythm(e.Old) != 28*time.Hour {
			t.Errorf("rhythm %v", iamops.Rhythm(e.Old))
		}
	})
}

func TestAFailingRegionIsNamedAndLeavesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &history{
			regions: []string{"eu-west-1", "us-east-1"}, broken: map[string]error{"us-east-1": &iamops.Problem{Kind: iamops.AccessDenied}},
			events: []iamops.Event{event(oldID, time.Hour, "ec2 DescribeInstances", "10.0.0.1", boto)},
		}
		e := run(t, h)
		if len(e.Old) != 1 || len(e.Looks) != 2 || !e.Looks[0].Done || e.Looks[1].Done || e.Looks[1].Problem == nil {
			t.Errorf("%+v", e)
		}
	})
}

func TestRegionsThatCannotBeListedAreGuessed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &history{noList: &iamops.Problem{Kind: iamops.AccessDenied}}
		s := evidence.New(h, &clock{noon}, "ap-south-1", "us-east-1", "")
		s.Run(t.Context(), oldID, "", func(iamops.Evidence) {})
		e := s.Evidence(oldID, "")
		if len(e.Looks) != 2 || e.Looks[0].Region != "ap-south-1" || e.Guessed == nil || !e.Looked() {
			t.Errorf("%+v", e)
		}
	})
}

func TestALaterRunAsksForWhatIsNewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &history{regions: []string{"eu-west-1"}, events: []iamops.Event{event(oldID, time.Minute, "ec2 DescribeInstances", "10.0.0.1", boto)}}
		c := &clock{noon}
		s := evidence.New(h, c)
		s.Run(t.Context(), oldID, "", func(iamops.Evidence) {})
		c.at = noon.Add(10 * time.Minute)
		h.events = append(h.events, event(oldID, -5*time.Minute, "ec2 DescribeInstances", "10.0.0.1", boto))
		s.Run(t.Context(), oldID, "", func(iamops.Evidence) {})
		if e := s.Evidence(oldID, ""); e.Old[0].Count != 2 {
			t.Errorf("counted %d: the overlap must not count twice", e.Old[0].Count)
		}
		if len(h.asked) != 2 || !h.asked[1].After(noon.Add(-time.Hour)) || h.asked[0].After(noon.Add(-89*24*time.Hour)) {
			t.Errorf("asked from %v", h.asked)
		}
	})
}

func TestMoreThanIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &history{regions: []string{"eu-west-1"}}
		for i := range 2*evidence.Pages + 1 {
			h.events = append(h.events, event(oldID, time.Duration(i)*time.Minute, "ec2 DescribeInstances", "10.0.0.1", boto))
		}
		e := run(t, h)
		if !e.Looks[0].More || e.Old[0].Count != 2*evidence.Pages {
			t.Errorf("%+v, counted %d", e.Looks[0], e.Old[0].Count)
		}
	})
}

// TestMoreIsReadWhereThatIsAskedFor: the bound is the operator's to move.
func TestMoreIsReadWhereThatIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &history{regions: []string{"eu-west-1"}}
		for i := range 2*evidence.Pages + 10 {
			h.events = append(h.events, event(oldID, time.Duration(i)*time.Minute, "ec2 DescribeInstances", "10.0.0.1", boto))
		}
		s := evidence.New(h, &clock{noon})
		s.MostPages = evidence.Pages + 5
		s.Run(t.Context(), oldID, "", func(iamops.Evidence) {})
		if e := s.Evidence(oldID, ""); e.Looks[0].More || e.Old[0].Count != 2*evidence.Pages+10 {
			t.Errorf("%+v, %d events", e.Looks, e.Old[0].Count)
		}
	})
}

// TestGatheringHasNoOrder: events in any order, some of them twice, make the same picture.
func TestGatheringHasNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var events []iamops.Event
		for range rapid.IntRange(1, 30).Draw(t, "events") {
			events = append(events, event(oldID, time.Duration(rapid.IntRange(0, 5000).Draw(t, "minutes"))*time.Minute,
				rapid.SampledFrom([]string{"ec2 DescribeInstances", "iam CreateUser", "s3 ListBuckets"}).Draw(t, "call"),
				rapid.SampledFrom([]string{"10.0.0.1", "10.0.0.2"}).Draw(t, "address"), rapid.SampledFrom([]string{boto, cli}).Draw(t, "agent")))
		}
		shuffled := append(rapid.Permutation(events).Draw(t, "order"), events[0])
		if a, b := evidence.Users(events), evidence.Users(shuffled); !reflect.DeepEqual(a, b) {
			t.Fatalf("%+v\n%+v", a, b)
		}
	})
}

func TestShortAgents(t *testing.T) {
	for agent, want := range map[string]string{
		boto: "boto3 1.34",
		cli:  "aws-cli 2.9",
		"APN/1.0 HashiCorp/1.0 Terraform/1.7.0 (+https://www.terraform.io) terraform-provider-aws/5.31.0": "terraform apn 1.0",
		"aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 app/billing":                                        "aws-sdk-go-v2 1.30 as billing",
		"grafana aws-sdk-go/1.51.31":   "grafana",
		"Mozilla/5.0 (X11)":            "a browser",
		"":                             "no user agent",
		strings.Repeat("é", 50) + " x": strings.Repeat("é", 40),
	} {
		if got := evidence.Short(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}

// TestAThousandEventsBehindTheLimit: 1,000 events in 3 regions, behind AWS's limit of 2
// calls a second and region, take no longer than the limit makes them, and no call is
// throttled.
func TestAThousandEventsBehindTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := faults.New(sandbox.Options{Seed: 1})
		op := cloud.Operator()
		a, err := account.At(t.Context(), account.Endpoint{URL: "http://sandbox.test", Region: "eu-west-1", KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret)},
			account.Options{HTTPClient: cloud.Client(), Clock: cloud})
		if err != nil {
			t.Fatal(err)
		}
		for i, region := range []string{"eu-west-1", "eu-central-1", "us-west-2"} {
			cloud.Run(sandbox.Workload{Name: region, KeyID: newID, Service: "ec2", Event: "DescribeInstances", Region: region, Every: time.Minute, Runs: 334 - i%2, From: "10.0.0.1", Agent: boto})
		}
		cloud.Configure(func(b *sandbox.Behavior) { b.TrailDelay = 0 })
		s := evidence.New(a, cloud)
		began := time.Now()
		steps := 0
		var mu sync.Mutex
		s.Run(t.Context(), newID, "", func(iamops.Evidence) { mu.Lock(); steps++; mu.Unlock() })
		took := time.Since(began)
		e := s.Evidence(newID, "")
		events := 0
		for _, u := range e.Old {
			events += u.Count
		}
		pages := 0
		for _, l := range e.Looks {
			if l.Problem != nil || !l.Done || l.More {
				t.Errorf("region %+v", l)
			}
			pages = max(pages, l.Pages)
		}
		if events < 1000 {
			t.Errorf("%d events", events)
		}
		least := time.Duration(pages-evidence.CallsPerSecond) * time.Second / evidence.CallsPerSecond
		if limit := least + least/20; took > limit {
			t.Errorf("took %v, the limit allows %v", took, least)
		}
		calls := 0
		for _, r := range cloud.Requests() {
			if r.Action == "cloudtrail:LookupEvents" {
				calls++
			}
		}
		if all := cloud.Sent("cloudtrail:LookupEvents"); steps < pages || all != calls || calls < 3*7 {
			t.Errorf("%d steps were told, %d calls", steps, calls)
		}
	})
}
