package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/ui/inventory"
	"keyturn/ui/kit"
	"keyturn/ui/mfa"
	"keyturn/ui/opening"
	"keyturn/ui/uitest"
)

// lobby is a program in a synctest bubble, from its first frame on.
type lobby struct {
	t     *testing.T
	model tea.Model
	msgs  chan tea.Msg
	quit  bool

	clock  *uitest.Clock
	codes  *mfa.Codes
	asked  []string                               // the profiles that were tried
	answer func(ctx context.Context, n int) error // of the nth attempt, from 1; nil: it goes well
}

var threeProfiles = []opening.Profile{
	{Name: "prod", Kind: "access key", Region: "eu-west-1"}, {Name: "admin", Kind: "role"}, {Name: "corp", Kind: "SSO", Region: "us-east-1"},
}

// inLobby runs a test in a lobby.
func inLobby(t *testing.T, change func(*lobby, *opening.Options), test func(*lobby)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(func() {
			cancel()
			time.Sleep(2 * time.Second) // of the bubble: the last tick ends
		})
		l := &lobby{t: t, msgs: make(chan tea.Msg, 100), clock: uitest.NewClock(noon), codes: mfa.NewCodes()}
		common := kit.NewCommon(l.clock, kit.Look{})
		o := opening.Options{Common: common, Profile: "prod", Codes: l.codes, None: true}
		o.Connect = func(attempt context.Context, profile string) (func() tea.Model, error) {
			l.asked = append(l.asked, profile)
			if l.answer != nil {
				if err := l.answer(attempt, len(l.asked)); err != nil {
					return nil, err
				}
			}
			return func() tea.Model {
				return New(ctx, Options{
					Common: common, Codes: l.codes, Identity: Identity{Account: "1234-5678-9012", Caller: "user/alice", Profile: profile},
					List: inventory.New(ctx, common, &memory{}, inventory.Options{Thresholds: audit.DefaultThresholds()}),
				})
			}, nil
		}
		if change != nil {
			change(l, &o)
		}
		l.model = opening.New(ctx, o)
		l.run(l.model.Init())
		l.send(tea.WindowSizeMsg{Width: 100, Height: 24})
		test(l)
	})
}

func (l *lobby) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				l.run(c)
			}
		default:
			l.msgs <- msg
		}
	}()
}

func (l *lobby) take(msg tea.Msg) {
	if _, isQuit := msg.(tea.QuitMsg); isQuit {
		l.quit = true
		return
	}
	model, cmd := l.model.Update(msg)
	l.model = model
	l.run(cmd)
}

func (l *lobby) send(msg tea.Msg) {
	l.take(msg)
	for {
		synctest.Wait()
		select {
		case msg := <-l.msgs:
			l.take(msg)
		default:
			return
		}
	}
}

func (l *lobby) press(keys ...string) {
	for _, k := range keys {
		l.send(uitest.Key(k))
	}
}

func (l *lobby) view() string { return ansi.Strip(l.model.View().Content) }

func (l *lobby) want(parts ...string) {
	l.t.Helper()
	for _, part := range parts {
		if !strings.Contains(l.view(), part) {
			l.t.Fatalf("the view lacks %q:\n%s", part, l.view())
		}
	}
}

// failure is what the program would end with.
func (l *lobby) failure() error {
	l.t.Helper()
	lobby, is := l.model.(*opening.Screen)
	if !is {
		l.t.Fatal("the account is reached")
	}
	return lobby.Failure()
}

// hang waits until the attempt is called off.
func hang(ctx context.Context, _ int) error {
	<-ctx.Done()
	return &iamops.Problem{Kind: iamops.Canceled, Err: ctx.Err()}
}

