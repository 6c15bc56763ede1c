package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// suzie has one key in the account.
const (
	suzie       = "Suzie"
	keyOfSuzie  = "AKIAI44QH8DHBEXAMPLE"
	madeUp      = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYq5+0vDTzLc"
	inOld       = "AKIAIOSFODNN7EXAMPLE" // what the files hold in its place
	toTheSecret = "go\nchange\nyes\n"
)

// credentialsCase is a credentials file with Suzie's key in it.
func credentialsCase(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "findings", "credentials", name+".in"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), inOld, keyOfSuzie)
}

// deliveries is an account, and a home whose credentials file holds a key of Suzie's. The
// operator signs by variables.
type deliveries struct {
	t      *testing.T
	served *endpoint
	root   string
	path   string // of the credentials file
	env    []string
}

func deliversTo(t *testing.T, credentials string) *deliveries {
	t.Helper()
	d := &deliveries{t: t, served: serve(), root: t.TempDir()}
	t.Cleanup(d.served.close)
	d.path = filepath.Join(d.root, "keys", "credentials")
	operator := d.served.cloud.Operator()
	d.env = append(isolated(d.root), "AWS_ACCESS_KEY_ID="+operator.KeyID, "AWS_SECRET_ACCESS_KEY="+operator.Secret,
		"AWS_REGION=eu-west-1", "AWS_SHARED_CREDENTIALS_FILE="+d.path)
	d.put(d.path, credentials)
	return d
}

