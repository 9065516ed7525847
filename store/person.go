package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Person is a human being, named by a Slack account of theirs: the first one that the configuration gave when it was
// written down, or the account that a tag or an e-mail address led to. The configuration may give another one first by now,
// or more of them: handlers.People.Same compares two persons, and nothing else does. "" is nobody.
type Person string

// Account returns the Slack account that names the person: to write to them, or to mention them, and not to compare them.
func (p Person) Account() string { return string(p) }

// UserName returns the name by which the indexes have an IAM user: names do not differ by case alone, as in IAM.
func UserName(account, user string) string { return account + "/" + strings.ToLower(user) }

// The indexes by person, each with the newest first.
const (
	holderIndex = "holder"  // open requests and live grants, by their person, and by their IAM user's [UserName]
	pastOfIndex = "pastof"  // those that are over, by their person
	voterIndex  = "voter"   // what waits for approvals, rotations as well, by each of those who may give them
	gaveIndex   = "gave"    // live grants, by each Slack account that approved them
	decidedBy   = "decided" // what was approved or denied, by each Slack account that did
)

// personKeys put the grant where its person finds it, and those who may approve. It costs a row or two, and nothing is
// looked through.
func (g Grant) personKeys() []Key {
	if g.Asked.IsZero() {
		return nil
	}
	var keys []Key
	if g.State.Open() { // the configuration may say by now whose user it is
		keys = append(keys, Key{Index: holderIndex, Value: newest(UserName(g.Account, g.Subject.User), g.Asked)})
	}
	if g.Subject.Person == "" {
		return keys
	}
	index := pastOfIndex
	if g.State.Open() {
		index = holderIndex
	}
	keys = append(keys, Key{Index: index, Value: newest(g.Subject.Person.Account(), g.Asked)})
	return append(keys, g.deciderKeys()...)
}

// deciderKeys put the grant where those find it who may approve it, or have decided on it.
func (g Grant) deciderKeys() []Key {
	keys := append(keysFor(voterIndex, few(g.Missing()), g.Asked), keysFor(decidedBy, deciders(g.Approvals, g.Outcome, g.EndedBy), g.Asked)...)
	for _, a := range g.Approvals {
		if g.State.Live() && a.By != Rule {
			keys = append(keys, Key{Index: gaveIndex, Value: newest(a.By, a.At)})
		}
	}
	return keys
}

// personKeys put the rotation where those find it who may approve it, and who have decided on it.
func (t Task) personKeys() []Key {
	return append(keysFor(voterIndex, few(t.Missing()), t.Asked), keysFor(decidedBy, deciders(slices.Concat(t.Approvals, t.Deletion), t.Outcome, t.EndedBy), t.Asked)...)
}

// mostVoters is how many of those who may approve a request find it on their Home tabs, where the rule names that many: all rows of a
// record come in one write.
const mostVoters = 50

func few(voters []string) []string { return voters[:min(len(voters), mostVoters)] }

func keysFor(index string, names []string, at time.Time) []Key {
	var keys []Key
	for _, name := range names {
		keys = append(keys, Key{Index: index, Value: newest(name, at)})
	}
	return keys
}

// deciders are the Slack accounts that approved or denied something, each once.
func deciders(approvals []Approval, outcome Verb, endedBy string) []string {
	var out []string
	for _, a := range approvals {
		if a.By != Rule {
			out = union(out, []string{a.By})
		}
	}
	if outcome == Deny {
		out = union(out, []string{endedBy})
	}
	return out
}

// Missing are those whose approvals the grant, or the extension of it, waits for: each user and user group once.
func (g Grant) Missing() []string {
	switch {
	case g.State == Asked:
		return undecided(g.Steps, g.Voters(), g.Escalated())
	case g.State == Active && g.Extension.Open():
		return missing(g.Extension.Steps, g.Extension.Voters())
	}
	return nil
}

