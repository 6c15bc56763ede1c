package delivery_test

import (
	"os"
	"strings"
	"testing"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
)

func TestFindProfiles(t *testing.T) {
	h := newHome(t, plain+"[prod-before-keyturn]\naws_access_key_id = "+oldID+"\n[twin]\nAWS_ACCESS_KEY_ID: '"+oldID+"'\n[here]\nsource_profile = twin\n")
	h.write(".aws/config", "[default]\nregion = eu-west-1\n[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/admin\nsource_profile = prod\n"+
		"[profile deeper]\nrole_arn = x\nsource_profile=admin\n[profile inline]\naws_access_key_id = "+oldID+"\n[profile round]\nsource_profile = about\n"+
		"[profile about]\nsource_profile = round\n[profile by-inline]\nsource_profile = inline\n[profile other]\nsource_profile = default\n[profile own]\nsource_profile = own\naws_access_key_id = "+oldID+"\nstray\n")
	found, err := delivery.FindProfiles(h.env(), oldID)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range found.Profiles {
		names = append(names, profileOf(p))
	}
	for _, list := range []struct {
		got  []string
		want string
	}{{names, "prod twin"}, {found.InConfig, "inline own"}, {found.Inheriting, "here admin deeper by-inline"}} {
		if got := strings.Join(list.got, " "); got != list.want {
			t.Errorf("found %q, not %q", got, list.want)
		}
	}
	if got, want := found.Profiles[0].Spec(), h.target("profile:prod").Spec(); got != want {
		t.Errorf("spec %q, not %q", got, want)
	}

	none, err := delivery.FindProfiles(delivery.Env{Home: t.TempDir()}, oldID)
	if err != nil || len(none.Profiles)+len(none.InConfig)+len(none.Inheriting) != 0 {
		t.Errorf("%+v: %v", none, err)
	}
	variables := map[string]string{"AWS_SHARED_CREDENTIALS_FILE": "~/.aws/config", "AWS_CONFIG_FILE": os.DevNull}
	env := delivery.Env{Home: h.path, Getenv: func(name string) string { return variables[name] }}
	if found, err = delivery.FindProfiles(env, oldID); err != nil || len(found.Profiles) != 2 || profileOf(found.Profiles[0]) != "profile inline" {
		t.Errorf("%+v: %v", found, err)
	}
	variables["AWS_SHARED_CREDENTIALS_FILE"] = h.path
	_, err = delivery.FindProfiles(env, oldID)
	fails(t, err, iamops.Malformed)
}
