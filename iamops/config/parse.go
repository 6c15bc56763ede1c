package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// settings are the flags that the file may give, with what reads each value.
var settings = []struct {
	name string
	read func(value any) (text string, err error)
}{
	{"profile", readText},
	{"region", readText},
	{"endpoint-url", readURL},
	{"max-age", readPeriod},
	{"unused", readPeriod},
	{"quiet", readPeriod},
	{"watch-period", readPeriod},
	{"no-color", readSwitch},
	{"ascii", readSwitch},
	{"tag", readSwitch},
	{"trail-regions", readText},
	{"trail-pages", readCount},
	{"read-only", readSwitch},
	{"mfa-serial", readText},
}

const (
	auditTable  = "audit"
	exemptTable = "exempt"
	targetTable = "target"
)

// The keys of the tables.
var (
	keysOfAudit  = []string{"owner-tags", "purpose-tags"}
	keysOfExempt = []string{"user", "reason", "until"}
	keysOfTarget = []string{"user", "spec"}
)

func keysOfFile() []string {
	keys := make([]string, 0, len(settings)+3)
	for _, s := range settings {
		keys = append(keys, s.name)
	}
	return append(keys, auditTable, exemptTable, targetTable)
}

// parser collects what a file says and what is wrong with it.
type parser struct {
	path   string
	where  places
	config Config
	wrong  []*Error
	// target says what is wrong with the spec of a target; nil leaves that open.
	target func(spec string) error
}

func parse(path string, text []byte, target func(spec string) error) (Config, error) {
	var file map[string]any
	if err := toml.Unmarshal(text, &file); err != nil {
		return Config{}, syntaxError(path, err)
	}
	p := &parser{path: path, where: placesOf(text), config: Config{Path: path}, target: target}
	p.known(file, nil, keysOfFile())
	for _, s := range settings {
		if value, ok := file[s.name]; ok {
			p.setting(s.name, value, s.read)
		}
	}
	if value, ok := file[auditTable]; ok {
		p.audit(value)
	}
	if value, ok := file[exemptTable]; ok {
		p.tables(value, exemptTable, keysOfExempt, func(table map[string]any, at []string) {
			p.config.Exemptions = append(p.config.Exemptions, p.exemption(table, at))
		})
	}
	if value, ok := file[targetTable]; ok {
		p.tables(value, targetTable, keysOfTarget, func(table map[string]any, at []string) {
			t := Target{
				User: p.pattern(table, at, "a target"),
				Spec: p.text(table, at, "spec", "a target",
					`where the secret goes, such as "file:csv:/secure/new.csv"`),
			}
			if t.Spec != "" && p.target != nil {
				if err := p.target(t.Spec); err != nil {
					p.fail(within(at, "spec"), "%v", err)
				}
			}
			p.config.Targets = append(p.config.Targets, t)
		})
	}
	if len(p.wrong) > 0 {
		return Config{}, p.err()
	}
	return p.config, nil
}

// syntaxError is an error in what makes the text TOML.
func syntaxError(path string, err error) error {
	e := &Error{Path: path, Line: 1, Text: "the file is not TOML: " + strings.TrimPrefix(err.Error(), "toml: ")}
	var at *toml.DecodeError
	if errors.As(err, &at) {
		e.Line, _ = at.Position()
	}
	return e
}

// err joins the errors in the order of their lines.
func (p *parser) err() error {
	slices.SortStableFunc(p.wrong, func(a, b *Error) int { return cmp.Compare(a.Line, b.Line) })
	all := make([]error, 0, len(p.wrong))
	for _, e := range p.wrong {
		all = append(all, e)
	}
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}

// fail notes an error at a key.
func (p *parser) fail(key []string, format string, args ...any) {
	p.wrong = append(p.wrong, &Error{Path: p.path, Line: p.where.line(key), Text: fmt.Sprintf(format, args...)})
}

// known complains of every key of the table that is not valid there.
func (p *parser) known(table map[string]any, at, valid []string) {
	for _, key := range slices.Sorted(maps.Keys(table)) {
		if !slices.Contains(valid, key) {
			in := ""
			if len(at) > 0 {
				in = " in " + at[0]
			}
			p.fail(within(at, key), "unknown key %q%s: valid are %s", key, in, strings.Join(valid, ", "))
		}
	}
}

