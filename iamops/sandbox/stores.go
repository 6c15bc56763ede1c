package sandbox

// AddSecret makes a secret of Secrets Manager in a region.
func (a *Account) AddSecret(region, name, text string) {
	now := a.enter()
	defer a.mu.Unlock()
	a.addSecret(region, name, text, now)
}

// AddParameter makes a parameter of the SSM Parameter Store in a region, of a type such as
// SecureString, which the KMS key encrypts; "" is the account's default.
func (a *Account) AddParameter(region, name, kind, kmsKey, text string) {
	now := a.enter()
	defer a.mu.Unlock()
	p := &parameter{name: name, region: region, kind: kind, keyID: kmsKey, tier: "Standard", dataType: "text", versions: []parameterValue{{text, now}}}
	if kind == "SecureString" && kmsKey == "" {
		p.keyID = defaultParameterKey
	}
	a.parameters = append(a.parameters, p)
}
