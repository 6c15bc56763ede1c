package account

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

const everything = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

func TestDetailsOfAllPages(t *testing.T) {
	attached := func(arn string) string {
		return "<AttachedManagedPolicies><member><PolicyName>" + arn[len(arn)-5:] + "</PolicyName><PolicyArn>" + arn + "</PolicyArn></member></AttachedManagedPolicies>"
	}
	inline := func(list, document string) string {
		return "<" + list + "><member><PolicyName>inline</PolicyName><PolicyDocument>" + url.PathEscape(document) + "</PolicyDocument></member></" + list + ">"
	}
	const ownPolicy, awsPolicy = "arn:aws:iam::111122223333:policy/power", "arn:aws-cn:iam::aws:policy/AdministratorAccess"
	s := newServer()
	s.on("GetAccountAuthorizationDetails", func(n int, w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Form.Get("MaxItems") != "1000":
			t.Errorf("asked for %s a page", r.Form.Get("MaxItems"))
		case n == 1:
			answer(w, "GetAccountAuthorizationDetails", "<UserDetailList>"+
				"<member><UserName>plain</UserName><Tags><member><Key>owner</Key><Value>web</Value></member></Tags>"+inline("UserPolicyList", `{"Statement":[]}`)+"</member>"+
				"<member><UserName>attached</UserName>"+attached(awsPolicy)+"</member>"+
				"<member><UserName>own</UserName>"+attached(ownPolicy)+"</member>"+
				"</UserDetailList><IsTruncated>true</IsTruncated><Marker>m</Marker>")
		default: // the group and the policy come after those whom they concern
			answer(w, "GetAccountAuthorizationDetails", "<UserDetailList>"+
				"<member><UserName>member</UserName><GroupList><member>staff</member><member>admins</member></GroupList></member></UserDetailList>"+
				"<GroupDetailList><member><GroupName>admins</GroupName>"+inline("GroupPolicyList", everything)+"</member></GroupDetailList>"+
				"<Policies><member><Arn>"+ownPolicy+"</Arn><PolicyVersionList>"+
				"<member><IsDefaultVersion>false</IsDefaultVersion><Document>"+url.PathEscape(everything)+"</Document></member>"+
				"<member><IsDefaultVersion>true</IsDefaultVersion><Document>"+url.PathEscape(`{"Statement":[{"Effect":"Allow","Action":["s3:*","IAM:*"],"Resource":["*"]}]}`)+"</Document></member>"+
				"</PolicyVersionList></member></Policies><IsTruncated>false</IsTruncated>")
		}
	})
	users, err := s.at(t, Options{}).Details(t.Context())
	if err != nil || len(users) != 4 {
		t.Fatalf("%+v, error %v", users, err)
	}
	for i, want := range []struct {
		name     string
		admin    bool
		policies []string
	}{{"plain", false, []string{"inline"}}, {"attached", true, []string{"ccess"}}, {"own", true, []string{"power"}}, {"member", true, []string{"inline"}}} {
		if u := users[i]; u.Name != want.name || u.Administrator != want.admin || !slices.Equal(u.Policies, want.policies) {
			t.Errorf("got %+v, want %+v", u, want)
		}
	}
	if users[0].Tags["owner"] != "web" || !slices.Equal(users[3].Groups, []string{"staff", "admins"}) {
		t.Errorf("got %+v", users)
	}
}

func TestDetailsThatCannotBeHad(t *testing.T) {
	for name, tc := range map[string]struct {
		reply reply
		kind  iamops.ProblemKind
	}{
		"denied":  {refusing(403, "AccessDenied"), iamops.AccessDenied},
		"no list": {func(_ int, w http.ResponseWriter, r *http.Request) { answer(w, r.Form.Get("Action"), "") }, iamops.Malformed},
		"stuck": {func(_ int, w http.ResponseWriter, r *http.Request) {
			answer(w, r.Form.Get("Action"), "<UserDetailList/><IsTruncated>true</IsTruncated>")
		}, iamops.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer()
			s.on("GetAccountAuthorizationDetails", tc.reply)
			users, err := s.at(t, Options{}).Details(t.Context())
			want(t, err, tc.kind)
			if users != nil {
				t.Errorf("and yet there are users: %+v", users)
			}
		})
	}
}

