package kit

import tea "charm.land/bubbletea/v2"

// RenewSession is a message that asks the root to renew the session that the operator
// works with: it asks for an MFA code if one is needed. Any screen may emit it.
type RenewSession struct{}

// SessionRenewed is a message to every screen: there is a new session. What failed for
// want of one can be tried again.
type SessionRenewed struct{}

// Renew is the command that asks the root to renew the session.
func Renew() tea.Msg { return RenewSession{} }
