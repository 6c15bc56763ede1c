package audit

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"keyturn/iamops"
)

// RootName is how the credential report names the account's root user.
const RootName = "<root_account>"

// Report is a credential report of iam:GetCredentialReport, as far as access keys
// and those who have them go. It tells what was so at At, which may be four hours
// ago, and it names no key IDs.
type Report struct {
	At    time.Time // when AWS made it
	Users []ReportUser
	// DatesInactive reports whether some Inactive key has a date in it. AWS documents
	// that there is none, and yet they have been seen. Without one, a slot that says
	// nothing may hold an Inactive key.
	DatesInactive bool
}

// ReportUser is a user's line of the report, or the root user's.
type ReportUser struct {
	Name    string
	ARN     string
	Created time.Time
	Console Console
	Slots   [iamops.MaxKeys]Slot
}

// HasKey reports whether the report shows that the user has a key. That it shows
// none proves nothing.
func (u *ReportUser) HasKey() bool {
	for _, s := range u.Slots {
		if s.Traced() {
			return true
		}
	}
	return false
}

// Console is how a user may sign in to the console, as the report tells it.
type Console struct {
	Password bool
	SignedIn time.Time // the last time with the password; zero if never, or not known
	MFA      bool
}

// Slot is one of the two places for a key in a user's line.
type Slot struct {
	Active bool
	// Rotated is when the key was created or its status was last changed; zero if the
	// report does not say.
	Rotated time.Time
	LastUse iamops.LastUse // as of the report
}

// Traced reports whether the slot shows that there is a key.
func (s Slot) Traced() bool {
	return s.Active || !s.Rotated.IsZero() || s.LastUse.State == iamops.Used
}

// Status is the status that the slot tells of its key.
func (s Slot) Status() iamops.KeyStatus {
	if s.Active {
		return iamops.Active
	}
	return iamops.Inactive
}

// What the report says where there is nothing to say.
const (
	notApplicable = "N/A"
	noInformation = "no_information"
	notSupported  = "not_supported"
)

// ParseReport reads the CSV of a credential report that was made at the given time.
// Columns are found by their names, in any order; those that are not known are
// passed over. A report of which a part is missing or makes no sense is an error that
// names the line: half a report would show users without keys who have some.
func ParseReport(content []byte, at time.Time) (*Report, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff"))))
	r.ReuseRecord = true
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("reading the credential report: it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the credential report: %w", err)
	}
	columns, err := columnsOf(header)
	if err != nil {
		return nil, fmt.Errorf("reading the credential report: %w", err)
	}
	lines := bytes.Count(content, []byte{','}) / max(1, len(header)-1) // room that grows would hold them twice
	report := &Report{At: at.UTC(), Users: make([]ReportUser, 0, lines)}
	seen := map[string]bool{}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return report, nil
		}
		if err != nil { // a line of fewer fields, as of a report that was cut, among them
			return nil, fmt.Errorf("reading the credential report: %w", err)
		}
		line, _ := r.FieldPos(0)
		u, err := columns.user(fields, report.At)
		if err == nil && seen[u.Name] {
			err = fmt.Errorf("user %q stands there twice", u.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("reading the credential report: line %d: %w", line, err)
		}
		seen[u.Name] = true
		report.Users = append(report.Users, u)
		for _, s := range u.Slots {
			report.DatesInactive = report.DatesInactive || !s.Active && !s.Rotated.IsZero()
		}
	}
}

// columns are the places of the columns that are used, by their names.
type columns map[string]int

// neededColumns are those without which a report can't be read.
var neededColumns = []string{
	"user", "arn", "user_creation_time", "password_enabled", "password_last_used", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date",
	"access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date",
	"access_key_2_last_used_region", "access_key_2_last_used_service",
}

func columnsOf(header []string) (columns, error) {
	found := columns{}
	for i, name := range header {
		if _, twice := found[name]; twice {
			return nil, fmt.Errorf("the column %q stands there twice", name)
		}
		found[strings.Clone(name)] = i
	}
	for _, name := range neededColumns {
		if _, ok := found[name]; !ok {
			return nil, fmt.Errorf("there is no column %q", name)
		}
	}
	return found, nil
}

// user reads a line.
func (c columns) user(fields []string, at time.Time) (ReportUser, error) {
	l := line{columns: c, fields: fields}
	u := ReportUser{
		Name: l.text("user"), ARN: l.text("arn"), Created: l.time("user_creation_time"),
		Console: Console{Password: l.yes("password_enabled"), SignedIn: l.time("password_last_used"), MFA: l.yes("mfa_active")},
	}
	for i := range u.Slots {
		key := fmt.Sprintf("access_key_%d_", i+1)
		s := Slot{Active: l.yes(key + "active"), Rotated: l.time(key + "last_rotated")}
		s.LastUse = l.use(key+"last_used_", at)
		if !s.Traced() {
			s.LastUse = iamops.LastUse{} // of no key
		}
		u.Slots[i] = s
	}
	if l.err == nil && u.Name == "" {
		l.err = errors.New("it names no user")
	}
	return u, l.err
}

// line is a line that is being read, and the first thing that was wrong with it.
type line struct {
	columns columns
	fields  []string
	err     error
}

// text is the field of a column, "" where there is nothing to say.
func (l *line) text(column string) string {
	switch text := l.fields[l.columns[column]]; text {
	case notApplicable, noInformation, notSupported:
		return ""
	default:
		return strings.Clone(text) // the reader uses the line's memory again
	}
}

func (l *line) yes(column string) bool {
	switch text := l.text(column); text {
	case "true":
		return true
	case "false", "":
		if l.fields[l.columns[column]] != "" {
			return false
		}
	}
	l.wrong(column)
	return false
}

// time is zero where there is nothing to say.
func (l *line) time(column string) time.Time {
	text := l.text(column)
	if text == "" && l.fields[l.columns[column]] != "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.IsZero() {
		l.wrong(column)
		return time.Time{}
	}
	return t.UTC()
}

// use is the last use of a key. That the report has no date for it says that AWS has
// seen none; that it has no information says nothing.
func (l *line) use(prefix string, at time.Time) iamops.LastUse {
	use := iamops.LastUse{AsOf: at, At: l.time(prefix + "date")}
	switch date := l.fields[l.columns[prefix+"date"]]; {
	case !use.At.IsZero():
		use.State = iamops.Used
		use.Service, use.Region = l.text(prefix+"service"), l.text(prefix+"region")
	case date == notApplicable:
		use.State = iamops.NeverUsed
	}
	return use
}

func (l *line) wrong(column string) {
	if l.err == nil {
		l.err = fmt.Errorf("%s is %.40q", column, l.fields[l.columns[column]])
	}
}
