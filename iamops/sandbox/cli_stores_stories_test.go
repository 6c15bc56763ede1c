//go:build stories

package sandbox_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/iamops/sandbox"
)

// The AWS CLI keeps a secret and a parameter in the account.
func TestAWSCLIKeepsSecrets(t *testing.T) {
	a, aws := serve(t)
	op := a.Operator()
	ask := func(into any, args ...string) {
		t.Helper()
		out, problems, ok := aws.run(t, op, args...)
		if !ok {
			t.Fatalf("%s: %s", strings.Join(args, " "), problems)
		}
		if into != nil {
			if err := json.Unmarshal([]byte(out), into); err != nil {
				t.Fatalf("%s: %v in %s", strings.Join(args, " "), err, out)
			}
		}
	}
	refused := func(code string, args ...string) {
		t.Helper()
		if _, problems, ok := aws.run(t, op, args...); ok || !strings.Contains(problems, "("+code+")") {
			t.Errorf("%s: %v, %s; want %s", strings.Join(args, " "), ok, problems, code)
		}
	}
	var value struct {
		SecretString, VersionId string //nolint:revive // AWS's spelling
		VersionStages           []string
	}
	ask(nil, "secretsmanager", "create-secret", "--name", "app/key", "--secret-string", `{"a":"1"}`)
	ask(nil, "secretsmanager", "put-secret-value", "--secret-id", "app/key", "--secret-string", `{"a":"2"}`)
	ask(&value, "secretsmanager", "get-secret-value", "--secret-id", "app/key")
	if value.SecretString != `{"a":"2"}` || len(value.VersionStages) != 1 || value.VersionStages[0] != "AWSCURRENT" {
		t.Errorf("current: %+v", value)
	}
	ask(&value, "secretsmanager", "get-secret-value", "--secret-id", "app/key", "--version-stage", "AWSPREVIOUS")
	if value.SecretString != `{"a":"1"}` {
		t.Errorf("previous: %+v", value)
	}
	var about struct {
		Name, ARN          string
		VersionIdsToStages map[string][]string //nolint:revive // AWS's spelling
	}
	ask(&about, "secretsmanager", "describe-secret", "--secret-id", "app/key")
	if about.Name != "app/key" || !strings.HasPrefix(about.ARN, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/key-") || len(about.VersionIdsToStages) != 2 {
		t.Errorf("described: %+v", about)
	}
	var names []string
	ask(&names, "secretsmanager", "list-secrets", "--query", "SecretList[*].Name", "--page-size", "1")
	if !slices.Equal(names, []string{sandbox.SecretName, "app/key"}) {
		t.Errorf("listed: %v", names)
	}
	ask(nil, "secretsmanager", "create-secret", "--name", "app/old", "--secret-binary", "AP8=")
	ask(nil, "secretsmanager", "delete-secret", "--secret-id", "app/old", "--recovery-window-in-days", "7")
	refused("InvalidRequestException", "secretsmanager", "get-secret-value", "--secret-id", "app/old")
	refused("ResourceNotFoundException", "secretsmanager", "get-secret-value", "--secret-id", "none")
	refused("ResourceNotFoundException", "secretsmanager", "describe-secret", "--secret-id", "app/key", "--region", "us-east-1")
	refused("ResourceExistsException", "secretsmanager", "create-secret", "--name", "app/key", "--secret-string", "x")

	var parameter struct {
		Parameter struct {
			Value, Type string
			Version     int
		}
	}
	ask(nil, "ssm", "put-parameter", "--name", "/app/key", "--type", "SecureString", "--value", "one", "--key-id", "alias/app")
	refused("ParameterAlreadyExists", "ssm", "put-parameter", "--name", "/app/key", "--type", "SecureString", "--value", "two")
	ask(nil, "ssm", "put-parameter", "--name", "/app/key", "--type", "SecureString", "--value", "two", "--overwrite")
	ask(&parameter, "ssm", "get-parameter", "--name", "/app/key", "--with-decryption")
	if parameter.Parameter.Value != "two" || parameter.Parameter.Version != 2 {
		t.Errorf("parameter: %+v", parameter)
	}
	ask(&parameter, "ssm", "get-parameter", "--name", "/app/key")
	if parameter.Parameter.Value == "two" {
		t.Error("a SecureString is told in clear")
	}
	var described struct {
		Parameters []struct{ KeyId string } //nolint:revive // AWS's spelling
	}
	ask(&described, "ssm", "describe-parameters", "--parameter-filters", "Key=Name,Values=/app/key")
	if len(described.Parameters) != 1 || described.Parameters[0].KeyId != "alias/aws/ssm" {
		t.Errorf("without a key ID the account's default key takes over: %+v", described)
	}
	var history []int
	ask(&history, "ssm", "get-parameter-history", "--name", "/app/key", "--with-decryption", "--query", "Parameters[*].Version")
	if !slices.Equal(history, []int{1, 2}) {
		t.Errorf("history: %v", history)
	}
	ask(&parameter, "ssm", "get-parameter", "--name", "/app/key:1", "--with-decryption")
	if parameter.Parameter.Value != "one" {
		t.Errorf("the first version: %+v", parameter)
	}
	refused("HierarchyTypeMismatchException", "ssm", "put-parameter", "--name", "/app/key", "--type", "String", "--value", "x", "--overwrite")
	refused("ParameterNotFound", "ssm", "get-parameter", "--name", "/none")
	if _, problems, _ := aws.run(t, sandbox.Credentials{KeyID: op.KeyID, Secret: "wrong"}, "ssm", "get-parameter", "--name", "/app/key"); !strings.Contains(problems, "(InvalidSignatureException)") {
		t.Errorf("a wrong secret: %s", problems)
	}
	if _, problems, _ := aws.run(t, sandbox.Credentials{KeyID: "AKIAZZZZZZZZZZZZZZZZ", Secret: "wrong"}, "secretsmanager", "list-secrets"); !strings.Contains(problems, "(UnrecognizedClientException)") {
		t.Errorf("an unknown key: %s", problems)
	}
	a.Allow(sandbox.OperatorUser, "ssm:*")
	refused("AccessDeniedException", "secretsmanager", "get-secret-value", "--secret-id", "app/key")
}

