package guide

import (
	"fmt"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// usersSeen are three users of the old key, two of which have moved.
func usersSeen() iamops.Evidence {
	boto := iamops.KeyUser{Agent: "boto3 1.34", Address: "10.2.0.14", Calls: []string{"s3 ListBuckets"}, Regions: []string{"us-east-1"}, First: noon.Add(-12 * time.Hour), Last: noon.Add(-3 * day), Count: 12, Gap: time.Hour}
	grafana := iamops.KeyUser{Agent: "aws-sdk-go-v2 1.30", Address: "10.2.0.19", Calls: []string{"ce GetCostAndUsage"}, Regions: []string{"us-east-1"}, Last: noon.Add(-3 * day), Count: 12, Gap: 6 * time.Hour}
	forgotten := iamops.KeyUser{Agent: "aws-cli 2.9", Address: "10.7.3.200", Calls: []string{"ec2 DescribeSnapshots"}, Regions: []string{"us-east-1"}, Last: noon.Add(-3 * day), Count: 12, Gap: 7 * day, Refused: 1, Roles: []string{"arn:aws:iam::123456789012:role/archive"}}
	return iamops.Evidence{
		AsOf: noon.Add(-40 * time.Second), Old: []iamops.KeyUser{boto, grafana, forgotten}, New: []iamops.KeyUser{boto, grafana},
		Looks: []iamops.RegionLook{
			{Region: "eu-west-1", Done: true, Pages: 2}, {Region: "us-east-1", Done: true, Pages: 20, More: true},
			{Region: "us-west-2", Problem: &iamops.Problem{Kind: iamops.AccessDenied}},
		},
	}
}

// preflighted is an operator of whom all is known, and who may not delete keys, or may.
func preflighted(deletion iamops.Verdict) *rotation.Preflighted {
	statement := `{"Effect":"Allow","Action":"%s","Resource":"arn:aws:iam::123456789012:user/*"}`
	p := rotation.Preflighted{At: noon}
	for action, verdict := range map[string]iamops.Verdict{"iam:ListAccessKeys": iamops.Allowed, "iam:CreateAccessKey": iamops.Allowed, "iam:DeleteAccessKey": deletion} {
		p.Permissions = append(p.Permissions, iamops.Permission{Action: action, Verdict: verdict, Statement: fmt.Sprintf(statement, action)})
	}
	return &p
}

// usedScenes are states in which it is known who uses the keys.
func usedScenes() map[string]rotation.State {
	leaked := func(step rotation.Step, edit func(*rotation.State)) rotation.State {
		return with(stateAt(step), func(s *rotation.State) {
			s.Plan, s.New, s.Secret, s.StoredAt, s.Listed = rotation.Leaked, rotation.KeyFacts{}, rotation.NoSecret, time.Time{}, s.Listed[:1]
			s.Quarantine = &rotation.QuarantineSeen{Policy: "AWSCompromisedKeyQuarantineV3"}
			edit(s)
		})
	}
	return map[string]rotation.State{
		"users-distribute": with(stateAt(rotation.Distribute), func(s *rotation.State) { s.Evidence = usersSeen() }),
		"users-reading": with(stateAt(rotation.Distribute), func(s *rotation.State) {
			s.Evidence = iamops.Evidence{Looks: []iamops.RegionLook{{Region: "eu-west-1", Done: true}, {Region: "us-east-1", Pages: 3}}, Guessed: &iamops.Problem{Kind: iamops.AccessDenied}}
		}),
		"users-watch": with(stateAt(rotation.Watch), func(s *rotation.State) {
			s.Evidence, s.Fine = usersSeen(), []string{"boto3 1.34 at 10.2.0.14"}
		}),
		"own-key-distribute": with(stateAt(rotation.Distribute), func(s *rotation.State) { s.Caller.SigningKeyID = oldKeyID }),
		"session-unknown": with(stateAt(rotation.Check), func(s *rotation.State) {
			s.Caller.SigningKeyID, s.Caller.ARN, s.Caller.SourceUnknown = "ASIAIOSFODNN7EXAMPLE", "arn:aws:sts::123456789012:assumed-role/admin/alice", true
		}),
		"allowed":           with(stateAt(rotation.Check), func(s *rotation.State) { s.Preflight = preflighted(iamops.Allowed) }),
		"not-allowed":       with(stateAt(rotation.Check), func(s *rotation.State) { s.Preflight = preflighted(iamops.DeniedByNone) }),
		"leaked-check":      leaked(rotation.Check, func(*rotation.State) {}),
		"leaked-deactivate": leaked(rotation.Check, func(s *rotation.State) { s.Step = rotation.Deactivate }),
		"leaked-review": leaked(rotation.Watch, func(s *rotation.State) {
			s.Step, s.Before = rotation.Review, []string{oldKeyID}
			s.Evidence = usersSeen()
			s.Evidence.Made = []iamops.Made{{First: noon.Add(-2 * time.Hour), Last: noon.Add(-2 * time.Hour), Count: 1, Lasts: true, Call: "iam CreateUser", Subject: "mallory", Region: "us-east-1"}, {First: noon.Add(-3 * time.Hour), Last: noon.Add(-3 * time.Hour), Count: 1, Call: "ec2 RunInstances", Region: "us-west-2", Code: "UnauthorizedOperation"}}
			s.Evidence.Sessions = []iamops.Session{{KeyID: "ASIAI44QH8DHBEXAMPLE", Role: "arn:aws:iam::123456789012:role/deploy", Issued: noon.Add(-time.Hour), Expires: noon.Add(11 * time.Hour)}}
			s.Others = []iamops.AccessKey{{UserName: s.User, ID: "AKIAJOTHEREXAMPLE001", Status: iamops.Active, Created: noon.Add(-time.Hour)}}
		}),
	}
}
