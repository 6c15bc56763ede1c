package words

import (
	"strings"
	"testing"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// Another process may hold the secret: that nobody can have it is not said then.
func TestASecretThatAnotherKeyturnMayHold(t *testing.T) {
	s := rotation.State{Kept: rotation.Kept{
		Plan:   rotation.Rotate,
		Step:   rotation.Create,
		User:   "Suzie",
		Secret: rotation.SecretUnknown,
		New:    rotation.KeyFacts{ID: "AKIANEW", Status: iamops.Active},
	}}
	said := strings.Join(Body(s, rotation.Settings{HeldBy: "user/alice"}), " ")
	if !strings.Contains(said, "may hold the secret") || strings.Contains(said, "Nobody can use the key") {
		t.Error(said)
	}
	if alone := strings.Join(Body(s, rotation.Settings{}), " "); !strings.Contains(alone, "Nobody can use the key") {
		t.Error(alone)
	}
}
