package trail_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekisho/aws/trail"
)

// realEvents are those of public repositories.
const realEvents = "../../../shared/events"

// TestRealEvents: no real event is invalid, and the requests are exactly the successful sign-ins of IAM users.
func TestRealEvents(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(realEvents, "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Skipf("the real events are not here: %s", realEvents)
	}
	type counts struct{ Request, Ignore, Invalid int }
	gotCounts, gotIDs := map[string]counts{}, map[string][]string{}
	for _, path := range paths {
		file, c := filepath.Base(path), counts{}
		for _, line := range explainFile(t, path) {
			switch line.Class {
			case trail.Request:
				c.Request++
				gotIDs[file] = append(gotIDs[file], line.Account+" "+line.User+" "+line.ID)
			case trail.Ignore:
				c.Ignore++
			default:
				c.Invalid++
				t.Errorf("%s:%d: %s, %s", file, line.Line, line.Class, line.Why)
			}
		}
		gotCounts[file] = c
	}
	if diff := cmp.Diff(map[string]counts{
		"derived-eventbridge.jsonl": {Request: 6, Ignore: 164},
		"eventbridge-native.jsonl":  {Ignore: 20},
		"guardduty.jsonl":           {Ignore: 5},
		"iam-grants.jsonl":          {Ignore: 40},
		"iam-keys-users.jsonl":      {Ignore: 30},
		"noise.jsonl":               {Ignore: 494},
		"secrets-ssm.jsonl":         {Ignore: 54},
		"signin.jsonl":              {Request: 7, Ignore: 21},
		"sts.jsonl":                 {Ignore: 28},
		"suspicious.jsonl":          {Ignore: 78},
	}, gotCounts); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
	both := []string{
		"123456789012 tester login-bd5af33b65e36a135d89b492ddfaf2ae", // without an eventID: the hash of the record,
		"123456789012 tester login-1",                                // the same bare and in an envelope
		"123456789012 testuser login-1",
		"XXXXXXXXXXX xxxxxxxx login-0e4d136e-25d4-4d92-b2b2-8a9fe1e3f1af",
		"111122223333 anaya login-fed06f42-cb12-4764-8c69-121063dc79b9",
		"12345 homer_simpson login-12345",
	}
	if diff := cmp.Diff(map[string][]string{
		"derived-eventbridge.jsonl": both,
		"signin.jsonl":              append([]string{"111122223333 alice login-a7576b0c3b6da1d5d55dd593d1341e96"}, both...),
	}, gotIDs); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// explained is a line of Explain's answer.
type explained struct {
	Line, Item    int
	Class         trail.Class
	Why, ID       string
	Account, User string
}

// explainFile asks what becomes of each line of a file, with every account known.
func explainFile(t *testing.T, path string) []explained {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out bytes.Buffer
	if _, err := (trail.Explainer{}).Explain(&out, file, ""); err != nil {
		t.Fatal(err)
	}
	var lines []explained
	for dec := json.NewDecoder(&out); dec.More(); {
		var line explained
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}
