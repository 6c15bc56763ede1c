package sandbox_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

func listKeys(t *testing.T, a *faults.Account, user string) []types.AccessKeyMetadata {
	t.Helper()
	out := must[*iam.ListAccessKeysOutput](t)(iamAs(a, a.Operator()).ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: &user}))
	return out.AccessKeyMetadata
}

func setStatus(t *testing.T, a *faults.Account, user, keyID string, to types.StatusType) {
	t.Helper()
	must[*iam.UpdateAccessKeyOutput](t)(iamAs(a, a.Operator()).UpdateAccessKey(t.Context(),
		&iam.UpdateAccessKeyInput{UserName: &user, AccessKeyId: &keyID, Status: to}))
}

func deleteKey(t *testing.T, a *faults.Account, user, keyID string) {
	t.Helper()
	must[*iam.DeleteAccessKeyOutput](t)(iamAs(a, a.Operator()).DeleteAccessKey(t.Context(),
		&iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: &keyID}))
}

func lastUsed(t *testing.T, a *faults.Account, keyID string) *types.AccessKeyLastUsed {
	t.Helper()
	out := must[*iam.GetAccessKeyLastUsedOutput](t)(iamAs(a, a.Operator()).GetAccessKeyLastUsed(t.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: &keyID}))
	return out.AccessKeyLastUsed
}

func TestAKeyFromCreationToDeletion(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		created := newKey(t, a, "Suzie")
		if !regexp.MustCompile(`^AKIA[A-Z2-7]{16}$`).MatchString(created.KeyID) || !regexp.MustCompile(`^[A-Za-z0-9+/]{40}$`).MatchString(created.Secret) {
			t.Errorf("created %s with a secret of %d characters", created.KeyID, len(created.Secret))
		}
		keys := listKeys(t, a, "Suzie")
		if len(keys) != 2 || *keys[0].AccessKeyId != suzieKey || *keys[1].AccessKeyId != created.KeyID {
			t.Fatalf("listed %v, want the old key and the new one", keys)
		}
		if !keys[1].CreateDate.Equal(a.Now()) || keys[1].Status != types.StatusTypeActive || *keys[1].UserName != "Suzie" {
			t.Errorf("the new key is listed as %+v", keys[1])
		}

		client := iamAs(a, a.Operator())
		_, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("Suzie")})
		wantCode(t, err, "LimitExceeded", http.StatusConflict)
		wantMessage(t, err, "Cannot exceed quota for AccessKeysPerUser: 2")

		setStatus(t, a, "Suzie", suzieKey, types.StatusTypeInactive)
		if keys = listKeys(t, a, "Suzie"); keys[0].Status != types.StatusTypeInactive {
			t.Errorf("deactivated, it is listed as %s", keys[0].Status)
		}
		_, err = client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("Suzie")})
		wantCode(t, err, "LimitExceeded", http.StatusConflict) // an inactive key counts

		deleteKey(t, a, "Suzie", suzieKey)
		if keys = listKeys(t, a, "Suzie"); len(keys) != 1 {
			t.Errorf("deleted, it is listed: %v", keys)
		}
		_, err = client.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String("Suzie"), AccessKeyId: aws.String(suzieKey)})
		wantCode(t, err, "NoSuchEntity", http.StatusNotFound)
		newKey(t, a, "Suzie") // the slot is free
	})
}

