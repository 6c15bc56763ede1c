package guide

import (
	"fmt"
	"testing"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/ui/uitest"
	"keyturn/ui/words"
)

// checklist is a secret in memory, with a target in each state.
func checklist() rotation.State {
	return with(stateAt(rotation.Store), func(s *rotation.State) {
		s.Deliveries = []rotation.Delivery{
			{Spec: "profile:prod", Name: "profile prod", State: rotation.DeliveryMade},
			{Spec: "file:csv:/srv/billing.csv", Name: "file /srv/billing.csv", State: rotation.DeliveryOffered, Warnings: []string{"it is inside a git work tree"}},
			{
				Spec: "command:json:vault kv put secret/billing -", Name: "command vault kv put secret/billing -", State: rotation.DeliveryFailed,
				Problem: &iamops.Problem{Kind: iamops.NotDelivered, Message: "it ended with exit code 2"},
			},
			{Spec: "file:dotenv:/srv/.env", Name: "file /srv/.env", State: rotation.DeliveryFailed, MayHold: true},
		}
	})
}

func TestTheChecklistOfTargets(t *testing.T) {
	bubble(t, checklist(), func(st *stage) {
		st.wantView("profile prod: delivered", "file /srv/billing.csv: not delivered yet", "it is inside a git work tree",
			"exit code 2", "file /srv/.env: not known: it may hold the new key")
		st.press("enter")
		st.wantDecisions()
		st.wantView("Deliver the secret?", "file /srv/billing.csv, command vault")
		st.press("right", "enter")
		st.wantDecisions(rotation.Decide{Decision: rotation.Deliver, Specs: []string{"file:csv:/srv/billing.csv", "command:json:vault kv put secret/billing -", "file:dotenv:/srv/.env"}})
	})
}

// A target is ticked, or not, by its number, and the others stay as they are.
func TestTargetsAreTicked(t *testing.T) {
	bubble(t, checklist(), func(st *stage) {
		st.wantView("1 [x] file /srv/billing.csv")
		st.press("1", "3")
		st.wantView("1 [ ] file /srv/billing.csv", "2 [x] command vault", "3 [ ] file /srv/.env")
		st.press("enter")
		st.wantView("The secret goes to: command vault")
		st.press("right", "enter")
		st.wantDecisions(rotation.Decide{Decision: rotation.Deliver, Specs: []string{"command:json:vault kv put secret/billing -"}})
	})
	bubble(t, checklist(), func(st *stage) {
		st.press("1", "2", "3", "enter")
		if got := st.toast(); got != words.NothingTicked {
			t.Errorf("toast %q", got)
		}
		st.press("9")
		if got := st.toast(); got != "there is no target with this number to deliver to" {
			t.Errorf("toast %q", got)
		}
	})
}

// A delivery that is under way may fail: who leaves meanwhile is asked about the secret.
func TestNobodyLeavesDuringADelivery(t *testing.T) {
	bubble(t, with(checklist(), func(s *rotation.State) { s.Deliveries[1].State = rotation.DeliveryUnderWay }), func(st *stage) {
		if got := st.screen.Holds(); got != HoldsSecret {
			t.Fatalf("holds %v", got)
		}
		st.press("esc")
		st.wantView("The secret is not put away")
	})
}

func TestStoredIsStillWhatLeadsOn(t *testing.T) {
	bubble(t, checklist(), func(st *stage) {
		st.press("n", "right", "enter")
		st.wantDecisions(rotation.Decide{Decision: rotation.Stored})
	})
}

func TestATargetIsAdded(t *testing.T) {
	bubble(t, stateAt(rotation.Store), func(st *stage) {
		st.press("a")
		st.typed("file:json:/srv/new.json")
		st.press("tab", "right", "enter")
		if got := fmt.Sprint(st.fake.added); got != "[file:json:/srv/new.json]" {
			t.Errorf("added %s: %s", got, uitest.Plain(st.view()))
		}
		st.wantDecisions()
	})
	bubble(t, stateAt(rotation.Distribute), func(st *stage) {
		st.press("a")
		if got := st.toast(); got != "there is no secret here to deliver" {
			t.Errorf("toast %q", got)
		}
	})
}
