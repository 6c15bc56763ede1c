package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// The stages of a secret's versions that Secrets Manager itself moves.
const (
	currentStage  = "AWSCURRENT"
	previousStage = "AWSPREVIOUS"
)

// Limits of Secrets Manager.
const (
	maxSecret         = 65536 // bytes
	maxStages         = 20    // of a version
	secretsPage       = 100
	recoveryDays      = 30 // where a deletion says nothing else
	minRecoveryDays   = 7
	versionTokenShort = 32 // characters
	versionTokenLong  = 64
)

var secretName = regexp.MustCompile(`^[\w/+=.@-]{1,512}$`)

// secret is a secret of Secrets Manager, in one region.
type secret struct {
	name, region, arn, description string
	created, changed               time.Time
	gone                           time.Time        // when it is deleted for good; zero: it is not marked for deletion
	versions                       []*secretVersion // oldest first; those without a stage too
}

// secretVersion has a text or bytes.
type secretVersion struct {
	id, text string
	bytes    []byte
	stages   []string
	created  time.Time
}

func (v *secretVersion) same(o *secretVersion) bool {
	return v.text == o.text && bytes.Equal(v.bytes, o.bytes)
}

// at is the version at a stage, nil if none is.
func (s *secret) at(stage string) *secretVersion {
	for _, v := range s.versions {
		if slices.Contains(v.stages, stage) {
			return v
		}
	}
	return nil
}

// version is the version with an ID, nil if there is none.
func (s *secret) version(id string) *secretVersion {
	for _, v := range s.versions {
		if v.id == id {
			return v
		}
	}
	return nil
}

// put adds a version at stages; one that loses AWSCURRENT to it becomes AWSPREVIOUS.
func (s *secret) put(v *secretVersion, stages ...string) {
	s.versions = append(s.versions, v)
	s.changed = v.created
	for _, stage := range stages {
		was := s.move(stage, v)
		if stage == currentStage && was != nil && was != v {
			s.move(previousStage, was)
		}
	}
}

// move takes a stage to a version, and returns the one that had it. Lists of stages are
// never changed in place, since answers that are still to be written hold them.
func (s *secret) move(stage string, to *secretVersion) *secretVersion {
	was := s.at(stage)
	if was != nil {
		was.stages = slices.DeleteFunc(slices.Clone(was.stages), func(o string) bool { return o == stage })
	}
	to.stages = append(slices.Clip(to.stages), stage)
	return was
}

// secretIn finds a secret by name or ARN. One whose deletion has come due is forgotten.
func (a *Account) secretIn(region, nameOrARN string, now time.Time) *secret {
	a.secrets = slices.DeleteFunc(a.secrets, func(s *secret) bool { return !s.gone.IsZero() && !s.gone.After(now) })
	for _, s := range a.secrets {
		if s.region == region && (s.name == nameOrARN || s.arn == nameOrARN) {
			return s
		}
	}
	return nil
}

// addSecret makes a secret, without a version.
func (a *Account) addSecret(region, name string, now time.Time) *secret {
	s := &secret{
		name: name, region: region, created: now, changed: now,
		arn: fmt.Sprintf("arn:aws:secretsmanager:%s:%s:secret:%s-%s", region, AccountID, name, a.entropy.id("", 6)),
	}
	a.secrets = append(a.secrets, s)
	return s
}

// secretInput is what calls about secrets carry.
type secretInput struct {
	listed
	Name, SecretId, Description string //nolint:revive // AWS's spelling
	SecretString                *string
	SecretBinary                []byte
	ClientRequestToken          string
	VersionId, VersionStage     string //nolint:revive // AWS's spelling
	VersionStages               []string
	ForceDeleteWithoutRecovery  bool
	RecoveryWindowInDays        *int
	IncludePlannedDeletion      bool
}

func badRequest(code, format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, code, fmt.Sprintf(format, args...)}
}

func noSuchSecret(what string) *refusal {
	return badRequest("ResourceNotFoundException", "Secrets Manager can't find the specified %s.", what)
}

