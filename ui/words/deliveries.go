package words

import (
	"fmt"
	"slices"
	"strings"

	"keyturn/iamops/rotation"
)

// DeliveryMark is how a delivery bears on going on.
func DeliveryMark(d rotation.Delivery) Mark {
	switch d.State {
	case rotation.DeliveryMade:
		return Good
	case rotation.DeliveryFailed:
		return Bad
	case rotation.DeliveryOffered, rotation.DeliveryUnderWay, rotation.DeliveryBack:
	}
	return Neutral
}

// DeliveryState says how a delivery stands, and why where it failed. The state says whether
// there still is a secret to deliver.
func DeliveryState(d rotation.Delivery, s rotation.State) string {
	text := ""
	switch d.State {
	case rotation.DeliveryOffered:
		text = "not delivered yet"
		if s.Secret != rotation.SecretHeld {
			text = "not given the new key"
		}
	case rotation.DeliveryUnderWay:
		text = "under way …"
	case rotation.DeliveryMade:
		text = "delivered"
	case rotation.DeliveryFailed:
		text = "not delivered"
		if d.MayHold {
			text = "not known: it may hold the new key"
		}
	case rotation.DeliveryBack:
		text = "put back: it holds the old key again"
		if isFile(d) {
			text = "the file with the new key is removed"
		}
	}
	if d.Problem != nil {
		text += ": " + strings.TrimPrefix(d.Problem.Message, d.Name+": ")
	}
	return text
}

// Holders tell of profiles that hold a key, or follow one that does, and are not edited.
func Holders(configFile string, inConfig, inheriting []string) []string {
	var notes []string
	if len(inConfig) > 0 {
		notes = append(notes, fmt.Sprintf("%s holds the old key too, in profile %s: keyturn does not edit that file. Change it by hand.", configFile, strings.Join(inConfig, ", ")))
	}
	if len(inheriting) > 0 {
		notes = append(notes, fmt.Sprintf("profile %s: follows by source_profile, nothing is to be done for it", strings.Join(inheriting, ", ")))
	}
	return notes
}

// NotRead says that a file of the AWS configuration can't be read.
func NotRead(file, reason string) string {
	return fmt.Sprintf("The AWS %s file can't be read, so that no profile of it is offered. %s.", file, reason)
}

// NoTarget says why a profile can't be delivered to as it is.
func NoTarget(name, reason string) string {
	return fmt.Sprintf("%s can't take the new key as the file is now. %s. Correct the file, then refresh.", name, reason)
}

// HeldElsewhere says where a key stands in an AWS file that is not edited there.
func HeldElsewhere(keyID, path string, line int, why string) string {
	return fmt.Sprintf("%s, line %d holds %s, and keyturn can't edit it: %s. Change it by hand.", path, line, keyID, why)
}

// NothingTicked is said when a delivery is asked for, and no target is ticked.
const NothingTicked = "no target is ticked: its number ticks it"

// chosen are the targets of a delivery.
func chosen(o rotation.Offer, s rotation.State) []rotation.Delivery {
	if len(o.Specs) == 0 {
		return s.ToDeliver()
	}
	return slices.DeleteFunc(slices.Clone(s.Deliverable()), func(d rotation.Delivery) bool { return !slices.Contains(o.Specs, d.Spec) })
}

// deliversTo says where a delivery goes, and what it leaves in the files beside it.
func deliversTo(o rotation.Offer, s rotation.State) string {
	var names []string
	kept := ""
	for _, d := range chosen(o, s) {
		names = append(names, d.Name)
		profile, isProfile := strings.CutPrefix(d.Spec, "profile:")
		if at := strings.Index(profile, ":/"); isProfile && at > 0 {
			kept += fmt.Sprintf(" %s keeps the replaced pair as profile %s-before-keyturn until the old key is deleted.", profile[at+1:], profile[:at])
		}
	}
	return "The secret goes to: " + strings.Join(names, ", ") + "." + kept
}