func TestTheFirstFrameComesBeforeAnyAnswer(t *testing.T) {
	inLobby(t, func(l *lobby, _ *opening.Options) { l.answer = hang }, func(l *lobby) {
		l.want("account not known yet", "profile prod", "Asking who signs with profile prod", "esc call it off", "q quit")
		if !l.model.View().AltScreen {
			t.Error("not on the alternate screen")
		}
		l.press("esc")
		l.want("was called off", "r try again")
		l.press("q")
		if !l.quit || l.failure() == nil {
			t.Errorf("quit %v, with %v", l.quit, l.failure())
		}
	})
	for _, k := range []string{"q", "ctrl+c"} {
		inLobby(t, func(l *lobby, _ *opening.Options) { l.answer = hang }, func(l *lobby) {
			l.press(k)
			if !l.quit || l.failure() != nil {
				t.Errorf("quit %v, with %v", l.quit, l.failure())
			}
		})
	}
}

func TestFromTheFirstFrameToTheList(t *testing.T) {
	inLobby(t, nil, func(l *lobby) {
		l.want("1234-5678-9012", "billing-cron", "profile prod")
		lines := strings.Split(l.view(), "\n")
		if len(lines) != 24 || kit.Width(lines[0]) != 100 { // the size that was told before there was a list
			t.Errorf("%d lines of %d cells", len(lines), kit.Width(lines[0]))
		}
	})
}

// What goes wrong is told with what is known and what to do, and can be tried again.
func TestAnAccountThatCannotBeReached(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		told []string
	}{
		"no credentials": {&iamops.Problem{Kind: iamops.NoCredentials}, []string{"No AWS credentials were found", "keyturn sandbox"}},
		"SSO":            {&iamops.Problem{Kind: iamops.ExpiredSSO}, []string{"The SSO session has expired", "aws sso login --profile prod"}},
		"denied":         {&iamops.Problem{Kind: iamops.AccessDenied, Action: "sts:GetCallerIdentity"}, []string{"Not allowed: sts:GetCallerIdentity", `"Allow"`}},
		"something else": {errors.New("finding a folder for the journal: no home"), []string{"finding a folder for the journal: no home"}},
	} {
		t.Run(name, func(t *testing.T) {
			inLobby(t, func(l *lobby, _ *opening.Options) {
				l.answer = func(_ context.Context, n int) error {
					if n == 1 {
						return tc.err
					}
					return nil
				}
			}, func(l *lobby) {
				l.want(append(tc.told, "keyturn can't reach the account", "nothing was changed", "r try again", "q quit")...)
				if !errors.Is(l.failure(), tc.err) {
					t.Errorf("failure %v", l.failure())
				}
				if strings.Contains(l.view(), "p another profile") {
					t.Error("offers profiles that there are none of")
				}
				l.press("p", "enter", "esc")
				l.want("r try again")
				l.press("r")
				l.want("billing-cron")
				if fmt.Sprint(l.asked) != "[prod prod]" {
					t.Errorf("asked %v", l.asked)
				}
			})
		})
	}
}

func TestAnotherProfileIsPicked(t *testing.T) {
	inLobby(t, func(l *lobby, o *opening.Options) {
		o.Profiles = threeProfiles
		l.answer = func(_ context.Context, n int) error {
			if n < 3 {
				return &iamops.Problem{Kind: iamops.NoCredentials}
			}
			return nil
		}
	}, func(l *lobby) {
		l.press("p")
		l.want("▸ prod", "access key", "admin", "SSO", "us-east-1", "none: what the machine gives", "esc back")
		l.press("esc")
		l.want("r try again")
		l.press("p", "G", "enter")
		l.want("account not known yet")
		l.press("p", "down", "down", "enter")
		l.want("billing-cron", "profile corp")
		if fmt.Sprintf("%q", l.asked) != `["prod" "" "corp"]` {
			t.Errorf("asked %q", l.asked)
		}
	})
}

