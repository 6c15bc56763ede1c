package sandbox

import (
	"cmp"
	"fmt"
	"time"
)

const day = 24 * time.Hour

// seedUser is a user of the seeded account. Ages are those at the account's
// making.
type seedUser struct {
	name     string
	age      time.Duration
	console  bool          // has a console password, and MFA
	signedIn time.Duration // how long ago in the console
	tags     []tag
	keys     []seedKey
}

// seedKey is a key of a seeded user. Its last use comes from lastUsed, or from
// the applications.
type seedKey struct {
	id       string // "" is a random one
	age      time.Duration
	inactive time.Duration // for how long it has been Inactive; 0 is Active
	lastUsed time.Duration // how long ago; 0 is never, but for applications
	service  string
	region   string
	apps     []seedApplication
}

// seedApplication is an application that uses a seeded key. It has run since it
// was due last, and since long enough to have a log.
type seedApplication struct {
	name, service, region, does string
	every                       time.Duration
	ago                         time.Duration // its last run
	// event is the management event of a run; "" is a data event, which no event history
	// has. from and agent are the address and the user agent of its calls.
	event, from, agent string
	role               string // that it assumes with its key, and works as
}

// suzieKeyID is the key of AWS's own examples.
const suzieKeyID = "AKIAI44QH8DHBEXAMPLE"

