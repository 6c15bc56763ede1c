package iamops_test

import (
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
)

// A bound does not run out while a person is asked, and runs out all the same after that.
func TestABoundWaitsForPeople(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := iamops.WithBound(t.Context(), 10*time.Second)
		defer stop()
		answered := iamops.Asking(ctx)
		iamops.Sleep(t.Context(), 5*time.Minute)
		if ctx.Err() != nil {
			t.Error("it ran out while somebody was asked")
		}
		answered()
		iamops.Sleep(t.Context(), 11*time.Second)
		synctest.Wait()
		if ctx.Err() == nil {
			t.Error("it does not run out")
		}
	})
	iamops.Asking(t.Context())() // without a bound
}
