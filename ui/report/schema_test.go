package report

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaOf reads a schema of docs and makes it strict: a field that it does not
// describe, which a reader has to put up with, is none that we may write.
func schemaOf(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	strict(t, name, doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func strict(t *testing.T, at string, node any) {
	switch n := node.(type) {
	case map[string]any:
		if properties, ok := n["properties"].(map[string]any); ok && n["type"] == "object" {
			n["additionalProperties"] = false
			var required []string
			for _, name := range n["required"].([]any) { //nolint:errcheck // a panic fails the test as well
				required = append(required, name.(string)) //nolint:errcheck // likewise
			}
			slices.Sort(required)
			if !slices.Equal(required, slices.Sorted(maps.Keys(properties))) {
				t.Errorf("%s: not every field is required, or one is that is not described", at)
			}
		}
		for name, child := range n {
			strict(t, at+"/"+name, child)
		}
	case []any:
		for _, child := range n {
			strict(t, at, child)
		}
	}
}

func validate(t *testing.T, schema *jsonschema.Schema, text string) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("%v\nin\n%s", err, text)
	}
}

func TestJSONIsAsItsSchemaSays(t *testing.T) {
	schema := schemaOf(t, "audit.schema.json")
	for name, audits := range examples() {
		t.Run(name, func(t *testing.T) { validate(t, schema, written(t, AsJSON, audits...)) })
	}
}

func TestChangesAreAsTheirSchemaSays(t *testing.T) {
	schema := schemaOf(t, "audit-changes.schema.json")
	for name, now := range examples() {
		for earlier, before := range examples() {
			if len(before) == 0 {
				continue
			}
			c, err := Diff(strings.NewReader(written(t, AsJSON, before...)), now...)
			if err != nil {
				t.Fatalf("%s since %s: %v", name, earlier, err)
			}
			validate(t, schema, changesWritten(t, AsJSON, c))
		}
	}
}

// TestTheSchemaRefuses: it is not one that takes everything.
func TestTheSchemaRefuses(t *testing.T) {
	schema := schemaOf(t, "audit.schema.json")
	good := written(t, AsJSON, examples()["everything"]...)
	for _, swap := range [][2]string{
		{`"keyturn.audit/1"`, `"keyturn.audit/2"`},
		{`"state": "never"`, `"state": "no"`},
		{`"source": "live"`, `"source": "guess"`},
		{`"2026-03-01T12:00:00Z"`, `"2026-03-01 12:00"`},
		{`"verdict": "overdue"`, `"verdict": "overdue", "colour": "red"`},
		{`"rotating": false,`, ``},
		{`"age_days": 412`, `"age_days": -1`},
	} {
		bad := strings.Replace(good, swap[0], swap[1], 1)
		if bad == good {
			t.Fatalf("there is no %s in\n%s", swap[0], good)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(doc) == nil {
			t.Errorf("%s is accepted in place of %s", swap[1], swap[0])
		}
	}
}
