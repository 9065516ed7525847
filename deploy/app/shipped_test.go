package app_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sekisho/aws/heads"
	"sekisho/aws/trail"
)

// storesHeads are the actions that storing a head needs: PutObject with a lock, and HeadObject that shows it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
func storesHeads(t *testing.T) []string {
	t.Helper()
	if calls := methods[heads.Storing]("s3:"); !slices.Equal(calls, []string{"s3:HeadObject", "s3:PutObject"}) {
		t.Errorf("storing calls %v", calls)
	}
	return []string{"s3:GetObject", "s3:GetObjectRetention", "s3:PutObject", "s3:PutObjectRetention"}
}

// The bucket's owner allows the bot what storing a head needs and not one thing more, least of all to delete.
func TestThePolicyOfTheBucketIsWhatIsCalled(t *testing.T) {
	var policy struct{ Statement []statement }
	read(t, "../heads-bucket-policy.json", &policy)
	for _, s := range policy.Statement {
		slices.Sort(s.Action)
		if s.Effect == "Allow" && !slices.Equal(s.Action, storesHeads(t)) {
			t.Errorf("%s: allowed %v", s.Sid, s.Action)
		}
	}
	if len(policy.Statement) != 2 || policy.Statement[1].Condition["NumericGreaterThan"]["s3:object-lock-remaining-retention-days"] != "400" {
		t.Errorf("got %+v", policy)
	}
}

// Whoever moves dead letters back is allowed that by a policy of their own: the bot must not be able to send itself sign-ins.
func TestThePolicyOfRedriveIsWhatIsCalled(t *testing.T) {
	var policy struct{ Statement []statement }
	read(t, "../redrive-policy.json", &policy)
	var allowed []string
	for _, s := range policy.Statement {
		allowed = append(allowed, s.Action...)
		for _, r := range s.Resource {
			if sends := slices.Contains(s.Action, "sqs:SendMessage"); s.Effect != "Allow" || strings.Contains(r, "*") || sends == strings.HasSuffix(r, "-dead") {
				t.Errorf("%s: %s %v on %s", s.Sid, s.Effect, s.Action, r)
			}
		}
	}
	slices.Sort(allowed)
	if called := methods[trail.DeadLetters]("sqs:"); !slices.Equal(allowed, called) {
		t.Errorf("allowed %v\ncalled  %v", allowed, called)
	}
}

// methods are those of an interface of SDK calls, as the actions that they need.
func methods[T any](service string) []string {
	var out []string
	for m := range reflect.TypeFor[T]().Methods() {
		out = append(out, service+m.Name)
	}
	return out
}

// The rules that are shipped take in what the parser makes requests of.
func TestThePatternsAreWhatIsParsed(t *testing.T) {
	for _, file := range []string{"eventbridge-pattern.json", "eventbridge-aws-login-pattern.json"} {
		var pattern struct {
			Source []string
			Detail struct{ EventSource, EventName []string }
		}
		read(t, "../"+file, &pattern)
		event := map[string]any{"source": pattern.Source[0], "account": account, "detail": map[string]any{
			"eventSource": pattern.Detail.EventSource[0], "eventName": pattern.Detail.EventName[0], "recipientAccountId": account,
			"userIdentity":     map[string]any{"type": "IAMUser", "userName": "t.yamada", "accountId": account},
			"responseElements": map[string]any{"ConsoleLogin": "Success"}}}
		body, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		if found := trail.Parse(body, nil); found.Class != trail.Request {
			t.Errorf("%s: an event of the pattern is to %s: %s", file, found.Class, found.Why)
		}
	}
}

func read(t *testing.T, path string, into any) {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
