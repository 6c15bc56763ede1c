package rotation

import (
	"encoding/json"
	"testing"
	"time"

	"keyturn/iamops"
)

func TestEveryStepOfEveryPlanHasItsRow(t *testing.T) {
	for name, plan := range plans {
		for _, step := range plan.Steps {
			if row := steps[step]; row.offers == nil || row.happened == nil {
				t.Errorf("%s: %s has no row", name, step)
			}
		}
	}
}

// A record that was changed by hand is passed over, and ends nothing.
func TestARecordThatCantBe(t *testing.T) {
	by := iamops.Caller{Account: "111122223333", Partition: "aws", ARN: "arn:aws:iam::111122223333:user/x"}
	s, _ := Begin(Rotate, "r", by, "Suzie", "AKIAOLD", time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	for name, change := range map[string]func(*State){
		"as it is":           func(*State) {},
		"an unknown step":    func(s *State) { s.Step = "blessing" },
		"an unknown plan":    func(s *State) { s.Plan = "bless" },
		"no change to prove": func(s *State) { s.Phase = Unclear },
	} {
		changed := s
		change(&changed)
		line, err := json.Marshal(RecordOf(changed, Deed{Kind: DeedLeft}, s.Begun))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseRecord(line); (err == nil) != (name == "as it is") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
