package account

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
)

// sharedConfig is the one door to the SDK's loader of the AWS files: the loader panics on
// some of their lines. The panic is made an error here that names the file and the line.
func sharedConfig[T any](files []string, load func() (T, error)) (loaded T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = unloadable(files)
		}
	}()
	return load()
}

// sharedFiles are the files that the SDK reads by the environment.
func sharedFiles() []string {
	files := []string{os.Getenv("AWS_CONFIG_FILE"), os.Getenv("AWS_SHARED_CREDENTIALS_FILE")}
	for i, usual := range []string{config.DefaultSharedConfigFilename(), config.DefaultSharedCredentialsFilename()} {
		if files[i] == "" {
			files[i] = usual
		}
	}
	return files
}

// unloadable is the error of files that the SDK panics on. The panic's own text holds
// nothing that helps, and may hold a value.
func unloadable(files []string) error {
	text := "the AWS SDK fails while it reads " + strings.Join(files, " and ")
	for _, file := range files {
		content, err := os.ReadFile(file) //nolint:gosec // one that the SDK has just read
		if err != nil {
			continue
		}
		if line := loneQuote(string(content)); line > 0 {
			text = fmt.Sprintf("%s, line %d: the value is a single quote character, which the AWS SDK can't read",
				file, line)
			break
		}
	}
	return errors.New(text)
}

// loneQuote is the first line whose value is one quote character, by the rules of the SDK;
// 0 if there is none.
func loneQuote(content string) int {
	for i, line := range strings.Split(content, "\n") {
		text := strings.TrimLeft(line, " \t")
		if text == "" || text[0] == '#' || text[0] == ';' {
			continue
		}
		if len(text) == len(line) { // the SDK takes comments off where a line is not indented
			for _, mark := range []string{" #", " ;", "\t#", "\t;"} {
				text, _, _ = strings.Cut(text, mark)
			}
		}
		at := strings.IndexAny(text, "=:")
		if at < 0 {
			continue
		}
		if value := strings.TrimSpace(text[at+1:]); value == `"` || value == "'" {
			return i + 1
		}
	}
	return 0
}
