package fakeaws

import (
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"strings"
	"time"
)

// A credential report is made no more often than that.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
const reportKept = 4 * time.Hour

// reportTakes is how long one is in the making. AWS names no time; seconds have been
// seen.
const reportTakes = 2 * time.Second

// report is a credential report of an account: what was true when it was asked for,
// whatever happens after.
type report struct {
	content string
	asked   time.Time
}

func (p *report) ready() time.Time   { return p.asked.Add(reportTakes) }
func (p *report) expires() time.Time { return p.ready().Add(reportKept) }

// generateCredentialReport has a report made, unless there is one that is young, or
// in the making.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html
func (a *AWS) generateCredentialReport(r *request) (any, error) {
	acc := r.caller.account
	last := acc.report
	if last == nil || r.now.After(last.expires()) {
		content, err := acc.credentials()
		if err != nil {
			return nil, fmt.Errorf("write credential report: %w", err)
		}
		acc.report = &report{content, r.now}
		return generateResult{"STARTED", "No report exists. Starting a new report generation task"}, nil
	}
	if r.now.Before(last.ready()) {
		return generateResult{State: "INPROGRESS"}, nil
	}
	return generateResult{State: "COMPLETE"}, nil
}

// getCredentialReport shows the last report while it is young.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html
func (a *AWS) getCredentialReport(r *request) (any, error) {
	last := r.caller.account.report
	switch {
	case last == nil:
		return nil, refuse("ReportNotPresent", "Unknown")
	case r.now.Before(last.ready()):
		return nil, refuse("ReportInProgress", "Unknown")
	case r.now.After(last.expires()):
		return nil, refuse("ReportExpired", "The credential report has expired.")
	}
	return reportResult{
		Content:       base64.StdEncoding.EncodeToString([]byte(last.content)),
		ReportFormat:  "text/csv",
		GeneratedTime: stamp(last.ready()),
	}, nil
}

// reportColumns are those of a live report. The documents name one more,
// additional_credentials_info, so readers have to go by the names.
const reportColumns = "user,arn,user_creation_time," +
	"password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
	"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
	"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"

// credentials writes the report as probes of the live service have seen it: the root
// user first, then all others by name, keys by their ids, and a last line without an end.
func (acc *account) credentials() (string, error) {
	var out strings.Builder
	w := csv.NewWriter(&out)
	rows := [][]string{strings.Split(reportColumns, ","), acc.rootRow()}
	for _, u := range acc.iam.everybody() {
		rows = append(rows, u.row())
	}
	if err := w.WriteAll(rows); err != nil {
		return "", err
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

func (acc *account) rootRow() []string {
	row := []string{
		"<root_account>", "arn:aws:iam::" + acc.id + ":root", stamp(acc.opened),
		"not_supported", "no_information", "not_supported", "not_supported", "true",
	}
	row = append(row, (*accessKey)(nil).cells()...)
	row = append(row, (*accessKey)(nil).cells()...)
	return append(row, noCertificates...)
}

// noCertificates are the cells of a user who has none, as all here.
var noCertificates = []string{"false", "N/A", "false", "N/A"}

func (u *user) row() []string {
	row := append([]string{u.name, u.arn, stamp(u.created)}, u.password.cells()...)
	row = append(row, fmt.Sprint(!u.mfa.IsZero()))
	for i := range keysPerUser {
		var k *accessKey
		if i < len(u.keys) {
			k = u.keys[i]
		}
		row = append(row, k.cells()...)
	}
	return append(row, noCertificates...)
}

// cells are those of a password, if there is one: no policy makes anybody change it.
func (p *password) cells() []string {
	switch {
	case p == nil:
		return []string{"false", "N/A", "N/A", "N/A"}
	case p.used.IsZero():
		return []string{"true", "no_information", stamp(p.created), "N/A"}
	}
	return []string{"true", stamp(p.used), stamp(p.created), "N/A"}
}

// cells are those of a key, if there is one. One that is off keeps its dates.
func (k *accessKey) cells() []string {
	switch {
	case k == nil:
		return []string{"false", "N/A", "N/A", "N/A", "N/A"}
	case k.used.at.IsZero():
		return []string{fmt.Sprint(k.active), stamp(k.created), "N/A", "N/A", "N/A"}
	}
	return []string{fmt.Sprint(k.active), stamp(k.created), stamp(k.used.at), k.used.region, k.used.service}
}

type generateResult struct {
	State       string
	Description string `xml:",omitempty"`
}

type reportResult struct{ Content, ReportFormat, GeneratedTime string }
