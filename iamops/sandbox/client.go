package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
)

// Client returns an HTTP client that reaches the account in process, whatever
// the address: no network, no goroutine, so that it works in a testing/synctest
// bubble. A request ends when its context does.
func (a *Account) Client() *http.Client {
	return &http.Client{Transport: inProcess{a}}
}

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
	if arrived.Host == "" {
		arrived.Host = arrived.URL.Host
	}
	ans := t.account.exchange(arrived)
	ans.header.Set("Date", t.account.Wire().Format(http.TimeFormat))
	return &http.Response{
		Status:        strconv.Itoa(ans.status) + " " + http.StatusText(ans.status),
		StatusCode:    ans.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        ans.header,
		Body:          io.NopCloser(bytes.NewReader(ans.body)),
		ContentLength: int64(len(ans.body)),
		Request:       r,
	}, nil
}
