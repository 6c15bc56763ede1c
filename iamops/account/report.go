package account

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"keyturn/iamops"
)

// GenerateReport asks for a credential report and reports whether a current one is
// there already (iam:GenerateCredentialReport). AWS makes at most one in four hours.
func (a *Account) GenerateReport(ctx context.Context) (ready bool, err error) {
	const action = "iam:GenerateCredentialReport"
	out, err := get(ctx, a, action, a.region, a.iam.GenerateCredentialReport, &iam.GenerateCredentialReportInput{})
	switch {
	case err != nil:
		return false, err
	case out.State == "":
		return false, malformed(action, "the answer names no state of the report")
	}
	return out.State == types.ReportStateTypeComplete, nil
}

// Report is the credential report as CSV, and when AWS made it
// (iam:GetCredentialReport). Where there is none yet, the Problem's code is
// ReportInProgress, ReportNotPresent or ReportExpired.
func (a *Account) Report(ctx context.Context) (content []byte, made time.Time, err error) {
	const action = "iam:GetCredentialReport"
	out, err := get(ctx, a, action, a.region, a.iam.GetCredentialReport, &iam.GetCredentialReportInput{})
	switch {
	case err != nil:
		return nil, time.Time{}, err
	case out.ReportFormat != "" && out.ReportFormat != types.ReportFormatTypeTextCsv:
		return nil, time.Time{}, malformed(action, "the report is not in CSV")
	case out.GeneratedTime == nil:
		return nil, time.Time{}, malformed(action, "the answer does not say when the report was made")
	}
	return out.Content, out.GeneratedTime.UTC(), nil
}

// KeyAccount is the ID of the account that an access key belongs to, whichever it is
// (sts:GetAccessKeyInfo). It says nothing of whether there still is such a key.
func (a *Account) KeyAccount(ctx context.Context, keyID string) (string, error) {
	const action = "sts:GetAccessKeyInfo"
	if keyID == "" {
		return "", &iamops.Problem{Kind: iamops.Rejected, Action: action, Message: "no key is named"}
	}
	in := &sts.GetAccessKeyInfoInput{AccessKeyId: aws.String(keyID)}
	out, err := get(ctx, a, action, a.region, a.sts.GetAccessKeyInfo, in)
	switch {
	case err != nil:
		return "", err
	case aws.ToString(out.Account) == "":
		return "", malformed(action, "the answer names no account")
	}
	return text(out.Account), nil
}
