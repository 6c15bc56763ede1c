package account

import (
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const staticProfile = "aws_access_key_id = " + testKey + "\naws_secret_access_key = " + testSecret + "\n"

func TestAtPinsTheAccount(t *testing.T) {
	for arn, wantCaller := range map[string]iamops.Caller{
		"arn:aws:iam::111122223333:user/eng/alice":                 {Account: "111122223333", Partition: "aws"},
		"arn:aws-us-gov:sts::444455556666:assumed-role/admin/bob":  {Account: "444455556666", Partition: "aws-us-gov"},
		"arn:aws-cn:iam::777788889999:root":                        {Account: "777788889999", Partition: "aws-cn"},
		"arn:aws:sts::111122223333:federated-user/somebody:else/x": {Account: "111122223333", Partition: "aws"},
	} {
		s := newServer()
		s.callers[testKey] = arn
		a := s.at(t, Options{})
		wantCaller.ARN, wantCaller.UserID, wantCaller.SigningKeyID = arn, "AIDAEXAMPLE", testKey
		got := a.Caller()
		if got.Account != wantCaller.Account || got.Partition != wantCaller.Partition || got.ARN != arn ||
			got.UserID != wantCaller.UserID || got.SigningKeyID != testKey || len(got.SourceKeyIDs) != 0 {
			t.Errorf("caller %+v, want %+v", got, wantCaller)
		}
		if info := a.Info(); info.ID != wantCaller.Account || info.Partition != wantCaller.Partition {
			t.Errorf("info %+v", info)
		}
	}
}

func TestAnIdentityWithoutAnAccountIsNone(t *testing.T) {
	for _, result := range []string{"", "<Account>111122223333</Account>", "<Arn>arn:aws:iam::1:user/a</Arn>"} {
		s := newServer()
		s.on("GetCallerIdentity", func(_ int, w http.ResponseWriter, _ *http.Request) { answer(w, "GetCallerIdentity", result) })
		_, err := At(t.Context(), endpoint(s.listen(t)), Options{})
		want(t, err, iamops.Malformed)
	}
}

// TestAtReadsNothing: At works the same whatever the machine is configured for.
func TestAtReadsNothing(t *testing.T) {
	dir := isolate(t)
	writeFile(t, dir+"/config", "this is no configuration\n")
	t.Setenv("AWS_PROFILE", "nobody")
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	t.Setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
	t.Setenv("AWS_REGION", "mars-north-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "other")
	s := newServer()
	a := s.at(t, Options{})
	if q := s.requests("GetCallerIdentity")[0]; q.KeyID != testKey || q.Region != "eu-central-1" || a.Region() != "eu-central-1" {
		t.Errorf("signed by %s in %s", q.KeyID, q.Region)
	}
}

// TestHosts: which host is asked, and in which region the signature is made.
func TestHosts(t *testing.T) {
	for _, tc := range []struct{ region, iamHost, stsHost, iamSigned, stsSigned string }{
		{"", "iam.amazonaws.com", "sts.amazonaws.com", "us-east-1", "us-east-1"},
		{"eu-central-1", "iam.amazonaws.com", "sts.eu-central-1.amazonaws.com", "us-east-1", "eu-central-1"},
		{"us-gov-west-1", "iam.us-gov.amazonaws.com", "sts.us-gov-west-1.amazonaws.com", "us-gov-west-1", "us-gov-west-1"},
		{"cn-north-1", "iam.cn-north-1.amazonaws.com.cn", "sts.cn-north-1.amazonaws.com.cn", "cn-north-1", "cn-north-1"},
	} {
		s := newServer()
		s.on("ListAccountAliases", func(_ int, w http.ResponseWriter, _ *http.Request) {
			answer(w, "ListAccountAliases", "<AccountAliases/><IsTruncated>false</IsTruncated>")
		})
		at := endpoint("")
		at.Region = tc.region
		a, err := At(t.Context(), at, Options{HTTPClient: s.client()})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.LoadAlias(t.Context()); err != nil {
			t.Fatal(err)
		}
		if q := s.requests("ListAccountAliases")[0]; q.Host != tc.iamHost || q.Region != tc.iamSigned {
			t.Errorf("region %q: IAM at %s signed for %s", tc.region, q.Host, q.Region)
		}
		if q := s.requests("GetCallerIdentity")[0]; q.Host != tc.stsHost || q.Region != tc.stsSigned {
			t.Errorf("region %q: STS at %s signed for %s", tc.region, q.Host, q.Region)
		}
	}
}

func TestNoSuchPlace(t *testing.T) {
	for _, tc := range []struct{ url, region string }{
		{"127.0.0.1:4599", ""}, {"localhost", ""}, {"ftp://localhost", ""}, {"http://", ""}, {"http://a b", ""},
		{"http://127.0.0.1:1", "eu west 1"}, {"http://127.0.0.1:1", "evil.com/"},
	} {
		at := endpoint(tc.url)
		at.Region = tc.region
		_, err := At(t.Context(), at, Options{})
		want(t, err, iamops.BadConfig)
	}
}

func TestConnectByProfile(t *testing.T) {
	dir := isolate(t)
	writeFile(t, dir+"/credentials", "[prod]\n"+staticProfile)
	writeFile(t, dir+"/config", "[profile prod]\nregion = eu-west-1\n")
	t.Setenv("AWS_ENDPOINT_URL_IAM", "http://127.0.0.1:1") // a flag beats it
	t.Setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
	s := newServer()
	s.on("ListAccountAliases", func(_ int, w http.ResponseWriter, _ *http.Request) {
		answer(w, "ListAccountAliases", "<AccountAliases/><IsTruncated>false</IsTruncated>")
	})
	url := s.listen(t)
	for _, tc := range []struct{ flag, wantRegion string }{{"", "eu-west-1"}, {"eu-west-3", "eu-west-3"}} {
		a, err := Connect(t.Context(), Options{Profile: "prod", Region: tc.flag, EndpointURL: url})
		if err != nil {
			t.Fatal(err)
		}
		if a.Region() != tc.wantRegion || a.Caller().SigningKeyID != testKey || len(a.Caller().SourceKeyIDs) != 0 {
			t.Errorf("region %s, caller %+v", a.Region(), a.Caller())
		}
		if err := a.LoadAlias(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestConnectByEnvironmentWithoutRegion(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_ACCESS_KEY_ID", testKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", testSecret)
	s := newServer()
	t.Setenv("AWS_ENDPOINT_URL", s.listen(t))
	a, err := Connect(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if a.Region() != GlobalRegion || a.Caller().SigningKeyID != testKey {
		t.Errorf("region %s, caller %+v", a.Region(), a.Caller())
	}
}

func TestConnectFails(t *testing.T) {
	for name, tc := range map[string]struct {
		config  string
		options Options
		kind    iamops.ProblemKind
	}{
		"no credentials": {kind: iamops.NoCredentials},
		"no such profile": {
			options: Options{Profile: "nobody"},
			kind:    iamops.NoProfile,
		},
		"half a key": {
			config: "[default]\naws_access_key_id = AKIA\n",
			kind:   iamops.BadConfig,
		},
		"a wrong value": {
			config: "[default]\nmax_attempts = many\n" + staticProfile,
			kind:   iamops.BadConfig,
		},
		"a role of nobody": {
			config: "[default]\nrole_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = nobody\n",
			kind:   iamops.NoProfile,
		},
		"MFA and nobody to ask": {
			config: "[default]\nrole_arn = arn:aws:iam::111122223333:role/admin\nmfa_serial = m\nsource_profile = base\n[profile base]\n" + staticProfile,
			kind:   iamops.NoCredentials,
		},
		"an MFA session and nobody to ask": {
			config:  "[default]\n" + staticProfile,
			options: Options{MFASerial: "m"},
			kind:    iamops.NoCredentials,
		},
		"SSO never logged in": {
			config: "[default]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = admin\n" +
				"[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://example.com/start\n",
			kind: iamops.ExpiredSSO,
		},
		"SSO never logged in, the old way": {
			config: "[default]\nsso_region = eu-west-1\nsso_start_url = https://example.com/start\nsso_account_id = 111122223333\nsso_role_name = admin\n",
			kind:   iamops.ExpiredSSO,
		},
		"a process that fails": {
			config: "[default]\ncredential_process = false\n",
			kind:   iamops.NoCredentials,
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := isolate(t)
			writeFile(t, dir+"/config", tc.config)
			tc.options.EndpointURL = "http://127.0.0.1:1"
			_, err := Connect(t.Context(), tc.options)
			p := want(t, err, tc.kind)
			if p.Message == "" {
				t.Error("the problem says nothing")
			}
		})
	}
}

// TestInstanceMetadataIsBounded: where nobody answers, the search ends.
func TestInstanceMetadataIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := retrieve(t.Context(), named{impatient{silent{}}})
		want(t, err, iamops.NoCredentials)
		if took := time.Since(began); took != instanceTimeout {
			t.Errorf("took %s", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = retrieve(ctx, named{impatient{silent{}}})
		want(t, err, iamops.Canceled)
	})
}

// TestRoleAndItsSource: the key behind a role's session is found in the profile
// that the role's credentials come from.
func TestRoleAndItsSource(t *testing.T) {
	const role = "role_arn = arn:aws:iam::111122223333:role/admin\nregion = eu-west-1\n"
	for name, tc := range map[string]struct {
		config, env string
		options     Options
		sources     []string
	}{
		"source profile": {
			config:  "[default]\n" + role + "source_profile = base\n[profile base]\n" + staticProfile,
			sources: []string{testKey},
		},
		"a chain of roles": {
			config:  "[default]\n" + role + "source_profile = mid\n[profile mid]\n" + role + "source_profile = base\n[profile base]\n" + staticProfile,
			sources: []string{testKey},
		},
		"itself": {
			config:  "[default]\n" + role + "source_profile = default\n" + staticProfile,
			sources: []string{testKey},
		},
		"the environment": {
			config:  "[profile p]\n" + role + "credential_source = Environment\n",
			env:     testKey,
			options: Options{Profile: "p"},
			sources: []string{testKey},
		},
		"a session as the source": {
			config: "[default]\n" + role + "source_profile = base\n[profile base]\n" + staticProfile + "aws_session_token = t\n",
		},
		"with a device": {
			config: "[default]\n" + role + "mfa_serial = device\nsource_profile = base\n[profile base]\n" + staticProfile,
			options: Options{MFAToken: func(context.Context) (string, error) {
				return "123456", nil
			}},
			sources: []string{testKey},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := isolate(t)
			writeFile(t, dir+"/config", tc.config)
			if tc.env != "" {
				t.Setenv("AWS_ACCESS_KEY_ID", tc.env)
				t.Setenv("AWS_SECRET_ACCESS_KEY", testSecret)
			}
			s := newServer()
			s.on("AssumeRole", func(_ int, w http.ResponseWriter, _ *http.Request) { answer(w, "AssumeRole", sessionXML("ASIAROLE")) })
			s.callers["ASIAROLE"] = "arn:aws:sts::111122223333:assumed-role/admin/x"
			tc.options.EndpointURL = s.listen(t)
			a, err := Connect(t.Context(), tc.options)
			if err != nil {
				t.Fatal(err)
			}
			c := a.Caller()
			if c.SigningKeyID != "ASIAROLE" || !c.IsSession() || !slices.Equal(c.SourceKeyIDs, tc.sources) {
				t.Errorf("caller %+v, want the sources %v", c, tc.sources)
			}
			if code := s.requests("AssumeRole")[0].Form["TokenCode"]; (tc.options.MFAToken != nil) != (code == "123456") {
				t.Errorf("code %q", code)
			}
		})
	}
}

func sessionXML(keyID string) string {
	return "<Credentials><AccessKeyId>" + keyID + "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>" +
		"<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
}

// TestEnvironmentSessionHasNoKnownSource: a session that was put into the
// environment does not stem from the default profile.
func TestEnvironmentSessionHasNoKnownSource(t *testing.T) {
	dir := isolate(t)
	writeFile(t, dir+"/credentials", "[default]\n"+staticProfile)
	t.Setenv("AWS_ACCESS_KEY_ID", "ASIAENV")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "s")
	t.Setenv("AWS_SESSION_TOKEN", "t")
	a, err := Connect(t.Context(), Options{EndpointURL: newServer().listen(t)})
	if err != nil {
		t.Fatal(err)
	}
	c := a.Caller()
	if c.SigningKeyID != "ASIAENV" || len(c.SourceKeyIDs) != 0 || c.SignsWith("alice", testKey) != iamops.MayDependOnKey {
		t.Errorf("caller %+v", c)
	}
}

func TestMFASession(t *testing.T) {
	dir := isolate(t)
	writeFile(t, dir+"/credentials", "[default]\n"+staticProfile)
	s := newServer()
	s.on("GetSessionToken", func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			refuse(w, 403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
			return
		}
		answer(w, "GetSessionToken", sessionXML("ASIAMFA"))
	})
	o := Options{
		EndpointURL: s.listen(t), MFASerial: "device",
		MFAToken: func(context.Context) (string, error) { return "123456", nil },
	}
	_, err := Connect(t.Context(), o)
	if p := want(t, err, iamops.WrongCode); p.Action != "sts:GetSessionToken" {
		t.Errorf("problem %+v", p)
	}
	a, err := Connect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	c := a.Caller()
	if c.SigningKeyID != "ASIAMFA" || !slices.Equal(c.SourceKeyIDs, []string{testKey}) {
		t.Errorf("caller %+v", c)
	}
	q := s.requests("GetSessionToken")[1]
	if q.Form["SerialNumber"] != "device" || q.Form["TokenCode"] != "123456" || q.KeyID != testKey {
		t.Errorf("asked for a session with %v by %s", q.Form, q.KeyID)
	}
	s.callers["ASIAMFA"] = "arn:aws:iam::111122223333:user/alice"
	own := change(iamops.Deactivate)
	own.KeyID = testKey
	want(t, a.Change(t.Context(), permit(t, own)).Problem, iamops.OwnKey)

	no := errors.New("no device at hand")
	o.MFAToken = func(context.Context) (string, error) { return "", no }
	if _, err := Connect(t.Context(), o); !errors.Is(err, no) {
		t.Errorf("error %v, want that of the operator", err)
	}
}

// TestMFAPromptEndsWithConnect: whoever waits for a code is told when Connect is
// given up.
func TestMFAPromptEndsWithConnect(t *testing.T) {
	dir := isolate(t)
	writeFile(t, dir+"/credentials", "[default]\n"+staticProfile)
	ctx, cancel := context.WithCancel(t.Context())
	told := make(chan struct{})
	_, err := Connect(ctx, Options{EndpointURL: newServer().listen(t), MFASerial: "device", MFAToken: func(ctx context.Context) (string, error) {
		cancel()
		<-ctx.Done()
		close(told)
		return "", ctx.Err()
	}})
	want(t, err, iamops.Canceled)
	<-told
}

// silent is a provider that never answers.
type silent struct{}

func (silent) Retrieve(ctx context.Context) (c aws.Credentials, err error) {
	<-ctx.Done()
	return c, ctx.Err()
}
