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
	rootWithoutKeys = "<root_account>,arn:aws:iam::111122223333:root,2022-03-01T00:00:00+00:00,not_supported,N/A,N/A,N/A,true," + noSlot + "," + noSlot + "," + noCerts
	bobLine         = "bob,arn:aws:iam::111122223333:user/bob,2024-08-18T09:00:00+00:00,false,N/A,N/A,N/A,false," + noSlot + "," + noSlot + "," + noCerts
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
	if root.Name != RootName || !root.Slots[0].Active || root.Slots[1].Traced() || root.Console != (Console{SignedIn: date("2025-08-13 12:00:00"), MFA: Yes}) {
		t.Errorf("root is %+v", root)
	}
	want := ReportUser{
		Name: "Suzie", ARN: "arn:aws:iam::111122223333:user/Suzie", Created: date("2023-12-10 09:00:00"),
		Console: Console{Password: Yes, MFA: No},
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
		"empty":          {"", "it is empty"},
		"blank":          {" \r\n", "it is empty"},
		"no CSV":         {"<html>\"", "quote"},
		"another CSV":    {"name,age\nbob,3\n", `there is no column "user"`},
		"a column twice": {strings.ReplaceAll(whole, "cert_2_active", "user"), `the column "user" stands there twice`},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := ParseReport([]byte(tc.text), now)
			if err == nil || r != nil || !strings.Contains(err.Error(), tc.says) || !strings.HasPrefix(err.Error(), "reading the credential report: ") {
				t.Errorf("read %+v, error %v, want %q", r, err, tc.says)
			}
		})
	}
}

// TestAnOddFieldCostsItself, and an odd line that line.
func TestAnOddFieldCostsItself(t *testing.T) {
	replaced := func(from, to string) string { return strings.Replace(suzieLine, from, to, 1) }
	date := func(day int) time.Time { return time.Date(2025, 12, day, 0, 0, 0, 0, time.UTC) }
	parsed, err := ParseReport([]byte(reportHead+suzieLine+bobLine), now)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		head, line string
		want       func(*ReportUser) // what differs; nil if the line is lost
		why        string
	}{
		"as it should be":    {reportHead, suzieLine, func(*ReportUser) {}, ""},
		"TRUE and False":     {reportHead, strings.NewReplacer("true", "TRUE", "false", "False").Replace(suzieLine), func(*ReportUser) {}, ""},
		"other offsets":      {reportHead, replaced("2025-12-01T00:00:00+00:00", "2025-12-01T02:00:00+0200"), func(*ReportUser) {}, ""},
		"blanks":             {reportHead, strings.ReplaceAll(suzieLine, ",", " , "), func(*ReportUser) {}, ""},
		"a field more":       {reportHead, strings.TrimSpace(suzieLine) + ",x\n", func(*ReportUser) {}, ""},
		"twice the same":     {reportHead, suzieLine + suzieLine, func(*ReportUser) {}, ""},
		"no password column": {strings.Replace(reportHead, "password_enabled", "password", 1), suzieLine, func(u *ReportUser) { u.Console.Password = NotTold }, ""},
		"an empty password":  {reportHead, replaced(",true,no_information", ",,no_information"), func(u *ReportUser) { u.Console.Password = NotTold }, ""},
		"no such date":       {reportHead, replaced("2023-12-10T09:00:00+00:00,true", "last year,true"), func(u *ReportUser) { u.Created = time.Time{} }, ""},
		"a status of tomorrow": {reportHead, replaced(",false,2025-12-01", ",maybe,2025-12-01"), func(u *ReportUser) {
			u.Slots[1] = Slot{Odd: "maybe", odd: true, Rotated: date(1), LastUse: u.Slots[1].LastUse}
		}, ""},
		"a half date": {reportHead, replaced("2025-12-01T00:00:00+00:00", "2025-12-01T00:0"), func(u *ReportUser) { u.Slots[1] = Slot{odd: true} }, ""},

		"cut short":                       {reportHead, suzieLine[:len(suzieLine)-12] + "\n", nil, "it is cut short"},
		"a field more in the middle":      {reportHead, replaced("false,true,2025", "false,x,true,2025"), nil, "more fields than the head"},
		"two that disagree":               {reportHead, suzieLine + replaced("true,2025-11-24", "false,2025-11-24"), nil, "another line says something else"},
		"three of which the last ones do": {reportHead, suzieLine + suzieLine + replaced("eu-west-1", "eu-west-2") + suzieLine, nil, "another line says something else"},
		"no name":                         {reportHead, replaced("Suzie", "N/A"), nil, "it names no user"},
		"a quote":                         {reportHead, replaced("Suzie,", `Su"zie,`), nil, "it is no line of CSV"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := ParseReport([]byte(tc.head+tc.line+bobLine), now)
			if err != nil {
				t.Fatal(err)
			}
			if bob := r.Users[len(r.Users)-1]; bob.Name != "bob" || bob.Slots != parsed.Users[1].Slots {
				t.Errorf("the line behind it reads as %+v", bob)
			}
			if tc.want == nil {
				if len(r.Users) != 1 || len(r.Unread) == 0 || !strings.Contains(r.Unread[0].Why, tc.why) {
					t.Errorf("read %+v, and not %+v; want %q", r.Users, r.Unread, tc.why)
				}
				return
			}
			want := parsed.Users[0]
			tc.want(&want)
			if len(r.Unread) != 0 || len(r.Users) != 2 || r.Users[0] != want {
				t.Errorf("read\n%+v\nwant\n%+v\nnot read %+v", r.Users[0], want, r.Unread)
			}
		})
	}
}

