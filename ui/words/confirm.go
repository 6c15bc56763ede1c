package words

import (
	"errors"
	"fmt"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// LeaveInFlight says that a change has to end before the operator leaves.
const LeaveInFlight = "A change is under way. Wait for its answer, then leave."

// TypeThis asks for the text that a decision wants typed.
func TypeThis(o rotation.Offer) string {
	return fmt.Sprintf("To confirm, type the last %d characters of its ID: %s", len(o.Typed), o.Typed)
}

// Refused says why a decision was not taken, from the error that came back for it.
func Refused(err error, s rotation.State, now time.Time) string {
	var refusal *rotation.Refusal
	if errors.As(err, &refusal) {
		return Refusal(rotation.Offer{Decision: refusal.Decision, Refused: refusal.Reason}, s, now)
	}
	var problem *iamops.Problem
	if errors.As(err, &problem) {
		return Problem(problem, "").What
	}
	return err.Error()
}

// Overrides are the warnings that were gone against, a line each, with the reasons
// given.
func Overrides(s rotation.State) []string {
	var lines []string
	for _, o := range s.Overrides {
		for _, why := range o.Whys {
			lines = append(lines, fmt.Sprintf("%s, %s: %s. Reason: %s", o.At.UTC().Format("2006-01-02 15:04 UTC"), StepName(o.Step), Against(why), o.Reason))
		}
	}
	return lines
}

// What is said before the program ends while a change is under way.
const (
	QuitInFlight     = "A change is under way. keyturn waits for its answer and puts it on record, and ends then."
	QuitSeenLater    = "How it ended is seen at the next start."
	QuitBeforeSecret = "Its secret comes with the answer, and only then. Ending now would lose it: wait for the answer, which takes some seconds."
)

// HoldsSecret reports whether err is the refusal to leave a secret behind.
func HoldsSecret(err error) bool {
	var refusal *rotation.Refusal
	return errors.As(err, &refusal) && refusal.Reason == rotation.SecretNotPut
}

// Delivers reports whether err is the refusal to leave while a delivery is under way.
func Delivers(err error) bool {
	var refusal *rotation.Refusal
	return errors.As(err, &refusal) && refusal.Reason == rotation.DeliveryRuns
}
