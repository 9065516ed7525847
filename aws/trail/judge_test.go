package trail_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekisho/aws/trail"
)

// changed ends what is said of a sign-in that AWS has not written so.
const changed = ", as AWS does not write it: look for an input transformer, or a program, before the queue"

// TestParseRule changes one thing in a record that would make a request.
func TestParseRule(t *testing.T) {
	tests := []struct {
		path  string
		value any
		class trail.Class
		why   string
	}{
		{"eventSource", "s3.amazonaws.com", trail.Ignore, "not a console sign-in: s3.amazonaws.com ConsoleLogin"},
		{"eventSource", "SIGNIN.amazonaws.com", trail.Ignore, "not a console sign-in: SIGNIN.amazonaws.com ConsoleLogin"},
		{"eventSource", absent, trail.Ignore, "not a console sign-in: ConsoleLogin"},
		{"eventName", "consolelogin", trail.Ignore, "not a console sign-in: signin.amazonaws.com consolelogin"},
		{"eventName", "GetSigninToken", trail.Ignore, "not a console sign-in: signin.amazonaws.com GetSigninToken"},
		{"eventName", "\u202eConsoleLogin\x00", trail.Ignore, "not a console sign-in: signin.amazonaws.com ?ConsoleLogin?"},
		{"eventName", "UserAuthentication", trail.Ignore,
			"an Identity Center portal sign-in, not an IAM user's: signin.amazonaws.com UserAuthentication"},
		{"eventName", "CredentialVerification", trail.Ignore,
			"an Identity Center portal sign-in, not an IAM user's: signin.amazonaws.com CredentialVerification"},
		{"eventName", "SwitchRole", trail.Ignore, "a switch of roles, not a sign-in: signin.amazonaws.com SwitchRole"},
		{"eventName", 7, trail.Invalid, "eventName is no string"},
		{"eventSource", []any{"signin.amazonaws.com"}, trail.Invalid, "eventSource is no string"},

		{"responseElements.ConsoleLogin", "Failure", trail.Ignore, "the sign-in failed: an IAM user"},
		{"responseElements.ConsoleLogin", "success", trail.Ignore,
			`the sign-in ended as "success", not as Success: an IAM user`},
		{"responseElements.ConsoleLogin", absent, trail.Ignore,
			"the record does not say that the sign-in succeeded: an IAM user"},
		{"responseElements.ConsoleLogin", true, trail.Invalid, "ConsoleLogin is no string" + changed},
		{"responseElements", absent, trail.Ignore, "the record does not say that the sign-in succeeded: an IAM user"},
		{"responseElements", nil, trail.Ignore, "the record does not say that the sign-in succeeded: an IAM user"},
		{"responseElements", `{"ConsoleLogin":"Success"}`, trail.Invalid, "responseElements is no JSON object" + changed},

		{"userIdentity.type", "Root", trail.Ignore, "the root user signed in"},
		{"userIdentity.type", "AssumedRole", trail.Ignore, "an assumed role signed in, not an IAM user"},
		{"userIdentity.type", "FederatedUser", trail.Ignore, "a federated user signed in, not an IAM user"},
		{"userIdentity.type", "SAMLUser", trail.Ignore, "a SAML user signed in, not an IAM user"},
		{"userIdentity.type", "WebIdentityUser", trail.Ignore, "a web identity user signed in, not an IAM user"},
		{"userIdentity.type", "IdentityCenterUser", trail.Ignore, "an Identity Center user signed in, not an IAM user"},
		{"userIdentity.type", "iamuser", trail.Ignore, `an identity of type "iamuser" signed in, not an IAM user`},
		{"userIdentity.type", absent, trail.Ignore, "an identity without a type signed in, not an IAM user"},
		{"userIdentity", fields{"TYPE": "IAMUser", "USERNAME": "anaya"}, trail.Ignore,
			"an identity without a type signed in, not an IAM user"},
		{"userIdentity", absent, trail.Ignore, "an identity without a type signed in, not an IAM user"},
		{"userIdentity", []any{}, trail.Invalid, "userIdentity is no JSON object" + changed},
		{"userIdentity", "anaya", trail.Invalid, "userIdentity is no JSON object" + changed},

		{"userIdentity.userName", absent, trail.Ignore, "the record names no user"},
		{"userIdentity.userName", nil, trail.Ignore, "the record names no user"},
		{"userIdentity.userName", 7, trail.Invalid, "userName is no string" + changed},
		{"userIdentity.userName", "HIDDEN_DUE_TO_SECURITY_REASONS", trail.Ignore,
			"CloudTrail hid the user name: HIDDEN_DUE_TO_SECURITY_REASONS"},
		{"userIdentity.userName", "../admin", trail.Ignore, `not a name that IAM allows: "../admin"`},
		{"userIdentity.userName", "anaya\n", trail.Ignore, `not a name that IAM allows: "anaya?"`},
		{"userIdentity.userName", "anaya\x00", trail.Ignore, `not a name that IAM allows: "anaya?"`},
		{"userIdentity.userName", "аnaya", trail.Ignore, `not a name that IAM allows: "?naya"`}, // a Cyrillic a
		{"userIdentity.userName", "a\u200bnaya", trail.Ignore, `not a name that IAM allows: "a?naya"`},
		{"userIdentity.userName", strings.Repeat("a", 65), trail.Ignore,
			`not a name that IAM allows: "` + strings.Repeat("a", 64) + `"`},

		{"recipientAccountId", "444455556666", trail.Invalid, `the accounts differ: recipientAccountId "444455556666", ` +
			`userIdentity.accountId "111122223333", envelope ""`},
		{"userIdentity.accountId", "444455556666", trail.Invalid, `the accounts differ: recipientAccountId ` +
			`"111122223333", userIdentity.accountId "444455556666", envelope ""`},
		{"recipientAccountId", 111122223333, trail.Invalid, "recipientAccountId is no string" + changed},

		{"additionalEventData", []any{"MFAUsed"}, trail.Invalid, "additionalEventData is no JSON object" + changed},
		{"additionalEventData.MFAUsed", true, trail.Invalid, "MFAUsed is no string" + changed},
		{"sourceIPAddress", fields{}, trail.Invalid, "sourceIPAddress is no string" + changed},
		{"eventTime", 1768469400, trail.Invalid, "eventTime is no string" + changed},
		{"eventID", 7, trail.Invalid, "eventID is no string" + changed},
		{"detail", fields{}, trail.Invalid, "both an EventBridge event and a CloudTrail record"},
	}
	for _, test := range tests {
		got := trail.Parse(encode(t, with(signin(), test.path, test.value)), configured)
		if got.Class != test.class || got.Why != test.why {
			t.Errorf("%s = %v: %s, %q; want %s, %q", test.path, test.value, got.Class, got.Why, test.class, test.why)
		}
	}
}

