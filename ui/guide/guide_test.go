package guide

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

// bubble runs a test in a synctest bubble with a stage of the usual size.
func bubble(t *testing.T, s rotation.State, test func(st *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newStage(t, s, 120, 40)) })
}

func (st *stage) wantDecisions(want ...rotation.Decide) {
	st.t.Helper()
	if got := st.fake.taken(); fmt.Sprint(got) != fmt.Sprint(want) {
		st.t.Fatalf("decisions: %v, want %v", got, want)
	}
}

func (st *stage) wantView(parts ...string) {
	st.t.Helper()
	view := uitest.Plain(st.view())
	for _, part := range parts {
		if !strings.Contains(view, part) {
			st.t.Fatalf("the view lacks %q:\n%s", part, view)
		}
	}
}

func TestGoOnNeedsNoQuestion(t *testing.T) {
	bubble(t, stateAt(rotation.Check), func(st *stage) {
		st.press("enter")
		st.wantDecisions(rotation.Decide{Decision: rotation.GoOn})
	})
}

// Each change is asked about; the first choice, which a stray enter takes, is to do
// nothing.
func TestChangesAreConfirmed(t *testing.T) {
	tests := []struct {
		name  string
		state rotation.State
		key   string
		want  rotation.Decision
	}{
		{"create", stateAt(rotation.Create), "n", rotation.MakeChange},
		{"deactivate", stateAt(rotation.Deactivate), "n", rotation.MakeChange},
		{"roll back", stateAt(rotation.Watch), "R", rotation.RollBack},
		{"stored", with(stateAt(rotation.Store), lent), "n", rotation.Stored},
		{"have secret", with(scenes()["secret-unknown"], lent), "n", rotation.HaveSecret},
		{"give up", stateAt(rotation.Distribute), "D", rotation.GiveUpNew},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, test.state, func(st *stage) {
				for _, no := range []string{"enter", "esc"} {
					st.press(test.key, no)
					st.wantDecisions()
				}
				st.press(test.key, "right", "enter")
				st.wantDecisions(rotation.Decide{Decision: test.want, Yes: true})
				if st.fake.turns[0] != test.state.Turn {
					t.Fatalf("decided on turn %d, want %d", st.fake.turns[0], test.state.Turn)
				}
			})
		})
	}
}

func TestDeletionIsTyped(t *testing.T) {
	bubble(t, stateAt(rotation.Delete), func(st *stage) {
		st.press("n")
		st.typed("MPLX")
		st.press("tab", "enter", "enter", "esc")
		st.wantDecisions()
		st.press("n")
		st.run(st.screen.Update(tea.PasteMsg{Content: "MPLE\n"}))
		st.settle()
		st.press("enter")
		st.wantDecisions(rotation.Decide{Decision: rotation.MakeChange, Typed: "MPLE"})
	})
}

func TestOverrideAsksForAReasonFirst(t *testing.T) {
	bubble(t, shutGate(), func(st *stage) {
		st.press("n")
		st.wantView("has been quiet for 2 hours", "Why do it all the same?")
		st.press("enter") // without a reason this is Cancel
		st.wantDecisions()
		st.press("n")
		st.typed("agreed")
		st.press("enter")
		st.wantDecisions()
		st.wantView("Way back")
		st.press("right", "enter")
		st.wantDecisions(rotation.Decide{Decision: rotation.MakeChange, Yes: true, Reason: "agreed", Whys: []rotation.Why{rotation.WhyUsedRecently}})
	})
}

func TestReasonAndTextForAnEarlyDeletion(t *testing.T) {
	early := with(stateAt(rotation.Delete), func(s *rotation.State) { s.Old.InactiveSince = noon.Add(-day) })
	bubble(t, early, func(st *stage) {
		st.press("n")
		st.typed("leaver")
		st.press("enter")
		st.typed("MPLE")
		st.press("enter")
		st.wantDecisions(rotation.Decide{Decision: rotation.MakeChange, Typed: "MPLE", Reason: "leaver", Whys: []rotation.Why{rotation.WhyWatchNotOver}})
	})
}

