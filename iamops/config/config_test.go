package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

const whole = `# what the operator wants
profile = "prod"
region = "eu-central-1"
endpoint-url = "http://127.0.0.1:4599"
max-age = "60d"
unused = "30d"
quiet = "1d12h"
watch-period = "7d"
no-color = true
ascii = true
tag = false
trail-regions = "ap-south-1"
trail-pages = 40
read-only = false
mfa-serial = "arn:aws:iam::123456789012:mfa/alice"

[audit]
owner-tags = ["owner", "team"]
purpose-tags = ["purpose"]

[[exempt]]
user = "break-glass-*"
reason = "sealed, tried twice a year"
until = 2026-12-31

[[exempt]]
user = "legacy"
reason = "gone with the old data centre"

[[target]]
user = "ci-*"
spec = "file:csv:/secure/ci.csv"
`

func TestEverythingIsRead(t *testing.T) {
	got, err := parse("config.toml", []byte(whole), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Path: "config.toml",
		Settings: []Setting{
			{"profile", "prod"}, {"region", "eu-central-1"}, {"endpoint-url", "http://127.0.0.1:4599"},
			{"max-age", "60d"}, {"unused", "30d"}, {"quiet", "36h"}, {"watch-period", "7d"},
			{"no-color", "true"}, {"ascii", "true"}, {"tag", "false"}, {"trail-regions", "ap-south-1"}, {"trail-pages", "40"}, {"read-only", "false"}, {"mfa-serial", "arn:aws:iam::123456789012:mfa/alice"},
		},
		OwnerTags: []string{"owner", "team"}, PurposeTags: []string{"purpose"},
		Exemptions: []Exemption{
			{User: "break-glass-*", Reason: "sealed, tried twice a year", Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
			{User: "legacy", Reason: "gone with the old data centre"},
		},
		Targets: []Target{{User: "ci-*", Spec: "file:csv:/secure/ci.csv"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%+v, want\n%+v", got, want)
	}
	if len(got.Settings) != len(settings) {
		t.Errorf("the text gives %d settings of %d", len(got.Settings), len(settings))
	}
	if value, given := got.Setting("max-age"); value != "60d" || !given {
		t.Errorf("max-age is %q, given %v", value, given)
	}
}

func TestWhatIsNotGivenIsNotSet(t *testing.T) {
	got, err := parse("config.toml", []byte("unused = \"30d\"\n"), nil)
	if err != nil || len(got.Settings) != 1 {
		t.Fatalf("read %+v, %v", got, err)
	}
	if _, given := got.Setting("max-age"); given {
		t.Error("max-age counts as given")
	}
}

func TestErrorsNameTheLineAndWhatIsValid(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want []string // a line of the error each: how it begins, and a part of the rest
	}{
		"misspelt":            {"\nmax-ages = \"90d\"", []string{`c.toml:2: unknown key "max-ages": valid are profile, region, | watch-period, no-color, ascii, tag, trail-regions, trail-pages, read-only, mfa-serial, audit, exempt`}},
		"another case":        {"Profile = \"prod\"", []string{`c.toml:1: unknown key "Profile"`}},
		"an unknown table":    {"profile = \"a\"\n[deliver]\nx = 1", []string{`c.toml:2: unknown key "deliver"`}},
		"in audit":            {"[audit]\n\nowner = \"x\"", []string{`c.toml:3: unknown key "owner" in audit: valid are owner-tags, purpose-tags`}},
		"dotted":              {"\naudit.owner = \"x\"", []string{`c.toml:2: unknown key "owner" in audit`}},
		"in an exemption":     {"[[exempt]]\nuser = \"a\"\nreason = \"b\"\nends = 1", []string{`c.toml:4: unknown key "ends" in exempt: valid are user, reason, until`}},
		"in an inline table":  {"exempt = [\n  {user = \"a\", reason = \"b\"},\n  {user = \"a\", reason = \"b\", ends = 1},\n]", []string{`c.toml:3: unknown key "ends" in exempt`}},
		"a table below":       {"[[exempt]]\nuser = \"a\"\nreason = \"b\"\n[exempt.of]\nx = 1", []string{`c.toml:1: unknown key "of" in exempt`}},
		"a flag twice":        {"profile = \"a\"\r\nprofile = \"b\"", []string{"c.toml:2: the file is not TOML: | profile"}},
		"no value":            {"\n\nprofile =", []string{"c.toml:3: the file is not TOML: "}},
		"not UTF-8":           {"profile = \"\xff\"", []string{"c.toml:1: the file is not TOML: "}},
		"a number for a text": {"\nprofile = 7", []string{"c.toml:2: profile: a text in quotes is wanted"}},
		"an empty text":       {"region = \" \"", []string{"c.toml:1: region: a text in quotes is wanted"}},
		"a bare period":       {"\n\nmax-age = 90", []string{"c.toml:3: max-age: a period in quotes is wanted | 90d"}},
		"a period of nothing": {"quiet = \"0d\"", []string{`c.toml:1: quiet: "0d" is no period: it has no length | 90d`}},
		"a quoted switch":     {"read-only = \"true\"", []string{"c.toml:1: read-only: true or false is wanted"}},
		"no URL":              {"endpoint-url = \"localhost:4599\"", []string{`c.toml:1: endpoint-url: "localhost:4599" is no endpoint | https://`}},
		"audit is no table":   {"audit = true", []string{"c.toml:1: audit is a table, [audit], | owner-tags, purpose-tags"}},
		"one tag name":        {"[audit]\nowner-tags = \"owner\"", []string{"c.toml:2: owner-tags: a list of tag names is wanted"}},
		"tags are no texts":   {"[audit]\npurpose-tags = [\n1]", []string{"c.toml:2: purpose-tags: a list of tag names is wanted"}},
		"exempt is a table":   {"\n[exempt]\nuser = \"a\"", []string{"c.toml:2: exempt is a list of tables, each [[exempt]] | user, reason, until"}},
		"exempt is a text":    {"exempt = [\"a\"]", []string{"c.toml:1: exempt is a list of tables"}},
		"no reason":           {"[[exempt]]\nuser = \"a\"\nreason = \"b\"\n\n[[exempt]]\nuser = \"c\"", []string{"c.toml:5: an exemption needs a reason"}},
		"an empty exemption":  {"\n[[exempt]]", []string{"c.toml:2: an exemption needs a user", "c.toml:2: an exemption needs a reason"}},
		"a bad pattern":       {"[[exempt]]\nuser = \"a[\"\nreason = \"b\"", []string{`c.toml:2: user: "a[" is no pattern: valid are`}},
		"a quoted date":       {"[[exempt]]\nuser = \"a\"\nreason = \"b\"\nuntil = \"2026-12-31\"", []string{"c.toml:4: until: | 2026-12-31"}},
		"no such day":         {"[[exempt]]\nuser = \"a\"\nreason = \"b\"\nuntil = 2026-02-31", []string{"c.toml:4: the file is not TOML: impossible date"}},
		"several": {"region = 1\n\n[audit]\nx = 1\n[[exempt]]\nuser = 1\nreason = \"b\"", []string{
			"c.toml:1: region: ", `c.toml:4: unknown key "x" in audit`, "c.toml:6: user: ",
		}},
		"a key that only looks alike": {"[audit]\nx = \"\"\"\nmax-ages = 1\n\"\"\"\n[[exempt]]\nuser = \"\"\"\n[[exempt]]\n\"\"\"", []string{
			`c.toml:2: unknown key "x"`, "c.toml:5: an exemption needs a reason",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parse("c.toml", []byte(tc.text), nil)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("read %+v, %v", got, err)
			}
			if !reflect.DeepEqual(got, Config{}) {
				t.Errorf("beside the error there is %+v", got)
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(tc.want) {
				t.Fatalf("the errors are\n%v\nwant %d", err, len(tc.want))
			}
			for i, want := range tc.want {
				begin, part, _ := strings.Cut(want, " | ")
				if !strings.HasPrefix(lines[i], begin) || !strings.Contains(lines[i], part) {
					t.Errorf("the error is\n%s\nwant\n%s", lines[i], want)
				}
			}
		})
	}
}

func TestPath(t *testing.T) {
	for _, tc := range []struct{ xdg, home, profile, want string }{
		{"", "/home/alice", "", "/home/alice/.config/keyturn/config.toml"},
		{"/etc/xdg", "/home/alice", "", "/etc/xdg/keyturn/config.toml"},
		{"relative", "/home/alice", "", "/home/alice/.config/keyturn/config.toml"},
		{"/etc/xdg", "", "", "/etc/xdg/keyturn/config.toml"},
		{"", "", "/users/alice", "/users/alice/.config/keyturn/config.toml"},
		{"", "/home/alice", "/users/alice", "/home/alice/.config/keyturn/config.toml"},
		{"", "", "", ""},
	} {
		variables := map[string]string{"XDG_CONFIG_HOME": tc.xdg, "HOME": tc.home, "USERPROFILE": tc.profile}
		env := func(name string) (string, bool) { return variables[name], variables[name] != "" }
		if got := Path(env); got != filepath.FromSlash(tc.want) {
			t.Errorf("with %+v the path is %q", tc, got)
		}
	}
}

func TestLoad(t *testing.T) {
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("good.toml", whole)
	if c, err := Load(good, nil); err != nil || c.Path != good || len(c.Exemptions) != 2 {
		t.Errorf("a good file gives %+v, %v", c, err)
	}
	for _, none := range []string{"", filepath.Join(folder, "none.toml"), filepath.Join(folder, "no", "folder.toml")} {
		if c, err := Load(none, nil); err != nil || !reflect.DeepEqual(c, Config{}) {
			t.Errorf("no file at %q gives %+v, %v", none, c, err)
		}
	}
	for _, bad := range []string{
		folder,
		file("bad.toml", "nothing"),
		file("huge.toml", strings.Repeat("#", maxSize)+"\n"),
	} {
		if _, err := Load(bad, nil); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s gives the error %v", bad, err)
		}
	}
}

// FuzzParse: no text crashes it, every error names a line that there is, and what
// is accepted is accepted as a flag's value too.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		whole, "", "exempt = [{user = \"a\", reason = \"b\"}]", "a.b.\"c.d\" = [[{e = 1}]]", "[exempt]\n", "[[exempt]]\n[[exempt]]\n",
		"[[exempt.of]]\n[[exempt.of]]\n", "until = 1979-05-27T07:32:00Z\n", "max-age = \"99999999999999999999d\"\n", "x = '''\n'''", "\"\" = 1",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parse("c.toml", text, nil)
		if err == nil {
			for _, s := range c.Settings {
				switch s.Name {
				case "max-age", "unused", "quiet", "watch-period":
					if p, err := ParsePeriod(s.Value); err != nil || p.String() != s.Value {
						t.Errorf("%s = %q is read back as %v, %v", s.Name, s.Value, p, err)
					}
				}
			}
			return
		}
		all := []error{err}
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			all = joined.Unwrap()
		}
		last := 1 + strings.Count(string(text), "\n")
		for _, one := range all {
			var e *Error
			if !errors.As(one, &e) || e.Line < 1 || e.Line > last {
				t.Errorf("the error of a text of %d lines is %v", last, one)
			}
		}
	})
}
