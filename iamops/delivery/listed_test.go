package delivery_test

import (
	"fmt"
	"strings"
	"testing"

	"keyturn/iamops/delivery"
)

// TestProfiles lists every kind, and nothing that is none.
func TestProfiles(t *testing.T) {
	h := newHome(t, "[prod]\naws_access_key_id = "+oldID+"\naws_secret_access_key = s\n[prod-before-keyturn]\naws_access_key_id = x\n"+
		"[handed]\naws_access_key_id = x\naws_session_token = t\nregion = us-east-2\n[default]\naws_access_key_id = x\n")
	h.write(".aws/config", "[default]\nregion = eu-west-1\n[profile prod]\nregion = eu-central-1\n[profile admin]\nrole_arn = r\nsource_profile = prod\n"+
		"[profile sso]\nsso_session = corp\n[sso-session corp]\nsso_start_url = u\n[profile old-sso]\nsso_start_url = u\n"+
		"[profile tool]\ncredential_process = /bin/x\n[profile bare]\nregion = eu-west-3\n[profile console]\nlogin_session = arn\n[services s3]\n[plain]\nregion = x\n")
	listed, err := delivery.Profiles(h.env())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range listed {
		lines = append(lines, fmt.Sprint(p.Name, ", ", p.Kind, ", ", p.Region))
	}
	want := `default, access key, eu-west-1
prod, access key, eu-central-1
admin, role, 
sso, SSO, 
old-sso, SSO, 
tool, process, 
bare, no credentials, eu-west-3
console, login, 
handed, session, us-east-2`
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("listed:\n%s", got)
	}
	if strings.Contains(fmt.Sprintf("%+v", listed), oldID) {
		t.Error("a key ID is in the list")
	}
	if none, err := delivery.Profiles(delivery.Env{Home: t.TempDir()}); err != nil || len(none) != 0 {
		t.Errorf("%v: %v", none, err)
	}
	h.write(".aws/config", "[default\n\x00")
	if _, err := delivery.Profiles(delivery.Env{Home: h.path, Getenv: func(string) string { return h.path }}); err == nil {
		t.Error("a folder is read as a file")
	}
}
