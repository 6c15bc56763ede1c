package iamops_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// room is a package of ours and what it may import of ours. The rooms stand in
// an order in which imports only point down.
type room struct {
	path string
	may  []string // nil is every room below
}

var none = []string{}

// house is the table of docs/architecture.md.
var house = []room{
	{"keyturn", []string{"keyturn/ui/cli"}},
	{"keyturn/ui/cli", nil},
	{"keyturn/ui", nil},
	{"keyturn/ui/inventory", nil},
	{"keyturn/ui/guide", nil},
	{"keyturn/ui/inflight", nil},
	{"keyturn/ui/opening", []string{"keyturn/ui/kit", "keyturn/ui/mfa", "keyturn/ui/words"}},
	{"keyturn/ui/mfa", []string{"keyturn/ui/kit", "keyturn/ui/words", "keyturn/iamops"}},
	{"keyturn/ui/applications", []string{"keyturn/ui/kit", "keyturn/ui/words", "keyturn/ui/simulation"}},
	{"keyturn/ui/calllog", []string{"keyturn/ui/kit", "keyturn/ui/words", "keyturn/iamops"}},
	{"keyturn/ui/plain", []string{"keyturn/ui/words", "keyturn/ui/handover", "keyturn/ui/simulation", "keyturn/ui/report", "keyturn/iamops/desk", "keyturn/iamops/runner", "keyturn/iamops/rotation", "keyturn/iamops"}},
	{"keyturn/ui/handover", []string{"keyturn/ui/words", "keyturn/iamops/rotation"}},
	{"keyturn/ui/report", []string{"keyturn/ui/words", "keyturn/iamops/audit", "keyturn/iamops/rotation", "keyturn/iamops"}},
	{"keyturn/ui/words", []string{"keyturn/iamops", "keyturn/iamops/rotation", "keyturn/iamops/audit", "keyturn/iamops/policy"}},
	{"keyturn/ui/simulation", none},
	{"keyturn/ui/kit", none},
	{"keyturn/ui/uitest", none},
	{"keyturn/iamops/desk", []string{
		"keyturn/iamops", "keyturn/iamops/rotation", "keyturn/iamops/runner", "keyturn/iamops/journal", "keyturn/iamops/delivery",
	}},
	{"keyturn/iamops/runner", []string{"keyturn/iamops", "keyturn/iamops/rotation", "keyturn/iamops/journal", "keyturn/iamops/delivery", "keyturn/iamops/evidence", "keyturn/iamops/policy"}},
	{"keyturn/iamops/rotation", []string{"keyturn/iamops"}},
	{"keyturn/iamops/audit", []string{"keyturn/iamops"}},
	{"keyturn/iamops/evidence", []string{"keyturn/iamops"}},
	{"keyturn/iamops/delivery", []string{"keyturn/iamops"}},
	{"keyturn/iamops/policy", []string{"keyturn/iamops"}},
	{"keyturn/iamops/journal", none},
	{"keyturn/iamops/config", none},
	{"keyturn/iamops/account", []string{"keyturn/iamops"}},
	{"keyturn/iamops", none},
	{"keyturn/iamops/sandbox/faults", []string{"keyturn/iamops/sandbox"}},
	{"keyturn/iamops/sandbox", none},
	{cleanRoom, none},
}

const (
	sdk = "github.com/aws/"
	// cleanRoom may be imported by all: a text from elsewhere can come up in any room.
	cleanRoom = "keyturn/iamops/clean"
)

// testRooms are for tests alone: nothing that is shipped imports them.
var testRooms = []string{"keyturn/ui/uitest", "keyturn/iamops/sandbox/faults"}

// pkg is what `go list` tells of a package.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// breaches names what breaks the house's rules.
func breaches(packages []pkg) []string {
	var found []string
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for _, p := range packages {
		at := slices.IndexFunc(house, func(r room) bool { return r.path == p.ImportPath })
		if at < 0 {
			say("%s is not in the house's table", p.ImportPath)
			continue
		}
		for _, other := range p.Imports {
			if !ours(other) || other == cleanRoom {
				continue
			}
			if slices.Contains(testRooms, other) {
				say("%s must not import %s, which is for tests", p.ImportPath, other)
			}
			below := slices.ContainsFunc(house[at+1:], func(r room) bool { return r.path == other })
			if !below || house[at].may != nil && !slices.Contains(house[at].may, other) {
				say("%s must not import %s", p.ImportPath, other)
			}
		}
		for _, other := range p.Deps {
			switch {
			case strings.HasPrefix(other, sdk) && !maySpeakToAWS(p.ImportPath):
				say("%s depends on %s", p.ImportPath, other)
			case isUI(other) && strings.HasPrefix(p.ImportPath+"/", "keyturn/iamops/"):
				say("%s depends on %s", p.ImportPath, other)
			}
		}
		if p.ImportPath == "keyturn/iamops/sandbox" {
			for _, other := range p.Imports {
				if strings.HasPrefix(other, sdk) && other != "github.com/aws/aws-sdk-go-v2/aws" && other != "github.com/aws/aws-sdk-go-v2/aws/signer/v4" {
					say("%s imports %s: it may use the signer alone", p.ImportPath, other)
				}
			}
		}
	}
	return found
}

