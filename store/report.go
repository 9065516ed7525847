package store

import (
	"context"
	"slices"
	"time"
)

// ReportPrefix begins the id of every report.
const ReportPrefix = "report-"

// FindingKind says what an audit has found.
type FindingKind string

// The kinds of finding, the most urgent first.
const (
	RootKey      FindingKind = "root_key"      // the root user has an active key
	Left         FindingKind = "left"          // the user's person has left Slack
	OwnKey       FindingKind = "own_key"       // a managed user has an active key that no grant and no rotation explains
	OwnPolicy    FindingKind = "own_policy"    // a managed user has policies of its own
	NoMFA        FindingKind = "no_mfa"        // a console password, and no second factor
	IdlePassword FindingKind = "idle_password" // a console password without a sign-in for long
	IdleKey      FindingKind = "idle_key"      // an active key that has not been used for long
	OldKey       FindingKind = "old_key"       // an active key that was made long ago
)

// Findings are all kinds, in their order.
var Findings = []FindingKind{RootKey, Left, OwnKey, OwnPolicy, NoMFA, IdlePassword, IdleKey, OldKey}

// Cure is what is to be done about a finding.
type Cure string

// The cures.
const (
	ShutOut        Cure = "shut_out"        // delete the user's password and deactivate the keys
	DeactivateKey  Cure = "deactivate_key"  // and delete it later
	MovePolicy     Cure = "move_policy"     // to a group that is given for a time
	AddMFA         Cure = "add_mfa"         // or delete the password
	DeletePassword Cure = "delete_password" // the console's
	RotateKey      Cure = "rotate_key"      // by its rotation
	ReplaceKey     Cure = "replace_key"     // by a role, or by hand
	DeleteUser     Cure = "delete_user"     // by hand: it is shut out
	DeleteKey      Cure = "delete_key"      // by hand: only the root user can delete its own
)

// Finding is one thing that an audit has found about an IAM user.
type Finding struct {
	Kind        FindingKind `json:"kind"`
	Account     string      `json:"account"`
	AccountName string      `json:"account_name,omitempty"`
	User        string      `json:"user"`
	UserID      string      `json:"user_id,omitempty"` // by which a user is found who was renamed since
	Person      Person      `json:"person,omitempty"`
	Key         string      `json:"key,omitempty"`      // its id, or how the credential report calls it: access_key_1
	Policies    []string    `json:"policies,omitempty"` // their names
	Since       time.Time   `json:"since,omitzero"`     // zero if nobody knows
	Made        time.Time   `json:"made,omitzero"`      // the key
	Used        time.Time   `json:"used,omitzero"`      // the key; zero if it never was, or nobody knows
	UserMade    time.Time   `json:"user_made,omitzero"` // who has another date is another user; zero if nobody knows
	Cure        Cure        `json:"cure"`
	Rotation    string      `json:"rotation,omitempty"` // that does it
	Kept        *Keeping    `json:"kept,omitempty"`     // what the ledger has of it; not written into it again
}

// Audited is an account that an audit was to look at.
type Audited struct {
	Account     string    `json:"account"`
	AccountName string    `json:"account_name,omitempty"`
	Made        time.Time `json:"made,omitzero"`     // when AWS made the credential report
	Trouble     string    `json:"trouble,omitempty"` // why it could not be read, as a code
	Odd         []OddRow  `json:"odd,omitempty"`     // of the credential report
}

// OddRow is a row of a credential report that cannot be read without guessing, so that nothing is known of its user.
type OddRow struct {
	Line int    `json:"line"`           // of the report, whose first has the names of the columns
	User string `json:"user,omitempty"` // "" if even that cannot be read
	Why  string `json:"why"`
}

// Knows tells whether the audit has read what a user has.
func (a Audited) Knows(user string) bool {
	return a.Trouble == "" && !slices.ContainsFunc(a.Odd, func(o OddRow) bool { return o.User == "" || o.User == user })
}

// The states and verbs of a report. Only one report at a time is told: what can be pressed stands on it.
const (
	Current State = Raised // no newer one has been made
	Passed  State = "passed"

	Pass Verb = "pass" // a newer one takes its place
)

