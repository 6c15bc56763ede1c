package delivery_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
)

const plain = `# mine
[default]
aws_access_key_id = AKIAQQQQQQQQQEXAMPLE
aws_secret_access_key = other

[prod]
# billing
aws_access_key_id = ` + oldID + `
aws_secret_access_key = ` + oldSecret + `
region = eu-west-1

; the end
[last]
region = eu-central-1
`

const delivered = `# mine
[default]
aws_access_key_id = AKIAQQQQQQQQQEXAMPLE
aws_secret_access_key = other

[prod]
# billing
aws_access_key_id = ` + newID + `
aws_secret_access_key = ` + newSecret + `
region = eu-west-1

[prod-before-keyturn]
aws_access_key_id = ` + oldID + `
aws_secret_access_key = ` + oldSecret + `

; the end
[last]
region = eu-central-1
`

func TestProfileFromOldToNew(t *testing.T) {
	h := newHome(t, plain)
	target := h.target("profile:prod")
	for range 2 { // the second time there is nothing left to do
		deliver(t, target)
		if got := h.read(".aws/credentials"); got != delivered {
			t.Fatalf("delivered:\n%s", got)
		}
	}
	for range 2 {
		if err := target.Settle(t.Context(), delivery.Credential{KeyID: newID, OldKeyID: oldID}); err != nil {
			t.Fatal(err)
		}
		want := strings.NewReplacer(oldID, newID, oldSecret, newSecret).Replace(plain)
		if got := h.read(".aws/credentials"); got != want {
			t.Fatalf("settled:\n%s", got)
		}
	}
	f := failure(t, target.PutBack(t.Context(), credential()), delivery.CannotPutBack)
	if !f.MayHold || !errors.Is(f, delivery.ErrCannotPutBack) {
		t.Errorf("%+v", f)
	}
	h.holds(".aws", "credentials")
}

func TestProfileAndBack(t *testing.T) {
	h := newHome(t, plain)
	deliver(t, h.target("profile:prod"))
	for range 2 {
		// At a later start the target is made from what was written down.
		target, err := delivery.Parse(h.target("profile:prod").Spec(), delivery.Env{Home: "/elsewhere"})
		if err != nil {
			t.Fatal(err)
		}
		putBack(t, target)
		if got := h.read(".aws/credentials"); got != plain {
			t.Fatalf("put back:\n%s", got)
		}
	}
	h.holds(".aws", "credentials")
}

// TestProfileKeepsTheRest: whatever the file looks like, delivering changes the
// two values, and putting back leaves no trace.
func TestProfileKeepsTheRest(t *testing.T) {
	pair := "aws_access_key_id=" + oldID + "\naws_secret_access_key=" + oldSecret
	for name, text := range map[string]string{
		"LF":                  plain,
		"CRLF":                strings.ReplaceAll(plain, "\n", "\r\n"),
		"both line endings":   "[a]\r\nregion = x\r\n[prod]\n" + pair + "\n",
		"no last line ending": "[prod]\n" + pair,
		"CRLF and no last":    strings.ReplaceAll("[prod]\n"+pair, "\n", "\r\n"),
		"tabs":                "[prod]\n\taws_access_key_id\t=\t" + oldID + "\t; a\n\taws_secret_access_key\t=\t" + oldSecret + "\n",
		"quotes":              "[prod]\naws_access_key_id = \"" + oldID + "\" # b\naws_secret_access_key: '" + oldSecret + "'\n",
		"capitals":            "[prod] ; c\nAWS_ACCESS_KEY_ID = " + oldID + "\nAws_Secret_Access_Key = " + oldSecret + "\n",
		"not UTF-8":           "# caf\xe9\n[prod]\n" + pair + "\n# \xff\xfe\n[\xe9]\nregion = \xe9\n",
		"nested keys":         "[prod]\ns3 =\n  max_concurrent_requests = 10\n" + pair + "\ns3 =\n  a = b\n\n\n",
		"1 MB":                strings.Repeat("# "+strings.Repeat("x", 100)+"\n", 10000) + "[prod]\n" + pair + "\n" + strings.Repeat("[a]\nregion = y\n", 100),
		"others twice":        "[a]\nregion = x\n[a]\nregion = y\n[prod]\n" + pair + "\n",
		"a header with a gap": "[ prod ]\n" + pair + "\n\n\n\n[b]\n",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t, text)
			target := h.target("profile:prod")
			deliver(t, target)
			got := h.read(".aws/credentials")
			kept := strings.Index(got, "[prod-before-keyturn]")
			if kept < 0 {
				t.Fatalf("the old pair is gone:\n%s", got)
			}
			want := strings.NewReplacer(oldID, newID, oldSecret, newSecret).Replace(text)
			eol := "\n"
			if strings.Contains(got[kept:], "\r\n") {
				eol = "\r\n"
			}
			added := strings.Join([]string{"", "", "[prod-before-keyturn]", "aws_access_key_id = " + oldID, "aws_secret_access_key = " + oldSecret}, eol)
			if strings.Replace(got, added, "", 1) != want {
				t.Errorf("delivered:\n%q\nnot\n%q", got, want)
			}
			putBack(t, target)
			if got := h.read(".aws/credentials"); got != text {
				t.Errorf("put back:\n%q", got)
			}
		})
	}
}

