package identity

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers"
)

// reportEvery is the pause between looks at a credential report that is in the making.
const reportEvery = time.Second

// Audit implements handlers.Auditor. The account's credential report tells of everybody in a handful of calls; what it does
// not tell, policies and the ids of keys, is asked for the managed users only. The report may be four hours old
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html); what is asked is of now, and wins.
func (a Accounts) Audit(ctx context.Context, account string, managed []string) (handlers.Inventory, error) {
	client, err := a.in(account)
	if err != nil {
		return handlers.Inventory{}, err
	}
	out, err := credentialReport(ctx, client)
	if err != nil {
		return out, err
	}
	for _, name := range managed {
		i := slices.IndexFunc(out.Users, func(c handlers.Credentials) bool { return strings.EqualFold(c.User, name) })
		if i < 0 { // made since the report
			i = len(out.Users)
			out.Users = append(out.Users, handlers.Credentials{User: name})
		}
		switch out.Users[i], err = ownOf(ctx, client, out.Users[i]); {
		case errors.Is(err, handlers.ErrNoUser):
			out.Users = slices.Delete(out.Users, i, i+1)
		case err != nil:
			return out, err
		}
	}
	return out, nil
}

// credentialReport has a report made, unless there is a young one, and reads it.
func credentialReport(ctx context.Context, client IAM) (handlers.Inventory, error) {
	for {
		made, err := client.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{})
		if err != nil {
			return handlers.Inventory{}, fmt.Errorf("have a credential report made: %w", err)
		}
		if made.State == types.ReportStateTypeComplete {
			break
		}
		select {
		case <-ctx.Done():
			return handlers.Inventory{}, fmt.Errorf("wait for the credential report: %w", ctx.Err())
		case <-time.After(reportEvery):
		}
	}
	out, err := client.GetCredentialReport(ctx, &iam.GetCredentialReportInput{})
	if err != nil {
		return handlers.Inventory{}, fmt.Errorf("get credential report: %w", err)
	}
	users, err := readReport(out.Content)
	return handlers.Inventory{Made: aws.ToTime(out.GeneratedTime), Users: users}, err
}

// columns that are read of a report. It is read by their names: AWS adds others now and then.
var columns = []string{"user", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date"}

func readReport(content []byte) ([]handlers.Credentials, error) {
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err == nil && len(rows) == 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("read credential report: %w", err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	for _, name := range columns {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("read credential report: it has no column %s", name)
		}
	}
	var out []handlers.Credentials
	for _, row := range rows[1:] {
		out = append(out, credentialsOf(func(column string) string { return row[at[column]] }))
	}
	return out, nil
}

// credentialsOf reads a user's row. Of the root user a report may say not_supported where it has a password.
func credentialsOf(cell func(column string) string) handlers.Credentials {
	password := cell("password_enabled")
	c := handlers.Credentials{User: cell("user"), Made: timeIn(cell("user_creation_time")), Password: password == "true" || password == "not_supported",
		PasswordSet: timeIn(cell("password_last_changed")), SignedIn: timeIn(cell("password_last_used")), MFA: cell("mfa_active") == "true"}
	for slot := 1; slot <= 2; slot++ {
		name := "access_key_" + strconv.Itoa(slot)
		k := handlers.Key{ID: name, Active: cell(name+"_active") == "true",
			Made: timeIn(cell(name + "_last_rotated")), Used: timeIn(cell(name + "_last_used_date"))}
		if k.Active || !k.Made.IsZero() {
			c.Keys = append(c.Keys, k)
		}
	}
	return c
}

// timeIn reads a cell: the zero time for N/A, no_information and not_supported.
func timeIn(cell string) time.Time {
	at, err := time.Parse(time.RFC3339, cell)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// ownOf adds what the report does not tell: handlers.ErrNoUser if there is no such user any more.
func ownOf(ctx context.Context, client IAM, c handlers.Credentials) (handlers.Credentials, error) {
	policies, err := policiesOf(ctx, client, c.User)
	if missing(err) {
		return c, fmt.Errorf("list policies of %s: %w", c.User, handlers.ErrNoUser)
	}
	if err != nil {
		return c, err
	}
	keys, err := keysOf(ctx, client, c.User)
	if err != nil {
		return c, err
	}
	c.Policies, c.Keys = policies, named(c.Keys, keys)
	return c, nil
}

// policiesOf lists the names of a user's own policies, inline and attached.
func policiesOf(ctx context.Context, client IAM, user string) ([]string, error) {
	var out []string
	inline := iam.NewListUserPoliciesPaginator(client, &iam.ListUserPoliciesInput{UserName: aws.String(user)})
	for inline.HasMorePages() {
		page, err := inline.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list policies of %s: %w", user, err)
		}
		out = append(out, page.PolicyNames...)
	}
	attached := iam.NewListAttachedUserPoliciesPaginator(client, &iam.ListAttachedUserPoliciesInput{UserName: aws.String(user)})
	for attached.HasMorePages() {
		page, err := attached.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list policies that are attached to %s: %w", user, err)
		}
		for _, p := range page.AttachedPolicies {
			out = append(out, aws.ToString(p.PolicyName))
		}
	}
	return out, nil
}

// named are the keys that there are now, with their last use as the report has it. The two name no key in common, so they
// are matched by when each was made; of two that were made in one second both have the later use.
func named(reported []handlers.Key, keys []types.AccessKeyMetadata) []handlers.Key {
	var out []handlers.Key
	for _, k := range keys {
		key := handlers.Key{ID: aws.ToString(k.AccessKeyId), Active: k.Status == types.StatusTypeActive, Made: aws.ToTime(k.CreateDate).UTC()}
		for _, r := range reported {
			if r.Made.Unix() == key.Made.Unix() && r.Used.After(key.Used) {
				key.Used = r.Used
			}
		}
		out = append(out, key)
	}
	return out
}
