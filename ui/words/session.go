package words

import (
	"keyturn/iamops"
)

// The words of the MFA dialog.
const (
	CodeTitle = "A code from your MFA device"
	CodeLabel = "Type the six digits that the device shows now:"
	CodeTake  = "Use it"
	NoCode    = "no MFA code was given"
)

// CodeBody says what the code is for.
func CodeBody(profile string) []string {
	whose := "The credentials in use need"
	if profile != "" {
		whose = "The profile " + profile + " needs"
	}
	return []string{whose + " a code to begin a session. It is sent to AWS once, and not kept."}
}

// SessionEnded says that calls fail for want of a session, and which key renews it.
func SessionEnded(kind iamops.ProblemKind, key string) string {
	what := "Your session has ended"
	if kind == iamops.ExpiredSSO {
		what = "Your SSO session has ended"
	}
	return what + ": AWS answers nothing until it is renewed. " + key + " renews it."
}

// SessionMark and SessionMarkShort are the same in the header.
const (
	SessionMark      = "SESSION ENDED"
	SessionMarkShort = "NO SESSION"
)

// The words of the dialog for an SSO session, which keyturn can't begin itself.
const (
	SSOTitle = "The SSO session has ended"
	SSODone  = "Done, look again"
)

// SSOBody says how an SSO session is renewed.
func SSOBody(profile string) []string {
	return []string{
		"Run this in another terminal, and finish it in the browser:",
		"",
		"  " + ssoLogin(profile),
		"",
		"Nothing here is lost meanwhile: rotations stay where they are, and a secret that is held stays held.",
	}
}

// The words of what came of a renewal.
const (
	Renewing       = "Renewing the session"
	Renewed        = "The session is renewed"
	NotRenewed     = "The session is not renewed"
	RenewTryAgain  = "Try again"
	NothingToRenew = "The sandbox's session does not end"
)

// RenewedAs says who signs after a renewal, if that is somebody else than before.
func RenewedAs(before, after string) string {
	if before == after {
		return Renewed
	}
	return Renewed + ". You sign as " + after + " now, not as " + before
}
