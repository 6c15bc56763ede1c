package cli_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// hostileText is what no answer of AWS's should do to a terminal, a note or a ticket. XML holds
// no ESC and no NUL; JSON does, and is given both.
const (
	hostileText = "zq7\u009b31m\u009d0;PWNED\u009c\nFAKE LINE\r\u202egnp\u200d\u2060\ufeff\u00ad\U000E0041\u2028@zq7team"
	hostileJSON = hostileText + "\x1b]52;c;cm0=\a\x1b]0;PWNED\a\x1b[2J\x1b[H\x7f"
)

// leaves stands before an account and appends hostile text to the leaves of every answer,
// which it finds by walking the answer.
type leaves struct {
	endpoint
	spare func(name, value string) bool // what the flow hangs on, in this pass

	mu    sync.Mutex
	names map[string]int
}

func (l *leaves) hurt(name, value, text string) string {
	if value == "" || l.spare(name, value) {
		return value
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.names[name]++
	return value + text
}

func (l *leaves) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := httptest.NewRecorder()
	l.cloud.ServeHTTP(rec, r)
	body := rec.Body.Bytes()
	switch kind := rec.Header().Get("Content-Type"); {
	case strings.Contains(kind, "xml"):
		body = l.walkXML(body)
	case strings.Contains(kind, "json"):
		var value any
		if json.Unmarshal(body, &value) == nil {
			body, _ = json.Marshal(l.walkJSON("", value))
		}
	}
	for name, values := range rec.Header() {
		w.Header()[name] = values
	}
	w.Header().Del("Content-Length")
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body)
}

func (l *leaves) walkXML(body []byte) []byte {
	var out bytes.Buffer
	in, to := xml.NewDecoder(bytes.NewReader(body)), xml.NewEncoder(&out)
	name := ""
	for {
		token, err := in.Token()
		if err != nil {
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			name = t.Name.Local
			t.Attr = nil
			token = t
		case xml.CharData:
			if text := string(t); strings.TrimSpace(text) != "" {
				token = xml.CharData(l.hurt(name, text, hostileText))
			}
		case xml.EndElement:
			name = ""
		}
		_ = to.EncodeToken(token)
	}
	_ = to.Flush()
	return out.Bytes()
}

func (l *leaves) walkJSON(name string, value any) any {
	switch v := value.(type) {
	case string:
		var nested any
		if strings.HasPrefix(v, "{") && json.Unmarshal([]byte(v), &nested) == nil {
			text, _ := json.Marshal(l.walkJSON(name, nested))
			return string(text)
		}
		return l.hurt(name, v, hostileJSON)
	case map[string]any:
		for key, item := range v {
			v[key] = l.walkJSON(key, item)
		}
	case []any:
		for i, item := range v {
			v[i] = l.walkJSON(name, item)
		}
	}
	return value
}

var (
	machineValue = regexp.MustCompile(`^(true|false|Active|Inactive|\d{12}|A[KS]IA[A-Z0-9]+|\d{4}-\d\d-\d\dT.*Z|[A-Za-z0-9+/=]{60,})$`)
	flowName     = regexp.MustCompile(`^(NextToken|Marker|Code|SecretAccessKey|SessionToken|eventTime|EventTime|RegionName|awsRegion|ReportFormat|State|Content|errorCode)$`)
)

// passes are what is spared in each: so that the flows get far, and that all is hit once.
var passes = map[string]func(name, value string) bool{
	"all_but_what_the_flow_needs": func(name, value string) bool {
		return flowName.MatchString(name) || machineValue.MatchString(value) || name == "UserName" || name == "userName"
	},
	"names_too": func(name, value string) bool { return flowName.MatchString(name) || machineValue.MatchString(value) },
	"errors_and_states": func(name, value string) bool {
		return name != "Code" && name != "Message" && name != "State" && name != "Status" && name != "RegionName" && name != "errorCode"
	},
	"everything": func(string, string) bool { return false },
}

