package ui_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/rotation"
	"keyturn/iamops/sandbox/faults"
	"keyturn/ui/words"
)

// wire is what lies between the program and the account. It holds each changing call
// against the laws as it goes by.
type wire struct {
	cloud   *faults.Account
	next    http.RoundTripper
	watcher *account.Account // looks at the account past the wire
	ledger  ledger

	mu        sync.Mutex
	confirmed map[string]int // the calls that the operator has confirmed, as AWS CLI commands
	off       map[string]time.Time
	made      map[iamops.ChangeKind]int
	broken    error // the first law that was broken
}

func newWire(cloud *faults.Account, l ledger) *wire {
	return &wire{
		cloud: cloud, next: cloud.Client().Transport, ledger: l,
		confirmed: map[string]int{}, off: map[string]time.Time{}, made: map[iamops.ChangeKind]int{},
	}
}

// RoundTrip looks at a request and passes it on.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	passed := r.Clone(r.Context())
	passed.Body = io.NopCloser(bytes.NewReader(body))
	if form, err := url.ParseQuery(string(body)); err == nil {
		if kind, changes := kindOf(form); changes {
			err := w.judge(r.Context(), kind, form.Get("UserName"), form.Get("AccessKeyId"))
			w.mu.Lock()
			w.made[kind]++
			w.broken = errors.Join(w.broken, err)
			w.mu.Unlock()
		}
	}
	return w.next.RoundTrip(passed)
}

func kindOf(form url.Values) (iamops.ChangeKind, bool) {
	switch form.Get("Action") + " " + form.Get("Status") {
	case "CreateAccessKey ":
		return iamops.Create, true
	case "UpdateAccessKey Inactive":
		return iamops.Deactivate, true
	case "UpdateAccessKey Active":
		return iamops.Reactivate, true
	case "DeleteAccessKey ":
		return iamops.Delete, true
	}
	return "", false
}

// judge says which law a change breaks.
func (w *wire) judge(ctx context.Context, kind iamops.ChangeKind, user, keyID string) error {
	command := words.Command(kind, user, keyID)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.confirmed[command]--; w.confirmed[command] < 0 {
		return fmt.Errorf("%s was not confirmed, or is sent twice", command)
	}
	if keyID == w.cloud.Operator().KeyID && kind != iamops.Reactivate {
		return fmt.Errorf("%s is signed with that key itself", command)
	}
	records, _, err := w.ledger.Records()
	if err != nil {
		return err
	}
	if !announced(records, kind, user, keyID) {
		return fmt.Errorf("%s is not on record", command)
	}
	switch kind {
	case iamops.Deactivate:
		w.off[keyID] = w.cloud.Now()
	case iamops.Reactivate:
		delete(w.off, keyID)
	case iamops.Delete:
		keys, err := w.watcher.Keys(ctx, user)
		if err != nil {
			return err
		}
		if key, found := iamops.FindKey(keys, keyID); found && key.Status != iamops.Inactive {
			return fmt.Errorf("%s goes to a key that is %s", command, key.Status)
		}
		if since, known := w.off[keyID]; known && w.cloud.Now().Sub(since) < 5*time.Minute {
			return fmt.Errorf("%s comes %s after its deactivation", command, w.cloud.Now().Sub(since))
		}
	case iamops.Create:
	}
	return nil
}

// announced reports whether the last that the journal says of a user's changes is that
// this one is about to be made.
func announced(records []rotation.Record, kind iamops.ChangeKind, user, keyID string) bool {
	last := rotation.Record{}
	for _, r := range records {
		if r.User == user && (r.Kind == rotation.DeedAnnounced || r.Kind == rotation.DeedChanged) {
			last = r
		}
	}
	return last.Kind == rotation.DeedAnnounced && last.Change == kind && last.KeyID == keyID
}

// confirm takes down that a question was answered with yes: the command in it may be
// sent once.
func (w *wire) confirm(question string) {
	text := strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╭", " ", "╰", " ").Replace(question)), " ")
	_, command, found := strings.Cut(text, "aws iam ")
	if !found {
		return
	}
	command, _, _ = strings.Cut("aws iam "+command, " in account ")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.confirmed[command]++
}

// verdict is the first law that was broken, nil if all were kept.
func (w *wire) verdict() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.broken
}
