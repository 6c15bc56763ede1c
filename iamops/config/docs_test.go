package config

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheDocsTellOfEachKey: docs/config.md has each key that the file may hold, and no
// other, and its example is one that can be read.
func TestTheDocsTellOfEachKey(t *testing.T) {
	text, err := os.ReadFile("../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z.-]+)` \\| ").FindAllStringSubmatch(string(text), -1) {
		told = append(told, row[1])
	}
	var keys []string
	for _, s := range settings {
		keys = append(keys, s.name)
	}
	for table, of := range map[string][]string{auditTable: keysOfAudit, exemptTable: keysOfExempt, targetTable: keysOfTarget} {
		for _, key := range of {
			keys = append(keys, table+"."+key)
		}
	}
	slices.Sort(told)
	slices.Sort(keys)
	if !slices.Equal(told, keys) {
		t.Errorf("the docs tell of\n%v, the file may hold\n%v", told, keys)
	}

	var example []string
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "    ") {
			example = append(example, strings.TrimSpace(line))
		}
	}
	c, err := parse("config.toml", []byte(strings.Join(example, "\n")), nil)
	if err != nil || len(c.Settings) == 0 || len(c.Exemptions) == 0 || len(c.Targets) == 0 || len(c.OwnerTags) == 0 {
		t.Errorf("the example is read as %+v, %v", c, err)
	}
}
