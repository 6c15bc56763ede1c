package account

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"keyturn/iamops"
)

// parameterName is the parameter of these tests, which has a KMS key of its own.
const parameterName = "/ci/billing"

// described is the page of ssm:DescribeParameters that tells of the parameter.
const described = `{"Parameters": [{"Name": "` + parameterName + `", "Type": "SecureString", "KeyId": "alias/ci", "Tier": "Advanced"}]`

// storePages is a Parameter Store that describes its parameters page by page. A page is
// JSON without its closing brace.
type storePages struct {
	*server
	page   func(n int) (text string, more bool) // the nth, from 1
	tokens []string                             // that it was asked with; "" for the first page
}

func (s *storePages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, action, isJSON := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if !isJSON {
		s.server.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if action == "GetParameter" {
		_, _ = fmt.Fprintf(w, `{"Parameter": {"Name": %q, "Type": "SecureString", "Value": "{}", "Version": 3}}`, parameterName)
		return
	}
	var asked struct {
		NextToken        string
		ParameterFilters []struct{ Values []string }
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || len(asked.ParameterFilters) != 1 || !slices.Equal(asked.ParameterFilters[0].Values, []string{parameterName}) {
		http.Error(w, `{"__type": "InvalidFilterKey"}`, http.StatusBadRequest)
		return
	}
	s.tokens = append(s.tokens, asked.NextToken)
	n := len(s.tokens)
	text, more := s.page(n)
	if more {
		text += fmt.Sprintf(`, "NextToken": "page %d"`, n+1)
	}
	_, _ = fmt.Fprint(w, text, "}")
}

// A page of ssm:DescribeParameters may be empty, or tell of others, and not be the last.
// What a parameter is encrypted with has to be known before it is written again, so a
// parameter that no page describes is a problem, and the pages end.
func TestAParameterIsDescribed(t *testing.T) {
	const empty, other = `{"Parameters": []`, `{"Parameters": [{"Name": "/ci/billing/old", "KeyId": "alias/other", "Tier": "Standard"}]`
	for name, c := range map[string]struct {
		page  func(int) (string, bool)
		pages int
		kind  iamops.ProblemKind // "": none
	}{
		"on the first page":       {func(int) (string, bool) { return described, false }, 1, ""},
		"on the first of several": {func(int) (string, bool) { return described, true }, 1, ""},
		"on a later page": {func(n int) (string, bool) {
			return []string{empty, other, described}[n-1], n < 3
		}, 3, ""},
		"on the last that is read": {func(n int) (string, bool) {
			if n == describePages {
				return described, true
			}
			return empty, true
		}, describePages, ""},
		"on no page":           {func(n int) (string, bool) { return other, n < 2 }, 2, iamops.Malformed},
		"on pages without end": {func(int) (string, bool) { return empty, true }, describePages, iamops.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			store := &storePages{server: newServer(), page: c.page}
			at := endpoint("http://aws.test")
			at.Region = "eu-west-1"
			a, err := At(t.Context(), at, Options{HTTPClient: &http.Client{Transport: inProcess{store}}})
			if err != nil {
				t.Fatal(err)
			}
			p, err := a.Parameter(t.Context(), "", parameterName)
			if c.kind != "" {
				want(t, err, c.kind)
			} else if err != nil || p.KMSKeyID != "alias/ci" || p.Tier != "Advanced" {
				t.Errorf("got KMS key %q, tier %q, %v", p.KMSKeyID, p.Tier, err)
			}
			tokens := []string{""}
			for n := 2; n <= c.pages; n++ {
				tokens = append(tokens, fmt.Sprintf("page %d", n))
			}
			if !slices.Equal(store.tokens, tokens) {
				t.Errorf("asked for the pages %q, want %q", store.tokens, tokens)
			}
		})
	}
}
