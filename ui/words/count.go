package words

import "fmt"

// Count is so many of a thing: "1 key", "2 keys".
func Count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
