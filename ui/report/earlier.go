package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxEarlier bounds what is read of an earlier audit. 10,000 keys take a tenth of it.
const maxEarlier = 128 << 20

// readDocument reads what Write wrote as JSON, in this version of the schema.
// Fields that it does not know are passed over: they were added since.
func readDocument(r io.Reader) (document, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxEarlier+1))
	if err == nil && len(text) > maxEarlier {
		err = fmt.Errorf("it is larger than %d bytes", maxEarlier)
	}
	if err != nil {
		return document{}, fmt.Errorf("reading the earlier audit: %w", err)
	}
	var head struct {
		Schema any `json:"schema"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return document{}, notAnAudit(text, err)
	}
	switch name, version, ok := strings.Cut(fmt.Sprint(head.Schema), "/"); {
	case head.Schema == nil || !ok || name+"/" != Schema[:strings.IndexByte(Schema, '/')+1]:
		return document{}, fmt.Errorf("reading the earlier audit: it is not one: its schema should be %q; `keyturn audit --output json` writes one", Schema)
	case name+"/"+version != Schema:
		return document{}, fmt.Errorf("reading the earlier audit: its schema is \"%s/%s\", and this version of keyturn reads %q", name, version, Schema)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return document{}, notAnAudit(text, err)
	}
	if err := d.check(); err != nil {
		return document{}, fmt.Errorf("reading the earlier audit: it is damaged: %w", err)
	}
	return d, nil
}

// notAnAudit says where a text stops being what it should be.
func notAnAudit(text []byte, err error) error {
	if len(strings.TrimSpace(string(text))) == 0 {
		return errors.New("reading the earlier audit: it is empty")
	}
	at := int64(len(text))
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	}
	line := 1 + strings.Count(string(text[:min(max(at, 0), int64(len(text)))]), "\n")
	return fmt.Errorf("reading the earlier audit: it is damaged at line %d: %w", line, err)
}

// check looks for what a comparison needs.
func (d *document) check() error {
	if d.At == nil {
		return errors.New("it has no time")
	}
	if len(d.Accounts) == 0 {
		return errors.New("it has no account")
	}
	known := map[string]bool{}
	for _, a := range d.Accounts {
		if a.At == nil {
			return fmt.Errorf("account %q has no time", text(a.ID))
		}
		known[text(a.ID)] = true
	}
	for i, r := range d.Rows {
		switch {
		case r.User == "":
			return fmt.Errorf("row %d names no user", i+1)
		case !known[text(r.Account)]:
			return fmt.Errorf("row %d is of account %q, which is not in it", i+1, text(r.Account))
		case r.Findings == nil:
			return fmt.Errorf("row %d has no findings, not even an empty set of them", i+1)
		}
	}
	return nil
}
