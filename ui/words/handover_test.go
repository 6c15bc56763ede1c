package words

import (
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

func TestHandOver(t *testing.T) {
	s := rotating(rotation.Distribute, func(s *rotation.State) {
		s.User, s.Account = "bill*ing", "123456789012"
		s.Evidence.Old = []iamops.KeyUser{
			{Agent: "boto3 1.34", Address: "10.0.0.1", Calls: []string{"ec2 DescribeInstances"}, Regions: []string{"us-east-1"}, Count: 4, Last: noon.Add(-time.Hour)},
			{Agent: "aws-cli <2.9>", Address: "10.0.0.2", Calls: []string{"s3 ListBuckets"}, Regions: []string{"us-east-1"}, Count: 1, Last: noon.Add(-50 * time.Hour)},
		}
		s.Evidence.New = []iamops.KeyUser{{Agent: "boto3 1.34", Address: "10.0.0.1", Count: 1, Last: noon}}
	})
	text := HandOver(s, "2026-04-01 | friday\n# no", []string{"/srv/app/.env:3"}, noon)
	for _, want := range []string{
		`# The access key of bill\*ing is being replaced`, "AWS account: 1234-5678-9012", "`AKIAOLD`. It still works", "`AKIANEW`",
		`**2026-04-01 \| friday \# no**`, "- [x] boto3 1.34 at 10.0.0.1", `- [ ] aws-cli \<2.9\> at 10.0.0.2`, "- `/srv/app/.env:3`",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
}

func TestWhereErrorsShow(t *testing.T) {
	seen := map[string]string{}
	for _, u := range []iamops.KeyUser{
		{Agent: "boto3 1.34", Address: "10.0.0.1"}, {Agent: "aws-cli 2.9", Address: "10.0.0.1"}, {Agent: "terraform apn 1.0", Address: "10.0.0.1"},
		{Agent: "github-actions aws-sdk-js 3", Address: "10.0.0.1"}, {Agent: "x", Address: "athena.amazonaws.com"}, {Agent: "grafana aws-sdk-go 1", Address: "10.0.0.1"},
		{Agent: "aws-cli 2.9", Address: "10.0.0.1", SaysKeyturn: true},
	} {
		text := WhereErrorsShow(u)
		if other, twice := seen[text]; twice || text == "" {
			t.Errorf("%s and %s: %q", u.Agent, other, text)
		}
		seen[text] = u.Agent
	}
}
