//go:build stories

package cli_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// While keyturn keeps an old pair, the AWS CLI without a profile signs with the key of
// [default] as before, however the file is indented.
func TestFindingsFilesByTheAWSCLI(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"e_default_lost", "i_leading_ws_doc"} {
		t.Run("C1_"+name, func(t *testing.T) {
			t.Parallel()
			d := deliversTo(t, "")
			operator := d.served.cloud.Operator()
			before := strings.NewReplacer("AKIAQQQQQQQQQEXAMPLE", operator.KeyID, "otherSecretotherSecretotherSecretother12", operator.Secret).
				Replace(credentialsCase(t, name))
			d.put(d.path, before)
			config := filepath.Join(d.root, "aws-config")
			d.put(config, "[default]\nregion = eu-west-1\naws_access_key_id = AKIACCCCCCCCCEXAMPLE\naws_secret_access_key = "+madeUp+"\n")
			profile := map[string]string{"e_default_lost": "default", "i_leading_ws_doc": "other"}[name]
			signs := func(when string) {
				t.Helper()
				env := append(isolated(d.root), "AWS_SHARED_CREDENTIALS_FILE="+d.path, "AWS_CONFIG_FILE="+config, "AWS_DEFAULT_REGION=eu-west-1")
				if profile != "default" {
					env = append(env, "AWS_PROFILE="+profile)
				}
				askService[any](t, "sts", env, d.served.url, "get-caller-identity")
				requests := d.served.cloud.Requests()
				if got := requests[len(requests)-1].KeyID; got != operator.KeyID {
					t.Errorf("%s: the AWS CLI signs as profile %s with %s, not with %s", when, profile, got, operator.KeyID)
				}
			}
			signs("before")
			if said := d.deliver(); d.held() == before {
				t.Fatalf("nothing was delivered: %s", said)
			}
			signs("delivered")
			said := d.restore()
			if d.held() != before {
				t.Errorf("the file is not as it was: %s", said)
			}
			signs("restored")
		})
	}
}
