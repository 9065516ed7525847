package access

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/store"
)

// Pages of what concerns a person.
const (
	mostListed    = 15 // of what is open
	mostRotations = 10 // of rotations that are
	mostDecided   = 5  // of what the person has decided on
	PageLength    = 10 // of what is over
)

// Access is what concerns a person, the newest first.
type Access struct {
	Held    []store.Grant // live, or waiting for approvals
	Waiting []store.Grant // for this person's decision
	Decided []store.Grant // by this person, of late
	Past    []store.Grant // a page of what is over
	From    int           // where the page begins
	More    bool          // there is another
	Cut     bool          // more is open than is listed

	Rotations Rotations
}

// Rotations are those that concern a person, the newest first.
type Rotations struct {
	Waiting []store.Task // for this person's decision
	Open    []store.Task // under way, and this person may press on them
	Decided []store.Task // by this person, of late
}

// Access returns what concerns the person with a Slack account, and a page of what is over.
func (k *Keeper) Access(ctx context.Context, account string, from int) (Access, error) {
	k = k.lately() // for the person reads it, and what they press is decided on anew
	person := k.Policy.People.OrSelf(account)
	a := Access{From: max(0, from)}
	ids, err := store.HeldBy(ctx, k.DB, mostListed+1, k.Policy.People.Names(person)...)
	if err != nil {
		return a, err
	}
	theirs := func(g store.Grant) bool { return k.Policy.holds(person, g) }
	if a.Held, err = handlers.LoadWanted(ctx, k.DB, ids, store.LoadGrant, theirs); err != nil {
		return a, err
	}
	if ids, err = store.PastOf(ctx, k.DB, a.From+PageLength+1, k.Policy.People.Accounts(person)...); err != nil {
		return a, err
	}
	if a.Past, err = handlers.LoadWanted(ctx, k.DB, ids[min(a.From, len(ids)):], store.LoadGrant, theirs); err != nil {
		return a, err
	}
	if err := k.waiting(ctx, account, person, &a); err != nil {
		return a, err
	}
	if err := k.decided(ctx, person, &a); err != nil {
		return a, err
	}
	if err := k.underWay(ctx, account, &a); err != nil {
		return a, err
	}
	a.Cut = len(a.Held) > mostListed || len(a.Waiting) > mostListed || len(a.Rotations.Waiting) > mostRotations || len(a.Rotations.Open) > mostRotations
	a.More = len(a.Past) > PageLength
	a.Held, a.Waiting = a.Held[:min(len(a.Held), mostListed)], a.Waiting[:min(len(a.Waiting), mostListed)]
	a.Past = a.Past[:min(len(a.Past), PageLength)]
	r := &a.Rotations
	r.Waiting, r.Open = r.Waiting[:min(len(r.Waiting), mostRotations)], r.Open[:min(len(r.Open), mostRotations)]
	return a, nil
}

// waiting finds what the person may decide on: not what is theirs, nor what they have approved already.
func (k *Keeper) waiting(ctx context.Context, account string, person store.Person, a *Access) error {
	if k.Policy.People.Of(account) == "" { // who cannot decide
		return nil
	}
	names, err := k.names(ctx, account)
	if err != nil {
		return err
	}
	barred, err := k.barredBy(ctx, account)
	if err != nil {
		return err
	}
	voted := func(approvals []store.Approval) bool {
		return slices.ContainsFunc(approvals, func(a store.Approval) bool { return k.Policy.People.Same(k.Policy.People.Of(a.By), person) })
	}
	undecided := func(g store.Grant) bool {
		approvals := g.Approvals
		if g.Extension.Open() {
			approvals = g.Extension.Approvals
		}
		return !k.Policy.holds(person, g) && !barred[g.Role] && len(g.Missing()) > 0 && !voted(approvals)
	}
	undecidedTask := func(t store.Task) bool {
		return !k.Policy.People.Same(k.Policy.People.Of(t.By), person) && len(t.Missing()) > 0 && !voted(t.Approvals)
	}
	a.Waiting, a.Rotations.Waiting, err = k.listed(ctx, names, store.WaitingFor, 2*mostListed, undecided, undecidedTask)
	sortNewest(a.Waiting, a.Rotations.Waiting)
	return err
}

