package runner_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox/faults"
)

func TestDescriptionsTellColleagues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := beginTagged(t)
		s.stored()
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Watch)
		texts, err := s.account().Descriptions(t.Context(), "Suzie")
		if err != nil {
			t.Fatal(err)
		}
		st := s.state()
		if old := texts[st.Old.ID]; !strings.Contains(old, "old key - new is "+st.New.ID+" - step watch") || !strings.Contains(old, "by user/operator") {
			t.Errorf("old key described as %q", old)
		}
		if !strings.Contains(texts[st.New.ID], "new key - old is "+st.Old.ID) {
			t.Errorf("new key described as %q", texts[st.New.ID])
		}

		colleague := runner.Start(runner.Parts{
			Account: s.account(), Journal: &notes{}, Clock: s.cloud, Settings: rotation.DefaultSettings(), Describer: s.account(),
		}, runner.Task{ID: "rot2", User: "Suzie"})
		defer func() { _ = colleague.Close(context.Background()) }()
		synctest.Wait()
		if got := colleague.Snapshot().State.Descriptions[st.New.ID]; got != texts[st.New.ID] {
			t.Errorf("a colleague is told %q", got)
		}
	})
}

func TestADescriptionThatFailsIsSaidAndHarmsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := beginTagged(t)
		s.cloud.Inject(faults.Fault{Action: "iam:TagUser", Break: faults.Deny})
		s.stored()
		s.await("the failure", func(rotation.State) bool { return s.run.Snapshot().Undescribed != nil })
		if p := s.run.Snapshot().Undescribed; p.Kind != iamops.AccessDenied || p.Action != "iam:TagUser" {
			t.Errorf("problem %v", p)
		}
		if s.state().Step != rotation.Distribute {
			t.Errorf("step %s", s.state().Step)
		}
	})
}

func TestNothingIsDescribedUnasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, "Suzie")
		s.stored()
		if n := s.cloud.Sent("iam:TagUser") + s.cloud.Sent("iam:ListUserTags"); n != 0 {
			t.Errorf("%d calls about tags", n)
		}
	})
}

// beginTagged is begin with descriptions kept.
func beginTagged(t *testing.T) *scene {
	t.Helper()
	return beginWith(t, "Suzie", func(p *runner.Parts, s *scene) { p.Describer = s.account() })
}