func TestKeyRefusals(t *testing.T) {
	a := newAccount()
	client := iamAs(a, a.Operator())
	ctx := t.Context()
	for _, c := range []struct {
		name string
		send func() error
		code string
		part string
		http int
	}{
		{"list of an unknown user", func() error {
			return errorOf(client.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String("nobody")}))
		}, "NoSuchEntity", "The user with name nobody cannot be found.", 404},
		{"create for an unknown user", func() error {
			return errorOf(client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("nobody")}))
		}, "NoSuchEntity", "nobody", 404},
		{"another user's key", func() error {
			return errorOf(client.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: aws.String("alice"), AccessKeyId: aws.String(suzieKey), Status: types.StatusTypeInactive}))
		}, "NoSuchEntity", "The Access Key with id " + suzieKey + " cannot be found.", 404},
		{"an unknown key", func() error {
			return errorOf(client.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String("AKIAZZZZZZZZZZZZZZZZ")}))
		}, "NoSuchEntity", "AKIAZZZZZZZZZZZZZZZZ", 404},
		{"an unknown status", func() error {
			return errorOf(client.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: aws.String("Suzie"), AccessKeyId: aws.String(suzieKey), Status: "Asleep"}))
		}, "ValidationError", "enum value set: [Active, Inactive]", 400},
		{"a key ID that is none", func() error {
			return errorOf(client.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String("Suzie"), AccessKeyId: aws.String("short")}))
		}, "ValidationError", "'accessKeyId'", 400},
		{"an empty key ID", func() error {
			return errorOf(client.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String("Suzie"), AccessKeyId: aws.String("")}))
		}, "ValidationError", "must not be null", 400},
		{"a user name that is none", func() error {
			return errorOf(client.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String("a b")}))
		}, "ValidationError", "'userName'", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.send()
			wantCode(t, err, c.code, c.http)
			wantMessage(t, err, c.part)
		})
	}
}

func TestWithoutAUserNameTheSignerIsMeant(t *testing.T) {
	a := newAccount()
	out := must[*iam.ListAccessKeysOutput](t)(iamAs(a, a.Operator()).ListAccessKeys(t.Context(), nil))
	if len(out.AccessKeyMetadata) != 1 || *out.AccessKeyMetadata[0].UserName != sandbox.OperatorUser {
		t.Errorf("listed %+v, want the operator's key", out.AccessKeyMetadata)
	}
	_, err := iamAs(a, assumeAdmin(t, a)).ListAccessKeys(t.Context(), nil)
	wantCode(t, err, "ValidationError", http.StatusBadRequest)
	wantMessage(t, err, "Must specify userName when calling with non-User credentials")
}

func TestANewKeyTakesAWhileToWork(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		a.Configure(func(b *sandbox.Behavior) {
			b.NewKeyDelay = 10 * time.Second
			b.NewKeyDelayIn = map[string]time.Duration{"ap-southeast-2": 40 * time.Second}
		})
		key := newKey(t, a, "bob")
		for _, step := range []struct {
			wait       time.Duration
			near, away bool
		}{{0, false, false}, {9 * time.Second, false, false}, {time.Second, true, false}, {29 * time.Second, true, false}, {time.Second, true, true}} {
			pass(step.wait)
			if works(t, a, key, "us-east-1") != step.near || works(t, a, key, "ap-southeast-2") != step.away {
				t.Errorf("%v after its creation: want near %v, away %v", step.wait, step.near, step.away)
			}
		}
	})
}

func TestByDefaultANewKeyWorksAfterThreeSecondsOfAccountTime(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		key := newKey(t, a, "bob")
		if works(t, a, key, "eu-west-1") {
			t.Error("it works at once")
		}
		a.Advance(3 * time.Second)
		if !works(t, a, key, "eu-west-1") {
			t.Error("it does not work after three seconds")
		}
	})
}

func TestDeactivationAndReactivation(t *testing.T) {
	for _, c := range []struct {
		name                   string
		deactivate, reactivate time.Duration
	}{{"at once", 0, 0}, {"with a delay", 20 * time.Second, 30 * time.Second}} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				a := newAccount()
				key := newKey(t, a, "bob")
				pass(time.Minute)
				a.Configure(func(b *sandbox.Behavior) { b.DeactivateDelay, b.ReactivateDelay = c.deactivate, c.reactivate })
				changeTakes := func(to bool, after time.Duration) {
					t.Helper()
					if after > 0 {
						pass(after - time.Second)
						if works(t, a, key, "eu-west-1") == to {
							t.Errorf("it took less than %v", after)
						}
						pass(time.Second)
					}
					if works(t, a, key, "eu-west-1") != to {
						t.Errorf("works: %v after %v", !to, after)
					}
				}
				setStatus(t, a, "bob", key.KeyID, types.StatusTypeInactive)
				changeTakes(false, c.deactivate)
				setStatus(t, a, "bob", key.KeyID, types.StatusTypeActive)
				changeTakes(true, c.reactivate)
				setStatus(t, a, "bob", key.KeyID, types.StatusTypeInactive)
				deleteKey(t, a, "bob", key.KeyID)
				changeTakes(false, c.deactivate)
			})
		})
	}
}

