package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// mostOfAName is how many files of one name there may be.
const mostOfAName = 100

// saveCalls writes a call log beside the journal, to a new file that only the operator
// may read: of the given name, or with a number after it if there is one already.
func (p *place) saveCalls(name string, lines []byte) (string, error) {
	if err := os.MkdirAll(p.state, 0o700); err != nil {
		return "", fmt.Errorf("making the folder: %w", err)
	}
	base, ext := strings.TrimSuffix(name, filepath.Ext(name)), filepath.Ext(name)
	for n := 1; ; n++ {
		path := filepath.Join(p.state, name)
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the name is keyturn's own
		if errors.Is(err, fs.ErrExist) && n < mostOfAName {
			name = fmt.Sprintf("%s-%d%s", base, n+1, ext)
			continue
		}
		if err != nil {
			return "", fmt.Errorf("making the file: %w", err)
		}
		_, err = file.Write(lines)
		if err = errors.Join(err, file.Close()); err != nil {
			return "", fmt.Errorf("writing %s: %w", path, err)
		}
		return path, nil
	}
}
