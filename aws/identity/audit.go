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

	"sekisho/handlers/audit"
	"sekisho/handlers/people"
	"sekisho/store"
)

// reportEvery is the pause between looks at a credential report that is in the making.
const reportEvery = time.Second

// Audit implements handlers.Auditor. The account's credential report tells of everybody in a handful of calls; what it does
// not tell, policies and the ids of keys, is asked for the managed users only. The report may be four hours old
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html); what is asked is of now, and wins.
func (a Accounts) Inventory(ctx context.Context, account string, managed []string) (audit.Inventory, error) {
	client, err := a.in(account)
	if err != nil {
		return audit.Inventory{}, err
	}
	out, err := credentialReport(ctx, client)
	if err != nil {
		return out, err
	}
	users, err := allUsers(ctx, client)
	if err != nil {
		return out, err
	}
	addIDs(out.Users, users)
	for _, name := range managed {
		i := slices.IndexFunc(out.Users, func(c audit.Credentials) bool { return strings.EqualFold(c.User, name) })
		if i < 0 { // made since the report
			i = len(out.Users)
			out.Users = append(out.Users, audit.Credentials{User: name})
		}
		switch out.Users[i], err = ownOf(ctx, client, out.Users[i]); {
		case errors.Is(err, people.ErrNoUser):
			out.Users = slices.Delete(out.Users, i, i+1)
		case err != nil:
			return out, err
		}
	}
	return out, nil
}

// addIDs adds the unique ids, which a report does not have. A user who was renamed since the report, or made anew, is not in it.
func addIDs(reported []audit.Credentials, users []types.User) {
	byName := map[string]types.User{}
	for _, u := range users {
		byName[aws.ToString(u.UserName)] = u
	}
	for i, c := range reported {
		if u, ok := byName[c.User]; ok && aws.ToTime(u.CreateDate).Unix() == c.Made.Unix() {
			reported[i].ID = aws.ToString(u.UserId)
		}
	}
}

// credentialReport has a report made, unless there is a young one, and reads it.
func credentialReport(ctx context.Context, client IAM) (audit.Inventory, error) {
	for {
		made, err := client.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{})
		if err != nil {
			return audit.Inventory{}, fmt.Errorf("have a credential report made: %w", err)
		}
		if made.State == types.ReportStateTypeComplete {
			break
		}
		select {
		case <-ctx.Done():
			return audit.Inventory{}, fmt.Errorf("wait for the credential report: %w", ctx.Err())
		case <-time.After(reportEvery):
		}
	}
	out, err := client.GetCredentialReport(ctx, &iam.GetCredentialReportInput{})
	if err != nil {
		return audit.Inventory{}, fmt.Errorf("get credential report: %w", err)
	}
	in, err := readReport(out.Content)
	in.Made = aws.ToTime(out.GeneratedTime)
	return in, err
}

// columns that are read of a report. It is read by their names: AWS adds others now and then.
var columns = []string{"user", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date"}

// readReport reads a report line by line, so that a row that cannot be read is named and spoils no other.
func readReport(content []byte) (in audit.Inventory, err error) {
	var at map[string]int
	line := 0
	for text := range bytes.Lines(content) {
		if line++; len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		cells, err := csv.NewReader(bytes.NewReader(text)).Read()
		switch {
		case at == nil && err != nil:
			return in, fmt.Errorf("read credential report: %w", err)
		case at == nil:
			if at, err = columnsAt(cells); err != nil {
				return in, err
			}
			continue
		case err != nil:
			err = errors.New("it is no CSV")
		case len(cells) != len(at):
			err = fmt.Errorf("it has %d cells, not %d", len(cells), len(at))
		}
		if err != nil {
			in.Odd = append(in.Odd, store.OddRow{Line: line, Why: fmt.Errorf("%w, and begins with %+q", err, begin(string(bytes.TrimSpace(text)))).Error()})
			continue
		}
		r := row{cells: cells, at: at}
		if c := r.credentials(); r.flaw == nil {
			in.Users = append(in.Users, c)
		} else {
			in.Odd = append(in.Odd, store.OddRow{Line: line, User: c.User, Why: r.flaw.Error()})
		}
	}
	if at == nil {
		return in, fmt.Errorf("read credential report: %w", io.ErrUnexpectedEOF)
	}
	return in, nil
}

func columnsAt(names []string) (map[string]int, error) {
	at := map[string]int{}
	for i, name := range names {
		at[name] = i
	}
	for _, name := range columns {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("read credential report: it has no column %s", name)
		}
	}
	return at, nil
}

// row is a user's row of a report. It keeps the first cell that cannot be read.
type row struct {
	cells []string
	at    map[string]int
	flaw  error
}

// credentials reads the row. Of the root user a report may say not_supported where it has a password.
func (r *row) credentials() audit.Credentials {
	c := audit.Credentials{User: r.cells[r.at["user"]], Made: r.time("user_creation_time"),
		Password:    r.flag("password_enabled") || r.cells[r.at["password_enabled"]] == "not_supported",
		PasswordSet: r.time("password_last_changed"), SignedIn: r.time("password_last_used"), MFA: r.flag("mfa_active")}
	if c.User == "" {
		r.flaw = errors.New("it names no user")
	}
	for slot := 1; slot <= 2; slot++ {
		name := "access_key_" + strconv.Itoa(slot)
		k := audit.Key{ID: name, Active: r.flag(name + "_active"), Made: r.time(name + "_last_rotated"), Used: r.time(name + "_last_used_date")}
		if k.Active || !k.Made.IsZero() {
			c.Keys = append(c.Keys, k)
		}
	}
	return c
}

// none are the ways in which a report says that there is nothing.
var none = []string{"N/A", "no_information", "not_supported"}

func (r *row) flag(column string) bool {
	cell := r.cells[r.at[column]]
	on := strings.EqualFold(cell, "true")
	if !on && !strings.EqualFold(cell, "false") && !slices.Contains(none, cell) {
		r.wrong(column, cell)
	}
	return on
}

// time reads a cell: the zero time where there is none.
func (r *row) time(column string) time.Time {
	cell := r.cells[r.at[column]]
	at, err := time.Parse(time.RFC3339, cell)
	if err != nil && !slices.Contains(none, cell) {
		r.wrong(column, cell)
	}
	return at.UTC()
}

func (r *row) wrong(column, cell string) {
	if r.flaw == nil {
		r.flaw = fmt.Errorf("%s is %+q", column, begin(cell))
	}
}

// begin is as much of a text as is named.
func begin(s string) string { return s[:min(len(s), 32)] }

// ownOf adds what the report does not tell: handlers.ErrNoUser if there is no such user any more.
func ownOf(ctx context.Context, client IAM, c audit.Credentials) (audit.Credentials, error) {
	policies, err := policiesOf(ctx, client, c.User)
	if missing(err) {
		return c, fmt.Errorf("list policies of %s: %w", c.User, people.ErrNoUser)
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
func named(reported []audit.Key, keys []types.AccessKeyMetadata) []audit.Key {
	var out []audit.Key
	for _, k := range keys {
		key := audit.Key{ID: aws.ToString(k.AccessKeyId), Active: k.Status == types.StatusTypeActive, Made: aws.ToTime(k.CreateDate).UTC()}
		for _, r := range reported {
			if r.Made.Unix() == key.Made.Unix() && r.Used.After(key.Used) {
				key.Used = r.Used
			}
		}
		out = append(out, key)
	}
	return out
}
