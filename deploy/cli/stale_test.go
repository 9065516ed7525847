package cli_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"sekisho/aws/fakeaws/moto"
)

const auditConfig = `accounts: {production: {id: ` + moto.Account + `}}
slack: {approvals: C0APPROVALS, zone: Asia/Tokyo}
queues: {sign_ins: https://sqs.us-east-1.amazonaws.com/` + moto.Account + `/q}
people: [{slack: U0YAMADA, iam_users: [production/t.yamada]}, {slack: U0SATO}]
entitlements:
  - {id: operator, kind: iam-group, account: production, group: jit, approve: [{by: U0SATO}], duration: {default: 1h, max: 1h}}
`

// audited sets an account up in moto and has the program audit it.
func audited(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	judged(t, quick)
	server := moto.Start(t)
	client := iam.NewFromConfig(server.Config())
	for _, name := range []string{"t.yamada", "=HYPERLINK", "svc-other"} {
		must(client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name}))(t)
	}
	must(client.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{UserName: aws.String("t.yamada"), Password: aws.String("Correct-Horse-7")}))(t)
	must(client.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{UserName: aws.String("=HYPERLINK"), Password: aws.String("Correct-Horse-8")}))(t)
	must(client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("t.yamada")}))(t)
	must(client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("svc-other")}))(t)
	must(client.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: aws.String("t.yamada"), PolicyName: aws.String("by-hand"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)}))(t)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": accessKey,
		"AWS_SECRET_ACCESS_KEY": secretKey, "SLACK_BOT_TOKEN": "", "SEKISHO_LEDGER": ""} {
		t.Setenv(name, value)
	}
	path := filepath.Join(t.TempDir(), "sekisho.yaml")
	if err := os.WriteFile(path, []byte(auditConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	return run(append([]string{"audit", "--config", path}, args...)...)
}

var (
	auditKey  = regexp.MustCompile(`AKIA[A-Z0-9]{16}`)
	auditTime = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00`)
	auditAge  = regexp.MustCompile(`, [0-9hms]+ old`)
)

// The judge is moto (5.2.1), an AWS that others wrote. Its report is said to be of 2015, has no root user, and has every
// key in use at once; so no password and no key is stale there.
func TestAuditAgainstMoto(t *testing.T) {
	code, out, errOut := audited(t)
	got := auditAge.ReplaceAllString(auditTime.ReplaceAllString(auditKey.ReplaceAllString(out, "KEY"), "TIME"), ", AGE old")
	const want = `production (123456789012): credential report of TIME, AGE old
keys that the bot has issued count as the users' own, and nothing is known to be kept: say --ledger FILE
who has left Slack is not judged: set SLACK_BOT_TOKEN

FINDING     ACCOUNT     USER        KEY                   SINCE                      REMEDY
own_key     production  t.yamada    KEY  TIME  deactivate_key
own_policy  production  t.yamada                                                     move_policy     by-hand
no_mfa      production  =HYPERLINK                                                   add_mfa
no_mfa      production  t.yamada                                                     add_mfa

4 findings
`
	if code != 0 || errOut != "" || got != want {
		t.Errorf("exits with %d: %s\n%s\nwant\n%s", code, errOut, got, want)
	}
}

func TestAuditAsJSONAndCSV(t *testing.T) {
	code, out, errOut := audited(t, "--format", "json")
	var report struct {
		Accounts []struct{ Account, Made string }
		Notes    []string
		Findings []struct{ Kind, User, Key, Since, Cure string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 {
		t.Fatalf("exits with %d: %v %s", code, err, errOut)
	}
	if len(report.Findings) != 4 || len(report.Notes) != 2 || !auditTime.MatchString(report.Findings[0].Since) || !auditTime.MatchString(report.Accounts[0].Made) {
		t.Errorf("%+v", report)
	}

	code, out, errOut = audited(t, "--format", "csv", "--bom")
	body, bom := strings.CutPrefix(out, "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || code != 0 || !bom || len(rows) != 5 {
		t.Fatalf("exits with %d: %v, mark %t, %d rows: %s", code, err, bom, len(rows), errOut)
	}
	user := slices.Index(rows[0], "user")
	if !slices.ContainsFunc(rows, func(row []string) bool { return row[user] == "'=HYPERLINK" }) {
		t.Errorf("a formula is left as it is: %q", rows)
	}
}

// Who asks for what cannot be, or of whom AWS says nothing, gets 1 and reads why.
func TestAuditThatCannotBe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sekisho.yaml")
	if err := os.WriteFile(path, []byte(auditConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": accessKey,
		"AWS_SECRET_ACCESS_KEY": secretKey, "SLACK_BOT_TOKEN": "", "SEKISHO_LEDGER": ""} {
		t.Setenv(name, value)
	}
	if code, out, errOut := run("audit", "--config", path, "--bom"); code != 2 || !strings.Contains(errOut, "--format csv") || out != "" {
		t.Errorf("--bom without csv exits with %d: %s%s", code, out, errOut)
	}
	if code, out, errOut := run("audit", "--config", path, "--ledger", path+".none"); code != 1 || !strings.Contains(errOut, "there is no ledger") || out != "" {
		t.Errorf("without the ledger exits with %d: %s%s", code, out, errOut)
	}
	code, out, errOut := run("audit", "--config", path)
	if code != 1 || !strings.Contains(out, "could not be read: Unreachable") || !strings.Contains(errOut, "audit production") {
		t.Errorf("without AWS exits with %d: %s%s", code, out, errOut)
	}
}
