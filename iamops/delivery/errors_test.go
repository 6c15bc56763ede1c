//go:build linux || darwin

package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/delivery"
	"keyturn/iamops/sandbox/faults"
)

// produced are, for each kind of failure, a way into it.
var produced = map[iamops.ProblemKind]func(t *testing.T) error{
	iamops.NotFound:      onFile("", func(h home) string { return "file:csv:" + h.at("no/such/folder/new.csv") }),
	delivery.NotWritable: starvedOf("rights"),
	delivery.DiskFull:    starvedOf("room"),
	delivery.Exists:      onFile("", func(h home) string { h.write("new.csv", "something else"); return "file:csv:" + h.at("new.csv") }),
	delivery.Busy: func(t *testing.T) error {
		h := newHome(t, plain)
		other, err := os.Open(h.at(".aws/credentials"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = other.Close() }()
		if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX); err != nil {
			t.Fatal(err)
		}
		return h.target("profile:prod").Deliver(t.Context(), credential())
	},
	delivery.ChangedMeanwhile: func(t *testing.T) error {
		h := newHome(t, "")
		target := h.target("file:csv:" + h.at("new.csv"))
		if err := target.Deliver(t.Context(), credential()); err != nil {
			t.Fatal(err)
		}
		h.write("new.csv", h.read("new.csv")+"# mine\n")
		return target.PutBack(t.Context(), credential())
	},
	iamops.Malformed:        onFile("[prod\n", func(home) string { return "profile:prod" }),
	iamops.NoProfile:        onFile(plain, func(home) string { return "profile:nobody" }),
	delivery.OtherKey:       onFile(strings.ReplaceAll(plain, oldID, thirdID), func(home) string { return "profile:prod" }),
	delivery.SessionProfile: onFile(strings.Replace(plain, "[prod]\n", "[prod]\naws_session_token = x\n", 1), func(home) string { return "profile:prod" }),
	delivery.CommandMissing: onFile("", func(home) string { return "command:json:no-such-program-anywhere" }),
	delivery.CommandFailed:  onFile("", func(home) string { return "command:json:false" }),
	iamops.TimedOut: func(t *testing.T) error {
		target, err := delivery.Parse("command:json:sleep 60", delivery.Env{CommandTimeout: 20 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		return target.Deliver(t.Context(), credential())
	},
	iamops.AccessDenied:       onCloud(ciBilling, faults.Fault{Action: "secretsmanager:PutSecretValue", Break: faults.Deny}),
	iamops.Throttled:          onCloud(ciBilling, faults.Fault{Action: "secretsmanager:PutSecretValue", Break: faults.Throttle}),
	iamops.ExpiredCredentials: onCloud(ciBilling, faults.Fault{Action: "secretsmanager:PutSecretValue", Break: faults.Expire}),
	delivery.KeyFailed:        onCloud(ciBilling, faults.Fault{Action: "secretsmanager:PutSecretValue", Break: faults.KMSFailure}),
	iamops.ServiceFault:       onCloud(ciBilling, faults.Fault{Action: "secretsmanager:GetSecretValue", Break: faults.InternalError}),
	iamops.WrongAccount:       onCloud("secretsmanager:id=access_key_id,secret=secret_access_key,account=444455556666:ci/billing", faults.Fault{Action: "iam:ListUsers"}),
	delivery.NotSecret:        onCloud("ssm:/ci/clear", faults.Fault{Action: "iam:ListUsers"}),
	iamops.ReadOnly: func(t *testing.T) (err error) {
		synctest.Test(t, func(t *testing.T) {
			h := newHeaven(t)
			op := h.cloud.Operator()
			h.a, err = account.At(t.Context(), account.Endpoint{URL: "http://sandbox.test", Region: "eu-west-1", KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret)},
				account.Options{HTTPClient: h.cloud.Client(), Clock: h.cloud, ReadOnly: true})
			if err == nil {
				err = h.target(ciBilling).Deliver(t.Context(), credential())
			}
		})
		return err
	},
	iamops.NoCredentials: onFile("", func(home) string { return ciBilling }),
	delivery.CannotPutBack: func(t *testing.T) error {
		return newHome(t, "").target("command:json:true").PutBack(t.Context(), credential())
	},
	delivery.BadCredential: func(t *testing.T) error {
		return newHome(t, plain).target("profile:prod").Deliver(t.Context(), delivery.Credential{KeyID: newID, OldKeyID: oldID})
	},
	iamops.Canceled: func(t *testing.T) error {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		return newHome(t, "").target("command:json:cat").Deliver(ctx, credential())
	},
	iamops.Unexpected: func(*testing.T) error { return delivery.AsFailure(errors.New("nobody thought of it")) },
}

// onFile delivers to a target of a home with a credentials file.
func onFile(credentials string, spec func(home) string) func(*testing.T) error {
	return func(t *testing.T) error {
		h := newHome(t, credentials)
		return h.target(spec(h)).Deliver(t.Context(), credential())
	}
}

// onCloud delivers to a target in AWS, where something goes wrong.
func onCloud(spec string, fault faults.Fault) func(*testing.T) error {
	return func(t *testing.T) (err error) {
		synctest.Test(t, func(t *testing.T) {
			h := newHeaven(t)
			h.cloud.Inject(fault)
			err = h.target(spec).Deliver(t.Context(), credential())
		})
		return err
	}
}

// starvedOf delivers in a child that lacks something.
func starvedOf(limit string) func(*testing.T) error {
	return func(t *testing.T) error {
		h := newHome(t, plain)
		if limit == "rights" {
			walkable(t, h)
		}
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), "DELIVERY_TEST_SPEC=profile:prod:"+h.at(".aws/credentials"), "DELIVERY_TEST_LIMIT="+limit)
		out, err := child.Output()
		if err != nil {
			t.Fatal(err)
		}
		kind, text, _ := strings.Cut(string(out), " ")
		return &delivery.Failure{Kind: iamops.ProblemKind(kind), Err: errors.New(text)}
	}
}

