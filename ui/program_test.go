package ui

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
	"keyturn/ui/calllog"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

func TestFromTheListToARotationAndBack(t *testing.T) {
	bubble(t, nil, func(st *stage) {
		st.want("billing-cron", "ci-deploy", "Suzie")
		st.goTo("Suzie")
		st.press("esc")
		st.want("ci-deploy")
		st.goTo("Suzie") // the same rotation, not a second one
		if len(st.starts) != 1 {
			t.Fatalf("started %v", st.starts)
		}
	})
}

// The first frame needs no answer from anywhere.
func TestTheFirstFrameWaitsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := newStage(t, nil)
		fresh := New(t.Context(), st.program.options)
		fresh.Init()
		if view := fresh.View(); !view.AltScreen || !strings.Contains(view.Content, "1234-5678-9012") {
			t.Fatalf("the first frame: %q", view.Content)
		}
	})
}

func TestStartAt(t *testing.T) {
	at := func(_ *stage, o *Options) {
		o.StartAt = &runner.Task{Plan: rotation.Retire, User: "Suzie", KeyID: "AKIAJ7EXAMPLE0003OLD"}
	}
	bubble(t, at, func(st *stage) {
		st.want("rotate Suzie")
		if st.starts[0] != "retire Suzie AKIAJ7EXAMPLE0003OLD" || st.source.loads != 0 {
			t.Fatalf("started %v, %d loads of the list", st.starts, st.source.loads)
		}
		st.press("esc")
		st.want("billing-cron")
		if st.source.loads != 1 {
			t.Fatalf("%d loads of the list", st.source.loads)
		}
	})
	bubble(t, func(st *stage, o *Options) { at(st, o); st.startErr = errNoJournal }, func(st *stage) {
		st.want("the journal can't be opened", "billing-cron")
	})
}

func TestARotationThatCannotBegin(t *testing.T) {
	bubble(t, func(st *stage, _ *Options) { st.startErr = errNoJournal }, func(st *stage) {
		st.press("enter")
		st.want("✗ the journal can't be opened", "billing-cron")
		st.startErr = nil
		st.press("enter")
		st.want("rotate ")
	})
}

func TestTwoPressesStartOneRotation(t *testing.T) {
	bubble(t, nil, func(st *stage) {
		for range 2 {
			_, cmd := st.program.Update(uitest.Key("enter"))
			st.run(cmd)
		}
		st.settle()
		if len(st.starts) != 1 {
			t.Fatalf("started %v", st.starts)
		}
	})
}

func TestARotationWithoutDecisionsGivesWay(t *testing.T) {
	first := distributing("Suzie")
	first.snapshot.State.Step, first.snapshot.State.Turn, first.snapshot.State.Touched = rotation.Check, 0, false
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = first }, func(st *stage) {
		st.goTo("Suzie")
		st.press("esc")
		st.run(st.program.open(runner.Task{Plan: rotation.Retire, User: "Suzie", KeyID: newKeyID}))
		st.settle()
		if len(st.starts) != 2 || st.starts[1] != "retire Suzie "+newKeyID {
			t.Fatalf("started %v", st.starts)
		}
	})
}

func TestQuitPutsLeavingOnRecord(t *testing.T) {
	for _, k := range []string{"q", "ctrl+c"} {
		f := distributing("Suzie")
		bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
			st.goTo("Suzie")
			st.press("esc", k) // also for a rotation that is not in front
			if !st.quit || f.left != 2 {
				t.Fatalf("%s: quit %v, left %d times", k, st.quit, f.left)
			}
		})
	}
}

func TestAJournalThatFailsDoesNotKeepTheProgram(t *testing.T) {
	f := distributing("Suzie")
	f.leave = errors.New("disk full")
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
		st.goTo("Suzie")
		st.press("q")
		if !st.quit {
			t.Fatal("did not quit")
		}
	})
}

// No single key, and no two of them that are not an answer, end a program that
// holds a secret.
func TestStrayKeysNeverLoseTheSecret(t *testing.T) {
	stray := []string{"q", "ctrl+c", "esc", "enter", "?", "D"}
	for _, first := range stray {
		for _, second := range stray {
			f := holding()
			bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
				st.goTo("Suzie")
				st.press(first, second, "enter", "esc")
				if st.quit || f.left > 0 || len(f.taken) > 0 {
					t.Fatalf("%s %s: quit %v, left %d times, decided %v", first, second, st.quit, f.left, f.taken)
				}
			})
		}
	}
}

func TestQuitAsksAboutTheSecret(t *testing.T) {
	for _, k := range []string{"q", "ctrl+c"} {
		f := holding()
		bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
			st.goTo("Suzie")
			st.press(k)
			st.want("The secret is not put away", "Stay")
			st.press("right", "enter") // give up: which asks
			st.want("Give up the new key?")
			st.press("right", "enter")
			if st.quit || fmt.Sprint(f.taken) != "[give-up-new]" {
				t.Fatalf("quit %v, decided %v", st.quit, f.taken)
			}
		})
	}
}