// harmlessOut fails if a text holds what hostile leaves brought: control characters other than
// the line's end, marks of direction, and what is not seen. Where the screen is drawn, the
// program's own sequences begin with ESC.
func harmlessOut(t *testing.T, what, text string, screen bool) {
	t.Helper()
	if at := strings.Index(text, "PWNED"); at > 3 && strings.HasSuffix(text[:at], "\x1b]0;") {
		t.Errorf("%s sets the title: %q", what, text[max(0, at-60):at+10])
	}
	for at, r := range text {
		_, size := utf8.DecodeRuneInString(text[at:])
		own := r == '\n' || r == '\r' && (screen || strings.HasPrefix(text[at:], "\r\n")) || screen && strings.ContainsRune("\x1b\a\b\t", r)
		apart := r == '\u200b' && strings.HasSuffix(what, "markdown") // a mention that keyturn itself took apart
		if !own && !apart && (r == utf8.RuneError && size == 1 || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)) {
			t.Errorf("%s holds %U: %q", what, r, text[max(0, at-60):min(len(text), at+60)])
			return
		}
	}
	if strings.Contains(text, "\nFAKE LINE") {
		t.Errorf("%s has a line of the answer's", what)
	}
}

func TestFindingsTextLeaves(t *testing.T) {
	t.Parallel()
	for pass, spare := range passes {
		t.Run("security-3_"+pass, func(t *testing.T) {
			t.Parallel()
			served := serve()
			front := &leaves{endpoint: endpoint{cloud: served.cloud}, spare: spare, names: map[string]int{}}
			server := httptest.NewServer(front)
			t.Cleanup(func() {
				server.Close()
				served.close()
			})
			at := &endpoint{cloud: served.cloud, url: server.URL}
			root := t.TempDir()
			writeHostileJournal(t, root)
			operator := served.cloud.Operator()
			env := append(isolated(root), "AWS_ACCESS_KEY_ID="+operator.KeyID, "AWS_SECRET_ACCESS_KEY="+operator.Secret)
			seen := 0
			run := func(what, answers string, args ...string) {
				cmd := child(t, env, append(args, "--endpoint-url", at.url)...)
				var out, said bytes.Buffer
				cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(answers), &out, &said
				_ = cmd.Run() // how it ends is not what is asked here
				harmlessOut(t, what, out.String(), false)
				harmlessOut(t, what+", stderr", said.String(), false)
				seen += strings.Count(out.String()+said.String(), "zq7")
			}
			for _, format := range []string{"table", "json", "csv", "markdown"} {
				run("audit "+format, "", "audit", "--output", format)
			}
			run("find", "", "find", "AKIAI44QH8DHBEXAMPLE")
			run("status table", "", "status")
			run("status json", "", "status", "--output", "json")
			for _, format := range []string{"table", "json", "markdown"} {
				run("status --done "+format, "", "status", "--done", "--output", format)
			}
			run("rotate", "go\nlook\nback\nleave\n", "rotate", "billing-cron", "--plain")
			run("leaked", "go\ngo\nlook\nlook\nleave\n", "rotate", leakedUser, "--leaked", "--plain", "--key", leakedKey)
			term := openIn(t, lookKeyturn(t), root, env, "--endpoint-url", at.url)
			term.poll(func() bool { return strings.Contains(term.output(), "zq7") }, patience/12)
			term.press("\r")
			term.frame()
			_ = term.cmd.Process.Kill()
			harmlessOut(t, "the full screen", term.output(), true)
			seen += strings.Count(term.output(), "zq7")

			_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() && !strings.HasSuffix(path, ".jsonl") {
					text, _ := os.ReadFile(path) //nolint:gosec // a file of the test's
					harmlessOut(t, path, string(text), false)
				}
				return nil
			})
			front.mu.Lock()
			defer front.mu.Unlock()
			total := 0
			for _, n := range front.names {
				total += n
			}
			t.Logf("%d leaves of %d names were hostile; what they say was shown %d times", total, len(front.names), seen)
			if total < 20 || seen < 10 {
				t.Errorf("%d leaves, shown %d times: too few to prove anything", total, seen)
			}
		})
	}
}