func (d *deliveries) put(path, text string) {
	d.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d *deliveries) held() string {
	d.t.Helper()
	text, err := os.ReadFile(d.path)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

// rotate leads a rotation of Suzie's key by answers, and returns what was said.
func (d *deliveries) rotate(answers string) string {
	d.t.Helper()
	said, _ := runFor(d.t, d.env, answers, "rotate", suzie, "--plain", "--endpoint-url", d.served.url)
	return said
}

// deliver makes a new key, and delivers it to what was found.
func (d *deliveries) deliver() string {
	d.t.Helper()
	// A reason is asked for where nothing was delivered.
	return d.rotate(toTheSecret + "deliver\nyes\nstored\nyes\nyes\nleave\n")
}

// restore takes the delivery back, by the words of old and new.
func (d *deliveries) restore() string {
	d.t.Helper()
	return d.rotate("give-up\nyes\ndiscard\nyes\ntake-back\nyes\nrestore\nyes\nleave\n")
}

// runFor runs keyturn to its end, and returns what it said and its exit code.
func runFor(t *testing.T, env []string, stdin string, args ...string) (string, int) {
	t.Helper()
	cmd := child(t, env, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return said.String(), exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return said.String(), 0
}

func TestFindingsFiles(t *testing.T) {
	t.Parallel()
	t.Run("C5_lone_quote", loneQuote)
	t.Run("C6_mode_and_group", modeAndGroup)
	t.Run("C6_hard_link", hardLink)
	t.Run("C7_kept_name_taken", keptNameTaken)
	t.Run("C8_dangling_config", danglingConfig)
	t.Run("C8_one_file_for_both", oneFileForBoth)
	t.Run("C9_judged_in_Check", judgedInCheck)
	t.Run("C3_named_with_its_reason", namedWithItsReason)
	t.Run("B12_read_only_sweeps_nothing", readOnlySweepsNothing)
}

// A value that is one quote character ends no command in a stack of Go's.
func loneQuote(t *testing.T) {
	t.Parallel()
	for where, line := range map[string]int{"AWS_CONFIG_FILE": 4, "AWS_SHARED_CREDENTIALS_FILE": 5} {
		root := t.TempDir()
		served := serve()
		t.Cleanup(served.close)
		operator := served.cloud.Operator()
		path := filepath.Join(root, "odd")
		text := credentialsCase(t, "03-lone-quote-panics")
		if line == 5 {
			text = "# '\n" + strings.Replace(text, `region = "`, "region = ' # x", 1)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		env := append(isolated(root), "AWS_ACCESS_KEY_ID="+operator.KeyID, "AWS_SECRET_ACCESS_KEY="+operator.Secret,
			"AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL="+served.url, where+"="+path)
		for _, args := range [][]string{{"audit"}, {"status"}, {"find", keyOfSuzie}, {"rotate", suzie, "--plain"}} {
			said, code := runFor(t, env, "leave\n", args...)
			if strings.Contains(said, "goroutine") || strings.Contains(said, "panic") || strings.Contains(said, "0 keys") {
				t.Errorf("%v by %s: a raw panic: %.300s", args, where, said)
			}
			if code != 2 || !strings.Contains(said, fmt.Sprintf("%s, line %d", path, line)) {
				t.Errorf("%v by %s: exit code %d, without the file and its line %d: %.300s", args, where, code, line, said)
			}
		}
		screen := openIn(t, lookUp(t), root, env[len(env)-5:])
		named := func() bool {
			drawn := strings.Join(strings.Fields(ansi.Strip(screen.output())), "")
			return strings.Contains(drawn, fmt.Sprintf("line%d", line))
		}
		if !screen.poll(func() bool { return named() || len(screen.ended) > 0 }, screen.patience) || !named() {
			t.Errorf("by %s: the full screen does not name the line: %s %s", where, tail(ansi.Strip(screen.output())), screen.said.String())
		}
	}
}

func lookUp(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("keyturn")
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// The mode is the owner's: whoever reads the file by its group reads it all the way.
func modeAndGroup(t *testing.T) {
	t.Parallel()
	before := credentialsCase(t, "08-group-loses-the-file")
	d := deliversTo(t, before)
	if err := os.Chmod(d.path, 0o640); err != nil { //nolint:gosec // as people have it
		t.Fatal(err)
	}
	mode := func(when string) {
		t.Helper()
		info, err := os.Stat(d.path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o640 {
			t.Errorf("%s: mode %04o", when, info.Mode().Perm())
		}
	}
	said := d.deliver()
	if d.held() == before {
		t.Fatalf("nothing was delivered: %s", said)
	}
	mode("delivered")
	if !strings.Contains(said, "0640") || strings.Contains(said, "becomes 0600") {
		t.Errorf("the warning about the mode: %s", said)
	}
	said = d.restore()
	if d.held() != before {
		t.Errorf("it is not as it was: %s", said)
	}
	mode("restored")
}

// A file's other name keeps the old pair: that is said before.
func hardLink(t *testing.T) {
	t.Parallel()
	d := deliversTo(t, credentialsCase(t, "08-group-loses-the-file"))
	if err := os.Link(d.path, d.path+"-too"); err != nil {
		t.Fatal(err)
	}
	if said := d.deliver(); !strings.Contains(said, "hard link") {
		t.Errorf("no word of the file's other name: %s", said)
	}
}

// What was named NAME-before-keyturn beforehand is still there after the restore.
func keptNameTaken(t *testing.T) {
	t.Parallel()
	before := credentialsCase(t, "09-kept-pair-that-was-there-before")
	d := deliversTo(t, before)
	said := d.deliver()
	if !strings.Contains(said, "a-before-keyturn") {
		t.Errorf("no word of the profile a-before-keyturn: %s", said)
	}
	said = d.restore()
	if now := d.held(); now != before {
		t.Errorf("after the restore the file is\n%s\nand it said %s", now, said)
	}
}

// A config file that is not there hides no profile of the credentials file.
func danglingConfig(t *testing.T) {
	t.Parallel()
	before := credentialsCase(t, "16-config-symlink-leads-nowhere")
	d := deliversTo(t, before)
	config := filepath.Join(d.root, "home", ".aws", "config")
	if err := os.MkdirAll(filepath.Dir(config), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", config); err != nil {
		t.Fatal(err)
	}
	if said := d.deliver(); d.held() == before || !strings.Contains(said, "profile default") {
		t.Errorf("the profile was not found: %s", said)
	}
}

// What is delivered to is not to be changed by hand as well.
func oneFileForBoth(t *testing.T) {
	t.Parallel()
	before := credentialsCase(t, "10-one-file-for-both")
	d := deliversTo(t, before)
	d.env = append(d.env, "AWS_CONFIG_FILE="+d.path)
	if said := d.deliver(); d.held() == before || strings.Contains(said, "by hand") {
		t.Errorf("the file that was edited is to be changed by hand: %s", said)
	}
}

// What a file's content refuses is said before a key is made, with file, line and reason.
func judgedInCheck(t *testing.T) {
	t.Parallel()
	pair := "aws_access_key_id = " + keyOfSuzie + "\naws_secret_access_key = " + madeUp + "\n"
	for name, bad := range map[string]struct {
		text string
		line string // as it is said
		make func(path string) error
	}{
		"byte order mark":  {text: "\ufeff[prod]\n" + pair, line: "line 1"},
		"glued header":     {text: "[prod]\n" + strings.TrimSuffix(pair, "\n") + "[b]\nregion = x\n", line: "line 3"},
		"half a pair":      {text: "[a]\n[prod]\naws_access_key_id = " + keyOfSuzie + "\n", line: "line 2"},
		"continuation":     {text: "[prod]\n" + pair + "  more\n", line: "line 3"},
		"text of no kind":  {text: "[prod]\n" + pair + "stray\n", line: "line 4"},
		"a profile twice":  {text: "[prod]\n" + pair + "[prod]\n", line: "line 4"},
		"session token":    {text: "[prod]\n" + pair + "aws_session_token = x\n", line: "session token"},
		"a named pipe":     {line: "named pipe", make: func(path string) error { return syscall.Mkfifo(path, 0o600) }},
		"a folder":         {line: "folder", make: func(path string) error { return os.Mkdir(path, 0o700) }},
		"a loop":           {line: "symlink", make: func(path string) error { return os.Symlink(filepath.Base(path), path) }},
		"marked read-only": {text: "[prod]\n" + pair, line: "read-only", make: func(path string) error { return os.Chmod(path, 0o400) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deliversTo(t, bad.text)
			if bad.text == "" { // the SDK itself would wait for a pipe
				d.path = filepath.Join(d.root, "keys", "other")
				d.put(filepath.Join(d.root, "config", "keyturn", "config.toml"),
					"[[target]]\nuser = \"Suzie\"\nspec = \"profile:prod:"+d.path+"\"\n")
			}
			if bad.make != nil {
				if err := bad.make(d.path); err != nil {
					t.Fatal(err)
				}
			}
			said := strings.Join(strings.Fields(d.rotate("leave\n")), " ")
			if !strings.Contains(said, d.path) || !strings.Contains(said, bad.line) {
				t.Errorf("Check does not name the file and %q: %s", bad.line, said)
			}
			if n := d.served.cloud.Sent("iam:CreateAccessKey"); n != 0 {
				t.Errorf("%d keys made", n)
			}
		})
	}
}

// A pair that is found by no rule of all parsers is named all the same.
func namedWithItsReason(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]int{
		"i_c_comment_header_first": 2, "i_hash_name": 2, "i_indent_empty_region": 3, "g_section_variable": 2, "i_bom": 2,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deliversTo(t, credentialsCase(t, name))
			said := strings.Join(strings.Fields(d.rotate("leave\n")), " ")
			if !strings.Contains(said, fmt.Sprintf("%s, line %d", d.path, line)) {
				t.Errorf("no word of line %d: %s", line, said)
			}
		})
	}
}

// --read-only removes nothing, not even what keyturn left itself.
func readOnlySweepsNothing(t *testing.T) {
	t.Parallel()
	d := deliversTo(t, credentialsCase(t, "08-group-loses-the-file"))
	left := filepath.Join(filepath.Dir(d.path), ".credentials.keyturn")
	d.put(left, "of a crash")
	for _, args := range [][]string{{"audit"}, {"rotate", suzie, "--plain"}} {
		if said, _ := runFor(t, d.env, "leave\n", append(args, "--read-only", "--endpoint-url", d.served.url)...); said == "" {
			t.Error("it said nothing")
		}
		if _, err := os.Stat(left); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
	}
}
