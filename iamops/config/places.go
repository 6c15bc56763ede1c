package config

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// places says where in a text its keys stand. A key is told by its way: the
// tables that it is in, the number of the table where there is a list of them,
// and its name.
type places struct {
	text    []byte
	offsets map[string]uint32
}

// within is the way to a key of the table that is at the end of another way.
func within(way []string, key string) []string { return append(slices.Clone(way), key) }

// placesOf reads a text that is known to be TOML.
//
// The decoder tells positions only for its own errors, hence the parser beneath it.
func placesOf(text []byte) places {
	p := places{text: text, offsets: map[string]uint32{}}
	var parser unstable.Parser
	parser.Reset(text)
	tables := map[string]int{} // of each list of tables, how many there are so far
	var table []string
	for parser.NextExpression() {
		switch e := parser.Expression(); e.Kind {
		case unstable.Table:
			table, _ = p.enter(nil, e.Key())
		case unstable.ArrayTable:
			list, offset := p.enter(nil, e.Key())
			name := strings.Join(list, "\x00")
			table = within(list, strconv.Itoa(tables[name]))
			tables[name]++
			p.note(table, offset)
		case unstable.KeyValue:
			p.keyValue(table, e)
		default:
		}
	}
	return p
}

// enter notes a key, which may be dotted, in the table at the end of a way, and
// returns the way to it and its place.
func (p places) enter(way []string, key unstable.Iterator) (to []string, offset uint32) {
	for key.Next() {
		n := key.Node()
		way, offset = within(way, string(n.Data)), n.Raw.Offset
		p.note(way, offset)
	}
	return way, offset
}

// note keeps the first place.
func (p places) note(way []string, offset uint32) {
	key := strings.Join(way, "\x00")
	if _, known := p.offsets[key]; !known {
		p.offsets[key] = offset
	}
}

func (p places) keyValue(table []string, n *unstable.Node) {
	way, _ := p.enter(table, n.Key())
	p.value(way, n.Value())
}

// value notes the keys inside a value.
func (p places) value(way []string, n *unstable.Node) {
	switch n.Kind {
	case unstable.InlineTable:
		for it := n.Children(); it.Next(); {
			p.keyValue(way, it.Node())
		}
	case unstable.Array:
		i := 0
		for it := n.Children(); it.Next(); i++ {
			p.value(within(way, strconv.Itoa(i)), it.Node())
		}
	default:
	}
}

// line is the line, counted from 1, of a key or, where that has no place of its
// own, of the table around it.
func (p places) line(way []string) int {
	for ; len(way) > 0; way = way[:len(way)-1] {
		if offset, ok := p.offsets[strings.Join(way, "\x00")]; ok {
			return 1 + bytes.Count(p.text[:offset], []byte("\n"))
		}
	}
	return 1
}