// secret is the secret that the call names, marked for deletion or not.
func (c *call) secret() (*secret, secretInput, *refusal) {
	var in secretInput
	if problem := c.read(&in); problem != nil {
		return nil, in, problem
	}
	if in.SecretId == "" {
		return nil, in, missing("secretId")
	}
	s := c.account.secretIn(c.region, in.SecretId, c.now)
	if s == nil {
		return nil, in, noSuchSecret("secret")
	}
	return s, in, nil
}

// livingSecret is like secret, for what a secret marked for deletion is not there for.
func (c *call) livingSecret() (*secret, secretInput, *refusal) {
	s, in, problem := c.secret()
	if problem == nil && !s.gone.IsZero() {
		return nil, in, badRequest("InvalidRequestException",
			"You can't perform this operation on the secret because it was marked for deletion.")
	}
	return s, in, problem
}

// version is the version that the call brings; nil if it brings none.
func (in secretInput) version(c *call) (*secretVersion, *refusal) {
	id := in.ClientRequestToken
	switch {
	case id == "":
		id = c.account.entropy.requestID()
	case len(id) < versionTokenShort || len(id) > versionTokenLong:
		return nil, badRequest("InvalidParameterException",
			"ClientRequestToken must be %d-%d characters long.", versionTokenShort, versionTokenLong)
	}
	v := &secretVersion{id: id, bytes: in.SecretBinary, created: c.now}
	if in.SecretString != nil {
		v.text = *in.SecretString
	}
	switch {
	case v.text == "" && len(v.bytes) == 0:
		return nil, nil
	case v.text != "" && len(v.bytes) > 0:
		return nil, badRequest("InvalidParameterException",
			"You can't specify both a binary secret value and a string secret value in the same secret.")
	case len(v.text) > maxSecret || len(v.bytes) > maxSecret:
		// The value is not told.
		return nil, validation(
			"1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must "+
				"have length less than or equal to %d",
			maxSecret,
		)
	}
	return v, nil
}

// inUse is the refusal of a token that another value came with.
func inUse(s *secret, id string) *refusal {
	return badRequest("ResourceExistsException",
		"You can't use ClientRequestToken %s because that value is already in use for a version of secret %s.",
		id, s.arn)
}

func (c *call) createSecret() (any, *refusal) {
	var in secretInput
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	if !secretName.MatchString(in.Name) {
		return nil, validation(
			"Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
		)
	}
	v, problem := in.version(c)
	if problem != nil {
		return nil, problem
	}
	s := c.account.secretIn(c.region, in.Name, c.now)
	switch {
	case s == nil:
		s = c.account.addSecret(c.region, in.Name, c.now)
		s.description = in.Description
		if v != nil {
			s.put(v, currentStage)
		}
	case !s.gone.IsZero():
		return nil, badRequest("InvalidRequestException",
			"You can't create this secret because a secret with this name is already scheduled for deletion.")
	case v == nil || s.version(v.id) == nil || !s.version(v.id).same(v): // else it is the same call again
		return nil, badRequest("ResourceExistsException",
			"The operation failed because the secret %s already exists.", in.Name)
	}
	answer := map[string]any{"ARN": s.arn, "Name": s.name}
	if v != nil {
		answer["VersionId"] = v.id
	}
	return answer, nil
}

func (c *call) putSecretValue() (any, *refusal) {
	s, in, problem := c.livingSecret()
	if problem != nil {
		return nil, problem
	}
	v, problem := in.version(c)
	switch {
	case problem != nil:
		return nil, problem
	case v == nil:
		return nil, badRequest("InvalidRequestException", "You must provide either SecretString or SecretBinary.")
	case len(in.VersionStages) > maxStages:
		return nil, validation(
			"1 validation error detected: Value at 'versionStages' failed to satisfy constraint: Member must "+
				"have length less than or equal to %d",
			maxStages,
		)
	}
	if is := s.version(v.id); is == nil {
		stages := in.VersionStages
		if len(stages) == 0 {
			stages = []string{currentStage}
		}
		s.put(v, stages...)
	} else if !is.same(v) {
		return nil, inUse(s, v.id)
	} else {
		v = is // the same call again
	}
	return map[string]any{"ARN": s.arn, "Name": s.name, "VersionId": v.id, "VersionStages": v.stages}, nil
}

