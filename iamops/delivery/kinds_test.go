package delivery

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheDocsTellOfEachKind: the table of docs/config.md has the kinds of target in their
// order, each by its example, and each example is a spec.
func TestTheDocsTellOfEachKind(t *testing.T) {
	text, err := os.ReadFile("../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## Targets")
	var told, want []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(section, -1) {
		told = append(told, row[1])
	}
	for _, k := range kinds {
		want = append(want, k.example)
		if target, err := Parse(k.example, Env{Home: t.TempDir()}); err != nil || !strings.HasPrefix(target.Spec(), k.scheme+":") {
			t.Errorf("%s: %v, %v", k.example, target, err)
		}
	}
	if !slices.Equal(told, want) {
		t.Errorf("the docs tell of\n%q, there are\n%q", told, want)
	}
}

// TestTheDocsShowTargetsThatAre: each target in the docs is one that can be named.
func TestTheDocsShowTargetsThatAre(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var schemes []string
	for _, k := range kinds {
		schemes = append(schemes, k.scheme)
	}
	spec := "(?:" + strings.Join(schemes, "|") + "):"
	shows := regexp.MustCompile("(?m)`(" + spec + "[^`\n]+)`|'(" + spec + ".+)'$")
	shown := 0
	for _, file := range append(files, "../../README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range shows.FindAllStringSubmatch(string(text), -1) {
			shown++
			if _, err := Parse(m[1]+m[2], Env{Home: t.TempDir()}); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if shown < 6 {
		t.Errorf("only %d targets were found", shown)
	}
}
