package report

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"keyturn/iamops/audit"
)

func TestTheDocsHaveARowForEachFinding(t *testing.T) {
	text, err := os.ReadFile("../../docs/findings.md")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"| finding | what it says of the key | next | what it breaks |",
		"| --- | --- | --- | --- |",
	}
	for _, f := range audit.All() {
		row := "| `" + f.String() + "` | " + f.About() + " | " + string(f.Next()) + " | "
		if rules := references(f); len(rules) > 0 {
			row += strings.Join(rules, ", ") + " "
		}
		want = append(want, row+"|")
	}
	if table := strings.Join(want, "\n") + "\n"; !strings.Contains(string(text), "\n\n"+table) {
		t.Errorf("docs/findings.md should have this table:\n%s", table)
	}
}

func TestTheSchemasNameTheFindings(t *testing.T) {
	for _, name := range []string{"audit.schema.json", "audit-changes.schema.json"} {
		text, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var schema struct {
			Defs struct {
				Finding struct{ Examples []string }
			} `json:"$defs"`
		}
		if err := json.Unmarshal(text, &schema); err != nil {
			t.Fatal(err)
		}
		if want := names(audit.SetOf(audit.All()...)); !slices.Equal(schema.Defs.Finding.Examples, want) {
			t.Errorf("docs/%s names %q, want %q", name, schema.Defs.Finding.Examples, want)
		}
	}
}