func (p *parser) setting(name string, value any, read func(any) (string, error)) {
	text, err := read(value)
	if err != nil {
		p.fail([]string{name}, "%s: %v", name, err)
		return
	}
	p.config.Settings = append(p.config.Settings, Setting{Name: name, Value: text})
}

func (p *parser) audit(value any) {
	table, ok := value.(map[string]any)
	if !ok {
		p.fail([]string{auditTable}, "audit is a table, [audit], with the keys %s", strings.Join(keysOfAudit, ", "))
		return
	}
	p.known(table, []string{auditTable}, keysOfAudit)
	names := func(key string) []string {
		value, given := table[key]
		if !given {
			return nil
		}
		list, err := readNames(value)
		if err != nil {
			p.fail([]string{auditTable, key}, "%s: %v", key, err)
		}
		return list
	}
	p.config.OwnerTags, p.config.PurposeTags = names("owner-tags"), names("purpose-tags")
}

// tables reads a list of tables, each with the given keys.
func (p *parser) tables(value any, name string, keys []string, read func(table map[string]any, at []string)) {
	list, isList := value.([]any)
	for i, element := range list {
		at := []string{name, strconv.Itoa(i)}
		table, ok := element.(map[string]any)
		if !ok {
			isList = false
			break
		}
		p.known(table, at, keys)
		read(table, at)
	}
	if !isList {
		p.fail([]string{name},
			"%s is a list of tables, each [[%s]] with the keys %s", name, name, strings.Join(keys, ", "))
	}
}

// text reads a text that a table must have.
func (p *parser) text(table map[string]any, at []string, key, owner, what string) string {
	value, given := table[key]
	if !given {
		p.fail(at, "%s needs a %s: %s", owner, key, what)
		return ""
	}
	s, err := readText(value)
	if err != nil {
		p.fail(within(at, key), "%s: %v", key, err)
	}
	return s
}

// pattern reads the pattern of user names that a table must have.
func (p *parser) pattern(table map[string]any, at []string, owner string) string {
	user := p.text(table, at, "user", owner, `a user name, or a pattern such as "ci-*"`)
	if _, err := path.Match(user, ""); err != nil {
		p.fail(within(at, "user"),
			`user: %q is no pattern: valid are *, ?, [a-z] and \ before a character that stands for itself`, user)
	}
	return user
}

func (p *parser) exemption(table map[string]any, at []string) Exemption {
	e := Exemption{
		User:   p.pattern(table, at, "an exemption"),
		Reason: p.text(table, at, "reason", "an exemption", "why the keys may break the rule"),
	}
	if value, given := table["until"]; given {
		day, ok := value.(toml.LocalDate)
		if !ok {
			p.fail(within(at, "until"), "until: the last day of the exemption is wanted, without quotes: 2026-12-31")
			return e
		}
		e.Until = day.AsTime(time.UTC).AddDate(0, 0, 1)
	}
	return e
}

func readText(value any) (string, error) {
	s, ok := value.(string)
	if !ok || strings.TrimSpace(s) == "" {
		return "", errors.New("a text in quotes is wanted that is not empty")
	}
	return s, nil
}

func readCount(value any) (string, error) {
	n, ok := value.(int64)
	if !ok || n < 1 {
		return "", errors.New("a whole number from 1 on is wanted")
	}
	return strconv.FormatInt(n, 10), nil
}

func readURL(value any) (string, error) {
	s, err := readText(value)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", fmt.Errorf(
			`%q is no endpoint: one is written like "https://iam.amazonaws.com" or "http://127.0.0.1:4599"`, s,
		)
	}
	return s, nil
}

func readPeriod(value any) (string, error) {
	s, ok := value.(string)
	if !ok {
		return "", errors.New(`a period in quotes is wanted, like "90d", "24h" or "1d12h"`)
	}
	period, err := ParsePeriod(s)
	if err != nil {
		return "", err
	}
	return period.String(), nil
}

func readSwitch(value any) (string, error) {
	on, ok := value.(bool)
	if !ok {
		return "", errors.New("true or false is wanted, without quotes")
	}
	return strconv.FormatBool(on), nil
}

func readNames(value any) ([]string, error) {
	list, ok := value.([]any)
	names := make([]string, 0, len(list))
	for _, element := range list {
		name, err := readText(element)
		if err != nil {
			ok = false
			break
		}
		names = append(names, name)
	}
	if !ok {
		return nil, errors.New(`a list of tag names is wanted, like ["owner", "team"]`)
	}
	return names, nil
}
