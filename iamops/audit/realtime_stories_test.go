//go:build stories

package audit

import (
	"net/http/httptest"
	"testing"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/sandbox/faults"
)

// reachByHTTP opens a sandbox's account as reach does, through a server at a local
// address and the SDK's own client, as against `keyturn sandbox --listen`.
func reachByHTTP(t testing.TB, place *faults.Account, onCall func(account.Call)) *account.Account {
	t.Helper()
	server := httptest.NewServer(place)
	t.Cleanup(server.Close)
	op := place.Operator()
	a, err := account.At(t.Context(), account.Endpoint{
		URL: server.URL, KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret),
	}, account.Options{Clock: place, OnCall: onCall})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// BenchmarkAccountOf500UsersInRealTime is BenchmarkAccountOf5000Users, an account of a
// tenth of the size, over HTTP and by the wall clock. It takes three minutes.
func BenchmarkAccountOf500UsersInRealTime(b *testing.B) {
	const users = 500
	b.Run("usual way", func(b *testing.B) {
		for b.Loop() {
			measureUsualWay(b, reachByHTTP, users).tellUsualWay(b)
		}
	})
	for _, report := range reports {
		b.Run(report.name, func(b *testing.B) {
			for b.Loop() {
				measureLoad(b, reachByHTTP, users, report.made).tell(b)
			}
		})
	}
}
