package guide

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

func (st *stage) showsSecret() bool { return strings.Contains(st.view(), theSecret) }

func TestTheSecretIsShownOnDemand(t *testing.T) {
	bubble(t, stateAt(rotation.Store), func(st *stage) {
		if st.showsSecret() {
			t.Fatal("shown before it was asked for")
		}
		st.press("v")
		if !st.showsSecret() {
			t.Fatalf("not shown when asked for:\n%s", uitest.Plain(st.view()))
		}
		st.press("v")
		if st.showsSecret() {
			t.Fatal("still shown after the second v")
		}
	})
}

func TestTheSecretHidesItself(t *testing.T) {
	bubble(t, stateAt(rotation.Store), func(st *stage) {
		st.press("v")
		st.clock.Set(noon.Add(ShownFor - time.Second))
		st.run(st.screen.Update("a second has passed"))
		if !st.showsSecret() {
			t.Fatal("hidden before its time")
		}
		st.clock.Set(noon.Add(ShownFor))
		st.run(st.screen.Update("a second has passed"))
		if st.showsSecret() {
			t.Fatal("shown after its time")
		}
		st.clock.Set(noon.Add(ShownFor - time.Second)) // also if the clock goes back
		st.run(st.screen.Update("a second has passed"))
		if st.showsSecret() {
			t.Fatal("shown again")
		}
	})
}

func TestWhateverComesToTheFrontHidesTheSecret(t *testing.T) {
	bubble(t, stateAt(rotation.Store), func(st *stage) {
		st.press("v", "D")
		if st.showsSecret() {
			t.Fatal("shown behind a question")
		}
		st.press("esc")
		if st.showsSecret() {
			t.Fatal("shown again after the question")
		}
		st.press("v")
		st.screen.Hidden()
		st.screen.Shown()
		if st.showsSecret() {
			t.Fatal("shown when the screen came back")
		}
	})
}

// Showing waits until it is on record. What comes to the front in between counts.
func TestASecretThatIsCoveredMeanwhileStaysHidden(t *testing.T) {
	for name, cover := range map[string]func(*stage){
		"a question":     func(st *stage) { st.press("D", "esc") },
		"another screen": func(st *stage) { st.screen.Hidden(); st.screen.Shown() },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, stateAt(rotation.Store), func(st *stage) {
				recorded := st.screen.Update(uitest.Key("v"))
				cover(st)
				st.run(recorded)
				st.settle()
				if st.showsSecret() {
					t.Fatal("shown by a key that was pressed before")
				}
				st.press("v")
				if !st.showsSecret() {
					t.Fatal("not shown when it is asked for again")
				}
			})
		})
	}
}

func TestTheSecretIsGoneOnceItIsStored(t *testing.T) {
	bubble(t, stateAt(rotation.Store), func(st *stage) {
		st.press("v")
		st.fake.secret.Forget()
		st.fake.publish(func(s *rotation.State) {
			s.Secret, s.Step, s.Turn = rotation.SecretStored, rotation.Distribute, s.Turn+1
		})
		st.settle()
		st.press("v", "c")
		if st.showsSecret() || len(st.sent) > 0 {
			t.Fatal("the secret was had again")
		}
	})
}

func TestTheSecretGoesToTheClipboard(t *testing.T) {
	bubble(t, stateAt(rotation.Store), func(st *stage) {
		st.press("c")
		if len(st.sent) != 1 || st.sent[0] != theSecret {
			t.Fatalf("%d texts sent", len(st.sent))
		}
		if !strings.Contains(st.toast(), "can't clear it") {
			t.Fatalf("toast %q", st.toast())
		}
	})
	bubble(t, stateAt(rotation.Store), func(st *stage) {
		st.screen.options.Clipboard = func(iamops.Secret) (string, error) { return "", errors.New("no terminal") }
		st.press("c")
		if !strings.Contains(st.toast(), "not sent") {
			t.Fatalf("toast %q", st.toast())
		}
	})
}

// Neither the model nor any message holds the secret, even while it is shown.
func TestTheSecretIsInNoModelAndNoMessage(t *testing.T) {
	bubble(t, stateAt(rotation.Store), func(st *stage) {
		st.press("v", "c")
		if !st.showsSecret() {
			t.Fatal("not shown: the test would prove nothing")
		}
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			if strings.Contains(fmt.Sprintf(format, st.screen), theSecret) ||
				strings.Contains(fmt.Sprintf(format, *st.screen), theSecret) {
				t.Fatalf("the model prints the secret with %s", format)
			}
			if strings.Contains(fmt.Sprintf(format, st.outbox), theSecret) {
				t.Fatalf("a message prints the secret with %s", format)
			}
		}
		st.fake.secret.Forget()
		if st.showsSecret() {
			t.Fatal("the screen had a copy of its own")
		}
		st.wantView("not in memory any more")
	})
}

// The secret is in one piece at the least width, so that it can be selected.
func TestTheSecretFitsAtEverySize(t *testing.T) {
	for _, size := range uitest.Sizes {
		t.Run(size.Name, func(t *testing.T) {
			bubble(t, with(stateAt(rotation.Store), func(s *rotation.State) { s.Problem = denied }), func(st *stage) {
				c := st.screen.common
				c.Width, c.Height = size.Width, size.Height
				width, height := c.BodySize()
				st.screen.Update(kit.Resized{Width: width, Height: height})
				st.press("v")
				for _, line := range strings.Split(uitest.Plain(st.view()), "\n") {
					if strings.Contains(line, theSecret) && !strings.Contains(line, newKeyID) {
						return
					}
				}
				t.Fatalf("the secret is not whole on a line of its own:\n%s", uitest.Plain(st.view()))
			})
		})
	}
}

func TestNoSecretNoBorrowing(t *testing.T) {
	bubble(t, stateAt(rotation.Distribute), func(st *stage) {
		st.fake.secret = iamops.NewSecret(theSecret) // there by mistake: the state says it is stored
		st.press("v")
		if st.showsSecret() {
			t.Fatal("shown although the state says that it is stored")
		}
	})
}