// TestTheDocsTellOfEachFailure: docs/errors.md has each kind of failure, those that only
// targets have in the table of targets, and each can be met.
func TestTheDocsTellOfEachFailure(t *testing.T) {
	text, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	before, section, found := strings.Cut(string(text), "## Targets of the secret")
	section, _, ends := strings.Cut(section, "\n## ")
	if !found || !ends {
		t.Fatal("there is no table of targets")
	}
	rows := func(table string) map[iamops.ProblemKind]bool {
		told := map[iamops.ProblemKind]bool{}
		for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|").FindAllStringSubmatch(table, -1) {
			told[iamops.ProblemKind(row[1])] = true
		}
		return told
	}
	ofTargets, ofAll := rows(section), rows(before)
	source, err := os.ReadFile("failure.go")
	if err != nil {
		t.Fatal(err)
	}
	own := regexp.MustCompile(`(?m)^\t\w+ +iamops.ProblemKind = "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(own) < 10 {
		t.Fatalf("only %d kinds were found", len(own))
	}
	for _, match := range own {
		if kind := iamops.ProblemKind(match[1]); !ofTargets[kind] || produced[kind] == nil {
			t.Errorf("%s: told of %v, produced %v", kind, ofTargets[kind], produced[kind] != nil)
		}
	}
	for kind := range ofTargets {
		if produced[kind] == nil {
			t.Errorf("%s is told of, and never met", kind)
		}
	}
	for kind, produce := range produced {
		t.Run(string(kind), func(t *testing.T) {
			if !ofTargets[kind] && !ofAll[kind] {
				t.Error("nothing tells of it")
			}
			failure := delivery.AsFailure(produce(t))
			if failure == nil || failure.Kind != kind || !strings.Contains(failure.Error(), string(kind)) {
				t.Errorf("got %v", failure)
			}
			keepsSecret(t, fmt.Sprint(failure))
		})
	}
}