// A secret that came to be held after quit looked keeps the program, too.
func TestTheRotationHasTheLastWordOnQuitting(t *testing.T) {
	f := distributing("Suzie")
	f.leave = &rotation.Refusal{Reason: rotation.SecretNotPut}
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
		st.goTo("Suzie")
		st.press("q")
		if st.quit {
			t.Fatal("quit against the refusal")
		}
		st.want("The secret is not put away")
	})
}

func TestQuitDuringAChange(t *testing.T) {
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = changing("Suzie", iamops.Deactivate) }, func(st *stage) {
		st.goTo("Suzie")
		st.press("q")
		st.want("A change is under way", "Quit after it")
		st.press("enter")
		if st.quit {
			t.Fatal("quit by the first choice")
		}
		st.press("q", "right", "enter")
		if !st.quit {
			t.Fatal("did not quit")
		}
	})
}

// The answer to a create brings the secret: nobody quits before it.
func TestNoQuitBeforeTheSecret(t *testing.T) {
	f := changing("Suzie", iamops.Create)
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
		st.goTo("Suzie")
		st.press("ctrl+c", "right", "enter", "q", "enter")
		if st.quit {
			t.Fatal("quit before the secret")
		}
		f.leave = nil
		f.publish(func(s *rotation.State) { s.Phase, s.Pending, s.Turn = rotation.Ready, nil, s.Turn+1 })
		st.settle()
		st.press("q")
		if !st.quit {
			t.Fatal("did not quit after it")
		}
	})
}

func TestNoKeyCountsOnTheWayOut(t *testing.T) {
	f := distributing("Suzie")
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
		st.goTo("Suzie")
		for _, k := range []string{"q", "enter"} {
			_, cmd := st.program.Update(uitest.Key(k))
			st.run(cmd)
		}
		st.settle()
		if !st.quit || len(f.taken) > 0 {
			t.Fatalf("quit %v, decided %v", st.quit, f.taken)
		}
	})
}

// A result reaches its screen although the help is open, and another screen is in
// front.
func TestResultsReachTheirScreen(t *testing.T) {
	f := distributing("Suzie")
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
		st.goTo("Suzie")
		st.press("esc", "?")
		f.publish(func(s *rotation.State) { s.Note = rotation.NoteRolledBack })
		st.settle()
		st.press("?")
		st.goTo("Suzie")
		st.want("works again")
	})
}

func TestHelpShowsLiveKeys(t *testing.T) {
	bubble(t, nil, func(st *stage) {
		st.press("?")
		st.want("Keys", "one finding, 0 all")
		st.wantNot("next day")
		st.press("x")
		st.wantNot("one finding, 0 all")
	})
	bubble(t, withSandbox, func(st *stage) {
		st.goTo("Suzie")
		st.press("?")
		st.want("next day", "applications", "Give up the new key")
		st.wantNot("Roll back")
	})
}

// In a window with little room the help has several pages, and each key is on one.
func TestTheHelpHasPages(t *testing.T) {
	bubble(t, withSandbox, func(st *stage) {
		st.send(tea.WindowSizeMsg{Width: 60, Height: 15})
		st.press("?")
		st.want("up and down", "any key the other keys")
		st.press("x")
		st.want("one finding, 0 all")
		st.press("x")
		st.want("applications")
		st.wantNot("any key the other keys")
		st.press("x")
		st.wantNot("─ Keys ─")
		for _, k := range []string{"?", "esc"} {
			st.press("?", k)
			st.wantNot("─ Keys ─")
		}
		if len(st.starts) > 0 || st.quit {
			t.Fatal("a key that turned a page did something else")
		}
	})
}

// While a filter is typed, letters are letters.
func TestTypedLettersAreNoCommands(t *testing.T) {
	bubble(t, withSandbox, func(st *stage) {
		st.press("/", "q", "?", "+", "A")
		if st.quit || st.clock.Now() != noon {
			t.Fatal("a letter was taken as a command")
		}
		st.want("q?+A")
		if st.program.View().Cursor == nil {
			t.Fatal("no cursor where text is typed")
		}
		st.press("ctrl+c")
		if !st.quit {
			t.Fatal("ctrl+c did not quit")
		}
	})
}

func TestToastsGoByThemselves(t *testing.T) {
	bubble(t, nil, func(st *stage) {
		st.send(kit.Toast{Text: "something was done"})
		st.want("✓ something was done")
		st.pass(toastFor - time.Second)
		st.want("something was done")
		st.pass(2 * time.Second)
		st.wantNot("something was done")
	})
}

func TestASecondIsReadFromTheClock(t *testing.T) {
	f := distributing("Suzie")
	s := &f.snapshot.State
	s.Step, s.Old.Status, s.Old.InactiveSince = rotation.Delete, iamops.Inactive, noon.Add(2*time.Second-rotation.DeleteAfter)
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
		st.goTo("Suzie")
		st.want("no sooner than 5 minutes")
		st.pass(3 * time.Second)
		st.wantNot("no sooner than 5 minutes")
	})
}