func TestRefusedOffersSayWhy(t *testing.T) {
	bubble(t, scenes()["delete-too-soon"], func(st *stage) {
		st.press("n")
		if st.screen.Dialog() != nil {
			t.Fatal("a question about what can't be done")
		}
		if !strings.Contains(st.toast(), "no sooner than 5 minutes") {
			t.Fatalf("toast: %q", st.toast())
		}
		st.wantView("no sooner than 5 minutes")
		st.clock.Set(noon.Add(5 * time.Minute)) // and in time the offer opens by itself
		st.press("n")
		if st.screen.Dialog() == nil {
			t.Fatal("no question after the wait")
		}
	})
}

func TestDirectKeysThatAreNotOfferedDoNothing(t *testing.T) {
	bubble(t, stateAt(rotation.Check), func(st *stage) {
		st.press("R", "D", "t", "v", "c")
		st.wantDecisions()
		if len(st.sent) > 0 || st.toast() == "" {
			t.Fatalf("sent %v, toast %q", st.sent, st.toast())
		}
	})
}

func TestErrorsOfDecisionsAreTold(t *testing.T) {
	errs := map[string]error{
		"moved on":           runner.ErrOutdated,
		"wait":               fmt.Errorf("deciding: %w", &rotation.Refusal{Decision: rotation.GoOn, Reason: rotation.ChangeInFlight}),
		"journal":            &iamops.Problem{Kind: iamops.NoRecord, Message: "no space left on device"},
		"a cause of its own": errors.New("a cause of its own"),
	}
	for want, err := range errs {
		t.Run(want, func(t *testing.T) {
			bubble(t, stateAt(rotation.Check), func(st *stage) {
				st.fake.refuse = err
				st.press("enter")
				if !strings.Contains(st.toast(), want) {
					t.Fatalf("toast %q lacks %q", st.toast(), want)
				}
				st.press("enter") // and another decision can be taken
				if n := len(st.fake.taken()); n != 2 {
					t.Fatalf("%d decisions, want 2", n)
				}
			})
		})
	}
}

// Two quick presses are one decision: the second finds the first on its way.
func TestOneDecisionAtATime(t *testing.T) {
	bubble(t, stateAt(rotation.Check), func(st *stage) {
		st.run(st.screen.Update(uitest.Key("enter")))
		st.run(st.screen.Update(uitest.Key("enter")))
		st.settle()
		st.wantDecisions(rotation.Decide{Decision: rotation.GoOn})
	})
}

func TestSnapshotsAreTakenWhileAQuestionIsOpen(t *testing.T) {
	bubble(t, stateAt(rotation.Deactivate), func(st *stage) {
		st.press("n")
		st.fake.publish(func(s *rotation.State) { s.Old.Status, s.Turn = iamops.Inactive, s.Turn+1 })
		st.settle()
		st.wantView("Deactivate the old key?", "Inactive")
		before := st.screen.State().Turn - 1
		st.press("right", "enter")
		if got := st.fake.turns; len(got) != 1 || got[0] != before {
			t.Fatalf("decided on turns %v, want the one that was asked about, %d", got, before)
		}
	})
}

func TestOlderSnapshotsAreDropped(t *testing.T) {
	bubble(t, stateAt(rotation.Distribute), func(st *stage) {
		older := st.fake.Snapshot()
		older.State.Step = rotation.Create
		st.fake.publish(func(*rotation.State) {})
		st.settle()
		st.screen.Update(updated{id: st.screen.id, snapshot: older, extra: true})
		if got := st.screen.State().Step; got != rotation.Distribute {
			t.Fatalf("step %s from an older snapshot", got)
		}
	})
}

func TestForeignResultsAreDropped(t *testing.T) {
	bubble(t, stateAt(rotation.Distribute), func(st *stage) {
		other := runner.Snapshot{State: with(stateAt(rotation.Delete), func(s *rotation.State) { s.ID = "r2" })}
		for _, msg := range []tea.Msg{
			updated{id: "r2", snapshot: other}, decided{id: "r2", snapshot: other}, departed{id: "r2"},
		} {
			st.run(st.screen.Update(msg))
		}
		st.settle()
		if got := st.screen.State(); got.ID != "r1" || got.Step != rotation.Distribute {
			t.Fatalf("took a result of another rotation: %s at %s", got.ID, got.Step)
		}
		if st.hasLeft() {
			t.Fatal("left by another rotation's departure")
		}
	})
}

