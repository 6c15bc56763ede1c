//go:build linux || darwin

package delivery_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
)

// program puts a shell script on a PATH that holds nothing else but sh and cat.
func (h home) program(name, text string) {
	h.t.Helper()
	h.write("bin/"+name, "#!/bin/sh\nPATH=/usr/bin:/bin\n"+text+"\n")
	if err := os.Chmod(h.at("bin/"+name), 0o700); err != nil { //nolint:gosec // a program
		h.t.Fatal(err)
	}
}

// TestClipboardPrograms: the first pair of programs that the display fits is
// taken, and given the secret on its standard input alone.
func TestClipboardPrograms(t *testing.T) {
	const store, show = `echo "$0 $*" >>"$HOME/args"; cat >"$HOME/board"; sleep 30 &`, `cat "$HOME/board"`
	for name, tc := range map[string]struct {
		programs map[string]string
		displays string
		want     string
	}{
		"Wayland": {map[string]string{"wl-copy": `if [ "$1" = --clear ]; then : >"$HOME/board"; else ` + store + ` fi`, "wl-paste": show + "; echo >&2", "xsel": "exit 1"},
			"WAYLAND_DISPLAY DISPLAY", "clipboard (wl-copy)"},
		"X, by xclip": {map[string]string{"wl-copy": "exit 1", "wl-paste": "exit 1", "xclip": `case "$3" in -out) ` + show + `;; *) ` + store + `;; esac`},
			"DISPLAY", "clipboard (xclip)"},
		"X, by xsel": {map[string]string{"xsel": `case "$2" in --output) ` + show + `;; --clear) : >"$HOME/board";; *) ` + store + `;; esac`},
			"DISPLAY", "clipboard (xsel)"},
		"macOS":           {map[string]string{"pbcopy": store, "pbpaste": show}, "", "clipboard (pbcopy)"},
		"Windows":         {map[string]string{"clip.exe": store, "powershell.exe": show + "; printf '\\r\\n'"}, "", "clipboard (clip.exe)"},
		"no display":      {map[string]string{"wl-copy": store, "wl-paste": show, "xclip": store, "xsel": store}, "", ""},
		"half":            {map[string]string{"pbcopy": store}, "", ""},
		"nothing at all":  {nil, "DISPLAY WAYLAND_DISPLAY", ""},
		"the other tools": {map[string]string{"wl-copy": store, "wl-paste": show}, "DISPLAY", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t, "")
			h.write("bin/README", "")
			for program, text := range tc.programs {
				h.program(program, text)
			}
			t.Setenv("PATH", h.at("bin"))
			t.Setenv("HOME", h.path)
			c, err := delivery.FindClipboard(delivery.Env{Getenv: func(name string) string {
				if strings.Contains(" "+tc.displays+" ", " "+name+" ") {
					return ":0"
				}
				return ""
			}})
			if tc.want == "" {
				if !errors.Is(err, delivery.ErrNoClipboard) {
					t.Errorf("found %v: %v", c, err)
				}
				return
			}
			if err != nil || c.Name() != tc.want {
				t.Fatalf("found %v: %v", c, err)
			}
			later := func(bool, error) { t.Error("cleared later") }
			if err := c.Copy(t.Context(), iamops.NewSecret(newSecret), later); err != nil {
				t.Fatal(err)
			}
			if got := h.read("board"); got != newSecret {
				t.Errorf("the clipboard holds %q", got)
			}
			keepsSecret(t, h.read("args"))
			if cleared, err := c.Clear(t.Context()); !cleared || err != nil || h.read("board") != "" {
				t.Errorf("cleared %v: %v; it holds %q", cleared, err, h.read("board"))
			}
		})
	}
}
