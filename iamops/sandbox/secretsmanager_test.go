package sandbox_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

func secretsIn(a *faults.Account, region string) *secretsmanager.Client {
	return secretsmanager.NewFromConfig(config(a, a.Operator(), region))
}

// token is a version's ID.
func token(c string) *string { return aws.String(strings.Repeat(c, 36)) }

func put(t *testing.T, c *secretsmanager.Client, name, text string, id *string, stages ...string) *secretsmanager.PutSecretValueOutput {
	t.Helper()
	return must[*secretsmanager.PutSecretValueOutput](t)(c.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{
		SecretId: &name, SecretString: &text, ClientRequestToken: id, VersionStages: stages,
	}))
}

// valueAt is what a secret holds at a stage.
func valueAt(ctx context.Context, c *secretsmanager.Client, name, stage string) (string, error) {
	out, err := c.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name, VersionStage: &stage})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.SecretString), nil
}

func TestSecretsHaveVersions(t *testing.T) {
	a := newAccount()
	c := secretsIn(a, "eu-west-1")
	made := must[*secretsmanager.CreateSecretOutput](t)(c.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String("app/key"), SecretString: aws.String("one"), ClientRequestToken: token("1"),
	}))
	if id, found := strings.CutPrefix(*made.ARN, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/key-"); !found || len(id) != 6 || *made.VersionId != *token("1") {
		t.Errorf("made %s with version %s", *made.ARN, *made.VersionId)
	}
	if out := put(t, c, "app/key", "two", token("2")); !slices.Equal(out.VersionStages, []string{"AWSCURRENT"}) {
		t.Errorf("put at %v", out.VersionStages)
	}
	put(t, c, *made.ARN, "three", token("3"))
	put(t, c, "app/key", "four", token("4"), "tried")

	for stage, want := range map[string]string{"AWSCURRENT": "three", "AWSPREVIOUS": "two", "tried": "four"} {
		if got := must[string](t)(valueAt(t.Context(), c, "app/key", stage)); got != want {
			t.Errorf("%s is %q, want %q", stage, got, want)
		}
	}
	// A version without a stage can still be read by its ID.
	first := must[*secretsmanager.GetSecretValueOutput](t)(c.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("app/key"), VersionId: token("1")}))
	if *first.SecretString != "one" || len(first.VersionStages) != 0 {
		t.Errorf("the first version: %q at %v", *first.SecretString, first.VersionStages)
	}
	described := must[*secretsmanager.DescribeSecretOutput](t)(c.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: aws.String("app/key")}))
	if len(described.VersionIdsToStages) != 3 || described.LastChangedDate.IsZero() || *described.Name != "app/key" {
		t.Errorf("described: %+v", described)
	}

	must[*secretsmanager.PutSecretValueOutput](t)(c.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: aws.String("app/key"), SecretBinary: []byte{0, 255}}))
	bytes := must[*secretsmanager.GetSecretValueOutput](t)(c.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("app/key")}))
	if string(bytes.SecretBinary) != "\x00\xff" || bytes.SecretString != nil {
		t.Errorf("bytes came back as %v and %v", bytes.SecretBinary, bytes.SecretString)
	}
}

func TestTheSamePutAgainIsOnePut(t *testing.T) {
	a := newAccount()
	c := secretsIn(a, "eu-west-1")
	a.AddSecret("eu-west-1", "app/key", "one")
	put(t, c, "app/key", "two", token("2"))
	put(t, c, "app/key", "three", token("3"))
	if out := put(t, c, "app/key", "two", token("2")); !slices.Equal(out.VersionStages, []string{"AWSPREVIOUS"}) {
		t.Errorf("the repeated put moved the version to %v", out.VersionStages)
	}
	if got := must[string](t)(valueAt(t.Context(), c, "app/key", "AWSCURRENT")); got != "three" {
		t.Errorf("the current value is %q", got)
	}
	_, err := c.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: aws.String("app/key"), SecretString: aws.String("other"), ClientRequestToken: token("3")})
	wantCode(t, err, "ResourceExistsException", http.StatusBadRequest)

	create := func(text string) error {
		return errorOf(c.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("app/new"), SecretString: &text, ClientRequestToken: token("n")}))
	}
	for range 2 {
		if err := create("x"); err != nil {
			t.Error(err)
		}
	}
	wantCode(t, create("y"), "ResourceExistsException", http.StatusBadRequest)
}

func TestARegionHasItsOwnSecrets(t *testing.T) {
	a := newAccount()
	a.AddSecret("eu-west-1", "app/key", "here")
	a.AddSecret("us-east-1", "app/key", "there")
	for region, want := range map[string]string{"eu-west-1": "here", "us-east-1": "there"} {
		if got := must[string](t)(valueAt(t.Context(), secretsIn(a, region), "app/key", "AWSCURRENT")); got != want {
			t.Errorf("in %s: %q", region, got)
		}
	}
	_, err := valueAt(t.Context(), secretsIn(a, "eu-central-1"), "app/key", "AWSCURRENT")
	wantCode(t, err, "ResourceNotFoundException", http.StatusBadRequest)
}

