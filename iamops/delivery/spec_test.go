package delivery_test

import (
	"strings"
	"testing"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
)

func TestParse(t *testing.T) {
	env := delivery.Env{Home: "/home/suzie"}
	for spec, want := range map[string][2]string{ // name and spec
		"profile:prod":                     {"profile prod", "profile:prod:/home/suzie/.aws/credentials"},
		"profile:prod:/etc/aws":            {"profile prod in /etc/aws", "profile:prod:/etc/aws"},
		"profile:a:b":                      {"profile a:b", "profile:a:b:/home/suzie/.aws/credentials"},
		"file:csv:~/x.csv":                 {"file /home/suzie/x.csv", "file:csv:/home/suzie/x.csv"},
		"file:json+ses=eu-west-1:/a/../b":  {"file /b", "file:json+ses=eu-west-1:/b"},
		"command:json:pass":                {"command pass", `command:json:["pass"]`},
		"command:secret: gh  secret set A": {"command gh secret set …", `command:secret:["gh","secret","set","A"]`},
		`command:dotenv:["a","b c","<&>"]`: {"command a b c <&>", `command:dotenv:["a","b c","<&>"]`},
		`command:json:["sh","-c","a\n\tb` + strings.Repeat("c", 100) + `"]`: {"command sh -c a b" + strings.Repeat("c", 43) + " …",
			`command:json:["sh","-c","a\n\tb` + strings.Repeat("c", 100) + `"]`},
		"command:secret+ses=cn-north-1:x -":      {"command x -", `command:secret+ses=cn-north-1:["x","-"]`},
		`command:json:["sh","-c","echo \"é\";"]`: {`command sh -c echo "é";`, `command:json:["sh","-c","echo \"é\";"]`},
	} {
		target, err := delivery.Parse(spec, env)
		if err != nil {
			t.Errorf("%s: %v", spec, err)
			continue
		}
		if target.Name() != want[0] || target.Spec() != want[1] {
			t.Errorf("%s: name %q, spec %q", spec, target.Name(), target.Spec())
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for spec, says := range map[string]string{
		"":                           "begins with none of",
		"file:csv:/caf\xe9":          "not UTF-8",
		"vault:x":                    "begins with none of",
		"profile:":                   "of that name",
		"profile:a#b":                "of that name",
		"profile:a\nb":               "of that name",
		"profile:a  b":               "of that name",
		"file:csv:x.csv":             "absolute path",
		"file:csv":                   "absolute path",
		"file:secret:/x":             "csv, dotenv, json",
		"file:csv+ses=Ireland:/x":    "no region",
		"file:csv+ses=:/x":           "no region",
		"command:csv:x":              "json, dotenv, secret",
		"command:json:":              "missing",
		`command:json:[""]`:          "missing",
		`command:json:["x"`:          "no JSON list",
		`command:json:[1]`:           "no JSON list",
		"command:json:a | b":         "no shell",
		`command:json:a "b c"`:       "no shell",
		"command:json:a $HOME/b":     "no shell",
		"command:json:sh -c 'b; c;'": "no shell",
	} {
		target, err := delivery.Parse(spec, delivery.Env{Home: "/home/suzie"})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, %v", spec, target, err)
		}
	}
}

// FuzzParse: what is parsed has a spec that is parsed to the same.
func FuzzParse(f *testing.F) {
	for _, spec := range []string{"profile:prod", "profile:a:b:/c:/d", "file:csv+ses=eu-west-1:/x:y", `command:json:["a","\u0000"]`, "command:secret:a b"} {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		one, err := delivery.Parse(spec, delivery.Env{Home: "/home/suzie"})
		if err != nil {
			return
		}
		two, err := delivery.Parse(one.Spec(), delivery.Env{Home: "/home/suzie"})
		if err != nil || one.Spec() != two.Spec() || one.Name() != two.Name() {
			t.Errorf("%q: %q is read as %q: %v", spec, one.Spec(), two.Spec(), err)
		}
	})
}

func TestNothingWithoutASecret(t *testing.T) {
	h := newHome(t, plain)
	forgotten := credential()
	forgotten.Secret.Forget()
	odd := credential()
	odd.Secret = iamops.NewSecret("a\n[b]")
	unnamed := credential()
	unnamed.KeyID = ""
	for _, spec := range []string{"profile:prod", "file:csv:~/key", "command:json:touch " + h.at("ran")} {
		for _, c := range []delivery.Credential{forgotten, odd, unnamed, {}} {
			fails(t, h.target(spec).Deliver(t.Context(), c), delivery.BadCredential)
		}
	}
	h.holds("", ".aws")
	if h.read(".aws/credentials") != plain {
		t.Error("the file has changed")
	}
}
