package account

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"keyturn/iamops"
)

// signer is what the account's calls are signed with, which Renew replaces as a whole.
type signer struct {
	mu       sync.RWMutex
	provider aws.CredentialsProvider
	caller   iamops.Caller
}

// Retrieve returns the credential to sign with now.
func (s *signer) Retrieve(ctx context.Context) (aws.Credentials, error) {
	provider, _ := s.now()
	return provider.Retrieve(ctx) //nolint:wrapcheck // as if it were the provider itself
}

// now is the provider that signs, and who that is, as they belong together.
func (s *signer) now() (aws.CredentialsProvider, iamops.Caller) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.provider, s.caller
}

func (s *signer) who() iamops.Caller {
	_, caller := s.now()
	return caller
}

func (s *signer) set(provider aws.CredentialsProvider, caller iamops.Caller) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.provider, s.caller = provider, caller
}

// origin is what is known of where a credential comes from.
type origin struct {
	keyIDs  []string // the long-term keys behind a session
	unknown bool     // a session that was handed over: any key may stand behind it
}

// of adds the origin to a caller.
func (o origin) of(c iamops.Caller) iamops.Caller {
	c.SourceKeyIDs, c.SourceUnknown = o.keyIDs, o.unknown
	return c
}

// Renew resolves the credentials again, from where Connect or At found them: files are
// read again, roles assumed again, and the operator is asked for an MFA code where one is
// needed. It asks AWS who signs with them (sts:GetCallerIdentity). From then on they sign,
// and Caller tells who that is. A failure leaves everything as it was: a Problem, of kind
// wrong-account if they are another account's by now.
func (a *Account) Renew(ctx context.Context) error {
	provider, from, err := a.resolve(ctx)
	if err != nil {
		return err
	}
	cred, err := retrieve(ctx, provider)
	if err != nil {
		return err
	}
	caller, err := a.identify(ctx, cred, a.region)
	if err != nil {
		return err
	}
	if pinned := a.Caller().Account; caller.Account != pinned {
		return wrongAccount(pinned, caller.Account)
	}
	a.signer.set(provider, from.of(caller))
	return nil
}
