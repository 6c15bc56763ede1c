package delivery_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/delivery"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// billing are the two stores of the tests, and what they hold at first.
const (
	billingSecret = "{\n  \"host\": \"db.example\",\t\"retries\":  3.50,\n  \"access_key_id\": \"" + oldID + "\",\n  \"secret_access_key\" : \"" + oldSecret + "\",\n  \"nested\": {\"access_key_id\": \"x\"}\n}"
	billingJSON   = "{\n  \"AccessKeyId\": \"" + oldID + "\",\n  \"SecretAccessKey\": \"" + oldSecret + "\"\n}\n"
)

// heaven is an AWS account with something to deliver to.
type heaven struct {
	t     *testing.T
	cloud *faults.Account
	a     *account.Account
	env   delivery.Env
}

func newHeaven(t *testing.T) *heaven {
	t.Helper()
	h := &heaven{t: t, cloud: faults.New(sandbox.Options{Seed: 1})}
	op := h.cloud.Operator()
	var err error
	h.a, err = account.At(t.Context(), account.Endpoint{URL: "http://sandbox.test", Region: "eu-west-1", KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret)},
		account.Options{HTTPClient: h.cloud.Client(), Clock: h.cloud})
	if err != nil {
		t.Fatal(err)
	}
	h.env = delivery.Env{Cloud: func(_ context.Context, profile string) (delivery.Cloud, error) {
		if profile == "broken" {
			return nil, &iamops.Problem{Kind: iamops.ExpiredSSO, Message: "the SSO session has ended"}
		}
		return h.a, nil
	}}
	h.cloud.AddSecret("eu-west-1", "ci/billing", billingSecret)
	h.cloud.AddSecret("eu-west-1", "ci/list", `["`+oldID+`"]`)
	h.cloud.AddSecret("eu-west-1", "ci/twice", `{"access_key_id": "a", "access_key_id": "b", "secret_access_key": "c"}`)
	h.cloud.AddSecret("eu-west-1", "ci/other", `{"access_key_id": "`+thirdID+`", "secret_access_key": "c"}`)
	h.cloud.AddParameter("eu-west-1", "/ci/billing", "SecureString", "alias/billing", billingJSON)
	h.cloud.AddParameter("eu-west-1", "/ci/clear", "String", "", "x")
	h.cloud.AddParameter("eu-west-1", "/ci/bare", "SecureString", "", oldSecret)
	return h
}

func (h *heaven) target(spec string) delivery.Target {
	h.t.Helper()
	target, err := delivery.Parse(spec, h.env)
	if err != nil {
		h.t.Fatal(err)
	}
	return target
}

func (h *heaven) secret(name string) string {
	h.t.Helper()
	v, err := h.a.SecretVersion(h.t.Context(), "", name, "AWSCURRENT", "")
	if err != nil {
		h.t.Fatal(err)
	}
	return v.Value.Reveal()
}

func (h *heaven) parameter(name string) iamops.Parameter {
	h.t.Helper()
	p, err := h.a.Parameter(h.t.Context(), "", name)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

const (
	ciBilling = "secretsmanager:id=access_key_id,secret=secret_access_key:ci/billing"
	ssmJSON   = "ssm:as=json:/ci/billing"
)

func TestASecretsFieldsAreReplacedAndPutBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeaven(t)
		target, c := h.target(ciBilling), credential()
		for range 2 { // the second time it is there already
			if err := target.Deliver(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		want := strings.NewReplacer(oldID, newID, oldSecret, newSecret).Replace(billingSecret)
		if got := h.secret("ci/billing"); got != want {
			t.Errorf("delivered: %s", got)
		}
		if n := h.cloud.Sent("secretsmanager:PutSecretValue"); n != 1 {
			t.Errorf("put %d times", n)
		}
		for range 2 {
			if err := target.PutBack(t.Context(), delivery.Credential{KeyID: newID, OldKeyID: oldID, User: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		if got := h.secret("ci/billing"); got != billingSecret {
			t.Errorf("put back: %s", got)
		}
	})
}

func TestAnSMTPPasswordStandsInASecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeaven(t)
		h.cloud.AddSecret("eu-west-1", "mail", `{"access_key_id": "", "secret_access_key": "", "smtp_user": "", "smtp_password": ""}`)
		target := h.target("secretsmanager:id=access_key_id,secret=secret_access_key,user=smtp_user,password=smtp_password,ses=eu-west-1:mail")
		if err := target.Deliver(t.Context(), credential()); err != nil {
			t.Fatal(err)
		}
		var fields map[string]string
		if err := json.Unmarshal([]byte(h.secret("mail")), &fields); err != nil {
			t.Fatal(err)
		}
		if want := delivery.SMTPPassword(iamops.NewSecret(newSecret), "eu-west-1").Reveal(); fields["smtp_password"] != want || fields["smtp_user"] != newID {
			t.Error("the SMTP user or password is wrong")
		}
	})
}