func TestStaleLists(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		a.Configure(func(b *sandbox.Behavior) { b.StaleLists = 5 * time.Second })
		key := newKey(t, a, "bob")
		pass(4 * time.Second)
		if n := len(listKeys(t, a, "bob")); n != 0 {
			t.Errorf("%d keys in a list that is older than the key", n)
		}
		pass(time.Second)
		setStatus(t, a, "bob", key.KeyID, types.StatusTypeInactive)
		if keys := listKeys(t, a, "bob"); len(keys) != 1 || keys[0].Status != types.StatusTypeActive {
			t.Errorf("listed %v, want it Active still", keys)
		}
		pass(5 * time.Second)
		deleteKey(t, a, "bob", key.KeyID)
		if keys := listKeys(t, a, "bob"); len(keys) != 1 || keys[0].Status != types.StatusTypeInactive {
			t.Errorf("listed %v, want it Inactive still", keys)
		}
		pass(5 * time.Second)
		if n := len(listKeys(t, a, "bob")); n != 0 {
			t.Errorf("%d keys after the delete has spread", n)
		}
	})
}

func TestDeletingAnActiveKey(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		key := newKey(t, a, "bob")
		a.Configure(func(b *sandbox.Behavior) { b.DeleteActive = false })
		_, err := iamAs(a, a.Operator()).DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String("bob"), AccessKeyId: &key.KeyID})
		wantCode(t, err, "DeleteConflict", http.StatusConflict)
		a.Configure(func(b *sandbox.Behavior) { b.DeleteActive = true })
		deleteKey(t, a, "bob", key.KeyID)
	})
}

func TestLastUsed(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		if u := lastUsed(t, a, "AKIAJ2LEGACYEXAMPLE7"); u.LastUsedDate != nil || *u.ServiceName != "N/A" || *u.Region != "N/A" {
			t.Errorf("a key that was never used: %+v", u)
		}
		key := newKey(t, a, "bob")
		pass(time.Minute)
		used := a.Now()
		works(t, a, key, "eu-central-1")
		pass(time.Minute)
		if u := lastUsed(t, a, key.KeyID); !u.LastUsedDate.Equal(used) || *u.ServiceName != "sts" || *u.Region != "eu-central-1" {
			t.Errorf("used at %v, it shows %+v", used, u)
		}

		a.Configure(func(b *sandbox.Behavior) { b.LastUsedDelay = 10 * time.Minute })
		again := a.Now()
		works(t, a, key, "us-east-1")
		pass(9 * time.Minute)
		if u := lastUsed(t, a, key.KeyID); !u.LastUsedDate.Equal(used) {
			t.Errorf("a use shows before its time: %+v", u)
		}
		pass(time.Minute)
		if u := lastUsed(t, a, key.KeyID); !u.LastUsedDate.Equal(again) || *u.Region != "us-east-1" {
			t.Errorf("a use does not show in its time: %+v", u)
		}
	})
}

func TestWhatCountsAsAUse(t *testing.T) {
	for _, refusedCounts := range []bool{true, false} {
		inBubble(t, func(t *testing.T) {
			a := newAccount()
			a.Configure(func(b *sandbox.Behavior) { b.RefusedCounts = refusedCounts })
			key := newKey(t, a, "bob")
			pass(time.Minute)
			_, err := iamAs(a, key).ListUsers(t.Context(), nil)
			wantCode(t, err, "AccessDenied", http.StatusForbidden)
			if got := lastUsed(t, a, key.KeyID).LastUsedDate != nil; got != refusedCounts {
				t.Errorf("a refused request counts: %v, want %v", got, refusedCounts)
			}
			setStatus(t, a, "bob", key.KeyID, types.StatusTypeInactive)
			before := lastUsed(t, a, key.KeyID).LastUsedDate
			pass(time.Hour)
			works(t, a, key, "eu-west-1")
			if after := lastUsed(t, a, key.KeyID).LastUsedDate; (before == nil) != (after == nil) || after != nil && !after.Equal(*before) {
				t.Error("a request with an inactive key counts as a use")
			}
		})
	}
}
