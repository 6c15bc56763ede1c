package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"keyturn/iamops/evidence"
)

// files are the operator's files, seen from the working folder.
type files struct{ home string }

// Search tells where a text stands in the text files of a folder.
func (f files) Search(ctx context.Context, folder, text string) ([]string, error) {
	if rest, ok := strings.CutPrefix(folder, "~/"); ok {
		folder = filepath.Join(f.home, rest)
	}
	found, err := evidence.InFolders(ctx, []string{filepath.Clean(folder)}, text)
	if err != nil {
		return nil, err
	}
	places := make([]string, 0, len(found.Found))
	for _, p := range found.Found {
		places = append(places, p.String())
	}
	if found.Unread > 0 {
		places = append(places, fmt.Sprintf("%d files or folders could not be read", found.Unread))
	}
	if found.More {
		places = append(places, "there is more than was looked at: name a smaller folder")
	}
	return places, nil
}

// newFile makes a file that only the operator may read, and never opens one that is there.
func newFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec,wrapcheck // the name is keyturn's own; callers say what for
}

// Write makes a new file in the working folder, for the operator's eyes only.
func (f files) Write(name, text string) (string, error) {
	path, err := filepath.Abs(filepath.Base(name))
	if err != nil {
		return "", fmt.Errorf("writing %s: %w", name, err)
	}
	file, err := newFile(path)
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%s is there already, and is kept", path)
	}
	if err != nil {
		return "", fmt.Errorf("writing a file: %w", err)
	}
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Close()); err != nil {
		return "", fmt.Errorf("writing %s: %w", path, err)
	}
	return path, nil
}
