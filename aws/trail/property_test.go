package trail_test

import (
	"testing"

	"pgregory.net/rapid"

	"sekisho/aws/trail"
)

// TestParseProperty bends sign-ins in several places at once, which a fuzzer of bytes seldom does, and makes the checks
// of [FuzzParse].
func TestParseProperty(t *testing.T) {
	paths := []string{
		"eventSource", "eventName", "eventTime", "eventID", "sourceIPAddress", "awsRegion", "recipientAccountId",
		"userIdentity", "userIdentity.type", "userIdentity.userName", "userIdentity.accountId",
		"userIdentity.principalId", "userIdentity.TYPE", "responseElements", "responseElements.ConsoleLogin",
		"responseElements.consoleLogin", "additionalEventData", "additionalEventData.MFAUsed", "requestParameters",
		"detail", "detail-type", "account", "source",
	}
	values := []any{
		absent, nil, true, 7, "", fields{}, []any{}, []any{fields{"b": 1, "a": nil}}, fields{"type": "IAMUser"},
		fields{"ConsoleLogin": "Success"}, "Success", "Failure", "IAMUser", "Root", "AssumedRole", "ConsoleLogin",
		"signin.amazonaws.com", "aws.signin", "HIDDEN_DUE_TO_SECURITY_REASONS", "anaya", "111122223333",
		"444455556666", "12345", "Yes", "2022-03-16 19:17:41", "0000-01-01T00:00:00+23:59", "AWS Internal",
		"\u202e\u200b\x00\x1b[31m<!channel>", "fe80::1%\n",
	}
	classes := map[trail.Class]int{}
	rapid.Check(t, func(t *rapid.T) {
		bend := func(o fields, label string, most int) fields {
			for range rapid.IntRange(0, most).Draw(t, label) {
				path, value := rapid.SampledFrom(paths).Draw(t, "path"), rapid.SampledFrom(values).Draw(t, "value")
				o = with(o, path, value)
			}
			return o
		}
		body := bend(signin(), "changes", 4)
		if rapid.Bool().Draw(t, "in an envelope") {
			body = bend(envelope(body), "changes to the envelope", 1)
		}
		classes[check(t, encode(t, body)).Class]++
	})
	if len(classes) != 3 {
		t.Errorf("only these classes were met: %v", classes)
	}
}
