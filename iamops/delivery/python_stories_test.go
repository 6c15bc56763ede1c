//go:build stories

package delivery_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"keyturn/iamops/delivery"
)

// TestReadAsPython: Python's rules, as they are written down here, are Python's.
func TestReadAsPython(t *testing.T) {
	boto := askBoto(t)
	h := newHome(t, "")
	r := rand.New(rand.NewPCG(3, 11)) //nolint:gosec // the same files each time
	lines := []string{
		"[a]", "[b]", "  [c]", "[d] x", "[ e ]", "[f", "[]", "key = 1", "  key = 2", "\tother: 3 # x", "Key=4=5", "    deeper = 6", "empty =", "  empty2:",
		"# x", "  ; y", "", "   ", "stray", "  stray", "= 7", "[g]]", "[h] ; [i]", "\u00a0odd = 1",
	}
	readable := 0
	for range 3000 {
		var b strings.Builder
		b.WriteString("[a0]\n")
		for range r.IntN(9) {
			b.WriteString(lines[r.IntN(len(lines))])
			b.WriteString([]string{"\n", "\n", "\r\n", "\r\r\n", "\r"}[r.IntN(5)])
		}
		h.write(".aws/credentials", b.String())
		want := boto.reads(h)
		got, ok := delivery.ReadAsPython(b.String())
		if ok != (want.Error == "") {
			t.Fatalf("read: %t, botocore: %q, in %q", ok, want.Error, b.String())
		}
		if !ok {
			continue
		}
		readable++
		if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want.Sections))) {
			t.Fatalf("sections %v, botocore: %v, in %q", got, want.Sections, b.String())
		}
		for name, section := range want.Sections {
			for key, value := range section {
				text, isText := value.(string)
				if !isText { // a nested block: botocore takes it apart
					nested, err := json.Marshal(value)
					if err != nil || !strings.HasPrefix(got[name][key], "\n") {
						t.Fatalf("%q, botocore: %s, in %q", got[name][key], nested, b.String())
					}
					continue
				}
				if got[name][key] != text {
					t.Fatalf("%s of %s is %q, botocore: %q, in %q", key, name, got[name][key], text, b.String())
				}
			}
		}
	}
	if readable < 500 {
		t.Errorf("only %d of 3000 files are read at all", readable)
	}
}
