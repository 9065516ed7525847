package trail_test

import (
	"encoding/json"
	"maps"
	"strings"
)

// fields is a JSON object in the making.
type fields = map[string]any

// absent takes a field out, where a test sets it.
var absent = new(int)

// signin is a synthetic record of a console sign-in that makes a request.
func signin() fields {
	return fields{
		"eventVersion": "1.09",
		"userIdentity": fields{
			"type":        "IAMUser",
			"principalId": "AIDASYNTHETICEXAMPLE1",
			"accountId":   "111122223333",
			"userName":    "anaya",
		},
		"eventTime":           "2026-01-15T09:30:00Z",
		"eventSource":         "signin.amazonaws.com",
		"eventName":           "ConsoleLogin",
		"awsRegion":           "us-east-2",
		"sourceIPAddress":     "192.0.2.10",
		"responseElements":    fields{"ConsoleLogin": "Success"},
		"additionalEventData": fields{"MFAUsed": "Yes", "LoginTo": "https://console.aws.amazon.com/"},
		"eventID":             "11111111-2222-4333-8444-555555555555",
		"eventType":           "AwsConsoleSignIn",
		"recipientAccountId":  "111122223333",
	}
}

// with returns the object changed at a path such as "userIdentity.type".
func with(o fields, path string, value any) fields {
	if o = maps.Clone(o); o == nil {
		o = fields{}
	}
	key, rest, nested := strings.Cut(path, ".")
	switch {
	case nested:
		inner, _ := o[key].(fields) // a test may have put something else there
		o[key] = with(inner, rest, value)
	case value == absent:
		delete(o, key)
	default:
		o[key] = value
	}
	return o
}

// envelope is what EventBridge makes of a record.
func envelope(detail any) fields {
	return fields{
		"version":     "0",
		"id":          "synthetic",
		"detail-type": "AWS Console Sign In via CloudTrail",
		"source":      "aws.signin",
		"account":     "111122223333",
		"time":        "2026-01-15T09:30:00Z",
		"region":      "us-east-2",
		"resources":   []any{},
		"detail":      detail,
	}
}

func encode(t reporter, v any) []byte {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// configured is a configuration of one account.
func configured(account string) bool { return account == "111122223333" }