// Where nothing says which profile is meant, nothing is asked of AWS before the operator
// has.
func TestAProfileHasToBeChosen(t *testing.T) {
	choose := func(_ *lobby, o *opening.Options) { o.Profile, o.Profiles, o.Choose = "", threeProfiles, true }
	inLobby(t, choose, func(l *lobby) {
		l.want("Several profiles, and none is named", "▸ prod")
		l.press("esc", "r", "p")
		if len(l.asked) != 0 {
			t.Fatalf("asked %v", l.asked)
		}
		l.press("down", "enter")
		l.want("billing-cron", "profile admin")
	})
	inLobby(t, func(l *lobby, o *opening.Options) { choose(l, o); o.None = false }, func(l *lobby) {
		l.press("G")
		l.want("▸ corp")
		if strings.Contains(l.view(), "none: what") {
			t.Error("offers what a variable decides otherwise")
		}
		l.press("q")
		if !l.quit || l.failure() != nil {
			t.Errorf("quit %v, with %v", l.quit, l.failure())
		}
	})
}

// The code is asked for in the same dialog as later.
func TestACodeAtTheStart(t *testing.T) {
	got := ""
	ask := func(l *lobby, _ *opening.Options) {
		l.answer = func(ctx context.Context, _ int) (err error) {
			got, err = l.codes.Ask(ctx, "")
			return err
		}
	}
	inLobby(t, ask, func(l *lobby) {
		l.want("A code from your MFA device", "profile prod needs a code")
		l.press("q") // is no digit
		l.send(tea.PasteMsg{Content: theCode})
		l.press("enter")
		l.want("billing-cron")
		if got != theCode {
			t.Errorf("the code that arrived is %q", got)
		}
		go func() { _, _ = l.codes.Ask(l.t.Context(), "") }() // the program listens on
		l.send(nil)
		l.want("A code from your MFA device")
		l.press("esc")
	})
	inLobby(t, ask, func(l *lobby) {
		l.press("esc")
		l.want("and none was given", "r try again")
		if kind := iamops.AsProblem(l.failure()).Kind; kind != iamops.NoCredentials {
			t.Errorf("failure of kind %s", kind)
		}
		l.press("r")
		l.want("A code from your MFA device")
		l.press("ctrl+c", "q")
		if !l.quit {
			t.Error("did not quit")
		}
	})
}

// A window that is too small answers to nothing but quitting.
func TestTooSmallToOpen(t *testing.T) {
	inLobby(t, func(l *lobby, o *opening.Options) { o.Profiles, o.Choose = threeProfiles, true }, func(l *lobby) {
		l.send(tea.WindowSizeMsg{Width: 59, Height: 15})
		l.want("keyturn needs 60x15")
		l.press("enter")
		if len(l.asked) != 0 {
			t.Fatalf("asked %v", l.asked)
		}
		l.press("q")
		if !l.quit {
			t.Error("did not quit")
		}
	})
}

func TestGoldenOpening(t *testing.T) {
	views := map[string]func(*lobby, *opening.Options){
		"asking":  func(l *lobby, _ *opening.Options) { l.answer = hang },
		"sandbox": func(l *lobby, o *opening.Options) { l.answer = hang; o.Sandbox, o.Profile = true, "" },
		"failed": func(l *lobby, o *opening.Options) {
			o.Profiles = threeProfiles
			l.answer = func(context.Context, int) error {
				return &iamops.Problem{Kind: iamops.Unreachable, Message: "dial tcp 127.0.0.1:9: connect: connection refused"}
			}
		},
		"choosing": func(_ *lobby, o *opening.Options) { o.Profile, o.Profiles, o.Choose = "", threeProfiles, true },
		"code": func(l *lobby, _ *opening.Options) {
			l.answer = func(ctx context.Context, _ int) error {
				_, err := l.codes.Ask(ctx, "")
				return err
			}
		},
	}
	for _, size := range uitest.Sizes {
		for name, change := range views {
			t.Run(size.Name+"/"+name, func(t *testing.T) {
				var view string
				inLobby(t, change, func(l *lobby) {
					l.send(tea.WindowSizeMsg{Width: size.Width, Height: size.Height})
					view = l.view()
				})
				uitest.Layouts{Small: []string{"choosing"}}.Require(t, name, size, view, uitest.Trimmed(view), "")
			})
		}
	}
}
