package delivery_test

import (
	"os"
	"strings"
	"testing"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
)

// The SMTP passwords are those of SMTPPassword, which has its own vectors.
var shapes = map[string]string{
	"csv":    "Access key ID,Secret access key\n" + newID + "," + newSecret + "\n",
	"dotenv": "AWS_ACCESS_KEY_ID=" + newID + "\nAWS_SECRET_ACCESS_KEY=" + newSecret + "\n",
	"json":   "{\n  \"AccessKeyId\": \"" + newID + "\",\n  \"SecretAccessKey\": \"" + newSecret + "\"\n}\n",
	"csv+ses=eu-west-1": "Access key ID,Secret access key,SMTP user name,SMTP password\n" + newID + "," + newSecret + "," + newID + "," +
		smtp("eu-west-1") + "\n",
	"dotenv+ses=eu-west-1": "AWS_ACCESS_KEY_ID=" + newID + "\nAWS_SECRET_ACCESS_KEY=" + newSecret + "\nSES_SMTP_USERNAME=" + newID +
		"\nSES_SMTP_PASSWORD=" + smtp("eu-west-1") + "\n",
	"json+ses=us-gov-west-1": "{\n  \"AccessKeyId\": \"" + newID + "\",\n  \"SecretAccessKey\": \"" + newSecret + "\",\n  \"SmtpUsername\": \"" + newID +
		"\",\n  \"SmtpPassword\": \"" + smtp("us-gov-west-1") + "\"\n}\n",
}

func smtp(region string) string {
	return delivery.SMTPPassword(iamops.NewSecret(newSecret), region).Reveal()
}

// TestSMTPPassword: the algorithm of the SES developer guide, with vectors of an
// independent implementation of it.
func TestSMTPPassword(t *testing.T) {
	for _, tc := range []struct{ secret, region, want string }{
		{"some+secret+key", "eu-central-1", "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"},
		{"another+secret+key", "eu-central-1", "BBbphbrQmrKMx42d1N6+C7VINYEBGI5v9VsZeTxwskfh"},
		{"some+secret+key", "us-west-1", "BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj"},
		{"another+secret+key", "us-west-1", "BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF"},
	} {
		if got := delivery.SMTPPassword(iamops.NewSecret(tc.secret), tc.region).Reveal(); got != tc.want {
			t.Errorf("%s in %s: %s", tc.secret, tc.region, got)
		}
	}
}

func TestFile(t *testing.T) {
	for shape, want := range shapes {
		t.Run(shape, func(t *testing.T) {
			h := newHome(t, "")
			h.write("out/kept", "kept")
			target := h.target("file:" + shape + ":" + h.at("out/key"))
			for range 2 { // the second time it is there already
				deliver(t, target)
				if got := h.read("out/key"); got != want {
					t.Fatalf("wrote:\n%s\nnot\n%s", got, want)
				}
			}
			if got := h.mode("out/key"); got != 0o600 {
				t.Errorf("mode %04o", got)
			}
			h.holds("out", "kept", "key")
			if err := target.Settle(t.Context(), credential()); err != nil || h.read("out/key") != want {
				t.Errorf("settling: %v", err)
			}
			again, err := delivery.Parse(target.Spec(), h.env())
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				putBack(t, again)
				h.holds("out", "kept")
			}
		})
	}
}

func TestFileIsNeverOverwritten(t *testing.T) {
	for name, there := range map[string]string{"something": "AWS_ACCESS_KEY_ID=" + oldID + "\n", "an empty file": ""} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t, "")
			h.write("out/.env", there)
			target := h.target("file:dotenv:~/out/.env")
			if f := failure(t, target.Deliver(t.Context(), credential()), delivery.Exists); f.MayHold {
				t.Errorf("%+v", f)
			}
			putBack(t, target) // it does not hold the new key
			if got := h.read("out/.env"); got != there {
				t.Errorf("it holds %q", got)
			}
			h.holds("out", ".env")
		})
	}

	h := newHome(t, "")
	h.write("out/elsewhere", "")
	target := h.target("file:csv:~/out/link")
	if err := os.Symlink("nowhere", h.at("out/link")); err != nil {
		t.Fatal(err)
	}
	fails(t, target.Deliver(t.Context(), credential()), delivery.Exists)
	if f := failure(t, target.PutBack(t.Context(), credential()), delivery.Exists); !f.MayHold {
		t.Error("nobody knows what the symlink leads to")
	}
	h.holds("out", "elsewhere", "link")
	fails(t, h.target("file:csv:~/nowhere/key").Deliver(t.Context(), credential()), iamops.NotFound)
	fails(t, h.target("file:csv:~/out/elsewhere/key").Deliver(t.Context(), credential()), iamops.NotFound)
}

func TestFileThatWasAddedTo(t *testing.T) {
	h := newHome(t, "")
	target := h.target("file:dotenv:~/.env")
	deliver(t, target)
	added := h.read(".env") + "DEBUG=1\n"
	h.write(".env", added)
	if f := failure(t, target.PutBack(t.Context(), credential()), delivery.ChangedMeanwhile); !f.MayHold {
		t.Errorf("%+v", f)
	}
	if h.read(".env") != added {
		t.Error("what was added is lost")
	}
}

func TestFileInAWorkTree(t *testing.T) {
	h := newHome(t, plain)
	h.write("project/.git", "gitdir: elsewhere") // as in a linked work tree
	h.write("project/deep/down", "")
	for spec, warns := range map[string]bool{
		"file:csv:~/project/key.csv": true, "file:csv:~/project/deep/key.csv": true, "file:csv:~/key.csv": false,
		"profile:prod": false, "profile:prod:" + h.at("project/deep/down"): true, "command:json:cat": false,
	} {
		warnings := strings.Join(h.target(spec).Warnings(), "\n")
		if strings.Contains(warnings, "git work tree "+h.at("project")) != warns || (warnings != "") != warns {
			t.Errorf("%s: %q", spec, warnings)
		}
	}
}