// MissingAfter are those whom the steps need once so many of the approvals are given, whoever else may decide by now.
func (g Grant) MissingAfter(approvals int) []string { return missing(g.Steps, g.Voters()[:approvals]) }

// Missing are those whose approvals the rotation waits for: each user and user group once.
func (t Task) Missing() []string {
	if t.State != Asked {
		return nil
	}
	return undecided(t.Steps, t.Voters(), t.Escalated())
}

// MissingAfter are those whom the steps need once so many of the approvals are given, whoever else may decide by now.
func (t Task) MissingAfter(approvals int) []string { return missing(t.Steps, t.Voters()[:approvals]) }

// MissingForDeletion are those whose approvals are missing to delete the key before its time, once somebody has approved that.
func (t Task) MissingForDeletion() []string {
	if t.State != Resting || len(t.Deletion) == 0 {
		return nil
	}
	return undecided(t.Steps, t.DeletionVoters(), t.Escalated())
}

// undecided are those whose approvals are missing, and who may decide too.
func undecided(steps []Step, voters [][]int, also []string) []string {
	out := missing(steps, voters)
	if len(out) == 0 {
		return nil
	}
	return union(out, also)
}

func missing(steps []Step, voters [][]int) []string {
	have := make([]int, len(steps)+1)
	for _, step := range Assign(steps, voters) {
		have[step]++
	}
	var out []string
	for i, step := range steps {
		if have[i+1] < step.Count {
			out = union(out, step.By)
		}
	}
	return out
}

// union is a list and those of another that it lacks.
func union(list, more []string) []string {
	out := slices.Clip(list)
	for _, each := range more {
		if !slices.Contains(out, each) {
			out = append(out, each)
		}
	}
	return out
}

// newest writes a name and a time so that of one name the newest comes first.
func newest(name string, at time.Time) string {
	return fmt.Sprintf("%s/%019d", name, math.MaxInt64-at.UnixNano())
}

// HeldBy returns the ids of open requests and live grants, at most limit, the newest first: those of a person by any of
// these Slack accounts, and those of an IAM user by its [UserName].
func HeldBy(ctx context.Context, db DB, limit int, names ...string) ([]string, error) {
	return under(ctx, db, holderIndex, limit, names...)
}

// PastOf returns the ids of requests and grants that are over, at most limit, the newest first, of a person by any of these
// Slack accounts.
func PastOf(ctx context.Context, db DB, limit int, accounts ...string) ([]string, error) {
	return under(ctx, db, pastOfIndex, limit, accounts...)
}

// WaitingFor returns the ids of what waits for the approval of these users and user groups, at most limit, the newest first.
func WaitingFor(ctx context.Context, db DB, limit int, names ...string) ([]string, error) {
	return under(ctx, db, voterIndex, limit, names...)
}

// GivenBy returns the ids of the live grants that these Slack accounts have approved, at most limit, the latest approval
// first.
func GivenBy(ctx context.Context, db DB, limit int, accounts ...string) ([]string, error) {
	return under(ctx, db, gaveIndex, limit, accounts...)
}

// DecidedBy returns the ids of what these Slack accounts have approved or denied, at most limit, what was asked for last
// first.
func DecidedBy(ctx context.Context, db DB, limit int, accounts ...string) ([]string, error) {
	return under(ctx, db, decidedBy, limit, accounts...)
}

// under returns the ids that an index has under any of these names, each once, at most limit, the newest first.
func under(ctx context.Context, db DB, index string, limit int, names ...string) ([]string, error) {
	var found []Row // each with its time alone for a value
	for _, name := range names {
		rows, err := db.List(ctx, index, name+"/", limit)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			at, ok := strings.CutPrefix(r.Value, name+"/")
			if !ok {
				break
			}
			found = append(found, Row{Value: at, ID: r.ID})
		}
	}
	slices.SortStableFunc(found, func(a, b Row) int { return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.ID, b.ID)) })
	var ids []string
	for _, r := range found {
		if len(ids) < limit && !slices.Contains(ids, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}
