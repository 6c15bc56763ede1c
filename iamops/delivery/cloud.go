package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"keyturn/iamops"
)

// Cloud is one AWS account that keeps values, as a profile reaches it. A region of "" is
// the profile's own. Its errors are Problems.
type Cloud interface {
	// Info is the account.
	Info() iamops.Account
	// SecretVersion is a version of a secret, by its stage or, for a stage of "", its ID.
	SecretVersion(ctx context.Context, region, name, stage, id string) (iamops.SecretVersion, error)
	// PutSecretVersion makes a new version with the given ID.
	PutSecretVersion(ctx context.Context, region, name, id string, value iamops.Secret) error
	// Parameter is a parameter with its value.
	Parameter(ctx context.Context, region, name string) (iamops.Parameter, error)
	// ParameterVersion is the value of a version, by its number.
	ParameterVersion(ctx context.Context, region, name, version string) (iamops.Secret, error)
	// PutParameter gives a parameter another value.
	PutParameter(ctx context.Context, region string, p iamops.Parameter) error
}

// at is where in AWS a target is: in the operator's account, or in that of a profile of
// the target's own.
type at struct {
	env     Env
	profile string // "" is the operator's
	region  string // "" is the profile's
	account string // 12 digits; "" until it is pinned
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

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
	case w.region != "" && !regionName.MatchString(w.region):
		return at{}, fmt.Errorf("%q is no region's name", w.region)
	case w.account != "" && !accountID.MatchString(w.account):
		return at{}, fmt.Errorf("%q is no account ID: it has 12 digits", w.account)
	}
	return w, nil
}

// options are the options of a spec in their order, with those of the place behind.
func (w at) options(own map[string]string) string {
	all := maps.Clone(own)
	for name, value := range map[string]string{"profile": w.profile, "account": w.account, "region": w.region} {
		all[name] = value
	}
	var parts []string
	for _, name := range []string{"as", "id", "secret", "user", "password", "ses", "profile", "account", "region"} {
		if all[name] != "" {
			parts = append(parts, name+"="+all[name])
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
		return nil, &Failure{Kind: NoCloud, Err: errors.New("there is no AWS account here to reach it by")}
	}
	cloud, err := w.env.Cloud(ctx, w.profile)
	if err != nil {
		return nil, cloudFailure("reaching the account", err)
	}
	if w.account != "" && cloud.Info().ID != w.account {
		return nil, refusal(WrongAccount, "", "it is in account %s, and the profile leads to %s: nothing was read or written", w.account, cloud.Info().ID)
	}
	return cloud, nil
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
	if m, ok := t.(interface{ place() iamops.Place }); ok {
		return m.place(), true
	}
	return iamops.Place{}, false
}

func (m *managedSecret) place() iamops.Place { return m.at.place("secretsmanager", m.name) }

func (p *parameter) place() iamops.Place { return p.at.place("ssm", p.name) }

func (w at) place(service, name string) iamops.Place {
	return iamops.Place{Service: service, Name: name, Region: w.region, Account: w.account, Profile: w.profile}
}

// Pinned is a target in an AWS account, which Pin finds out: from then on the target is
// refused in any other.
type Pinned interface {
	Target
	Pin(ctx context.Context) (Target, error)
}

// Pin returns the target with its account found out, where it is in one of its own.
func Pin(ctx context.Context, t Target) (Target, error) {
	if p, ok := t.(Pinned); ok {
		return p.Pin(ctx)
	}
	return t, nil
}

// cloudKinds are the failures that AWS's answers are.
var cloudKinds = map[iamops.ProblemKind]Kind{
	iamops.AccessDenied:       NotAllowed,
	iamops.NotFound:           NotFound,
	iamops.Throttled:          Throttled,
	iamops.ExpiredCredentials: Expired,
	iamops.ExpiredSSO:         Expired,
	iamops.Canceled:           Canceled,
	iamops.ReadOnly:           ReadOnly,
}

// kmsCodes are AWS's words for a KMS key that does not do its work; others begin with KMS.
var kmsCodes = []string{"DecryptionFailure", "EncryptionFailure", "InvalidKeyId"}

// cloudFailure sorts what AWS said. Its words never quote a value.
func cloudFailure(attempt string, err error) *Failure {
	problem := iamops.AsProblem(err)
	kind, known := cloudKinds[problem.Kind]
	switch {
	case slices.Contains(kmsCodes, problem.Code) || strings.HasPrefix(problem.Code, "KMS"):
		kind = KeyFailed
		err = fmt.Errorf("%w. The KMS key that encrypts it must be there, be enabled, and allow you kms:Decrypt, kms:Encrypt and kms:GenerateDataKey", err)
	case !known:
		kind = AtAWS
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
