package sandbox

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// reading is what an application found where it reads its key.
type reading struct {
	keyID, secret string
	err           error
}

// ReadFrom lets an application read its key at each run, as one that is configured by a
// file does: name says where. It is an error if there is no such application. The function
// must not call the account.
func (a *Account) ReadFrom(application, name string, read func() (keyID, secret string, err error)) error {
	a.enter()
	defer a.mu.Unlock()
	p, err := a.application(application)
	if err != nil {
		return err
	}
	p.reads, p.read = name, func() reading {
		id, secret, err := read()
		return reading{id, secret, err}
	}
	return nil
}

// KeyIn finds the access key in a text that is JSON with AccessKeyId and SecretAccessKey, a
// .env with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the CSV that the console hands
// out; "" is none.
func KeyIn(text string) (id, secret string) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		id, secret, _ = jsonKey(text, "AccessKeyId", "SecretAccessKey")
		return id, secret
	}
	if rows, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err == nil && len(rows) == 2 && len(rows[1]) > 1 {
		return rows[1][0], rows[1][1]
	}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		switch value = strings.Trim(value, `"'`); name {
		case "AWS_ACCESS_KEY_ID":
			id = value
		case "AWS_SECRET_ACCESS_KEY":
			secret = value
		}
	}
	return id, secret
}

// jsonKey reads an access key from two fields of a JSON object. Its errors hold nothing
// of the text.
func jsonKey(text, idField, secretField string) (id, secret string, err error) {
	var fields map[string]any
	if json.Unmarshal([]byte(text), &fields) != nil {
		return "", "", errors.New("it is no JSON object")
	}
	id, _ = fields[idField].(string)
	secret, _ = fields[secretField].(string)
	switch {
	case id == "":
		return "", "", fmt.Errorf("its field %s holds no key ID", idField)
	case secret == "":
		return "", "", fmt.Errorf("its field %s holds no secret", secretField)
	}
	return id, secret, nil
}

// readSecret lets an application read its key from fields of a secret's JSON.
func (a *Account) readSecret(p *application, region, name, idField, secretField string) {
	p.reads, p.read = "secret "+name, func() reading {
		s := a.secretIn(region, name, a.now())
		if s == nil || !s.gone.IsZero() || s.at(currentStage) == nil {
			return reading{err: fmt.Errorf("there is no secret %s", name)}
		}
		id, secret, err := jsonKey(s.at(currentStage).text, idField, secretField)
		if err != nil {
			return reading{err: fmt.Errorf("reading the secret %s: %w", name, err)}
		}
		return reading{keyID: id, secret: secret}
	}
}

// readParameter lets an application read its key from a parameter's text.
func (a *Account) readParameter(p *application, region, name string) {
	p.reads, p.read = "parameter "+name, func() reading {
		found := a.parameterIn(region, name)
		if found == nil {
			return reading{err: fmt.Errorf("there is no parameter %s", name)}
		}
		id, secret := KeyIn(found.last().text)
		if id == "" || secret == "" {
			return reading{err: fmt.Errorf("the parameter %s holds no access key", name)}
		}
		return reading{keyID: id, secret: secret}
	}
}
