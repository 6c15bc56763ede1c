package sandbox_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

func parametersIn(a *faults.Account, region string) *ssm.Client {
	return ssm.NewFromConfig(config(a, a.Operator(), region))
}

// describe is the one parameter that has the name, whatever page it is on.
func describe(t *testing.T, c *ssm.Client, name string) (about types.ParameterMetadata, pages int) {
	t.Helper()
	in := &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{{Key: aws.String("Name"), Values: []string{name}}}}
	var found []types.ParameterMetadata
	for all := ssm.NewDescribeParametersPaginator(c, in); all.HasMorePages(); pages++ {
		found = append(found, must[*ssm.DescribeParametersOutput](t)(all.NextPage(t.Context())).Parameters...)
	}
	if len(found) != 1 {
		t.Fatalf("%d parameters are %s", len(found), name)
	}
	return found[0], pages
}

func parameterText(t *testing.T, c *ssm.Client, name string, decrypted bool) (string, int64) {
	t.Helper()
	out := must[*ssm.GetParameterOutput](t)(c.GetParameter(t.Context(), &ssm.GetParameterInput{Name: &name, WithDecryption: &decrypted}))
	return *out.Parameter.Value, out.Parameter.Version
}

func TestParametersHaveVersions(t *testing.T) {
	a := newAccount()
	c := parametersIn(a, "eu-west-1")
	name := aws.String("/app/key")
	put := func(in *ssm.PutParameterInput) *ssm.PutParameterOutput {
		t.Helper()
		in.Name, in.Overwrite = name, aws.Bool(true)
		return must[*ssm.PutParameterOutput](t)(c.PutParameter(t.Context(), in))
	}
	first := put(&ssm.PutParameterInput{
		Value: aws.String("one"), Type: types.ParameterTypeSecureString, KeyId: aws.String("alias/app"),
		Tier: types.ParameterTierAdvanced, Description: aws.String("the app's key"),
	})
	if first.Version != 1 || first.Tier != types.ParameterTierAdvanced {
		t.Errorf("the first version: %+v", first)
	}
	if about, _ := describe(t, c, "/app/key"); *about.KeyId != "alias/app" || about.Tier != types.ParameterTierAdvanced || *about.DataType != "text" || *about.Description != "the app's key" {
		t.Errorf("described: %+v", about)
	}
	put(&ssm.PutParameterInput{Value: aws.String("two")})
	about, _ := describe(t, c, "/app/key")
	if *about.KeyId != "alias/aws/ssm" {
		t.Errorf("without a key ID it is encrypted with %s", *about.KeyId)
	}
	if about.Version != 2 || about.Type != types.ParameterTypeSecureString || about.Tier != types.ParameterTierAdvanced ||
		*about.Description != "the app's key" || *about.LastModifiedUser != "arn:aws:iam::111122223333:user/operator" {
		t.Errorf("what was not said has changed: %+v", about)
	}
	if text, version := parameterText(t, c, "/app/key", true); text != "two" || version != 2 {
		t.Errorf("version %d: %q", version, text)
	}
	if text, _ := parameterText(t, c, "/app/key", false); strings.Contains(text, "two") {
		t.Errorf("without decryption: %q", text)
	}
	for _, by := range []string{"/app/key:1", "arn:aws:ssm:eu-west-1:111122223333:parameter/app/key"} {
		text, _ := parameterText(t, c, by, true)
		if want := map[bool]string{true: "one", false: "two"}[strings.HasSuffix(by, ":1")]; text != want {
			t.Errorf("%s is %q, want %q", by, text, want)
		}
	}
	history := must[*ssm.GetParameterHistoryOutput](t)(c.GetParameterHistory(t.Context(), &ssm.GetParameterHistoryInput{Name: name, WithDecryption: aws.Bool(true)}))
	var told []string
	for _, v := range history.Parameters {
		told = append(told, *v.Value+" "+*v.KeyId)
	}
	if !slices.Equal(told, []string{"one alias/app", "two alias/aws/ssm"}) {
		t.Errorf("the history is %v", told)
	}
	if _, err := parametersIn(a, "us-east-1").GetParameter(t.Context(), &ssm.GetParameterInput{Name: name}); err == nil {
		t.Error("another region has it too")
	}
	must[*ssm.DeleteParameterOutput](t)(c.DeleteParameter(t.Context(), &ssm.DeleteParameterInput{Name: name}))
	_, err := c.GetParameter(t.Context(), &ssm.GetParameterInput{Name: name})
	wantCode(t, err, "ParameterNotFound", http.StatusBadRequest)
}

