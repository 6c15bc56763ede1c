package kit

import tea "charm.land/bubbletea/v2"

// List is a table of rows, one of them selected by its ID: the selection follows the row
// while others come, go and change places around it.
type List[T any] struct {
	*Table
	rows     []T
	id       func(T) string
	selected string
}

// NewList returns an empty list. The ID names a row for as long as it exists.
func NewList[T any](id func(T) string, columns ...Column) *List[T] {
	return &List[T]{Table: NewTable(columns...), id: id}
}

// Rows are the rows, in their order.
func (l *List[T]) Rows() []T { return l.rows }

// SetRows replaces the rows. If the selected one is gone, the one in its place is.
func (l *List[T]) SetRows(rows []T) {
	l.rows = rows
	l.SetLen(len(rows))
	for i, r := range rows {
		if l.id(r) == l.selected {
			l.Table.Select(i)
		}
	}
	l.note()
}

// Select selects a row by its place.
func (l *List[T]) Select(i int) {
	l.Table.Select(i)
	l.note()
}

// Move moves the selection if the key is one that does, and reports whether it was.
func (l *List[T]) Move(msg tea.KeyPressMsg, keys Keys) bool {
	moved := l.Table.Move(msg, keys)
	l.note()
	return moved
}

// Current is the selected row; false if there are no rows.
func (l *List[T]) Current() (T, bool) {
	if i := l.Selected(); i >= 0 {
		return l.rows[i], true
	}
	var none T
	return none, false
}

// note keeps the ID of the selected row.
func (l *List[T]) note() {
	if r, found := l.Current(); found {
		l.selected = l.id(r)
	}
}
