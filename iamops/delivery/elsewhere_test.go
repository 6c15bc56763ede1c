package delivery_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"keyturn/iamops/delivery"
)

// TestNoLineIsPassedOver: wherever the old key stands in a file, other than in a comment, a
// profile is offered for it, or the line is named.
func TestNoLineIsPassedOver(t *testing.T) {
	h := newHome(t, "")
	rapid.Check(t, func(rt *rapid.T) {
		line := rapid.SampledFrom([]string{
			"[prod]", "[b]", "[team#1]", "[b] x", "  [c]", "[https://x]", "[prod-before-keyturn]", "[x-before-keyturn]", "\ufeff[prod]", "[b", "[]", "[ ]",
			"aws_access_key_id = " + oldID, "  aws_access_key_id = " + oldID, "aws_access_key_id=" + oldID + "[b]", "AWS_ACCESS_KEY_ID: " + oldID + " # x",
			"aws_secret_access_key = " + oldSecret, "aws_access_key_id = " + thirdID, "key = " + oldID, oldID, "  " + oldID,
			"s3 =", "region = x", "", "# " + oldID, "; x", "region = x # " + oldID,
		})
		lines := rapid.SliceOfN(line, 1, 12).Draw(rt, "lines")
		h.write(".aws/credentials", strings.Join(lines, rapid.SampledFrom([]string{"\n", "\r\n", "\r\r\n"}).Draw(rt, "ending")))
		found, err := delivery.FindProfiles(h.env(), oldID)
		if err != nil {
			rt.Fatal(err)
		}
		offered := map[string]bool{}
		for _, p := range found.Profiles {
			offered[profileOf(p)] = true
		}
		named := map[int]bool{}
		for _, e := range found.Elsewhere {
			named[e.Line] = true
			if e.Path != h.at(".aws/credentials") || e.Why == "" {
				rt.Errorf("%+v", e)
			}
		}
		header := ""
		for i, line := range lines {
			text, _, _ := strings.Cut(strings.TrimSpace(line), " #")
			if strings.HasPrefix(strings.TrimPrefix(text, "\ufeff"), "[") {
				header = strings.Trim(text, "[]")
			}
			if strings.HasPrefix(text, "#") || !strings.Contains(text, oldID) || named[i+1] || offered[header] {
				continue
			}
			if header == "prod-before-keyturn" && offered["prod"] == false && strings.Contains(strings.Join(lines, "\n"), "[prod]") {
				continue // the pair that is kept for restoring another profile
			}
			rt.Errorf("nothing is said of line %d, %q, in\n%s", i+1, line, strings.Join(lines, "\n"))
		}
	})
}
