package identity_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"sekisho/aws/identity"
	"sekisho/handlers/audit"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
)

// reporting is an IAM that has a credential report and no users.
type reporting struct {
	identity.IAM
	content []byte
}

var reportedAt = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)

func (r reporting) GenerateCredentialReport(context.Context, *iam.GenerateCredentialReportInput, ...func(*iam.Options)) (*iam.GenerateCredentialReportOutput, error) {
	return &iam.GenerateCredentialReportOutput{State: types.ReportStateTypeComplete}, nil
}

func (r reporting) GetCredentialReport(context.Context, *iam.GetCredentialReportInput, ...func(*iam.Options)) (*iam.GetCredentialReportOutput, error) {
	return &iam.GetCredentialReportOutput{Content: r.content, GeneratedTime: aws.Time(reportedAt)}, nil
}

func (r reporting) ListUsers(context.Context, *iam.ListUsersInput, ...func(*iam.Options)) (*iam.ListUsersOutput, error) {
	return &iam.ListUsersOutput{}, nil
}

// judged reads a report and judges it: a line for each finding, and for each row that cannot be read.
func judged(t *testing.T, content []byte) []string {
	t.Helper()
	in, err := identity.Accounts{prod: {IAM: reporting{content: content}}}.Inventory(t.Context(), prod, nil)
	if err != nil {
		t.Fatal(err)
	}
	rules := audit.Rules{Policy: &policy.Policy{Accounts: map[string]string{prod: "production"}, People: people.New(nil)},
		Settings: &audit.Settings{Password: 90 * 24 * time.Hour, KeyAge: 90 * 24 * time.Hour, KeyUnused: 45 * 24 * time.Hour}}
	var out []string
	for _, f := range rules.Findings(prod, in, audit.Known{}, reportedAt) {
		out = append(out, fmt.Sprintf("%s %s %s %s", f.Kind, f.User, f.Key, f.Since.Format(time.DateOnly)))
	}
	for _, o := range in.Odd {
		out = append(out, fmt.Sprintf("line %d %s: %s", o.Line, o.User, o.Why))
	}
	return out
}

// caseReport is a report with the cases that are easily judged wrongly.
func caseReport(t *testing.T) []byte {
	t.Helper()
	const path = "../../../shared/cases/credential-report.csv"
	content, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("SKIPPED: the report is not here: %s", path)
	}
	return content
}

// ofCases are the findings of the report as it is.
var ofCases = []string{
	"idle_password never.signed  2020-04-11", // from when it was set
	"idle_key third.key access_key_1 2024-01-01",
	"old_key third.key access_key_1 2024-01-01",
}

// The root user is not idle, a second key that is inactive is nothing, and TRUE is true.
func TestReportOfCases(t *testing.T) {
	if diff := cmp.Diff(ofCases, judged(t, caseReport(t))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// An active key of the root user is always found.
func TestReportOfARootKey(t *testing.T) {
	none := []byte("not_supported,true,false,N/A,N/A,N/A,N/A,")
	key := []byte("not_supported,true,true,2026-11-29T00:00:00+00:00,2026-11-29T10:00:00+00:00,us-east-1,s3,")
	content := caseReport(t)
	if !bytes.Contains(content, none) {
		t.Fatal("the root user's row is another")
	}
	want := append([]string{"root_key <root_account> access_key_1 2026-11-29"}, ofCases...)
	if diff := cmp.Diff(want, judged(t, bytes.Replace(content, none, key, 1))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

const reportHead = "user,user_creation_time,password_enabled,password_last_used,password_last_changed,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date\n"

// One row that cannot be read is named, and all others are judged, wherever it stands.
func TestReportWithAnOddRow(t *testing.T) {
	const good = "%s,2024-01-01T00:00:00+00:00,TRUE,N/A,2024-01-01T00:00:00+00:00,True,FALSE,N/A,N/A,false,N/A,N/A\n"
	for _, c := range []struct{ name, row, want string }{
		{"a flag", "odd,2024-01-01T00:00:00+00:00,maybe,N/A,N/A,true,false,N/A,N/A,false,N/A,N/A\n", `odd: password_enabled is "maybe"`},
		{"no flag", "odd,2024-01-01T00:00:00+00:00,false,N/A,N/A,true,,N/A,N/A,false,N/A,N/A\n", `odd: access_key_1_active is ""`},
		{"a time", "odd,2024-01-01T00:00:00+00:00,false,N/A,N/A,true,true,yesterday,N/A,false,N/A,N/A\n", `odd: access_key_1_last_rotated is "yesterday"`},
		{"a long one", "odd,2024-01-01T00:00:00+00:00,false,N/A," + strings.Repeat("\x1b", 99) + ",true,true,N/A,N/A,false,N/A,N/A\n",
			`odd: password_last_changed is "` + strings.Repeat(`\x1b`, 32) + `"`},
		{"no user", ",2024-01-01T00:00:00+00:00,false,N/A,N/A,true,false,N/A,N/A,false,N/A,N/A\n", ": it names no user"},
		{"too short", "odd,2024-01-01T00:00:00+00:00,false\n", `: it has 3 cells, not 12, and begins with "odd,2024-01-01T00:00:00+00:00,fa"`},
		{"too long", "odd,x,2024-01-01T00:00:00+00:00,false,N/A,N/A,true,false,N/A,N/A,false,N/A,N/A\n", `: it has 13 cells, not 12, and begins with "odd,x,2024-01-01T00:00:00+00:00,"`},
		{"a quote that never ends", `"odd,2024` + "\n", `: it is no CSV, and begins with "\"odd,2024"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := judged(t, []byte(reportHead+fmt.Sprintf(good, "before")+c.row+fmt.Sprintf(good, "after")))
			want := []string{"idle_password after  2024-01-01", "idle_password before  2024-01-01", "line 3 " + c.want}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