func TestTheListIsReadAgainAfterARotation(t *testing.T) {
	f := distributing("Suzie")
	f.snapshot.State.Step, f.snapshot.State.Old.Gone = rotation.Finished, true
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
		st.goTo("Suzie")
		st.want("Back to the list")
		st.press("enter")
		st.want("The next key with a finding", "AKIAIOSFODNN7EXAMPLE of billing-cron: overdue", "▸  To the list")
		st.press("enter")
		st.want("ci-deploy")
		if f.left != 0 {
			t.Fatal("an ended rotation was left on record")
		}
		st.goTo("Suzie") // the next one is a new one
		if len(st.starts) != 2 {
			t.Fatalf("started %v", st.starts)
		}
	})
}

// Where the list is still being read, who is due next is offered when it has been, but over
// nothing that the operator has begun meanwhile.
func TestTheNextOneIsOfferedToWhoWaits(t *testing.T) {
	for name, keys := range map[string][]string{"waits": nil, "goes on": {"j"}} {
		t.Run(name, func(t *testing.T) {
			f := distributing("Suzie")
			f.snapshot.State.Step, f.snapshot.State.Old.Gone = rotation.Finished, true
			bubble(t, func(st *stage, o *Options) {
				st.rotations["Suzie"], st.source.slow = f, 3*time.Second
				o.StartAt = &runner.Task{Plan: rotation.Rotate, User: "Suzie"}
			}, func(st *stage) {
				st.press("enter")
				st.wantNot("The next key with a finding")
				st.press(keys...)
				st.pass(5 * time.Second)
				if keys == nil {
					st.want("The next key with a finding")
				} else {
					st.wantNot("The next key with a finding")
				}
			})
		})
	}
}

// The row of a user is read again as soon as other keys have been seen, whatever screen is
// in front, and once more when the operator leaves, however many screens were on top meanwhile.
func TestTheRowIsReadAgainAfterAChange(t *testing.T) {
	f := distributing("Suzie")
	bubble(t, func(st *stage, o *Options) {
		st.rotations["Suzie"] = f
		o.Calls = calllog.NewLog()
	}, func(st *stage) {
		reads := func() int {
			st.source.mu.Lock()
			defer st.source.mu.Unlock()
			return st.source.read["Suzie"]
		}
		st.goTo("Suzie")
		first := reads()
		f.publish(func(s *rotation.State) {
			s.Turn++
			s.Listed = []iamops.AccessKey{{UserName: "Suzie", ID: oldKeyID, Status: iamops.Inactive, Created: s.Listed[0].Created}, s.Listed[1]}
		})
		st.settle()
		if n := reads(); n != first+1 {
			t.Errorf("with the rotation in front the row was read %d times after the change, want once", n-first)
		}
		st.press("L", "esc", "esc")
		st.want("billing-cron")
		if n := reads(); n != first+2 {
			t.Errorf("when the rotation was left after the call log the row had been read %d times, want twice", n-first)
		}
		f.publish(func(s *rotation.State) { s.Turn, s.Listed = s.Turn+1, s.Listed[1:] })
		st.settle()
		if n := reads(); n != first+3 {
			t.Errorf("with the list in front the row was read %d times, want three times", n-first)
		}
		f.publish(func(s *rotation.State) { s.ListedAt = s.ListedAt.Add(time.Minute) })
		st.settle()
		if n := reads(); n != first+3 {
			t.Error("a list that shows the same has the row read again")
		}
	})
}

func TestTooSmall(t *testing.T) {
	bubble(t, nil, func(st *stage) {
		st.send(tea.WindowSizeMsg{Width: 59, Height: 14})
		st.want("keyturn needs 60x15, this is 59x14")
		st.send(tea.WindowSizeMsg{Width: 60, Height: 15})
		st.want("1234-5678-9012")
	})
}

// The program prints its secret nowhere, even while it shows it.
func TestTheModelHoldsNoSecret(t *testing.T) {
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = holding() }, func(st *stage) {
		st.goTo("Suzie")
		st.press("v")
		st.want(theSecret)
		for _, format := range []string{"%v", "%+v", "%#v"} {
			if strings.Contains(fmt.Sprintf(format, st.program), theSecret) {
				t.Fatalf("the model prints the secret with %s", format)
			}
		}
		st.press("?")
		st.wantNot(theSecret)
		st.press("?")
		st.wantNot(theSecret)
	})
}

// What says that an answer is awaited goes when it has come.
func TestTheWaitForANewKeyEndsWithItsAnswer(t *testing.T) {
	f := distributing("Suzie")
	f.snapshot.State.Step, f.snapshot.State.Phase = rotation.Create, rotation.Changing
	f.snapshot.State.Pending = &iamops.Change{Kind: iamops.Create, User: "Suzie"}
	f.snapshot.State.New, f.snapshot.State.Secret = rotation.KeyFacts{}, rotation.NoSecret
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
		st.goTo("Suzie")
		st.press("ctrl+c")
		st.want("A new key is being created")
		f.publish(func(s *rotation.State) {
			s.Step, s.Phase, s.Pending, s.Secret = rotation.Store, rotation.Ready, nil, rotation.SecretHeld
			s.New = rotation.KeyFacts{ID: newKeyID, Status: iamops.Active}
		})
		st.settle()
		st.wantNot("A new key is being created")
	})
}