func (c *call) getSecretValue() (any, *refusal) {
	s, in, problem := c.livingSecret()
	if problem != nil {
		return nil, problem
	}
	var v *secretVersion
	if in.VersionId != "" {
		if v = s.version(in.VersionId); v == nil {
			return nil, noSuchSecret("secret value for VersionId: " + in.VersionId)
		}
		if in.VersionStage != "" && !slices.Contains(v.stages, in.VersionStage) {
			return nil, badRequest("InvalidRequestException",
				"You provided a VersionStage that is not associated to the provided VersionId.")
		}
	} else {
		stage := in.VersionStage
		if stage == "" {
			stage = currentStage
		}
		if v = s.at(stage); v == nil {
			return nil, noSuchSecret("secret value for staging label: " + stage)
		}
	}
	answer := map[string]any{
		"ARN": s.arn, "Name": s.name, "VersionId": v.id, "VersionStages": v.stages,
		"CreatedDate": asJSONTime(v.created),
	}
	if len(v.bytes) > 0 {
		answer["SecretBinary"] = v.bytes
	} else {
		answer["SecretString"] = v.text
	}
	return answer, nil
}

// stages are the versions that have one, by their ID.
func (s *secret) stages() map[string][]string {
	stages := map[string][]string{}
	for _, v := range s.versions {
		if len(v.stages) > 0 {
			stages[v.id] = v.stages
		}
	}
	return stages
}

// described is the secret without its value, with its stages under the name that the
// operation has for them.
func (s *secret) described(stages string) map[string]any {
	d := map[string]any{
		"ARN": s.arn, "Name": s.name, "Description": s.description,
		"CreatedDate": asJSONTime(s.created), "LastChangedDate": asJSONTime(s.changed), stages: s.stages(),
	}
	if !s.gone.IsZero() {
		d["DeletedDate"] = asJSONTime(s.gone)
	}
	return d
}

func (c *call) describeSecret() (any, *refusal) {
	s, _, problem := c.secret()
	if problem != nil {
		return nil, problem
	}
	return s.described("VersionIdsToStages"), nil
}

func (c *call) listSecrets() (any, *refusal) {
	var in secretInput
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	p, problem := c.part(in.listed, len(c.account.secrets), secretsPage)
	if problem != nil {
		return nil, problem
	}
	list := []map[string]any{}
	for _, s := range c.account.secrets[p.from:p.to] {
		if s.region == c.region && (s.gone.IsZero() || s.gone.After(c.now) && in.IncludePlannedDeletion) {
			list = append(list, s.described("SecretVersionsToStages"))
		}
	}
	return p.withNext(map[string]any{"SecretList": list}), nil
}

func (c *call) deleteSecret() (any, *refusal) {
	s, in, problem := c.livingSecret()
	if problem != nil {
		return nil, problem
	}
	days := recoveryDays
	if in.RecoveryWindowInDays != nil {
		days = *in.RecoveryWindowInDays
	}
	switch {
	case in.ForceDeleteWithoutRecovery && in.RecoveryWindowInDays != nil:
		return nil, badRequest("InvalidParameterException",
			"You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
	case in.ForceDeleteWithoutRecovery:
		days = 0
	case days < minRecoveryDays || days > recoveryDays:
		return nil, badRequest("InvalidParameterException",
			"The RecoveryWindowInDays value must be between %d and %d days (inclusive).", minRecoveryDays, recoveryDays)
	}
	s.gone = c.now.Add(time.Duration(days) * day)
	return map[string]any{"ARN": s.arn, "Name": s.name, "DeletionDate": asJSONTime(s.gone)}, nil
}
