package cli

import (
	"errors"

	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/words"
)

// impossible is why a conversation could not even begin what it was started for; nil
// if it could. A script learns it from the exit code and stderr, as the operator has
// from the conversation.
func impossible(snap runner.Snapshot, p *place) error {
	st := snap.State
	if st.Step != rotation.Check {
		return nil
	}
	if st.Problem != nil && !st.UserGone {
		return profileError{st.Problem, p.profile}
	}
	now := p.clock.Now()
	start, _ := rotation.OfferFor(snap.Offers(now), rotation.GoOn)
	switch start.Refused {
	case rotation.NoSuchUser, rotation.NoKey, rotation.NoSuchKey,
		rotation.CallerIsRoot, rotation.CallersKey, rotation.MaybeCallers:
		return errors.New(words.Refusal(start, st, now))
	default: // it passes, can be mended, or is what --read-only asked for
		return nil
	}
}
