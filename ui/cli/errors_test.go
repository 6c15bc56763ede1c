package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/config"
	"keyturn/iamops/delivery"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
	"keyturn/ui/words"
)

// documented is a row of a table of docs/errors.md.
type documented struct {
	said string // how it begins
	exit int
}

// tableOf reads the rows of the tables from one heading of docs/errors.md to another.
func tableOf(t *testing.T, from, to string) map[string]documented {
	t.Helper()
	text, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "## "+from)
	if to != "" {
		section, _, _ = strings.Cut(section, "## "+to)
	}
	rows := map[string]documented{}
	for _, line := range strings.Split(section, "\n") {
		cells := strings.Split(line, " | ")
		name := regexp.MustCompile("^\\| `([a-z-]+)`$").FindStringSubmatch(cells[0])
		if name == nil {
			continue
		}
		row := documented{said: cells[1], exit: -1}
		if len(cells) == 5 {
			if row.exit, err = strconv.Atoi(cells[3]); err != nil {
				t.Fatalf("%s: %v", name[1], err)
			}
		}
		rows[name[1]] = row
	}
	if !found || len(rows) == 0 {
		t.Fatalf("there is no table under %q", from)
	}
	return rows
}

// constants are the values of the constants of a type in a file.
func constants(t *testing.T, file, typ string) []string {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, m := range regexp.MustCompile(`(?m)^\t\w+ +`+typ+` = "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
		values = append(values, m[1])
	}
	if len(values) == 0 {
		t.Fatalf("no %s in %s", typ, file)
	}
	return values
}

// at reaches a sandbox's account, as its operator unless the endpoint says otherwise.
func at(t *testing.T, cloud *faults.Account, e account.Endpoint, o account.Options) (*account.Account, error) {
	t.Helper()
	op := cloud.Operator()
	if e.KeyID == "" {
		e.KeyID, e.Secret = op.KeyID, iamops.NewSecret(op.Secret)
	}
	e.URL, o.Clock = "http://sandbox.test", cloud
	if o.HTTPClient == nil {
		o.HTTPClient = cloud.Client()
	}
	return account.At(t.Context(), e, o)
}

// struck does something in an account in which something goes wrong.
func struck(fault faults.Fault, do func(*testing.T, *account.Account) error) func(*testing.T) error {
	return func(t *testing.T) (err error) {
		synctest.Test(t, func(t *testing.T) {
			cloud := faults.New(sandbox.Options{Seed: 1})
			a, reaching := at(t, cloud, account.Endpoint{}, account.Options{})
			if reaching != nil {
				t.Fatal(reaching)
			}
			cloud.Inject(fault)
			err = do(t, a)
		})
		return err
	}
}

func lists(user string) func(*testing.T, *account.Account) error {
	return func(t *testing.T, a *account.Account) error {
		_, err := a.Keys(t.Context(), user)
		return err
	}
}

// changes makes a change that an edit makes of the creation of a key for Suzie.
func changes(edit func(*iamops.Change)) func(*testing.T, *account.Account) error {
	return func(t *testing.T, a *account.Account) error {
		c := iamops.Change{Kind: iamops.Create, Rotation: "rot1", Account: sandbox.AccountID, User: "Suzie"}
		edit(&c)
		permit, err := iamops.RecordFirst(c, func() error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if p := a.Change(t.Context(), permit).Problem; p != nil {
			return p
		}
		return nil
	}
}

func asItIs(*iamops.Change) {}

// answers is a way to an account which answers some requests by itself.
type answers struct {
	cloud  *http.Client
	action string
	with   string
}

// RoundTrip answers.
func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	if !strings.Contains(string(body), "Action="+a.action) {
		return a.cloud.Transport.RoundTrip(r)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.with)), Request: r}, nil
}

// answered does something in an account of which an action is answered by somebody else.
func answered(action, with string, do func(*testing.T, *account.Account) error) func(*testing.T) error {
	return func(t *testing.T) (err error) {
		synctest.Test(t, func(t *testing.T) {
			cloud := faults.New(sandbox.Options{Seed: 1})
			a, reaching := at(t, cloud, account.Endpoint{}, account.Options{HTTPClient: &http.Client{Transport: answers{cloud.Client(), action, with}}})
			if reaching != nil {
				t.Fatal(reaching)
			}
			err = do(t, a)
		})
		return err
	}
}

// awayFromHome is a folder for AWS files; no others, and no variables, count any more.
func awayFromHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("HOME", home)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(home, "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, "credentials"))
	return home
}

// connected connects as the SDK does, with a config file.
func connected(config string, o account.Options) func(*testing.T) error {
	return func(t *testing.T) error {
		home := awayFromHome(t)
		if err := os.WriteFile(filepath.Join(home, "config"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := account.Connect(t.Context(), o)
		return err
	}
}

// reached is what comes of reaching an account at an address.
func reached(t *testing.T, address string, client *http.Client) error {
	t.Helper()
	_, err := account.At(t.Context(), account.Endpoint{URL: address, KeyID: "AKIAIOSFODNN7EXAMPLE", Secret: iamops.NewSecret("x")}, account.Options{HTTPClient: client})
	return err
}

const root = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::` + sandbox.AccountID + `:root</Arn><UserId>` + sandbox.AccountID + `</UserId><Account>` + sandbox.AccountID + `</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

// nowhere is a journal that keeps nothing.
type nowhere struct{}

// Append takes a record.
func (nowhere) Append(any) error { return nil }

// problems are, for each kind of problem, a way into it.
var problems = map[iamops.ProblemKind]func(t *testing.T) error{
	iamops.NoCredentials:      connected("", account.Options{}),
	iamops.NoProfile:          connected("", account.Options{Profile: "nobody"}),
	iamops.BadConfig:          connected("[profile x]\nrole_arn = arn:aws:iam::111122223333:role/x\ncredential_source = Nonsense\n", account.Options{Profile: "x"}),
	iamops.ExpiredSSO:         connected("[profile x]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 111122223333\nsso_role_name = admin\nregion = eu-west-1\n", account.Options{Profile: "x"}),
	iamops.ExpiredCredentials: struck(faults.Fault{Action: "iam:ListAccessKeys", Break: faults.Expire}, lists("Suzie")),
	iamops.BadCredentials: func(t *testing.T) (err error) {
		synctest.Test(t, func(t *testing.T) {
			cloud := faults.New(sandbox.Options{Seed: 1})
			_, err = at(t, cloud, account.Endpoint{KeyID: cloud.Operator().KeyID, Secret: iamops.NewSecret("wrong")}, account.Options{})
		})
		return err
	},
	iamops.WrongCode: func(t *testing.T) (err error) {
		home := awayFromHome(t)
		synctest.Test(t, func(t *testing.T) {
			cloud := faults.New(sandbox.Options{Seed: 1})
			op := cloud.Operator()
			text := fmt.Sprintf("[me]\naws_access_key_id = %s\naws_secret_access_key = %s\n", op.KeyID, op.Secret)
			if err := os.WriteFile(filepath.Join(home, "credentials"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = account.Connect(t.Context(), account.Options{
				Profile: "me", Region: "eu-west-1", EndpointURL: "http://sandbox.test", HTTPClient: cloud.Client(), Clock: cloud,
				MFASerial: sandbox.MFASerial, MFAToken: func(context.Context) (string, error) { return "000000", nil },
			})
		})
		return err
	},
	iamops.ProxyRefused: func(t *testing.T) error {
		refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
		defer refusing.Close()
		address, err := url.Parse(refusing.URL)
		if err != nil {
			t.Fatal(err)
		}
		return reached(t, "https://iam.example.com", &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(address)}})
	},
	iamops.Untrusted: func(t *testing.T) error {
		unknown := httptest.NewUnstartedServer(http.NotFoundHandler())
		unknown.Config.ErrorLog = log.New(io.Discard, "", 0)
		unknown.StartTLS()
		defer unknown.Close()
		return reached(t, unknown.URL, nil)
	},
	iamops.NoIdentity: func(t *testing.T) error {
		another := httptest.NewServer(http.NotFoundHandler())
		defer another.Close()
		return reached(t, another.URL, nil)
	},
	iamops.NoRegion: struck(faults.Fault{Action: "iam:ListUsers"}, func(t *testing.T, a *account.Account) error {
		_, err := a.Parameter(t.Context(), "", "/x")
		return err
	}),
	iamops.AccessDenied: struck(faults.Fault{Action: "iam:ListAccessKeys", Break: faults.Deny}, lists("Suzie")),
	iamops.NotFound:     struck(faults.Fault{Action: "iam:ListUsers"}, lists("nobody")),
	iamops.KeyLimit:     struck(faults.Fault{Action: "iam:ListUsers"}, changes(func(c *iamops.Change) { c.User = "data-pipeline" })),
	iamops.Throttled:    struck(faults.Fault{Action: "iam:CreateAccessKey", Break: faults.Throttle}, changes(asItIs)),
	iamops.Rejected:     struck(faults.Fault{Action: "iam:ListUsers"}, lists("no name!")),
	iamops.ServiceFault: struck(faults.Fault{Action: "iam:CreateAccessKey", Break: faults.InternalError}, changes(asItIs)),
	iamops.Lost:         struck(faults.Fault{Action: "iam:CreateAccessKey", Break: faults.ConnectionReset, At: faults.AfterEffect}, changes(asItIs)),
	iamops.TimedOut:     struck(faults.Fault{Action: "iam:CreateAccessKey", Latency: time.Hour}, changes(asItIs)),
	iamops.Canceled: struck(faults.Fault{Action: "iam:ListUsers"}, func(t *testing.T, a *account.Account) error {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := a.Keys(ctx, "Suzie")
		return err
	}),
	iamops.Unreachable: func(t *testing.T) error {
		_, err := account.At(t.Context(), account.Endpoint{URL: "http://127.0.0.1:1", KeyID: "AKIAIOSFODNN7EXAMPLE", Secret: iamops.NewSecret("x")}, account.Options{})
		return err
	},
	iamops.Malformed:    answered("ListAccessKeys", "it works!", lists("Suzie")),
	iamops.Unexpected:   func(*testing.T) error { return iamops.AsProblem(errors.New("nobody thought of it")) },
	iamops.WrongAccount: struck(faults.Fault{Action: "iam:ListUsers"}, changes(func(c *iamops.Change) { c.Account = "444455556666" })),
	iamops.RootCaller:   answered("GetCallerIdentity", root, changes(asItIs)),
	iamops.OwnKey: struck(faults.Fault{Action: "iam:ListUsers"}, func(t *testing.T, a *account.Account) error {
		return changes(func(c *iamops.Change) {
			c.Kind, c.User, c.KeyID = iamops.Deactivate, sandbox.OperatorUser, a.Caller().SigningKeyID
		})(t, a)
	}),
	iamops.ExpiresSoon: func(t *testing.T) (err error) {
		home := awayFromHome(t)
		synctest.Test(t, func(t *testing.T) {
			cloud := faults.New(sandbox.Options{Seed: 1})
			op := cloud.Operator()
			text := fmt.Sprintf("[me]\naws_access_key_id = %s\naws_secret_access_key = %s\n", op.KeyID, op.Secret)
			if err := os.WriteFile(filepath.Join(home, "credentials"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			a, reaching := account.Connect(t.Context(), account.Options{
				Profile: "me", Region: "eu-west-1", EndpointURL: "http://sandbox.test", HTTPClient: cloud.Client(), Clock: cloud,
				MFASerial: sandbox.MFASerial, MFAToken: func(context.Context) (string, error) { return sandbox.MFACode, nil },
			})
			if reaching != nil {
				t.Fatal(reaching)
			}
			iamops.Sleep(t.Context(), 12*time.Hour-account.SessionLeft+time.Minute)
			err = changes(asItIs)(t, a)
		})
		return err
	},
	iamops.ReadOnly: func(t *testing.T) (err error) {
		synctest.Test(t, func(t *testing.T) {
			a, reaching := at(t, faults.New(sandbox.Options{Seed: 1}), account.Endpoint{}, account.Options{ReadOnly: true})
			if reaching != nil {
				t.Fatal(reaching)
			}
			err = changes(asItIs)(t, a)
		})
		return err
	},
	iamops.NoRecord: struck(faults.Fault{Action: "iam:ListUsers"}, func(t *testing.T, a *account.Account) error {
		p := &place{account: a, clock: iamops.WallClock{}, state: filepath.Join(t.TempDir(), "\x00")}
		_, err := p.start(runner.Task{User: "Suzie"})
		return err
	}),
	iamops.NotDelivered: struck(faults.Fault{Action: "iam:ListUsers"}, func(t *testing.T, a *account.Account) error {
		configured := targets{configured: []config.Target{{User: "*", Spec: "file:csv:/no/such/folder/new.csv"}}, env: delivery.Env{Home: t.TempDir()}}
		run := runner.Start(runner.Parts{Account: a, Journal: nowhere{}, Clock: iamops.WallClock{}, Targets: configured}, runner.Task{ID: "rot1", User: "Suzie"})
		defer run.Close(t.Context()) //nolint:errcheck // what came before is what counts
		for _, d := range []rotation.Decision{rotation.GoOn, rotation.MakeChange, rotation.Deliver} {
			decide(t, run, d)
		}
		for range run.Updates() {
			if d := run.Snapshot().State.Deliveries; len(d) == 1 && d[0].Problem != nil {
				return d[0].Problem
			}
		}
		return nil
	}),
	iamops.TooLate: struck(faults.Fault{Action: "iam:ListUsers"}, changes(func(c *iamops.Change) {
		c.Kind, c.KeyID, c.SendBefore = iamops.Delete, "AKIAI44QH8DHBEXAMPLE", time.Unix(1, 0)
	})),
}

// TestTheDocsTellOfEachProblem: docs/errors.md has each kind of problem, and no other; each
// can be met, begins with the words that stand there, and ends a command as it says.
func TestTheDocsTellOfEachProblem(t *testing.T) {
	told := tableOf(t, "Credentials, AWS, and the way to it", "Targets of the secret")
	kinds := constants(t, "../../iamops/problem.go", "ProblemKind")
	if len(told) != len(kinds) || len(problems) != len(kinds) {
		t.Errorf("%d kinds, %d in the table, %d produced", len(kinds), len(told), len(problems))
	}
	for _, name := range kinds {
		t.Run(name, func(t *testing.T) {
			row, there := told[name]
			produce := problems[iamops.ProblemKind(name)]
			if !there || produce == nil {
				t.Fatalf("told of: %v, produced: %v", there, produce != nil)
			}
			err := produce(t)
			problem := iamops.AsProblem(err)
			if problem == nil || string(problem.Kind) != name {
				t.Fatalf("got %v", err)
			}
			if said := words.Problem(problem, "").What; !strings.HasPrefix(said, row.said) {
				t.Errorf("it begins %q, not %q", said, row.said)
			}
			if got := ExitCode(err); got != row.exit {
				t.Errorf("exit code %d, not %d", got, row.exit)
			}
		})
	}
}

// TestTheDocsTellOfEachRefusal: likewise of each reason why something can't be done.
func TestTheDocsTellOfEachRefusal(t *testing.T) {
	told := tableOf(t, "Why something can't be done now", "")
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s, _ := rotation.Begin(rotation.Rotate, "rot1", iamops.Caller{}, "Suzie", "AKIAIOSFODNN7EXAMPLE", now)
	names := append(constants(t, "../../iamops/rotation/offer.go", "Reason"), constants(t, "../../iamops/rotation/next.go", "Reason")...)
	if len(told) != len(names) {
		t.Errorf("%d reasons, %d in the table", len(names), len(told))
	}
	for _, name := range names {
		said := words.Refusal(rotation.Offer{Refused: rotation.Reason(name)}, s, now)
		if row, there := told[name]; !there || !strings.HasPrefix(said, row.said) || said == name {
			t.Errorf("%s: told of %v; it begins %q, not %q", name, there, said, row.said)
		}
	}
}
