package delivery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// span is where a field's value stands in a JSON object's text, and what it says.
type span struct {
	from, to int
	text     string
	isText   bool
}

// fieldsOf finds the values of an object's own fields. Its errors quote no value.
func fieldsOf(object []byte) (map[string]span, error) {
	in := json.NewDecoder(bytes.NewReader(object))
	if first, err := in.Token(); err != nil || first != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	fields := map[string]span{}
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return nil, errors.New("it is not a JSON object: it can't be read to its end")
		}
		var raw json.RawMessage
		if err := in.Decode(&raw); err != nil {
			return nil, errors.New("it is not a JSON object: it can't be read to its end")
		}
		key, _ := name.(string)
		if _, twice := fields[key]; twice {
			return nil, fmt.Errorf("the field %q stands in it twice", key)
		}
		to := int(in.InputOffset())
		s := span{from: to - len(raw), to: to}
		s.isText = json.Unmarshal(raw, &s.text) == nil && raw[0] == '"'
		fields[key] = s
	}
	if _, err := in.Token(); err != nil {
		return nil, errors.New("it is not a JSON object: it can't be read to its end")
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind its JSON object")
	}
	return fields, nil
}

// replaceFields gives fields of an object new texts, and leaves every other byte as it is.
func replaceFields(object []byte, texts map[string]string) ([]byte, error) {
	fields, err := fieldsOf(object)
	if err != nil {
		return nil, err
	}
	out := bytes.Clone(object)
	for name, text := range texts {
		was, there := fields[name]
		if !there || !was.isText {
			return nil, fmt.Errorf("it has no field %q with a text", name)
		}
		value, err := json.Marshal(text)
		if err != nil {
			return nil, fmt.Errorf("writing the field %q: %w", name, err)
		}
		// From the end on the offsets would stay; one field at a time they are found again.
		out = append(append(bytes.Clone(out[:was.from]), value...), out[was.to:]...)
		if fields, err = fieldsOf(out); err != nil {
			return nil, err
		}
	}
	return out, nil
}
