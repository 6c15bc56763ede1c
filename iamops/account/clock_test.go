package account

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"keyturn/iamops"
)

// handClocks are this machine's two clocks, set by hand, and answers from AWS by a third.
type handClocks struct {
	*Clock
	wall, aws time.Time
	run       time.Duration
}

func newHandClocks(aws time.Duration) *handClocks {
	h := &handClocks{wall: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	h.aws = h.wall.Add(aws)
	h.Clock = newClock(func() reading { return reading{h.wall, h.run} })
	return h
}

// pass lets time pass for all three.
func (h *handClocks) pass(d time.Duration) {
	h.wall, h.aws, h.run = h.wall.Add(d), h.aws.Add(d), h.run+d
}

// hear is an answer with a Date to a call that was signed at a time.
func (h *handClocks) hear(address, service string, date, signed time.Time) {
	h.hearWith(address, service, signed, http.Header{"Date": {date.UTC().Format(http.TimeFormat)}})
}

// hearWith is an answer with these headers.
func (h *handClocks) hearWith(address, service string, signed time.Time, answer http.Header) {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	request := &http.Request{URL: u, Header: http.Header{}}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260302/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	request.Header.Set("X-Amz-Date", signed.UTC().Format("20060102T150405Z"))
	h.learn(request, answer, h.machine(), h.machine())
}

const (
	stsHost = "https://sts.eu-west-1.amazonaws.com/"
	iamHost = "https://iam.amazonaws.com/"
	days8   = 8 * 24 * time.Hour
)

func (h *handClocks) want(t *testing.T, want time.Time, drift iamops.Drift) {
	t.Helper()
	if got := h.Now(); want.Sub(got) > time.Second || want.Before(got) {
		t.Errorf("it is %v, not %v", got, want)
	}
	got := h.Drift()
	for _, d := range []*time.Duration{&got.Machine, &got.Services, &got.Doubtful} {
		*d = d.Round(time.Minute)
	}
	if got != drift {
		t.Errorf("drift %+v, want %+v", got, drift)
	}
}

func TestBeforeTheFirstAnswerNothingIsKnown(t *testing.T) {
	h := newHandClocks(days8)
	if h.Known() {
		t.Error("it is known")
	}
	h.want(t, h.wall, iamops.Drift{})
}

func TestAnEarlierTimeCountsAtOnce(t *testing.T) {
	h := newHandClocks(-days8)
	h.hear(stsHost, "sts", h.aws, h.aws)
	h.want(t, h.aws, iamops.Drift{Machine: days8, Earliest: "sts"})
	h.pass(time.Hour)
	h.want(t, h.aws, iamops.Drift{Machine: days8, Earliest: "sts"})
}

func TestALaterTimeNeedsTwoHostsThatAgree(t *testing.T) {
	h := newHandClocks(days8)
	h.hear(stsHost, "sts", h.aws, h.aws)
	h.want(t, h.wall, iamops.Drift{Earliest: "sts", Doubtful: days8, Claimant: "sts.eu-west-1.amazonaws.com"})
	h.hear(stsHost, "iam", h.aws, h.aws)
	if got := h.Now(); got.After(h.wall) {
		t.Errorf("two services of one host moved it to %v", got)
	}
	h.hear(iamHost, "iam", h.aws.Add(-time.Second), h.aws)
	h.want(t, h.aws.Add(-time.Second), iamops.Drift{Machine: -days8, Earliest: "iam"})
}

func TestADateBeyondItsSignatureIsNotBelieved(t *testing.T) {
	h := newHandClocks(0)
	for address, service := range map[string]string{stsHost: "sts", iamHost: "iam"} {
		h.hear(address, service, h.wall.Add(days8), h.wall) // a proxy's own Date
	}
	if got := h.Now(); got.After(h.wall) {
		t.Errorf("it is %v", got)
	}
	if d := h.Drift(); d.Doubtful != days8 || d.Machine != 0 {
		t.Errorf("drift %+v", d)
	}
}

func TestOfServicesTheEarliestCounts(t *testing.T) {
	h := newHandClocks(0)
	h.hear(stsHost, "sts", h.aws, h.aws)
	h.hear(iamHost, "iam", h.aws.Add(-time.Hour), h.aws)
	h.want(t, h.aws.Add(-time.Hour), iamops.Drift{Machine: time.Hour, Services: time.Hour, Earliest: "iam"})
}

func TestUnsignedAndUnreadableDatesTellNothing(t *testing.T) {
	h := newHandClocks(0)
	answer := http.Header{"Date": {h.aws.Format(http.TimeFormat)}}
	unsigned := &http.Request{URL: &url.URL{Host: "portal.sso.eu-west-1.amazonaws.com"}, Header: http.Header{}}
	h.learn(unsigned, answer, h.machine(), h.machine())
	h.hearWith(stsHost, "sts", h.aws, http.Header{"Date": {"yesterday"}})
	if h.Known() {
		t.Error("it is known")
	}
}

func TestTheSandboxesTimeCountsFromLoopbackAlone(t *testing.T) {
	h := newHandClocks(0)
	moved := http.Header{"Date": {h.aws.Format(http.TimeFormat)}}
	moved.Set(sandboxDate, h.wall.Add(days8).Format(http.TimeFormat))
	h.hearWith("http://127.0.0.1:4599/", "sts", h.aws, moved)
	h.want(t, h.wall.Add(days8), iamops.Drift{Earliest: "sts"})
	if got := h.Wire(); got.After(h.wall) {
		t.Errorf("the wire's time is %v", got)
	}
	h = newHandClocks(0)
	h.hearWith("https://iam.example.com/", "sts", h.aws, moved)
	h.want(t, h.wall, iamops.Drift{Earliest: "sts"})
}

// The sandbox is one account with one clock: when it was moved on, the answer of any of its
// services tells it for all.
func TestTheSandboxesClockIsMovedForAllServices(t *testing.T) {
	h := newHandClocks(0)
	hear := func(service string, account time.Time) {
		answer := http.Header{"Date": {h.aws.Format(http.TimeFormat)}}
		answer.Set(sandboxDate, account.Format(http.TimeFormat))
		h.hearWith("http://127.0.0.1:4599/", service, h.aws, answer)
	}
	for _, service := range []string{"sts", "iam", "cloudtrail"} {
		hear(service, h.wall)
	}
	hear("iam", h.wall.Add(days8))
	if now := h.Now(); !now.Equal(h.wall.Add(days8)) {
		t.Errorf("it is %v after the clock was moved to %v", now, h.wall.Add(days8))
	}
}

// Answers come late and carry whole seconds: time neither trembles nor goes back.
func TestTimeDoesNotTremble(t *testing.T) {
	h := newHandClocks(300 * time.Millisecond)
	last := time.Time{}
	for i := range 50 {
		h.hear(stsHost, "sts", h.aws, h.aws)
		now := h.Now()
		if now.Before(last) || now.After(h.aws) {
			t.Fatalf("answer %d: it is %v after %v, and %v at AWS", i, now, last, h.aws)
		}
		last = now
		h.pass(time.Duration(37+i) * time.Millisecond)
	}
}

// Somebody sets this machine's clock, or it sleeps: what was learned before does not count.
func TestAStepOfThisMachinesClockIsForgotten(t *testing.T) {
	h := newHandClocks(0)
	h.hear(stsHost, "sts", h.aws, h.aws)
	h.hear(iamHost, "iam", h.aws, h.aws)
	h.wall = h.wall.Add(days8)
	if got := h.Now(); got.After(h.aws) {
		t.Errorf("it is %v", got)
	}
	h.hear(iamHost, "iam", h.aws, h.aws)
	h.want(t, h.aws, iamops.Drift{Machine: days8, Earliest: "iam"})

	h = newHandClocks(0)
	h.hear(stsHost, "sts", h.aws, h.aws)
	h.wall, h.aws = h.wall.Add(time.Hour), h.aws.Add(time.Hour) // asleep
	h.hear(iamHost, "iam", h.aws, h.aws)
	h.want(t, h.aws, iamops.Drift{Earliest: "iam"})
}

// Services answer with whole seconds. What is asked for after one's answer is not before it
// because another's has come.
func TestAnotherServicesDateDoesNotPutTimeBack(t *testing.T) {
	h := newHandClocks(0)
	h.hear(stsHost, "sts", h.aws, h.wall)
	h.pass(1900 * time.Millisecond)
	before := h.Now()
	h.hear(iamHost, "iam", h.aws.Add(-time.Second), h.wall)
	if now := h.Now(); now.Before(before) {
		t.Errorf("%v, and then %v", before, now)
	}
	h.pass(2 * time.Second)
	if now := h.Now(); !now.After(before) {
		t.Errorf("it stands still at %v", now)
	}
}
