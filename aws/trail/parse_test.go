package trail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/aws/trail"
	"sekisho/handlers/access"
	"sekisho/store"
)

func TestParseRequest(t *testing.T) {
	want := trail.Finding{
		Class:   trail.Request,
		Why:     "a console sign-in by IAM user anaya",
		Account: "111122223333",
		User:    "anaya",
		Request: access.Request{
			ID:      "login-11111111-2222-4333-8444-555555555555",
			Origin:  store.SignIn,
			Account: "111122223333",
			User:    "anaya",
			Signin: store.Signin{
				At:        time.Date(2026, 1, 15, 9, 30, 0, 0, time.UTC),
				Address:   "192.0.2.10",
				MFA:       "yes",
				Region:    "us-east-2",
				Principal: "AIDASYNTHETICEXAMPLE1",
			},
		},
	}
	for name, body := range map[string]fields{
		"bare":                  signin(),
		"enveloped":             envelope(signin()),
		"the other detail-type": with(envelope(signin()), "detail-type", "AWS Console Signin via CloudTrail"),
		"the other eventType":   with(signin(), "eventType", "AwsConsoleSignin"),
		"no recipient":          with(signin(), "recipientAccountId", absent),
		"no owner":              with(signin(), "userIdentity.accountId", absent),
		"only the envelope": envelope(with(with(signin(),
			"userIdentity.accountId", nil), "recipientAccountId", absent)),
		"a further key": with(signin(), "somethingNew", []any{fields{"x": 1}}),
		"a key in another case beside the right one": with(signin(), "userIdentity.TYPE", "Root"),
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, trail.Parse(encode(t, body), configured)); diff != "" {
				t.Errorf("Parse (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseNoEvent(t *testing.T) {
	valid := string(encode(t, envelope(signin())))
	twice := func(old, again string) string { return strings.Replace(valid, old, again+","+old, 1) }
	for _, test := range []struct{ name, body, why string }{
		{"empty", "", "not JSON: empty"},
		{"blank", " \n", "not JSON: empty"},
		{"words", "hello", "not JSON: wrong at byte 1"},
		{"truncated", valid[:300], "not JSON: cut off"},
		{"trailing", valid + "{}", "not JSON: something follows the first value"},
		{"trailing bracket", valid + "}", "not JSON: something follows the first value"},
		{"byte order mark", "\ufeff" + valid, "not JSON: wrong at byte 1"},
		{"raw NUL", strings.Replace(valid, "anaya", "ana\x00ya", 1), "not JSON: wrong at byte"},
		{"invalid UTF-8", strings.Replace(valid, "anaya", "ana\xffya", 1), "not JSON: not UTF-8"},
		{"too long", valid + strings.Repeat(" ", trail.MaxBody), "longer than 1048576 bytes"},
		{"too deep", strings.Repeat(`{"detail":`, 20_000) + "1" + strings.Repeat("}", 20_000), "not JSON: wrong at byte"},
		{"array", "[" + valid + "]", "the body is no JSON object"},
		{"null", "null", "the body is no JSON object"},
		{"huge number", "1e999999", "the body is no JSON object"},
		{"string", `"` + strings.ReplaceAll(valid, `"`, `\"`) + `"`, "text, and no event: an input transformer before the queue makes such"},
		{"another object", `{"a":1}`, "neither an EventBridge event nor a CloudTrail record"},
		{"a log file", `{"Records":[` + valid + `]}`, "a CloudTrail log file: the bot reads single events, which deploy/sign-ins.sh has sent to the queue"},
		{"two types", twice(`"type":"IAMUser"`, `"type":"Root"`), `the key "type" stands twice in userIdentity`},
		{"two types, one escaped", twice(`"type":"IAMUser"`, `"\u0074ype":"Root"`),
			`the key "type" stands twice in userIdentity`},
		{"two sources", twice(`"eventSource":`, `"eventSource":"s3.amazonaws.com"`),
			`the key "eventSource" stands twice in detail`},
		{"two envelope sources", twice(`"source":`, `"source":"my.own"`), `the key "source" stands twice in the body`},
		{"two outcomes", twice(`"ConsoleLogin":`, `"ConsoleLogin":"Failure"`),
			`the key "ConsoleLogin" stands twice in responseElements`},
		{"two of a hostile key", `{"\u202e":1,"\u202e":2}`, `the key "?" stands twice in the body`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := trail.Parse([]byte(test.body), nil)
			if !strings.HasPrefix(got.Why, test.why) {
				t.Errorf("why %q, want %q", got.Why, test.why)
			}
			if diff := cmp.Diff(trail.Finding{Class: trail.Invalid, Why: got.Why}, got); diff != "" {
				t.Errorf("Parse (-want +got):\n%s", diff)
			}
		})
	}
}
