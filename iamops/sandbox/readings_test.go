package sandbox_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// lastLine is what an application logged last.
func lastLine(t *testing.T, a *faults.Account, name string) string {
	t.Helper()
	p := application(t, a, name)
	return p.Log[len(p.Log)-1].Text
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// readsFrom lets photo-sync read its key.
func readsFrom(t *testing.T, a *faults.Account, path string, read func() (string, string, error)) {
	t.Helper()
	if err := a.ReadFrom("photo-sync", path, read); err != nil {
		t.Fatal(err)
	}
}

func TestAnApplicationReadsItsKeyFromAFile(t *testing.T) {
	for name, c := range map[string]struct {
		text func(id, secret string) string
		none string // what holds no key
	}{
		"a .env": {
			func(id, secret string) string {
				return "A=1\nexport AWS_ACCESS_KEY_ID=" + id + "\nAWS_SECRET_ACCESS_KEY=\"" + secret + "\"\n"
			}, "A=1\n",
		},
		"JSON": {
			func(id, secret string) string {
				return `{"AccessKeyId": "` + id + `", "SecretAccessKey": "` + secret + `"}`
			}, `{"AccessKeyId": 1}`,
		},
		"CSV": {
			func(id, secret string) string { return "Access key ID,Secret access key\n" + id + "," + secret + "\n" }, "Access key ID\nx\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				a := newAccount()
				path := filepath.Join(t.TempDir(), "keys")
				readsFrom(t, a, path, faults.FromFile(path))
				a.Advance(time.Hour)
				if p := application(t, a, "photo-sync"); p.OK || p.Reads != path || !strings.HasPrefix(lastLine(t, a, "photo-sync"), "no credentials: ") {
					t.Errorf("without the file: ok %v, %s", p.OK, lastLine(t, a, "photo-sync"))
				}
				key := newKey(t, a, "Suzie")
				a.Advance(time.Minute)
				write(t, path, c.text(key.KeyID, key.Secret))
				a.Advance(time.Hour)
				if p := application(t, a, "photo-sync"); !p.OK || p.KeyID != key.KeyID {
					t.Errorf("with the file: ok %v with %s, %s", p.OK, p.KeyID, lastLine(t, a, "photo-sync"))
				}
				if u := lastUsed(t, a, key.KeyID); u.LastUsedDate == nil || *u.ServiceName != "s3" {
					t.Errorf("the new key was not used: %+v", u)
				}
				setStatus(t, a, "Suzie", key.KeyID, "Inactive")
				a.Advance(time.Hour)
				if got := lastLine(t, a, "photo-sync"); !strings.HasPrefix(got, "InvalidClientTokenId: ") {
					t.Errorf("with an Inactive key: %s", got)
				}
				for text, want := range map[string]string{
					c.text("AKIAZZZZZZZZZZZZZZZZ", key.Secret): "InvalidClientTokenId: ",
					c.text(suzieKey, key.Secret):               "SignatureDoesNotMatch: ",
					c.none:                                     "no credentials: ",
				} {
					write(t, path, text)
					a.Advance(time.Hour)
					if got := lastLine(t, a, "photo-sync"); !strings.HasPrefix(got, want) || strings.Contains(got, key.Secret) {
						t.Errorf("logged %q, want %s", got, want)
					}
				}
			})
		})
	}
}

func TestAnApplicationThatReadsItsKeyIsNotGivenOne(t *testing.T) {
	a := newAccount()
	readsFrom(t, a, "/srv/keys", faults.FromFile("/srv/keys"))
	key := newKey(t, a, "Suzie")
	if err := a.UpdateApplication("photo-sync", key.KeyID); err == nil || !strings.Contains(err.Error(), "/srv/keys") {
		t.Errorf("got %v", err)
	}
	if err := a.ReadFrom("photo-mill", "x", nil); err == nil {
		t.Error("there is an application photo-mill")
	}
}