// The AWS CLI looks up events, and asks what a user may do.
func TestAWSCLILooksUpEvents(t *testing.T) {
	a, aws := serve(t)
	op := a.Operator()
	// The limit of calls a second is for others to meet: the CLI gives up after some pages.
	a.Configure(func(b *sandbox.Behavior) { b.TrailDelay, b.LookupLimit = 0, false })
	a.Advance(time.Hour)
	var trail struct {
		Events []struct{ EventName, AccessKeyId, CloudTrailEvent string } //nolint:revive // AWS's spelling
	}
	out, problems, ok := aws.run(t, op, "cloudtrail", "lookup-events", "--region", "us-east-1",
		"--lookup-attributes", "AttributeKey=AccessKeyId,AttributeValue=AKIAIOSFODNN7EXAMPLE", "--page-size", "5")
	if !ok {
		t.Fatal(problems)
	}
	if err := json.Unmarshal([]byte(out), &trail); err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for _, e := range trail.Events {
		names[e.EventName]++
		var document struct {
			EventName, SourceIPAddress string
			UserIdentity               struct{ AccessKeyId, UserName string } //nolint:revive // AWS's spelling
		}
		if err := json.Unmarshal([]byte(e.CloudTrailEvent), &document); err != nil || document.EventName != e.EventName ||
			document.UserIdentity.AccessKeyId != "AKIAIOSFODNN7EXAMPLE" || document.UserIdentity.UserName != "billing-cron" {
			t.Errorf("event %+v, %v", document, err)
		}
	}
	if names["ListBuckets"] < 12 || names["GetCostAndUsage"] < 12 || names["DescribeSnapshots"] < 12 {
		t.Errorf("events: %v", names)
	}
	var regions struct{ Regions []struct{ RegionName string } }
	if out, problems, ok := aws.run(t, op, "account", "list-regions"); ok {
		if err := json.Unmarshal([]byte(out), &regions); err != nil || len(regions.Regions) < 2 {
			t.Errorf("%d regions, %v", len(regions.Regions), err)
		}
	} else if !strings.Contains(problems, "Invalid choice") { // this CLI may be too old to know it
		t.Error(problems)
	}

	a.Attach("bob", "p", `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*AccessKey", "Resource": "arn:aws:iam::111122223333:user/Suzie"}, {"Effect": "Deny", "Action": ["iam:DeleteAccessKey"], "Resource": "*"}]}`)
	var simulated struct {
		EvaluationResults []struct{ EvalActionName, EvalDecision string }
	}
	out, problems, ok = aws.run(t, op, "iam", "simulate-principal-policy", "--policy-source-arn", "arn:aws:iam::111122223333:user/bob",
		"--action-names", "iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:ListUsers", "--resource-arns", "arn:aws:iam::111122223333:user/Suzie")
	if !ok {
		t.Fatal(problems)
	}
	if err := json.Unmarshal([]byte(out), &simulated); err != nil {
		t.Fatal(err)
	}
	var decisions []string
	for _, e := range simulated.EvaluationResults {
		decisions = append(decisions, e.EvalDecision)
	}
	if got := strings.Join(decisions, " "); got != "allowed explicitDeny implicitDeny" {
		t.Errorf("decisions: %s", got)
	}
	if _, problems, ok := aws.run(t, op, "iam", "get-role", "--role-name", "key-admin"); !ok {
		t.Error(problems)
	}
}
