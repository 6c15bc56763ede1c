package sandbox

import (
	"fmt"
	"net/http"
)

// refusal is an error as AWS answers it. It is what the account says, and no error
// of its own.
type refusal struct {
	status  int
	code    string
	message string
}

// line is the refusal as an application logs it.
func (r *refusal) line() string { return r.code + ": " + r.message }

// AWS's refusals, in AWS's words. Where a message is AWS's own, it is kept
// character by character: operators search for it.
var (
	errInvalidToken = &refusal{http.StatusForbidden, "InvalidClientTokenId",
		"The security token included in the request is invalid."}
	errExpiredToken = &refusal{http.StatusForbidden, "ExpiredToken",
		"The security token included in the request is expired"}
	errNoSignature = &refusal{http.StatusForbidden, "MissingAuthenticationToken",
		"Request is missing Authentication Token"}
	errSignature = &refusal{http.StatusForbidden, "SignatureDoesNotMatch",
		"The request signature we calculated does not match the signature you provided. Check your AWS Secret " +
			"Access Key and signing method. Consult the service documentation for details."}
	errThrottled = &refusal{http.StatusBadRequest, "Throttling", "Rate exceeded"}

	errReportMissing = &refusal{http.StatusGone, "ReportNotPresent",
		"No report is present. Start a new report by calling GenerateCredentialReport."}
	errReportExpired = &refusal{http.StatusGone, "ReportExpired",
		"The report has expired. Start a new report by calling GenerateCredentialReport."}
	errReportUnderWay = &refusal{http.StatusNotFound, "ReportInProgress", "A report is being generated."}

	errSessionOfSession = &refusal{http.StatusForbidden, "AccessDenied",
		"Cannot call GetSessionToken with session credentials"}
	errWrongMFACode = &refusal{http.StatusForbidden, "AccessDenied",
		"MultiFactorAuthentication failed with invalid MFA one time pass code. "}
)

func noSuchUser(name string) *refusal {
	return &refusal{http.StatusNotFound, "NoSuchEntity", fmt.Sprintf("The user with name %s cannot be found.", name)}
}

func noSuchKey(id string) *refusal {
	return &refusal{http.StatusNotFound, "NoSuchEntity", fmt.Sprintf("The Access Key with id %s cannot be found.", id)}
}

func userExists(name string) *refusal {
	return &refusal{http.StatusConflict, "EntityAlreadyExists", fmt.Sprintf("User with name %s already exists.", name)}
}

func quotaExceeded(quota string, limit int) *refusal {
	return &refusal{http.StatusConflict, "LimitExceeded", fmt.Sprintf("Cannot exceed quota for %s: %d", quota, limit)}
}

func deleteConflict(message string) *refusal {
	return &refusal{http.StatusConflict, "DeleteConflict", message}
}

func validation(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "ValidationError", fmt.Sprintf(format, args...)}
}

// constraint is the refusal of one value, as AWS's services word it.
func constraint(value, member, rule string) *refusal {
	return validation(
		"1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", value, member, rule,
	)
}

func incompleteSignature(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "IncompleteSignature", fmt.Sprintf(format, args...)}
}

func wrongScope(service string) *refusal {
	return &refusal{
		http.StatusForbidden,
		"SignatureDoesNotMatch",
		fmt.Sprintf("Credential should be scoped to correct service: '%s'. ", service),
	}
}

func signatureTiming(format string, args ...any) *refusal {
	return &refusal{http.StatusForbidden, "SignatureDoesNotMatch", fmt.Sprintf(format, args...)}
}

func invalidAction(name, version string) *refusal {
	return &refusal{
		http.StatusBadRequest,
		"InvalidAction",
		fmt.Sprintf("Could not find operation %s for version %s", name, version),
	}
}

// unknown is the refusal of a request for an action that there is not.
func (q query) unknown() *refusal {
	if q.json {
		return &refusal{http.StatusBadRequest, "UnknownOperationException", ""}
	}
	return invalidAction(q.form.Get("Action"), q.form.Get("Version"))
}

// accessDenied is AWS's sentence on a missing permission.
func accessDenied(arn, action, resource string) *refusal {
	return &refusal{http.StatusForbidden, "AccessDenied", fmt.Sprintf(
		"User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the "+
			"%s action",
		arn, action, resource, action)}
}

// explicitlyDenied is AWS's sentence on what a policy denies.
func explicitlyDenied(arn, action, resource string) *refusal {
	return &refusal{http.StatusForbidden, "AccessDenied", fmt.Sprintf(
		"User: %s is not authorized to perform: %s on resource: %s with an explicit deny in an identity-based policy",
		arn, action, resource)}
}
