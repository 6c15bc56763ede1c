package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"keyturn/iamops/clean"
)

// writeJSON writes a value in lines, with "<" and "&" as themselves: it goes into no
// web page. It may go to a terminal: what would move the cursor is escaped.
func writeJSON(b *strings.Builder, value any) error {
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return fmt.Errorf("as JSON: %w", err)
	}
	for _, r := range text.String() {
		if r == '\n' || clean.Text(string(r)) == string(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) { // these stand in strings alone
			_, _ = fmt.Fprintf(b, `\u%04x`, unit)
		}
	}
	return nil
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// instant is in UTC, to the second, as AWS tells its dates; nil for no time.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}