func TestSecretsManagerRefuses(t *testing.T) {
	a := newAccount()
	c := secretsIn(a, "eu-west-1")
	a.AddSecret("eu-west-1", "app/key", "one")
	must[*secretsmanager.CreateSecretOutput](t)(c.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("empty")}))
	name, large := aws.String("app/key"), aws.String(strings.Repeat("geheim", 20_000))
	for _, r := range []struct {
		why, code, part string
		call            func(ctx context.Context) error
	}{
		{"no such secret", "ResourceNotFoundException", "can't find the specified secret.", func(ctx context.Context) error {
			return errorOf(valueAt(ctx, c, "none", "AWSCURRENT"))
		}},
		{"no such stage", "ResourceNotFoundException", "staging label: AWSPREVIOUS", func(ctx context.Context) error {
			return errorOf(valueAt(ctx, c, "app/key", "AWSPREVIOUS"))
		}},
		{"no value yet", "ResourceNotFoundException", "staging label: AWSCURRENT", func(ctx context.Context) error {
			return errorOf(valueAt(ctx, c, "empty", "AWSCURRENT"))
		}},
		{"no such version", "ResourceNotFoundException", "VersionId", func(ctx context.Context) error {
			return errorOf(c.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: name, VersionId: token("9")}))
		}},
		{"nothing to put", "InvalidRequestException", "either SecretString or SecretBinary", func(ctx context.Context) error {
			return errorOf(c.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: name}))
		}},
		{"a text and bytes", "InvalidParameterException", "both", func(ctx context.Context) error {
			return errorOf(c.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: name, SecretString: name, SecretBinary: []byte("x")}))
		}},
		{"too large", "ValidationException", "65536", func(ctx context.Context) error {
			return errorOf(c.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: name, SecretString: large}))
		}},
		{"a short token", "InvalidParameterException", "32-64", func(ctx context.Context) error {
			return errorOf(c.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: name, SecretString: name, ClientRequestToken: aws.String("x")}))
		}},
		{"a name that is there", "ResourceExistsException", "already exists", func(ctx context.Context) error {
			return errorOf(c.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: name, SecretString: name}))
		}},
		{"a bad name", "ValidationException", "Invalid name", func(ctx context.Context) error {
			return errorOf(c.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String("a b"), SecretString: name}))
		}},
		{"a short window", "InvalidParameterException", "between 7 and 30", func(ctx context.Context) error {
			return errorOf(c.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{SecretId: name, RecoveryWindowInDays: aws.Int64(1)}))
		}},
	} {
		t.Run(r.why, func(t *testing.T) {
			err := r.call(t.Context())
			wantCode(t, err, r.code, http.StatusBadRequest)
			wantMessage(t, err, r.part)
			if strings.Contains(err.Error(), "geheim") {
				t.Error("the refusal tells the value")
			}
		})
	}
	if got := must[string](t)(valueAt(t.Context(), c, "app/key", "AWSCURRENT")); got != "one" {
		t.Errorf("a refused call changed the value to %q", got)
	}
}

func TestASecretMarkedForDeletionIsNotThereForAnybody(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		c := secretsIn(a, "eu-west-1")
		a.AddSecret("eu-west-1", "app/key", "one")
		name := aws.String("app/key")
		must[*secretsmanager.DeleteSecretOutput](t)(c.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: name, RecoveryWindowInDays: aws.Int64(7)}))
		create := func() error {
			return errorOf(c.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: name, SecretString: name}))
		}
		for _, err := range []error{
			create(),
			errorOf(valueAt(t.Context(), c, "app/key", "AWSCURRENT")),
			errorOf(c.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: name, SecretString: name})),
		} {
			wantCode(t, err, "InvalidRequestException", http.StatusBadRequest)
			wantMessage(t, err, "deletion")
		}
		if out := must[*secretsmanager.DescribeSecretOutput](t)(c.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: name})); out.DeletedDate == nil {
			t.Error("it does not say when it goes")
		}
		a.Advance(8 * 24 * time.Hour)
		_, err := valueAt(t.Context(), c, "app/key", "AWSCURRENT")
		wantCode(t, err, "ResourceNotFoundException", http.StatusBadRequest)
		if err := create(); err != nil {
			t.Errorf("its name is not free: %v", err)
		}
		must[*secretsmanager.DeleteSecretOutput](t)(c.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: name, ForceDeleteWithoutRecovery: aws.Bool(true)}))
		if err := create(); err != nil {
			t.Errorf("its name is not free at once: %v", err)
		}
	})
}

func TestListSecretsPages(t *testing.T) {
	a := newAccount()
	a.AddSecret("us-east-1", "elsewhere", "x")
	for _, name := range []string{"a", "b", "c"} {
		a.AddSecret("eu-west-1", name, "x")
	}
	for limit := range 3 {
		a.Configure(func(b *sandbox.Behavior) { b.PageLimit = limit })
		var names []string
		pages := secretsmanager.NewListSecretsPaginator(secretsIn(a, "eu-west-1"), &secretsmanager.ListSecretsInput{})
		for pages.HasMorePages() {
			for _, s := range must[*secretsmanager.ListSecretsOutput](t)(pages.NextPage(t.Context())).SecretList {
				names = append(names, *s.Name)
			}
		}
		if want := []string{sandbox.SecretName, "a", "b", "c"}; !slices.Equal(names, want) {
			t.Errorf("with pages of %d: %v", limit, names)
		}
	}
	_, err := secretsIn(a, "eu-west-1").ListSecrets(t.Context(), &secretsmanager.ListSecretsInput{NextToken: aws.String("x")})
	wantCode(t, err, "InvalidNextTokenException", http.StatusBadRequest)
}