// A rotation from Check to Done among hostile answers: what is said on the way, the hand-over
// note for the owner, and the summary for the ticket.
func TestFindingsTextLeavesFromCheckToDone(t *testing.T) {
	t.Parallel()
	t.Run("security-3_note_and_summary", func(t *testing.T) {
		t.Parallel()
		served := serve()
		spare := func(name, value string) bool { // the trial asks whose the key is, in the region of its last use
			return name == "Arn" || name == "Region" || passes["all_but_what_the_flow_needs"](name, value)
		}
		front := &leaves{endpoint: endpoint{cloud: served.cloud}, spare: spare, names: map[string]int{}}
		server := httptest.NewServer(front)
		t.Cleanup(func() {
			server.Close()
			served.close()
		})
		at, root := &endpoint{cloud: served.cloud, url: server.URL}, t.TempDir()
		folder := filepath.Join(root, "apps")
		place := filepath.Join(folder, "zq7\u009b31m\u202egnp\x1b[2J.env")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place, []byte("KEY="+keyOfSuzie+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c := talkIn(t, root, at, "rotate", suzie, "--plain")
		const again, reason = "Answer with a word", "give the reason"
		c.say("go", again)
		c.say("create", "Type yes")
		c.say("yes", "")
		c.within(3*patience, "It signs")
		c.say("stored", reason)
		c.say("only a test", "Type yes")
		c.say("yes", "5 of 5 regions read, as of")
		c.say("search "+folder, ".env")
		c.say("note 2026-12-24", "Written: ")
		c.say("go", again)
		c.say("deactivate", reason)
		c.say("only a test", "Type yes")
		c.say("yes", "Step 6")
		c.within(3*patience, again)
		served.cloud.Advance(8 * 24 * time.Hour)
		c.say("go", again)
		c.say("delete", reason)
		c.say("only a test", "To confirm")
		c.say(keyOfSuzie[len(keyOfSuzie)-4:], "")
		c.within(3*patience, "Done.")
		told := c.rest()
		harmlessOut(t, "rotate", told, false)
		said := map[string]int{"rotate": strings.Count(told, "zq7")}
		env := append(isolated(root), "AWS_ACCESS_KEY_ID="+at.cloud.Operator().KeyID, "AWS_SECRET_ACCESS_KEY="+at.cloud.Operator().Secret)
		for _, format := range []string{"table", "json", "markdown"} {
			text, _ := child(t, env, "status", "--done", "--output", format, "--endpoint-url", at.url).Output()
			harmlessOut(t, "the summary as "+format, string(text), false)
			said["the summary as "+format] = strings.Count(string(text), "zq7")
		}
		notes, _ := filepath.Glob(filepath.Join(root, "keyturn-*"))
		if len(notes) != 1 {
			t.Fatalf("notes: %v", notes)
		}
		note, _ := os.ReadFile(notes[0])
		harmlessOut(t, "the note, as markdown", string(note), false)
		said["the note"] = strings.Count(string(note), "zq7")
		for what, times := range said {
			if times == 0 && what != "the summary as table" {
				t.Errorf("%s shows nothing hostile, and so proves nothing", what)
			}
		}
		t.Logf("what the answers say was shown: %v", said)
	})
}

func lookKeyturn(t *testing.T) string {
	t.Helper()
	return child(t, nil).Path
}

// writeHostileJournal writes a journal of past and present rotations that says hostile things.
func writeHostileJournal(t *testing.T, root string) {
	t.Helper()
	dir := filepath.Join(root, "state", "keyturn")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	quoted := func(s string) string {
		text, _ := json.Marshal(s)
		return string(text)
	}
	var lines strings.Builder
	// Each record twice: in the form with a caller, and in the one that says where it led. What
	// keyturn can't read of it, it passes over.
	line := func(rotation, kind, more string) {
		user, by, key := quoted("Suzie"+hostileJSON), quoted("arn:aws:iam::111122223333:user/x"+hostileJSON), quoted("AKIA"+hostileJSON)
		head := func(version int) string {
			return fmt.Sprintf(`{"v":%d,"at":"2026-03-01T09:00:00Z","kind":%q,"rotation":%q,"account":"111122223333","partition":"aws","user":%s,"plan":"retire","step":"deactivate"`,
				version, kind, rotation, user)
		}
		fmt.Fprintf(&lines, "%s,\"caller\":%s,\"old_key_id\":%s%s}\n", head(1), by, key, more)
		fmt.Fprintf(&lines, `%s,"by":%s%s,"after":{"ID":%q,"Account":"111122223333","Partition":"aws","User":%s,"Plan":"retire","Step":"watch","Phase":"ready","Old":{"ID":%s,"InactiveSince":"2026-03-01T09:00:00Z"}}}`+"\n",
			head(2), by, more, rotation, user, key)
	}
	change := `,"change":"deactivate","key_id":` + quoted("AKIA"+hostileJSON)
	for _, rotation := range []string{"rot1", "rot2"} {
		line(rotation, "begun", "")
		line(rotation, "intent", change)
		line(rotation, "outcome", change+`,"effect":"done","request_id":`+quoted(hostileJSON))
		line(rotation, "changed", change+`,"effect":"done","request_id":`+quoted(hostileJSON))
		line(rotation, "decided", `,"decision":"make-change","overrides":["deactivation-unknown"],"against":["deactivation-unknown"],"reason":`+quoted("long ago"+hostileJSON))
	}
	line("rot1", "ended", "")
	if err := os.WriteFile(filepath.Join(dir, "aws-111122223333.jsonl"), []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A change of a kind that keyturn does not know is told, and ends nothing.
func TestFindingsTextB9(t *testing.T) {
	t.Parallel()
	t.Run("B9_status_--done_of_a_change_of_an_unknown_kind", func(t *testing.T) {
		t.Parallel()
		served := serve()
		t.Cleanup(served.close)
		root := t.TempDir()
		dir := filepath.Join(root, "state", "keyturn")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		const head = `{"v":1,"at":"2026-03-01T09:00:00Z","rotation":"rot1","account":"111122223333","partition":"aws","user":"Suzie","caller":"arn:aws:iam::111122223333:user/x","plan":"retire","step":"deactivate","old_key_id":"AKIAI44QH8DHBEXAMPLE"`
		one := strings.Replace(head, `"v":1`, `"v":2`, 1) + `,"after":{"ID":"rot1","User":"Suzie","Plan":"retire","Step":"done"}`
		text := one + `,"kind":"changed","change":"rename","key_id":"AKIAI44QH8DHBEXAMPLE","effect":"no effect"}` + "\n" + one + `,"kind":"ended"}` + "\n" +
			head + `,"kind":"intent","change":"rename","key_id":"AKIAI44QH8DHBEXAMPLE"}` + "\n" +
			head + `,"kind":"outcome","change":"rename","key_id":"AKIAI44QH8DHBEXAMPLE","effect":"no effect"}` + "\n" + head + `,"kind":"ended"}` + "\n"
		if err := os.WriteFile(filepath.Join(dir, "aws-111122223333.jsonl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		operator := served.cloud.Operator()
		env := append(isolated(root), "AWS_ACCESS_KEY_ID="+operator.KeyID, "AWS_SECRET_ACCESS_KEY="+operator.Secret)
		out, err := child(t, env, "status", "--done", "--output", "markdown", "--endpoint-url", served.url).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "rename") {
			t.Errorf("%v: %s", err, tail(string(out)))
		}
	})
}
