package trail

import (
	"encoding/json"

	"sekisho/handlers/access"
	"sekisho/store"
)

// Class is what the bot does with a body.
type Class string

// The classes, as [Explain] prints them.
const (
	Request Class = "request" // somebody asks for access
	Ignore  Class = "ignore"  // read, and nothing to do
	Invalid Class = "invalid" // cannot be read without guessing: for a person to look at
)

// Finding is what [Parse] makes of one body.
type Finding struct {
	Class Class
	Why   string // for operators, in one phrase

	// Where it happened and the IAM user who did it, empty where the record does not say or is Invalid. User is never
	// the userName of another kind of identity: root's may equal an IAM user's.
	Account string
	User    string

	// One of the two is set if Class is Request: a sign-in by Parse, or what a program asks for by ParseWish, with the id
	// that it gave.
	Request access.Request
	Wish    access.Wish
	Ref     string
}

// Parse says what the bot does with the body of one SQS message: an EventBridge event or a bare CloudTrail record. An
// account counts if known says so; without known, every account does. It never panics, and takes time and memory in
// proportion to the body, of which it reads at most [MaxBody].
func Parse(body []byte, known func(account string) bool) Finding {
	r, err := readBody(body)
	if err != nil {
		return Finding{Class: Invalid, Why: err.Error()}
	}
	class, why := judge(r, known)
	switch class {
	case Invalid:
		return Finding{Class: Invalid, Why: why}
	case Ignore:
		return Finding{Class: Ignore, Why: why, Account: r.safeAccount(), User: r.safeUser()}
	}
	id, err := requestID(r)
	if err != nil {
		return Finding{Class: Invalid, Why: err.Error()}
	}
	return Finding{Class: Request, Why: why, Account: r.account(), User: r.user, Request: access.Request{
		ID:      id,
		Origin:  store.SignIn,
		Account: r.account(),
		User:    r.user,
		Signin: store.Signin{
			At:        eventTime(r.at),
			Address:   clean(r.address, 64),
			MFA:       mfa(r.mfa),
			Login:     r.name == loginName,
			Region:    clean(r.region, 32),
			Principal: clean(r.principal, 64),
		},
	}}
}

// record is what is read of a CloudTrail record and of the EventBridge envelope around it. Its texts stand as they came;
// an absent or null field is empty.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
type record struct {
	raw   json.RawMessage // the record without the envelope
	flaw  error           // the first field that has the wrong type; what comes after it is still read
	other string          // what it is if it is no CloudTrail record

	enveloped  bool
	envSource  string
	envAccount string

	source, name            string
	id, at, address, region string
	recipient               string // recipientAccountId
	kind, user, principal   string // userIdentity.type, userName, principalId
	owner                   string // userIdentity.accountId
	outcome                 string // responseElements.ConsoleLogin, or what stands for it in another sign-in
	mfa                     string // additionalEventData.MFAUsed
}

// account is where it happened, by the most exact field there is.
func (r record) account() string {
	for _, a := range []string{r.recipient, r.owner, r.envAccount} {
		if a != "" {
			return a
		}
	}
	return ""
}

// oneAccount tells whether all fields that name an account name the same one.
func (r record) oneAccount() bool {
	for _, a := range []string{r.recipient, r.owner, r.envAccount} {
		if a != "" && a != r.account() {
			return false
		}
	}
	return true
}

// safeAccount is the account, if it can be one.
func (r record) safeAccount() string {
	if !accountID.MatchString(r.account()) {
		return ""
	}
	return r.account()
}

// safeUser is the IAM user, if it is one and the name can be one.
func (r record) safeUser() string {
	if r.kind != iamUser || r.user == hiddenUser || !userName.MatchString(r.user) {
		return ""
	}
	return r.user
}
