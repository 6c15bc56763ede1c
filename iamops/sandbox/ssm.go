package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// parameter is a parameter of the SSM Parameter Store, in one region.
type parameter struct {
	name, region, kind, keyID, tier, dataType, description string
	versions                                               []parameterValue
}

type parameterValue struct {
	text string
	at   time.Time
}

// defaultParameterKey is what a SecureString is encrypted with where nobody says.
const defaultParameterKey = "alias/aws/ssm"

func (p *parameter) arn() string {
	return fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/%s", p.region, AccountID, strings.TrimPrefix(p.name, "/"))
}

func (a *Account) parameterIn(region, name string) *parameter {
	for _, p := range a.parameters {
		if p.region == region && (p.name == name || p.arn() == name) {
			return p
		}
	}
	return nil
}

func noSuchParameter(code string) *refusal { return &refusal{http.StatusBadRequest, code, ""} }

func (c *call) putParameter() (any, *refusal) {
	var in struct {
		Name, Value, Type, KeyId, Tier, DataType, Description string //nolint:revive // AWS's spelling
		Overwrite                                             bool
	}
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	p := c.account.parameterIn(c.region, in.Name)
	switch {
	case p != nil && !in.Overwrite:
		return nil, &refusal{http.StatusBadRequest, "ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."}
	case p == nil && in.Type == "":
		return nil, &refusal{http.StatusBadRequest, "ValidationException", "A parameter type is required when you create a parameter."}
	case p == nil:
		p = &parameter{name: in.Name, region: c.region, tier: "Standard", dataType: "text"}
		c.account.parameters = append(c.account.parameters, p)
	}
	for to, from := range map[*string]string{&p.kind: in.Type, &p.tier: in.Tier, &p.dataType: in.DataType, &p.description: in.Description} {
		if from != "" {
			*to = from
		}
	}
	p.keyID = ""
	if p.kind == "SecureString" {
		p.keyID = defaultParameterKey // also where another one was used before
		if in.KeyId != "" {
			p.keyID = in.KeyId
		}
	}
	p.versions = append(p.versions, parameterValue{in.Value, c.now})
	return map[string]any{"Version": len(p.versions), "Tier": p.tier}, nil
}

func (c *call) getParameter() (any, *refusal) {
	var in struct {
		Name           string
		WithDecryption bool
	}
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	name, version := in.Name, 0
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasPrefix(name, "arn:") {
		if _, err := fmt.Sscanf(name[i+1:], "%d", &version); err == nil {
			name = name[:i]
		}
	}
	p := c.account.parameterIn(c.region, name)
	if p == nil {
		return nil, noSuchParameter("ParameterNotFound")
	}
	if version == 0 {
		version = len(p.versions)
	}
	if version < 1 || version > len(p.versions) {
		return nil, noSuchParameter("ParameterVersionNotFound")
	}
	value := p.versions[version-1]
	text := value.text
	if p.kind == "SecureString" && !in.WithDecryption {
		text = "AQICAHencrypted" + fmt.Sprint(len(text))
	}
	return map[string]any{"Parameter": map[string]any{
		"Name": p.name, "Type": p.kind, "Value": text, "Version": version, "DataType": p.dataType, "ARN": p.arn(), "LastModifiedDate": asJSONTime(value.at),
	}}, nil
}

func (c *call) describeParameters() (any, *refusal) {
	var in struct {
		ParameterFilters []struct {
			Key, Option string
			Values      []string
		}
	}
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	list := []map[string]any{}
	for _, p := range c.account.parameters {
		fits := p.region == c.region
		for _, f := range in.ParameterFilters {
			fits = fits && f.Key == "Name" && slices.Contains(f.Values, p.name)
		}
		if fits {
			last := p.versions[len(p.versions)-1]
			about := map[string]any{"Name": p.name, "Type": p.kind, "Version": len(p.versions), "Tier": p.tier, "DataType": p.dataType, "LastModifiedDate": asJSONTime(last.at)}
			if p.keyID != "" {
				about["KeyId"] = p.keyID
			}
			list = append(list, about)
		}
	}
	return map[string]any{"Parameters": list}, nil
}

func (c *call) deleteParameter() (any, *refusal) {
	var in struct{ Name string }
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	p := c.account.parameterIn(c.region, in.Name)
	if p == nil {
		return nil, noSuchParameter("ParameterNotFound")
	}
	c.account.parameters = slices.DeleteFunc(c.account.parameters, func(o *parameter) bool { return o == p })
	return nil, nil
}
