package words

import (
	"errors"

	"keyturn/iamops"
)

// AskingWho says what is under way before there is an account.
func AskingWho(profile string) string {
	if profile == "" {
		return "Asking who signs"
	}
	return "Asking who signs with profile " + profile
}

// The words of the screens before there is an account.
const (
	MakingSandbox = "Making the sandbox's account"
	CallingOff    = "Calling it off"
	AskingKnown   = "Nothing has been read or changed yet."
	FailedTitle   = "keyturn can't reach the account"
	FailedKnown   = "Nothing was read of the account, and nothing was changed. Rotations that are under way stay as they are."
	PickTitle     = "Several profiles, and none is named. Which one?"
	PickNone      = "none: what the machine gives, such as its own role"
)

// Unreached explains why an account could not be reached.
func Unreached(err error, profile string) Explanation {
	var problem *iamops.Problem
	switch {
	case !errors.As(err, &problem):
		return Explanation{What: err.Error(), Next: "Mend what it names, then try again."}
	case problem.Message == NoCode:
		return Explanation{What: "The credentials need an MFA code, and none was given.", Next: "Try again with a code, or use another profile."}
	case problem.Kind == iamops.Canceled:
		return Explanation{What: "The question who signs was called off.", Next: "Try again, or use another profile."}
	}
	return Problem(problem, profile)
}