func TestLeaving(t *testing.T) {
	bubble(t, stateAt(rotation.Distribute), func(st *stage) {
		st.press("esc")
		if !st.hasLeft() || st.fake.left != 1 {
			t.Fatalf("left %v, on record %d times", st.hasLeft(), st.fake.left)
		}
	})
}

// Keys that were pressed after esc, and before the way back was on record, are for
// nobody.
func TestNoDecisionOnTheWayOut(t *testing.T) {
	bubble(t, stateAt(rotation.Check), func(st *stage) {
		st.run(st.screen.Update(uitest.Key("esc")))
		st.run(st.screen.Update(uitest.Key("enter")))
		st.settle()
		st.wantDecisions()
		if !st.hasLeft() {
			t.Fatal("did not leave")
		}
	})
}

func TestASecretIsNotLeft(t *testing.T) {
	bubble(t, stateAt(rotation.Store), func(st *stage) {
		st.press("esc")
		if st.hasLeft() || st.fake.left != 0 || st.screen.Holds() != HoldsSecret {
			t.Fatal("left a secret behind")
		}
		st.wantView("Leaving now would", "Stay")
		st.press("enter") // Stay
		st.wantDecisions()
		st.press("esc", "right", "enter") // give up: which asks
		st.wantDecisions()
		st.press("right", "enter")
		st.wantDecisions(rotation.Decide{Decision: rotation.GiveUpNew, Yes: true})
		if st.hasLeft() {
			t.Fatal("left after giving up: the key is still there")
		}
	})
}

// What was shown or delivered is not called lost: leaving offers to say that it is stored,
// and to deliver it.
func TestADeliveredSecretIsLeftByItsOwnChoices(t *testing.T) {
	bubble(t, checklist(), func(st *stage) {
		st.press("esc")
		st.wantView("delivered to profile prod", "NOT delivered to file /srv/billing.csv", "Stay", "Give up the new key")
		if view := uitest.Plain(st.view()); strings.Contains(view, "in memory only") || strings.Contains(view, "lose it") {
			t.Errorf("a delivered secret is called lost:\n%s", view)
		}
		st.press("right", "enter", "right", "enter") // it is stored: which asks
		st.wantDecisions(rotation.Decide{Decision: rotation.Stored, Yes: true})
	})
	bubble(t, checklist(), func(st *stage) {
		st.press("esc", "right", "right", "enter") // deliver: which asks
		st.wantDecisions()
		st.wantView("Deliver the secret?")
	})
	bubble(t, with(stateAt(rotation.Store), lent), func(st *stage) {
		st.press("esc")
		st.wantView("shown or copied here.")
		st.press("right", "enter", "right", "enter")
		st.wantDecisions(rotation.Decide{Decision: rotation.Stored, Yes: true})
	})
}

func TestTheRotationHasTheLastWordOnLeaving(t *testing.T) {
	bubble(t, stateAt(rotation.Distribute), func(st *stage) {
		st.fake.leave = &rotation.Refusal{Reason: rotation.SecretNotPut}
		st.press("esc")
		if st.hasLeft() || st.screen.Dialog() == nil {
			t.Fatal("left against the rotation's refusal")
		}
	})
}

func TestAChangeUnderWayIsNotLeft(t *testing.T) {
	under := scenes()["create-under-way"]
	bubble(t, under, func(st *stage) {
		st.press("esc")
		if st.hasLeft() || st.screen.Holds() != AwaitsSecret {
			t.Fatalf("left %v, holds %v", st.hasLeft(), st.screen.Holds())
		}
	})
}

// A decision that is on its way counts: between the key press and the snapshot that
// shows it, nothing else would.
func TestADecisionOnItsWayCounts(t *testing.T) {
	bubble(t, stateAt(rotation.Create), func(st *stage) {
		st.press("n", "right")
		cmd := st.screen.Update(uitest.Key("enter"))
		if got := st.screen.Holds(); got != AwaitsSecret {
			t.Fatalf("holds %v before the decision has arrived", got)
		}
		st.run(cmd)
		st.settle()
	})
}