// TestAParameterOfManyIsFound: a page may be empty, and not the last.
func TestAParameterOfManyIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeaven(t)
		h.cloud.Configure(func(b *sandbox.Behavior) { b.PageLimit = 1 })
		if err := h.target(ssmJSON).Deliver(t.Context(), credential()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAParameterStaysAsItWasButForItsValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeaven(t)
		before := h.parameter("/ci/billing")
		target, c := h.target(ssmJSON), credential()
		for range 2 {
			if err := target.Deliver(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		after := h.parameter("/ci/billing")
		if after.KMSKeyID != before.KMSKeyID || after.Tier != before.Tier || after.DataType != before.DataType || after.Type != before.Type || after.Version != before.Version+1 {
			t.Errorf("was %+v, is %+v", before, after)
		}
		if got := after.Value.Reveal(); !strings.Contains(got, newID) || !strings.Contains(got, newSecret) {
			t.Error("the new key is not there")
		}
		for range 2 {
			if err := target.PutBack(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if got := h.parameter("/ci/billing"); got.Value.Reveal() != billingJSON || got.KMSKeyID != before.KMSKeyID {
			t.Error("it was not put back")
		}
	})
}

func TestABareSecretCannotBePutBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeaven(t)
		target := h.target("ssm:/ci/bare")
		if len(target.Warnings()) == 0 {
			t.Error("no warning")
		}
		if err := target.Deliver(t.Context(), credential()); err != nil || h.parameter("/ci/bare").Value.Reveal() != newSecret {
			t.Errorf("delivering: %v", err)
		}
		if f := delivery.AsFailure(target.PutBack(t.Context(), credential())); f == nil || f.Kind != delivery.CannotPutBack || !f.MayHold {
			t.Errorf("putting back: %+v", f)
		}
	})
}

