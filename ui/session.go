package ui

import (
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// session is what is known of the session that the operator works with.
type session struct {
	ended    iamops.ProblemKind // how calls fail for want of one; "" if they don't
	renewing bool
}

// watchSession says so once when calls begin to fail because the session has ended. The
// header says it for as long as that holds.
func (p *Program) watchSession() {
	if p.options.Calls == nil || p.options.Renew == nil {
		return
	}
	before := p.session.ended
	p.session.ended = p.options.Calls.SessionEnded()
	if before == "" && p.session.ended != "" && !p.session.renewing {
		p.say(kit.Toast{Text: words.SessionEnded(p.session.ended, p.common.Keys.Renew.Help().Key), Bad: true})
	}
}

// askRenewal renews the session. What keyturn can't renew itself it asks the operator to.
func (p *Program) askRenewal() tea.Cmd {
	p.watchSession()
	switch {
	case p.options.Renew == nil:
		return kit.Warn(words.NothingToRenew)
	case p.session.renewing || p.own.Dialog() != nil:
		return nil
	case p.session.ended == iamops.ExpiredSSO:
		p.askForLogin()
		return nil
	}
	return p.renew()
}

// askForLogin asks the operator to renew an SSO session.
func (p *Program) askForLogin() {
	p.own.Ask(kit.NewDialog(p.common, words.SSOTitle, words.SSOBody(p.options.Identity.Profile),
		kit.Choice{ID: "look", Label: words.SSODone}).CancelAs("Later").Then(to(p.renew)))
}

// renewed is what came of renewing the session.
type renewed struct {
	caller string // who signs now
	err    error
}

// renew is the command that renews the session. What asks for a code while it runs is
// answered in its dialog.
func (p *Program) renew() tea.Cmd {
	p.session.renewing = true
	p.say(kit.Toast{Text: words.Renewing + " " + p.common.Glyphs.Pending})
	ctx, renew := p.ctx, p.options.Renew
	return func() tea.Msg {
		caller, err := renew(ctx)
		return renewed{caller, err}
	}
}

// renewed tells what came of it, and the screens if there is a session again.
func (p *Program) renewed(msg renewed) tea.Cmd {
	p.session.renewing = false
	if msg.err == nil {
		p.session.ended = ""
		if p.options.Calls != nil {
			p.options.Calls.Renewed()
		}
		p.say(kit.Toast{Text: words.RenewedAs(p.options.Identity.Caller, msg.caller)})
		p.options.Identity.Caller = msg.caller
		return func() tea.Msg { return kit.SessionRenewed{} }
	}
	problem := iamops.AsProblem(msg.err)
	switch {
	case problem.Message == words.NoCode:
		p.say(kit.Toast{Text: words.NotRenewed + ": " + words.NoCode, Bad: true})
	case p.own.Dialog() != nil:
		p.say(kit.Toast{Text: words.NotRenewed + ": " + p.common.Explain(msg.err), Bad: true})
	case problem.Kind == iamops.ExpiredSSO:
		p.askForLogin()
	default:
		p.own.Ask(kit.NewDialog(p.common, words.NotRenewed, words.Problem(problem, p.options.Identity.Profile).Lines(),
			kit.Choice{ID: "again", Label: words.RenewTryAgain}).CancelAs("Later").Then(to(p.renew)))
	}
	return nil
}