// Report is what the daily audit has found, to be told once. Its rows are drawn from the alerts about what it shows, and it is
// redrawn when one of them changes. It holds no more findings than people are shown.
type Report struct {
	Head `json:"-"`

	ID string `json:"id"`

	State    State               `json:"state"`
	At       time.Time           `json:"at"`
	Accounts []Audited           `json:"accounts"`
	Findings []Finding           `json:"findings,omitempty"` // those that are shown, in the order of the kinds
	Counts   map[FindingKind]int `json:"counts,omitempty"`   // of all
	Kept     int                 `json:"kept,omitempty"`     // that are found, and are not among them until their time
	Unjudged bool                `json:"unjudged,omitempty"` // who has left Slack is not known

	Telling `json:"-"`
}

func (r *Report) id() string    { return r.ID }
func (r *Report) state() *State { return &r.State }
func (r *Report) work() *Work   { return nil }
func (r *Report) progress() any { return &r.Telling }

func (r *Report) leads(from State, v Verb) (State, bool) { return reports.leads(*r, from, v) }

// reports is the life of a report.
var reports = Machine[Report, *Report]{
	Name: "a report",
	Next: func(r Report, v Verb) (State, bool) {
		to, ok := nextReport[r.State][v]
		return to, ok
	},
	Apply: func(r Report, _ Entry, _ State) (Report, error) { return r, nil },
}

// nextReport is the whole truth about the life of a report.
var nextReport = map[State]map[Verb]State{"": {Raise: Current}, Current: {Pass: Passed}}

const (
	shown    = 4  // findings of each kind at most, that a report holds
	mostRows = 16 // in all, so that it stays within what Slack takes
)

// NewReport is a report of these findings, which stand in the order of the kinds, with the entry that it was made by. kept is
// how many are not among them until their time, unjudged that nobody knows who has left Slack.
func NewReport(at time.Time, accounts []Audited, found []Finding, kept int, unjudged bool) Report {
	r := Report{ID: ReportPrefix + plain(at).Format("20060102T150405.000Z"), At: plain(at), Accounts: accounts, Counts: map[FindingKind]int{},
		Kept: kept, Unjudged: unjudged}
	for _, f := range found {
		r.Counts[f.Kind]++
	}
	r.Findings = fewOf(found)
	return r.after(Entry{Verb: Raise, By: Self, At: at})
}

// Passed returns the report once a newer one stands.
func (r Report) Passed(at time.Time) Report {
	return r.after(Entry{Verb: Pass, By: Self, At: at})
}

func (r Report) after(e Entry) Report {
	after, _ := reports.After(r, e) // one that has passed stays as it is; what cannot be written down fails again when it is saved
	return after
}

// fewOf takes the first of each kind, then the second, and so on, and leaves them in their order.
func fewOf(found []Finding) []Finding {
	place, seen := map[FindingKind]int{}, map[string]bool{}
	rounds := make([][]int, shown)
	for i, f := range found {
		if n := place[f.Kind]; n < shown && !seen[f.ID()] {
			rounds[n] = append(rounds[n], i)
			place[f.Kind], seen[f.ID()] = n+1, true
		}
	}
	picked := slices.Concat(rounds...)
	picked = picked[:min(len(picked), mostRows)]
	slices.Sort(picked)
	var out []Finding
	for _, i := range picked {
		out = append(out, found[i])
	}
	return out
}

// Total is how many findings there are.
func (r Report) Total() int {
	n := 0
	for _, count := range r.Counts {
		n += count
	}
	return n
}

// Due tells when the report wants to be told.
func (r Report) Due(lane Lane) (time.Time, bool) {
	return r.TellAt, lane == Tell && r.Telling.behind(r.Chain.Seq, OnCard)
}

// currentIndex has the one report that no newer one has taken the place of.
const currentIndex = "report"

// CurrentReport reads it, or returns ErrNotFound.
func CurrentReport(ctx context.Context, db DB) (Report, error) {
	rows, err := db.List(ctx, currentIndex, "", 1)
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Report{}, err
	}
	return LoadReport(ctx, db, rows[0].ID)
}

func (r *Report) keys() []Key {
	keys := append(laneKeys(r.Due), r.Chain.changedKeys()...)
	if r.State == Current {
		keys = append(keys, Key{Index: currentIndex, Value: "current", Unique: true})
	}
	return keys
}
