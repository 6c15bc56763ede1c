package words

import (
	"strings"
	"testing"

	"keyturn/iamops/rotation"
)

// A delivery's confirmation names the file that keeps a replaced pair, and speaks of commands
// only where one is run.
func TestTheConfirmationOfADelivery(t *testing.T) {
	const profile, command = "profile:ops:/home/suzie/.aws/credentials", `command:json:["vault"]`
	s := rotation.State{Kept: rotation.Kept{Secret: rotation.SecretHeld, Deliveries: []rotation.Delivery{
		{Spec: profile, Name: "profile ops", State: rotation.DeliveryOffered},
		{Spec: command, Name: "command vault", State: rotation.DeliveryOffered},
	}}}
	for _, spec := range []string{profile, command} {
		o := rotation.Offer{Decision: rotation.Deliver, Specs: []string{spec}}
		kept := strings.Contains(Effect(o, s), "/home/suzie/.aws/credentials keeps the replaced pair as profile ops-before-keyturn")
		if kept != (spec == profile) {
			t.Errorf("%s: %s", spec, Effect(o, s))
		}
		if runs := strings.Contains(WayBack(o, s), "What a command did"); runs != (spec == command) {
			t.Errorf("%s: %s", spec, WayBack(o, s))
		}
	}
}
