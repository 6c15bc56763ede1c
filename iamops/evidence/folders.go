package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The bounds of a search in folders.
const (
	largestFile = 2 << 20 // bytes; what configures a program is smaller
	mostFiles   = 50_000
	mostPlaces  = 200
)

// passedOver are folders in which nobody configures a program.
var passedOver = []string{".git", "node_modules", ".terraform", ".venv", "__pycache__"}

// Place is where a text stands: a line of a file. It tells nothing else of the line.
type Place struct {
	Path string
	Line int // from 1
}

// String is the place as path:line.
func (p Place) String() string { return fmt.Sprintf("%s:%d", p.Path, p.Line) }

// Places are where a text was found in folders.
type Places struct {
	Found  []Place
	Files  int  // that were read
	Unread int  // files and folders that could not be read
	More   bool // there was more than is looked at
}

// InFolders looks for a text, such as a key ID, in the files of the given folders: .env
// files, CI configuration, shell profiles, whatever is a text. Nothing of it leaves the
// machine. Symbolic links are not followed, and large and binary files are passed over. It
// ends with ctx.
func InFolders(ctx context.Context, folders []string, text string) (Places, error) {
	var p Places
	if text == "" {
		return p, errors.New("there is nothing to look for")
	}
	for _, folder := range folders {
		if info, err := os.Stat(folder); err != nil {
			return p, fmt.Errorf("looking into %s: %w", folder, err)
		} else if !info.IsDir() {
			return p, fmt.Errorf("looking into %s: it is not a folder", folder)
		}
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				p.Unread++
				return nil //nolint:nilerr // it is counted, and the rest is looked at
			case entry.IsDir() && path != folder && slices.Contains(passedOver, entry.Name()):
				return filepath.SkipDir
			case !entry.Type().IsRegular():
				return nil
			case p.Files >= mostFiles || len(p.Found) >= mostPlaces:
				p.More = true
				return filepath.SkipAll
			}
			p.read(path, entry, []byte(text))
			return nil
		})
		if err != nil {
			return p, fmt.Errorf("looking into %s: %w", folder, err)
		}
	}
	return p, nil
}

// read looks into one file.
func (p *Places) read(path string, entry fs.DirEntry, text []byte) {
	info, err := entry.Info()
	if err != nil || info.Size() > largestFile {
		return
	}
	content, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if err != nil {
		p.Unread++
		return
	}
	p.Files++
	if bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0 {
		return // not a text
	}
	line := 1
	for l := range bytes.Lines(content) {
		if bytes.Contains(l, text) && len(p.Found) < mostPlaces {
			p.Found = append(p.Found, Place{Path: strings.ToValidUTF8(path, "?"), Line: line})
		}
		line++
	}
}
