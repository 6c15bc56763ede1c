package delivery

// ReplaceFields is replaceFields, for the fuzz target.
var ReplaceFields = replaceFields

// ReadAsPython is what Python reads in a text, and whether it reads it at all.
func ReadAsPython(text string) (sections map[string]map[string]string, ok bool) {
	f := readAsPython(text)
	return f.sections, !f.failed
}
