package sandbox

import "slices"

// keyXML is an access key in the answers of ListAccessKeys and CreateAccessKey.
type keyXML struct {
	UserName        string
	AccessKeyId     string //nolint:revive // AWS's spelling
	Status          status
	SecretAccessKey string `xml:",omitempty"`
	CreateDate      string
}

func (c *call) listAccessKeys() (any, *refusal) {
	u, problem := c.user()
	if problem != nil {
		return nil, problem
	}
	asOf := c.now.Add(-c.account.behavior.StaleLists)
	var keys []keyXML
	for _, k := range u.keys {
		if s := k.statusAt(asOf); s != deleted {
			keys = append(keys, keyXML{UserName: u.name, AccessKeyId: k.id, Status: s, CreateDate: isoTime(k.created)})
		}
	}
	after := func(id string) int {
		return 1 + slices.IndexFunc(keys, func(k keyXML) bool { return k.AccessKeyId == id })
	}
	p, problem := c.page(len(keys), after, func(i int) string { return keys[i].AccessKeyId })
	if problem != nil {
		return nil, problem
	}
	return struct {
		AccessKeyMetadata list[keyXML]
		truncation
	}{list[keyXML]{keys[p.from:p.to]}, p.truncation()}, nil
}

func (c *call) createAccessKey() (any, *refusal) {
	u, problem := c.user()
	if problem != nil {
		return nil, problem
	}
	if len(u.liveKeys()) >= maxKeys {
		return nil, quotaExceeded("AccessKeysPerUser", maxKeys)
	}
	k := c.account.createKey(u, "", c.now)
	return createdKeyXML{keyXML{
		UserName:        u.name,
		AccessKeyId:     k.id,
		Status:          active,
		SecretAccessKey: k.secret,
		CreateDate:      isoTime(k.created),
	}}, nil
}

// createdKeyXML is the answer of CreateAccessKey.
type createdKeyXML struct{ AccessKey keyXML }

func (x createdKeyXML) toTrail() map[string]any {
	return map[string]any{"accessKey": map[string]any{
		"userName": x.AccessKey.UserName, "accessKeyId": x.AccessKey.AccessKeyId, "status": x.AccessKey.Status,
	}}
}

// namedKey is the key that the call names, of the user that it names.
func (c *call) namedKey() (*accessKey, *refusal) {
	u, problem := c.user()
	if problem != nil {
		return nil, problem
	}
	id, problem := c.keyID()
	if problem != nil {
		return nil, problem
	}
	k := c.account.keys[id]
	if k == nil || k.owner != u || k.status() == deleted {
		return nil, noSuchKey(id)
	}
	return k, nil
}

func (c *call) updateAccessKey() (any, *refusal) {
	k, problem := c.namedKey()
	if problem != nil {
		return nil, problem
	}
	to := status(c.form.Get("Status"))
	switch to {
	case active, inactive:
		k.set(to, c.now)
		return nil, nil
	case deleted: // that is, ""
		return nil, missing("status")
	}
	return nil, constraint(string(to), "status", "Member must satisfy enum value set: [Active, Inactive]")
}

func (c *call) deleteAccessKey() (any, *refusal) {
	k, problem := c.namedKey()
	if problem != nil {
		return nil, problem
	}
	if k.status() == active && !c.account.behavior.DeleteActive {
		return nil, deleteConflict("Cannot delete an active access key, must deactivate it first.")
	}
	k.set(deleted, c.now)
	return nil, nil
}

func (c *call) getAccessKeyLastUsed() (any, *refusal) {
	id, problem := c.keyID()
	if problem != nil {
		return nil, problem
	}
	k := c.account.keys[id]
	if k == nil || k.status() == deleted {
		return nil, noSuchKey(id)
	}
	type lastUsed struct {
		LastUsedDate string `xml:",omitempty"`
		ServiceName  string
		Region       string
	}
	answer := struct {
		UserName          string
		AccessKeyLastUsed lastUsed
	}{k.owner.name, lastUsed{ServiceName: "N/A", Region: "N/A"}}
	if u := k.lastUse(c.now, c.account.behavior.LastUsedDelay); !u.at.IsZero() {
		answer.AccessKeyLastUsed = lastUsed{isoTime(u.at), u.service, u.region}
	}
	return answer, nil
}
