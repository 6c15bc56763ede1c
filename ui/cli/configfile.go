package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"keyturn/iamops/audit"
	"keyturn/iamops/config"
)

// variables are those of the environment that say what a flag says, and beat the file. A key
// in the environment is the choice of a profile.
var variables = map[string][]string{
	"profile":      {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID"},
	"region":       {"AWS_REGION", "AWS_DEFAULT_REGION"},
	"endpoint-url": {"AWS_ENDPOINT_URL"},
}

// readConfig reads the config file and sets the flags that neither the command line nor a
// variable sets. A file that can't be understood is bad usage.
func (a *App) readConfig(cmd *cobra.Command, f *flags) error {
	path := config.Path(a.Env)
	loaded, err := config.Load(path, a.checkTarget)
	if err != nil {
		var bad *config.Error
		if errors.As(err, &bad) {
			return usageError{err}
		}
		return usageError{fmt.Errorf("reading the config file: %w", err)}
	}
	for _, s := range loaded.Settings {
		flag := cmd.Flag(s.Name)
		if flag == nil || flag.Changed || slices.ContainsFunc(variables[s.Name], a.isSet) {
			continue
		}
		if err := flag.Value.Set(s.Value); err != nil {
			return usageError{fmt.Errorf("%s: %s: %w", loaded.Path, s.Name, err)}
		}
	}
	f.config = loaded
	return nil
}

// checkTarget says what is wrong with the spec of a configured target.
func (a *App) checkTarget(spec string) error {
	_, err := a.targets(nil).Parse(spec)
	return errors.Unwrap(err) // the file and its line tell what was read
}

// rules are the rules of the audit that the config file gives.
func (f *flags) rules() audit.Rules {
	rules := audit.DefaultRules()
	if f.config.OwnerTags != nil {
		rules.OwnerTags = f.config.OwnerTags
	}
	if f.config.PurposeTags != nil {
		rules.PurposeTags = f.config.PurposeTags
	}
	for _, e := range f.config.Exemptions {
		rules.Exemptions = append(rules.Exemptions, audit.Exemption(e))
	}
	return rules
}
