package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// control sends a control request.
func control(t *testing.T, a *faults.Account, method, path string) (int, string) {
	t.Helper()
	req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), method, "http://sandbox.test/_keyturn/"+path, nil))
	resp := must[*http.Response](t)(a.Client().Do(req))
	body := must[[]byte](t)(io.ReadAll(resp.Body))
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestControlAdvances(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		start := a.Now()
		status, body := control(t, a, http.MethodPost, "advance?days=2&hours=3&minutes=4")
		if status != http.StatusOK {
			t.Fatalf("HTTP %d: %s", status, body)
		}
		var answer struct{ Now time.Time }
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatal(err)
		}
		if got := a.Now().Sub(start); got != 51*time.Hour+4*time.Minute || !answer.Now.Equal(a.Now()) {
			t.Errorf("advanced by %v, answered %v", got, answer.Now)
		}
	})
}

func TestControlUpdatesApplications(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		key := newKey(t, a, "Suzie")
		if status, body := control(t, a, http.MethodPost, "applications?name=photo-sync&key="+key.KeyID); status != http.StatusOK {
			t.Fatalf("HTTP %d: %s", status, body)
		}
		status, body := control(t, a, http.MethodGet, "applications")
		var list []sandbox.Application
		if err := json.Unmarshal([]byte(body), &list); err != nil || status != http.StatusOK {
			t.Fatalf("HTTP %d, %v", status, err)
		}
		if list[0].Name != "photo-sync" || list[0].KeyID != key.KeyID || len(list[0].Log) == 0 {
			t.Errorf("listed %+v", list[0])
		}
		if strings.Contains(body, key.Secret) {
			t.Error("the secret is in the answer")
		}
	})
}

func TestControlRefuses(t *testing.T) {
	a := newAccount()
	before := a.Now()
	for _, c := range []struct {
		method, path string
		status       int
		part         string
	}{
		{http.MethodPost, "advance", 400, "?days=N"},
		{http.MethodPost, "advance?days=0", 400, "?days=N"},
		{http.MethodPost, "advance?days=-1", 400, "whole number"},
		{http.MethodPost, "advance?days=soon", 400, "whole number"},
		{http.MethodPost, "advance?days=99999999999999999999", 400, "whole number"},
		{http.MethodPost, "advance?weeks=1", 400, `unknown parameter "weeks"`},
		{http.MethodPost, "advance?days=%zz", 400, "query string"},
		{http.MethodGet, "advance?days=1", 405, "POST"},
		{http.MethodPost, "applications?name=photo-sync", 400, "key="},
		{http.MethodPost, "applications?name=photo-mill&key=" + suzieKey, 404, "photo-mill"},
		{http.MethodGet, "elsewhere", 404, "/_keyturn/advance"},
	} {
		status, body := control(t, a, c.method, c.path)
		if status != c.status || !strings.Contains(body, c.part) {
			t.Errorf("%s %s: HTTP %d %s, want %d and %q", c.method, c.path, status, body, c.status, c.part)
		}
	}
	if a.Now().Sub(before) > time.Hour {
		t.Error("a refused request moved the clock")
	}
}
