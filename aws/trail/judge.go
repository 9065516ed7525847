package trail

import (
	"fmt"
	"regexp"
	"strings"
)

// What CloudTrail writes for a console sign-in, and EventBridge around it.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
const (
	signinSource = "signin.amazonaws.com"
	signinName   = "ConsoleLogin"
	loginName    = "AuthorizeOAuth2Access" // `aws login`: the password of the console, for credentials of the command line
	iamUser      = "IAMUser"
	success      = "Success"
	failure      = "Failure"

	// hiddenUser stands for a user name that is none: people type passwords into that field. It would pass for a name.
	hiddenUser = "HIDDEN_DUE_TO_SECURITY_REASONS"

	// envelopeSource proves something: a source that begins with "aws." cannot be put on a bus by a customer.
	// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
	// The detail-type proves nothing and is documented in two spellings, so it is not looked at.
	envelopeSource = "aws.signin"
)

var (
	// https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html
	userName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)

	// accountID is wider than the twelve digits of AWS: which account counts is the configuration's to say, and without
	// one, examples with an account such as "12345" or "XXXXXXXXXXXX" are to be explained too.
	accountID = regexp.MustCompile(`^[0-9A-Za-z]{1,32}$`)
)

// judge is the rule: what must hold for a request, from the coarse to the fine, and what is said where it does not. A
// flaw counts only once the record claims to be a console sign-in; other events may look as they like.
func judge(r record, known func(string) bool) (Class, string) {
	switch {
	case r.other != "":
		return Ignore, otherRecord(r)
	case r.source != signinSource || r.name != signinName && r.name != loginName:
		return Ignore, otherEvent(r)
	case r.flaw != nil:
		return Invalid, r.flaw.Error() + changed
	case r.enveloped && r.envSource != envelopeSource:
		return Ignore, fmt.Sprintf("the envelope's source is %q, not %s", clean(r.envSource, 64), envelopeSource)
	case r.outcome != success:
		return Ignore, noSuccess(r)
	case r.kind == "Root":
		return Ignore, "the root user signed in"
	case r.kind != iamUser:
		return Ignore, who(r.kind) + " signed in, not an IAM user"
	case r.user == "":
		return Ignore, "the record names no user"
	case r.user == hiddenUser:
		return Ignore, "CloudTrail hid the user name: " + hiddenUser
	case !userName.MatchString(r.user):
		return Ignore, fmt.Sprintf("not a name that IAM allows: %q", clean(r.user, 64))
	case !r.oneAccount():
		return Invalid, fmt.Sprintf("the accounts differ: recipientAccountId %q, userIdentity.accountId %q, envelope %q",
			clean(r.recipient, 32), clean(r.owner, 32), clean(r.envAccount, 32))
	case r.account() == "":
		return Ignore, "the record names no account"
	case !accountID.MatchString(r.account()):
		return Ignore, fmt.Sprintf("not an account id: %q", clean(r.account(), 32))
	case known != nil && !known(r.account()):
		return Ignore, "account " + r.account() + " is not in the configuration"
	}
	if r.name == loginName {
		return Request, "an aws login by IAM user " + r.user
	}
	return Request, "a console sign-in by IAM user " + r.user
}

// changed says where a record comes from that AWS has not written so.
const changed = ", as AWS does not write it: look for an input transformer, or a program, before the queue"

// otherRecord says what an event is that is no record of CloudTrail. Two of AWS are told by their names.
func otherRecord(r record) string {
	switch {
	case r.other == envelopeSource+" Sign-in Anomaly Alert":
		return "an alert of AWS Sign-In, not a sign-in: " + r.other
	case r.envSource == "aws.identitystore":
		return "a change of users or groups in Identity Center, not a sign-in: " + r.other
	}
	return "not a CloudTrail record: " + r.other
}

// otherEvent says what a record is that is no ConsoleLogin. The sign-in service writes several that look like one.
// https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html
func otherEvent(r record) string {
	event := strings.TrimSpace(clean(r.source, 64) + " " + clean(r.name, 64))
	if event == "" {
		event = "an event without a name"
	}
	if r.source == signinSource {
		switch r.name {
		case "UserAuthentication", "CredentialVerification", "CredentialChallenge":
			return "an Identity Center portal sign-in, not an IAM user's: " + event
		case "SwitchRole", "ExitRole", "RenewRole":
			return "a switch of roles, not a sign-in: " + event
		case "CreateOAuth2Token":
			return "the tokens of an aws login, not a sign-in: " + event
		case "PutConsoleAuthorizationConfiguration", "DeleteConsoleAuthorizationConfiguration", "PutResourcePermissionStatement", "DeleteResourcePermissionStatement":
			return "a change of from where people may sign in, not a sign-in: " + event
		}
	}
	return "not a console sign-in: " + event
}

// noSuccess says how a sign-in ended that did not succeed.
func noSuccess(r record) string {
	switch r.outcome {
	case failure:
		return "the sign-in failed: " + who(r.kind)
	case "":
		return "the record does not say that the sign-in succeeded: " + who(r.kind)
	}
	return fmt.Sprintf("the sign-in ended as %q, not as %s: %s", clean(r.outcome, 32), success, who(r.kind))
}

// who is a kind of identity in words.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
func who(kind string) string {
	switch kind {
	case iamUser:
		return "an IAM user"
	case "Root":
		return "the root user"
	case "AssumedRole":
		return "an assumed role"
	case "FederatedUser":
		return "a federated user"
	case "SAMLUser":
		return "a SAML user"
	case "WebIdentityUser":
		return "a web identity user"
	case "IdentityCenterUser":
		return "an Identity Center user"
	case "":
		return "an identity without a type"
	}
	return fmt.Sprintf("an identity of type %q", clean(kind, 32))
}