// decided finds what the person has approved or denied of late, by any account of theirs.
func (k *Keeper) decided(ctx context.Context, person store.Person, a *Access) error {
	var err error
	a.Decided, a.Rotations.Decided, err = k.listed(ctx, k.Policy.People.Accounts(person), store.DecidedBy, mostDecided,
		func(store.Grant) bool { return true }, func(store.Task) bool { return true })
	sortNewest(a.Decided, a.Rotations.Decided)
	a.Decided, a.Rotations.Decided = a.Decided[:min(len(a.Decided), mostDecided)], a.Rotations.Decided[:min(len(a.Rotations.Decided), mostDecided)]
	return err
}

// underWay finds the rotations on which the person may press, beside those that wait for their decision: each rule has one at
// most, which holds its slot.
func (k *Keeper) underWay(ctx context.Context, account string, a *Access) error {
	var ids []string
	for _, rule := range k.Policy.Rotations {
		may, err := k.mayRotate(ctx, rule, account)
		if err != nil {
			return err
		}
		if !may {
			continue
		}
		id, err := store.Holder(ctx, k.DB, slotOf(rule))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil {
			ids = append(ids, id)
		}
	}
	open, err := handlers.LoadWanted(ctx, k.DB, ids, store.LoadTask, func(t store.Task) bool {
		return t.Open() && !slices.ContainsFunc(a.Rotations.Waiting, func(w store.Task) bool { return w.ID == t.ID })
	})
	sortNewest(nil, open)
	a.Rotations.Open = open
	return err
}

// names are what the rules call a Slack account by when they name approvers, or who may press on rotations: its id, and the
// user groups that it is in.
func (k *Keeper) names(ctx context.Context, account string) ([]string, error) {
	var all []string
	for _, rule := range k.Policy.Entitlements {
		all = append(all, rule.Deciders()...)
	}
	for _, rule := range k.Policy.Rotations {
		all = append(all, k.concerned(rule)...)
	}
	out := []string{account}
	slices.Sort(all)
	for _, who := range slices.Compact(all) {
		if _, isGroup := people.GroupOf(who); !isGroup {
			continue
		}
		in, err := k.among(ctx, []string{who}, account)
		if err != nil {
			return nil, err
		}
		if in {
			out = append(out, who)
		}
	}
	return out, nil
}

// concerned are all who see a rotation on their Home tab.
func (k *Keeper) concerned(rule Rotation) []string {
	return slices.Concat(rule.Deciders(), rule.Rotators, k.Policy.Security)
}

// listed returns the grants and the tasks that an index has under any of these names, and that are wanted.
func (k *Keeper) listed(ctx context.Context, names []string, index func(context.Context, store.DB, int, ...string) ([]string, error), most int,
	wanted func(store.Grant) bool, wantedTask func(store.Task) bool) (grants []store.Grant, tasks []store.Task, err error) {
	ids, err := index(ctx, k.DB, most, names...)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		r, err := store.Load(ctx, k.DB, id)
		if len(store.BrokenIn(err)) > 0 {
			continue // it is told when it is due
		}
		if err != nil {
			return nil, nil, err
		}
		switch r := r.(type) {
		case *store.Grant:
			if wanted(*r) {
				grants = append(grants, *r)
			}
		case *store.Task:
			if wantedTask(*r) {
				tasks = append(tasks, *r)
			}
		}
	}
	return grants, tasks, nil
}

// sortNewest puts what was asked for last first. A rotation that began by itself was not asked for: its id has its time.
func sortNewest(grants []store.Grant, tasks []store.Task) {
	slices.SortFunc(grants, func(a, b store.Grant) int { return b.Asked.Compare(a.Asked) })
	slices.SortFunc(tasks, func(a, b store.Task) int { return cmp.Or(b.Asked.Compare(a.Asked), strings.Compare(b.ID, a.ID)) })
}
