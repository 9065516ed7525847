package trail_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"sekisho/aws/trail"
	"sekisho/handlers/access"
)

var (
	shown     = regexp.MustCompile(`^[ -~]{0,512}$`)
	id        = regexp.MustCompile(`^login-[A-Za-z0-9-]{1,64}$`)
	iamName   = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,64}$`)
	shortWord = regexp.MustCompile(`^[0-9A-Za-z]{1,32}$`)
)

// FuzzParse holds every answer against what this package promises, by another way of reading the body.
func FuzzParse(f *testing.F) {
	seeds, err := os.ReadFile("testdata/synthetic.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	for line := range bytes.Lines(seeds) {
		f.Add(bytes.TrimSpace(line))
	}
	f.Fuzz(func(t *testing.T, body []byte) { check(t, body) })
}

// reporter is what checks need of *testing.T and *rapid.T.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// check parses a body and holds the answer against every promise.
func check(t reporter, body []byte) trail.Finding {
	t.Helper()
	got := trail.Parse(body, nil)
	s := got.Request.Signin
	for _, text := range []string{got.Why, got.Account, got.User, s.Address, s.Region, s.Principal, s.MFA} {
		if !shown.MatchString(text) {
			t.Errorf("not fit to be shown: %q", text)
		}
	}
	switch got.Class {
	case trail.Request:
		checkRule(t, body, got)
		checkSame(t, body, got)
	case trail.Ignore:
		checkSame(t, body, got)
	case trail.Invalid:
		if got.Account != "" || got.User != "" {
			t.Errorf("an invalid body names %q, %q", got.Account, got.User)
		}
	default:
		t.Errorf("class %q", got.Class)
	}
	if empty := got.Request == (access.Request{}); empty == (got.Class == trail.Request) || got.Why == "" {
		t.Errorf("%s, %q with the request %+v", got.Class, got.Why, got.Request)
	}
	return got
}

// checkRule reads a request's body in the plainest way and asks for every condition of the rule.
func checkRule(t reporter, body []byte, got trail.Finding) {
	var top fields
	if err := json.Unmarshal(body, &top); err != nil {
		t.Fatal("a request out of no JSON object:", err)
	}
	if message, ok := top["Message"].(string); ok && top["TopicArn"] != nil && top["Type"] == "Notification" {
		checkRule(t, []byte(message), got)
		return
	}
	at := func(o fields, path ...string) string {
		for _, key := range path[:len(path)-1] {
			o, _ = o[key].(fields)
		}
		text, _ := o[path[len(path)-1]].(string)
		return text
	}
	record := top
	accounts := []string{got.Account}
	if detail, ok := top["detail"].(fields); ok {
		record = detail
		accounts = append(accounts, at(top, "account"))
		if at(top, "source") != "aws.signin" {
			t.Errorf("envelope source %q", at(top, "source"))
		}
	}
	accounts = append(accounts, at(record, "recipientAccountId"), at(record, "userIdentity", "accountId"))
	for _, account := range accounts {
		if account != "" && account != got.Account {
			t.Errorf("one of the accounts %q is not %q", accounts, got.Account)
		}
	}
	for _, rule := range []struct{ got, want string }{
		{at(record, "eventSource"), "signin.amazonaws.com"},
		{at(record, "eventName"), "ConsoleLogin"},
		{at(record, "userIdentity", "type"), "IAMUser"},
		{at(record, "userIdentity", "userName"), got.User},
		{at(record, "responseElements", "ConsoleLogin"), "Success"},
	} {
		if rule.got != rule.want {
			t.Errorf("%q, want %q", rule.got, rule.want)
		}
	}
	r := got.Request
	if !iamName.MatchString(r.User) || r.User == "HIDDEN_DUE_TO_SECURITY_REASONS" || r.User != got.User {
		t.Errorf("user %q", r.User)
	}
	if !shortWord.MatchString(r.Account) || r.Account != got.Account {
		t.Errorf("account %q", r.Account)
	}
	if !id.MatchString(r.ID) {
		t.Errorf("id %q", r.ID)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Errorf("the ledger cannot hold it: %v", err)
	}
}

// checkSame writes the body anew, keys sorted and strings escaped in another way, and expects the same answer. Writing
// loses doubled keys, so an ignored record may tell more of its user than before.
func checkSame(t reporter, body []byte, got trail.Finding) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	again := encode(t, v)
	if len(again) > trail.MaxBody {
		return
	}
	other := trail.Parse(again, nil)
	if got.Class == trail.Ignore {
		other.Account, other.User = got.Account, got.User
	}
	if other != got {
		t.Errorf("%+v, but written anew %+v", got, other)
	}
}
