package report

import (
	"strings"
	"testing"
	"time"

	"keyturn/ui/words"
)

func TestStatusAsATable(t *testing.T) {
	begun := at.Add(-9 * day)
	rows := []UnderWay{
		{User: "Suzie", Plan: "rotate", Step: "Watch", OldKeyID: "AKIA1", NewKeyID: "AKIA22", Begun: begun, Last: at, Waits: "you"},
		{User: "ci\x1b", Plan: "retire", Step: "Check", OldKeyID: "AKIA333", Begun: begun, Last: at, Waits: "you", Problem: "throttled"},
	}
	own := []OwnKey{
		{KeyID: "AKIA1", Status: "Active", Created: at.Add(-97 * day), You: true},
		{KeyID: "AKIA22", Status: "Inactive", Created: at.Add(time.Hour)},
	}
	for name, tc := range map[string]struct {
		rows []UnderWay
		own  []OwnKey
		want string
	}{
		"nothing": {nil, nil, "No rotation is under way, as far as the journal of this machine knows.\n"},
		"some": {rows, nil, `USER   PLAN    STEP   OLD KEY  NEW KEY  LAST DONE         WAITS FOR
Suzie  rotate  Watch  AKIA1    AKIA22   2026-03-01 12:00  you
ci     retire  Check  AKIA333  -        2026-03-01 12:00  unknown: throttled
`},
		"own keys": {nil, own, `No rotation is under way, as far as the journal of this machine knows.

` + words.OwnKeys + `
  AKIA1   97 d  Active  you
  AKIA22  0 d   Inactive
`},
	} {
		t.Run(name, func(t *testing.T) {
			var text strings.Builder
			if err := WriteStatus(&text, AsTable, account, tc.rows, tc.own, at); err != nil || text.String() != tc.want {
				t.Errorf("%v\n%s\nwant\n%s", err, &text, tc.want)
			}
		})
	}
}
