package plain

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
)

// Input is the one reader of what the operator types. A line goes to the question that waits
// for it, else to the conversation. On a terminal ctrl+c and ctrl+d end nothing by
// themselves: the conversation is told of them.
type Input struct {
	source   io.Reader
	terminal bool
	begin    sync.Once

	mu         sync.Mutex
	question   chan typed // of Line; nil while nobody asks
	queue      []typed    // for the conversation
	more       chan struct{}
	conversing bool
	ended      bool
}

// typed is a line, or what came in place of one.
type typed struct {
	line  string
	key   key
	taken chan struct{} // closed when it was; of a ctrl+d
}

// key is what was pressed, or that there is no more.
type key int

const (
	enter key = iota
	ctrlC
	ctrlD
	hangUp // the input has ended for good
)

// ErrCalledOff says that a question was answered by ctrl+c or ctrl+d.
var ErrCalledOff = errors.New("called off")

// NewInput reads from source, once it is used. Whether that is a terminal decides what its
// end means: there ctrl+d makes one, and more can come after it.
func NewInput(source io.Reader, terminal bool) *Input {
	return &Input{source: source, terminal: terminal, more: make(chan struct{}, 1)}
}

// Line waits for the next line that is typed, in place of the conversation. It returns ctx's
// error, io.EOF, or ErrCalledOff.
func (i *Input) Line(ctx context.Context) (string, error) {
	i.start()
	answer := make(chan typed, 1)
	i.mu.Lock()
	ended := i.ended
	i.question = answer
	i.mu.Unlock()
	defer func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.question == answer {
			i.question = nil
		}
	}()
	if ended {
		return "", io.EOF
	}
	select {
	case t := <-answer:
		switch t.key {
		case enter:
			return t.line, nil
		case hangUp:
			return "", io.EOF
		case ctrlC, ctrlD:
		}
		return "", ErrCalledOff
	case <-ctx.Done():
		return "", ctx.Err() //nolint:wrapcheck // the caller ended it
	}
}

// Interrupt hands a ctrl+c on. It reports whether anybody takes it.
func (i *Input) Interrupt() bool {
	i.mu.Lock()
	takes := i.terminal && i.conversing
	i.mu.Unlock()
	if takes {
		i.route(typed{key: ctrlC})
	}
	return takes
}

// start begins to read.
func (i *Input) start() { i.begin.Do(func() { go i.read() }) }

// read hands what is typed on. A read can't be interrupted: it ends with the input.
func (i *Input) read() {
	in := bufio.NewReader(i.source)
	for {
		line, err := in.ReadString('\n')
		atEnd := errors.Is(err, io.EOF) && i.terminal
		if err == nil || line != "" && !atEnd {
			i.route(typed{line: strings.TrimSpace(line)})
		}
		switch {
		case atEnd: // one at a time: a terminal that is gone has no end of them
			taken := make(chan struct{})
			i.route(typed{key: ctrlD, taken: taken})
			<-taken
		case err != nil:
			i.mu.Lock()
			i.ended = true
			i.mu.Unlock()
			i.route(typed{key: hangUp})
			return
		}
	}
}

// route brings what was typed to the question that waits, else to the conversation.
func (i *Input) route(t typed) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.question != nil {
		i.question <- t
		i.question = nil
		if t.taken != nil {
			close(t.taken)
		}
		if t.key != hangUp {
			return
		}
	}
	i.queue = append(i.queue, t)
	select {
	case i.more <- struct{}{}:
	default:
	}
}

// next takes what was typed for the conversation; false if there is nothing.
func (i *Input) next() (typed, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.queue) == 0 {
		return typed{}, false
	}
	t := i.queue[0]
	i.queue = i.queue[1:]
	if t.taken != nil {
		close(t.taken)
	}
	return t, true
}

// converse says whether there is a conversation to take a ctrl+c.
func (i *Input) converse(on bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.conversing = on
}
