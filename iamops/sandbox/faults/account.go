// Package faults is the sandbox for tests: an account whose requests can be delayed, held,
// refused and lost, which counts them, and which behaves as AWS may where AWS is slow or
// undocumented. No shipped package imports it.
//
// Rules that hold here:
//
//   - Faults strike what comes over the wire, by [Account.Client] or over HTTP; the
//     account's own applications are spared.
//   - A refusal that a fault makes has AWS's code, HTTP status and sentence.
package faults

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"keyturn/iamops/sandbox"
)

// Account is an embedded account that tests can trouble. Its methods may be called
// concurrently.
type Account struct {
	*sandbox.Account

	mu       sync.Mutex // guards what follows
	behavior sandbox.Behavior
	faults   []*Injected
	requests requestLog
	disguise string // the user agent that the account is told; "" is the true one
}

// New returns an account. Its options' Behavior is its own: [Account.Configure] sets it.
func New(o sandbox.Options) *Account {
	a := Around(nil)
	o.Behavior = func() sandbox.Behavior {
		a.mu.Lock()
		defer a.mu.Unlock()
		return a.behavior
	}
	a.Account = sandbox.New(o)
	return a
}

// Around is a way to an account that is there already. Its behavior stays as it is.
func Around(account *sandbox.Account) *Account {
	return &Account{Account: account, behavior: sandbox.DefaultBehavior(), requests: newRequestLog()}
}

// Configure lets change alter how the account behaves, from now on.
func (a *Account) Configure(change func(*sandbox.Behavior)) {
	a.Applications() // run as they did up to now
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.behavior)
}

// Disguise makes the calls that do sends over the wire show another user agent in
// CloudTrail, as if another program had made them.
func (a *Account) Disguise(agent string, do func()) {
	set := func(to string) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.disguise = to
	}
	set(agent)
	defer set("")
	do()
}

// outcome is what becomes of a request: an answer, or how the connection ends.
type outcome struct {
	*http.Response
	drop drop
}

// drop is how a connection ends without a whole answer.
type drop int

const (
	answered  drop = iota
	dropReset      // the connection is reset
	dropEOF        // the connection is closed before an answer
	dropBody       // the connection is closed within the body
	hungUp         // the caller was gone first
)

// exchange lets the faults strike a request that the account answers otherwise.
func (a *Account) exchange(r *http.Request, answer func(*http.Request) (*http.Response, error)) (outcome, error) {
	if strings.HasPrefix(r.URL.Path, sandbox.ControlPath) {
		whole, err := answer(r)
		return outcome{Response: whole}, err
	}
	body, bodyErr := io.ReadAll(r.Body)
	again := func() {
		r.Body = io.NopCloser(bytes.NewReader(body))
		if bodyErr != nil {
			r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{bodyErr}))
		}
	}
	again()
	asked := sandbox.ReadRequest(r)
	again()
	t := a.arrive(r, asked)

	ctx := r.Context()
	if !t.wait(ctx) || !t.hold(ctx, BeforeEffect) {
		return outcome{drop: hungUp}, nil
	}
	switch forced := t.breaks(BeforeEffect); forced {
	case NoBreak:
	case Deny:
		r = r.WithContext(sandbox.Deny(ctx))
	default:
		return a.broken(forced, asked, "00000000-0000-4000-8000-00000000fa17"), nil
	}
	whole, err := answer(r)
	if err != nil {
		return outcome{}, err
	}
	if !t.hold(ctx, AfterEffect) {
		return outcome{drop: hungUp}, nil
	}
	switch late := t.breaks(AfterEffect); late {
	case NoBreak:
		return outcome{Response: whole}, nil
	case CutBody:
		return outcome{whole, dropBody}, nil
	default:
		return a.broken(late, asked, whole.Header.Get("X-Amzn-Requestid")), nil
	}
}

// arrive notes a request, and finds what strikes it.
func (a *Account) arrive(r *http.Request, asked sandbox.Request) trouble {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests.add(Request{At: a.Wire(), Request: asked})
	if a.disguise != "" {
		r.Header.Set("User-Agent", a.disguise)
	}
	var t trouble
	for _, i := range a.faults {
		if i.strikes(asked.Action, asked.User) {
			t = append(t, i)
		}
	}
	return t
}

// Client returns an HTTP client that reaches the account in process, as the sandbox's
// own does. A dropped connection comes out as the error that a network would give.
func (a *Account) Client() *http.Client { return &http.Client{Transport: inProcess{a}} }

// inProcess is an http.RoundTripper.
type inProcess struct{ account *Account }

func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	arrived := r.Clone(ctx) // a RoundTripper does not change the request
	if arrived.Body == nil {
		arrived.Body = http.NoBody
	}
	defer arrived.Body.Close() //nolint:errcheck // the body is read; a RoundTripper closes it
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) //nolint:wrapcheck // as net/http does, unchanged
	}
	out, err := t.account.exchange(arrived, t.account.Account.Client().Transport.RoundTrip)
	if err != nil {
		return nil, err
	}
	switch out.drop {
	case hungUp:
		return nil, context.Cause(ctx) //nolint:wrapcheck // as net/http does, unchanged
	case dropReset:
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	case dropEOF:
		return nil, io.EOF
	case dropBody:
		out.Body = io.NopCloser(io.MultiReader(bytes.NewReader(half(out.Response)), failing{io.ErrUnexpectedEOF}))
	case answered:
	}
	out.Request = r
	return out.Response, nil
}

// failing is a reader that only fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// ServeHTTP answers AWS clients, and the control paths.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := a.exchange(r, func(r *http.Request) (*http.Response, error) {
		whole := httptest.NewRecorder()
		a.Account.ServeHTTP(whole, r)
		return whole.Result(), nil
	})
	switch {
	case err != nil, out.drop == hungUp, out.drop == dropEOF:
		panic(http.ErrAbortHandler) // how net/http is told to close the connection
	case out.drop == dropReset:
		reset(w)
		return
	}
	for name, values := range out.Header {
		w.Header()[name] = values
	}
	w.Header().Set("X-Keyturn-Date", a.Now().Format(http.TimeFormat))
	w.WriteHeader(out.StatusCode)
	if out.drop == dropBody {
		_, _ = w.Write(half(out.Response))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = io.Copy(w, out.Body) // the caller may be gone
}

// reset ends a connection so that its peer sees a reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2: a stream can only be aborted
	}
	if tcp, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
		_ = tcp.SetLinger(0) // close with RST in place of FIN
	}
	_ = conn.Close()
}

// half is the part of a body that arrives when it is cut.
func half(r *http.Response) []byte {
	body, _ := io.ReadAll(r.Body) // of a reader in memory
	return body[:len(body)/2]
}

// respond makes an answer that the account did not make.
func (a *Account) respond(status int, header http.Header, body []byte) *http.Response {
	header.Set("Date", a.Wire().Format(http.TimeFormat))
	header.Set("Content-Length", strconv.Itoa(len(body)))
	return &http.Response{
		Status:        strconv.Itoa(status) + " " + http.StatusText(status),
		StatusCode:    status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
	}
}
