package account

import (
	"context"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"unicode"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// pageRead is how much of a web page is read, and pageQuoted how much of it is quoted.
const (
	pageRead   = 8 << 10
	pageQuoted = 80
)

// webPage is an answer in HTML, which AWS never gives: a gateway's or a portal's.
type webPage struct {
	host, status, words string
}

// Error names who answered, with which status, and the page's first words.
func (p *webPage) Error() string {
	text := fmt.Sprintf("%s answers with a web page (%s)", p.host, p.status)
	if p.words != "" {
		text += ": " + p.words
	}
	return text
}

// seePages makes a client take a web page for a failure, whatever its status.
func seePages(stack *middleware.Stack) error {
	pages := middleware.DeserializeMiddlewareFunc("keyturnPages",
		func(
			ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
		) (middleware.DeserializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleDeserialize(ctx, in)
			request, _ := in.Request.(*smithyhttp.Request)
			response, _ := out.RawResponse.(*smithyhttp.Response)
			if err == nil && request != nil && response != nil &&
				strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
				page, _ := io.ReadAll(io.LimitReader(response.Body, pageRead)) // what there is of it does
				_ = response.Body.Close()
				err = &webPage{request.URL.Host, response.Status, firstWords(string(page))}
			}
			return out, metadata, err
		})
	return stack.Deserialize.Add(pages, middleware.After) //nolint:wrapcheck // the SDK wraps it
}

var (
	unseen = regexp.MustCompile(`(?is)<(script|style)\b.*?</(script|style)>|<!--.*?-->`)
	tag    = regexp.MustCompile(`(?s)<[^>]*>`)
	title  = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
)

// firstWords are a page's title, or else what it begins with.
func firstWords(page string) string {
	page = unseen.ReplaceAllString(page, " ")
	if found := title.FindStringSubmatch(page); found != nil && strings.TrimSpace(found[1]) != "" {
		page = found[1]
	}
	text := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, html.UnescapeString(tag.ReplaceAllString(page, " ")))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > pageQuoted {
		text = string(runes[:pageQuoted]) + " …"
	}
	return text
}
