package cli

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
	"keyturn/ui/words"
)

// TestAQuietDayProvesNothing: of an application that only reads S3 objects, which no event
// history shows, and of one that runs once a week it is never said that the key is unused,
// and neither is cut off on the strength of a quiet day.
func TestAQuietDayProvesNothing(t *testing.T) {
	t.Parallel()
	for name, workload := range map[string]sandbox.Workload{
		"reads S3 objects": {Service: "s3", Region: "eu-west-1", Every: 3 * 24 * time.Hour, Runs: 20},
		"runs weekly":      {Service: "ec2", Region: "eu-west-1", Event: "DescribeSnapshots", Every: 7 * 24 * time.Hour, Runs: 1, From: "10.7.3.200", Agent: "aws-cli/2.9.19"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := faults.New(sandbox.Options{Seed: 1})
				a, err := at(t, cloud, account.Endpoint{Region: "eu-west-1"}, account.Options{})
				if err != nil {
					t.Fatal(err)
				}
				keys, err := a.Keys(t.Context(), "carol.ops")
				if err != nil || len(keys) != 1 {
					t.Fatalf("%d keys, %v", len(keys), err)
				}
				workload.Name, workload.KeyID = name, keys[0].ID
				cloud.Run(workload)
				run := runner.Start(runner.Parts{Account: a, Journal: nowhere{}, Clock: cloud, Settings: rotation.DefaultSettings(), Trail: a}, runner.Task{ID: "rot1", User: "carol.ops"})
				defer run.Close(t.Context()) //nolint:errcheck // nothing is in flight
				for _, d := range []rotation.Decision{rotation.GoOn, rotation.MakeChange} {
					decide(t, run, d)
				}
				iamops.Sleep(t.Context(), time.Minute) // the trial, and the proof
				if err := run.GiveOut(); err != nil {
					t.Fatal(err)
				}
				decide(t, run, rotation.Stored)
				for range 2 * 24 { // two days, hour by hour, as an operator would look
					cloud.Advance(time.Hour)
					iamops.Sleep(t.Context(), time.Minute)
					s, set, now := run.Snapshot().State, rotation.DefaultSettings(), cloud.Now()
					if !s.Evidence.Looked() {
						t.Fatal("the event history was not read")
					}
					if gate := rotation.GateOf(s, set, now); gate.Open() {
						t.Fatalf("the gate is open: %+v, last use %+v", gate, s.Old.LastUse)
					}
					for _, f := range words.Known(s, set, now) {
						for _, claim := range []string{"unused", "never used", "nobody uses", "is not used"} {
							if f.Label != "new key in use" && strings.Contains(f.Text, claim) && f.Label != "quiet enough" {
								t.Fatalf("%s: %s", f.Label, f.Text)
							}
						}
						if f.Label == "old key quiet" && f.Mark == words.Good {
							t.Fatalf("it is said to be quiet for long enough: %s", f.Text)
						}
					}
				}
			})
		})
	}
}
