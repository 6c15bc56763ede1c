package audit

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
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
	// Unread are the lines that could not be read.
	Unread []UnreadLine
	// DatesInactive reports whether some Inactive key has a date in it. AWS documents
	// that there is none, and yet they have been seen. Without one, a slot that says
	// nothing may hold an Inactive key.
	DatesInactive bool
}

// UnreadLine is a line of a report that makes no sense. What it says of its user is not
// known.
type UnreadLine struct {
	Line int
	User string // "" if not even that can be read
	Why  string
}

// ReportUser is a user's line of the report, or the root user's.
type ReportUser struct {
	Name    string
	ARN     string
	Created time.Time
	Console Console
	Slots   [iamops.MaxKeys]Slot
	// More says that the user has more keys or certificates than a line has room for.
	More bool
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

// unread reports whether something that the line says of the user's keys can't be read.
func (u *ReportUser) unread() bool { return u.Slots[0].odd || u.Slots[1].odd || u.More }

// rootProblem is why the report does not tell whether the root user has keys; nil if it
// does.
func (r *Report) rootProblem() *iamops.Problem {
	why := "it has no line of the root user"
	for _, l := range r.Unread {
		if l.User == RootName {
			why = fmt.Sprintf("line %d of it, the root user's, can't be read: %s", l.Line, l.Why)
		}
	}
	for i := range r.Users {
		switch u := &r.Users[i]; {
		case u.Name != RootName:
		case !u.unread():
			return nil
		default:
			why = "what it says of the root user's keys can't be read"
		}
	}
	return malformed(why)
}

func malformed(why string) *iamops.Problem {
	return &iamops.Problem{
		Kind:    iamops.Malformed,
		Action:  "iam:GetCredentialReport",
		Message: "the credential report: " + why,
	}
}

// namedLines is how many lines that can't be read are named one by one.
const namedLines = 5

// unreadProblem names the lines that can't be read, nil if there are none.
func (r *Report) unreadProblem() *iamops.Problem {
	var whys []string
	for i, l := range r.Unread {
		if i == namedLines {
			whys = append(whys, fmt.Sprintf("and %d lines more", len(r.Unread)-i))
			break
		}
		of := ""
		if l.User != "" {
			of = " of " + l.User
		}
		whys = append(whys, fmt.Sprintf("line %d%s: %s", l.Line, of, l.Why))
	}
	if whys == nil {
		return nil
	}
	return malformed("it can't be read everywhere: " + strings.Join(whys, "; "))
}

// Console is how a user may sign in to the console, as the report tells it.
type Console struct {
	Password Answer
	SignedIn time.Time // the last time with the password; zero if never, or not known
	MFA      Answer
}

// Answer is yes, no, or not known.
type Answer uint8

// The answers.
const (
	NotTold Answer = iota
	No
	Yes
)

// Slot is one of the two places for a key in a user's line.
type Slot struct {
	Active bool
	// Rotated is when the key was created or its status was last changed; zero if the
	// report does not say.
	Rotated time.Time
	LastUse iamops.LastUse // as of the report
	// Odd is what stands there in place of a status, if that is neither true nor false.
	Odd string
	odd bool // whether a field that tells whether there is a key can't be read
}

// Traced reports whether the slot shows that there is a key.
func (s Slot) Traced() bool { return s.Active || s.Odd != "" || s.dated() }

// dated reports whether a date shows that there is a key.
func (s Slot) dated() bool { return !s.Rotated.IsZero() || s.LastUse.State == iamops.Used }

// Status is the status that the slot tells of its key. One that makes no sense is passed
// on as it stands there.
func (s Slot) Status() iamops.KeyStatus {
	switch {
	case s.Odd != "":
		return iamops.KeyStatus(s.Odd)
	case s.Active:
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
// passed over. A field that makes no sense costs that field, a line that makes none that
// line: it is among Unread. A text without a column of users is no report, and an error.
func ParseReport(content []byte, at time.Time) (*Report, error) {
	text := string(bytes.TrimPrefix(content, []byte("\ufeff")))
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("reading the credential report: it is empty")
	}
	head, text, _ := strings.Cut(text, "\n")
	header, err := fieldsOf(head, nil)
	if err != nil {
		return nil, fmt.Errorf("reading the credential report: line 1: %w", err)
	}
	columns := columnsOf(header)
	switch at, ok := columns.places["user"]; {
	case !ok:
		return nil, errors.New(`reading the credential report: there is no column "user"`)
	case at < 0:
		return nil, errors.New(`reading the credential report: the column "user" stands there twice`)
	}
	lines := strings.Count(text, "\n") + 1 // room that grows would hold them twice
	report := &Report{At: at.UTC(), Users: make([]ReportUser, 0, lines)}
	index := map[string]int{} // of users; -1 where two lines of one disagree
	var fields []string
	number := 1
	for content := range strings.Lines(text) {
		number++
		content = strings.TrimRight(content, "\r\n")
		if content == "" {
			continue
		}
		var u ReportUser
		if fields, err = fieldsOf(content, fields); err == nil {
			u, err = columns.user(fields, report.At)
		}
		if err == nil {
			switch twin, twice := index[u.Name]; {
			case !twice:
				index[u.Name] = len(report.Users)
				report.Users = append(report.Users, u)
				continue
			case twin >= 0 && report.Users[twin] == u:
				continue
			case twin >= 0:
				report.Users[twin].Name, index[u.Name] = "", -1
			}
			err = errors.New("another line says something else of this user")
		}
		report.Unread = append(report.Unread, UnreadLine{Line: number, User: u.Name, Why: err.Error()})
	}
	report.Users = slices.DeleteFunc(report.Users, func(u ReportUser) bool { return u.Name == "" })
	for _, u := range report.Users {
		for _, s := range u.Slots {
			report.DatesInactive = report.DatesInactive || !s.Active && s.Odd == "" && !s.Rotated.IsZero()
		}
	}
	return report, nil
}

// fieldsOf splits a line of CSV. Its fields may use the room of those of the line before.
func fieldsOf(line string, room []string) ([]string, error) {
	if strings.Contains(line, `"`) {
		fields, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil {
			return nil, fmt.Errorf("it is no line of CSV: %w", err)
		}
		return fields, nil
	}
	room = room[:0]
	for field := range strings.SplitSeq(line, ",") {
		room = append(room, field)
	}
	return room, nil
}

// columns are the places of the columns, by their names; -1 if one stands there twice:
// which of the two is the one?
type columns struct {
	places map[string]int
	count  int
}

func columnsOf(header []string) columns {
	c := columns{places: map[string]int{}, count: len(header)}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := c.places[name]; twice {
			i = -1
		}
		c.places[strings.Clone(name)] = i
	}
	return c
}

// The columns of the keys, in slots.
var slotColumns = [iamops.MaxKeys]string{"access_key_1_", "access_key_2_"}

// user reads a line. One that is cut short, or is longer than the head and then makes no
// sense somewhere, may have every field in another's place.
func (c columns) user(fields []string, at time.Time) (ReportUser, error) {
	l := line{columns: c, fields: fields}
	u := ReportUser{Name: l.text("user"), ARN: l.arn(), Created: l.time("user_creation_time")}
	switch {
	case u.Name == "":
		return u, errors.New("it names no user")
	case len(fields) < c.count:
		return u, errors.New("it is cut short")
	}
	u.Console = Console{
		Password: l.answer("password_enabled"),
		SignedIn: l.time("password_last_used"),
		MFA:      l.answer("mfa_active"),
	}
	for i, column := range slotColumns {
		u.Slots[i] = l.slot(column, at)
		if s := &u.Slots[i]; u.Name == RootName && !s.Active && s.Rotated.Equal(u.Created) &&
			s.LastUse.State != iamops.Used {
			s.Rotated = time.Time{} // the date is the account's, and tells of no key
		}
		if !u.Slots[i].Traced() {
			u.Slots[i].LastUse = iamops.LastUse{} // of no key
		}
	}
	more := l.field("additional_credentials_info")
	u.More = l.text("additional_credentials_info") != "" && more != "0" && !strings.EqualFold(more, "false")
	if len(fields) > c.count && l.odd {
		return u, errors.New("it has more fields than the head")
	}
	return u, nil
}

// line is a line that is being read.
type line struct {
	columns columns
	fields  []string
	odd     bool // whether something makes no sense
}

// field is what stands in a column, "" if there is no such column.
func (l *line) field(column string) string {
	i, ok := l.columns.places[column]
	if !ok || i < 0 || i >= len(l.fields) {
		return ""
	}
	return strings.TrimSpace(l.fields[i])
}

// text is the field of a column, "" where there is nothing to say.
func (l *line) text(column string) string {
	switch text := l.field(column); text {
	case notApplicable, noInformation, notSupported:
		return ""
	default:
		return strings.Clone(text) // not the whole report with it
	}
}

// arn is the user's; what is none is left out.
func (l *line) arn() string {
	text := l.text("arn")
	if strings.HasPrefix(text, "arn:") {
		return text
	}
	l.odd = true
	return ""
}

func (l *line) answer(column string) Answer {
	switch text := l.field(column); {
	case strings.EqualFold(text, "true"):
		return Yes
	case strings.EqualFold(text, "false"):
		return No
	case text != notApplicable && text != noInformation && text != notSupported:
		l.odd = true
	}
	return NotTold
}

// dates are the forms in which a report has been seen to tell an instant.
var dates = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07"}

// time is zero where there is nothing to say, or nothing that makes sense.
func (l *line) time(column string) time.Time {
	text := l.field(column)
	switch text {
	case notApplicable, noInformation, notSupported:
		return time.Time{}
	}
	for _, form := range dates {
		if t, err := time.Parse(form, text); err == nil && !t.IsZero() {
			return t.UTC()
		}
	}
	l.odd = true
	return time.Time{}
}

// slot reads one of the two keys.
func (l *line) slot(prefix string, at time.Time) Slot {
	before := l.odd
	l.odd = false
	active := l.answer(prefix + "active")
	s := Slot{Active: active == Yes, Rotated: l.time(prefix + "last_rotated"), LastUse: l.use(prefix+"last_used_", at)}
	if active == NotTold {
		text := l.field(prefix + "active")
		s.Odd = cmp.Or(strings.Clone(text), "unknown")
	}
	// Of an Active key, nothing else is needed to know that it is there.
	s.odd = active == NotTold || active == No && l.odd
	l.odd = l.odd || before
	return s
}

// use is the last use of a key. That the report has no date for it says that AWS has
// seen none; that it has no information says nothing.
func (l *line) use(prefix string, at time.Time) iamops.LastUse {
	use := iamops.LastUse{AsOf: at, At: l.time(prefix + "date")}
	switch date := l.field(prefix + "date"); {
	case !use.At.IsZero():
		use.State = iamops.Used
		use.Service, use.Region = l.text(prefix+"service"), l.text(prefix+"region")
	case date == notApplicable:
		use.State = iamops.NeverUsed
	}
	return use
}