// What goes wrong with any call goes wrong with these too, in the words of their protocol.
func TestSecretsFailAsOtherCallsDo(t *testing.T) {
	a := newAccount()
	a.AddSecret("eu-west-1", "app/key", "one")
	name := aws.String("app/key")
	try := func(with sandbox.Credentials) error {
		c := secretsmanager.NewFromConfig(config(a, with, "eu-west-1"))
		return errorOf(c.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: name, SecretString: aws.String("two")}))
	}
	op := a.Operator()
	for _, f := range []struct {
		breaks faults.Break
		code   string
		status int
	}{
		{faults.Deny, "AccessDeniedException", 400},
		{faults.Throttle, "ThrottlingException", 400},
		{faults.Expire, "ExpiredTokenException", 400},
		{faults.KMSFailure, "EncryptionFailure", 400},
		{faults.InternalError, "InternalServiceError", 500},
	} {
		fault := a.Inject(faults.Fault{Action: "secretsmanager:PutSecretValue", Break: f.breaks})
		wantCode(t, try(op), f.code, f.status)
		fault.Remove()
	}
	fault := a.Inject(faults.Fault{Action: "secretsmanager:GetSecretValue", Break: faults.KMSFailure})
	_, err := valueAt(t.Context(), secretsIn(a, "eu-west-1"), "app/key", "AWSCURRENT")
	wantCode(t, err, "DecryptionFailure", http.StatusBadRequest)
	fault.Remove()

	wantCode(t, try(sandbox.Credentials{KeyID: op.KeyID, Secret: "wrong"}), "InvalidSignatureException", http.StatusBadRequest)
	wantCode(t, try(sandbox.Credentials{KeyID: "AKIAZZZZZZZZZZZZZZZZ", Secret: "x"}), "UnrecognizedClientException", http.StatusBadRequest)
	a.Allow(sandbox.OperatorUser, "secretsmanager:GetSecretValue")
	err = try(op)
	wantCode(t, err, "AccessDeniedException", http.StatusBadRequest)
	wantMessage(t, err, "secretsmanager:PutSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/key-")
	if got := must[string](t)(valueAt(t.Context(), secretsIn(a, "eu-west-1"), "app/key", "AWSCURRENT")); got != "one" {
		t.Errorf("a failed put made it %q", got)
	}
	if n := a.Sent("secretsmanager:PutSecretValue"); n != 8 {
		t.Errorf("%d puts are noted, want 8", n)
	}
	if last := a.Requests()[len(a.Requests())-1]; last.Action != "secretsmanager:GetSecretValue" || last.KeyID != op.KeyID || last.Region != "eu-west-1" {
		t.Errorf("noted %+v", last)
	}
}

// A lost answer of a put that had its effect can be asked for again with the same token.
func TestAPutWhoseAnswerIsLost(t *testing.T) {
	a := newAccount()
	a.AddSecret("eu-west-1", "app/key", "one")
	a.Inject(faults.Fault{Action: "secretsmanager:PutSecretValue", Break: faults.ConnectionEOF, At: faults.AfterEffect, Times: 1})
	c := secretsIn(a, "eu-west-1")
	in := &secretsmanager.PutSecretValueInput{SecretId: aws.String("app/key"), SecretString: aws.String("two"), ClientRequestToken: token("2")}
	if _, err := c.PutSecretValue(t.Context(), in); err == nil {
		t.Fatal("the answer arrived")
	}
	must[*secretsmanager.PutSecretValueOutput](t)(c.PutSecretValue(t.Context(), in))
	for stage, want := range map[string]string{"AWSCURRENT": "two", "AWSPREVIOUS": "one"} {
		if got := must[string](t)(valueAt(t.Context(), c, "app/key", stage)); got != want {
			t.Errorf("%s is %q, want %q", stage, got, want)
		}
	}
}

func TestACallForAnotherServiceIsRefused(t *testing.T) {
	a := newAccount()
	a.AddSecret("eu-west-1", "app/key", "one")
	c := secretsmanager.NewFromConfig(config(a, a.Operator(), "eu-west-1"), func(o *secretsmanager.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("signed for another", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
				if request, is := in.Request.(*smithyhttp.Request); is {
					request.Header.Set("X-Amz-Target", "AmazonSSM.GetParameter")
				}
				return next.HandleFinalize(ctx, in)
			}), "Signing", middleware.Before)
		})
	})
	_, err := valueAt(t.Context(), c, "app/key", "AWSCURRENT")
	wantCode(t, err, "InvalidSignatureException", http.StatusBadRequest)
	wantMessage(t, err, "correct service: 'ssm'")
}