func TestProfileRefuses(t *testing.T) {
	pair := "aws_access_key_id = " + oldID + "\naws_secret_access_key = " + oldSecret + "\n"
	for name, tc := range map[string]struct {
		text string
		kind iamops.ProblemKind
		line int
	}{
		"no such profile":      {"[other]\n" + pair, iamops.NoProfile, 0},
		"another key":          {"[prod]\n" + strings.ReplaceAll(pair, oldID, thirdID), delivery.OtherKey, 0},
		"a secret as key ID":   {"[prod]\naws_access_key_id = " + oldSecret + "\naws_secret_access_key = x\n", delivery.OtherKey, 0},
		"a session":            {"[prod]\n" + pair + "aws_session_token = IQoJb3JpZ2luX2VjE\n", delivery.SessionProfile, 0},
		"a broken header":      {"[a]\n\n[prod\n" + pair, iamops.Malformed, 3},
		"words after a header": {"[prod] x\n" + pair, iamops.Malformed, 1},
		"a bracket":            {"[\n[prod]\n" + pair, iamops.Malformed, 1},
		"a stray line":         {"[prod]\n" + pair + newSecret + "\n", iamops.Malformed, 4},
		"a byte order mark":    {"\ufeff[prod]\n" + pair, iamops.Malformed, 1},
		"UTF-16":               {"\xff\xfe[\x00p\x00r\x00o\x00d\x00]\x00\r\x00\n\x00", iamops.Malformed, 1},
		"the profile twice":    {"[prod]\n" + pair + "[a]\n[prod]\nregion = x\n", iamops.Malformed, 5},
		"the key ID twice":     {"[prod]\n" + pair + "aws_access_key_id = " + oldID + "\n", iamops.Malformed, 1},
		"no secret":            {"[prod]\naws_access_key_id = " + oldID + "\n", iamops.Malformed, 1},
		"no secret's text":     {"[prod]\naws_access_key_id = " + oldID + "\naws_secret_access_key = a b\n", iamops.Malformed, 1},
		"a secret of 2 lines":  {"[prod]\n" + pair + "  " + oldSecret + "\n", iamops.Malformed, 1},
		"another pair kept":    {"[prod]\n" + pair + "[prod-before-keyturn]\n" + strings.ReplaceAll(pair, oldID, thirdID), delivery.Exists, 0},
		"another secret kept":  {"[prod]\n" + pair + "[prod-before-keyturn]\n" + strings.ReplaceAll(pair, oldSecret, "x"), delivery.Exists, 0},
		"a pair kept twice":    {"[prod]\n" + pair + "[prod-before-keyturn]\n" + pair + "[prod-before-keyturn]\n", iamops.Malformed, 7},
		"too large":            {"[prod]\n" + pair + strings.Repeat("#\n", 8<<20), iamops.Malformed, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t, tc.text)
			f := failure(t, h.target("profile:prod").Deliver(t.Context(), credential()), tc.kind)
			if f.Line != tc.line || f.MayHold || f.Target != "profile prod" {
				t.Errorf("%+v", f)
			}
			if h.read(".aws/credentials") != tc.text {
				t.Error("the file has changed")
			}
			h.holds(".aws", "credentials")
		})
	}
}

