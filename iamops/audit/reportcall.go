package audit

import (
	"context"
	"time"

	"keyturn/iamops"
)

// ReportSource is a source with a credential report. AWS makes one in some seconds, and
// at most one in four hours.
type ReportSource interface {
	// GenerateReport asks for a report (iam:GenerateCredentialReport) and reports whether
	// a current one is there.
	GenerateReport(ctx context.Context) (ready bool, err error)
	// Report is the report's CSV and the time at which it was made
	// (iam:GetCredentialReport). That there is none yet is a Problem with one of AWS's
	// codes ReportInProgress, ReportNotPresent and ReportExpired.
	Report(ctx context.Context) (content []byte, made time.Time, err error)
}

const (
	// reportPoll is the time between two questions for a report that is being made.
	reportPoll = 2 * time.Second
	// reportPolls bounds them: a report that takes longer than that is done without.
	reportPolls = 60
	// reportHeadStart is for how long a call for the report has the line to itself. It
	// would have to wait for its share of the rate with all others; but one that AWS does
	// not answer must not hold them up.
	reportHeadStart = 2 * time.Second
)

// reportQuest is how far a load is with getting the report.
type reportQuest struct {
	source  ReportSource
	refused *iamops.Problem // why a report could not be asked for
	polls   int
}

// reportAnswer is what one call for the report came to.
type reportAnswer struct {
	ready   bool    // of GenerateReport
	report  *Report // of Report
	problem *iamops.Problem
	asked   bool // whether it was GenerateReport
}

func (reportAnswer) event() {}

// generate asks for a report.
func (q *reportQuest) generate(ctx context.Context, send func(Event) error) error {
	ready, err := q.source.GenerateReport(ctx)
	if ctx.Err() != nil {
		return cutShort(ctx)
	}
	return send(reportAnswer{asked: true, ready: ready && err == nil, problem: iamops.AsProblem(err)})
}

// get asks for the report itself, and reads it.
func (q *reportQuest) get(ctx context.Context, send func(Event) error) error {
	content, made, err := q.source.Report(ctx)
	if ctx.Err() != nil {
		return cutShort(ctx)
	}
	if err != nil {
		return send(reportAnswer{problem: iamops.AsProblem(err)})
	}
	report, err := ParseReport(content, made)
	if err != nil {
		return send(reportAnswer{problem: &iamops.Problem{
			Kind: iamops.Malformed, Action: "iam:GetCredentialReport", Message: err.Error(), Err: err,
		}})
	}
	return send(reportAnswer{report: report})
}

// after says what comes after an answer: another call, at once or after a wait, or what
// the quest came to.
func (q *reportQuest) after(a reportAnswer) (next call, wait bool, done *ReportRead) {
	switch {
	case a.report != nil:
		return nil, false, &ReportRead{Report: a.report}
	case a.asked && a.problem == nil:
		return q.get, !a.ready, nil
	case a.asked && a.problem.Kind != iamops.Unreachable:
		q.refused = a.problem // somebody else may have asked for one
		return q.get, false, nil
	case a.asked:
		return nil, false, &ReportRead{Problem: a.problem}
	}
	code := a.problem.Code
	inProgress := code == "ReportInProgress"
	none := code == "ReportNotPresent" || code == "ReportExpired"
	switch q.polls++; {
	case !inProgress && !none:
		return nil, false, &ReportRead{Problem: a.problem}
	case none && q.refused != nil:
		return nil, false, &ReportRead{Problem: q.refused}
	case q.polls >= reportPolls:
		return nil, false, &ReportRead{Problem: &iamops.Problem{
			Kind:    iamops.TimedOut,
			Action:  "iam:GetCredentialReport",
			Code:    code,
			Message: "the report was not ready in time",
		}}
	case none:
		return q.generate, q.polls > 1, nil // it expired between the two calls
	}
	return q.get, true, nil
}
