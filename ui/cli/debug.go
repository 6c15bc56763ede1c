package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"

	"keyturn/iamops"
	"keyturn/iamops/account"
)

// debugLog is what --debug writes, for whoever looks for a defect of keyturn: AWS calls,
// and messages within the program by their type alone. What a message or a panic holds can
// be anything, also a secret. Its zero value writes nothing.
type debugLog struct {
	log  *slog.Logger
	file *os.File
}

// beginDebug begins the log, if it is asked for, in a new file beside the journal that
// only the operator may read.
func (a *App) beginDebug(cmd *cobra.Command, f flags) error {
	if !f.debug {
		return nil
	}
	folder, err := a.stateFolder()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("making the folder of the debug log: %w", err)
	}
	name := fmt.Sprintf("debug-%s-%d.log", iamops.WallClock{}.Now().UTC().Format("20060102-150405"), os.Getpid())
	file, err := newFile(filepath.Join(folder, name))
	if err != nil {
		return fmt.Errorf("making the debug log: %w", err)
	}
	a.debug = debugLog{slog.New(slog.NewTextHandler(file, nil)), file}
	a.debug.log.Info("begun", "version", a.Version, "command", cmd.CommandPath())
	return nil
}

// called is told of an AWS call, and tells another of it, who may be nil.
func (d debugLog) called(other func(account.Call)) func(account.Call) {
	if d.log == nil {
		return other
	}
	return func(c account.Call) {
		d.log.Info("call", "action", c.Action, "region", c.Region, "took", c.Duration.Round(time.Millisecond),
			"attempts", c.Attempts, "outcome", c.Outcome, "request", c.RequestID)
		if other != nil {
			other(c)
		}
	}
}

// heard is told of a message to the screens.
func (d debugLog) heard(msg tea.Msg) {
	if d.log != nil {
		d.log.Info("message", "type", fmt.Sprintf("%T", msg))
	}
}

// broke is told of a panic, where it was recovered. A stack holds no values of texts.
func (d debugLog) broke(kind string) {
	if d.log != nil {
		d.log.Error(kind, "stack", string(debug.Stack()))
	}
}

// endDebug ends the log, and says where it is.
func (a *App) endDebug(err error) {
	if a.debug.log == nil {
		return
	}
	a.debug.log.Info("ended", "exit", ExitCode(err))
	if closing := a.debug.file.Close(); closing != nil && !errors.Is(closing, os.ErrClosed) {
		a.say("keyturn: the debug log is not whole: %v", closing)
	}
	a.say("keyturn: the debug log is %s", a.debug.file.Name())
}
