package delivery

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"keyturn/iamops"
)

// file is a new file for the key alone.
type file struct {
	format format
	path   string // absolute
}

func init() {
	register(kind{
		scheme: "file", rank: 2, example: "file:csv:/path/new.csv", hint: "     also dotenv, json",
		parse: parseFile,
	})
}

// parseFile reads FORMAT:PATH.
func parseFile(text string, env Env) (Target, error) {
	name, path, _ := strings.Cut(text, ":")
	format, err := parseFormat(name, csvFormat, dotenvFormat, jsonFormat)
	if err != nil {
		return nil, err
	}
	if path = env.expand(path); !filepath.IsAbs(path) {
		return nil, errors.New("the file needs an absolute path, as in file:csv:/home/suzie/billing.csv")
	}
	return &file{format: format, path: filepath.Clean(path)}, nil
}

func (f *file) Name() string { return "file " + f.path }

func (f *file) Spec() string { return "file:" + f.format.String() + ":" + f.path }

func (f *file) Warnings() []string {
	if tree := workTree(f.path); tree != "" {
		return []string{fmt.Sprintf("%s is inside the git work tree %s: see that it is not committed", f.path, tree)}
	}
	return nil
}

func (f *file) Folder() string { return folderOf(f.path) }

// Deliver makes the file, which must not exist, unless an earlier Deliver of the
// same credential made it.
func (f *file) Deliver(ctx context.Context, c Credential) error {
	text, err := f.format.render(c)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fileFailure(f.path, "making the file", err)
	}
	// An empty file takes the name first: a rename would replace what is there.
	err = writeNew(f.path, nil, nil, nil)
	if err != nil && AsFailure(err).Kind == Exists {
		if is, reading := f.read(); reading == nil && string(is) == string(text) {
			return nil
		}
	}
	if err != nil {
		return err
	}
	beside := besideName(f.path)
	err = writeNew(beside, text, nil, func() error { return rename(beside, f.path) })
	if info, gone := os.Lstat(f.path); err != nil && gone == nil && info.Size() == 0 {
		err = also(err, remove(f.path))
	}
	return err
}

// PutBack removes the file if it is still as Deliver makes it. A file without the
// new key's ID is somebody else's, and stays.
func (f *file) PutBack(_ context.Context, c Credential) error {
	is, err := f.read()
	switch {
	case err != nil && AsFailure(err).Kind == iamops.NotFound:
		return nil
	case err != nil:
		return err
	case !strings.Contains(string(is), c.KeyID):
		return nil
	case !f.format.wrote(is, c.KeyID):
		return refusal(ChangedMeanwhile, f.path, "the file holds the new key and something else by now")
	}
	return remove(f.path)
}

// Settle has nothing to do: the file holds the new key alone.
func (f *file) Settle(context.Context, Credential) error { return nil }

// read reads the file, but follows no symlink: Deliver makes none.
func (f *file) read() ([]byte, error) {
	info, err := os.Lstat(f.path)
	if err != nil {
		return nil, fileFailure(f.path, "looking at the file", err)
	}
	if !info.Mode().IsRegular() {
		return nil, refusal(Exists, f.path, "it is not a regular file")
	}
	return readFile(f.path)
}

// workTree is the git work tree that a path is in, "" for none.
func workTree(path string) string {
	folder := filepath.Dir(path)
	if found, err := filepath.EvalSymlinks(folder); err == nil {
		folder = found
	}
	for {
		if _, err := os.Lstat(filepath.Join(folder, ".git")); err == nil {
			return folder
		}
		up := filepath.Dir(folder)
		if up == folder {
			return ""
		}
		folder = up
	}
}
