package cli

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// docs are the texts that an operator reads, by the file's name.
func docs(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range append(files, "../../README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(file)] = string(text)
	}
	if len(texts) < 5 {
		t.Fatalf("only %d texts were found", len(texts))
	}
	return texts
}

var (
	codeSpan = regexp.MustCompile("`([^`\n]+)`")
	codeLine = regexp.MustCompile(`(?m)^    (\S.*)$`)
	program  = regexp.MustCompile(`^(?:keyturn|go run \.)(?: +|$)`)
)

// commandLines are the arguments of keyturn wherever a text shows how it is called.
func commandLines(text string) [][]string {
	var lines [][]string
	for _, found := range append(codeSpan.FindAllStringSubmatch(text, -1), codeLine.FindAllStringSubmatch(text, -1)...) {
		line, _, _ := strings.Cut(found[1], " #")
		line, _, _ = strings.Cut(line, " |")
		if called := program.FindString(line); called != "" {
			lines = append(lines, strings.Fields(strings.TrimPrefix(line, called)))
		}
	}
	return lines
}

// TestTheDocsShowCommandsThatAre: each command line in the docs names a command that
// there is, with flags that it has and values that they take.
func TestTheDocsShowCommandsThatAre(t *testing.T) {
	shown := 0
	for name, text := range docs(t) {
		for _, args := range commandLines(text) {
			shown++
			root := (&App{}).root()
			cmd, rest, err := root.Find(args)
			if err == nil {
				err = cmd.ParseFlags(rest)
			}
			if mention := (*pflag.ValueRequiredError)(nil); errors.As(err, &mention) || errors.Is(err, pflag.ErrHelp) {
				continue // a flag is named without a value, or asks for help
			}
			if err != nil {
				t.Errorf("%s: keyturn %s: %v", name, strings.Join(args, " "), err)
				continue
			}
			if operands := cmd.Flags().Args(); cmd == root && len(operands) > 0 && operands[0] != "COMMAND" {
				t.Errorf("%s: keyturn %s: there is no such command", name, strings.Join(args, " "))
			}
		}
	}
	if shown < 20 {
		t.Errorf("only %d command lines were found", shown)
	}
}

// foreign are flags that the docs name and that are other programs'.
var foreign = []string{"-d", "-rapid.checks"}

// TestTheDocsNameEachFlag: each flag and each command stands in the docs, and each flag
// that stands there is one.
func TestTheDocsNameEachFlag(t *testing.T) {
	all := ""
	for _, text := range docs(t) {
		all += text
	}
	known := slices.Clone(foreign)
	named := regexp.MustCompile("`(--?[a-z][a-z.-]*)")
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.HasParent() && (cmd.Parent().Name() == "completion" || cmd.Parent().Name() == "sandbox") {
			return // shells, and the commands once more
		}
		if !strings.Contains(all, cmd.CommandPath()) {
			t.Errorf("the docs do not name the command %s", cmd.CommandPath())
		}
		visit := func(flag *pflag.Flag) {
			known = append(known, "--"+flag.Name)
			if !regexp.MustCompile("--" + flag.Name + `\b[^-]|` + "`" + flag.Name + "`").MatchString(all) {
				t.Errorf("the docs do not name the flag --%s of %s", flag.Name, cmd.CommandPath())
			}
		}
		cmd.InitDefaultHelpFlag()
		cmd.InitDefaultVersionFlag()
		cmd.NonInheritedFlags().VisitAll(visit)
		for _, below := range cmd.Commands() {
			walk(below)
		}
	}
	walk((&App{}).root())
	for _, m := range named.FindAllStringSubmatch(all, -1) {
		if !slices.Contains(known, m[1]) {
			t.Errorf("the docs name %s, which is no flag", m[1])
		}
	}
}

// TestTheDocsTellTheDefaults: docs/config.md has each flag that the config file can
// give, with the flag's own default.
func TestTheDocsTellTheDefaults(t *testing.T) {
	flags := (&App{}).root().PersistentFlags()
	told := 0
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| .* \\| (.*) \\|$").FindAllStringSubmatch(docs(t)["config.md"], -1) {
		flag := flags.Lookup(row[1])
		if flag == nil {
			t.Errorf("%s is no flag", row[1])
			continue
		}
		told++
		if standard := strings.Trim(row[2], "`"); flag.DefValue != "" && flag.DefValue != "[]" && standard != flag.DefValue {
			t.Errorf("%s is told to be %s by default, and is %s", row[1], standard, flag.DefValue)
		}
	}
	if told < 13 {
		t.Errorf("only %d flags were found", told)
	}
}
