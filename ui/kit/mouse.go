package kit

import "time"

// Click is a message to the screen in front: the operator has clicked on a line of it.
type Click struct {
	Line   int  // of the screen's own view, from 0
	Double bool // the second click on the same line within [DoubleClick]
}

// Roll is a message to the screen in front: the operator has turned the mouse's wheel.
type Roll struct{ Lines int } // down if it is positive

// DoubleClick is how soon a second click makes a double one.
const DoubleClick = 400 * time.Millisecond
