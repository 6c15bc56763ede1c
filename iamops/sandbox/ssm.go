package sandbox

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The types and tiers of parameters that more hangs on than their name.
const (
	secureString     = "SecureString"
	standardTier     = "Standard"
	advancedTier     = "Advanced"
	intelligentTier  = "Intelligent-Tiering"
	textDataType     = "text"
	longestName      = 1011 // characters
	standardSize     = 4096
	advancedSize     = 8192
	parametersPage   = 50
	parameterKeyName = "alias/aws/ssm" // what encrypts a SecureString where nobody says
)

var (
	parameterName  = regexp.MustCompile(`^[a-zA-Z0-9_.\-/]+$`)
	parameterTypes = []string{"String", "StringList", secureString}
	parameterTiers = []string{standardTier, advancedTier, intelligentTier}
)

// parameter is a parameter of the SSM Parameter Store, in one region.
type parameter struct {
	name, region string
	versions     []parameterVersion // oldest first, from version 1; never none
}

// parameterVersion is a value, with what was said of the parameter when it was put.
type parameterVersion struct {
	text                                     string
	kind, keyID, tier, dataType, description string
	by                                       string // the ARN of who put it
	at                                       time.Time
}

func (p *parameter) last() parameterVersion { return p.versions[len(p.versions)-1] }

func (p *parameter) arn() string {
	return fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/%s", p.region, AccountID, strings.TrimPrefix(p.name, "/"))
}

// shown is the text of a version, in clear if it is no secret or if that is asked for.
func (v parameterVersion) shown(decrypted bool) string {
	if v.kind == secureString && !decrypted {
		return "AQICAHencrypted" + strconv.Itoa(len(v.text))
	}
	return v.text
}

// about is what DescribeParameters and GetParameterHistory tell of a version.
func (p *parameter) about(version int) map[string]any {
	v := p.versions[version-1]
	about := map[string]any{
		"Name": p.name, "Type": v.kind, "Version": version, "Tier": v.tier, "DataType": v.dataType,
		"LastModifiedDate": asJSONTime(v.at), "LastModifiedUser": v.by, "Policies": []any{},
	}
	if v.keyID != "" {
		about["KeyId"] = v.keyID
	}
	if v.description != "" {
		about["Description"] = v.description
	}
	return about
}

// parameterIn finds a parameter by name or ARN.
func (a *Account) parameterIn(region, name string) *parameter {
	for _, p := range a.parameters {
		if p.region == region && (p.name == name || p.arn() == name) {
			return p
		}
	}
	return nil
}

