package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/config"
	"keyturn/iamops/delivery"
	"keyturn/iamops/policy"
	"keyturn/iamops/sandbox"
)

// sandboxRegion is the region that the sandbox's operator works in.
const sandboxRegion = "eu-west-1"

func (a *App) sandboxCommand(f *flags) *cobra.Command {
	var s sandboxFlags
	enter := func(ctx context.Context, f flags, who operator) (*place, error) {
		return a.enterSandbox(ctx, f, s, who)
	}
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Open the same screens on an embedded AWS account: no AWS account, no network, no set-up",
		Long: `sandbox opens keyturn on an embedded AWS account with users, keys of all ages and
applications that use them. Nothing outside of it is read or changed.

With --listen it serves that account over HTTP for any AWS client. The other commands
work on it too: keyturn sandbox audit, keyturn sandbox rotate USER --plain.

Each start makes a new account, which ends with keyturn: only the keys whose ID says
EXAMPLE are the same each time, and there is never a rotation from before.`,
		Args: noArgs,
		// The sandbox ignores the operator's files, the config file too.
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			f.sandbox = true
			if err := a.beginDebug(cmd, *f); err != nil {
				return err
			}
			if s.users < 0 || s.users > 100_000 {
				return usageError{errors.New("--users: from 0 to 100000")}
			}
			if s.as != "" {
				if _, _, _, err := s.account(); err != nil { // before anything else is said
					return err
				}
			}
			return f.check()
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.listen != "" {
				return a.serve(cmd.Context(), s)
			}
			return a.screens(cmd.Context(), *f, enter, nil)
		},
	}
	cmd.PersistentFlags().IntVar(&s.users, "users", 0, "how many users the account has; 0: the few that it comes with")
	cmd.PersistentFlags().StringVar(&s.as, "as", "", "work as this IAM user, with that user's own rights, as in "+sandbox.EngineerUser)
	cmd.Flags().StringVar(&s.listen, "listen", "", "serve the account over HTTP at this address, as in 127.0.0.1:4599")
	cmd.AddCommand(a.auditCommand(f, enter), a.rotateCommand(f, enter), a.retireCommand(f, enter), a.statusCommand(f, enter), a.findCommand(f, enter))
	return cmd
}

// sandboxFlags are the flags of the sandbox alone.
type sandboxFlags struct {
	users      int
	as, listen string
}

// account makes the embedded account, and finds who works in it: the operator, or the user
// of --as. The ordinary engineer in it has what `keyturn policy --self` prints.
func (s sandboxFlags) account() (cloud *sandbox.Account, user string, key sandbox.Credentials, err error) {
	own := policy.For(policy.Where{Partition: "aws", Account: "*", Self: true}, policy.Rotate)
	cloud = sandbox.New(sandbox.Options{Users: s.users, EngineerPolicy: own.JSON()})
	if s.as == "" {
		return cloud, sandbox.OperatorUser, cloud.Operator(), nil
	}
	key, ok := cloud.CredentialsOf(s.as)
	if !ok {
		return nil, "", key, usageError{fmt.Errorf("--as: the sandbox has no IAM user %q with an active key; %s is one", s.as, sandbox.EngineerUser)}
	}
	return cloud, s.as, key, nil
}

