package sandbox

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"strconv"
	"time"
)

// credentialReport is the latest credential report. Its content is that of the
// moment at which it was asked for.
type credentialReport struct {
	begun   time.Time
	ready   time.Time
	content []byte
}

// reportLasts is the time for which a report is current: until it is over, no new
// one is made, and after it the report has expired.
const reportLasts = 4 * time.Hour

// rootUser is the account's root user, which the report shows and which nothing
// signs as.
type rootUser struct {
	created, passwordUsed, keyCreated, keyUsed time.Time
}

func (c *call) generateCredentialReport() (any, *refusal) {
	type answer struct {
		State       string
		Description string `xml:",omitempty"`
	}
	a := c.account
	r := a.report
	switch {
	case r != nil && c.now.Before(r.ready):
		return answer{"INPROGRESS", "A report generation task is already in progress"}, nil
	case r != nil && c.now.Before(r.begun.Add(reportLasts)):
		return answer{State: "COMPLETE"}, nil
	}
	description := "No report exists. Starting a new report generation task"
	if r != nil {
		description = "The report has expired. Starting a new report generation task"
	}
	a.report = &credentialReport{
		begun:   c.now,
		ready:   c.now.Add(a.behavior.ReportTakes),
		content: a.writeReport(c.now),
	}
	return answer{"STARTED", description}, nil
}

func (c *call) getCredentialReport() (any, *refusal) {
	r := c.account.report
	switch {
	case r == nil:
		return nil, errReportMissing
	case c.now.Before(r.ready):
		return nil, errReportUnderWay
	case !c.now.Before(r.begun.Add(reportLasts)):
		return nil, errReportExpired
	}
	return struct{ Content, ReportFormat, GeneratedTime string }{
		base64.StdEncoding.EncodeToString(r.content), "text/csv", isoTime(r.begun),
	}, nil
}

// reportColumns are the columns of a credential report (IAM User Guide).
var reportColumns = []string{
	"user", "arn", "user_creation_time",
	"password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated",
	"access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated",
	"access_key_2_last_used_date", "access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
}

// What the report says where there is nothing to say.
const (
	notApplicable = "N/A"
	noInformation = "no_information"
	notSupported  = "not_supported"
)

// writeReport makes the report's CSV.
func (a *Account) writeReport(now time.Time) []byte {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	_ = w.Write(reportColumns) // a bytes.Buffer takes everything
	noCertificates := []string{"false", notApplicable, "false", notApplicable}

	root := []string{"<root_account>", "arn:aws:iam::" + AccountID + ":root", reportTime(a.root.created),
		notSupported, reportTime(a.root.passwordUsed), notSupported, notSupported, "true",
		"true", reportTime(a.root.keyCreated), reportTime(a.root.keyUsed), "us-east-1", "s3"}
	root = append(root, noKey...)
	_ = w.Write(append(root, noCertificates...))

	for _, name := range a.names {
		u := a.users[name]
		row := append([]string{u.name, u.arn(), reportTime(u.created)}, u.password.columns()...)
		row = append(row, strconv.FormatBool(u.mfa))
		slots := [maxKeys][]string{noKey, noKey}
		for _, k := range u.liveKeys() {
			slots[k.slot] = a.reportKey(k, now)
		}
		for _, columns := range slots {
			row = append(row, columns...)
		}
		_ = w.Write(append(row, noCertificates...))
	}
	w.Flush()
	return text.Bytes()
}

func (p password) columns() []string {
	if !p.set {
		return []string{"false", notApplicable, notApplicable, notApplicable}
	}
	used := noInformation
	if !p.lastUsed.IsZero() {
		used = reportTime(p.lastUsed)
	}
	return []string{"true", used, reportTime(p.changed), notApplicable}
}

// noKey is what the report says of a slot without a key.
var noKey = []string{"false", notApplicable, notApplicable, notApplicable, notApplicable}

// reportKey is what the report says of a key.
func (a *Account) reportKey(k *accessKey, now time.Time) []string {
	isActive := k.status() == active
	columns := []string{strconv.FormatBool(isActive), notApplicable, notApplicable, notApplicable, notApplicable}
	if isActive || a.behavior.ReportDatesInactive {
		columns[1] = reportTime(k.lastChanged())
	}
	if u := k.lastUse(now, a.behavior.LastUsedDelay); !u.at.IsZero() {
		first := k.reported
		if first.After(u.at) { // later uses do not show yet
			first = u.at
		}
		columns[2], columns[3], columns[4] = reportTime(first), u.region, u.service
	}
	return columns
}

// reportTime writes a time as the report has it.
func reportTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05+00:00") }
