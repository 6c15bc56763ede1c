package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/clean"
	"keyturn/iamops/rotation"
	"keyturn/ui/words"
)

// SummarySchema is the name and version of summaries as JSON.
const SummarySchema = "keyturn.summary/1"

// SummaryTable writes past rotations for people, in the order given.
func SummaryTable(w io.Writer, _ iamops.Account, all []rotation.Summary, _ time.Time) error {
	if len(all) == 0 {
		return printed(fmt.Fprintln(w, "No rotation has come to its end, as far as the journal of this machine knows."))
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "ROTATION\tUSER\tPLAN\tOLD KEY\tNEW KEY\tBEGUN\tENDED\tAGAINST GUARDS")
	for _, s := range all {
		_, _ = io.WriteString(table, clean.Sprintf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\n",
			s.Rotation, s.User, s.Plan, orDash(s.OldKeyID), orDash(s.NewKeyID), s.Begun.Format(minute), ended(s), overrides(s)))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("writing the summaries: %w", err)
	}
	return nil
}

func ended(s rotation.Summary) string {
	if s.Ended == nil {
		return "-"
	}
	return s.Ended.Format(minute)
}

func overrides(s rotation.Summary) int {
	n := 0
	for _, d := range s.Deeds {
		if len(d.Against) > 0 {
			n++
		}
	}
	return n
}

// SummaryJSON writes summaries for programs, as docs/summary.schema.json says.
func SummaryJSON(w io.Writer, account iamops.Account, all []rotation.Summary, at time.Time) error {
	if all == nil {
		all = []rotation.Summary{}
	}
	var text strings.Builder
	err := writeJSON(&text, struct {
		Schema    string             `json:"schema"`
		At        time.Time          `json:"at"`
		Account   string             `json:"account"`
		Alias     string             `json:"alias"`
		Rotations []rotation.Summary `json:"rotations"`
	}{SummarySchema, at.UTC(), account.ID, account.Alias, all})
	if err != nil {
		return fmt.Errorf("writing the summaries: %w", err)
	}
	return printed(io.WriteString(w, text.String()))
}

// SummaryMarkdown writes summaries for tickets.
func SummaryMarkdown(w io.Writer, account iamops.Account, all []rotation.Summary, _ time.Time) error {
	var b strings.Builder
	for i, s := range all {
		if i > 0 {
			b.WriteString("\n")
		}
		writeSummary(&b, account, s)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the summaries: %w", err)
	}
	return nil
}

func writeSummary(b *strings.Builder, account iamops.Account, s rotation.Summary) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(b, format+"\n", args...) }
	line("# %s", words.Escape(words.SummaryTitle(s)))
	line("")
	name := account.DisplayID()
	if account.Alias != "" {
		name += " (" + account.Alias + ")"
	}
	line("- Account: %s", words.Escape(name))
	line("- User: %s", words.Code(s.User))
	line("- Old key: %s", words.Code(orDash(s.OldKeyID)))
	line("- New key: %s", words.Code(orDash(s.NewKeyID)))
	line("- Begun: %s UTC", s.Begun.Format(minute))
	if s.Ended != nil {
		line("- Ended: %s UTC, after %s", s.Ended.Format(minute), words.Period(s.Ended.Sub(s.Begun)))
	}
	for _, arn := range s.By {
		line("- By: %s", words.Code(arn))
	}
	line("- Rotation: %s. No secret is in this text.", words.Code(s.Rotation))

	var done, known [][]string
	for _, d := range s.Deeds {
		if text := words.Deed(d); text != "" {
			done = append(done, []string{d.At.Format(minute), who(d.By), text})
		}
		if d.Evidence == nil {
			continue
		}
		for i, text := range words.Evidence(*d.Evidence) {
			when, what := "", ""
			if i == 0 {
				when, what = d.At.Format(minute), string(d.Change)+" "+d.KeyID
			}
			known = append(known, []string{when, what, text})
		}
	}
	line("")
	line("## What was done")
	markdownTable(b, []string{"WHEN (UTC)", "WHO", "WHAT"}, done)
	if len(known) > 0 {
		line("")
		line("## What was known when a key was switched off or deleted")
		markdownTable(b, []string{"WHEN (UTC)", "CHANGE", "KNOWN"}, known)
	}
}

// who is the part of an ARN that tells people apart.
func who(arn string) string { return iamops.Caller{ARN: arn}.ShortARN() }