var (
	errNoParameter     = badRequest("ParameterNotFound", "")
	errParameterExists = badRequest("ParameterAlreadyExists",
		"The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
	errParameterType = badRequest("HierarchyTypeMismatchException",
		"Parameter Store does not support changing a parameter type in a hierarchy. For example, you can't "+
			"change a parameter from a String type to a SecureString type. You must create a new, unique parameter.")
)

// parameterInput is what PutParameter carries.
type parameterInput struct {
	Name, Value, Type, KeyId, Tier, DataType, Description string //nolint:revive // AWS's spelling
	Overwrite                                             bool
}

// check is what is wrong with the input for a new parameter, or for a version of p.
func (in parameterInput) check(p *parameter) *refusal {
	switch {
	case len(in.Name) > longestName || !parameterName.MatchString(in.Name):
		return validation(
			"Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can " +
				"consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, " +
				"numbers and the following 3 symbols .-_",
		)
	case in.Value == "":
		return validation(
			"1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have " +
				"length greater than or equal to 1",
		)
	case in.Type != "" && !slices.Contains(parameterTypes, in.Type):
		return constraint(in.Type, "type",
			"Member must satisfy enum value set: ["+strings.Join(parameterTypes, ", ")+"]")
	case in.Tier != "" && !slices.Contains(parameterTiers, in.Tier):
		return constraint(in.Tier, "tier",
			"Member must satisfy enum value set: ["+strings.Join(parameterTiers, ", ")+"]")
	case p == nil && in.Type == "":
		return validation("A parameter type is required when you create a parameter.")
	case p == nil:
		return nil
	case !in.Overwrite:
		return errParameterExists
	case in.Type != "" && in.Type != p.last().kind:
		return errParameterType
	case p.last().tier == advancedTier && in.Tier == standardTier:
		return validation(
			"This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the " +
				"advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the " +
				"advanced parameter and recreate it as a standard parameter.",
		)
	}
	return nil
}

// tierFor is the tier of a value.
func tierFor(asked, was, value string) (string, *refusal) {
	tier := asked
	if tier == "" {
		tier = was
	}
	if tier == intelligentTier {
		tier = standardTier
		if was == advancedTier || len(value) > standardSize {
			tier = advancedTier
		}
	}
	switch {
	case tier == standardTier && len(value) > standardSize:
		return "", validation(
			"Standard tier parameters support a maximum parameter value of %d characters. To create a larger "+
				"parameter value, upgrade the parameter to use the advanced-parameter tier.",
			standardSize,
		)
	case len(value) > advancedSize:
		return "", validation(
			"Advanced tier parameters support a maximum parameter value of %d characters.", advancedSize,
		)
	}
	return tier, nil
}

func (c *call) putParameter() (any, *refusal) {
	var in parameterInput
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	p := c.account.parameterIn(c.region, in.Name)
	if problem := in.check(p); problem != nil {
		return nil, problem
	}
	was := parameterVersion{kind: in.Type, tier: standardTier}
	if p != nil {
		was = p.last()
	}
	tier, problem := tierFor(in.Tier, was.tier, in.Value)
	if problem != nil {
		return nil, problem
	}
	// AWS says that a KMS key that is left out falls back to the account's default. Of
	// the data type it says nothing: here it falls back as well, the worse of the two.
	v := parameterVersion{
		text: in.Value, kind: was.kind, keyID: keyFor(was.kind, in.KeyId), tier: tier,
		dataType: textDataType, description: was.description, by: c.signer.arn(), at: c.now,
	}
	if in.DataType != "" {
		v.dataType = in.DataType
	}
	if in.Description != "" {
		v.description = in.Description
	}
	if p == nil {
		p = c.account.addParameter(c.region, in.Name)
	}
	p.versions = append(p.versions, v)
	return map[string]any{"Version": len(p.versions), "Tier": tier}, nil
}

// keyFor is the KMS key that a parameter of a kind is encrypted with; asked may be "".
func keyFor(kind, asked string) string {
	switch {
	case kind != secureString:
		return ""
	case asked == "":
		return parameterKeyName
	}
	return asked
}

// addParameter makes a parameter. The caller gives it a version.
func (a *Account) addParameter(region, name string) *parameter {
	p := &parameter{name: name, region: region}
	a.parameters = append(a.parameters, p)
	return p
}

func (c *call) getParameter() (any, *refusal) {
	var in struct {
		Name           string
		WithDecryption bool
	}
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	name, selector := in.Name, ""
	if !strings.HasPrefix(name, "arn:") {
		name, selector, _ = strings.Cut(name, ":")
	}
	p := c.account.parameterIn(c.region, name)
	if p == nil {
		return nil, errNoParameter
	}
	version := len(p.versions)
	if selector != "" {
		var err error
		if version, err = strconv.Atoi(selector); err != nil || version < 1 || version > len(p.versions) {
			return nil, badRequest("ParameterVersionNotFound",
				"Systems Manager could not find version %s of %s. Verify the version and try again.", selector, name)
		}
	}
	v := p.versions[version-1]
	answer := map[string]any{
		"Name": p.name, "Type": v.kind, "Value": v.shown(in.WithDecryption), "Version": version,
		"DataType": v.dataType, "ARN": p.arn(), "LastModifiedDate": asJSONTime(v.at),
	}
	if selector != "" {
		answer["Selector"] = ":" + selector
	}
	return map[string]any{"Parameter": answer}, nil
}

func (c *call) getParameterHistory() (any, *refusal) {
	var in struct {
		listed
		Name           string
		WithDecryption bool
	}
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	p := c.account.parameterIn(c.region, in.Name)
	if p == nil {
		return nil, errNoParameter
	}
	part, problem := c.part(in.listed, len(p.versions), parametersPage)
	if problem != nil {
		return nil, problem
	}
	list := []map[string]any{}
	for i, v := range p.versions[part.from:part.to] {
		about := p.about(part.from + i + 1)
		about["Value"], about["Labels"] = v.shown(in.WithDecryption), []string{}
		list = append(list, about)
	}
	return part.withNext(map[string]any{"Parameters": list}), nil
}

// parameterFilter is a filter of DescribeParameters. Name and Type are known here.
type parameterFilter struct {
	Key, Option string
	Values      []string
}

// check is what is wrong with the filter.
func (f parameterFilter) check() *refusal {
	switch {
	case f.Key != "Name" && f.Key != "Type":
		return badRequest("InvalidFilterKey",
			"The following filter key is not valid: %s. Valid filter keys include: [Name, Type].", f.Key)
	case f.Option == "" || f.Option == "Equals":
	case f.Key != "Name" || f.Option != "BeginsWith" && f.Option != "Contains":
		return badRequest("InvalidFilterOption", "The following filter option is not valid: %s.", f.Option)
	}
	if len(f.Values) == 0 {
		return badRequest("InvalidFilterValue", "The filter %s has no value.", f.Key)
	}
	return nil
}

// fits reports whether the filter lets a parameter through.
func (f parameterFilter) fits(p *parameter) bool {
	is := p.name
	if f.Key == "Type" {
		is = p.last().kind
	}
	return slices.ContainsFunc(f.Values, func(value string) bool {
		switch f.Option {
		case "BeginsWith":
			return strings.HasPrefix(is, value)
		case "Contains":
			return strings.Contains(is, value)
		}
		return is == value
	})
}

func (c *call) describeParameters() (any, *refusal) {
	var in struct {
		listed
		ParameterFilters []parameterFilter
	}
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	for _, f := range in.ParameterFilters {
		if problem := f.check(); problem != nil {
			return nil, problem
		}
	}
	part, problem := c.part(in.listed, len(c.account.parameters), parametersPage)
	if problem != nil {
		return nil, problem
	}
	list := []map[string]any{}
	for _, p := range c.account.parameters[part.from:part.to] {
		hidden := func(f parameterFilter) bool { return !f.fits(p) }
		if p.region == c.region && !slices.ContainsFunc(in.ParameterFilters, hidden) {
			about := p.about(len(p.versions))
			about["ARN"] = p.arn()
			list = append(list, about)
		}
	}
	return part.withNext(map[string]any{"Parameters": list}), nil
}

func (c *call) deleteParameter() (any, *refusal) {
	var in struct{ Name string }
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	p := c.account.parameterIn(c.region, in.Name)
	if p == nil {
		return nil, errNoParameter
	}
	c.account.parameters = slices.DeleteFunc(c.account.parameters, func(o *parameter) bool { return o == p })
	return nil, nil
}

// parameterARN is the ARN of what a call names, by name or ARN, and with a version or
// not, whether there is such a parameter or not.
func parameterARN(region, name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	name, _, _ = strings.Cut(name, ":")
	return (&parameter{name: name, region: region}).arn()
}