func ours(path string) bool { return path == "keyturn" || strings.HasPrefix(path, "keyturn/") }

func isUI(path string) bool {
	return strings.HasPrefix(path+"/", "keyturn/ui/") || strings.HasPrefix(path, "charm.land/") || strings.HasPrefix(path, "github.com/charmbracelet/")
}

func maySpeakToAWS(path string) bool {
	return slices.Contains([]string{"keyturn", "keyturn/ui/cli", "keyturn/iamops/account", "keyturn/iamops/sandbox", "keyturn/iamops/sandbox/faults"}, path)
}

func TestHouse(t *testing.T) {
	// go test keeps a result until a folder that the test itself has read
	// changes; it does not see what go list reads.
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && entry.Name() == ".git" {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	list := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,Deps", "keyturn/...")
	var problems bytes.Buffer
	list.Stderr = &problems
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &problems)
	}
	var packages []pkg
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if !slices.ContainsFunc(packages, func(p pkg) bool { return p.ImportPath == "keyturn/iamops" }) {
		t.Fatalf("go list found %d packages and this one is not among them", len(packages))
	}
	for _, breach := range breaches(packages) {
		t.Error(breach)
	}
}

// TestHouseHasLocks: each rule finds its own breach, and none finds one where
// there is none.
func TestHouseHasLocks(t *testing.T) {
	for name, tc := range map[string]struct {
		pkg pkg
		bad bool
	}{
		"a new room":              {pkg{ImportPath: "keyturn/iamops/helpers"}, true},
		"a new floor":             {pkg{ImportPath: "keyturn/tools"}, true},
		"up":                      {pkg{ImportPath: "keyturn/iamops", Imports: []string{"keyturn/iamops/rotation"}}, true},
		"up in the UI":            {pkg{ImportPath: "keyturn/ui/guide", Imports: []string{"keyturn/ui"}}, true},
		"sideways":                {pkg{ImportPath: "keyturn/iamops/rotation", Imports: []string{"keyturn/iamops/audit"}}, true},
		"the tests' room":         {pkg{ImportPath: "keyturn/ui/guide", Imports: []string{"keyturn/ui/uitest"}}, true},
		"the sandbox's faults":    {pkg{ImportPath: "keyturn/ui/cli", Imports: []string{"keyturn/iamops/sandbox/faults"}}, true},
		"to an unknown":           {pkg{ImportPath: "keyturn/ui", Imports: []string{"keyturn/ui/nowhere"}}, true},
		"the SDK, far below":      {pkg{ImportPath: "keyturn/ui", Deps: []string{"github.com/aws/aws-sdk-go-v2/aws"}}, true},
		"the SDK in the runner":   {pkg{ImportPath: "keyturn/iamops/runner", Deps: []string{"github.com/aws/smithy-go"}}, true},
		"Charm below":             {pkg{ImportPath: "keyturn/iamops", Deps: []string{"charm.land/lipgloss/v2"}}, true},
		"the UI below":            {pkg{ImportPath: "keyturn/iamops/audit", Deps: []string{"keyturn/ui/words"}}, true},
		"more than the signer":    {pkg{ImportPath: "keyturn/iamops/sandbox", Imports: []string{"github.com/aws/aws-sdk-go-v2/service/iam"}}, true},
		"the signer":              {pkg{ImportPath: "keyturn/iamops/sandbox", Imports: []string{"github.com/aws/aws-sdk-go-v2/aws/signer/v4"}, Deps: []string{"github.com/aws/smithy-go"}}, false},
		"the SDK where it may be": {pkg{ImportPath: "keyturn/iamops/account", Imports: []string{"keyturn/iamops"}, Deps: []string{"github.com/aws/smithy-go"}}, false},
		"everything":              {pkg{ImportPath: "keyturn/ui/cli", Imports: []string{"keyturn/ui", "keyturn/iamops/account", "keyturn/iamops/sandbox"}}, false},
		"Charm":                   {pkg{ImportPath: "keyturn/ui/kit", Deps: []string{"charm.land/lipgloss/v2", "github.com/charmbracelet/x/ansi"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if found := breaches([]pkg{tc.pkg}); (len(found) > 0) != tc.bad {
				t.Errorf("found %v", found)
			}
		})
	}
}
