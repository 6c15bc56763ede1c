package account

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestTheRetryLearns: a page that was throttled slows the next one down, which asks the same
// service in the same region; another region has a limit of its own.
func TestTheRetryLearns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.on("", func(n int, w http.ResponseWriter, _ *http.Request) { // CloudTrail names its action in a header
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			if n <= 3 {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = w.Write([]byte(`{"__type": "ThrottlingException", "message": "Rate exceeded"}`))
				return
			}
			_, _ = w.Write([]byte(`{"Events": []}`))
		})
		a := s.inBubble(t, Options{})
		took := func(region string) time.Duration {
			began := time.Now()
			if _, _, err := a.Events(t.Context(), region, testKey, time.Time{}, ""); err != nil {
				t.Fatal(err)
			}
			return time.Since(began)
		}
		took("eu-west-1") // throttled three times
		if waited := took("eu-west-1"); waited == 0 {
			t.Error("the next page is asked for at once, as if nothing had been throttled")
		}
		if waited := took("us-east-1"); waited != 0 {
			t.Errorf("a region that throttled nothing is asked after %s", waited)
		}
	})
}
