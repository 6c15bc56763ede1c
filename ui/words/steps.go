// Package words holds the operator's words: every step, decision, reason, finding
// and problem has its text here, once, for the full screen and for --plain alike.
//
// # Style
//
// Short, calm, exact. What happened, what is known and what is not, the next safe
// action. A key is "the old key" or "the new key", with its ID where it matters.
// Nothing here decides anything, and nothing here is secret.
package words

import (
	"fmt"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// StepName is the name of a step, as the stepper shows it.
func StepName(s rotation.Step) string {
	switch s {
	case rotation.Check:
		return "Check"
	case rotation.Create:
		return "Create"
	case rotation.Store:
		return "Store"
	case rotation.Distribute:
		return "Distribute"
	case rotation.Deactivate:
		return "Deactivate"
	case rotation.Review:
		return "Review"
	case rotation.Watch:
		return "Watch"
	case rotation.Delete:
		return "Delete"
	case rotation.Finished:
		return "Done"
	}
	return string(s)
}

// PlanName says what a plan does.
func PlanName(p rotation.PlanName) string {
	switch p {
	case rotation.Rotate:
		return "rotate"
	case rotation.Retire:
		return "retire a key of"
	case rotation.Discard, rotation.DiscardStored:
		return "give up the new key of"
	case rotation.Leaked, rotation.LeakedNoSlot, rotation.LeakedAlone, rotation.LeakedNew:
		return "replace a leaked key of"
	}
	return string(p)
}

// ShortPlan is a plan in a word or two, for a cell of a table.
func ShortPlan(p rotation.PlanName) string {
	switch p {
	case rotation.Retire:
		return "retire"
	case rotation.Discard, rotation.DiscardStored:
		return "give up"
	case rotation.Leaked, rotation.LeakedNoSlot, rotation.LeakedAlone, rotation.LeakedNew:
		return "leaked"
	case rotation.Rotate:
	}
	return "rotate"
}

// target names the key that the plan switches off.
func target(s rotation.State) string {
	switch {
	case rotation.PlanOf(s.Plan).Target == rotation.NewKey:
		return "the new key"
	case s.Plan == rotation.Retire:
		return "the key"
	case rotation.PlanOf(s.Plan).OffFirst():
		return "the leaked key"
	}
	return "the old key"
}

// Heading is the headline of the step in hand.
func Heading(s rotation.State) string {
	if goneBody(s) != nil {
		return "The new key is gone"
	}
	switch s.Step {
	case rotation.Check:
		return "Check before anything changes"
	case rotation.Create:
		if s.Orphan() {
			return secretHeading(s)
		}
		return "Create a second key"
	case rotation.Store:
		if s.Secret != rotation.SecretHeld {
			return secretHeading(s)
		}
		return "Put the new secret away"
	case rotation.Distribute:
		return "Hand the new key to every application"
	case rotation.Deactivate:
		return "Deactivate " + target(s)
	case rotation.Review:
		return "See what the leaked key did"
	case rotation.Watch:
		return "Watch what breaks"
	case rotation.Delete:
		return "Delete " + target(s) + " for good"
	case rotation.Finished:
		return "Done"
	}
	return string(s.Step)
}

// Body says what the step in hand does, what it means for running applications, and
// the way back. Each string is a paragraph.
func Body(s rotation.State, set rotation.Settings) []string {
	key := s.Target().ID
	if body := goneBody(s); body != nil {
		return body
	}
	if body := leakedBody(s); body != nil {
		return body
	}
	switch s.Step {
	case rotation.Check:
		if story := TwoKeys(s); story != nil {
			return story
		}
		if s.Plan == rotation.Retire {
			return []string{
				fmt.Sprintf("keyturn takes %s of %s out of use, without a new key: Inactive first, then watched, then deleted. Each change is shown and confirmed first.", s.Old.ID, s.User),
				"Nothing changes in this step. Way back: leave.",
			}
		}
		return []string{
			fmt.Sprintf("keyturn takes %s of %s out of use, and puts a new key in its place, a step at a time. Each change is shown and confirmed first.", orKey(s.Old.ID), s.User),
			"Nothing changes in this step. Way back: leave.",
		}
	case rotation.Create:
		if s.Secret == rotation.SecretUnknown {
			return unknownSecretBody(s, set)
		}
		if s.Orphan() {
			return []string{
				fmt.Sprintf("%s has a new key, %s, whose secret never arrived and can't be had again.", s.User, s.New.ID),
				"Nobody can use it. Give it up: it is deactivated, then deleted. Then start over.",
			}
		}
		return []string{
			fmt.Sprintf("%s gets a second access key, Active. Running applications notice nothing: the old key goes on working.", s.User),
			"AWS shows the secret once. keyturn keeps it in memory only, until you say that it is put away. Way back: give up the new key.",
		}
	case rotation.Store:
		if s.Secret != rotation.SecretHeld {
			return unknownSecretBody(s, set)
		}
		return []string{
			fmt.Sprintf("The secret of %s is in memory%s. AWS shows it this once.", s.New.ID, elsewhere(s)),
			"Put it where the applications' secrets live: deliver it to a target, or show it and copy it. When you say that it is stored, keyturn forgets it.",
		}
	case rotation.Distribute:
		return []string{
			fmt.Sprintf("Give %s to every application that uses %s. %s", s.New.ID, s.Old.ID, bothWork(s)),
			"This takes hours or days. You can leave: both keys stay as they are. Go on when the old key is quiet and the new one is in use.",
		}
	case rotation.Deactivate:
		return deactivateBody(s, key)
	case rotation.Watch:
		return []string{
			fmt.Sprintf("%s is Inactive. What still uses it fails now: look at the logs of the applications that had it.", key),
			fmt.Sprintf("Silence at AWS proves nothing: requests signed with an Inactive key are not counted as use. That is why the watch takes %s. If anything breaks, roll back: one confirmation reactivates the key.", Period(set.WatchPeriod)),
		}
	case rotation.Delete:
		return []string{
			fmt.Sprintf("This step deletes %s of %s. There is no way back then: the key can't be reactivated or had again.", key, s.User),
			"As long as it is only Inactive, it costs nothing to wait.",
		}
	case rotation.Finished:
		return finishedBody(s)
	case rotation.Review: // a leaked key's
	}
	return nil
}

// bothWork says that there is time, where lists show that both keys work.
func bothWork(s rotation.State) string {
	if s.Old.Status != iamops.Active || s.Old.Gone || s.New.Status != iamops.Active || s.New.Gone || s.New.Unlisted {
		return "Look below whether both keys work."
	}
	return "Both keys work, so there is no hurry."
}

// goneBody is about a new key that no list shows, or not any more; nil for others.
func goneBody(s rotation.State) []string {
	if !s.New.Gone {
		return nil
	}
	if _, over := rotation.OfferFor(rotation.Offers(s, rotation.Settings{}, s.ListedAt), rotation.StartOver); !over {
		return nil
	}
	body := []string{
		fmt.Sprintf("The new key %s is gone: no list of the keys of %s shows it. Its secret is of no use.", s.New.ID, s.User),
		"Start over to make another new key. Nothing changes by that.",
	}
	var holding []string
	for _, d := range s.Deliveries {
		if d.Holds() {
			holding = append(holding, d.Name)
		}
	}
	if len(holding) > 0 {
		body[1] = "It is still in " + strings.Join(holding, ", ") + ". Restore the old key there first, then start over."
	}
	return body
}

func deactivateBody(s rotation.State, key string) []string {
	if s.Target().Status == iamops.Inactive {
		return []string{key + " is Inactive already. Nothing is left to do in this step.", "Way back: reactivate it, at any time until it is deleted."}
	}
	body := []string{
		fmt.Sprintf("%s goes from Active to Inactive. Requests signed with it fail from then on, within about a minute. Presigned S3 URLs and SES SMTP passwords made with it stop too. Sessions already issued go on.", key),
	}
	switch s.Plan {
	case rotation.Rotate:
		return append(body, "Way back: reactivate it, at any time until it is deleted.")
	case rotation.DiscardStored:
		return append(body, "First put the old key back wherever the new one was stored. Way back: reactivate it, at any time until it is deleted.")
	case rotation.Retire:
		return append(body, "Way back: reactivate it, at any time until it is deleted.")
	case rotation.Leaked, rotation.LeakedNoSlot, rotation.LeakedAlone, rotation.LeakedNew:
		return append(body, "Way back: reactivate it, with a reason, until it is deleted.")
	case rotation.Discard:
		return append(body, "keyturn then forgets its secret. Way back: none that is worth it, the secret is gone. Until then you can keep the key.")
	}
	return body
}

// unknownSecretBody is about a new key whose secret arrived once, and of which nobody
// has said that it is put away.
func unknownSecretBody(s rotation.State, set rotation.Settings) []string {
	if set.HeldBy != "" {
		return []string{fmt.Sprintf("Another keyturn is at work on %s, and may hold the secret of %s. Look there before you do anything about the key.", s.User, s.New.ID)}
	}
	if s.Adopted {
		return []string{
			fmt.Sprintf("%s has not been used yet. Whoever created it had its secret; keyturn can't know whether it is put away.", s.New.ID),
			"If you know that it is, say so and go on. If nobody has it, give the key up: it is deactivated, then deleted.",
		}
	}
	if s.New.Gone {
		return []string{fmt.Sprintf("%s is not in the last list of %s's keys. keyturn does not hold its secret.", s.New.ID, s.User)}
	}
	if s.SecretGone() {
		return []string{
			fmt.Sprintf("The secret of %s was in memory when keyturn ended, and nobody had said that it was put away. It was neither shown, copied nor delivered, and can't be had again.", s.New.ID),
			"Nobody can use the key. Give it up: it is deactivated, then deleted. Then start over.",
		}
	}
	return []string{
		fmt.Sprintf("keyturn ended before anybody said that the secret of %s is stored, and does not hold it any more. %s", s.New.ID, wentTo(s)),
		"If it is stored, say so and go on. If not, give the key up: restore the old key where the new one was delivered, then deactivate and delete the new one.",
	}
}

// secretHeading is the headline over a new key whose secret keyturn does not hold.
func secretHeading(s rotation.State) string {
	if s.GivenOut() && s.Orphan() {
		return "Is the new secret stored?"
	}
	return "A new key without its secret"
}

func finishedBody(s rotation.State) []string {
	switch {
	case rotation.PlanOf(s.Plan).Target == rotation.NewKey:
		return []string{fmt.Sprintf("The new key %s is gone. %s still has %s, as before.", s.New.ID, s.User, s.Old.ID)}
	case s.Plan == rotation.Retire:
		return []string{fmt.Sprintf("%s of %s is gone.", s.Old.ID, s.User)}
	case s.Plan == rotation.LeakedAlone, rotation.PlanOf(s.Plan).OffFirst() && !s.New.Known():
		return []string{fmt.Sprintf("The leaked key %s of %s is gone. No new key was made.", s.Old.ID, s.User)}
	case s.New.Gone:
		return []string{fmt.Sprintf("%s and %s of %s are both gone. keyturn deleted one of them at the most: look who did.", s.Old.ID, s.New.ID, s.User)}
	}
	return []string{fmt.Sprintf("%s now has %s. The old key %s is gone.", s.User, s.New.ID, s.Old.ID)}
}

func orKey(id string) string {
	if id == "" {
		return "the key"
	}
	return id
}

// Clock is a time of day with its zone; with the date if it is another day's.
func Clock(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05 UTC")
	}
	return t.Format("2006-01-02 15:04 UTC")
}

// LastUse says when and where a key was last used.
func LastUse(k rotation.KeyFacts, now time.Time) string {
	use := k.LastUse
	switch use.State {
	case iamops.UseUnknown:
		if use.Problem != nil {
			return "last use unknown: " + ProblemName(use.Problem.Kind)
		}
		return "last use not known yet"
	case iamops.NeverUsed:
		return "never used"
	case iamops.Used:
		if k.UseIsOurs() {
			return "last used by keyturn itself; other uses are not known"
		}
		return strings.Join(strings.Fields(fmt.Sprintf("used %s %s %s", Ago(use.At, now), use.Service, use.Region)), " ")
	}
	return "last use unknown"
}
