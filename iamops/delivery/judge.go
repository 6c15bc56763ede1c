package delivery

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"keyturn/iamops"
)

// Judge tells what would keep a new key from being delivered to a target that holds the
// old one, so that it is known before the new one is made. It writes nothing. Nil says
// that nothing was seen, that the target holds another key, or that it can't be judged.
func Judge(t Target, oldKeyID string) *Failure {
	j, ok := as[interface{ judge(oldKeyID string) error }](t)
	if !ok {
		return nil
	}
	f := AsFailure(about(t.Name(), j.judge(oldKeyID)))
	if f != nil && f.Kind == OtherKey {
		return nil
	}
	return f
}

// judge goes the way of Deliver, with a key that nobody has.
func (p *profile) judge(oldKeyID string) error {
	nobodys := Credential{
		KeyID:    "AKIA" + strings.Repeat("0", 16),
		Secret:   iamops.NewSecret(strings.Repeat("0", 40)),
		OldKeyID: oldKeyID,
	}
	path, err := realPath(p.file)
	if err != nil {
		return err
	}
	text, err := readFile(path)
	if err != nil {
		return err
	}
	f, err := understood(p.file, text)
	if err != nil {
		return err
	}
	if _, err := p.delivery(&f, nobodys); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return fileFailure(path, "looking at the file", err)
	}
	return replaceable(path, info)
}

// replaceable says why a file can't be replaced, nil if nothing speaks against it.
func replaceable(path string, info fs.FileInfo) error {
	if info.Mode().Perm()&0o200 == 0 {
		return fileFailure(path, "the file is marked read-only", fs.ErrPermission)
	}
	if isMount(path) {
		return refusal(NotWritable, path,
			"the file is mounted by itself, as containers do, and can't be replaced there: edit it where it comes from")
	}
	if !groupKeepable(info) {
		return refusal(NotWritable, path,
			"the file's group has rights to it, and you are not in that group, so that it could not be kept")
	}
	if err := mayWrite(filepath.Dir(path)); err != nil {
		return fileFailure(path, "writing in the file's folder", err)
	}
	return nil
}
