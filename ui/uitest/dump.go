package uitest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Dump is all that a value holds, also behind pointers and in what it keeps to itself: two
// dumps differ if anything has changed in between. Of functions and channels it tells only
// whether they are there.
func Dump(v any) string {
	var b strings.Builder
	dump(&b, reflect.ValueOf(v), map[uintptr]bool{})
	return b.String()
}

func dump(b *strings.Builder, v reflect.Value, seen map[uintptr]bool) {
	switch v.Kind() {
	case reflect.Invalid:
		b.WriteString("nil")
	case reflect.Interface:
		dump(b, v.Elem(), seen)
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			fmt.Fprintf(b, "*%v", v.IsNil())
			return
		}
		seen[v.Pointer()] = true
		dump(b, v.Elem(), seen)
	case reflect.Struct:
		fmt.Fprintf(b, "%s{", v.Type())
		for i := range v.NumField() {
			b.WriteString(v.Type().Field(i).Name + ":")
			dump(b, v.Field(i), seen)
			b.WriteByte('\n')
		}
		b.WriteByte('}')
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			dump(b, v.Index(i), seen)
			b.WriteByte(',')
		}
	case reflect.Map:
		var pairs []string
		for _, key := range v.MapKeys() {
			var pair strings.Builder
			dump(&pair, key, seen)
			pair.WriteByte('=')
			dump(&pair, v.MapIndex(key), seen)
			pairs = append(pairs, pair.String())
		}
		slices.Sort(pairs)
		b.WriteString(strings.Join(pairs, ","))
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		fmt.Fprint(b, v.IsNil())
	default:
		fmt.Fprintf(b, "%v", v)
	}
}
