package ui

import (
	"cmp"
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// codeDigits is how long a code of an MFA device is: sts:AssumeRole and
// sts:GetSessionToken take six digits.
const codeDigits = 6

// Codes carries questions for MFA codes from whoever begins a session to the screen, and
// the answers back. No message, log or field keeps a code.
type Codes struct{ asked chan *codeRequest }

// NewCodes returns Codes that nobody listens to yet.
func NewCodes() *Codes { return &Codes{asked: make(chan *codeRequest)} }

// codeRequest is one question.
type codeRequest struct {
	profile   string      // which needs it; "": the one in use
	code      chan string // takes the answer, "" if there is none
	withdrawn <-chan struct{}
	answered  chan struct{}
}

// Ask asks the operator for a code for a profile, in a dialog over everything else, and waits
// for it, for as long as ctx. It is called outside of the program's loop. Where the operator
// gives none, its error is a Problem of kind no-credentials.
func (c *Codes) Ask(ctx context.Context, profile string) (string, error) {
	request := &codeRequest{profile: profile, code: make(chan string, 1), withdrawn: ctx.Done(), answered: make(chan struct{})}
	select {
	case c.asked <- request:
	case <-ctx.Done():
		return "", givenUp(ctx)
	}
	select {
	case code := <-request.code:
		if code == "" {
			return "", &iamops.Problem{Kind: iamops.NoCredentials, Message: words.NoCode}
		}
		return code, nil
	case <-ctx.Done():
		return "", givenUp(ctx)
	}
}

func givenUp(ctx context.Context) error {
	return &iamops.Problem{Kind: iamops.Canceled, Message: "the question for an MFA code was withdrawn", Err: ctx.Err()}
}

// Messages of questions: one has come; one is not to be answered any more.
type (
	codeAsked     struct{ request *codeRequest }
	codeWithdrawn struct{ request *codeRequest }
)

// codeDesk is where questions for codes wait for their answers, the first of them in a
// dialog.
type codeDesk struct {
	kit.Overlay
	codes   *Codes // nil: nobody asks
	common  *kit.Common
	profile string
	waiting []*codeRequest
}

// listen is the command that brings the next question.
func (d *codeDesk) listen(ctx context.Context) tea.Cmd {
	if d.codes == nil {
		return nil
	}
	asked := d.codes.asked
	return func() tea.Msg {
		select {
		case request := <-asked:
			return codeAsked{request}
		case <-ctx.Done():
			return nil
		}
	}
}

// take takes a message about questions over.
func (d *codeDesk) take(ctx context.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case codeAsked:
		d.waiting = append(d.waiting, msg.request)
		d.ask()
		return tea.Batch(d.listen(ctx), func() tea.Msg {
			select {
			case <-msg.request.withdrawn:
				return codeWithdrawn(msg)
			case <-msg.request.answered:
				return nil
			}
		})
	case codeWithdrawn:
		if i := slices.Index(d.waiting, msg.request); i >= 0 {
			if i == 0 {
				d.Drop()
			}
			d.waiting = slices.Delete(d.waiting, i, i+1)
			d.ask()
		}
	}
	return nil
}

// ask opens the dialog of the first question, unless it is open.
func (d *codeDesk) ask() {
	if d.Dialog() != nil || len(d.waiting) == 0 {
		return
	}
	profile := cmp.Or(d.waiting[0].profile, d.profile)
	d.Ask(kit.NewCodeDialog(d.common, words.CodeTitle, words.CodeBody(profile), words.CodeLabel, codeDigits,
		kit.Choice{ID: "use", Label: words.CodeTake}).Ended(d.answered))
}

// answered hands over the code of the first question, none if its dialog was cancelled.
func (d *codeDesk) answered(answer kit.Answer) tea.Cmd {
	request := d.waiting[0]
	request.code <- answer.Text
	close(request.answered)
	d.waiting = d.waiting[1:]
	d.ask()
	return nil
}
