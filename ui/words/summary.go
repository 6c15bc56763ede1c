package words

import (
	"fmt"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// SummaryName is the name of the file of a summary.
func SummaryName(user, rotationID string) string {
	return "keyturn-" + user + "-" + rotationID + "-summary.md"
}

// SummaryTitle says what a rotation came to.
func SummaryTitle(s rotation.Summary) string {
	plan := s.Plan
	for _, d := range s.Deeds {
		plan = d.Plan // by which it ended
	}
	switch {
	case s.Ended == nil:
		return "The rotation of " + s.User + "'s access key is not at its end"
	case rotation.PlanOf(plan).Target == rotation.NewKey:
		return "The new access key of " + s.User + " was given up"
	case plan == rotation.Retire:
		return "An access key of " + s.User + " was taken out of use"
	case rotation.PlanOf(plan).OffFirst() && s.NewKeyID == "":
		return "A leaked access key of " + s.User + " was taken out of use"
	case rotation.PlanOf(plan).OffFirst():
		return "A leaked access key of " + s.User + " was replaced"
	}
	return "The access key of " + s.User + " was replaced"
}

// Deed says what was done, "" for what need not be told.
func Deed(d rotation.Deed) string {
	text := ""
	switch d.Kind {
	case rotation.DeedBegun:
		text = "Begun"
	case rotation.DeedEnded:
		text = "Ended"
	case rotation.DeedLeft:
		text = "Left at " + StepName(d.Step)
	case rotation.DeedDelivered:
		text = tried(d, "Delivered the new key to ", "Tried to deliver the new key to ") + d.Target
	case rotation.DeedPutBack:
		text = tried(d, "Put the old key back at ", "Tried to put the old key back at ") + d.Target
	case rotation.DeedSettled:
		text = "Removed what was kept for the way back at " + d.Target
	case rotation.DeedChanged:
		text = changed(d)
	case rotation.DeedDecided:
		text = decided(d)
	case rotation.DeedAnnounced, rotation.DeedProven, rotation.DeedLent, rotation.DeedDescribed,
		rotation.DeedDelivering, rotation.DeedPuttingBack, rotation.DeedSettling: // how they ended is told
	}
	if d.Problem != "" && text != "" {
		text += ". Problem: " + d.Problem
	}
	return text
}

// tried is how a deed is told that went well, or did not.
func tried(d rotation.Deed, well, badly string) string {
	if d.Problem != "" {
		return badly
	}
	return well
}

func changed(d rotation.Deed) string {
	verb := changes[d.Change].past
	if verb == "" { // a damaged journal, or one of a later keyturn
		verb = fmt.Sprintf("Made a change that this keyturn does not know (%s):", d.Change)
	}
	text := strings.TrimSpace(verb + " " + d.KeyID)
	switch d.Effect {
	case iamops.NoEffect:
		text = "Asked, without effect: " + strings.ToLower(text[:1]) + text[1:]
	case iamops.Unclear:
		text += "? It is not known whether it took effect"
	case iamops.Done:
		if d.Proven == nil {
			text += ", not yet seen in lists"
		}
	}
	if d.RequestID != "" {
		text += " (request " + d.RequestID + ")"
	}
	return text
}

// decided tells of the decisions that stand for something said or turned to; the others
// show in what came of them.
func decided(d rotation.Deed) string {
	text := decisions[d.Decision].past
	if d.Decision == rotation.UserFine {
		text += d.About
	}
	if len(d.Against) == 0 {
		return text
	}
	var guards []string
	for _, why := range d.Against {
		guards = append(guards, Against(why))
	}
	if text == "" {
		text = "Went on at " + StepName(d.Step)
	}
	return text + ", although " + strings.Join(guards, ", and ") + `. Reason: "` + d.Reason + `"`
}

// Evidence are the lines about what was known of a key when a change of it was decided.
func Evidence(f rotation.GateFacts) []string {
	at := func(t *time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
	last := "Its last use was not known, which counted as used"
	switch {
	case f.LastUse != nil:
		last = "Last used " + at(f.LastUse)
	case f.Use == "never-used":
		last = "Never used, as far as AWS knows"
	}
	lines := []string{last}
	if f.QuietSince != nil && f.OffSince == nil {
		quiet := fmt.Sprintf("Quiet for %s; %s asked for", Period(f.At.Sub(*f.QuietSince)), Period(time.Duration(f.Needed)*time.Second))
		if f.LongestGap > 0 {
			quiet += fmt.Sprintf("; the longest gap between two uses was %s", Period(time.Duration(f.LongestGap)*time.Second))
		}
		lines = append(lines, quiet)
	}
	if f.OffSince != nil {
		lines = append(lines, fmt.Sprintf("Inactive since %s, for %s", at(f.OffSince), Period(f.At.Sub(*f.OffSince))))
	}
	for _, u := range f.Users {
		lines = append(lines, gateUser(u, at))
	}
	return append(lines, blind(f))
}

func gateUser(u rotation.GateUser, at func(*time.Time) string) string {
	text := "Used by " + u.Who
	if len(u.Calls) > 0 {
		text += " (" + strings.Join(u.Calls, ", ") + ")"
	}
	if u.Last == nil {
		return "Tried by " + u.Who + ", refused each time"
	}
	text += fmt.Sprintf(", %s, last %s", times(u.Count), at(u.Last))
	switch {
	case u.Fine:
		return text + ": works without it, the operator said"
	case u.Moved:
		return text + ": seen on the new key"
	}
	return text + ": NOT seen on the new key"
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// blind is what the evidence could not show.
func blind(f rotation.GateFacts) string {
	if f.Trail == nil {
		return "Not seen: who used it. CloudTrail was not read"
	}
	text := fmt.Sprintf("CloudTrail was read in %d regions, as of %s, back to %s. Not seen: data events, such as reading S3 objects",
		f.Trail.Regions, f.Trail.AsOf.UTC().Format("2006-01-02 15:04 UTC"), f.Trail.Since.UTC().Format("2006-01-02"))
	if len(f.Trail.Failed) > 0 {
		text += "; the regions " + strings.Join(f.Trail.Failed, ", ") + ", which could not be read"
	}
	if len(f.Trail.More) > 0 {
		text += "; older events in " + strings.Join(f.Trail.More, ", ")
	}
	if f.Trail.Guessed {
		text += "; other regions, since the account's could not be listed"
	}
	return text
}
