package words

import (
	"fmt"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// said is a text about a decision.
type said func(o rotation.Offer, s rotation.State) string

// always says the same.
func always(text string) said { return func(rotation.Offer, rotation.State) string { return text } }

// decision is how a decision is spoken of. What it changes at AWS has its words in changes.
type decision struct {
	word     string // by which it is taken in --plain
	label    said   // a verb and what it acts on
	question string // before it is taken; "": the label
	effect   said   // what it does; nil: of its change, or it does not ask
	undo     said
	past     string // for the record; "": it shows in what came of it
}

var decisions = map[rotation.Decision]decision{
	rotation.GoOn:       {word: "go", label: func(_ rotation.Offer, s rotation.State) string { return goOn(s) }},
	rotation.MakeChange: {word: "change", label: func(o rotation.Offer, s rotation.State) string { return changes[o.Change].label(s) }},
	rotation.RollBack: {word: "roll-back", past: "Decided to roll back",
		label: func(_ rotation.Offer, s rotation.State) string { return "Roll back: reactivate " + target(s) }},
	rotation.GoBack: {word: "back",
		label: func(_ rotation.Offer, s rotation.State) string { return "Go back: " + target(s) + " is Active again" }},
	rotation.StepBack: {word: "back", label: func(_ rotation.Offer, s rotation.State) string { return stepBack(s) }},
	rotation.Stored: {word: "stored", past: "Said that the new secret is put away",
		label: always("It is stored: forget it here"), question: "Is the secret stored?",
		effect: func(_ rotation.Offer, s rotation.State) string {
			return fmt.Sprintf("keyturn forgets the secret of %s. It can't be shown or had again. %s", s.New.ID, whereItWent(s))
		},
		undo: always("Way back: none. Without its secret a new key can only be given up.")},
	rotation.HaveSecret: {word: "have", past: "Said that the new secret is put away, though keyturn did not see it",
		label: always("Its secret is put away: go on"), question: "Does somebody have its secret?",
		effect: func(_ rotation.Offer, s rotation.State) string {
			return fmt.Sprintf("keyturn takes your word that the secret of %s is put away, and goes on to Distribute. If nobody has it, deactivating the old key leaves %s without a key that works.", s.New.ID, s.User)
		},
		undo: always("Nothing changes yet. Way back: give up the new key.")},
	rotation.Deliver: {word: "deliver", label: always("Deliver the secret"), question: "Deliver the secret?", effect: deliversTo,
		undo: undeliver},
	rotation.TakeBackAll: {word: "take-back", label: always("Put the old key back where the new one was delivered"),
		effect: func(_ rotation.Offer, s rotation.State) string { return restores(s) },
		undo: func(_ rotation.Offer, s rotation.State) string {
			if s.Secret == rotation.SecretHeld {
				return "Way back: deliver again, as long as the secret is in memory."
			}
			return "Can't be undone: keyturn does not hold the new secret any more. It may be nowhere else than in these targets."
		}},
	rotation.GiveUpNew: {word: "give-up", past: "Turned to giving up the new key", label: always("Give up the new key"),
		effect: func(_ rotation.Offer, s rotation.State) string {
			return fmt.Sprintf("keyturn turns to giving up %s: deactivating it, then deleting it, each after a confirmation of its own.", s.New.ID)
		},
		undo: always("Nothing changes yet. Way back: keep the new key, as long as it is Active.")},
	rotation.KeepNew: {word: "keep", past: "Kept the new key after all",
		label: func(_ rotation.Offer, s rotation.State) string {
			if rotation.PlanOf(s.Plan).OffFirst() {
				return "It has not leaked: go back to the rotation"
			}
			return "Keep the new key"
		}},
	rotation.StartOver: {word: "start-over", past: "Began again: the new key was gone", label: always("Begin again: the new key is gone")},
	rotation.Adopt: {word: "adopt", past: "Took the two keys for a rotation under way, and went on with it",
		label: func(o rotation.Offer, s rotation.State) string {
			return "Go on with this rotation: " + otherKey(s, o.KeyID) + " to " + o.KeyID
		}},
	rotation.RetireOlder: {word: "retire-older", label: func(o rotation.Offer, _ rotation.State) string { return "Retire " + o.KeyID }},
	rotation.RetireNewer: {word: "retire-newer", label: func(o rotation.Offer, _ rotation.State) string { return "Retire " + o.KeyID }},
	rotation.UserFine: {word: "works", past: "Said that it works without the old key: ",
		label: func(_ rotation.Offer, s rotation.State) string {
			if users := s.ToAsk(); len(users) > 0 {
				return "It works: " + rotation.UserID(users[0])
			}
			return "It works"
		}},
	rotation.SignAfresh: {word: "sign-afresh", past: "Resolved the credentials afresh", label: always("Sign with what the profile holds now")},
	rotation.SessionFromKey: {word: "from-it", past: "Said that the session was made from the key",
		label: func(o rotation.Offer, _ rotation.State) string { return "My session was made from " + o.KeyID }},
	rotation.SessionElsewhere: {word: "not-from-it", past: "Said that the session was not made from the key",
		label: func(o rotation.Offer, _ rotation.State) string { return "My session was not made from " + o.KeyID }},
	rotation.Leak: {word: "leaked", past: "Said that the key has leaked",
		label: func(o rotation.Offer, s rotation.State) string {
			switch {
			case len(o.KeyIDs) > 1:
				return "A key has leaked: switch it off first"
			case s.New.Known() && o.KeyID != "":
				return o.KeyID + " has leaked: switch it off first"
			}
			return "It has leaked: switch it off first"
		}},
	rotation.NoNewKey: {word: "no-new-key", past: "Said that no new key is needed", label: always("No new key is needed"), effect: always(""),
		undo: always("Nothing changes yet. Way back: rotate the user later, as long as it has a key; else create one by hand.")},
	rotation.LookAgain: {word: "look", label: always("Look again")},
	rotation.TryAgain:  {word: "try", label: always("Try the new key again")},
}

// changeWords is how a change of a key at AWS is spoken of.
type changeWords struct {
	word     string // by which it is taken in --plain
	label    func(s rotation.State) string
	effect   said
	undo     said
	happened func(keyID string) string // what AWS said
	past     string
	command  string // of the AWS CLI, with the user and the key
}

var changes = map[iamops.ChangeKind]changeWords{
	iamops.Create: {
		word: "create", past: "Created", label: func(rotation.State) string { return "Create the new key" },
		effect: func(_ rotation.Offer, s rotation.State) string {
			return fmt.Sprintf("A second, Active key is created for %s.", s.User)
		},
		undo:     always("Way back: give up the new key."),
		happened: func(string) string { return "the new key was created" },
		command:  "aws iam create-access-key --user-name %s",
	},
	iamops.Deactivate: {
		word: "deactivate", past: "Deactivated", label: func(s rotation.State) string { return "Deactivate " + target(s) },
		effect: func(o rotation.Offer, s rotation.State) string {
			return fmt.Sprintf("%s goes from Active to Inactive. What still uses it fails from then on. It can be reactivated.%s", o.KeyID, whoUses(s))
		},
		undo: func(_ rotation.Offer, s rotation.State) string {
			switch {
			case s.Plan == rotation.Discard:
				return "Way back: none that is worth it. Its secret is forgotten with this."
			case rotation.PlanOf(s.Plan).OffFirst():
				return "Way back: reactivate it, with a reason, until it is deleted."
			}
			return "Way back: reactivate it, at any time until it is deleted."
		},
		happened: func(keyID string) string { return keyID + " was deactivated" },
		command:  "aws iam update-access-key --user-name %s --access-key-id %s --status Inactive",
	},
	iamops.Reactivate: {
		word: "reactivate", past: "Reactivated", label: func(s rotation.State) string { return "Reactivate " + target(s) },
		effect: func(o rotation.Offer, _ rotation.State) string {
			return fmt.Sprintf("%s goes back to Active. What uses it works again, within about a minute.", o.KeyID)
		},
		undo:     always("Way back: deactivate it again."),
		happened: func(keyID string) string { return keyID + " was reactivated" },
		command:  "aws iam update-access-key --user-name %s --access-key-id %s --status Active",
	},
	iamops.Delete: {
		word: "delete", past: "Deleted", label: func(s rotation.State) string { return "Delete " + target(s) },
		effect: func(o rotation.Offer, _ rotation.State) string {
			return fmt.Sprintf("This deletes %s. It can't be undone.", o.KeyID)
		},
		undo:     always("Way back: none. The key can't be had again."),
		happened: func(keyID string) string { return keyID + " was deleted" },
		command:  "aws iam delete-access-key --user-name %s --access-key-id %s",
	},
}

// Decision is the label of a decision: a verb and what it acts on.
func Decision(o rotation.Offer, s rotation.State) string {
	if d, known := decisions[o.Decision]; known {
		return d.label(o, s)
	}
	return string(o.Decision)
}

// Question is the headline of the question whether to take a decision.
func Question(o rotation.Offer, s rotation.State) string {
	if q := decisions[o.Decision].question; q != "" {
		return q
	}
	return Decision(o, s) + "?"
}

// Effect says in a sentence what a decision does, for its confirmation.
func Effect(o rotation.Offer, s rotation.State) string {
	return about(o, s, decisions[o.Decision].effect, changes[o.Change].effect)
}

// WayBack says how a decision can be undone.
func WayBack(o rotation.Offer, s rotation.State) string {
	return about(o, s, decisions[o.Decision].undo, changes[o.Change].undo)
}

// about says the first that there is.
func about(o rotation.Offer, s rotation.State, texts ...said) string {
	for _, text := range texts {
		if text != nil {
			return text(o, s)
		}
	}
	return ""
}

// Words are the words by which an offer is taken in --plain, the best first.
func Words(o rotation.Offer) []string {
	word := decisions[o.Decision].word
	if verb := changes[o.Change].word; verb != "" && o.Decision == rotation.MakeChange {
		return []string{verb, word}
	}
	return []string{word}
}

// Word is the word by which a decision is taken in --plain.
func Word(d rotation.Decision) string { return decisions[d].word }

// Command is the AWS CLI command that does the same as a change.
func Command(kind iamops.ChangeKind, user, keyID string) string {
	args := []any{shellWord(user), shellWord(keyID)}
	if kind == iamops.Create {
		args = args[:1]
	}
	return fmt.Sprintf(changes[kind].command, args...)
}

// stepBack says to which step a way back leads.
func stepBack(s rotation.State) string {
	switch {
	case s.Step == rotation.Delete:
		return "Back to " + StepName(rotation.Watch)
	case s.Plan == rotation.Retire:
		return "Back to the choice of key"
	}
	return "Back to " + StepName(rotation.Distribute)
}

func goOn(s rotation.State) string {
	next := rotation.PlanOf(s.Plan).After(s.Step)
	switch {
	case s.Step == rotation.Deactivate && s.Target().Gone:
		return "Go on: it is deleted already"
	case s.Step == rotation.Deactivate:
		return "Go on: it is Inactive already"
	case next == rotation.Create:
		return "Go on to create the new key"
	case next == rotation.Deactivate:
		return "Go on to deactivate " + target(s)
	case next == rotation.Delete:
		return "Go on to delete " + target(s)
	}
	return "Go on to " + StepName(next)
}
