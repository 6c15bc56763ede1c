package delivery

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"keyturn/iamops"
)

// The shapes in which a credential is written.
const (
	csvFormat    = "csv"    // the IAM console's download
	dotenvFormat = "dotenv" // AWS_ACCESS_KEY_ID=…, a line each
	jsonFormat   = "json"   // the field names of iam:CreateAccessKey's answer
	secretFormat = "secret" // the secret alone, without a line ending
)

// format is a shape, and the region for which the SES SMTP password is added;
// "" is none. In the secret's own shape that password stands for the secret.
type format struct {
	shape  string
	region string
}

// parseFormat reads SHAPE or SHAPE+ses=REGION.
func parseFormat(text string, shapes ...string) (format, error) {
	shape, region, withSES := strings.Cut(text, "+ses=")
	switch {
	case !slices.Contains(shapes, shape):
		return format{}, fmt.Errorf("the format %q is none of %s", shape, strings.Join(shapes, ", "))
	case withSES && !iamops.IsRegion(region):
		return format{}, fmt.Errorf("%q is no region's name", region)
	}
	return format{shape, region}, nil
}

// String is the text that parseFormat reads.
func (f format) String() string {
	if f.region == "" {
		return f.shape
	}
	return f.shape + "+ses=" + f.region
}

// texts are the secrets that render writes.
func (f format) texts(c Credential) []string {
	texts := []string{c.Secret.Reveal()}
	if f.region != "" {
		texts = append(texts, SMTPPassword(c.Secret, f.region).Reveal())
	}
	return texts
}

// render writes the credential.
func (f format) render(c Credential) ([]byte, error) {
	secret, password := c.Secret.Reveal(), ""
	if f.region != "" {
		password = SMTPPassword(c.Secret, f.region).Reveal()
	}
	return f.fill(c.KeyID, secret, password)
}

func (f format) fill(keyID, secret, password string) ([]byte, error) {
	var b strings.Builder
	switch f.shape {
	case csvFormat:
		if f.region == "" {
			fmt.Fprintf(&b, "Access key ID,Secret access key\n%s,%s\n", keyID, secret)
		} else {
			fmt.Fprintf(&b,
				"Access key ID,Secret access key,SMTP user name,SMTP password\n%[1]s,%[2]s,%[1]s,%[3]s\n",
				keyID, secret, password)
		}
	case dotenvFormat:
		fmt.Fprintf(&b, "AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n", keyID, secret)
		if f.region != "" {
			fmt.Fprintf(&b, "SES_SMTP_USERNAME=%s\nSES_SMTP_PASSWORD=%s\n", keyID, password)
		}
	case jsonFormat:
		fields := struct {
			AccessKeyID     string `json:"AccessKeyId"`
			SecretAccessKey string `json:"SecretAccessKey"`
			SMTPUsername    string `json:"SmtpUsername,omitempty"`
			SMTPPassword    string `json:"SmtpPassword,omitempty"`
		}{AccessKeyID: keyID, SecretAccessKey: secret}
		if f.region != "" {
			fields.SMTPUsername, fields.SMTPPassword = keyID, password
		}
		text, err := json.MarshalIndent(fields, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("writing the credential as JSON: %w", err)
		}
		b.Write(text)
		b.WriteByte('\n')
	default: // the secret's own shape
		if f.region != "" {
			secret = password
		}
		b.WriteString(secret)
	}
	return []byte(b.String()), nil
}

// wrote reports whether text is what render writes for this key ID, whatever the
// secret.
func (f format) wrote(text []byte, keyID string) bool {
	const blank = "keyturnblank"
	filled, err := f.fill(keyID, blank, blank)
	if err != nil {
		return false
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(string(filled)), blank, `[A-Za-z0-9+/=]+`)
	matched, err := regexp.Match(`\A`+pattern+`\z`, text)
	return err == nil && matched
}

// SMTPPassword derives the password for the SMTP interface of Amazon SES in a
// region from a secret access key; the user name is the access key ID. The
// algorithm is version 4 of the SES developer guide, "Obtaining Amazon SES SMTP
// credentials".
func SMTPPassword(secret iamops.Secret, region string) iamops.Secret {
	const version = 0x04
	signature := []byte("AWS4" + secret.Reveal())
	for _, part := range []string{"11111111", region, "ses", "aws4_request", "SendRawEmail"} {
		mac := hmac.New(sha256.New, signature)
		mac.Write([]byte(part))
		signature = mac.Sum(nil)
	}
	return iamops.NewSecret(base64.StdEncoding.EncodeToString(append([]byte{version}, signature...)))
}
