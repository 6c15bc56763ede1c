package iamops

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"sync"
)

const redacted = "(secret)"

// Secret is the secret access key of a new key. It prints, logs and marshals as
// a placeholder, and keeps its text behind a pointer to a pointer: fmt calls no
// methods on an unexported field. It prints a pointer inside one as an address,
// but with a verb that does not fit, such as %s, it follows the pointer once.
type Secret struct {
	behind **sealed
}

type sealed struct {
	mu   sync.Mutex
	text []byte
}

// NewSecret holds the given text.
func NewSecret(text string) Secret {
	inner := &sealed{text: []byte(text)}
	return Secret{&inner}
}

// Held reports whether there is a secret.
func (s Secret) Held() bool {
	if s.behind == nil {
		return false
	}
	inner := *s.behind
	inner.mu.Lock()
	defer inner.mu.Unlock()
	return len(inner.text) > 0
}

// Reveal returns the text. Whoever calls it answers for where the text goes.
func (s Secret) Reveal() string {
	if s.behind == nil {
		return ""
	}
	inner := *s.behind
	inner.mu.Lock()
	defer inner.mu.Unlock()
	return string(inner.text)
}

// Forget overwrites the text, for every copy of this Secret. Copies that Reveal
// handed out are out of its reach.
func (s Secret) Forget() {
	if s.behind == nil {
		return
	}
	inner := *s.behind
	inner.mu.Lock()
	defer inner.mu.Unlock()
	clear(inner.text)
	inner.text = nil
}

// String returns a placeholder.
func (Secret) String() string { return redacted }

// GoString returns a placeholder.
func (Secret) GoString() string { return redacted }

// Format writes a placeholder, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns a placeholder.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON writes a placeholder.
func (Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) } //nolint:wrapcheck // a constant
