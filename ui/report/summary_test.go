package report

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// pastRotations are a rotation with all that can happen in one, and one with nothing.
func pastRotations() []rotation.Summary {
	at := func(days int) time.Time { return time.Date(2026, 3, 1+days, 9, 30, 0, 0, time.UTC) }
	when := func(days int) *time.Time { t := at(days); return &t }
	const alice, bob = "arn:aws:iam::123456789012:user/ops/alice", "arn:aws:sts::123456789012:assumed-role/key-admin/bob"
	deed := func(days int, by string, kind rotation.DeedKind, step rotation.Step, more func(*rotation.Deed)) rotation.Deed {
		d := rotation.Deed{At: at(days), By: by, Kind: kind, Plan: rotation.Rotate, Step: step, Against: []rotation.Why{}}
		if more != nil {
			more(&d)
		}
		return d
	}
	ended := at(9)
	return []rotation.Summary{{
		Rotation: "r7k2", User: "billing|cron", Plan: rotation.Rotate, OldKeyID: "AKIAIOSFODNN7EXAMPLE", NewKeyID: "AKIAI44QH8DHBEXAMPLE",
		Begun: at(0), Ended: &ended, By: []string{alice, bob},
		Deeds: []rotation.Deed{
			deed(0, alice, rotation.DeedBegun, rotation.Check, nil),
			deed(0, alice, rotation.DeedDecided, rotation.Check, func(d *rotation.Deed) { d.Decision = rotation.GoOn }),
			deed(0, alice, rotation.DeedChanged, rotation.Create, func(d *rotation.Deed) {
				d.Change, d.KeyID, d.Effect, d.RequestID, d.Proven = iamops.Create, "AKIAI44QH8DHBEXAMPLE", iamops.Done, "4f1", when(0)
			}),
			deed(0, alice, rotation.DeedDelivered, rotation.Store, func(d *rotation.Deed) { d.Target = "profile:prod" }),
			deed(0, alice, rotation.DeedDelivered, rotation.Store, func(d *rotation.Deed) { d.Target, d.Problem = "file:csv:/secure/new.csv", "exists" }),
			deed(0, alice, rotation.DeedDecided, rotation.Store, func(d *rotation.Deed) { d.Decision = rotation.Stored }),
			deed(0, alice, rotation.DeedLeft, rotation.Distribute, nil),
			deed(1, bob, rotation.DeedDecided, rotation.Deactivate, func(d *rotation.Deed) {
				d.Decision, d.Against, d.Reason = rotation.MakeChange, []rotation.Why{rotation.WhyGapLonger, rotation.WhyUsedRecently}, "nobody *answers* for it"
			}),
			deed(1, bob, rotation.DeedChanged, rotation.Deactivate, func(d *rotation.Deed) {
				d.Change, d.KeyID, d.Effect, d.Proven = iamops.Deactivate, "AKIAIOSFODNN7EXAMPLE", iamops.Done, when(1)
				d.Evidence = &rotation.GateFacts{
					At: at(1), Use: "used", LastUse: when(0), QuietSince: when(0), Needed: 86400, LongestGap: 7 * 86400,
					Users: []rotation.GateUser{
						{Who: "boto3 1.34 at 10.2.0.14", Calls: []string{"s3 ListBuckets"}, Count: 12, Last: when(0), Moved: true},
						{Who: "aws-cli 2.9 at 10.7.3.200", Calls: []string{"ec2 DescribeSnapshots"}, Count: 1, Last: when(0)},
						{Who: "curl 8 at 198.51.100.4", Calls: []string{}, Count: 0},
					},
					Trail: &rotation.GateTrail{AsOf: at(1), Since: at(-89), Regions: 4, Failed: []string{"me-south-1"}, More: []string{"us-east-1"}, Guessed: true},
				}
			}),
			deed(2, bob, rotation.DeedChanged, rotation.Watch, func(d *rotation.Deed) {
				d.Change, d.KeyID, d.Effect = iamops.Reactivate, "AKIAIOSFODNN7EXAMPLE", iamops.Unclear
			}),
			deed(2, bob, rotation.DeedPutBack, rotation.Distribute, func(d *rotation.Deed) { d.Target = "profile:prod" }),
			deed(3, bob, rotation.DeedDecided, rotation.Watch, func(d *rotation.Deed) {
				d.Decision, d.About = rotation.UserFine, "aws-cli 2.9 at 10.7.3.200"
			}),
			deed(9, bob, rotation.DeedChanged, rotation.Delete, func(d *rotation.Deed) {
				d.Change, d.KeyID, d.Effect, d.Problem = iamops.Delete, "AKIAIOSFODNN7EXAMPLE", iamops.NoEffect, "throttled Throttling"
				d.Evidence = &rotation.GateFacts{At: at(9), Use: "unknown", OffSince: when(2), Users: []rotation.GateUser{}}
			}),
			deed(9, bob, rotation.DeedSettled, rotation.Delete, func(d *rotation.Deed) { d.Target = "profile:prod" }),
			deed(9, bob, rotation.DeedEnded, rotation.Finished, nil),
		},
	}, {Rotation: "x", User: "u", Plan: rotation.Retire, OldKeyID: "AKIAJ2LEGACYEXAMPLE7", Begun: at(0), By: []string{}, Deeds: []rotation.Deed{}}}
}

func TestSummaries(t *testing.T) {
	account := iamops.Account{ID: "123456789012", Alias: "acme-prod", Partition: "aws"}
	at := time.Date(2026, 3, 20, 9, 0, 0, 0, time.UTC)
	for _, f := range []Format{AsTable, AsJSON, AsMarkdown} {
		t.Run(string(f), func(t *testing.T) {
			var text strings.Builder
			if err := WriteSummaries(&text, f, account, pastRotations(), at); err != nil {
				t.Fatal(err)
			}
			golden.RequireEqual(t, text.String())
		})
	}
}

// TestSummariesAreAsTheirSchemaSays: also none at all, and the schema is not one that
// takes everything.
func TestSummariesAreAsTheirSchemaSays(t *testing.T) {
	schema := schemaOf(t, "summary.schema.json")
	for _, all := range [][]rotation.Summary{pastRotations(), nil} {
		var text strings.Builder
		at := time.Date(2026, 3, 20, 9, 0, 0, 0, time.UTC)
		if err := WriteSummaries(&text, AsJSON, iamops.Account{ID: "123456789012"}, all, at); err != nil {
			t.Fatal(err)
		}
		validate(t, schema, text.String())
		for _, swap := range [][2]string{{`"change": "deactivate"`, `"change": "off"`}, {`"use": "used"`, `"use": "no"`}, {`"fine": false`, `"fine": null`}} {
			bad := strings.Replace(text.String(), swap[0], swap[1], 1)
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
			if err != nil {
				t.Fatal(err)
			}
			if len(all) > 0 && schema.Validate(doc) == nil {
				t.Errorf("%s is accepted", swap[1])
			}
		}
	}
}