func TestProfilePutBackRefuses(t *testing.T) {
	h := newHome(t, plain)
	target := h.target("profile:prod")
	deliver(t, target)

	h.write(".aws/credentials", strings.Replace(delivered, newID, thirdID, 1))
	if f := failure(t, target.PutBack(t.Context(), credential()), delivery.OtherKey); f.MayHold {
		t.Error("the profile does not hold the new key")
	}
	h.write(".aws/credentials", "[last]\n")
	if f := failure(t, target.PutBack(t.Context(), credential()), iamops.NoProfile); f.MayHold {
		t.Error("the profile does not hold the new key")
	}
	if err := target.Settle(t.Context(), credential()); err != nil {
		t.Errorf("there is nothing to remove: %v", err)
	}
	h.write(".aws/credentials", strings.Replace(delivered, "before-keyturn]\naws_access_key_id = "+oldID, "before-keyturn]\naws_access_key_id = "+thirdID, 1))
	if f := failure(t, target.PutBack(t.Context(), credential()), delivery.CannotPutBack); !f.MayHold {
		t.Error("the profile holds the new key")
	}

	// A kept pair that was edited is somebody's: it is used, but not removed.
	edited := strings.Replace(delivered, "[prod-before-keyturn]\n", "[prod-before-keyturn]\nregion = x\n", 1)
	h.write(".aws/credentials", edited)
	fails(t, target.Settle(t.Context(), credential()), delivery.ChangedMeanwhile)
	if h.read(".aws/credentials") != edited {
		t.Error("the file has changed")
	}
	putBack(t, target)
	if want := strings.NewReplacer(newID, oldID, newSecret, oldSecret).Replace(edited); h.read(".aws/credentials") != want {
		t.Errorf("put back:\n%s", h.read(".aws/credentials"))
	}
}

// TestProfileBesideOthers: two profiles with one key are delivered one by one.
func TestProfileBesideOthers(t *testing.T) {
	text := plain + strings.Replace(plain[strings.Index(plain, "[prod]"):strings.Index(plain, ";")], "prod", "prod-eu", 1)
	h := newHome(t, text)
	one, two := h.target("profile:prod"), h.target("profile:prod-eu")
	errs := make(chan error)
	for _, target := range []delivery.Target{one, two} {
		go func() { errs <- target.Deliver(context.Background(), credential()) }()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Count(h.read(".aws/credentials"), newSecret); got != 2 {
		t.Errorf("delivered %d times", got)
	}
	putBack(t, one)
	putBack(t, two)
	if got := h.read(".aws/credentials"); got != text {
		t.Errorf("put back:\n%s", got)
	}
}

// meddler is a context whose second question for an error, just before the
// rename, is the moment in which somebody else writes.
type meddler struct {
	context.Context
	asked  int
	meddle func()
}

func (m *meddler) Err() error {
	if m.asked++; m.asked == 2 {
		m.meddle()
	}
	return nil
}

func TestProfileChangedMeanwhile(t *testing.T) {
	for name, meddle := range map[string]func(h home){
		"written":  func(h home) { h.write(".aws/credentials", plain+"# more\n") },
		"replaced": func(h home) { h.write(".aws/next", plain); rename(t, h.at(".aws/next"), h.at(".aws/credentials")) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t, plain)
			after := ""
			ctx := &meddler{Context: t.Context(), meddle: func() { meddle(h); after = h.read(".aws/credentials") }}
			fails(t, h.target("profile:prod").Deliver(ctx, credential()), delivery.ChangedMeanwhile)
			if got := h.read(".aws/credentials"); got != after || after == "" {
				t.Errorf("the other's work is lost:\n%s", got)
			}
			h.holds(".aws", "credentials")
			deliver(t, h.target("profile:prod")) // trying again is all that it takes
		})
	}
}