// An `aws login` asks as a sign-in does, unless it failed or is another's than an IAM user's.
func TestParseAWSLogin(t *testing.T) {
	login := with(with(envelope(signin()), "detail.eventName", "AuthorizeOAuth2Access"), "detail.responseElements", nil)
	for _, test := range []struct {
		path  string
		value any
		class trail.Class
		why   string
	}{
		{"detail.additionalEventData.success", "true", trail.Request, "an aws login by IAM user anaya"},
		{"detail.additionalEventData.success", true, trail.Request, "an aws login by IAM user anaya"},
		{"detail.additionalEventData", absent, trail.Request, "an aws login by IAM user anaya"},
		{"detail.additionalEventData.success", "false", trail.Ignore, "the sign-in failed: an IAM user"},
		{"detail.additionalEventData.success", false, trail.Ignore, "the sign-in failed: an IAM user"},
		{"detail.additionalEventData.success", []any{"true"}, trail.Ignore, "the sign-in failed: an IAM user"},
		{"detail.errorCode", "AccessDenied", trail.Ignore, "the sign-in failed: an IAM user"},
		{"detail.errorCode", 7, trail.Invalid, "errorCode is no string" + changed},
		{"detail.userIdentity.type", "Root", trail.Ignore, "the root user signed in"},
		{"detail.userIdentity.type", "AssumedRole", trail.Ignore, "an assumed role signed in, not an IAM user"},
		{"source", "my.own", trail.Ignore, `the envelope's source is "my.own", not aws.signin`},
	} {
		if got := trail.Parse(encode(t, with(login, test.path, test.value)), configured); got.Class != test.class || got.Why != test.why {
			t.Errorf("%s = %v: %s, %q; want %s, %q", test.path, test.value, got.Class, got.Why, test.class, test.why)
		}
	}
	for want, body := range map[bool]fields{true: login, false: envelope(signin())} { // the two records of one sign-in are told apart
		if s := trail.Parse(encode(t, body), configured).Request.Signin; s.Login != want {
			t.Errorf("aws login %t: %+v", want, s)
		}
	}
}

