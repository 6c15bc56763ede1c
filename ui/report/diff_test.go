package report

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"keyturn/iamops"
	"keyturn/iamops/audit"
)

func changesWritten(t *testing.T, f Format, c Changes) string {
	t.Helper()
	var b strings.Builder
	if err := WriteChanges(&b, f, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func diff(t *testing.T, before []Audit, now ...Audit) Changes {
	t.Helper()
	c, err := Diff(strings.NewReader(written(t, AsJSON, before...)), now...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// short is a change in a line: "gone alice AKIA1 Active: overdue > -".
func short(c change) string {
	id := text(c.KeyID)
	if id == "" {
		id = "slot" + count(c.Slot)
	}
	return fmt.Sprintf("%s %s %s %s > %s", c.Kind, c.User, id, c.Before, c.Now)
}

func TestDiff(t *testing.T) {
	const later = 10 * day
	old := key("AKIA1", 85*day, iamops.Active)
	off := old
	off.Status = iamops.Inactive
	young := iamops.AccessKey{ID: "AKIA2", Status: iamops.Active, Created: at.Add(day)}
	// of is an audit of the user alice; the events come after her being found.
	of := func(when time.Duration, events ...audit.Event) Audit {
		return New(account, "", seen(append([]audit.Event{users("alice"), audit.UsersEnd{}}, events...)...), at.Add(when))
	}
	use := func(id string) audit.Event { return lastUsed("alice", id, used(time.Hour)) }
	locked := audit.KeysListed{User: "alice", Problem: problem(throttled, "iam:ListAccessKeys")}
	reported := func(when time.Duration, slots ...audit.Slot) Audit {
		u := audit.ReportUser{Name: "alice", ARN: "arn"}
		copy(u.Slots[:], slots)
		return New(account, "", seen(audit.ReportRead{Only: true, Report: &audit.Report{At: at.Add(when), Users: []audit.ReportUser{u}}}), at.Add(when))
	}
	slot := func(rotated time.Time) audit.Slot {
		return audit.Slot{Active: true, Rotated: rotated, LastUse: used(time.Hour)}
	}
	brokenOff := func(when time.Duration) Audit {
		return New(account, "", seen(audit.UsersEnd{Problem: problem(throttled, "iam:ListUsers")}), at.Add(when))
	}
	for name, tc := range map[string]struct {
		before, now Audit
		want        []string
	}{
		"nothing":                   {of(0, listed("alice", old), use("AKIA1")), of(0, listed("alice", old), use("AKIA1")), nil},
		"new":                       {of(0, listed("alice")), of(later, listed("alice", young), use("AKIA2")), []string{"new alice AKIA2 - > Active"}},
		"gone":                      {of(0, listed("alice", old), use("AKIA1")), of(later, listed("alice")), []string{"gone alice AKIA1 Active: due > -"}},
		"of a user who is gone":     {of(0, listed("alice", old), use("AKIA1")), New(account, "", seen(audit.UsersEnd{}), at.Add(later)), []string{"gone alice AKIA1 Active: due > -"}},
		"a day too old":             {of(0, listed("alice", old), use("AKIA1")), of(later, listed("alice", old), use("AKIA1")), []string{"changed alice AKIA1 Active: due > Active: overdue"}},
		"switched off":              {of(0, listed("alice", old), use("AKIA1")), of(0, listed("alice", off), use("AKIA1")), []string{"changed alice AKIA1 Active: due > Inactive: inactive"}},
		"a use is no change":        {of(0, listed("alice", old), lastUsed("alice", "AKIA1", used(day))), of(0, listed("alice", old), use("AKIA1")), nil},
		"unknown is a change":       {of(0, listed("alice", old), use("AKIA1")), of(0, listed("alice", old), lastUsed("alice", "AKIA1", iamops.LastUse{Problem: &throttled})), []string{"changed alice AKIA1 Active: due > Active: unknown, due"}},
		"a rotation":                {of(0, listed("alice", old), use("AKIA1")), of(later, listed("alice", old, young), use("AKIA1"), use("AKIA2")), []string{"new alice AKIA2 - > Active: rotating", "changed alice AKIA1 Active: due > Active: overdue, second-active, rotating"}},
		"not known whether gone":    {of(0, listed("alice", old), use("AKIA1")), of(later, locked), []string{"unclear alice AKIA1 Active: due > -"}},
		"the list broke off":        {of(0, listed("alice", old), use("AKIA1")), brokenOff(later), []string{"unclear alice AKIA1 Active: due > -"}},
		"not known whether new":     {of(0, locked), of(later, listed("alice", old), use("AKIA1")), []string{"unclear alice AKIA1 - > Active: overdue"}},
		"it had broken off":         {brokenOff(0), of(later, listed("alice", old), use("AKIA1")), []string{"unclear alice AKIA1 - > Active: overdue"}},
		"new by its date":           {of(0, locked), of(later, listed("alice", young), use("AKIA2")), []string{"new alice AKIA2 - > Active"}},
		"reports alone":             {reported(0, slot(old.Created)), reported(later, slot(old.Created)), []string{"changed alice slot1 Active: due > Active: overdue"}},
		"a report has no IDs":       {reported(0, slot(old.Created)), of(0, listed("alice", old), use("AKIA1")), nil},
		"nor now":                   {of(0, listed("alice", old), use("AKIA1")), reported(later, slot(old.Created)), []string{"changed alice AKIA1 Active: due > Active: overdue"}},
		"a report's date has moved": {reported(0, slot(old.Created)), of(0, listed("alice", off), use("AKIA1")), []string{"changed alice AKIA1 Active: due > Inactive: inactive"}},
		"another key than a slot's": {reported(0, slot(at.Add(-3*day))), of(0, listed("alice", old), use("AKIA1")), []string{"unclear alice slot1 Active > -", "unclear alice AKIA1 - > Active: due"}},
		"a report proves no end":    {of(0, listed("alice", off), use("AKIA1")), reported(later), []string{"unclear alice AKIA1 Inactive: inactive > -"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, c := range diff(t, []Audit{tc.before}, tc.now).keys {
				got = append(got, short(c))
			}
			if strings.Join(got, "\n") != strings.Join(tc.want, "\n") {
				t.Errorf("the changes are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
		})
	}
}

// TestNothingChangesBetweenAnAuditAndItself, whatever is in it: an account that was
// not reached is not compared.
func TestNothingChangesBetweenAnAuditAndItself(t *testing.T) {
	for name, audits := range examples() {
		if len(audits) == 0 {
			continue
		}
		if c := diff(t, audits, audits...); len(c.keys) > 0 {
			t.Errorf("%s has changed since itself: %s", name, changesWritten(t, AsTable, c))
		}
	}
}

func TestAnAccountReachedTwiceIsComparedOnce(t *testing.T) {
	a := everything()
	before := New(account, "", seen(audit.UsersEnd{}), at.Add(-day))
	if c := diff(t, []Audit{before}, a, a); len(c.keys) != a.Counts.Keys {
		t.Errorf("%d changes of %d keys", len(c.keys), a.Counts.Keys)
	}
}

func TestNotes(t *testing.T) {
	now := everything()
	now.Thresholds.MaxAge = 60 * day
	unreached := Audit{Account: account, At: at, Problem: &denied}
	for name, tc := range map[string]struct {
		before, now []Audit
		want        string
	}{
		"other limits":           {[]Audit{everything()}, []Audit{now}, "was judged by other limits: 90 days"},
		"an account more":        {examples()["whole"], examples()["several"], "The earlier audit knows nothing of account 999988888888"},
		"an account less":        {examples()["several"], examples()["whole"], "The present audit knows nothing of account 999988888888"},
		"an account not reached": {examples()["whole"], []Audit{unreached}, "The present audit knows nothing of account 123456789012"},
		"partial now":            {examples()["whole"], examples()["partial"], "The present audit is partial."},
		"partial before":         {examples()["partial"], examples()["whole"], "The earlier audit is partial."},
		"a report alone":         {examples()["report only"], examples()["whole"], "one audit knows the credential report alone"},
	} {
		t.Run(name, func(t *testing.T) {
			c := diff(t, tc.before, tc.now...)
			for _, f := range Formats() {
				if text := changesWritten(t, f, c); !strings.Contains(text, tc.want) {
					t.Errorf("as %s, %q is not said in\n%s", f, tc.want, text)
				}
			}
		})
	}
}

func TestChangesGolden(t *testing.T) {
	inv := seen(append(wholeEvents(),
		listed("billing-cron"),
		listed("no-keys", iamops.AccessKey{ID: "=AKIA|NEW", Status: iamops.Active, Created: at.Add(day)}),
		audit.KeysListed{User: "legacy-export", Problem: &denied})...)
	c := diff(t, examples()["several"], New(account, "prod", inv, at.Add(30*day)), examples()["several"][1])
	for _, f := range Formats() {
		t.Run(string(f), func(t *testing.T) { golden.RequireEqual(t, changesWritten(t, f, c)) })
	}
	t.Run("none", func(t *testing.T) {
		golden.RequireEqual(t, changesWritten(t, AsTable, diff(t, examples()["whole"], examples()["whole"]...)))
	})
}

func TestAnEarlierAuditThatCannotBeRead(t *testing.T) {
	good := written(t, AsJSON, examples()["whole"]...)
	replaced := func(from, to string) string {
		bad := strings.Replace(good, from, to, 1)
		if bad == good {
			t.Fatalf("there is no %s in\n%s", from, good)
		}
		return bad
	}
	for name, tc := range map[string]struct{ text, want string }{
		"empty":             {" \n", "it is empty"},
		"cut":               {good[:len(good)/2], "it is damaged at line"},
		"two of them":       {good + good, "it is damaged at line"},
		"a table":           {written(t, AsTable, examples()["whole"]...), "it is damaged at line 1"},
		"a list":            {"[]", "it is damaged at line 1"},
		"another document":  {`{"version": 1}`, "it is not one"},
		"another schema":    {`{"schema": "keyturn.status/1"}`, "it is not one"},
		"the changes":       {changesWritten(t, AsJSON, Changes{}), "it is not one"},
		"a number":          {`{"schema": 1}`, "it is not one"},
		"a later version":   {replaced("keyturn.audit/1", "keyturn.audit/2"), `its schema is "keyturn.audit/2", and this version of keyturn reads "keyturn.audit/1"`},
		"no time":           {replaced(`"at": "2026-03-01T12:00:00Z"`, `"at": null`), "it has no time"},
		"no such time":      {replaced(`"2026-03-01T12:00:00Z"`, `"soon"`), "it is damaged"},
		"another type":      {replaced(`"rotating": false`, `"rotating": "no"`), "it is damaged at line"},
		"no account":        {`{"schema": "keyturn.audit/1", "at": "2026-03-01T12:00:00Z"}`, "it has no account"},
		"a row of nobody":   {replaced(`"user": "billing-cron"`, `"user": ""`), "names no user"},
		"a foreign row":     {replaced(`"account_id": "123456789012"`, `"account_id": "999988888888"`), "which is not in it"},
		"a row not judged":  {replaced(`"findings": []`, `"findings": null`), "has no findings"},
		"account, no time":  {replaced(`"profile": "prod",`+"\n      "+`"at": "2026-03-01T12:00:00Z"`, `"profile": "prod",`+"\n      "+`"at": null`), "has no time"},
		"not a text at all": {"\x00\x01", "it is damaged at line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Diff(strings.NewReader(tc.text), examples()["whole"]...)
			if err == nil || !strings.HasPrefix(err.Error(), "reading the earlier audit: ") || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("the changes are %+v, the error is %v, want %s", c, err, tc.want)
			}
		})
	}
	if _, err := Diff(io.MultiReader(strings.NewReader(good), failing{})); !errors.Is(err, errFull) {
		t.Errorf("a file that can't be read gives the error %v", err)
	}
}

// TestFieldsAddedSinceArePassedOver, as the schema promises.
func TestFieldsAddedSinceArePassedOver(t *testing.T) {
	more := strings.Replace(written(t, AsJSON, examples()["whole"]...), `"user":`, `"colour": "red", "user":`, 1)
	if c, err := Diff(strings.NewReader(more), examples()["whole"]...); err != nil || len(c.keys) > 0 {
		t.Errorf("the changes are %+v, %v", c, err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errFull }

// FuzzDiff: no earlier file crashes a comparison, and what comes of it can be written.
func FuzzDiff(f *testing.F) {
	for _, audits := range examples() {
		var b strings.Builder
		if err := Write(&b, AsJSON, audits...); err != nil {
			f.Fatal(err)
		}
		f.Add(b.String())
	}
	now := examples()["several"]
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Diff(strings.NewReader(text), now...)
		if err != nil {
			return
		}
		for _, format := range Formats() {
			if err := WriteChanges(io.Discard, format, c); err != nil {
				t.Error(err)
			}
		}
	})
}
