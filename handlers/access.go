package handlers

import (
	"cmp"
	"context"
	"slices"

	"sekisho/store"
)

// Pages of what concerns a person.
const (
	mostListed  = 15 // of what is open
	mostDecided = 5  // of what the person has decided on
	PageLength  = 10 // of what is over
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
}

// Access returns what concerns the person with a Slack account, and a page of what is over.
func (k *Keeper) Access(ctx context.Context, account string, from int) (Access, error) {
	person := cmp.Or(k.Policy.People.Of(account), account)
	a := Access{From: max(0, from)}
	ids, err := store.HeldBy(ctx, k.DB, person, mostListed+1)
	if err != nil {
		return a, err
	}
	theirs := func(g store.Grant) bool { return g.Subject.Person == person }
	if a.Held, err = k.grants(ctx, ids, theirs); err != nil {
		return a, err
	}
	if ids, err = store.PastOf(ctx, k.DB, person, a.From+PageLength+1); err != nil {
		return a, err
	}
	if a.Past, err = k.grants(ctx, ids[min(a.From, len(ids)):], theirs); err != nil {
		return a, err
	}
	if a.Waiting, err = k.waiting(ctx, account, person); err != nil {
		return a, err
	}
	if a.Decided, err = k.decided(ctx, person); err != nil {
		return a, err
	}
	a.Cut = len(a.Held) > mostListed || len(a.Waiting) > mostListed
	a.More = len(a.Past) > PageLength
	a.Held, a.Waiting = a.Held[:min(len(a.Held), mostListed)], a.Waiting[:min(len(a.Waiting), mostListed)]
	a.Past = a.Past[:min(len(a.Past), PageLength)]
	return a, nil
}

// waiting returns what the person may decide on: not what is theirs, nor what they have approved already.
func (k *Keeper) waiting(ctx context.Context, account, person string) ([]store.Grant, error) {
	if k.Policy.People.Of(account) == "" { // who cannot decide
		return nil, nil
	}
	names, err := k.names(ctx, account)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, name := range names {
		found, err := store.WaitingFor(ctx, k.DB, name, 2*mostListed)
		if err != nil {
			return nil, err
		}
		ids = append(ids, found...)
	}
	slices.Sort(ids)
	out, err := k.grants(ctx, slices.Compact(ids), func(g store.Grant) bool {
		approvals := g.Approvals
		if g.Extension.Open() {
			approvals = g.Extension.Approvals
		}
		return g.Subject.Person != person && len(g.Missing()) > 0 && !slices.ContainsFunc(approvals, func(a store.Approval) bool {
			return k.Policy.People.Of(a.By) == person
		})
	})
	slices.SortFunc(out, func(a, b store.Grant) int { return b.Asked.Compare(a.Asked) })
	return out, err
}

// decided returns what the person has approved or denied of late, by any account of theirs.
func (k *Keeper) decided(ctx context.Context, person string) ([]store.Grant, error) {
	var ids []string
	for _, account := range k.Policy.People.Accounts(person) {
		found, err := store.DecidedBy(ctx, k.DB, account, mostDecided)
		if err != nil {
			return nil, err
		}
		ids = append(ids, found...)
	}
	slices.Sort(ids)
	out, err := k.grants(ctx, slices.Compact(ids), func(store.Grant) bool { return true })
	slices.SortFunc(out, func(a, b store.Grant) int { return b.Asked.Compare(a.Asked) })
	return out[:min(len(out), mostDecided)], err
}

// names are what the rules call a Slack account by when they name approvers: its id, and the user groups that it is in.
func (k *Keeper) names(ctx context.Context, account string) ([]string, error) {
	out := []string{account}
	for _, rule := range k.Policy.Entitlements {
		for _, who := range rule.Deciders() {
			if _, isGroup := groupOf(who); !isGroup || slices.Contains(out, who) {
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
	}
	return out, nil
}

// grants loads those that are wanted. An index may be older than its record by a moment.
func (k *Keeper) grants(ctx context.Context, ids []string, wanted func(store.Grant) bool) ([]store.Grant, error) {
	var out []store.Grant
	for _, id := range ids {
		g, err := store.LoadGrant(ctx, k.DB, id)
		if err != nil {
			return nil, err
		}
		if wanted(g) {
			out = append(out, g)
		}
	}
	return out, nil
}
