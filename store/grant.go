package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
)

// Origin says how a request came in.
type Origin string

// The origins of a request.
const (
	SignIn    Origin = "sign-in" // a console sign-in that CloudTrail reported
	Requested Origin = "request" // a person asked for it
)

// Subject is who gets the access. A name can be deleted and made again, so it is the UserID that counts; the Person is
// who stands behind it, or empty if the configuration gives nobody.
type Subject struct {
	User    string  `json:"user"`
	UserID  string  `json:"user_id,omitempty"`
	Person  Person  `json:"person,omitempty"`
	KnownBy KnownBy `json:"known_by,omitempty"` // "" where the configuration lists the user under the person
}

// KnownBy is by what a person is known to be behind an IAM user whom the configuration does not list under them. Somebody in
// AWS has said so, and it may be wrong.
type KnownBy string

// The ways to know a person beside the configuration.
const (
	ByTag   KnownBy = "tag"   // the user's tag names a Slack account of theirs
	ByEmail KnownBy = "email" // the user's name is their e-mail address in Slack
)

// Signin is what CloudTrail reported of a sign-in to the console, or by `aws login`. Address, MFA and Principal may be empty or anything at all:
// they are somebody else's text.
type Signin struct {
	At        time.Time `json:"at"`
	Address   string    `json:"address,omitempty"`
	MFA       string    `json:"mfa,omitempty"` // "yes", "no" or "" where the record does not say
	Region    string    `json:"region,omitempty"`
	Principal string    `json:"principal,omitempty"`
	Login     bool      `json:"login,omitempty"` // by `aws login`, whose record never says whether MFA was used
	Both      bool      `json:"both,omitempty"`  // the records of `aws login` and of its console sign-in have both come
	First     bool      `json:"first,omitempty"` // no access of this user was approved from the address before, as far as the ledger knows
}

// Approval is one approver's yes.
type Approval struct {
	By       string        `json:"by"` // a Slack user id, or Rule
	At       time.Time     `json:"at"`
	Steps    []int         `json:"steps,omitempty"`    // of the grant, from 1, that it can count for: what was found out at the press
	Duration time.Duration `json:"duration,omitempty"` // the longest that it allows; 0: as long as was asked for
	Note     string        `json:"note,omitempty"`     // in the approver's own words
}

// Risk is how much harm access can do.
type Risk string

// High is the risk of what two people have to approve, and no rule by itself. Without it the risk is low.
const High Risk = "high"

// Refusal is why a rule refuses what a sign-in would ask for: a key, and what a sentence about it names.
type Refusal struct {
	Why   string            `json:"why"`
	Facts map[string]string `json:"facts,omitempty"`
}

// Grant is one request for access and its whole life. [Grant.After] changes what is true of it; [Work] and [Telling] are
// how far it has come.
type Grant struct {
	Head `json:"-"`

	ID string `json:"id"`

	Origin      Origin        `json:"origin"`
	Program     bool          `json:"program,omitempty"`     // a program asked, through SQS
	Role        string        `json:"role,omitempty"`        // whose session it was, behind its account's name; "" for the user's own
	NotBy       []string      `json:"not_by,omitempty"`      // who could not approve it as it was asked for, because of the role: users and "usergroup:" ids
	Kind        string        `json:"kind,omitempty"`        // of access: the file in aws/identity that gives it
	Entitlement string        `json:"entitlement,omitempty"` // the rule it was asked under
	Account     string        `json:"account"`
	AccountName string        `json:"account_name,omitempty"`
	Subject     Subject       `json:"subject"`
	Target      string        `json:"target,omitempty"`
	Exclusive   bool          `json:"exclusive,omitempty"` // the target is held by one at a time, whoever they are
	Signin      Signin        `json:"signin,omitzero"`     // that asked for it
	Duration    time.Duration `json:"duration,omitempty"`
	From        time.Time     `json:"from,omitzero"`     // the wished start, if it is not the approval
	To          time.Time     `json:"to,omitzero"`       // the wished end, instead of the duration
	Longest     time.Duration `json:"longest,omitempty"` // from the start, whatever happens in between
	Steps       []Step        `json:"steps,omitempty"`   // approvals that are needed
	Auto        time.Duration `json:"auto,omitempty"`    // the longest that the rule gives by itself, once the holder says "that was me"
	Risk        Risk          `json:"risk,omitempty"`
	AllowsIAM   bool          `json:"allows_iam,omitempty"` // the target lets its holder change IAM
	Endless     bool          `json:"endless,omitempty"`    // once given it is handed over: the duration is the time to give it in
	Reason      string        `json:"reason,omitempty"`     // in the requester's own words
	Ticket      string        `json:"ticket,omitempty"`
	Escalation  Escalation    `json:"escalation,omitzero"`
	Lapses      time.Time     `json:"lapses,omitzero"`
	Received    time.Time     `json:"received,omitzero"` // when the request was sent, as far as is known, else taken in

	State       State             `json:"state"`
	Asked       time.Time         `json:"asked,omitzero"` // when it was opened
	Approvals   []Approval        `json:"approvals,omitempty"`
	Start       time.Time         `json:"start,omitzero"`
	Until       time.Time         `json:"until,omitzero"`
	Max         time.Time         `json:"max,omitzero"`
	Extension   Extension         `json:"extension,omitzero"`
	Declined    Declined          `json:"declined,omitzero"`
	Extended    Extended          `json:"extended,omitzero"`
	Ungiven     bool              `json:"ungiven,omitempty"` // it came to its end before AWS had confirmed that it was given
	Outcome     Verb              `json:"outcome,omitempty"` // what ended it
	EndedBy     string            `json:"ended_by,omitempty"`
	Ended       time.Time         `json:"ended,omitzero"`
	Note        string            `json:"note,omitempty"`        // the reason that came with Outcome
	Offboarding string            `json:"offboarding,omitempty"` // the id of the offboarding that ended it
	Refusal     Refusal           `json:"turned_away,omitzero"`  // of a sign-in that was ignored, if its person is to read why
	Planned     bool              `json:"planned,omitempty"`     // what was there before is in Effects
	Effects     map[string]string `json:"effects,omitempty"`
	Into        string            `json:"into,omitempty"`     // the grant it was merged into
	Rechecks    int               `json:"rechecks,omitempty"` // since the end was read back
	Clearing    time.Time         `json:"clearing,omitzero"`  // when what is left of it is cleared away
	Exposed     time.Time         `json:"exposed,omitzero"`   // since when others than its requester could read the key's secret

	Answer Verb `json:"answer,omitempty"` // of the holder to "was this you?": Mine, NotMine or none

	// Of further sign-ins; see further.go.
	Further     []Further `json:"further,omitempty"`     // the latest is the last
	Forgotten   int       `json:"forgotten,omitempty"`   // of them Further has no more
	Messages    int       `json:"messages,omitempty"`    // new ones that told of them
	MessageFrom time.Time `json:"message_from,omitzero"` // since when

	Work      `json:"-"`
	Telling   `json:"-"`
	Reminding `json:"-"`
	Warned    time.Time `json:"-"` // the end that the holder was reminded of
	Looks     time.Time `json:"-"` // when AWS is looked at next, although nothing has happened
}

