package audit

import (
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// reach opens a sandbox's account as its operator, and tells of each call.
func reach(t testing.TB, place *faults.Account, onCall func(account.Call)) *account.Account {
	t.Helper()
	op := place.Operator()
	a, err := account.At(t.Context(), account.Endpoint{
		URL: "http://sandbox.test", KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret),
	}, account.Options{HTTPClient: place.Client(), Clock: place, OnCall: onCall})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// sandboxReport is the credential report of the sandbox.
func sandboxReport(t testing.TB) string {
	t.Helper()
	place := faults.New(sandbox.Options{Seed: 1})
	a := reach(t, place, nil)
	if _, err := a.GenerateReport(t.Context()); err != nil {
		t.Fatal(err)
	}
	place.Advance(time.Minute)
	content, _, err := a.Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