// seedUsers are the users of the seeded account: each shows something that an
// audit should tell.
var seedUsers = []seedUser{
	{ // two applications with one key, one of which is easily forgotten
		name: "Suzie", age: 812 * day,
		tags: []tag{{"owner", "photo-team"}, {"purpose", "photo storage"}, {suzieKeyID, "photo buckets"}},
		keys: []seedKey{{id: suzieKeyID, age: 97 * day, apps: []seedApplication{
			{name: "photo-sync", service: "s3", region: "eu-west-1", does: "synchronised the photo bucket",
				every: 2 * time.Minute, ago: time.Minute},
			{name: "nightly-export", service: "s3", region: "eu-west-1", does: "exported yesterday's photos",
				every: day, ago: 9 * time.Hour},
		}}},
	},
	{ // long past the limit, and in use
		name: "billing-cron", age: 1290 * day,
		tags: []tag{{"owner", "finance"}, {"purpose", "monthly bills"}},
		keys: []seedKey{{id: "AKIAIOSFODNN7EXAMPLE", age: 412 * day, apps: []seedApplication{
			{name: "billing-rollup", service: "s3", region: "us-east-1", does: "added up the hour's usage",
				every: time.Hour, ago: 25 * time.Minute,
				event: "ListBuckets", from: "10.2.0.14", agent: "Boto3/1.34.51 md/Botocore#1.34.51 lang/python#3.11.6"},
			{name: "cost-dashboard", service: "ce", region: "us-east-1", does: "read the day's costs",
				every: 6 * time.Hour, ago: 2 * time.Hour,
				event: "GetCostAndUsage", from: "10.2.0.19",
				agent: "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOARCH#amd64 api/costexplorer#1.40.2"},
			{name: "month-end-archive", service: "ec2", region: "us-east-1", does: "listed the snapshots to archive",
				every: 7 * day, ago: 3 * day,
				event: "DescribeSnapshots", from: "10.7.3.200",
				agent: "aws-cli/2.9.19 Python/3.11.2 Linux/6.1.0 prompt/off command/ec2.describe-snapshots"},
		}}},
	},
	{ // just past the limit
		name: "ci-deploy", age: 640 * day,
		tags: []tag{{"owner", "platform"}, {"purpose", "image builds"}},
		keys: []seedKey{{id: "AKIAJ5QK3ZEXAMPLEC45", age: 91 * day, apps: []seedApplication{
			{name: "image-build", service: "ecr", region: "eu-west-1", does: "pushed the nightly images",
				every: 6 * time.Hour, ago: 2 * time.Hour,
				event: "GetAuthorizationToken", from: "203.0.113.80",
				agent: "GitHub-Actions aws-sdk-js/3.600.0 os/linux lang/js"},
		}}},
	},
	{ // never used
		name: "legacy-export", age: 733 * day,
		keys: []seedKey{{id: "AKIAJ2LEGACYEXAMPLE7", age: 733 * day}},
	},
	{ // an inactive key left behind
		name: "report-mailer", age: 420 * day,
		tags: []tag{{"owner", "finance"}},
		keys: []seedKey{{
			id: "AKIAJ6EXAMPLE62MAILR", age: 310 * day, inactive: 60 * day, lastUsed: 61 * day,
			service: "ses", region: "us-east-1",
		}},
	},
	{ // nothing wrong
		name: "web-frontend", age: 365 * day,
		tags: []tag{{"owner", "web"}, {"purpose", "sessions table"}},
		keys: []seedKey{{id: "AKIAJ3EXAMPLE64WEBFE", age: 37 * day, apps: []seedApplication{
			{name: "web-frontend", service: "dynamodb", region: "eu-west-1", does: "read the sessions table",
				every: 5 * time.Minute, ago: 3 * time.Minute},
		}}},
	},
	{ // two live keys, both in use
		name: "data-pipeline", age: 500 * day,
		tags: []tag{{"owner", "analytics"}},
		keys: []seedKey{
			{age: 210 * day, apps: []seedApplication{
				{name: "warehouse-load", service: "redshift", region: "eu-central-1", does: "loaded the warehouse",
					every: 4 * time.Hour, ago: 100 * time.Minute,
					role: "warehouse-loader", event: "DescribeClusters", from: "10.3.1.7",
					agent: "aws-sdk-java/1.12.600 Linux/5.10 OpenJDK_64-Bit_Server_VM/17.0.9"},
			}},
			{age: 140 * day, apps: []seedApplication{
				{name: "stream-tap", service: "kinesis", region: "eu-central-1", does: "drained the click stream",
					every: 15 * time.Minute, ago: 11 * time.Minute},
			}},
		},
	},
	{ // a forgotten inactive key takes the second slot
		name: "backup-agent", age: 900 * day,
		tags: []tag{{"owner", "platform"}, {"purpose", "weekly backup"}},
		keys: []seedKey{
			{age: 610 * day, inactive: 79 * day, lastUsed: 80 * day, service: "s3", region: "us-west-2"},
			{age: 80 * day, apps: []seedApplication{
				{name: "weekly-backup", service: "s3", region: "us-west-2", does: "copied the backups",
					every: 7 * day, ago: 3 * day},
			}},
		},
	},
	{ // a rotation half done: the old key is quiet, the new one in use
		name: "invoice-api", age: 480 * day,
		tags: []tag{{"owner", "finance"}, {"purpose", "invoices"}},
		keys: []seedKey{
			{age: 185 * day, lastUsed: 2*day + 4*time.Hour, service: "sqs", region: "eu-west-1"},
			{age: 3 * day, apps: []seedApplication{
				{name: "invoice-api", service: "sqs", region: "eu-west-1", does: "took the waiting invoices",
					every: 10 * time.Minute, ago: 4 * time.Minute},
			}},
		},
	},
	{ // unused for longer than 45 days
		name: "terraform", age: 700 * day,
		tags: []tag{{"owner", "platform"}},
		keys: []seedKey{{age: 121 * day, lastUsed: 58 * day, service: "ec2", region: "eu-west-1"}},
	},
	{ // young and in use
		name: "monitoring", age: 12 * day,
		tags: []tag{{"owner", "platform"}, {"purpose", "metrics"}},
		keys: []seedKey{{age: 12 * day, apps: []seedApplication{
			{name: "metrics-scrape", service: "cloudwatch", region: "eu-central-1", does: "read the metrics",
				every: time.Hour, ago: 12 * time.Minute,
				event: "DescribeAlarms", from: "10.9.0.4",
				agent: "grafana aws-sdk-go/1.51.31 (go1.22.4; linux; amd64)"},
		}}},
	},
	{ // people
		name: "alice", age: 1100 * day, console: true, signedIn: 5 * time.Hour,
		keys: []seedKey{{age: 64 * day, lastUsed: 3 * day, service: "sts", region: "us-east-1"}},
	},
	{name: "bob", age: 560 * day, console: true, signedIn: 31 * day},
	{
		name: "carol.ops", age: 20 * day, console: true, signedIn: 2 * day,
		keys: []seedKey{{age: 20 * day}},
	},
	{name: "external-auditor", age: 75 * day, console: true, signedIn: 70 * day, tags: []tag{{"owner", "compliance"}}},
	{
		name: OperatorUser, age: 900 * day, console: true, signedIn: 26 * time.Hour,
		keys: []seedKey{{age: 6 * day, lastUsed: 50 * time.Minute, service: "iam", region: "us-east-1"}},
	},
}

