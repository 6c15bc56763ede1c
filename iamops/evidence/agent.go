package evidence

import (
	"regexp"
	"strings"
)

// program is a name that tells more of a user agent than the library in front of it.
var program = regexp.MustCompile(
	`(?i)\b(terraform|packer|pulumi|ansible|grafana|jenkins|github-actions|gitlab|circleci|argocd|telegraf|` +
		`fluent-bit|logstash|rclone|s3cmd|cyberduck|serverless|kops|eksctl|aws-vault|datadog|prowler|` +
		`cloud-custodian)\b`,
)

// appID is the application ID that SDKs put into their user agent.
var appID = regexp.MustCompile(`\bapp/([\w.+-]+)`)

// library is a library or tool with its version: Boto3/1.34.51.
var library = regexp.MustCompile(`^([A-Za-z][\w.+-]*)/v?([0-9]+(?:\.[0-9]+)?)`)

// agentLetters is the most that is kept of a user agent that nobody knows.
const agentLetters = 40

// Short is what is telling of a user agent: the program or the application ID if it names
// one, else the library and its version, else its beginning.
func Short(agent string) string {
	agent = strings.Join(strings.Fields(agent), " ")
	if strings.HasPrefix(agent, "Mozilla/") {
		return "a browser"
	}
	var parts []string
	if m := library.FindStringSubmatch(agent); m != nil {
		parts = append(parts, strings.ToLower(m[1])+" "+m[2])
	}
	if m := program.FindString(agent); m != "" && !strings.Contains(strings.Join(parts, " "), strings.ToLower(m)) {
		parts = append([]string{strings.ToLower(m)}, parts...)
	}
	if m := appID.FindStringSubmatch(agent); m != nil {
		parts = append(parts, "as "+m[1])
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, " ")
	case agent == "":
		return "no user agent"
	}
	if letters := []rune(agent); len(letters) > agentLetters {
		return string(letters[:agentLetters])
	}
	return agent
}
