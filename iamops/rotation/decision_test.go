package rotation

import "testing"

// What is taken without a question is listed here once more: a decision that changes something,
// or after which something is gone, must not get among them by an oversight.
func TestDecisionsThatAskNothing(t *testing.T) {
	free := map[Decision]bool{
		GoOn: true, StepBack: true, GoBack: true, KeepNew: true, StartOver: true, Adopt: true, RetireOlder: true, RetireNewer: true,
		Leak: true, LookAgain: true, TryAgain: true, UserFine: true, SignAfresh: true, SessionFromKey: true, SessionElsewhere: true,
	}
	for name, row := range decisions {
		if row.free != free[name] {
			t.Errorf("%s: free %v", name, row.free)
		}
		if row.take == nil {
			t.Errorf("%s does nothing", name)
		}
		if row.silent && name != LookAgain {
			t.Errorf("%s goes on no record", name)
		}
	}
}