func TestParseAccounts(t *testing.T) {
	account := func(id any) fields {
		return with(with(signin(), "recipientAccountId", id), "userIdentity.accountId", id)
	}
	tests := []struct {
		body  fields
		known func(string) bool
		class trail.Class
		why   string
	}{
		{account("444455556666"), configured, trail.Ignore, "account 444455556666 is not in the configuration"},
		{account("444455556666"), nil, trail.Request, "a console sign-in by IAM user anaya"},
		{account("12345"), nil, trail.Request, "a console sign-in by IAM user anaya"},
		{account("XXXXXXXXXXXXXXXXXXXX"), nil, trail.Request, "a console sign-in by IAM user anaya"},
		{account(absent), nil, trail.Ignore, "the record names no account"},
		{account("1111\u202e2222"), nil, trail.Ignore, `not an account id: "1111?2222"`},
		{account(strings.Repeat("1", 33)), nil, trail.Ignore, `not an account id: "` + strings.Repeat("1", 32) + `"`},
		{account("<account>"), nil, trail.Ignore, `not an account id: "<account>"`},
		{envelope(account("444455556666")), nil, trail.Invalid, `the accounts differ: recipientAccountId "444455556666", ` +
			`userIdentity.accountId "444455556666", envelope "111122223333"`},
		{with(envelope(signin()), "account", "444455556666"), configured, trail.Invalid, `the accounts differ: ` +
			`recipientAccountId "111122223333", userIdentity.accountId "111122223333", envelope "444455556666"`},
	}
	for _, test := range tests {
		got := trail.Parse(encode(t, test.body), test.known)
		if got.Class != test.class || got.Why != test.why {
			t.Errorf("%v: %s, %q; want %s, %q", test.body, got.Class, got.Why, test.class, test.why)
		}
	}
}

func TestParseEnvelope(t *testing.T) {
	tests := []struct {
		path  string
		value any
		class trail.Class
		why   string
	}{
		{"source", "my.forger", trail.Ignore, `the envelope's source is "my.forger", not aws.signin`},
		{"source", absent, trail.Ignore, `the envelope's source is "", not aws.signin`},
		{"source", 7, trail.Invalid, "source is no string"},
		{"account", 111122223333, trail.Invalid, "account is no string"},
		{"detail-type", absent, trail.Request, "a console sign-in by IAM user anaya"},
		{"detail-type", []any{}, trail.Invalid, "detail-type is no string"},
		{"detail", absent, trail.Invalid, "an EventBridge event without a detail"},
		{"detail", nil, trail.Invalid, "an EventBridge event without a detail"},
		{"detail", "{}", trail.Invalid, "detail is no JSON object"},
		{"detail", fields{}, trail.Ignore, "not a CloudTrail record: aws.signin AWS Console Sign In via CloudTrail"},
		{"eventName", "ConsoleLogin", trail.Invalid, "both an EventBridge event and a CloudTrail record"},
	}
	for _, test := range tests {
		got := trail.Parse(encode(t, with(envelope(signin()), test.path, test.value)), configured)
		if got.Class != test.class || got.Why != test.why {
			t.Errorf("%s = %v: %s, %q; want %s, %q", test.path, test.value, got.Class, got.Why, test.class, test.why)
		}
	}
}

// TestParseRootNamedLikeUser: the userName of a Root event may be the account's alias.
func TestParseRootNamedLikeUser(t *testing.T) {
	got := trail.Parse(encode(t, with(signin(), "userIdentity.type", "Root")), configured)
	want := trail.Finding{Class: trail.Ignore, Why: "the root user signed in", Account: "111122223333"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

// TestParseIgnoredTellsWho: an operator sees whose event was ignored, whatever else is wrong with it.
func TestParseIgnoredTellsWho(t *testing.T) {
	event := with(with(signin(), "eventName", "PutObject"), "responseElements", "a string")
	event = with(event, "userIdentity.accountId", "444455556666") // somebody else's bucket
	got := trail.Parse(encode(t, event), nil)
	want := trail.Finding{Class: trail.Ignore, Why: "not a console sign-in: signin.amazonaws.com PutObject",
		Account: "111122223333", User: "anaya"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}
