package iamops

import (
	"encoding/json"
	"fmt"
)

// OneOrMore is a list in a policy document. A list of one is written as its member alone, as
// IAM does; both forms are read.
type OneOrMore[T any] []T

// MarshalJSON writes the list, or its only member.
func (l OneOrMore[T]) MarshalJSON() ([]byte, error) {
	var value any = []T(l)
	if len(l) == 1 {
		value = l[0]
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("writing a list of a policy: %w", err)
	}
	return text, nil
}

// UnmarshalJSON reads a list or a single member.
func (l *OneOrMore[T]) UnmarshalJSON(text []byte) error {
	var many []T
	if json.Unmarshal(text, &many) == nil {
		*l = many
		return nil
	}
	var one T
	if err := json.Unmarshal(text, &one); err != nil {
		return fmt.Errorf("reading a list of a policy: %w", err)
	}
	*l = []T{one}
	return nil
}
