package delivery

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// accessList is where Linux keeps who else may read a file, by name.
const accessList = "system.posix_acl_access"

// keepAccess gives f the access control list of the file that it replaces.
func keepAccess(f *os.File, replaced string) error {
	list := make([]byte, 64<<10) // the most that an attribute can hold
	n, err := syscall.Getxattr(replaced, accessList, list)
	if errors.Is(err, syscall.ENODATA) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	if err == nil {
		err = syscall.Setxattr(f.Name(), accessList, list[:n], 0)
	}
	if err != nil {
		return fmt.Errorf("keeping the file's access control list: %w", err)
	}
	return nil
}