// TestWhatAStoreRefuses: nothing is written, and no value is in what is said.
func TestWhatAStoreRefuses(t *testing.T) {
	deny := func(action string) faults.Fault { return faults.Fault{Action: action, Break: faults.Deny} }
	throttle := func(action string) faults.Fault { return faults.Fault{Action: action, Break: faults.Throttle} }
	for name, tc := range map[string]struct {
		spec  string
		fault faults.Fault
		kind  iamops.ProblemKind
		says  string
	}{
		"reading is not allowed":        {ciBilling, deny("secretsmanager:GetSecretValue"), iamops.AccessDenied, "secretsmanager:GetSecretValue"},
		"writing is not allowed":        {ciBilling, deny("secretsmanager:PutSecretValue"), iamops.AccessDenied, "secretsmanager:PutSecretValue"},
		"writing is throttled":          {ciBilling, throttle("secretsmanager:PutSecretValue"), iamops.Throttled, "ThrottlingException"},
		"reading is throttled":          {ciBilling, throttle("secretsmanager:GetSecretValue"), iamops.Throttled, "ThrottlingException"},
		"the KMS key does not decrypt":  {ciBilling, faults.Fault{Action: "secretsmanager:GetSecretValue", Break: faults.KMSFailure}, delivery.KeyFailed, "allow you kms:Decrypt"},
		"the KMS key does not encrypt":  {ciBilling, faults.Fault{Action: "secretsmanager:PutSecretValue", Break: faults.KMSFailure}, delivery.KeyFailed, "EncryptionFailure"},
		"the parameter's KMS key fails": {ssmJSON, faults.Fault{Action: "ssm:PutParameter", Break: faults.KMSFailure}, delivery.KeyFailed, "InvalidKeyId"},
		"the session has ended":         {ciBilling, faults.Fault{Action: "secretsmanager:PutSecretValue", Break: faults.Expire}, iamops.ExpiredCredentials, "ExpiredToken"},
		"no such secret":                {"secretsmanager:ci/none", faults.Fault{}, iamops.NotFound, "ResourceNotFoundException"},
		"no object":                     {"secretsmanager:ci/list", faults.Fault{}, iamops.Malformed, "not a JSON object"},
		"a field twice":                 {"secretsmanager:id=access_key_id,secret=secret_access_key:ci/twice", faults.Fault{}, iamops.Malformed, "twice"},
		"no such field":                 {"secretsmanager:ci/billing", faults.Fault{}, iamops.Malformed, "no field"},
		"a nested field":                {"secretsmanager:id=nested,secret=secret_access_key:ci/billing", faults.Fault{}, iamops.Malformed, "no field"},
		"another key's":                 {"secretsmanager:id=access_key_id,secret=secret_access_key:ci/other", faults.Fault{}, delivery.OtherKey, thirdID},
		"another account":               {"secretsmanager:id=access_key_id,secret=secret_access_key,account=444455556666:ci/billing", faults.Fault{}, iamops.WrongAccount, "nothing was read or written"},
		"a profile that does not work":  {"ssm:as=json,profile=broken:/ci/billing", faults.Fault{}, iamops.ExpiredSSO, "SSO"},
		"no such parameter":             {"ssm:/ci/none", faults.Fault{}, iamops.NotFound, "ParameterNotFound"},
		"a parameter in clear":          {"ssm:/ci/clear", faults.Fault{}, delivery.NotSecret, "in clear"},
		"a parameter's write is denied": {ssmJSON, deny("ssm:PutParameter"), iamops.AccessDenied, "ssm:PutParameter"},
		"describing is denied":          {ssmJSON, deny("ssm:DescribeParameters"), iamops.AccessDenied, "ssm:DescribeParameters"},
		"another shape's parameter":     {"ssm:as=json:/ci/bare", faults.Fault{}, delivery.OtherKey, "something else"},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHeaven(t)
			if tc.fault.Break != faults.NoBreak {
				h.cloud.Inject(tc.fault)
			}
			err := h.target(tc.spec).Deliver(t.Context(), credential())
			f := delivery.AsFailure(err)
			if f == nil || f.Kind != tc.kind || f.MayHold || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%s: %v (%+v)", name, err, f)
			}
			if text := fmt.Sprintf("%v %+v", err, f); strings.Contains(text, newSecret) || strings.Contains(text, oldSecret) {
				t.Errorf("%s: a secret is in what is said", name)
			}
		})
	}
}

// TestALostAnswerIsLookedAfter: a write whose answer was lost counts by what is found.
func TestALostAnswerIsLookedAfter(t *testing.T) {
	for _, spec := range []string{ciBilling, ssmJSON} {
		for when, held := range map[faults.Moment]bool{faults.AfterEffect: true, faults.BeforeEffect: false} {
			synctest.Test(t, func(t *testing.T) {
				h := newHeaven(t)
				for _, action := range []string{"secretsmanager:PutSecretValue", "ssm:PutParameter"} {
					h.cloud.Inject(faults.Fault{Action: action, Break: faults.ConnectionReset, At: when})
				}
				err := h.target(spec).Deliver(t.Context(), credential())
				if held != (err == nil) {
					t.Errorf("%s, effect %v: %v", spec, held, err)
				}
				if f := delivery.AsFailure(err); f != nil && !f.MayHold {
					t.Errorf("%s: it is said not to hold the key, which is not known", spec)
				}
				if n := h.cloud.Sent("secretsmanager:PutSecretValue") + h.cloud.Sent("ssm:PutParameter"); n != 1 {
					t.Errorf("%s: written %d times", spec, n)
				}
			})
		}
	}
}

func TestWhatSomebodyElseWroteStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeaven(t)
		for _, spec := range []string{ciBilling, ssmJSON} {
			if err := h.target(spec).Deliver(t.Context(), credential()); err != nil {
				t.Fatal(err)
			}
		}
		others := strings.Replace(h.secret("ci/billing"), newID, thirdID, 1)
		if err := h.a.PutSecretVersion(t.Context(), "", "ci/billing", strings.Repeat("x", 32), iamops.NewSecret(others)); err != nil {
			t.Fatal(err)
		}
		if f := delivery.AsFailure(h.target(ciBilling).PutBack(t.Context(), credential())); f == nil || f.Kind != delivery.OtherKey || f.MayHold {
			t.Errorf("secret: %+v", f)
		}
		p := h.parameter("/ci/billing")
		p.Value = iamops.NewSecret(p.Value.Reveal() + "# a note")
		if err := h.a.PutParameter(t.Context(), "", p); err != nil {
			t.Fatal(err)
		}
		if f := delivery.AsFailure(h.target(ssmJSON).PutBack(t.Context(), credential())); f == nil || f.Kind != delivery.ChangedMeanwhile || !f.MayHold {
			t.Errorf("parameter: %+v", f)
		}
	})
}

func TestATargetsAccountIsPinned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeaven(t)
		target, err := delivery.Pin(t.Context(), h.target("ssm:as=json,profile=tools:/ci/billing"))
		if err != nil || target.Spec() != "ssm:as=json,profile=tools,account="+sandbox.AccountID+":/ci/billing" {
			t.Errorf("%v, %v", target, err)
		}
		if name := target.Name(); name != "ssm /ci/billing in 1111-2222-3333 by profile tools" {
			t.Error(name)
		}
	})
}

func TestCloudSpecs(t *testing.T) {
	for spec, want := range map[string]string{
		"secretsmanager:ci/billing": "secretsmanager:id=AccessKeyId,secret=SecretAccessKey:ci/billing",
		"secretsmanager:arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-b": "secretsmanager:id=AccessKeyId,secret=SecretAccessKey,account=111122223333,region=eu-west-1:arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-b",
		"ssm:/x": "ssm:as=secret:/x",
		"ssm:as=dotenv,ses=eu-west-1,profile=p:/x": "ssm:as=dotenv,ses=eu-west-1,profile=p:/x",
	} {
		target, err := delivery.Parse(spec, delivery.Env{})
		if err != nil || target.Spec() != want {
			t.Errorf("%s: %v, %v", spec, target, err)
			continue
		}
		if again, err := delivery.Parse(target.Spec(), delivery.Env{}); err != nil || again.Spec() != want {
			t.Errorf("%s does not come round: %v", want, err)
		}
	}
	for spec, says := range map[string]string{
		"secretsmanager:":                         "name is missing",
		"secretsmanager:id=x:":                    "name is missing",
		"secretsmanager:as=json:x":                `no option "as"`,
		"secretsmanager:id=:x":                    "NAME=VALUE",
		"secretsmanager:id=a,id=b:x":              "twice",
		"secretsmanager:ses=eu-west-1:x":          "password",
		"secretsmanager:password=p,ses=Ireland:x": "no region",
		"ssm:as=csv:/x":                           "json, dotenv, secret",
		"ssm:region=here:/x":                      "no region",
		"ssm:account=12:/x":                       "12 digits",
		"ssm:":                                    "name is missing",
	} {
		if _, err := delivery.Parse(spec, delivery.Env{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", spec, err)
		}
	}
}

// FuzzReplaceFields: whatever the object, the named fields say what they should and every
// other one what it said.
func FuzzReplaceFields(f *testing.F) {
	f.Add(billingSecret, "access_key_id", "x\"y")
	f.Add(`{"a":"b"}`, "a", "")
	f.Fuzz(func(t *testing.T, object, name, text string) {
		var before map[string]any
		if json.Unmarshal([]byte(object), &before) != nil {
			return
		}
		out, err := delivery.ReplaceFields([]byte(object), map[string]string{name: text})
		if err != nil {
			return
		}
		var after map[string]any
		if err := json.Unmarshal(out, &after); err != nil {
			t.Fatalf("%q became %q: %v", object, out, err)
		}
		keys := slices.Collect(maps.Keys(before))
		if len(after) != len(keys) {
			t.Fatalf("%d fields became %d", len(keys), len(after))
		}
		for _, k := range keys {
			if k != name && fmt.Sprint(after[k]) != fmt.Sprint(before[k]) {
				t.Errorf("field %q changed", k)
			}
		}
	})
}
