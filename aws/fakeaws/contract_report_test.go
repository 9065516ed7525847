package fakeaws_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/aws/fakeaws"
)

// report asks for a report until there is one, and reads it by the names of its
// columns, by user.
func report(t *testing.T, c *iam.Client) (users map[string]map[string]string, made time.Time) {
	t.Helper()
	for range 60 {
		if must[*iam.GenerateCredentialReportOutput](t)(c.GenerateCredentialReport(t.Context(), nil)).State == types.ReportStateTypeComplete {
			return fetch(t, c)
		}
		time.Sleep(time.Second / 2)
	}
	t.Fatal("no report in half a minute")
	return nil, made
}

func fetch(t *testing.T, c *iam.Client) (users map[string]map[string]string, made time.Time) {
	t.Helper()
	out := must[*iam.GetCredentialReportOutput](t)(c.GetCredentialReport(t.Context(), nil))
	rows, err := csv.NewReader(strings.NewReader(string(out.Content))).ReadAll()
	if err != nil || out.ReportFormat != types.ReportFormatTypeTextCsv {
		t.Fatalf("%v in a report as %s", err, out.ReportFormat)
	}
	users = make(map[string]map[string]string)
	for _, row := range rows[1:] {
		cells := make(map[string]string)
		for i, name := range rows[0] {
			cells[name] = row[i]
		}
		users[row[0]] = cells
	}
	return users, *out.GeneratedTime
}

func cells(t *testing.T, got map[string]string, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s of %s: %q, want %q", name, got["user"], got[name], value)
		}
	}
}

var reportContract = []clause{
	{"no report before one is asked for", func(t *testing.T, c cloud) {
		_, err := c.iam.GetCredentialReport(t.Context(), nil)
		refused(t, err, "ReportNotPresent", 410)
		is[*types.CredentialReportNotPresentException](t, err)
	}},
	{"report names the credentials of each user", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		c.user(t, "bob")
		c.password(t, "alice")
		c.key(t, "bob")
		users, _ := report(t, c.iam)
		cells(t, users["alice"], map[string]string{
			"password_enabled": "true", "password_last_used": "no_information", "mfa_active": "false",
			"access_key_1_active": "false", "access_key_1_last_rotated": "N/A", "access_key_1_last_used_date": "N/A", "cert_1_active": "false",
		})
		cells(t, users["bob"], map[string]string{
			"password_enabled": "false", "access_key_1_active": "true", "access_key_1_last_used_date": "N/A",
			"access_key_2_active": "false", "access_key_2_last_rotated": "N/A", "cert_2_last_rotated": "N/A",
		})
		if _, err := time.Parse(time.RFC3339, users["bob"]["access_key_1_last_rotated"]); err != nil {
			t.Error(err)
		}
	}},
	{"report says N/A of what there is not", func(t *testing.T, c cloud) {
		c.user(t, "bob")
		users, _ := report(t, c.iam)
		cells(t, users["bob"], map[string]string{
			"password_last_used": "N/A", "password_last_changed": "N/A", "access_key_1_last_used_service": "N/A", "access_key_1_last_used_region": "N/A",
		})
	}},
	{"keys stand in a report by their ids", func(t *testing.T, c cloud) {
		c.user(t, "bob")
		on, off := c.key(t, "bob"), c.key(t, "bob")
		if err := setKey(t, c.iam, "bob", off, "Inactive"); err != nil {
			t.Fatal(err)
		}
		want := []string{"true", "false"}
		if on > off {
			slices.Reverse(want)
		}
		users, _ := report(t, c.iam)
		cells(t, users["bob"], map[string]string{"access_key_1_active": want[0], "access_key_2_active": want[1]})
	}},
	{"report says when it was made", func(t *testing.T, c cloud) {
		_, made := report(t, c.iam)
		if age := time.Since(made); age < -time.Minute || age > time.Minute {
			t.Errorf("made %s ago", age)
		}
	}},
	{"report of the root user", func(t *testing.T, c cloud) {
		users, _ := report(t, c.iam)
		cells(t, users["<root_account>"], map[string]string{"password_last_changed": "not_supported", "access_key_1_active": "false"})
	}},
	{"report knows of an MFA device", func(t *testing.T, c cloud) {
		c.user(t, "alice")
		c.mfa(t, "alice")
		users, _ := report(t, c.iam)
		cells(t, users["alice"], map[string]string{"mfa_active": "true"})
	}},
	{"key that is off keeps its date in the report", func(t *testing.T, c cloud) {
		c.user(t, "bob")
		if err := setKey(t, c.iam, "bob", c.key(t, "bob"), "Inactive"); err != nil {
			t.Fatal(err)
		}
		users, _ := report(t, c.iam)
		if _, err := time.Parse(time.RFC3339, users["bob"]["access_key_1_last_rotated"]); err != nil {
			t.Error(err)
		}
	}},
	{"young report stays as it is", func(t *testing.T, c cloud) {
		_, made := report(t, c.iam)
		c.user(t, "alice")
		users, again := report(t, c.iam)
		if !again.Equal(made) || users["alice"] != nil {
			t.Errorf("made at %s and again at %s; alice %v", made, again, users["alice"])
		}
	}},
}

// A report takes its time, is kept for four hours, and shows what was then.
func TestAgeOfAReport(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := iamOf(a, prod)
		a.AddUser(prod, "Alice", nil)
		id := a.AddKeyAt(prod, "Alice", time.Now().Add(-time.Hour))
		a.UseKey(id, "s3")
		state := func() types.ReportStateType {
			return must[*iam.GenerateCredentialReportOutput](t)(c.GenerateCredentialReport(t.Context(), nil)).State
		}
		if first, second := state(), state(); first != "STARTED" || second != "INPROGRESS" {
			t.Errorf("%s, %s", first, second)
		}
		_, err := c.GetCredentialReport(t.Context(), nil)
		refused(t, err, "ReportInProgress", 404)
		is[*types.CredentialReportNotReadyException](t, err)

		users, made := report(t, c)
		stamp := func(ago time.Duration) string { return made.Add(-2*time.Second - ago).UTC().Format(time.RFC3339) }
		cells(t, users["Alice"], map[string]string{
			"arn": "arn:aws:iam::" + prod + ":user/Alice", "access_key_1_last_rotated": stamp(time.Hour), "access_key_1_last_used_date": stamp(0),
			"access_key_1_last_used_service": "s3", "access_key_1_last_used_region": "us-east-1",
		})
		a.DeleteUser(prod, "Alice")
		time.Sleep(time.Until(made.Add(4 * time.Hour)))
		if users, _ := fetch(t, c); users["Alice"] == nil || state() != "COMPLETE" {
			t.Error("the report is not what it was")
		}
		time.Sleep(time.Second)
		_, err = c.GetCredentialReport(t.Context(), nil)
		refused(t, err, "ReportExpired", 410)
		is[*types.CredentialReportExpiredException](t, err)
		if users, _ := report(t, c); users["Alice"] != nil {
			t.Error("the new report is the old one")
		}
	})
}
