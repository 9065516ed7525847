package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// question gathers what a decision on the grant depends on, under these rules. Whom approvers' groups have in them may
// stay unknown: it is asked again when one of them presses. Without the others nothing is decided.
func (k *Keeper) question(ctx context.Context, g store.Grant, when time.Time, rules ...policy.Entitlement) (policy.Question, error) {
	q := policy.Question{Origin: g.Origin, MFA: g.Signin.MFA, Program: g.Program, Person: g.Subject.Person, KnownBy: g.Subject.KnownBy, Entitlement: g.Entitlement, Duration: g.Duration,
		Reason: g.Reason, Ticket: g.Ticket, NotBy: k.Policy.notBy(g), When: when, To: g.To, Members: map[string][]string{}}
	if g.From.After(when) {
		q.When = g.From
	}
	for _, rule := range rules {
		must := slices.Concat(rule.Askers, rule.Excluded, q.NotBy)
		if rule.Auto != nil {
			must = append(must, rule.Auto.Members...)
		}
		if err := k.readGroups(ctx, &q, must); err != nil {
			return q, err
		}
		for _, id := range rule.Deciders() {
			if err := k.readGroups(ctx, &q, []string{id}); err != nil {
				k.Log.Warn("approvers are not known", "rule", rule.ID, "err", err)
			}
		}
	}
	return q, nil
}

// readGroups adds the members of the user groups among these to a question. In a group that is gone is nobody.
func (k *Keeper) readGroups(ctx context.Context, q *policy.Question, these []string) error {
	for _, group := range people.GroupsIn(these) {
		if _, known := q.Members[group]; known {
			continue
		}
		members, err := k.Directory.Members(ctx, group)
		switch {
		case errors.Is(err, people.ErrNoGroup):
			q.Gone = append(q.Gone, group)
		case err != nil:
			return fmt.Errorf("read user group %s: %w", group, err)
		}
		q.Members[group] = members
	}
	return nil
}

// canCount returns the steps, from 1, that a Slack account's approval can count for now: none if no step names it, else
// all that name any account of the person. They have one approval, so it must be able to go where it is missing.
func (k *Keeper) canCount(ctx context.Context, steps []store.Step, account string) ([]int, error) {
	var out []int
	named := false
	for i, s := range steps {
		for _, each := range k.Policy.People.Accounts(k.Policy.People.Of(account)) {
			can, err := k.among(ctx, s.By, each)
			if err != nil {
				return nil, err
			}
			named = named || can && each == account
			if can && !slices.Contains(out, i+1) {
				out = append(out, i+1)
			}
		}
	}
	if !named {
		return nil, nil
	}
	return out, nil
}

// among reports whether a Slack account is one of these who may, or in one of these user groups.
func (k *Keeper) among(ctx context.Context, these []string, account string) (bool, error) {
	return people.Among(ctx, k.Directory, these, account)
}

// amongBarred tells whether a Slack account is one of these who may not. Of a group that is gone nobody knows who was in it, so that
// everybody is.
func (k *Keeper) amongBarred(ctx context.Context, these []string, account string) (bool, error) {
	for _, group := range people.GroupsIn(these) {
		if _, err := k.Directory.Members(ctx, group); errors.Is(err, people.ErrNoGroup) {
			return true, nil
		}
	}
	return k.among(ctx, these, account)
}

// ruleGives tells whether the rule gives the grant by itself, at a time. It is asked once the holder has said that it was
// them who signed in, as an event by itself only asks; and again before AWS is touched.
func (k *Keeper) ruleGives(ctx context.Context, g store.Grant, when time.Time) (bool, error) {
	if g.Auto == 0 || k.Policy.unchanged(g) != "" {
		return false, nil
	}
	d, err := k.still(ctx, g, when)
	return err == nil && d.Refusal == "" && d.Auto == g.Auto, err
}

// lately returns the keeper for what people only read: the directory's lists are good enough.
func (k *Keeper) lately() *Keeper {
	reads := *k
	reads.Directory = k.Directory.Lately()
	return &reads
}
