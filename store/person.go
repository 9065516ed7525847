package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// The indexes by person, each with the newest first.
const (
	holderIndex = "holder"  // open requests and live grants, by their person
	pastOfIndex = "pastof"  // those that are over, by their person
	voterIndex  = "voter"   // what waits for approvals, rotations as well, by each of those who may give them
	gaveIndex   = "gave"    // live grants, by each Slack account that approved them
	decidedBy   = "decided" // what was approved or denied, by each Slack account that did
)

// personKeys put the grant where its person finds it, and those who may approve. It costs a row or two, and nothing is
// looked through.
func (g Grant) personKeys() []Key {
	if g.Subject.Person == "" || g.Asked.IsZero() {
		return nil
	}
	index := pastOfIndex
	if g.State.Open() {
		index = holderIndex
	}
	keys := append(keysFor(voterIndex, g.Missing(), g.Asked), keysFor(decidedBy, deciders(g.Approvals, g.Outcome, g.EndedBy), g.Asked)...)
	keys = append(keys, Key{Index: index, Value: newest(g.Subject.Person, g.Asked)})
	for _, a := range g.Approvals {
		if g.State.Live() && a.By != Rule {
			keys = append(keys, Key{Index: gaveIndex, Value: newest(a.By, a.At)})
		}
	}
	return keys
}

// personKeys put the rotation where those find it who may approve it, and who have decided on it.
func (t Task) personKeys() []Key {
	return append(keysFor(voterIndex, t.Missing(), t.Asked), keysFor(decidedBy, deciders(t.Approvals, t.Outcome, t.EndedBy), t.Asked)...)
}

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

// HeldBy returns the ids of a person's open requests and live grants, at most limit, the newest first.
func HeldBy(ctx context.Context, db DB, person string, limit int) ([]string, error) {
	return under(ctx, db, holderIndex, person, limit)
}

// PastOf returns the ids of a person's requests and grants that are over, at most limit, the newest first.
func PastOf(ctx context.Context, db DB, person string, limit int) ([]string, error) {
	return under(ctx, db, pastOfIndex, person, limit)
}

// WaitingFor returns the ids of what waits for the approval of a user or user group, at most limit, the newest first.
func WaitingFor(ctx context.Context, db DB, who string, limit int) ([]string, error) {
	return under(ctx, db, voterIndex, who, limit)
}

// GivenBy returns the ids of the live grants that a Slack account has approved, at most limit, the latest approval first.
func GivenBy(ctx context.Context, db DB, account string, limit int) ([]string, error) {
	return under(ctx, db, gaveIndex, account, limit)
}

// DecidedBy returns the ids of what a Slack account has approved or denied, at most limit, what was asked for last first.
func DecidedBy(ctx context.Context, db DB, account string, limit int) ([]string, error) {
	return under(ctx, db, decidedBy, account, limit)
}

func under(ctx context.Context, db DB, index, name string, limit int) ([]string, error) {
	rows, err := db.List(ctx, index, name+"/", limit)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range rows {
		if !strings.HasPrefix(r.Value, name+"/") {
			break
		}
		ids = append(ids, r.ID)
	}
	return ids, nil
}