// seed makes the account that every sandbox has.
func (a *Account) seed(now time.Time) {
	a.root = rootUser{
		created:      now.Add(-1460 * day),
		passwordUsed: now.Add(-200 * day),
		keyCreated:   now.Add(-1455 * day),
		keyUsed:      now.Add(-401 * day),
	}
	for _, s := range seedUsers {
		a.seedUser(s, now)
	}
	a.seedStores()
	operator := a.user(OperatorUser)
	everything := allowDocument([]string{"*"}, "*")
	operator.setPolicy(mustReadPolicy(Policy{administratorAccess.PolicyName, everything, true}))
	a.operator = Credentials{KeyID: operator.keys[0].id, Secret: operator.keys[0].secret}
}

func (a *Account) seedUser(s seedUser, now time.Time) *user {
	u := a.addUser(s.name, "/", now.Add(-s.age))
	u.tags = append(u.tags, s.tags...)
	if s.console {
		u.mfa = true
		u.password = password{set: true, changed: u.created, lastUsed: now.Add(-s.signedIn).Truncate(time.Second)}
	}
	for _, k := range s.keys {
		a.seedKey(u, k, now)
	}
	return u
}

// seedEngineer makes the ordinary user, who works with a key from a laptop. The document
// has to be one that the account can evaluate.
func (a *Account) seedEngineer(document string, now time.Time) {
	u := a.seedUser(seedUser{
		name: EngineerUser, age: 400 * day, console: true, signedIn: 20 * time.Hour,
		keys: []seedKey{{age: 131 * day, apps: []seedApplication{
			{name: EngineerApplication, service: "s3", region: "eu-west-1", does: "synchronised the notebooks",
				every: 3 * time.Hour, ago: 2 * time.Hour},
		}}},
	}, now)
	u.setPolicy(mustReadPolicy(Policy{EngineerPolicyName, document, false}))
}

// EngineerApplication is what uses the key of [EngineerUser].
const EngineerApplication = "notebook-sync"

// Where seeded applications read their keys, and the fields that hold them.
const (
	SecretName    = "ci/deploy"       // of image-build, in Secrets Manager
	ParameterName = "/monitoring/aws" // of metrics-scrape, in the Parameter Store
	StoreRegion   = "eu-west-1"
	KeyIDField    = "access_key_id"
	SecretField   = "secret_access_key"
)

// seedStores makes the secret and the parameter.
func (a *Account) seedStores() {
	for _, p := range a.apps {
		switch p.name {
		case "image-build":
			text := fmt.Sprintf(
				"{\n  \"registry\": \"111122223333.dkr.ecr.eu-west-1.amazonaws.com\",\n"+
					"  %q: %q,\n  %q: %q,\n  \"retries\": 3\n}",
				KeyIDField, p.key.id, SecretField, p.key.secret)
			a.addSecret(StoreRegion, SecretName, p.key.created).put(
				&secretVersion{id: a.entropy.requestID(), text: text, created: p.key.created}, currentStage)
			a.readSecret(p, StoreRegion, SecretName, KeyIDField, SecretField)
		case "metrics-scrape":
			text := fmt.Sprintf("{\n  \"AccessKeyId\": %q,\n  \"SecretAccessKey\": %q\n}\n", p.key.id, p.key.secret)
			a.addParameter(StoreRegion, ParameterName).versions = []parameterVersion{{
				text: text, kind: secureString, keyID: "alias/monitoring", tier: standardTier, dataType: textDataType,
				by: a.user(OperatorUser).arn(), at: p.key.created,
			}}
			a.readParameter(p, StoreRegion, ParameterName)
		}
	}
}

// seedLogLines is about how many runs a seeded application has behind it.
const seedLogLines = 12

func (a *Account) seedKey(u *user, s seedKey, now time.Time) {
	k := a.createKey(u, s.id, now.Add(-s.age))
	if s.lastUsed > 0 {
		k.used(use{now.Add(-s.lastUsed).Truncate(time.Second), s.service, s.region}, 0)
		k.settle(now, 0)
	}
	if s.inactive > 0 {
		k.set(inactive, now.Add(-s.inactive).Truncate(time.Second))
	}
	for _, p := range s.apps {
		first := now.Add(-p.ago - (seedLogLines-1)*p.every)
		for !first.After(k.created.Add(time.Minute)) {
			first = first.Add(p.every)
		}
		a.apps = append(a.apps, &application{
			name: p.name, service: p.service, region: p.region, does: p.does,
			event: p.event, from: cmp.Or(p.from, "10.2.0.50"), agent: cmp.Or(p.agent, "Boto3/1.34.51 Python/3.11.6"),
			key: k, every: p.every, next: first, role: roleNamed(p.role),
		})
	}
}
