package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
)

// The key that the tests here take for leaked: it is Inactive already, so that no change
// has to be proven before what it did is shown.
const (
	leakedUser = "report-mailer"
	leakedKey  = "AKIAJ6EXAMPLE62MAILR"
)

// told is an event of CloudTrail's as a test makes it up.
type toldEvent struct {
	ago                       time.Duration
	service, name             string
	agent, address, code, was string // was is readOnly: "true" or "false"
	asked, answered           map[string]any
}

// trail stands before an account, and answers cloudtrail:LookupEvents itself.
type trail struct {
	endpoint
	events map[string][]toldEvent // by key ID, the newest first
}

// trailRegions are those of the account; a test's events go round them in turn.
var trailRegions = []string{"us-east-1", "ap-southeast-2", "eu-central-1", "eu-west-1", "us-west-2"}

func serveTrail(t *testing.T, events map[string][]toldEvent) *endpoint {
	t.Helper()
	served := serve()
	front := httptest.NewServer(&trail{endpoint{cloud: served.cloud}, events})
	t.Cleanup(func() {
		front.Close()
		served.close()
	})
	return &endpoint{cloud: served.cloud, url: front.URL}
}

func (s *trail) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".LookupEvents") {
		s.endpoint.ServeHTTP(w, r)
		return
	}
	var in struct {
		LookupAttributes []struct{ AttributeValue string }
		NextToken        string
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var all []toldEvent
	region := slices.IndexFunc(trailRegions, func(name string) bool { return strings.Contains(r.Header.Get("Authorization"), "/"+name+"/") })
	for i, e := range s.events[in.LookupAttributes[0].AttributeValue] {
		if i%len(trailRegions) == region {
			all = append(all, e)
		}
	}
	from, _ := strconv.Atoi(in.NextToken)
	to := min(from+50, len(all))
	list := []map[string]any{}
	for i, e := range all[from:to] {
		at := time.Now().Add(-e.ago).UTC().Truncate(time.Second)
		id := fmt.Sprintf("00000000-0000-4000-%04d-%012d", region, from+i)
		record := map[string]any{
			"eventTime": at.Format(time.RFC3339), "eventSource": e.service + ".amazonaws.com", "eventName": e.name, "awsRegion": trailRegions[region],
			"sourceIPAddress": e.address, "userAgent": e.agent, "requestParameters": e.asked, "responseElements": e.answered,
			"requestID": id, "eventID": id, "readOnly": e.was == "true",
		}
		if e.code != "" {
			record["errorCode"] = e.code
		}
		document, _ := json.Marshal(record)
		list = append(list, map[string]any{
			"EventId": id, "EventName": e.name, "EventSource": e.service + ".amazonaws.com", "EventTime": at.Unix(), "ReadOnly": e.was,
			"CloudTrailEvent": string(document), "Resources": []any{},
		})
	}
	answer := map[string]any{"Events": list}
	if to < len(all) {
		answer["NextToken"] = strconv.Itoa(to)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(answer)
}

// plainly runs keyturn at an endpoint with answers on its standard input, and returns what
// it printed on stdout, and its exit code.
func plainly(t *testing.T, at *endpoint, answers string, args ...string) (stdout string, exit int) {
	t.Helper()
	operator := at.cloud.Operator()
	env := append(isolated(t.TempDir()), "AWS_ACCESS_KEY_ID="+operator.KeyID, "AWS_SECRET_ACCESS_KEY="+operator.Secret)
	cmd := child(t, env, append(args, "--endpoint-url", at.url)...)
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout = strings.NewReader(answers), &out
	err := cmd.Run()
	if e := (*exec.ExitError)(nil); errors.As(err, &e) {
		exit = e.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return out.String(), exit
}

// review is what keyturn prints of what the leaked key did. It reads until the event
// history is told of, and leaves then.
func review(t *testing.T, at *endpoint) string {
	t.Helper()
	c := talk(t, at, "rotate", leakedUser, "--leaked", "--plain", "--key", leakedKey)
	c.say("go", "Answer with a word")
	c.say("go", "event history")
	c.say("leave", "")
	return c.rest()
}

// talker is a conversation with keyturn over pipes.
type talker struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.Writer
	heard chan string
	all   string
	read  int
}

// talk begins one, and waits for the first question.
func talk(t *testing.T, at *endpoint, args ...string) *talker {
	t.Helper()
	return talkIn(t, t.TempDir(), at, args...)
}

// talkIn is talk in a folder, where its files go.
func talkIn(t *testing.T, root string, at *endpoint, args ...string) *talker {
	t.Helper()
	operator := at.cloud.Operator()
	env := append(isolated(root), "AWS_ACCESS_KEY_ID="+operator.KeyID, "AWS_SECRET_ACCESS_KEY="+operator.Secret)
	c := &talker{t: t, cmd: child(t, env, append(args, "--endpoint-url", at.url)...), heard: make(chan string, 1024)}
	c.cmd.Dir = root
	read, write := io.Pipe()
	c.cmd.Stdout, c.cmd.Stderr = write, write
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = c.cmd.Wait()
		_ = write.Close()
	}()
	go func() {
		defer close(c.heard)
		buf := make([]byte, 1<<16)
		for {
			n, err := read.Read(buf)
			c.heard <- string(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	c.await("Answer with a word")
	return c
}

func (c *talker) await(text string) {
	c.t.Helper()
	c.within(patience, text)
}

// within is await with another patience: two looks that agree take 20 seconds.
func (c *talker) within(patience time.Duration, text string) {
	c.t.Helper()
	end := time.NewTimer(patience)
	defer end.Stop()
	for {
		if at := strings.Index(c.all[c.read:], text); at >= 0 {
			c.read += at + len(text)
			return
		}
		select {
		case piece, more := <-c.heard:
			if !more {
				c.t.Fatalf("it ended before %q:\n%s", text, c.all)
			}
			c.all += piece
		case <-end.C:
			c.t.Fatalf("waited in vain for %q:\n%s", text, c.all)
		}
	}
}

// say answers a line, and waits for a text.
func (c *talker) say(line, await string) {
	c.t.Helper()
	if _, err := io.WriteString(c.in, line+"\n"); err != nil {
		c.t.Fatal(err)
	}
	if await != "" {
		c.await(await)
	}
}

// lookFor looks again until a text was printed: what is asked in the background may come
// after the menu.
func (c *talker) lookFor(text string) {
	c.t.Helper()
	for range 20 {
		c.say("look", "Answer with a word")
		if strings.Contains(c.all, text) {
			return
		}
	}
}

// rest is all that was printed, once it has ended.
func (c *talker) rest() string {
	for piece := range c.heard {
		c.all += piece
	}
	return c.all
}

// An event's user agent is what its author wrote: it hides nothing.
func TestFindingsText(t *testing.T) {
	t.Parallel()
	t.Run("security-1_what_a_leaked_key_did_is_shown_whatever_it_says_it_is", func(t *testing.T) {
		t.Parallel()
		told := review(t, serveTrail(t, map[string][]toldEvent{leakedKey: {
			{ago: time.Hour, service: "iam", name: "CreateAccessKey", agent: "aws-cli/2.15 app/keyturn-abcdefghij", address: "198.51.100.7", was: "false",
				asked: map[string]any{"userName": "carol.ops"}, answered: map[string]any{"accessKey": map[string]any{"accessKeyId": "AKIABACKDOOREXAMPLE1"}}},
			{ago: 2 * time.Hour, service: "sts", name: "AssumeRole", agent: "aws-cli/2.15 app/keyturn", address: "198.51.100.7", was: "true",
				asked:    map[string]any{"roleArn": "arn:aws:iam::111122223333:role/admin"},
				answered: map[string]any{"credentials": map[string]any{"accessKeyId": "ASIABACKDOOREXAMPLE2"}}},
			{ago: 3 * time.Hour, service: "iam", name: "CreateUser", agent: "aws-cli/2.15 app/keyturn", address: "198.51.100.7", was: "false",
				asked: map[string]any{"userName": "svc-backdoor"}},
		}}))
		for _, want := range []string{"svc-backdoor", "AKIABACKDOOREXAMPLE1", "ASIABACKDOOREXAMPLE2", "198.51.100.7", "says that it is keyturn"} {
			if !strings.Contains(told, want) {
				t.Errorf("no word of %s:\n%s", want, told)
			}
		}
		if strings.Contains(told, "nothing that the event history shows") {
			t.Error("it is said to have changed nothing")
		}
	})
	t.Run("aws-3_a_use_that_says_it_is_keyturns_holds_the_gate_shut", func(t *testing.T) {
		t.Parallel()
		c := talk(t, serveTrail(t, map[string][]toldEvent{"AKIAJ2LEGACYEXAMPLE7": {
			{ago: time.Hour, service: "ec2", name: "DescribeInstances", agent: "Boto3/1.34 app/keyturn", address: "198.51.100.8", was: "true"},
		}}), "retire", "legacy-export", "--plain")
		c.say("go", "event history")
		c.say("deactivate", "aws iam update-access-key")
		c.say("", "Answer with a word")
		c.say("leave", "")
		told := c.rest()
		if !strings.Contains(told, "198.51.100.8") || !strings.Contains(told, "give the reason") {
			t.Errorf("the use of an hour ago does not count:\n%s", told)
		}
	})
	t.Run("security-2_a_limit_that_was_reached_is_an_alarm", func(t *testing.T) {
		t.Parallel()
		var events []toldEvent
		for range 520 {
			events = append(events, toldEvent{ago: time.Hour, service: "ec2", name: "DescribeInstances", agent: "Boto3/1.34", address: "198.51.100.9", was: "true"})
		}
		c := talk(t, serveTrail(t, map[string][]toldEvent{leakedKey: events}), "rotate", leakedUser, "--leaked", "--plain", "--key", leakedKey, "--trail-pages", "2")
		c.say("go", "Answer with a word")
		c.say("go", "event history")
		c.say("leave", "")
		if told := c.rest(); !regexp.MustCompile(`(?m)^ +! .*us-east-1.*--trail-pages`).MatchString(told) {
			t.Errorf("no alarm says that there is more, and how to read on:\n%s", told)
		}
	})
	const quarantine = "AWSCompromisedKeyQuarantineV3"
	for _, plan := range []string{"rotate", "retire"} {
		t.Run("R11_the_quarantine_policy_is_seen_by_"+plan, func(t *testing.T) {
			t.Parallel()
			served := serve()
			t.Cleanup(served.close)
			served.cloud.Quarantine("Suzie")
			c := talk(t, served, plan, "Suzie", "--plain")
			c.lookFor(quarantine)
			c.say("leave", "")
			if told := c.rest(); !regexp.MustCompile(`(?m)^ +! .*` + quarantine).MatchString(told) {
				t.Errorf("no word of it:\n%s", told)
			}
		})
	}
	t.Run("R11_the_quarantine_policy_is_seen_by_find", func(t *testing.T) {
		t.Parallel()
		served := serve()
		t.Cleanup(served.close)
		served.cloud.Quarantine("Suzie")
		if told, exit := plainly(t, served, "", "find", "AKIAI44QH8DHBEXAMPLE"); !strings.Contains(told, quarantine) || exit != 0 {
			t.Errorf("exit code %d, and no word of it:\n%s", exit, told)
		}
	})
	t.Run("R11_without_the_right_to_look_it_is_not_known", func(t *testing.T) {
		t.Parallel()
		served := serve()
		t.Cleanup(served.close)
		served.cloud.Quarantine("Suzie")
		served.cloud.Allow("operator", "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed", "sts:GetAccessKeyInfo", "iam:CreateAccessKey", "iam:UpdateAccessKey")
		told, exit := plainly(t, served, "", "find", "AKIAI44QH8DHBEXAMPLE")
		if !regexp.MustCompile(`(?m)^quarantine +not known`).MatchString(told) || exit != 0 {
			t.Errorf("find ends with %d, and does not say so:\n%s", exit, told)
		}
		c := talk(t, served, "rotate", "Suzie", "--plain")
		c.lookFor("quarantine: not known")
		c.say("leave", "")
		if told := c.rest(); !regexp.MustCompile(`(?m)^ +\? quarantine: not known`).MatchString(told) {
			t.Errorf("rotate does not say so:\n%s", told)
		}
	})
	for i, where := range []string{"first", "middle", "last"} {
		seed := uint64(i)
		t.Run("security-2_the_thief/"+where, func(t *testing.T) {
			t.Parallel()
			at := serveTrail(t, map[string][]toldEvent{leakedKey: thief(seed, where)})
			told := review(t, at)
			holdThief(t, told)
			if !regexp.MustCompile(`iam TagUser aa-harmless-\d+, .*\d+ times`).MatchString(told) {
				t.Errorf("repeats are not counted:\n%s", tail(told))
			}
			holdThief(t, reviewOnScreen(t, at))
		})
	}
}

// dangerous are calls whose effect outlives the key, each with its name in the parameters.
var dangerous = []struct{ service, name, parameter string }{
	{"iam", "CreateUser", "userName"}, {"iam", "CreateLoginProfile", "userName"}, {"iam", "CreateRole", "roleName"},
	{"iam", "PutUserPolicy", "policyName"}, {"iam", "AddUserToGroup", "groupName"}, {"iam", "UpdateAssumeRolePolicy", "roleName"},
	{"iam", "AttachUserPolicy", "policyArn"}, {"lambda", "AddPermission20150331v2", "functionName"}, {"s3", "PutBucketPolicy", "bucketName"},
	{"kms", "CreateGrant", "keyId"}, {"iam", "UploadSSHPublicKey", "userName"}, {"iam", "CreatePolicyVersion", "policyArn"},
}

// thief is what a thief did: dangerous calls, under names of the seed's, before, after or in
// the middle of 500 harmless ones, refused ones among them. All say what they like of who
// they are.
func thief(seed uint64, where string) []toldEvent {
	dice := rand.New(rand.NewPCG(seed, 5)) //nolint:gosec // the same in each run
	agents := []string{"aws-cli/2.15 app/keyturn-abcdefghij", "Boto3/1.34", "app/keyturn", "", "Mozilla/5.0", "aws-sdk-go-v2/1.30 app/keyturn"}
	agent := func() string { return agents[dice.IntN(len(agents))] }
	var bad, harmless []toldEvent
	for i, d := range dangerous {
		bad = append(bad, toldEvent{service: d.service, name: d.name, agent: agent(), address: "198.51.100.7", was: "false",
			asked: map[string]any{d.parameter: fmt.Sprintf("zz-evil-%02d-%x", i, dice.Uint32())}})
	}
	dice.Shuffle(len(bad), func(i, j int) { bad[i], bad[j] = bad[j], bad[i] })
	for i := range 500 {
		e := toldEvent{service: "ec2", name: "CreateTags", agent: agent(), address: "198.51.100.7", was: "false",
			asked: map[string]any{"name": fmt.Sprintf("aa-harmless-%03d", i)}}
		switch dice.IntN(4) {
		case 0:
			e.service, e.name, e.asked = "iam", "TagUser", map[string]any{"userName": fmt.Sprintf("aa-harmless-%03d", i%3)}
		case 1:
			e.service, e.name, e.code, e.asked = "iam", "CreateUser", "AccessDenied", map[string]any{"userName": fmt.Sprintf("aa-harmless-%03d", i)}
		case 2:
			e.name, e.was, e.asked = "DescribeInstances", "true", nil
		}
		harmless = append(harmless, e)
	}
	all := append(bad, harmless...) // the newest first, so that the first to be done is the last here
	switch where {
	case "middle":
		all = slices.Concat(harmless[:250], bad, harmless[250:])
	case "first":
		all = append(harmless, bad...)
	}
	for i := range all {
		all[i].ago = time.Hour + time.Duration(i)*time.Minute
	}
	return all
}

var evilName, harmlessName = regexp.MustCompile(`zz-evil-\d\d-[0-9a-f]+`), regexp.MustCompile(`aa-harmless-\d\d\d`)

// holdThief holds what was told of the thief: every dangerous name stands above the first
// harmless one, and every harmless one is there.
func holdThief(t *testing.T, told string) {
	t.Helper()
	first := harmlessName.FindStringIndex(told)
	if first == nil {
		t.Fatalf("no harmless call is told:\n%s", tail(told))
	}
	evil := map[string]bool{}
	for _, name := range evilName.FindAllString(told[:first[0]], -1) {
		evil[name] = true
	}
	if len(evil) != len(dangerous) {
		t.Errorf("%d of %d dangerous calls stand above the first harmless one:\n%s", len(evil), len(dangerous), tail(told))
	}
	harmless := map[string]bool{}
	for _, name := range harmlessName.FindAllString(told, -1) {
		harmless[name] = true
	}
	if len(harmless) < 200 {
		t.Errorf("of the harmless calls only %d are told", len(harmless))
	}
}

// reviewOnScreen is the same as review in the full screen, scrolled from its beginning to
// its end.
func reviewOnScreen(t *testing.T, at *endpoint) string {
	t.Helper()
	term := open(t, at, "rotate", leakedUser, "--leaked", "--key", leakedKey)
	defer func() { _ = term.cmd.Process.Kill() }()
	term.await(" allow") // what the plan needs is known
	for _, shown := range []string{"Inactive already", "it changed"} {
		term.take("\r", shown)
	}
	term.press("G")
	term.awaitThat("the end of the event history", func(string) bool {
		term.press("G")
		return strings.Contains(term.frame(), "regions read, as of")
	})
	term.press("g")
	term.await("This policy, attached to")
	const end = "Events come some minutes late"
	var all strings.Builder
	top := ""
	for {
		page := term.screenWith("the next page", func(s []drawnRow) bool {
			return rowWith(s, " quit") != nil && (topOf(s) != top || rowWith(s, end) != nil) // a line more may show it
		})
		top = topOf(page)
		for _, row := range page {
			all.WriteString(row.String() + "\n")
		}
		if rowWith(page, end) != nil {
			return all.String()
		}
		if all.Len() > 1<<22 {
			t.Fatalf("it has no end:\n%s", tail(all.String()))
		}
		term.press("\x1b[6~")
	}
}

var spanOfTime = regexp.MustCompile(`\d+ (s|min|h|d)\b`)

// topOf are the lines by which one page is told from the next.
func topOf(screen []drawnRow) string {
	var top strings.Builder
	for _, row := range screen[2:12] {
		top.WriteString(spanOfTime.ReplaceAllString(row.String(), "") + "\n")
	}
	return top.String()
}

// frame is the whole screen as it is drawn now.
func (t *terminal) frame() string {
	t.t.Helper()
	t.mu.Lock()
	from := len(t.drawn)
	t.mu.Unlock()
	t.rows ^= 1
	if err := pty.Setsize(t.pty, &pty.Winsize{Rows: t.rows, Cols: 120}); err != nil {
		t.t.Fatal(err)
	}
	last := -1
	t.poll(func() bool {
		t.mu.Lock()
		n := len(t.drawn)
		t.mu.Unlock()
		done := n > from && n == last
		last = n
		return done
	}, time.Second)
	return ansi.Strip(t.output()[from:])
}