func TestDoneGoesBack(t *testing.T) {
	for _, k := range []string{"enter", "esc"} {
		bubble(t, stateAt(rotation.Finished), func(st *stage) {
			st.press(k)
			left, ok := st.outbox[len(st.outbox)-1].(Left)
			if !ok || !left.Over || left.KeyID != newKeyID || st.fake.left != 0 {
				t.Fatalf("after %s: %+v, on record %d times", k, st.outbox, st.fake.left)
			}
		})
	}
}

func TestRefreshReads(t *testing.T) {
	bubble(t, stateAt(rotation.Distribute), func(st *stage) {
		st.run(st.screen.refresh())
		st.settle()
		if st.fake.refreshed != 1 {
			t.Fatalf("refreshed %d times", st.fake.refreshed)
		}
		st.fake.publish(func(s *rotation.State) { s.Note = rotation.NoteRolledBack })
		st.settle()
		st.wantView("works again") // the channel is still waited on
	})
}

// A change that was made and is not in the journal is said until the end.
func TestAnUnrecordedChangeIsSaid(t *testing.T) {
	bubble(t, stateAt(rotation.Watch), func(st *stage) {
		st.fake.snapshot.Unrecorded = &iamops.Problem{Kind: iamops.NoRecord, Message: "no space left on device"}
		st.fake.publish(func(*rotation.State) {})
		st.settle()
		st.wantView("could not be written to the journal", "no space left on device")
	})
}

// The story of two keys offers what fits it first, and takes it without a question: it
// changes nothing. Enter alone takes no key out of use that works.
func TestTwoKeys(t *testing.T) {
	for scene, want := range map[string]rotation.Decision{
		"two-keys-rotation-under-way": rotation.Adopt,
		"two-keys-forgotten":          rotation.RetireOlder,
		"two-keys-both-live":          rotation.LookAgain,
	} {
		bubble(t, scenes()[scene], func(st *stage) {
			st.wantView("OLDER "+oldKeyID, "NEWER "+newKeyID, "used 62 d ago", "used 4 min ago")
			st.press("enter")
			st.wantDecisions(rotation.Decide{Decision: want})
		})
	}
}

// While somebody else is at work on the user, nothing is decided, and leaving leaves
// no record.
func TestLookingOn(t *testing.T) {
	bubble(t, stateAt(rotation.Watch), func(st *stage) {
		st.looksOn()
		for _, k := range []string{"n", "R", "D", "enter"} {
			st.press(k)
			if st.screen.Dialog() != nil {
				t.Fatalf("%s asks a question", k)
			}
		}
		st.press("esc")
		st.wantDecisions()
		if !st.hasLeft() || st.fake.left != 0 {
			t.Fatalf("left %v, on record %d times", st.hasLeft(), st.fake.left)
		}
	})
}

// With users left to ask about, n goes on all the same, and asks why.
func TestGoingOnWithUsersLeftToAsk(t *testing.T) {
	bubble(t, usedScenes()["users-watch"], func(st *stage) {
		st.press("n")
		st.wantView("you have not said yet", "Why do it all the same?")
	})
}

// The summary is written at the end, and not before.
func TestTheSummaryIsWrittenAtTheEnd(t *testing.T) {
	for step, want := range map[rotation.Step]string{rotation.Finished: "[keyturn-billing-cron-r1-summary.md: of r1]", rotation.Distribute: "[]"} {
		bubble(t, stateAt(step), func(st *stage) {
			st.press("w")
			if got := fmt.Sprint(st.files.all); got != want {
				t.Errorf("at %s: wrote %s, want %s", step, got, want)
			}
		})
	}
}

func TestTheEndsOfTheText(t *testing.T) {
	bubble(t, stateAt(rotation.Deactivate), func(st *stage) {
		st.screen.Update(kit.Resized{Width: 60, Height: 11})
		top := st.screen.View()
		st.press("G")
		bottom := st.screen.View()
		st.press("k")
		if above := st.screen.View(); bottom == top || above == bottom {
			t.Fatalf("from\n%s\nG leads to\n%s", uitest.Plain(top), uitest.Plain(bottom))
		}
		st.press("j", "j")
		if st.screen.View() != bottom {
			t.Fatalf("there is more after the end:\n%s", uitest.Plain(st.screen.View()))
		}
		st.press("g")
		if st.screen.View() != top {
			t.Fatalf("g leads to\n%s", uitest.Plain(st.screen.View()))
		}
	})
}
