package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/iamops/config"
	"keyturn/iamops/evidence"
	"keyturn/iamops/rotation"
)

// flags are those that every command knows.
type flags struct {
	profile, region, endpoint string
	mfaSerial                 string
	noColor, ascii, readOnly  bool
	debug                     bool
	sandbox                   bool // not a flag: the command is one of the sandbox's
	tag                       bool
	trailRegions              []string
	trailPages                int

	config config.Config

	maxAge, unused, quiet, watch config.Period
}

func (f *flags) add(root *cobra.Command) {
	thresholds, settings := audit.DefaultThresholds(), rotation.DefaultSettings()
	f.maxAge, f.unused = config.Period(thresholds.MaxAge), config.Period(thresholds.Unused)
	f.quiet, f.watch = config.Period(settings.Quiet), config.Period(settings.WatchPeriod)
	p := root.PersistentFlags()
	p.StringVar(&f.profile, "profile", "", "the AWS profile to use")
	p.StringVar(&f.region, "region", "", "the AWS region; IAM needs none")
	p.StringVar(&f.endpoint, "endpoint-url", "", "the address of an IAM-compatible service, in place of AWS's")
	p.StringVar(&f.mfaSerial, "mfa-serial", "", "the MFA device for a session made from a long-term key")
	p.BoolVar(&f.noColor, "no-color", false, "no colour (also by NO_COLOR)")
	p.BoolVar(&f.ascii, "ascii", false, "draw with ASCII characters only")
	p.BoolVar(&f.debug, "debug", false, "log AWS calls and what goes on in keyturn to a file beside the journal, without secrets")
	p.BoolVar(&f.readOnly, "read-only", false, "make no change, whatever is confirmed")
	p.BoolVar(&f.tag, "tag", false, "keep the keys' descriptions up to date, as the console shows them (needs iam:TagUser)")
	p.StringSliceVar(&f.trailRegions, "trail-regions", nil, "regions whose CloudTrail is asked besides the account's own list of them")
	p.IntVar(&f.trailPages, "trail-pages", evidence.Pages, "pages of 50 CloudTrail events that are read, a key and region")
	p.Var(&f.maxAge, "max-age", "the age past which a key is overdue")
	p.Var(&f.unused, "unused", "how long a key may go without use")
	p.Var(&f.quiet, "quiet", "how long the old key must have been quiet, at the least, before it is deactivated")
	p.Var(&f.watch, "watch-period", "how long a deactivated key is kept before it is deleted")
}

// check refuses values that no flag could have.
func (f *flags) check() error {
	for _, r := range f.trailRegions {
		if !iamops.IsRegion(r) {
			return usageError{fmt.Errorf("--trail-regions: %q is no region's name", r)}
		}
	}
	if f.trailPages < 1 || f.trailPages > mostTrailPages {
		return usageError{fmt.Errorf("--trail-pages: from 1 to %d", mostTrailPages)}
	}
	return nil
}

// mostTrailPages takes a region half an hour, by AWS's limit of two pages a second.
const mostTrailPages = 3600

func (f *flags) thresholds() audit.Thresholds {
	t := audit.DefaultThresholds()
	t.MaxAge, t.Unused = time.Duration(f.maxAge), time.Duration(f.unused)
	return t
}

func (f *flags) settings() rotation.Settings {
	return rotation.Settings{Quiet: time.Duration(f.quiet), WatchPeriod: time.Duration(f.watch), ReadOnly: f.readOnly}
}