// TestWhetherRootHasKeys is known only where each of the two slots can be read.
func TestWhetherRootHasKeys(t *testing.T) {
	slot := func(text string) string { return strings.Replace(rootWithoutKeys, noSlot, text, 1) }
	root := rootWithoutKeys[:strings.Index(rootWithoutKeys, noSlot)]
	for name, tc := range map[string]struct {
		text string
		want string // the rows of root
	}{
		"none":                      {rootWithoutKeys, ""},
		"one":                       {rootLine, "root-key overdue unused"},
		"an Active one, no dates":   {slot("true,,,,"), "root-key unknown"},
		"an Inactive one":           {slot("false,2025-12-01T00:00:00Z,N/A,N/A,N/A"), "root-key inactive"},
		"the date is the account's": {slot("false,2022-03-01T00:00:00+00:00,N/A,N/A,N/A"), ""},
		"and it was used":           {slot("false,2022-03-01T00:00:00+00:00,2025-12-01T00:00:00Z,N/A,s3"), "root-key inactive"},
		"and it is Active":          {slot("true,2022-03-01T00:00:00+00:00,2026-03-01T00:00:00Z,N/A,s3"), "root-key overdue"},
		"no line of root":           {suzieLine, "unknown"},
		"maybe":                     {slot("maybe,N/A,N/A,N/A,N/A"), "unknown"},
		"maybe, and it has a date":  {slot("maybe,2025-12-01T00:00:00Z,N/A,N/A,N/A"), "root-key unknown, unknown"},
		"no date":                   {slot("false,,N/A,N/A,N/A"), "unknown"},
		"cut":                       {root + "true\n", "unknown"},
		"two that disagree":         {rootWithoutKeys + rootLine, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := ParseReport([]byte(reportHead+tc.text), now)
			if err != nil {
				t.Fatal(err)
			}
			inv := NewInventory(DefaultThresholds())
			inv.Apply(ReportRead{Report: r})
			var got []string
			for _, row := range inv.AppendRows(nil, now) {
				if row.Root() {
					got = append(got, row.Findings.String())
				}
			}
			if strings.Join(got, ", ") != tc.want {
				t.Errorf("the rows of root are %q, want %q", got, tc.want)
			}
			if known := inv.Progress().RootProblem == nil; known == strings.HasSuffix(", "+tc.want, ", unknown") {
				t.Errorf("known: %v, %v", known, inv.Progress().RootProblem)
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
