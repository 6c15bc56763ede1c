package audit

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
)

const (
	reportHead = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
		"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
		"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
		"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n"
	noSlot   = "false,N/A,N/A,N/A,N/A"
	noCerts  = "false,N/A,false,N/A\n"
	rootLine = "<root_account>,arn:aws:iam::111122223333:root,2022-03-01T00:00:00+00:00,not_supported,2025-08-13T12:00:00+00:00,not_supported,not_supported,true," +
		"true,2022-03-06T00:00:00+00:00,2025-01-24T10:00:00+00:00,us-east-1,s3," + noSlot + "," + noCerts
	suzieLine = "Suzie,arn:aws:iam::111122223333:user/Suzie,2023-12-10T09:00:00+00:00,true,no_information,2023-12-10T09:00:00+00:00,N/A,false," +
		"true,2025-11-24T12:00:00+00:00,2026-03-01T11:00:00+00:00,eu-west-1,s3,false,2025-12-01T00:00:00+00:00,N/A,N/A,N/A," + noCerts
	bobLine = "bob,arn:aws:iam::111122223333:user/bob,2024-08-18T09:00:00+00:00,false,N/A,N/A,N/A,false," + noSlot + "," + noSlot + "," + noCerts
)

func TestParseReport(t *testing.T) {
	r, err := ParseReport([]byte(reportHead+rootLine+suzieLine+bobLine), now)
	if err != nil || len(r.Users) != 3 || !r.At.Equal(now) || !r.DatesInactive {
		t.Fatalf("read %+v, error %v", r, err)
	}
	date := func(text string) time.Time {
		at, err := time.Parse(time.DateTime, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	root, suzie, bob := r.Users[0], r.Users[1], r.Users[2]
	if root.Name != RootName || !root.Slots[0].Active || root.Slots[1].Traced() || root.Console.Password || !root.Console.MFA {
		t.Errorf("root is %+v", root)
	}
	want := ReportUser{
		Name: "Suzie", ARN: "arn:aws:iam::111122223333:user/Suzie", Created: date("2023-12-10 09:00:00"),
		Console: Console{Password: true},
		Slots: [2]Slot{
			{Active: true, Rotated: date("2025-11-24 12:00:00"), LastUse: iamops.LastUse{
				State: iamops.Used, At: date("2026-03-01 11:00:00"), Region: "eu-west-1", Service: "s3", AsOf: now,
			}},
			{Rotated: date("2025-12-01 00:00:00"), LastUse: iamops.LastUse{State: iamops.NeverUsed, AsOf: now}},
		},
	}
	if suzie != want {
		t.Errorf("Suzie is\n%+v, want\n%+v", suzie, want)
	}
	if bob.HasKey() || !suzie.HasKey() || bob.Slots != [2]Slot{} {
		t.Errorf("bob is %+v", bob)
	}
}

// columnsMixed is a report with its columns in another order, and some that nobody knows.
func columnsMixed() string {
	var text strings.Builder
	for line := range strings.Lines(reportHead + rootLine + suzieLine) {
		f := strings.Split(strings.TrimSpace(line), ",")
		f = append(f[4:], f[:4]...)
		f[0], f[7] = f[7], f[0]
		extra := "additional_credential_info"
		if text.Len() > 0 {
			extra = `"one, ""two"""`
		}
		text.WriteString(extra + "," + strings.Join(f, ",") + "\r\n")
	}
	return text.String()
}

func TestParseReportByTheNamesOfColumns(t *testing.T) {
	plain, err := ParseReport([]byte(reportHead+rootLine+suzieLine), now)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{columnsMixed(), "\ufeff" + columnsMixed()} {
		mixed, err := ParseReport([]byte(text), now)
		if err != nil || len(mixed.Users) != 2 || mixed.Users[1] != plain.Users[1] || mixed.Users[0] != plain.Users[0] {
			t.Errorf("read %+v, error %v", mixed, err)
		}
	}
}

func TestReportsThatCannotBeRead(t *testing.T) {
	whole := reportHead + suzieLine + bobLine
	for name, tc := range map[string]struct{ text, says string }{
		"empty":               {"", "it is empty"},
		"no CSV":              {"<html>\"", "quote"},
		"another CSV":         {"name,age\nbob,3\n", `there is no column "user"`},
		"no second key":       {strings.ReplaceAll(whole, "access_key_2_active", "k2"), `there is no column "access_key_2_active"`},
		"a column twice":      {strings.ReplaceAll(whole, "cert_2_active", "user"), `the column "user" stands there twice`},
		"cut within a line":   {whole[:len(whole)-40], "line 3: wrong number of fields"},
		"cut within a field":  {reportHead + strings.Replace(suzieLine, "2025-12-01T00:00:00+00:00", "2025-12-01T00:0", 1), `access_key_2_last_rotated is "2025-12-01T00:0"`},
		"neither yes nor no":  {strings.Replace(whole, "false,N/A,N/A,N/A,N/A", "maybe,N/A,N/A,N/A,N/A", 1), `line 3: access_key_1_active is "maybe"`},
		"an empty field":      {strings.Replace(whole, "no_information", "", 1), `line 2: password_last_used is ""`},
		"an empty status":     {strings.Replace(whole, ",false,2025-12-01", ",,2025-12-01", 1), `access_key_2_active is ""`},
		"a user without name": {strings.Replace(whole, "bob,arn", "N/A,arn", 1), "it names no user"},
		"a user twice":        {whole + bobLine, `line 4: user "bob" stands there twice`},
		"no date":             {strings.Replace(whole, "2023-12-10T09:00:00+00:00,true", "last year,true", 1), `user_creation_time is "last year"`},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := ParseReport([]byte(tc.text), now)
			if err == nil || r != nil || !strings.Contains(err.Error(), tc.says) || !strings.HasPrefix(err.Error(), "reading the credential report: ") {
				t.Errorf("read %+v, error %v, want %q", r, err, tc.says)
			}
		})
	}
}

