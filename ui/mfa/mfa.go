// Package mfa brings the questions for codes of an MFA device from whoever begins a session to
// the screen, and the answers back. Calls that need a code wait in [Codes.Ask]; a [Desk] on the
// screen asks for one after the other. No message, log or field keeps a code.
package mfa

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

// Codes carries the questions to the screen.
type Codes struct{ questions chan *request }

// NewCodes returns Codes that nobody listens to yet.
func NewCodes() *Codes { return &Codes{questions: make(chan *request)} }

// request is one question.
type request struct {
	profile   string      // which needs it; "": the one in use
	code      chan string // takes the answer, "" if there is none
	withdrawn <-chan struct{}
	answered  chan struct{}
}

// Ask asks the operator for a code for a profile, in a dialog over everything else, and waits
// for it, for as long as ctx. It is called outside of the program's loop. Where the operator
// gives none, its error is a Problem of kind no-credentials.
func (c *Codes) Ask(ctx context.Context, profile string) (string, error) {
	request := &request{
		profile: profile, code: make(chan string, 1), withdrawn: ctx.Done(), answered: make(chan struct{}),
	}
	select {
	case c.questions <- request:
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
	asked     struct{ request *request }
	withdrawn struct{ request *request }
)

// Desk is where questions for codes wait for their answers, the first of them in a
// dialog.
type Desk struct {
	kit.Overlay
	Codes   *Codes // nil: nobody asks
	Common  *kit.Common
	Profile string // the one in use
	waiting []*request
}

// Listen is the command that brings the next question.
func (d *Desk) Listen(ctx context.Context) tea.Cmd {
	if d.Codes == nil {
		return nil
	}
	questions := d.Codes.questions
	return func() tea.Msg {
		select {
		case next := <-questions:
			return asked{next}
		case <-ctx.Done():
			return nil
		}
	}
}

// Take takes a message over, if it is about questions.
func (d *Desk) Take(ctx context.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case asked:
		d.waiting = append(d.waiting, msg.request)
		d.ask()
		return tea.Batch(d.Listen(ctx), func() tea.Msg {
			select {
			case <-msg.request.withdrawn:
				return withdrawn(msg)
			case <-msg.request.answered:
				return nil
			}
		})
	case withdrawn:
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
func (d *Desk) ask() {
	if d.Dialog() != nil || len(d.waiting) == 0 {
		return
	}
	profile := cmp.Or(d.waiting[0].profile, d.Profile)
	d.Ask(kit.NewCodeDialog(d.Common, words.CodeTitle, words.CodeBody(profile), words.CodeLabel, codeDigits,
		kit.Choice{ID: "use", Label: words.CodeTake}).Ended(d.answered))
}

// answered hands over the code of the first question, none if its dialog was cancelled.
func (d *Desk) answered(answer kit.Answer) tea.Cmd {
	request := d.waiting[0]
	request.code <- answer.Text
	close(request.answered)
	d.waiting = d.waiting[1:]
	d.ask()
	return nil
}
