package runner_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/rotation"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// witness stands at the wire of a sandbox, sees every changing call that arrives
// there and what it really did, and holds the laws against it.
type witness struct {
	cloud *faults.Account
	eye   *account.Account // which reads the truth
	first []string         // the IDs of the keys that were there from the beginning

	mu      sync.Mutex
	arrived map[iamops.ChangeKind]int
	effects map[deed]int
	broken  []string // the laws that were broken, in words
}

// deed is a change as the journal and the wire both know it.
type deed struct {
	kind  iamops.ChangeKind
	keyID string // "" for a create
}

func newWitness(t *testing.T, cloud *faults.Account) *witness {
	t.Helper()
	w := &witness{
		cloud: cloud, arrived: map[iamops.ChangeKind]int{}, effects: map[deed]int{},
	}
	w.connect(t)
	w.first = iamops.KeyIDs(w.truth())
	return w
}

// connect gives the witness its own way to the truth. What was made in one bubble can't
// be used outside of it, nor in another.
func (w *witness) connect(t *testing.T) {
	t.Helper()
	eye := reach(t, w.cloud, w.cloud.Client())
	w.mu.Lock()
	defer w.mu.Unlock()
	w.eye = eye
}

// reach connects the operator of a sandbox to it in process.
func reach(t *testing.T, cloud *faults.Account, by *http.Client) *account.Account {
	t.Helper()
	op := cloud.Operator()
	a, err := account.At(context.Background(),
		account.Endpoint{URL: "http://sandbox", Region: "eu-west-1", KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret), SessionToken: op.SessionToken},
		account.Options{HTTPClient: by, Clock: cloud})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// truth is the user's keys as they are, however far the lists lag behind.
func (w *witness) truth() []iamops.AccessKey {
	w.mu.Lock()
	defer w.mu.Unlock()
	var lag time.Duration
	w.cloud.Configure(func(b *sandbox.Behavior) { lag, b.StaleLists = b.StaleLists, 0 })
	defer w.cloud.Configure(func(b *sandbox.Behavior) { b.StaleLists = lag })
	keys, err := w.eye.Keys(context.Background(), target)
	if err != nil {
		w.broken = append(w.broken, "the truth could not be read: "+err.Error())
	}
	return keys
}

// made is the key that was not there from the beginning; "" if there is none.
func (w *witness) made() string {
	for _, k := range w.truth() {
		if !slices.Contains(w.first, k.ID) {
			return k.ID
		}
	}
	return ""
}

// see lets a request pass, and remembers it if it is a changing call.
func (w *witness) see(form url.Values, pass func()) {
	done, changing := deedOf(form)
	if !changing {
		pass()
		return
	}
	before := w.truth()
	w.judge(done, before)
	defer func() { // also when the handler panics, since nobody is there for the answer
		if after := w.truth(); !slices.Equal(before, after) {
			w.mu.Lock()
			w.effects[done]++
			w.mu.Unlock()
		}
	}()
	pass()
}

// done is how many changes of a kind have taken effect.
func (w *witness) done(kind iamops.ChangeKind) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for d, times := range w.effects {
		if d.kind == kind {
			n += times
		}
	}
	return n
}

// arrivals is how many changing calls have arrived.
func (w *witness) arrivals() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, times := range w.arrived {
		n += times
	}
	return n
}

// judge holds the laws against a changing call that has arrived.
func (w *witness) judge(d deed, keys []iamops.AccessKey) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.arrived[d.kind]++
	switch d.kind {
	case iamops.Create:
		for _, k := range keys {
			if !slices.Contains(w.first, k.ID) {
				w.broken = append(w.broken, "a create arrived beside the new key "+k.ID)
			}
		}
	case iamops.Delete:
		if k, _ := iamops.FindKey(keys, d.keyID); k.Status == iamops.Active {
			w.broken = append(w.broken, "a delete of an Active key arrived: "+d.keyID)
		}
	case iamops.Deactivate, iamops.Reactivate:
	}
}

func deedOf(form url.Values) (deed, bool) {
	switch form.Get("Action") + form.Get("Status") {
	case "CreateAccessKey":
		return deed{iamops.Create, ""}, true
	case "UpdateAccessKeyInactive":
		return deed{iamops.Deactivate, form.Get("AccessKeyId")}, true
	case "UpdateAccessKeyActive":
		return deed{iamops.Reactivate, form.Get("AccessKeyId")}, true
	case "DeleteAccessKey":
		return deed{iamops.Delete, form.Get("AccessKeyId")}, true
	}
	return deed{}, false
}

// RoundTrip is the way in process.
func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	body, form, err := formOf(r.Body)
	if err != nil {
		return nil, err
	}
	passed := r.Clone(r.Context())
	passed.Body = body
	var answer *http.Response
	w.see(form, func() { answer, err = w.cloud.Client().Transport.RoundTrip(passed) })
	return answer, err
}

// ServeHTTP is the way over the network.
func (w *witness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, form, err := formOf(r.Body)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = body
	w.see(form, func() { w.cloud.ServeHTTP(rw, r) })
}

// formOf reads a form and returns it with a body to read it from again.
func formOf(body io.Reader) (io.ReadCloser, url.Values, error) {
	if body == nil {
		return http.NoBody, nil, nil
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, nil, fmt.Errorf("reading a request: %w", err)
	}
	form, err := url.ParseQuery(string(text))
	return io.NopCloser(bytes.NewReader(text)), form, err
}

// compare holds what arrived against the journal: no effect that was not announced,
// and nothing sent twice but what was throttled.
func (w *witness) compare(records []rotation.Record, throttled bool) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	broken := slices.Clone(w.broken)
	announced, kinds := map[deed]int{}, map[iamops.ChangeKind]int{}
	for _, r := range records {
		if r.Kind == rotation.DeedAnnounced {
			announced[deed{iamops.ChangeKind(r.Change), r.KeyID}]++
			kinds[iamops.ChangeKind(r.Change)]++
		}
	}
	for d, n := range w.effects {
		if announced[d] < n {
			broken = append(broken, fmt.Sprintf("%s of %q took effect %d times, and is announced %d times", d.kind, d.keyID, n, announced[d]))
		}
	}
	for kind, n := range w.arrived {
		if n > kinds[kind] && !throttled {
			broken = append(broken, fmt.Sprintf("%s arrived %d times, and is announced %d times", kind, n, kinds[kind]))
		}
	}
	return broken
}