func rename(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func TestProfileCanceled(t *testing.T) {
	h := newHome(t, plain)
	ctx, cancel := context.WithCancel(t.Context())
	fails(t, h.target("profile:prod").Deliver(&meddler{Context: ctx, meddle: cancel}, delivery.Credential{}), delivery.BadCredential)
	cancel()
	fails(t, h.target("profile:prod").Deliver(ctx, credential()), iamops.Canceled)
	if h.read(".aws/credentials") != plain {
		t.Error("the file has changed")
	}
}

func TestProfileMode(t *testing.T) {
	for _, was := range []os.FileMode{0o600, 0o644, 0o660, 0o700} {
		h := newHome(t, plain)
		if err := os.Chmod(h.at(".aws/credentials"), was); err != nil {
			t.Fatal(err)
		}
		target := h.target("profile:prod")
		if warned := len(target.Warnings()) > 0; warned != (was&0o077 != 0) {
			t.Errorf("%04o: %q", was, target.Warnings())
		}
		deliver(t, target)
		if got := h.mode(".aws/credentials"); got != was {
			t.Errorf("%04o becomes %04o", was, got)
		}
		putBack(t, target)
		if got := h.mode(".aws/credentials"); got != was {
			t.Errorf("%04o is %04o once it is put back", was, got)
		}
	}
	h := newHome(t, plain)
	if err := os.Chmod(h.at(".aws/credentials"), 0o400); err != nil {
		t.Fatal(err)
	}
	f := failure(t, h.target("profile:prod").Deliver(t.Context(), credential()), delivery.NotWritable)
	if !errors.Is(f, fs.ErrPermission) || h.read(".aws/credentials") != plain {
		t.Errorf("%v", f)
	}
}

func TestProfileSymlinks(t *testing.T) {
	h := newHome(t, "")
	h.write("dotfiles/aws", plain)
	if err := os.Remove(h.at(".aws/credentials")); err != nil {
		t.Fatal(err)
	}
	target := h.target("profile:prod")
	fails(t, target.Deliver(t.Context(), credential()), iamops.NotFound)
	if err := os.Symlink("../dotfiles/aws", h.at(".aws/credentials")); err != nil {
		t.Fatal(err)
	}
	deliver(t, target)
	if got := h.read("dotfiles/aws"); got != delivered {
		t.Errorf("delivered:\n%s", got)
	}
	if link, err := os.Readlink(h.at(".aws/credentials")); err != nil || link != "../dotfiles/aws" {
		t.Errorf("the symlink leads to %q: %v", link, err)
	}
	h.holds("dotfiles", "aws")
	if got := target.Folder(); got != h.at("dotfiles") {
		t.Errorf("it writes in %s", got)
	}

	if err := os.Remove(h.at("dotfiles/aws")); err != nil {
		t.Fatal(err)
	}
	f := failure(t, target.Deliver(t.Context(), credential()), iamops.NotFound)
	if !strings.Contains(f.Error(), "symlink") {
		t.Error(f)
	}
	h.holds("dotfiles")
	if err := os.Mkdir(h.at("dotfiles/aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	fails(t, target.Deliver(t.Context(), credential()), iamops.Malformed)
}

func TestSweep(t *testing.T) {
	h := newHome(t, plain)
	h.write(".aws/.credentials.keyturn", delivered)
	h.write(".aws/.config.swp", "not ours")
	if err := os.Symlink("credentials", h.at(".aws/.link.keyturn")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 0} {
		removed, err := delivery.Sweep(h.at(".aws"))
		if err != nil || len(removed) != want {
			t.Errorf("removed %q: %v", removed, err)
		}
		h.holds(".aws", ".config.swp", ".link.keyturn", "credentials")
	}
	// A leftover that nobody has swept does not stand in the way.
	h.write(".aws/.credentials.keyturn", "half a fi")
	deliver(t, h.target("profile:prod"))
	if got := h.read(".aws/credentials"); got != delivered {
		t.Errorf("delivered:\n%s", got)
	}
}
