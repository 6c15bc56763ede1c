package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"keyturn/iamops"
)

// Cloud is one AWS account, as a profile reaches it. A target there says by an interface of
// its own what it asks of the account; a region of "" is the profile's own, and errors are
// Problems.
type Cloud interface {
	// Info is the account.
	Info() iamops.Account
}

// at is where in AWS a target is: in the operator's account, or in that of a profile of
// the target's own.
type at struct {
	env     Env
	profile string // "" is the operator's
	region  string // "" is the profile's
	account string // 12 digits; "" until it is pinned
}

// parseOptions reads NAME=VALUE,… and complains of names that are not valid.
func parseOptions(text string, valid ...string) (map[string]string, error) {
	options := map[string]string{}
	if text == "" {
		return options, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		name, value, found := strings.Cut(part, "=")
		switch {
		case !found || value == "":
			return nil, fmt.Errorf("the option %q is not of the form NAME=VALUE", part)
		case !slices.Contains(valid, name):
			return nil, fmt.Errorf("there is no option %q: valid are %s", name, strings.Join(valid, ", "))
		case options[name] != "":
			return nil, fmt.Errorf("the option %q stands twice", name)
		}
		options[name] = value
	}
	return options, nil
}

// whereOptions are the options that say where in AWS a target is.
var whereOptions = []string{"profile", "account", "region"}

func parseWhere(options map[string]string, name string, env Env) (at, error) {
	w := at{env: env, profile: options["profile"], region: options["region"], account: options["account"]}
	if w.region == "" && strings.HasPrefix(name, "arn:") {
		if parts := strings.SplitN(name, ":", 6); len(parts) == 6 {
			w.region, w.account = parts[3], cmp.Or(w.account, parts[4])
		}
	}
	switch {
	case w.region != "" && !iamops.IsRegion(w.region):
		return at{}, fmt.Errorf("%q is no region's name", w.region)
	case w.account != "" && !iamops.IsAccountID(w.account):
		return at{}, fmt.Errorf("%q is no account ID: it has 12 digits", w.account)
	}
	return w, nil
}

// option is a NAME=VALUE of a spec.
type option struct{ name, value string }

// options are the options of a spec: the target's own, and then those of the place.
func (w at) options(own ...option) string {
	var parts []string
	place := []option{{"profile", w.profile}, {"account", w.account}, {"region", w.region}}
	for _, o := range append(own, place...) {
		if o.value != "" {
			parts = append(parts, o.name+"="+o.value)
		}
	}
	return strings.Join(parts, ",")
}

// suffix is the place as a name ends with it: "", or " in 1234-5678-9012 by profile tools".
func (w at) suffix() string {
	text := ""
	if w.profile != "" && w.account != "" {
		text += " in " + iamops.Account{ID: w.account}.DisplayID()
	}
	if w.profile != "" {
		text += " by profile " + w.profile
	}
	return text
}

// reach opens the account, and refuses another one than is pinned.
func (w at) reach(ctx context.Context) (Cloud, error) {
	if w.env.Cloud == nil {
		return nil, &Failure{Kind: iamops.NoCredentials, Err: errors.New("there is no AWS account here to reach it by")}
	}
	cloud, err := w.env.Cloud(ctx, w.profile)
	if err != nil {
		return nil, cloudFailure("reaching the account", err)
	}
	if w.account != "" && cloud.Info().ID != w.account {
		return nil, refusal(iamops.WrongAccount, "",
			"it is in account %s, and the profile leads to %s: nothing was read or written", w.account, cloud.Info().ID)
	}
	return cloud, nil
}

// storeAt is what a target asks of the account that it is in.
func storeAt[Store any](ctx context.Context, w at) (store Store, err error) {
	cloud, err := w.reach(ctx)
	if err != nil {
		return store, err
	}
	store, ok := cloud.(Store)
	if !ok {
		return store, &Failure{
			Kind: iamops.NoCredentials,
			Err:  errors.New("the AWS account here does not keep such values"),
		}
	}
	return store, nil
}

// pin is the place with the account that it leads to now.
func (w at) pin(ctx context.Context) (at, error) {
	cloud, err := w.reach(ctx)
	if err != nil {
		return w, err
	}
	w.account = cloud.Info().ID
	return w, nil
}

// PlaceOf is where in AWS a target is; false for one that is elsewhere.
func PlaceOf(t Target) (iamops.Place, bool) {
	if m, ok := as[interface{ place() iamops.Place }](t); ok {
		return m.place(), true
	}
	return iamops.Place{}, false
}

func (w at) place(service, name string, needs ...iamops.Need) iamops.Place {
	return iamops.Place{
		Service: service, Name: name, Region: w.region, Account: w.account, Profile: w.profile, Needs: needs,
	}
}

// Pin returns the target with the account found out that it leads to now, where it is in
// AWS: from then on the target is refused in any other.
func Pin(ctx context.Context, t Target) (Target, error) {
	p, ok := as[interface {
		pinned(ctx context.Context) (Target, error)
	}](t)
	if !ok {
		return t, nil
	}
	pinned, err := p.pinned(ctx)
	if err != nil {
		return t, about(t.Name(), err)
	}
	return checked{pinned}, nil
}

// kmsCodes are AWS's words for a KMS key that does not do its work; others begin with KMS.
var kmsCodes = []string{"DecryptionFailure", "EncryptionFailure", "InvalidKeyId"}

// cloudFailure sorts what AWS said. Its words never quote a value.
func cloudFailure(attempt string, err error) *Failure {
	problem := iamops.AsProblem(err)
	kind := problem.Kind
	if slices.Contains(kmsCodes, problem.Code) || strings.HasPrefix(problem.Code, "KMS") {
		kind = KeyFailed
		err = fmt.Errorf("%w. The KMS key that encrypts it must be there, be enabled, "+
			"and allow you kms:Decrypt, kms:Encrypt and kms:GenerateDataKey", err)
	}
	return &Failure{Kind: kind, Err: fmt.Errorf("%s: %w", attempt, err)}
}

// mayHaveDone reports whether a write that failed may have taken effect.
func mayHaveDone(err error) bool {
	switch iamops.AsProblem(err).Kind { //nolint:exhaustive // all others are refusals
	case iamops.Lost, iamops.TimedOut, iamops.ServiceFault, iamops.Malformed, iamops.Unexpected, iamops.Canceled:
		return true
	}
	return false
}
