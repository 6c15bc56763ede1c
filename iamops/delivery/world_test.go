package delivery_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
)

const (
	oldID     = "AKIAIOSFODNN7EXAMPLE"
	oldSecret = "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"
	newID     = "AKIAI44QH8DHBEXAMPLE"
	newSecret = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvb+4rKqHWd1x"
	thirdID   = "AKIAQQQQQQQQQEXAMPLE"
)

func credential() delivery.Credential {
	return delivery.Credential{KeyID: newID, Secret: iamops.NewSecret(newSecret), OldKeyID: oldID, User: "billing-cron"}
}

// home is a home folder with a credentials file in it.
type home struct {
	t    testing.TB
	path string
}

func newHome(t testing.TB, credentials string) home {
	t.Helper()
	h := home{t, t.TempDir()}
	h.write(".aws/credentials", credentials)
	return h
}

func (h home) env() delivery.Env {
	return delivery.Env{Getenv: func(string) string { return "" }, Home: h.path}
}

func (h home) at(name string) string { return filepath.Join(h.path, name) }

func (h home) write(name, text string) {
	h.t.Helper()
	if err := os.MkdirAll(filepath.Dir(h.at(name)), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(h.at(name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h home) read(name string) string {
	h.t.Helper()
	text, err := os.ReadFile(h.at(name))
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

func (h home) mode(name string) os.FileMode {
	h.t.Helper()
	info, err := os.Stat(h.at(name))
	if err != nil {
		h.t.Fatal(err)
	}
	return info.Mode().Perm()
}

// holds fails the test if a folder holds anything but the named entries.
func (h home) holds(folder string, names ...string) {
	h.t.Helper()
	entries, err := os.ReadDir(h.at(folder))
	if err != nil {
		h.t.Fatal(err)
	}
	var found []string
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	if got, want := strings.Join(found, " "), strings.Join(names, " "); got != want {
		h.t.Errorf("%s holds %q, not %q", folder, got, want)
	}
}

func (h home) target(spec string) delivery.Target {
	h.t.Helper()
	target, err := delivery.Parse(spec, h.env())
	if err != nil {
		h.t.Fatal(err)
	}
	return target
}

// tester is what a test and a drawn case of one have in common.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// failure asks for an error of a kind, and that it shows no secret.
func failure(t tester, err error, kind iamops.ProblemKind) *delivery.Failure {
	t.Helper()
	var f *delivery.Failure
	if !errors.As(err, &f) {
		t.Fatalf("not a failure: %v", err)
	}
	if f.Kind != kind {
		t.Errorf("kind %s, not %s: %v", f.Kind, kind, err)
	}
	keepsSecret(t, fmt.Sprintf("%v %+v %s", err, f, f.Output))
	return f
}

// fails is failure where the kind is all.
func fails(t tester, err error, kind iamops.ProblemKind) {
	t.Helper()
	_ = failure(t, err, kind)
}

// keepsSecret fails the test if a text shows 6 characters of a secret in a row.
func keepsSecret(t tester, text string) {
	t.Helper()
	for _, secret := range []string{newSecret, oldSecret} {
		for at := range len(secret) - 5 {
			if strings.Contains(text, secret[at:at+6]) {
				t.Fatalf("the secret is shown: %s", text)
			}
		}
	}
}

func deliver(t testing.TB, target delivery.Target) {
	t.Helper()
	if err := target.Deliver(t.Context(), credential()); err != nil {
		t.Fatal(err)
	}
}

func putBack(t testing.TB, target delivery.Target) {
	t.Helper()
	again := delivery.Credential{KeyID: newID, OldKeyID: oldID} // the secret is forgotten by then
	if err := target.PutBack(t.Context(), again); err != nil {
		t.Fatal(err)
	}
}

// profileOf is the name of the profile that a target is.
func profileOf(t delivery.Target) string { return strings.TrimPrefix(t.Name(), "profile ") }
