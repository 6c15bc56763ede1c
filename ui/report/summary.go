package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/ui/words"
)

// SummarySchema is the name and version of summaries as JSON.
const SummarySchema = "keyturn.summary/1"

// WriteSummaries writes past rotations, in the order given: as a table, as JSON, which
// docs/summary.schema.json describes, or as Markdown for tickets.
func WriteSummaries(w io.Writer, f Format, account iamops.Account, all []rotation.Summary, at time.Time) error {
	p := page{
		name: "the summaries",
		head: []string{"ROTATION", userColumn, "PLAN", "OLD KEY", "NEW KEY", "BEGUN", "ENDED", "AGAINST GUARDS"},
		document: func() any {
			return struct {
				Schema    string             `json:"schema"`
				At        time.Time          `json:"at"`
				Account   string             `json:"account"`
				Alias     string             `json:"alias"`
				Rotations []rotation.Summary `json:"rotations"`
			}{SummarySchema, at.UTC(), account.ID, account.Alias, append([]rotation.Summary{}, all...)}
		},
		markdown: func(b *strings.Builder) {
			for i, s := range all {
				if i > 0 {
					b.WriteString("\n")
				}
				writeSummary(b, account, s)
			}
		},
	}
	for _, s := range all {
		p.rows = append(p.rows, []string{
			s.Rotation, s.User, string(s.Plan), orDash(s.OldKeyID), orDash(s.NewKeyID),
			s.Begun.Format(minute), ended(s), strconv.Itoa(overrides(s)),
		})
	}
	if len(all) == 0 {
		p.said = [][]string{{"No rotation has come to its end, as far as the journal of this machine knows."}}
	}
	return p.write(w, f)
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