// enterSandbox makes an embedded account, and a temporary folder for what would be
// kept of it.
func (a *App) enterSandbox(ctx context.Context, f flags, s sandboxFlags, who operator) (*place, error) {
	cloud, user, key, err := s.account()
	if err != nil {
		return nil, err
	}
	state, err := os.MkdirTemp("", "keyturn-sandbox-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the sandbox: %w", err)
	}
	home := targets{configured: sandboxTargets, env: delivery.Env{Home: state, Getenv: func(string) string { return "" }}}
	p := &place{cloud: cloud, clock: cloud, drift: func() iamops.Drift { return iamops.Drift{} }, state: state, targets: home, flags: f, leave: func() error {
		if err := os.RemoveAll(state); err != nil {
			return fmt.Errorf("removing the sandbox's folder: %w", err)
		}
		return nil
	}}
	file := home.env.CredentialsFile()
	if err := writeSandboxProfiles(cloud, file, user, key); err != nil {
		return nil, errors.Join(err, p.leave())
	}
	p.account, err = account.At(ctx, account.Endpoint{
		URL: "http://sandbox.invalid", Region: sandboxRegion,
		KeyID: key.KeyID, Secret: iamops.NewSecret(key.Secret),
		Again: func() (again account.Endpoint, err error) {
			again.KeyID, again.Secret, err = account.ReadProfile(context.Background(), file, user)
			return again, err
		},
	}, account.Options{HTTPClient: cloud.Client(), Clock: cloud, ReadOnly: f.readOnly, OnCall: a.debug.called(who.called)})
	if err != nil {
		return nil, errors.Join(err, p.leave())
	}
	_ = p.account.LoadAlias(ctx) // not everybody may read it
	p.targets.env.Cloud = func(_ context.Context, profile string) (delivery.Cloud, error) {
		if profile != "" {
			return nil, &iamops.Problem{Kind: iamops.NoProfile, Message: "there is no profile " + profile}
		}
		return p.account, nil
	}
	return p, nil
}

// profileReader is the application of the sandbox that reads its key from a profile. What
// the engineer's laptop runs does so too, where the engineer is at work.
const profileReader = "web-frontend"

// writeSandboxProfiles makes the sandbox's credentials file, with the key of who is at work
// and that of an application.
func writeSandboxProfiles(cloud *sandbox.Account, file, user string, key sandbox.Credentials) error {
	readers := map[string]string{profileReader: profileReader} // their profiles, by application
	reader, err := cloud.KeyOf(profileReader)
	if err != nil {
		return fmt.Errorf("making the sandbox's credentials file: %w", err)
	}
	profiles := map[string]sandbox.Credentials{profileReader: reader, user: key}
	if user == sandbox.EngineerUser {
		readers[sandbox.EngineerApplication] = user
	}
	text := ""
	for name, key := range profiles {
		text += fmt.Sprintf("[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n\n", name, key.KeyID, key.Secret)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("making the sandbox's folder: %w", err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return fmt.Errorf("making the sandbox's credentials file: %w", err)
	}
	for application, profile := range readers {
		err := cloud.ReadFrom(application, "profile "+profile, func() (string, string, error) {
			id, secret, err := account.ReadProfile(context.Background(), file, profile)
			return id, secret.Reveal(), err
		})
		if err != nil {
			return fmt.Errorf("making the sandbox's credentials file: %w", err)
		}
	}
	return nil
}

// sandboxTargets are where applications of the sandbox read their keys: a delivery there
// makes them move to the new one.
var sandboxTargets = []config.Target{
	{User: "ci-deploy", Spec: "secretsmanager:id=" + sandbox.KeyIDField + ",secret=" + sandbox.SecretField + ":" + sandbox.SecretName},
	{User: "monitoring", Spec: "ssm:as=json:" + sandbox.ParameterName},
}

// serve serves an embedded account over HTTP until ctx ends.
func (a *App) serve(ctx context.Context, s sandboxFlags) error {
	cloud, _, operator, err := s.account()
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return usageError{fmt.Errorf("--listen %s: %w", s.listen, err)}
	}
	_, err = fmt.Fprintf(a.Out, `unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN
export AWS_ENDPOINT_URL=http://%s
export AWS_ACCESS_KEY_ID=%s
export AWS_SECRET_ACCESS_KEY=%s
export AWS_REGION=%s
export AWS_DEFAULT_REGION=%s
`, listener.Addr(), operator.KeyID, operator.Secret, sandboxRegion, sandboxRegion)
	if err != nil {
		return errors.Join(fmt.Errorf("writing the settings: %w", err), listener.Close())
	}
	a.say("keyturn: the sandbox listens at http://%s until it is interrupted. Source the lines above in a shell.", listener.Addr())
	a.say("  AWS CLI before 2.13: pass --endpoint-url http://%s as well.", listener.Addr())
	a.say("  A day later, for the account (your own clock stays): curl -X POST 'http://%s/_keyturn/advance?days=1'", listener.Addr())
	server := &http.Server{Handler: cloud, ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the sandbox: %w", err)
	}
	return nil
}
