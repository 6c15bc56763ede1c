package account

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"keyturn/iamops"
)

// The limits of a call. The SDK's own would make an unreachable endpoint look like a
// slow one.
const (
	dialTimeout      = 4 * time.Second  // for a connection; the SDK's own: 30 s
	handshakeTimeout = 5 * time.Second  // for its TLS handshake; the SDK's own: 10 s
	answerTimeout    = 15 * time.Second // for the head of an answer; the SDK has no limit
)

// httpClient is the given client, or the SDK's own with our limits. The SDK
// adds AWS_CA_BUNDLE to its own kind only.
func httpClient(given *http.Client) aws.HTTPClient {
	if given != nil {
		client := *given
		if t, ok := client.Transport.(*http.Transport); ok && t.OnProxyConnectResponse == nil {
			t = t.Clone()
			t.OnProxyConnectResponse = refusedConnect
			client.Transport = t
		}
		return &client
	}
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = handshakeTimeout
			t.ResponseHeaderTimeout = answerTimeout
			t.MaxIdleConnsPerHost = MaxInFlight
			t.OnProxyConnectResponse = refusedConnect
		})
}

// proxyError is a proxy that made no connection.
type proxyError struct{ host, status string }

// Error names the proxy, and what it said.
func (e *proxyError) Error() string { return e.host + " said " + e.status }

// refusedConnect tells a proxy's refusal from a failure of the connection.
func refusedConnect(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{proxy.Host, answer.Status}
}

// sendOnce returns a client that reaches the same places as the given one and
// sends each request at most once. net/http sends a request again when a kept
// connection proves dead before the request is written, when an HTTP/2 server
// turns a stream away, and on a redirect by 307 or 308; so there are no kept
// connections, no HTTP/2 and no redirects here.
func sendOnce(client aws.HTTPClient) *http.Client {
	var base http.RoundTripper
	switch c := client.(type) {
	case *awshttp.BuildableClient:
		base = c.GetTransport()
	case *http.Client:
		base = c.Transport
	}
	if base == nil {
		base = http.DefaultTransport
	}
	if t, ok := base.(*http.Transport); ok {
		t = t.Clone()
		t.DisableKeepAlives = true
		t.ForceAttemptHTTP2 = false
		t.Protocols = new(http.Protocols)
		t.Protocols.SetHTTP1(true)
		t.ResponseHeaderTimeout = 0 // the change has its own limit
		base = t
	}
	return &http.Client{
		Transport:     wire{base},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// wire counts the requests that may have reached the other side, and holds back
// those for which it is too late.
type wire struct{ base http.RoundTripper }

// RoundTrip sends the request, and counts it in the tally of its context unless
// it is certain that it did not get there: no connection was made, or it was too
// late by the time that there was one.
func (w wire) RoundTrip(req *http.Request) (*http.Response, error) {
	t := tallyOf(req.Context())
	if t.tooLate != nil {
		if problem := t.tooLate(); problem != nil {
			return nil, problem
		}
	}
	connected := false
	_, traced := w.base.(*http.Transport)
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected = true },
	})
	req = req.WithContext(ctx)
	last := &lastMoment{ReadCloser: req.Body, tooLate: t.tooLate}
	if traced && t.tooLate != nil {
		req.Body = last
	}
	resp, err := w.base.RoundTrip(req)
	if problem := last.refused.Load(); problem != nil {
		if resp != nil {
			_ = resp.Body.Close()
		}
		return nil, problem //nolint:wrapcheck // our own
	}
	if traced && !connected || !traced && neverConnected(err) {
		return resp, err //nolint:wrapcheck // a transport passes errors as they are
	}
	t.sends++
	t.lastSent = true
	return resp, err //nolint:wrapcheck // a transport passes errors as they are
}

// lastMoment is a request's body that breaks off when it is too late to send it.
// The transport reads it when it has a connection, which can take seconds; and
// without the body, which names the action, the request is none.
type lastMoment struct {
	io.ReadCloser
	tooLate func() *iamops.Problem
	refused atomic.Pointer[iamops.Problem]
	begun   bool
}

// Read refuses the first byte, and so all of them, if it is too late.
func (l *lastMoment) Read(p []byte) (int, error) {
	if !l.begun {
		l.begun = true
		l.refused.Store(l.tooLate())
	}
	if problem := l.refused.Load(); problem != nil {
		return 0, problem //nolint:wrapcheck // our own
	}
	return l.ReadCloser.Read(p) //nolint:wrapcheck // a body passes errors as they are
}