func TestWhatAllowsEverything(t *testing.T) {
	for document, want := range map[string]bool{
		everything: true,
		`{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"},{"Effect":"Allow","Action":["*:*"],"Resource":["*"]}]}`: true,
		`{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"Bool":{}}}]}`:                            true,
		`{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`:                                                         false,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::one"}]}`:                                         false,
		`{"Statement":[{"Effect":"Allow","Action":["s3:*","ec2:*"],"Resource":"*"}]}`:                                           false,
		`{"Statement":[{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}]}`:                                                 false,
		`{"Statement":"*"}`: false,
		`not JSON`:          false,
		`%zz`:               false,
	} {
		for _, encoded := range []string{document, url.PathEscape(document)} {
			if got := allowsEverything(encoded); got != want {
				t.Errorf("%s: %v, want %v", encoded, got, want)
			}
		}
	}
}

func TestDetailsAndReportOfTheSandbox(t *testing.T) {
	place := faults.New(sandbox.Options{Seed: 1})
	a := inSandbox(t, place)
	users, err := a.Details(t.Context())
	if err != nil || len(users) != 16 {
		t.Fatalf("%d users, error %v", len(users), err)
	}
	for _, u := range users {
		if u.Administrator != (u.Name == sandbox.OperatorUser) {
			t.Errorf("%s: administrator %v", u.Name, u.Administrator)
		}
		if u.Name == "Suzie" && u.Tags["owner"] != "photo-team" {
			t.Errorf("Suzie's tags are %v", u.Tags)
		}
	}
	_, _, err = a.Report(t.Context())
	if p := want(t, err, iamops.Rejected); p.Code != "ReportNotPresent" {
		t.Errorf("the code is %s", p.Code)
	}
	ready, err := a.GenerateReport(t.Context())
	if err != nil || ready {
		t.Errorf("ready at once: %v, error %v", ready, err)
	}
	_, _, err = a.Report(t.Context())
	if p := want(t, err, iamops.Rejected); p.Code != "ReportInProgress" {
		t.Errorf("the code is %s", p.Code)
	}
	place.Advance(time.Minute)
	if ready, err = a.GenerateReport(t.Context()); err != nil || !ready {
		t.Errorf("ready: %v, error %v", ready, err)
	}
	content, made, err := a.Report(t.Context())
	if err != nil || len(content) < 1000 || made.IsZero() || made.Location() != time.UTC {
		t.Errorf("%d bytes of %v, error %v", len(content), made, err)
	}
	account, err := a.KeyAccount(t.Context(), "AKIAI44QH8DHBEXAMPLE")
	if err != nil || account != sandbox.AccountID {
		t.Errorf("the account is %q, error %v", account, err)
	}
	_, err = a.KeyAccount(t.Context(), "")
	want(t, err, iamops.Rejected)
}

func TestReportAnswersThatMakeNoSense(t *testing.T) {
	for name, tc := range map[string]struct{ action, result string }{
		"no state":   {"GenerateCredentialReport", ""},
		"no time":    {"GetCredentialReport", "<Content>dXNlcgo=</Content><ReportFormat>text/csv</ReportFormat>"},
		"no CSV":     {"GetCredentialReport", "<Content>dXNlcgo=</Content><ReportFormat>text/html</ReportFormat><GeneratedTime>2026-11-20T12:00:00Z</GeneratedTime>"},
		"no account": {"GetAccessKeyInfo", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer()
			s.on(tc.action, func(_ int, w http.ResponseWriter, _ *http.Request) { answer(w, tc.action, tc.result) })
			a := s.at(t, Options{})
			err := map[string]func() error{
				"GenerateCredentialReport": func() error { _, err := a.GenerateReport(t.Context()); return err },
				"GetCredentialReport":      func() error { _, _, err := a.Report(t.Context()); return err },
				"GetAccessKeyInfo":         func() error { _, err := a.KeyAccount(t.Context(), testKey); return err },
			}[tc.action]()
			want(t, err, iamops.Malformed)
		})
	}
}
