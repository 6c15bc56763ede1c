package journal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keyturn/iamops/journal"
)

func record(user string) journal.Record {
	return journal.Record{
		At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("X", 3600)), Kind: journal.Intent,
		Rotation: "r1", Account: "111122223333", Partition: "aws", User: user, Change: "create",
		Listed: []string{"AKIAI44QH8DHBEXAMPLE"},
	}
}

func read(t *testing.T, path string) ([]journal.Record, []journal.Damage) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	records, damages, err := journal.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return records, damages
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

func TestRecordsComeBackInOrderAndUTC(t *testing.T) {
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
	if got := records[0].At.Format(time.RFC3339); got != "2026-03-01T11:00:00Z" {
		t.Errorf("time %s, want UTC", got)
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
		records, damages, err := journal.Read(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for line := range bytes.SplitSeq(text, []byte{'\n'}) {
			if len(bytes.TrimSpace(line)) > 0 {
				lines++
			}
		}
		if len(records)+len(damages) != lines {
			t.Fatalf("%d records and %d damages of %d lines", len(records), len(damages), lines)
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
	if err := j.Append(journal.Record{}); err == nil {
		t.Error("written to nowhere")
	}
	if _, err := journal.Open(dir, "aws", "123456789012"); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(journal.Record{}); err == nil {
		t.Error("written beside the file that is read")
	}
}
