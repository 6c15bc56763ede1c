//go:build ignore

// Draw turns screens, as `tmux capture-pane -e -p` prints them, into an SVG: one
// screen into a still, several into a moving picture that shows each for some seconds.
//
//	go run docs/pictures/draw.go [-seconds 3] SCREEN... > picture.svg
package main

import (
	"bufio"
	"flag"
	"fmt"
	"html"
	"os"
	"strconv"
	"strings"
)

const (
	cellWidth, cellHeight = 8.4, 18.0
	margin                = 12.0
	background, textColor = "#1e1e1e", "#d8d8d8"
)

var palette = [16]string{
	"#1e1e1e", "#f06a6a", "#7ac97a", "#e0b050", "#7aa7f0", "#c78bd8", "#5fc8c8", "#d8d8d8",
	"#8a8a8a", "#ff8a8a", "#98e098", "#f0c870", "#98bfff", "#dca8ea", "#80dede", "#ffffff",
}

// pen is how text is drawn.
type pen struct {
	fg, bg        string
	bold, reverse bool
}

func main() {
	seconds := flag.Float64("seconds", 3, "how long each screen of several is shown")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	var screens [][]string
	columns, rows := 0, 0
	for _, path := range flag.Args() {
		text, err := os.ReadFile(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
		screens = append(screens, lines)
		rows = max(rows, len(lines))
		for _, line := range lines {
			columns = max(columns, width(line))
		}
	}
	w, h := 2*margin+cellWidth*float64(columns), 2*margin+cellHeight*float64(rows)
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14">`+"\n", w, h)
	if n := len(screens); n > 1 {
		fmt.Fprintf(out, "<style>.s{visibility:hidden;animation:s %.1fs step-end infinite}@keyframes s{0%%{visibility:visible}%.4f%%{visibility:hidden}}</style>\n", *seconds*float64(n), 100/float64(n))
	}
	fmt.Fprintf(out, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", background)
	for i, lines := range screens {
		class := ""
		if len(screens) > 1 {
			class = fmt.Sprintf(` class="s" style="animation-delay:%.1fs"`, *seconds*float64(i))
		}
		fmt.Fprintf(out, "<g%s>\n", class)
		for y, line := range lines {
			drawLine(out, line, y)
		}
		fmt.Fprintln(out, "</g>")
	}
	fmt.Fprintln(out, "</svg>")
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// width is the number of cells of a line.
func width(line string) int {
	n := 0
	runs(line, func(text string, _ pen) { n += len([]rune(text)) })
	return n
}

// runs calls each for the stretches of a line that are drawn alike.
func runs(line string, each func(text string, p pen)) {
	var p pen
	for line != "" {
		text, rest, found := strings.Cut(line, "\x1b[")
		if text != "" {
			each(text, p)
		}
		if !found {
			return
		}
		codes, after, _ := strings.Cut(rest, "m")
		p = p.with(codes)
		line = after
	}
}

// with is the pen after an SGR sequence.
func (p pen) with(codes string) pen {
	parts := strings.Split(strings.ReplaceAll(codes, ":", ";"), ";")
	for i := 0; i < len(parts); i++ {
		n, _ := strconv.Atoi(parts[i])
		switch {
		case n == 0:
			p = pen{}
		case n == 1:
			p.bold = true
		case n == 22:
			p.bold = false
		case n == 7:
			p.reverse = true
		case n == 27:
			p.reverse = false
		case n >= 30 && n <= 37:
			p.fg = palette[n-30]
		case n >= 90 && n <= 97:
			p.fg = palette[n-82]
		case n >= 40 && n <= 47:
			p.bg = palette[n-40]
		case n == 39:
			p.fg = ""
		case n == 49:
			p.bg = ""
		case n == 38 || n == 48:
			color := ""
			color, i = extended(parts, i)
			if n == 38 {
				p.fg = color
			} else {
				p.bg = color
			}
		}
	}
	return p
}

// extended reads a colour of 256 or of all, and returns where it ends.
func extended(parts []string, i int) (string, int) {
	number := func(at int) int {
		if at >= len(parts) {
			return 0
		}
		n, _ := strconv.Atoi(parts[at])
		return n
	}
	if number(i+1) == 2 {
		return fmt.Sprintf("#%02x%02x%02x", number(i+2), number(i+3), number(i+4)), i + 4
	}
	n := number(i + 2)
	switch {
	case n < 16:
		return palette[n], i + 2
	case n >= 232:
		v := 8 + 10*(n-232)
		return fmt.Sprintf("#%02x%02x%02x", v, v, v), i + 2
	}
	level := func(v int) int {
		if v == 0 {
			return 0
		}
		return 55 + 40*v
	}
	n -= 16
	return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6)), i + 2
}

func drawLine(out *bufio.Writer, line string, y int) {
	x := 0
	runs(line, func(text string, p pen) {
		fg, bg := p.fg, p.bg
		if fg == "" {
			fg = textColor
		}
		if p.reverse {
			if bg == "" {
				bg = background
			}
			fg, bg = bg, fg
		}
		n := len([]rune(text))
		left, top := margin+cellWidth*float64(x), margin+cellHeight*float64(y)
		if bg != "" {
			fmt.Fprintf(out, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", left, top, cellWidth*float64(n), cellHeight, bg)
		}
		if strings.TrimSpace(text) != "" {
			weight := ""
			if p.bold {
				weight = ` font-weight="bold"`
			}
			fmt.Fprintf(out, `<text x="%.1f" y="%.1f" textLength="%.1f" xml:space="preserve" fill="%s"%s>%s</text>`+"\n",
				left, top+cellHeight-5, cellWidth*float64(n), fg, weight, html.EscapeString(text))
		}
		x += n
	})
}
