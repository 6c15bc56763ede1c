package rotation

import (
	"slices"
	"testing"
	"time"

	"keyturn/iamops"
)

// A new key is gone that was delivered: starting over would leave a target with it.
func TestADeliveredKeyThatIsGoneIsNotForgotten(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := State{Kept: Kept{
		Plan:   Rotate,
		Step:   Store,
		Phase:  Ready,
		User:   "Suzie",
		Secret: SecretHeld,
		Old:    KeyFacts{ID: "AKIAOLD", Status: iamops.Active},
		New:    KeyFacts{ID: "AKIANEW", Status: iamops.Active, Gone: true, GoneSure: true},
		Deliveries: []Delivery{
			{Spec: "profile:billing", Name: "profile billing", State: DeliveryMade},
			{Spec: "profile:tools", Name: "profile tools", State: DeliveryOffered},
		},
	}, Seen: Seen{
		ListedAt: at,
		UseAsked: at,
		Listed:   []iamops.AccessKey{{ID: "AKIAOLD", Status: iamops.Active}},
	}}
	offers := Offers(s, DefaultSettings(), at)
	over, offered := OfferFor(offers, StartOver)
	if !offered || !slices.Contains(over.Whys, WhyNotPutBack) {
		t.Errorf("starting over: %+v", over)
	}
	if back, offered := OfferFor(offers, TakeBackAll); !offered || back.Refused != Possible {
		t.Errorf("restoring: %+v", back)
	}
	if deliver, offered := OfferFor(offers, Deliver); !offered || deliver.Refused != NewKeyMissing {
		t.Error("a key that is gone can be delivered")
	}

	s.Secret, s.Reconciling = SecretUnknown, true
	s.reconcile()
	if s.New.ID == "" || len(s.Deliveries) == 0 || s.Step != Distribute {
		t.Errorf("come back to at %s, with the new key %q and %d deliveries", s.Step, s.New.ID, len(s.Deliveries))
	}
}

// Somebody else has switched the new key off: its secret is still at stake.
func TestAHeldSecretOfAKeyThatOthersSwitchedOffIsAtStake(t *testing.T) {
	s := State{Kept: Kept{
		Plan:       Rotate,
		Step:       Store,
		Phase:      Ready,
		Secret:     SecretHeld,
		Old:        KeyFacts{ID: "AKIAOLD", Status: iamops.Active},
		New:        KeyFacts{ID: "AKIANEW", Status: iamops.Inactive},
		Deliveries: []Delivery{{Spec: "profile:tools", Name: "profile tools", State: DeliveryOffered}},
	}}
	if !s.SecretAtStake() || LeaveBlock(s) == Possible {
		t.Error("it can be left without a word")
	}
	deliver, offered := OfferFor(Offers(s, DefaultSettings(), time.Time{}), Deliver)
	if !offered || deliver.Refused != NewKeyOff {
		t.Error("it can be delivered over what works")
	}
}