func TestSeededApplicationsReadTheStores(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		secrets, parameters := secretsIn(a, sandbox.StoreRegion), parametersIn(a, sandbox.StoreRegion)
		secretName, parameterName := aws.String(sandbox.SecretName), aws.String(sandbox.ParameterName)
		was := must[string](t)(valueAt(t.Context(), secrets, sandbox.SecretName, "AWSCURRENT"))
		if strings.Count(was, "\n") < 4 || !strings.Contains(was, sandbox.KeyIDField) || !strings.Contains(was, "registry") {
			t.Errorf("the seeded secret has few fields")
		}
		ci, monitoring := newKey(t, a, "ci-deploy"), newKey(t, a, "monitoring")
		a.Advance(time.Minute)
		put(t, secrets, sandbox.SecretName, `{"`+sandbox.KeyIDField+`": "`+ci.KeyID+`", "`+sandbox.SecretField+`": "`+ci.Secret+`"}`, nil)
		text := "AWS_ACCESS_KEY_ID=" + monitoring.KeyID + "\nAWS_SECRET_ACCESS_KEY=" + monitoring.Secret + "\n"
		must[*ssm.PutParameterOutput](t)(parameters.PutParameter(t.Context(), &ssm.PutParameterInput{Name: parameterName, Value: &text, Overwrite: aws.Bool(true)}))
		a.Advance(24 * time.Hour)
		for name, key := range map[string]sandbox.Credentials{"image-build": ci, "metrics-scrape": monitoring} {
			if p := application(t, a, name); !p.OK || p.KeyID != key.KeyID || p.Reads == "" {
				t.Errorf("%s: ok %v with %s, reads %q", name, p.OK, p.KeyID, p.Reads)
			}
		}

		put(t, secrets, sandbox.SecretName, `{"`+sandbox.KeyIDField+`": "`+ci.KeyID+`"}`, nil)
		must[*ssm.DeleteParameterOutput](t)(parameters.DeleteParameter(t.Context(), &ssm.DeleteParameterInput{Name: parameterName}))
		a.Advance(24 * time.Hour)
		for name, want := range map[string]string{
			"image-build":    "no credentials: reading the secret ci/deploy: its field secret_access_key holds no secret",
			"metrics-scrape": "no credentials: there is no parameter /monitoring/aws",
		} {
			if got := lastLine(t, a, name); got != want {
				t.Errorf("%s logged %q, want %q", name, got, want)
			}
		}
		must[*secretsmanager.DeleteSecretOutput](t)(secrets.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: secretName}))
		a.Advance(24 * time.Hour)
		if got := lastLine(t, a, "image-build"); got != "no credentials: there is no secret ci/deploy" {
			t.Errorf("image-build logged %q", got)
		}
	})
}

// eventsOf are the events that a key has made in warehouse-load's region, newest first.
func eventsOf(t *testing.T, a *faults.Account, keyID string) []types.Event {
	t.Helper()
	a.Configure(func(b *sandbox.Behavior) { b.LookupLimit = false })
	out := must[*cloudtrail.LookupEventsOutput](t)(cloudtrail.NewFromConfig(config(a, a.Operator(), "eu-central-1")).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyAccessKeyId, AttributeValue: &keyID}},
	}))
	return out.Events
}

func TestAnApplicationActsThroughARole(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		p := application(t, a, "warehouse-load")
		if !p.OK || p.Role != "warehouse-loader" {
			t.Fatalf("seeded: ok %v, role %q", p.OK, p.Role)
		}
		if u := lastUsed(t, a, p.KeyID); *u.ServiceName != "sts" || !u.LastUsedDate.Equal(p.LastRun.Truncate(time.Second)) {
			t.Errorf("the key's last use: %+v", u)
		}
		events := eventsOf(t, a, p.KeyID)
		if len(events) != 12 || slices.ContainsFunc(events, func(e types.Event) bool { return *e.EventName != "AssumeRole" }) {
			t.Fatalf("%d events of the key", len(events))
		}
		// The event names the session that it made, and what that did stands under it.
		const arn = "arn:aws:sts::111122223333:assumed-role/warehouse-loader/warehouse-load"
		for _, part := range []string{`"roleArn":"arn:aws:iam::111122223333:role/warehouse-loader"`, `"accessKeyId":"ASIA`, arn} {
			if !strings.Contains(*events[0].CloudTrailEvent, part) {
				t.Errorf("no %s in %s", part, *events[0].CloudTrailEvent)
			}
		}
		at := strings.Index(*events[0].CloudTrailEvent, "ASIA")
		session := (*events[0].CloudTrailEvent)[at : at+20]
		worked := eventsOf(t, a, session)
		if len(worked) != 1 || *worked[0].EventName != "DescribeClusters" || *worked[0].Username != "warehouse-load" || !strings.Contains(*worked[0].CloudTrailEvent, arn) {
			t.Errorf("the session's events: %+v", worked)
		}

		setStatus(t, a, "data-pipeline", p.KeyID, "Inactive")
		a.Advance(24 * time.Hour)
		if got := lastLine(t, a, "warehouse-load"); got != "AssumeRole: InvalidClientTokenId: The security token included in the request is invalid." {
			t.Errorf("with the key off it logged %q", got)
		}
		if n := len(eventsOf(t, a, p.KeyID)); n != 12 {
			t.Errorf("%d events of a key that is off", n)
		}
		a.Configure(func(b *sandbox.Behavior) { b.TrailShowsInactive = true })
		a.Advance(24 * time.Hour)
		newest := eventsOf(t, a, p.KeyID)[0]
		if !strings.Contains(*newest.CloudTrailEvent, `"errorCode":"InvalidClientTokenId"`) || strings.Contains(*newest.CloudTrailEvent, "ASIA") {
			t.Errorf("the refused call shows as %s", *newest.CloudTrailEvent)
		}
	})
}