func TestParameterStoreRefuses(t *testing.T) {
	a := newAccount()
	c := parametersIn(a, "eu-west-1")
	a.AddParameter("eu-west-1", "/app/key", "SecureString", "alias/app", "one")
	must[*ssm.PutParameterOutput](t)(c.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/app/large"), Value: aws.String("x"), Type: "String", Tier: types.ParameterTierAdvanced}))
	name, large := aws.String("/app/key"), aws.String(strings.Repeat("geheim", 1000))
	over := func(ctx context.Context, in *ssm.PutParameterInput) error {
		in.Overwrite = aws.Bool(true)
		return errorOf(c.PutParameter(ctx, in))
	}
	for _, r := range []struct {
		why, code string
		call      func(ctx context.Context) error
	}{
		{"it is there", "ParameterAlreadyExists", func(ctx context.Context) error {
			return errorOf(c.PutParameter(ctx, &ssm.PutParameterInput{Name: name, Value: name, Type: "SecureString"}))
		}},
		{"it is not there", "ParameterNotFound", func(ctx context.Context) error {
			return errorOf(c.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("/none")}))
		}},
		{"nor has it a history", "ParameterNotFound", func(ctx context.Context) error {
			return errorOf(c.GetParameterHistory(ctx, &ssm.GetParameterHistoryInput{Name: aws.String("/none")}))
		}},
		{"no such version", "ParameterVersionNotFound", func(ctx context.Context) error {
			return errorOf(c.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("/app/key:7")}))
		}},
		{"another type", "HierarchyTypeMismatchException", func(ctx context.Context) error {
			return over(ctx, &ssm.PutParameterInput{Name: name, Value: name, Type: "String"})
		}},
		{"a new one without a type", "ValidationException", func(ctx context.Context) error {
			return errorOf(c.PutParameter(ctx, &ssm.PutParameterInput{Name: aws.String("/new"), Value: name}))
		}},
		{"a type that there is not", "ValidationException", func(ctx context.Context) error {
			return errorOf(c.PutParameter(ctx, &ssm.PutParameterInput{Name: aws.String("/new"), Value: name, Type: "Secret"}))
		}},
		{"a bad name", "ValidationException", func(ctx context.Context) error {
			return errorOf(c.PutParameter(ctx, &ssm.PutParameterInput{Name: aws.String("a b"), Value: name, Type: "String"}))
		}},
		{"no value", "ValidationException", func(ctx context.Context) error {
			return over(ctx, &ssm.PutParameterInput{Name: name, Value: aws.String("")})
		}},
		{"too large for its tier", "ValidationException", func(ctx context.Context) error {
			return over(ctx, &ssm.PutParameterInput{Name: name, Value: large})
		}},
		{"a lesser tier", "ValidationException", func(ctx context.Context) error {
			return over(ctx, &ssm.PutParameterInput{Name: aws.String("/app/large"), Value: name, Tier: types.ParameterTierStandard})
		}},
		{"a filter that there is not", "InvalidFilterKey", func(ctx context.Context) error {
			return errorOf(c.DescribeParameters(ctx, &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{{Key: aws.String("Colour"), Values: []string{"red"}}}}))
		}},
		{"an option that there is not", "InvalidFilterOption", func(ctx context.Context) error {
			return errorOf(c.DescribeParameters(ctx, &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{{Key: aws.String("Name"), Option: aws.String("Near"), Values: []string{"x"}}}}))
		}},
	} {
		t.Run(r.why, func(t *testing.T) {
			err := r.call(t.Context())
			wantCode(t, err, r.code, http.StatusBadRequest)
			if strings.Contains(err.Error(), "geheim") {
				t.Error("the refusal tells the value")
			}
		})
	}
	if text, version := parameterText(t, c, "/app/key", true); text != "one" || version != 1 {
		t.Errorf("refused calls made it version %d: %q", version, text)
	}
	if err := over(t.Context(), &ssm.PutParameterInput{Name: name, Value: large, Tier: types.ParameterTierIntelligentTiering}); err != nil {
		t.Error(err)
	}
	if about, _ := describe(t, c, "/app/key"); about.Tier != types.ParameterTierAdvanced {
		t.Errorf("intelligent tiering puts a large value in %s", about.Tier)
	}

	for breaks, code := range map[faults.Break]string{faults.Deny: "AccessDeniedException", faults.Throttle: "ThrottlingException", faults.KMSFailure: "InvalidKeyId"} {
		fault := a.Inject(faults.Fault{Action: "ssm:GetParameter", Break: breaks})
		wantCode(t, errorOf(c.GetParameter(t.Context(), &ssm.GetParameterInput{Name: name})), code, http.StatusBadRequest)
		fault.Remove()
	}
}

// AWS filters what it has looked at: a page of DescribeParameters can be empty and still
// not the last.
func TestDescribeParametersPages(t *testing.T) {
	a := newAccount()
	c := parametersIn(a, "eu-west-1")
	for _, name := range []string{"/a/1", "/a/2", "/b/1"} {
		a.AddParameter("eu-west-1", name, "String", "", "x")
	}
	a.Configure(func(b *sandbox.Behavior) { b.PageLimit = 1 })
	if about, pages := describe(t, c, "/b/1"); *about.Name != "/b/1" || pages != 4 { // with the seeded one
		t.Errorf("%s on %d pages", *about.Name, pages)
	}
	for _, f := range []struct {
		key, option string
		values      []string
		want        []string
	}{
		{"Name", "BeginsWith", []string{"/a"}, []string{"/a/1", "/a/2"}},
		{"Name", "Contains", []string{"/1"}, []string{"/a/1", "/b/1"}},
		{"Name", "Equals", []string{"/a/1", "/b/1"}, []string{"/a/1", "/b/1"}},
		{"Type", "Equals", []string{"SecureString"}, []string{sandbox.ParameterName}},
	} {
		in := &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{{Key: &f.key, Option: &f.option, Values: f.values}}}
		var names []string
		for all := ssm.NewDescribeParametersPaginator(c, in); all.HasMorePages(); {
			for _, p := range must[*ssm.DescribeParametersOutput](t)(all.NextPage(t.Context())).Parameters {
				names = append(names, *p.Name)
			}
		}
		if !slices.Equal(names, f.want) {
			t.Errorf("%s %s %v: %v", f.key, f.option, f.values, names)
		}
	}
}
