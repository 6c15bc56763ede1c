package sandbox

// summaryEntry is an entry of GetAccountSummary's map.
type summaryEntry struct {
	Key   string `xml:"key"`
	Value int    `xml:"value"`
}

func (c *call) getAccountSummary() (any, *refusal) {
	var answer struct {
		SummaryMap struct {
			Entry []summaryEntry `xml:"entry"`
		}
	}
	answer.SummaryMap.Entry = []summaryEntry{
		{"Users", len(c.account.users)},
		{"UsersQuota", maxUsers},
		{"AccessKeysPerUserQuota", maxKeys},
		{"AccountAccessKeysPresent", 1}, // the root user's
		{"AccountMFAEnabled", 1},
		{"AccountPasswordPresent", 1},
		{"MFADevices", 2},
		{"MFADevicesInUse", 2},
		{"Roles", 1},
		{"Groups", 0},
		{"Policies", 0},
	}
	return answer, nil
}

func (c *call) listAccountAliases() (any, *refusal) {
	p, problem := c.page(1, func(string) int { return 1 }, func(int) string { return AccountAlias })
	if problem != nil {
		return nil, problem
	}
	return struct {
		AccountAliases list[string]
		truncation
	}{list[string]{[]string{AccountAlias}[p.from:p.to]}, p.truncation()}, nil
}