// TestNoInformationIsUnknown: what the report says nothing of is neither a use nor none.
func TestNoInformationIsUnknown(t *testing.T) {
	line := strings.Replace(suzieLine, "2026-03-01T11:00:00+00:00,eu-west-1,s3", "no_information,no_information,no_information", 1)
	r, err := ParseReport([]byte(reportHead+line), now)
	if err != nil || r.Users[0].Slots[0].LastUse != (iamops.LastUse{AsOf: now}) {
		t.Errorf("read %+v, error %v", r, err)
	}
}

// TestASlotWithATrace: a date says that there is a key, whatever its status.
func TestASlotWithATrace(t *testing.T) {
	for slot, want := range map[string]bool{
		noSlot:                                   false,
		"true,N/A,N/A,N/A,N/A":                   true,
		"false,2025-12-01T00:00:00Z,N/A,N/A,N/A": true,
		"false,N/A,2025-12-01T00:00:00Z,N/A,s3":  true,
		"false,N/A,no_information,N/A,N/A":       false,
	} {
		r, err := ParseReport([]byte(reportHead+strings.Replace(bobLine, noSlot, slot, 1)), now)
		if err != nil || r.Users[0].HasKey() != want {
			t.Errorf("%s: %+v, error %v", slot, r, err)
		}
	}
}

func FuzzParseReport(f *testing.F) {
	for _, text := range []string{
		reportHead + rootLine + suzieLine + bobLine, columnsMixed(), reportHead, reportHead + suzieLine[:90], "",
		strings.ReplaceAll(reportHead+suzieLine, "N/A", "no_information"),
		sandboxReport(f),
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := ParseReport(content, now)
		if (r == nil) != (err != nil) {
			t.Fatalf("read %+v, error %v", r, err)
		}
		if err != nil {
			return
		}
		names := map[string]bool{}
		for _, u := range r.Users {
			if u.Name == "" || names[u.Name] {
				t.Fatalf("the user %q", u.Name)
			}
			names[u.Name] = true
			for _, s := range u.Slots {
				if (s.LastUse.State == iamops.Used) != !s.LastUse.At.IsZero() || s.LastUse.State != iamops.UseUnknown && !s.Traced() {
					t.Fatalf("%s has the slot %+v", u.Name, s)
				}
			}
		}
	})
}

func BenchmarkParseReport(b *testing.B) {
	var text strings.Builder
	text.WriteString(reportHead)
	for i := range 5000 {
		text.WriteString(strings.Replace(suzieLine, "Suzie", fmt.Sprintf("user-%d", i), 1))
	}
	content := []byte(text.String())
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if _, err := ParseReport(content, now); err != nil {
			b.Fatal(err)
		}
	}
}
