package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"keyturn/iamops/rotation"
)

// Each decision can be taken by a word, which at no step means another one, and what asks says
// what it does and how it is undone.
func TestEveryDecisionHasItsWords(t *testing.T) {
	for _, name := range declared(t) {
		if _, there := decisions[name]; !there {
			t.Errorf("%s has no row", name)
		}
	}
	words := map[string]rotation.Decision{}
	for name, d := range decisions {
		if d.word == "" || d.label == nil {
			t.Errorf("%s has no word, or no label", name)
		}
		if other, taken := words[d.word]; taken && d.word != "back" { // StepBack and GoBack never meet
			t.Errorf("%q is %s and %s", d.word, name, other)
		}
		words[d.word] = name
		o := rotation.Offer{Decision: name}
		changes := name == rotation.MakeChange || name == rotation.RollBack
		if asks := len(o.Needs()) > 0; asks != (d.effect != nil || changes) || asks != (d.undo != nil || changes) {
			t.Errorf("%s: asks %v, and its effect and undo do not fit", name, asks)
		}
	}
}

// declared are the decisions that the machine knows.
func declared(t *testing.T) []rotation.Decision {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../iamops/rotation/decision.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []rotation.Decision
	ast.Inspect(file, func(n ast.Node) bool {
		spec, isValue := n.(*ast.ValueSpec)
		if !isValue || spec.Type == nil || len(spec.Values) != 1 {
			return true
		}
		if kind, named := spec.Type.(*ast.Ident); named && kind.Name == "Decision" {
			value, isText := spec.Values[0].(*ast.BasicLit)
			if !isText {
				t.Fatalf("%s is no text", spec.Names[0])
			}
			text, err := strconv.Unquote(value.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, rotation.Decision(text))
		}
		return true
	})
	if len(all) < 20 {
		t.Fatalf("only %d decisions found", len(all))
	}
	return all
}