func (g *Grant) id() string    { return g.ID }
func (g *Grant) state() *State { return &g.State }

func (g *Grant) leads(from State, v Verb) (State, bool) { return grants.leads(*g, from, v) }

func (g *Grant) progress() any {
	return &struct {
		*Work
		*Telling
		*Reminding
		Warned *time.Time `json:"warned,omitzero"`
		Looks  *time.Time `json:"looks,omitzero"`
		Times  *timesOf   `json:"times,omitzero"`
	}{&g.Work, &g.Telling, &g.Reminding, &g.Warned, &g.Looks, (*timesOf)(&g.Further)}
}

// Slot names what at most one grant that has begun may hold, and each window of it at most one that has not. Names of targets do not differ by case alone, as in
// IAM.
func (g Grant) Slot() string {
	if g.Exclusive {
		return exclusive(g.Account, g.Kind, g.Target)
	}
	return g.Account + "/" + g.Subject.UserID + "/" + strings.ToLower(g.Target)
}

// exclusive is the slot of what is held by one at a time.
func exclusive(account, kind, target string) string {
	return account + "/" + kind + "/" + strings.ToLower(target)
}

// Terms is a digest of what a card shows and an approval is bound to. A vote does not change it, another sign-in from
// somewhere else does. A button carries it, and a press with other Terms is answered "changed".
func (g Grant) Terms() string {
	shown := []any{g.ID, g.Entitlement, g.Kind, g.Account, g.Subject, g.Target,
		g.Duration, g.Longest, g.Steps, g.Auto, g.Risk, g.Reason, g.Ticket, g.Signin.Address, g.Signin.MFA}
	if g.Program {
		shown = append(shown, "program", g.Role)
		if len(g.NotBy) > 0 {
			shown = append(shown, "not_by", g.NotBy)
		}
	}
	if !g.From.IsZero() || !g.To.IsZero() {
		shown = append(shown, g.From.Unix(), g.To.Unix())
	}
	if g.AllowsIAM {
		shown = append(shown, "allows_iam")
	}
	if g.Endless {
		shown = append(shown, "endless")
	}
	if g.Signin.First {
		shown = append(shown, "first")
	}
	if besides := g.approvedBesides(); len(besides) > 0 {
		shown = append(shown, besides)
	}
	return digestOf(shown...)
}

// digestOf is a short hash of what a card shows.
func digestOf(shown ...any) string {
	body, _ := json.Marshal(shown) // strings and numbers cannot fail
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:8])
}

// Allowed is how long access lasts: as long as was asked for, or as an approver allowed who allows the shortest. It is no
// part of the Terms, as a vote does not change them.
func (g Grant) Allowed() time.Duration {
	shortest := g.Duration
	for _, a := range g.Approvals {
		if a.Duration > 0 {
			shortest = min(shortest, a.Duration)
		}
	}
	return shortest
}

// Limited tells whether an approver allowed less than was asked for.
func (g Grant) Limited() bool { return g.Allowed() < g.Duration }

// Over tells whether the grant's time is up, whether or not anybody has ended it yet.
func (g Grant) Over(now time.Time) bool { return !g.Until.IsZero() && !now.Before(g.Until) }
