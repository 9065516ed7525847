package audit

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Settings are the ages from which credentials are stale, and the time of the report.
type Settings struct {
	Password  time.Duration // without a sign-in
	KeyAge    time.Duration
	KeyUnused time.Duration
	Policies  []string        // names of those that a managed user may have
	Report    *handlers.Daily // when it is reported by itself; nil: never
}

// Rules judge credentials.
type Rules struct {
	*policy.Policy
	Settings *Settings
	Rotated  []Rotated
}

// Rotated is an IAM user whose access key is rotated, and the rule that does it.
type Rotated struct {
	Rule string
	people.Login
}

// rotation returns the rule that rotates the key of an IAM user.
func (r Rules) rotation(l people.Login) (string, bool) {
	i := slices.IndexFunc(r.Rotated, func(one Rotated) bool { return one.Folded() == l.Folded() })
	if i < 0 {
		return "", false
	}
	return r.Rotated[i].Rule, true
}

// Key is an access key of a user.
type Key struct {
	ID         string // or how the credential report calls it: access_key_1
	Active     bool
	Made, Used time.Time // zero if it never was, or nobody knows
}

// Credentials are what a user can sign in or sign with, and may do by itself.
type Credentials struct {
	User, ID              string    // the unique id, where IAM was asked
	Made                  time.Time // zero if nobody knows
	Password              bool
	PasswordSet, SignedIn time.Time // zero if nobody knows
	MFA                   bool
	Keys                  []Key
	Policies              []string // of its own, inline and attached; read of managed users only
}

// Inventory is what an account's users have.
type Inventory struct {
	Made  time.Time // the credential report, which may be four hours old
	Users []Credentials
	Odd   []store.OddRow // of the report: their users are not among Users
}

// Known is what the judgement needs beside AWS's inventory.
type Known struct {
	Keys []string       // ids of those under a live grant or an open rotation: they have their end
	Left []store.Person // who have left Slack
}

// Managed are the IAM users of an account that people or their access come by: those under people, and those whose keys are
// given or rotated. Such a user has nothing of its own: what it may do, it is given for a time.
func (r Rules) Managed(account string) []string {
	var out []string
	add := func(l people.Login) {
		if l.Account == account && !slices.ContainsFunc(out, func(name string) bool { return strings.EqualFold(name, l.User) }) {
			out = append(out, l.User)
		}
	}
	for _, person := range r.People.WithUsers() {
		for _, l := range r.People.Logins(person) {
			add(l)
		}
	}
	for _, l := range r.keyUsers() {
		add(l)
	}
	slices.Sort(out)
	return out
}

// keyUsers are the IAM users whose keys are given or rotated.
func (r Rules) keyUsers() []people.Login {
	var out []people.Login
	for _, e := range r.Entitlements {
		if e.Kind == store.KeyKind {
			out = append(out, people.Login{Account: e.Account, User: e.Target})
		}
	}
	for _, one := range r.Rotated {
		out = append(out, one.Login)
	}
	return out
}

// Findings judges an account's credentials. It is pure; what is found stands in the order of the kinds, of each the longest
// first.
func (r Rules) Findings(account string, in Inventory, known Known, now time.Time) []store.Finding {
	managed := r.Managed(account)
	var out []store.Finding
	for _, c := range in.Users {
		j := judgement{rules: r, now: now, known: known, user: c}
		j.about = store.Finding{Account: account, AccountName: r.Accounts[account], User: c.User, UserID: c.ID, UserMade: c.Made,
			Person: r.People.Owner(people.Login{Account: account, User: c.User})}
		j.managed = slices.ContainsFunc(managed, func(name string) bool { return strings.EqualFold(name, c.User) })
		j.person()
		j.password()
		for _, k := range c.Keys {
			j.key(k)
		}
		out = append(out, j.found...)
	}
	sortFindings(out)
	return out
}

func sortFindings(found []store.Finding) {
	slices.SortStableFunc(found, func(a, b store.Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(store.Findings, a.Kind), slices.Index(store.Findings, b.Kind)),
			a.Since.Compare(b.Since), cmp.Compare(a.Account, b.Account), cmp.Compare(a.User, b.User), cmp.Compare(a.Key, b.Key))
	})
}

// judgement is about one user.
type judgement struct {
	rules   Rules
	now     time.Time
	known   Known
	user    Credentials
	managed bool
	about   store.Finding // what all findings say
	found   []store.Finding
}

func (j *judgement) find(kind store.FindingKind, cure store.Cure, since time.Time, add func(*store.Finding)) {
	f := j.about
	f.Kind, f.Cure, f.Since = kind, cure, since
	if add != nil {
		add(&f)
	}
	j.found = append(j.found, f)
}

func (j *judgement) person() {
	if j.about.Person != "" && j.rules.People.In(j.about.Person, j.known.Left) {
		cure := store.ShutOut
		if !j.user.Password && !slices.ContainsFunc(j.user.Keys, j.mine) {
			cure = store.DeleteUser
		}
		j.find(store.Left, cure, time.Time{}, nil)
	}
	own := slices.DeleteFunc(slices.Clone(j.user.Policies), func(name string) bool { return slices.Contains(j.rules.Settings.Policies, name) })
	if j.managed && len(own) > 0 {
		j.find(store.OwnPolicy, store.MovePolicy, time.Time{}, func(f *store.Finding) { f.Policies = own })
	}
}

// password counts from the last sign-in, or from when it was set: one that was set yesterday is not idle. The root user's never is:
// the less it signs in the better, and nobody can delete its password.
func (j *judgement) password() {
	c := j.user
	if !c.Password {
		return
	}
	if !c.MFA {
		j.find(store.NoMFA, store.AddMFA, time.Time{}, nil)
	}
	if last := latest(c.SignedIn, c.PasswordSet); c.User != store.RootUser && !last.IsZero() && j.now.Sub(last) > j.rules.Settings.Password {
		j.find(store.IdlePassword, store.DeletePassword, last, nil)
	}
}

// mine tells whether a key is the audit's to judge: an active one. One that has its end, by a grant or by a rotation that is
// at work, is not.
func (j *judgement) mine(k Key) bool { return k.Active && !slices.Contains(j.known.Keys, k.ID) }

func (j *judgement) key(k Key) {
	if !j.mine(k) {
		return
	}
	named := func(f *store.Finding) { f.Key, f.Made, f.Used = k.ID, k.Made, k.Used }
	if j.user.User == store.RootUser { // whatever its age and its use
		j.find(store.RootKey, store.DeleteKey, k.Made, named)
		return
	}
	rotation, rotates := j.rules.rotation(people.Login{Account: j.about.Account, User: j.user.User})
	if j.managed && !rotates {
		j.find(store.OwnKey, store.DeactivateKey, k.Made, named)
	}
	if last := latest(k.Used, k.Made); !last.IsZero() && j.now.Sub(last) > j.rules.Settings.KeyUnused {
		j.find(store.IdleKey, store.DeactivateKey, last, named)
	}
	if k.Made.IsZero() || j.now.Sub(k.Made) <= j.rules.Settings.KeyAge {
		return
	}
	if rotates {
		j.find(store.OldKey, store.RotateKey, k.Made, func(f *store.Finding) { named(f); f.Rotation = rotation })
		return
	}
	j.find(store.OldKey, store.ReplaceKey, k.Made, named)
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
