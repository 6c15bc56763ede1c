package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"

	"keyturn/iamops"
)

// ReadProfile reads the long-term key of a profile in a credentials file, as the SDK
// does, and nothing else of the operator's configuration.
func ReadProfile(ctx context.Context, file, profile string) (keyID string, secret iamops.Secret, err error) {
	cfg, err := sharedConfig([]string{file}, func() (config.SharedConfig, error) {
		return config.LoadSharedConfigProfile(ctx, profile, func(o *config.LoadSharedConfigOptions) {
			o.CredentialsFiles, o.ConfigFiles = []string{file}, []string{}
		})
	})
	if err != nil {
		return "", iamops.Secret{}, fmt.Errorf("reading profile %s: %w", profile, err)
	}
	if !cfg.Credentials.HasKeys() {
		return "", iamops.Secret{}, errors.New("profile " + profile + " holds no key")
	}
	return cfg.Credentials.AccessKeyID, iamops.NewSecret(cfg.Credentials.SecretAccessKey), nil
}
