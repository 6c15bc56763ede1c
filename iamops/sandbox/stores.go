package sandbox

// AddSecret makes a secret of Secrets Manager in a region.
func (a *Account) AddSecret(region, name, text string) {
	now := a.enter()
	defer a.mu.Unlock()
	s := a.addSecret(region, name, now)
	s.put(&secretVersion{id: a.entropy.requestID(), text: text, created: now}, currentStage)
}

// AddParameter makes a parameter of the SSM Parameter Store in a region, of a type such as
// SecureString, which the KMS key encrypts; "" is the account's default.
func (a *Account) AddParameter(region, name, kind, kmsKey, text string) {
	now := a.enter()
	defer a.mu.Unlock()
	p := a.addParameter(region, name)
	p.versions = []parameterVersion{{
		text: text, kind: kind, keyID: keyFor(kind, kmsKey), tier: standardTier, dataType: textDataType,
		by: "arn:aws:iam::" + AccountID + ":user/" + OperatorUser, at: now,
	}}
}
