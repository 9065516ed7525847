package store

import "time"

// ReportPrefix begins the id of every report.
const ReportPrefix = "report-"

// FindingKind says what an audit has found.
type FindingKind string

// The kinds of finding, the most urgent first.
const (
	Left         FindingKind = "left"          // the user's person has left Slack
	OwnKey       FindingKind = "own_key"       // a managed user has an active key that no grant and no rotation explains
	OwnPolicy    FindingKind = "own_policy"    // a managed user has policies of its own
	NoMFA        FindingKind = "no_mfa"        // a console password, and no second factor
	IdlePassword FindingKind = "idle_password" // a console password without a sign-in for long
	IdleKey      FindingKind = "idle_key"      // an active key that has not been used for long
	OldKey       FindingKind = "old_key"       // an active key that was made long ago
)

// Findings are all kinds, in their order.
var Findings = []FindingKind{Left, OwnKey, OwnPolicy, NoMFA, IdlePassword, IdleKey, OldKey}

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
)

// Finding is one thing that an audit has found about an IAM user.
type Finding struct {
	Kind        FindingKind `json:"kind"`
	Account     string      `json:"account"`
	AccountName string      `json:"account_name,omitempty"`
	User        string      `json:"user"`
	Person      string      `json:"person,omitempty"`
	Key         string      `json:"key,omitempty"`      // its id, or how the credential report calls it: access_key_1
	Policies    []string    `json:"policies,omitempty"` // their names
	Since       time.Time   `json:"since,omitzero"`     // zero if nobody knows
	Cure        Cure        `json:"cure"`
	Rotation    string      `json:"rotation,omitempty"` // that does it
}

// Audited is an account that an audit was to look at.
type Audited struct {
	Account     string    `json:"account"`
	AccountName string    `json:"account_name,omitempty"`
	Made        time.Time `json:"made,omitzero"`     // when AWS made the credential report
	Trouble     string    `json:"trouble,omitempty"` // why it could not be read, as a code
}

// Report is what the daily audit has found, to be told once. It holds no more findings than people are shown.
type Report struct {
	ID      string `json:"id"`
	Version uint64 `json:"-"`
	Chain   Chain  `json:"chain"`

	State    State               `json:"state"`
	At       time.Time           `json:"at"`
	Accounts []Audited           `json:"accounts"`
	Findings []Finding           `json:"findings,omitempty"` // the first of each kind
	Counts   map[FindingKind]int `json:"counts,omitempty"`   // of all
	Unjudged bool                `json:"unjudged,omitempty"` // who has left Slack is not known

	Telling

	fresh []Entry
}

// shown is how many findings of each kind a report holds.
const shown = 4

// NewReport is a report of these findings, in the order of the kinds, with the entry that it was made by.
func NewReport(at time.Time, accounts []Audited, found []Finding) Report {
	r := Report{ID: ReportPrefix + plain(at).Format("20060102T150405.000Z"), State: Raised, At: plain(at), Accounts: accounts, Counts: map[FindingKind]int{}}
	for _, f := range found {
		if r.Counts[f.Kind]++; r.Counts[f.Kind] <= shown {
			r.Findings = append(r.Findings, f)
		}
	}
	e := Entry{Record: r.ID, Verb: Raise, State: Raised, By: Self, At: at}
	r.Telling = r.Telling.after(e)
	r.fresh = []Entry{r.Chain.link(e)}
	return r
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

func (r *Report) doc() (Doc, error) { return encode(r.ID, r.Version, r, laneKeys(r.Due), r.fresh) }

func (r *Report) saved() { r.Version, r.fresh = r.Version+1, nil }

// differs tells in what the report is not what its entries say.
func (r *Report) differs(entries []Entry) []error { return r.Chain.differs(r.ID, r.State, entries) }
