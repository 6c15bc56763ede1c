package sandbox

import (
	"slices"
	"testing"
)

// An answer is written after the account's lock is given back: what it holds of a secret
// must stay as it was, whatever is put meanwhile.
func TestStagesInAnAnswerStay(t *testing.T) {
	s := &secret{}
	first := &secretVersion{id: "1"}
	s.put(first, "tried", currentStage)
	held := first.stages
	s.put(&secretVersion{id: "2"}, currentStage)
	if !slices.Equal(held, []string{"tried", currentStage}) || !slices.Equal(first.stages, []string{"tried", previousStage}) {
		t.Errorf("held %q, and now it is at %q", held, first.stages)
	}
}
