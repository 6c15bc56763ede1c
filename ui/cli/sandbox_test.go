package cli

import (
	"io"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"keyturn/iamops"
	"keyturn/iamops/config"
	"keyturn/iamops/delivery"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

func sandboxApplication(t *testing.T, p *place, name string) sandbox.Application {
	t.Helper()
	all := p.cloud.Applications()
	i := slices.IndexFunc(all, func(app sandbox.Application) bool { return app.Name == name })
	if i < 0 {
		t.Fatalf("there is no application %s", name)
	}
	return all[i]
}

// A delivery to where an application of the sandbox reads its key makes it move to the
// new one, and putting back takes it back.
func TestTheSandboxsApplicationsReadWhatIsDelivered(t *testing.T) {
	t.Parallel()
	app := App{Err: io.Discard}
	p, err := app.enterSandbox(t.Context(), flags{}, sandboxFlags{}, operator{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.leave(); err != nil {
			t.Error(err)
		}
	}()
	signs := p.cloud.Operator()
	client := iam.NewFromConfig(aws.Config{
		Region: sandboxRegion, BaseEndpoint: aws.String("http://sandbox.invalid"), HTTPClient: p.cloud.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(signs.KeyID, signs.Secret, ""),
	})
	// Nobody has delivered to this file yet; the application finds nothing there until then.
	file := filepath.Join(t.TempDir(), "suzie.env")
	if err := p.cloud.ReadFrom("photo-sync", file, faults.FromFile(file)); err != nil {
		t.Fatal(err)
	}
	p.targets.configured = append(p.targets.configured, config.Target{User: "Suzie", Spec: "file:dotenv+ses=eu-west-1:" + file})
	for user, name := range map[string]string{
		"web-frontend": profileReader, "ci-deploy": "image-build", "monitoring": "metrics-scrape", "Suzie": "photo-sync",
	} {
		t.Run(name, func(t *testing.T) {
			old := sandboxApplication(t, p, name)
			made, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &user})
			if err != nil {
				t.Fatal(err)
			}
			key := delivery.Credential{
				KeyID: *made.AccessKey.AccessKeyId, Secret: iamops.NewSecret(*made.AccessKey.SecretAccessKey), OldKeyID: old.KeyID, User: user,
			}
			p.cloud.Advance(time.Minute)
			found, _, err := p.targets.Find(user, old.KeyID)
			if err != nil || len(found) != 1 {
				t.Fatalf("%d targets, %v", len(found), err)
			}
			runsWith := func(keyID string) {
				t.Helper()
				p.cloud.Advance(24 * time.Hour)
				now := sandboxApplication(t, p, name)
				if name == "photo-sync" && keyID == old.KeyID {
					if now.OK {
						t.Errorf("without the file it runs with %s", now.KeyID)
					}
					return
				}
				if !now.OK || now.KeyID != keyID || now.Reads == "" {
					t.Errorf("it runs with %s, want %s: ok %v, reads %q, logs %q", now.KeyID, keyID, now.OK, now.Reads, now.Log[len(now.Log)-1].Text)
				}
			}
			runsWith(old.KeyID)
			if err := found[0].Deliver(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			runsWith(key.KeyID)
			if err := found[0].PutBack(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			runsWith(old.KeyID)
		})
	}
}
