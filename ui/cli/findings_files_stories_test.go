//go:build stories

package cli_test

import (
	"os"
	"os/exec"
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

// In Check, before a key is made: a file that is mounted by itself, as containers do, can't be
// replaced, and one that can't be read holds nobody knows what. Each is named with its reason.
func TestFindingsFilesJudgedByTheirRights(t *testing.T) {
	t.Parallel()
	pair := "[prod]\naws_access_key_id = " + keyOfSuzie + "\naws_secret_access_key = " + madeUp + "\n"
	judged := func(t *testing.T, reason string, under func(path string) []string) {
		t.Parallel()
		d := deliversTo(t, "")
		d.path = filepath.Join(d.root, "keys", "other") // the SDK itself reads the first
		d.put(d.path, pair)
		d.put(filepath.Join(d.root, "config", "keyturn", "config.toml"), "[[target]]\nuser = \"Suzie\"\nspec = \"profile:prod:"+d.path+"\"\n")
		cmd := child(t, d.env, "rotate", suzie, "--plain", "--endpoint-url", d.served.url)
		if wrap := under(d.path); len(wrap) > 0 {
			program, err := exec.LookPath(wrap[0])
			if err != nil {
				t.Fatal(err)
			}
			cmd.Args = append(append(wrap, cmd.Path), cmd.Args[1:]...)
			cmd.Path = program
		}
		cmd.Stdin = strings.NewReader("leave\n")
		text, _ := cmd.CombinedOutput()
		said := strings.Join(strings.Fields(string(text)), " ")
		if !strings.Contains(said, d.path) || !strings.Contains(said, reason) {
			t.Errorf("Check does not name the file and %q: %s", reason, text)
		}
		if n := d.served.cloud.Sent("iam:CreateAccessKey"); n != 0 {
			t.Errorf("%d keys made", n)
		}
	}
	// Where the machine lets nobody mount, TestMountedIn alone holds this.
	if exec.CommandContext(t.Context(), "unshare", "--map-root-user", "--mount", "true").Run() == nil {
		t.Run("C9_a_bind_mount", func(t *testing.T) {
			judged(t, "mounted by itself", func(path string) []string {
				return []string{"unshare", "--map-root-user", "--mount", "sh", "-c", `mount --bind "$0" "$0" && exec "$@"`, path}
			})
		})
	}
	t.Run("C9_not_readable", func(t *testing.T) {
		judged(t, "permission denied", func(path string) []string {
			if err := os.Chmod(path, 0); err != nil {
				t.Fatal(err)
			}
			if os.Geteuid() != 0 {
				return nil
			}
			return []string{"setpriv", "--bounding-set=-dac_override,-dac_read_search"}
		})
	})
}
