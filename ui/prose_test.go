package ui_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// namesKey finds a key's name in a sentence: "Esc drops", "r reads again", "Press u to".
var namesKey = regexp.MustCompile(`(?i:\b(esc|enter|tab|ctrl\+\w|pgup|pgdn|shift\+tab)\b)` +
	`|(^|[ (,;.])[b-zB-HJ-Z!?/+] [a-z]+s\b` +
	`|\b([Pp]ress|or) [b-zB-HJ-Z!?/+]($|[^A-Za-z'])`)

// A text takes a key's name from its binding, so that the two can't come apart. The words of
// --plain and of the command line are left out: there are no keys.
func TestNoTextNamesAKey(t *testing.T) {
	for _, text := range []string{
		"No key matches. Esc drops the filters.", "Stopped; r reads again.", "Select it with the mouse, or c. Hides itself",
		"No user has an access key. Press u to see the users.", "  v shows it for 30 s, c copies it",
	} {
		if !namesKey.MatchString(text) {
			t.Errorf("not found: %q", text)
		}
	}
	read := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (path == "cli" || path == "plain" || path == "uitest" || path == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		read++
		ast.Inspect(file, func(n ast.Node) bool {
			literal, isText := n.(*ast.BasicLit)
			if !isText || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Errorf("%s: %s: %v", path, literal.Value, err)
			}
			if strings.Contains(text, " ") && namesKey.MatchString(text) {
				t.Errorf("%s: %q names a key: take its name from the binding", path, text)
			}
			return true
		})
		return nil
	})
	if err != nil || read < 50 {
		t.Fatalf("%d files were read: %v", read, err)
	}
}
