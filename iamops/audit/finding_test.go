package audit

import (
	"regexp"
	"strings"
	"testing"
)

func TestEveryFindingHasItsRow(t *testing.T) {
	valid := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`) // as the schemas have it
	seen := map[string]Finding{}
	for _, f := range All() {
		name := f.String()
		if other, taken := seen[name]; taken || !valid.MatchString(name) {
			t.Errorf("finding %d is called %q, as is %d", f, name, other)
		}
		seen[name] = f
		if n := len(f.Short()); n == 0 || n > ShortName {
			t.Errorf("%s is %q in short: %d cells", name, f.Short(), n)
		}
		if f.Next() == Nothing {
			t.Errorf("%s: nothing is to be done", name)
		}
		if about := f.About(); !strings.HasSuffix(about, ".") || strings.ContainsAny(about, "|`\t\n") {
			t.Errorf("%s is said to be %q", name, about)
		}
	}
}