// undeliver says how a delivery can be undone.
func undeliver(o rotation.Offer, s rotation.State) string {
	text := "Way back: put the old key back, as long as it is not deleted."
	if slices.ContainsFunc(chosen(o, s), isCommand) {
		text += " What a command did keyturn can't put back."
	}
	return text
}

// isCommand reports whether a target is a program that is run.
func isCommand(d rotation.Delivery) bool { return strings.HasPrefix(d.Spec, "command:") }

// isFile reports whether a target is a file of its own, which did not hold the old key.
func isFile(d rotation.Delivery) bool { return strings.HasPrefix(d.Spec, "file:") }

// restores says what becomes of each target that holds the new key, or may.
func restores(s rotation.State) string {
	var back, removed, not []string
	for _, d := range s.Deliveries {
		switch {
		case !d.Holds():
		case isFile(d):
			removed = append(removed, d.Name)
		case isCommand(d):
			not = append(not, d.Name)
		default:
			back = append(back, d.Name)
		}
	}
	var parts []string
	say := func(text string, names []string) {
		if len(names) > 0 {
			parts = append(parts, text+strings.Join(names, ", ")+".")
		}
	}
	say("The old key goes back to: ", back)
	say("Removed, since it holds nothing but the new key: ", removed)
	say("keyturn can't undo what this did, do it by hand: ", not)
	return strings.Join(parts, " ")
}

// deliveryNames are the names of the targets in one of the states.
func deliveryNames(s rotation.State, states ...rotation.DeliveryState) string {
	var names []string
	for _, d := range s.Deliveries {
		if slices.Contains(states, d.State) {
			names = append(names, d.Name)
		}
	}
	return strings.Join(names, ", ")
}

// What is said of a clipboard that the secret was sent to: the system's, and the
// terminal's, which answers nothing.
const (
	OnSystemClipboard   = "on the clipboard for 45 s; a clipboard manager may keep it for longer"
	OnTerminalClipboard = "sent to the clipboard; keyturn can't see whether it arrived, and can't clear it"
)

// What is asked of whoever adds a target.
const (
	AddTargetTitle = "Add a target for the secret"
	AddTargetAsk   = "Where should it go?"
)

// AddTargetBody says how a target is written; usage shows a spec of each kind.
func AddTargetBody(usage []string) []string {
	return append(usage,
		"An SES SMTP password too: FORMAT+ses=REGION, or ses=REGION,password=FIELD",
		"A command gets the secret on its standard input.",
	)
}

// elsewhere says where the secret is besides in memory.
func elsewhere(s rotation.State) string {
	if names := deliveryNames(s, rotation.DeliveryMade); names != "" {
		return ", and in " + names
	}
	switch {
	case s.Lent:
		return ", and wherever you took it"
	case s.GivenOut():
		return ", and perhaps where its delivery failed"
	}
	return ", and nowhere else"
}

// whereItWent says what was done with the secret, before it is forgotten.
func whereItWent(s rotation.State) string {
	if !s.GivenOut() {
		return "It was neither shown nor copied nor delivered here."
	}
	return wentTo(s)
}

// wentTo says where the secret is, may be and is not, as far as keyturn knows.
func wentTo(s rotation.State) string {
	var made, open, not []string
	for _, d := range s.Deliveries {
		switch {
		case d.State == rotation.DeliveryMade:
			made = append(made, d.Name)
		case d.State == rotation.DeliveryUnderWay, d.State == rotation.DeliveryFailed && d.MayHold:
			open = append(open, d.Name)
		default:
			not = append(not, d.Name)
		}
	}
	var parts []string
	say := func(text string, names []string) {
		if len(names) > 0 {
			parts = append(parts, text+strings.Join(names, ", ")+".")
		}
	}
	say("It was delivered to ", made)
	say("It is not known whether it reached ", open)
	say("It was NOT delivered to ", not)
	switch {
	case s.Lent && s.Recalled:
		parts = append(parts, "It may have been shown or copied.")
	case s.Lent:
		parts = append(parts, "It was shown or copied here.")
	}
	return strings.Join(parts, " ")
}
