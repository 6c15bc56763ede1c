package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The stages of a secret's versions.
const (
	currentStage  = "AWSCURRENT"
	previousStage = "AWSPREVIOUS"
)

// secret is a secret of Secrets Manager, in one region.
type secret struct {
	name, region, arn, description string
	created                        time.Time
	versions                       []*secretVersion // oldest first
}

type secretVersion struct {
	id, text string
	bytes    []byte
	stages   []string
	created  time.Time
}

func (s *secret) at(stage string) *secretVersion {
	for _, v := range s.versions {
		if slices.Contains(v.stages, stage) {
			return v
		}
	}
	return nil
}

// put makes a version current, and the one that was so the previous.
func (s *secret) put(v *secretVersion) {
	if was := s.at(currentStage); was != nil {
		if before := s.at(previousStage); before != nil {
			before.stages = slices.DeleteFunc(before.stages, func(stage string) bool { return stage == previousStage })
		}
		was.stages = slices.DeleteFunc(was.stages, func(stage string) bool { return stage == currentStage })
		was.stages = append(was.stages, previousStage)
	}
	v.stages = []string{currentStage}
	s.versions = append(s.versions, v)
}

// secretIn finds a secret by name or ARN.
func (a *Account) secretIn(region, nameOrARN string) *secret {
	for _, s := range a.secrets {
		if s.region == region && (s.name == nameOrARN || s.arn == nameOrARN) {
			return s
		}
	}
	return nil
}

func (a *Account) addSecret(region, name, text string, now time.Time) *secret {
	s := &secret{
		name: name, region: region, created: now,
		arn: fmt.Sprintf("arn:aws:secretsmanager:%s:%s:secret:%s-%s", region, AccountID, name, a.entropy.id("", 6)),
	}
	s.put(&secretVersion{id: a.entropy.requestID(), text: text, created: now})
	a.secrets = append(a.secrets, s)
	return s
}

func noSuchSecret(what string) *refusal {
	return &refusal{http.StatusBadRequest, "ResourceNotFoundException", "Secrets Manager can't find the specified " + what + "."}
}

// secretInput is what calls about secrets carry.
type secretInput struct {
	Name, SecretId, Description string //nolint:revive // AWS's spelling
	SecretString                *string
	SecretBinary                []byte
	ClientRequestToken          string
	VersionId, VersionStage     string //nolint:revive // AWS's spelling
	ForceDeleteWithoutRecovery  bool
}

func (c *call) secret() (*secret, secretInput, *refusal) {
	var in secretInput
	if problem := c.read(&in); problem != nil {
		return nil, in, problem
	}
	s := c.account.secretIn(c.region, in.SecretId)
	if s == nil {
		return nil, in, noSuchSecret("secret")
	}
	return s, in, nil
}

func (in secretInput) version(c *call) (*secretVersion, *refusal) {
	id := in.ClientRequestToken
	switch {
	case id == "":
		id = c.account.entropy.requestID()
	case len(id) < 32 || len(id) > 64:
		return nil, &refusal{http.StatusBadRequest, "InvalidParameterException", "ClientRequestToken must be 32-64 characters long."}
	}
	v := &secretVersion{id: id, bytes: in.SecretBinary, created: c.now}
	if in.SecretString != nil {
		v.text = *in.SecretString
	}
	if v.text == "" && v.bytes == nil {
		return nil, &refusal{http.StatusBadRequest, "InvalidRequestException", "You must provide either SecretString or SecretBinary."}
	}
	return v, nil
}

func (c *call) createSecret() (any, *refusal) {
	var in secretInput
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	if c.account.secretIn(c.region, in.Name) != nil {
		return nil, &refusal{http.StatusBadRequest, "ResourceExistsException", fmt.Sprintf("The operation failed because the secret %s already exists.", in.Name)}
	}
	v, problem := in.version(c)
	if problem != nil {
		return nil, problem
	}
	s := c.account.addSecret(c.region, in.Name, "", c.now)
	s.description, s.versions = in.Description, nil
	s.put(v)
	return map[string]any{"ARN": s.arn, "Name": s.name, "VersionId": v.id}, nil
}

func (c *call) putSecretValue() (any, *refusal) {
	s, in, problem := c.secret()
	if problem != nil {
		return nil, problem
	}
	v, problem := in.version(c)
	if problem != nil {
		return nil, problem
	}
	for _, is := range s.versions {
		if is.id != v.id {
			continue
		}
		if is.text != v.text {
			return nil, &refusal{http.StatusBadRequest, "ResourceExistsException", "You can't use ClientRequestToken " + v.id + " because that value is already in use for a version of secret " + s.arn + "."}
		}
		return putSecretAnswer(s, is), nil // the same call again
	}
	s.put(v)
	return putSecretAnswer(s, v), nil
}

func putSecretAnswer(s *secret, v *secretVersion) any {
	return map[string]any{"ARN": s.arn, "Name": s.name, "VersionId": v.id, "VersionStages": v.stages}
}

func (c *call) getSecretValue() (any, *refusal) {
	s, in, problem := c.secret()
	if problem != nil {
		return nil, problem
	}
	stage := in.VersionStage
	if stage == "" && in.VersionId == "" {
		stage = currentStage
	}
	for _, v := range s.versions {
		if (stage == "" || slices.Contains(v.stages, stage)) && (in.VersionId == "" || v.id == in.VersionId) {
			answer := map[string]any{"ARN": s.arn, "Name": s.name, "VersionId": v.id, "VersionStages": v.stages, "CreatedDate": asJSONTime(v.created)}
			if v.bytes != nil {
				answer["SecretBinary"] = v.bytes
			} else {
				answer["SecretString"] = v.text
			}
			return answer, nil
		}
	}
	return nil, noSuchSecret("secret value for " + strings.TrimSpace(stage+" "+in.VersionId))
}

func (c *call) describeSecret() (any, *refusal) {
	s, _, problem := c.secret()
	if problem != nil {
		return nil, problem
	}
	stages := map[string][]string{}
	for _, v := range s.versions {
		if len(v.stages) > 0 {
			stages[v.id] = v.stages
		}
	}
	return map[string]any{"ARN": s.arn, "Name": s.name, "Description": s.description, "CreatedDate": asJSONTime(s.created), "VersionIdsToStages": stages}, nil
}

func (c *call) listSecrets() (any, *refusal) {
	list := []map[string]any{}
	for _, s := range c.account.secrets {
		if s.region == c.region {
			list = append(list, map[string]any{"ARN": s.arn, "Name": s.name, "CreatedDate": asJSONTime(s.created)})
		}
	}
	return map[string]any{"SecretList": list}, nil
}

func (c *call) deleteSecret() (any, *refusal) {
	s, _, problem := c.secret()
	if problem != nil {
		return nil, problem
	}
	c.account.secrets = slices.DeleteFunc(c.account.secrets, func(o *secret) bool { return o == s })
	return map[string]any{"ARN": s.arn, "Name": s.name, "DeletionDate": asJSONTime(c.now)}, nil
}
