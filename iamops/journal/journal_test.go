package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"keyturn/iamops/journal"
)

// line is a record, as far as these tests need one.
type line struct {
	User string
}

func record(user string) line { return line{user} }

// read reads a journal. A line without a user is none of its.
func read(t *testing.T, path string) ([]line, []journal.Damage) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines []line
	damages, err := journal.Read(bytes.NewReader(text), func(text []byte) error {
		var l line
		if err := json.Unmarshal(text, &l); err != nil || l.User == "" {
			return errors.New("not a line")
		}
		lines = append(lines, l)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines, damages
}

func open(t *testing.T, dir string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(dir, "aws", "111122223333")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func TestRecordsComeBackInOrder(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "deep", "state"))
	for _, user := range []string{"Suzie", "ci", "Suzie"} {
		if err := j.Append(record(user)); err != nil {
			t.Fatal(err)
		}
	}
	records, damages := read(t, j.Path())
	if len(records) != 3 || len(damages) != 0 || records[1].User != "ci" {
		t.Fatalf("read %v, damages %v", records, damages)
	}
	info, err := os.Stat(j.Path())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
}

func TestDamageHidesNothing(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	if err := j.Append(record("first")); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "aws-111122223333.jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.TrimSpace(string(text))
	damaged := whole + "\n{\"v\":99,\"rotation\":\"r\"}\n\x00\xff\n{\"v\":1}\n" + whole[:len(whole)/2]
	if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir)
	if err := j.Append(record("last")); err != nil {
		t.Fatal(err)
	}
	records, damages := read(t, path)
	if len(records) != 2 || records[0].User != "first" || records[1].User != "last" {
		t.Errorf("records %v", records)
	}
	if len(damages) != 4 || damages[0].Line != 2 || damages[3].Line != 5 {
		t.Errorf("damages %v, want lines 2 to 5", damages)
	}
}

func TestAppendFailsWhenTheFileIsGone(t *testing.T) {
	j := open(t, t.TempDir())
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(record("u")); err == nil {
		t.Error("a record went into a closed journal")
	}
}

func TestOpenFailsWhereItCannotWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(filepath.Join(file, "state"), "aws", "1"); err == nil {
		t.Error("a journal was opened below a file")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"v":1,"rotation":"r","account":"1","user":"u"}` + "\n"))
	f.Add([]byte("{\n}\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		taken := 0
		damages, err := journal.Read(bytes.NewReader(text), func(line []byte) error {
			if !json.Valid(line) {
				return errors.New("not JSON")
			}
			taken++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for line := range bytes.SplitSeq(text, []byte{'\n'}) {
			if len(bytes.TrimSpace(line)) > 0 {
				lines++
			}
		}
		if taken+len(damages) != lines {
			t.Fatalf("%d records and %d damages of %d lines", taken, len(damages), lines)
		}
	})
}

// What is written to a file that was taken away, nobody finds at the next start.
func TestAJournalThatWasTakenAwayRefuses(t *testing.T) {
	dir := t.TempDir()
	j, err := journal.Open(dir, "aws", "123456789012")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(record("u")); err == nil {
		t.Error("written to nowhere")
	}
	if _, err := journal.Open(dir, "aws", "123456789012"); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(record("u")); err == nil {
		t.Error("written beside the file that is read")
	}
}
