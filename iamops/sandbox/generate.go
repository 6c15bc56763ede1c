package sandbox

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// generate adds n users whose names, ages and keys depend on the seed alone. One
// in five has no key, and one in ten of the others has two.
func (a *Account) generate(n int, seed uint64, now time.Time) {
	teams := []string{"billing", "checkout", "data", "identity", "logistics", "media", "platform", "search"}
	jobs := []string{"api", "backup", "batch", "deploy", "export", "ingest", "report", "worker"}
	services := []string{"dynamodb", "ec2", "ecr", "kinesis", "s3", "sns", "sqs"}
	regions := []string{"ap-southeast-2", "eu-central-1", "eu-west-1", "us-east-1", "us-west-2"}
	r := rand.New(rand.NewPCG(seed, 20)) //nolint:gosec // a made-up population, no secret
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	// Most keys are young, a few very old.
	age := func() time.Duration { return day + time.Duration(min(r.ExpFloat64()*110, 1500)*float64(day)) }

	for i := range n {
		team := pick(teams)
		oldest := age()
		name := fmt.Sprintf("%s-%s-%04d", team, pick(jobs), i+1)
		u := a.addUser(name, "/", now.Add(-oldest-time.Duration(r.IntN(300))*day))
		u.tags = []tag{{"owner", team}}
		if i%5 == 4 {
			continue
		}
		ages := []time.Duration{oldest}
		if r.IntN(10) == 0 {
			ages = append(ages, oldest/time.Duration(2+r.IntN(4)))
		}
		for _, keyAge := range ages {
			k := seedKey{age: keyAge, service: pick(services), region: pick(regions)}
			switch r.IntN(12) {
			case 0: // never used
			case 1:
				k.inactive = keyAge / 3
				k.lastUsed = keyAge / 2
			case 2:
				k.lastUsed = keyAge / 2
			default:
				k.lastUsed = time.Duration(1 + r.Int64N(int64(min(keyAge, 20*day))))
			}
			a.seedKey(u, k, now)
		}
	}
}
