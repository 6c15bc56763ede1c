package guide

import (
	"errors"
	"fmt"
	"strings"
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
		st.wantDecisions(rotation.Decide{Decision: rotation.Deliver, Yes: true, Specs: []string{"file:csv:/srv/billing.csv", "command:json:vault kv put secret/billing -", "file:dotenv:/srv/.env"}})
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
		st.wantDecisions(rotation.Decide{Decision: rotation.Deliver, Yes: true, Specs: []string{"command:json:vault kv put secret/billing -"}})
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
		st.wantDecisions(rotation.Decide{Decision: rotation.Stored, Yes: true})
	})
}

// A bad target keeps the question and what was typed, with the whole reason: what is typed on
// is no shortcut.
func TestFindingsSecretBadTarget(t *testing.T) {
	t.Run("small-1.7", func(t *testing.T) {
		bubble(t, stateAt(rotation.Store), func(st *stage) {
			reason := "it begins with none of profile, file, command, secretsmanager and ssm, and no shell reads a command: write it as a list"
			st.fake.noTarget = errors.New(reason)
			st.press("a")
			st.typed("vault kv put x -")
			st.press("enter")
			st.settle()
			for _, r := range "cvnD" { // what copies, shows, stores and gives up
				st.press(string(r))
			}
			st.wantDecisions()
			if st.screen.showsSecret() {
				t.Error("the secret is shown")
			}
			view := strings.Join(strings.Fields(strings.NewReplacer("│", " ").Replace(uitest.Plain(st.view()))), " ")
			for _, part := range []string{"vault kv put x -cvnD", "write it as a list"} {
				if !strings.Contains(view, part) {
					t.Errorf("the view lacks %q:\n%s", part, uitest.Plain(st.view()))
				}
			}
			st.fake.noTarget = nil
			st.press("enter")
			st.settle()
			if st.screen.Dialog() != nil {
				t.Error("the question is still open")
			}
		})
	})
}

// What never held the new key is not named where it is restored, and a way back is promised
// only while the secret is held.
func TestFindingsSecretRestoring(t *testing.T) {
	t.Run("small-1.4", func(t *testing.T) {
		restore := rotation.Offer{Decision: rotation.TakeBackAll}
		s := checklist()
		s.Deliveries[2].MayHold = true // the command
		s.Secret = rotation.SecretStored
		effect, undo := words.Effect(restore, s), words.WayBack(restore, s)
		for _, name := range []string{"profile prod", "command vault kv put", "/srv/.env"} {
			if !strings.Contains(effect, name) {
				t.Errorf("%q does not name %s", effect, name)
			}
		}
		if strings.Contains(effect, "billing.csv") || strings.Contains(undo, "deliver again") {
			t.Errorf("%q %q", effect, undo)
		}
		next, _, err := rotation.Next(s, rotation.PutBack{At: noon, Spec: s.Deliveries[2].Spec, Problem: &iamops.Problem{Kind: iamops.NotDelivered}}, rotation.DefaultSettings())
		if err != nil {
			t.Fatal(err)
		}
		if d := next.Deliveries[2]; words.DeliveryMark(d) == words.Good || strings.HasPrefix(words.DeliveryState(d, next), "delivered") {
			t.Errorf("a command that failed counts as delivered: %s", words.DeliveryState(d, next))
		}
		next, _, err = rotation.Next(next, rotation.PutBack{At: noon, Spec: s.Deliveries[3].Spec}, rotation.DefaultSettings())
		if said := words.DeliveryState(next.Deliveries[3], next); err != nil || !strings.Contains(said, "removed") || strings.Contains(said, "holds the old key") {
			t.Errorf("of a removed file: %s, %v", said, err)
		}
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
