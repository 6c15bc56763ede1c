package evidence_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"keyturn/iamops/evidence"
)

func TestAKeyIsFoundInFolders(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"app/.env":                 "A=1\nAWS_ACCESS_KEY_ID=" + oldID + "\nAWS_SECRET_ACCESS_KEY=verysecret\n",
		"app/.github/workflow.yml": "env:\n  KEY: " + oldID,
		"app/.git/config":          oldID,
		"app/other":                newID,
		"app/binary":               "\x00" + oldID,
		"app/large":                strings.Repeat("x", 3<<20) + oldID,
		"app/twice":                oldID + "\n" + oldID,
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(root, "app", ".env"), filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	p, err := evidence.InFolders(t.Context(), []string{root}, oldID)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range p.Found {
		name, err := filepath.Rel(root, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s:%d", name, f.Line))
	}
	if text := strings.Join(got, " "); text != "app/.env:2 app/.github/workflow.yml:2 app/twice:1 app/twice:2" {
		t.Errorf("found %s", text)
	}
	if strings.Contains(fmt.Sprint(p), "verysecret") {
		t.Error("a secret came along")
	}
	if p.Files != 5 || p.More {
		t.Errorf("%+v", p)
	}
}

func TestFoldersThatCannotBeSearched(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{filepath.Join(root, "none"), file} {
		if _, err := evidence.InFolders(t.Context(), []string{folder}, oldID); err == nil {
			t.Errorf("%s was searched", folder)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := evidence.InFolders(ended, []string{root}, oldID); !errors.Is(err, context.Canceled) {
		t.Errorf("after its end: %v", err)
	}
	if _, err := evidence.InFolders(t.Context(), nil, ""); err == nil {
		t.Error("nothing was looked for")
	}
}
