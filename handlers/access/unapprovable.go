package access

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// attendTime is for asking Slack whether approvers are there, while a person waits for their form to close.
const attendTime = time.Second / 2

// rotationRule begins the names of the rules of rotations among those of alerts: no entitlement has such an id.
const rotationRule = "rotation/"

// mostAway bounds whom an alert names.
const mostAway = 20

// ballotRule is what a rule says about who approves, and what an alert about it names.
type ballotRule struct {
	name    string
	account string
	role    string       // that asks, or ""
	steps   []store.Step // with those who may decide once it is escalated
}

func ballotRuleOf(rule policy.Entitlement, steps []store.Step) ballotRule {
	return ballotRule{name: rule.ID, account: rule.Account, steps: policy.Widen(steps, rule.Escalation.Deciders())}
}

func ballotRuleOfRotation(rule Rotation) ballotRule {
	return ballotRule{name: rotationRule + rule.ID, account: rule.Account, steps: policy.Widen(rule.Steps, rule.Escalation.Deciders())}
}

// attendRule is attend for a request under a rule, of a role if one asks.
func (k *Keeper) attendRule(ctx context.Context, d *policy.Decision, q policy.Question, rule policy.Entitlement, role string) error {
	r := ballotRuleOf(rule, rule.StepsNow(rule.Hours.In(q.When)))
	r.role = role
	return k.attend(ctx, d, q, r)
}

// attend refuses what nobody can approve who is there now, and raises the alert about a rule where that is not for the holder alone. The
// person reads that security knows. What Slack does not say in time refuses nothing: the press asks again.
func (k *Keeper) attend(ctx context.Context, d *policy.Decision, q policy.Question, r ballotRule) error {
	if d.Refusal == policy.GroupGone {
		return k.tellUnapprovable(ctx, d, r, strings.Fields(d.LastReason().Facts["group"]))
	}
	if d.Refusal != "" && d.Refusal != policy.NoApprover || d.Auto > 0 || len(r.steps) == 0 {
		return nil
	}
	look, cancel := handlers.Outside(ctx, attendTime)
	defer cancel()
	if d.Refusal == "" {
		switch met, _, err := k.present(look, r.steps, q); {
		case err != nil:
			k.Log.Warn("it is not known yet whether approvers are there", "rule", r.name, "err", err)
			return nil
		case met:
			return nil
		}
		d.Steps = nil
		d.Refuse(policy.NoApprover)
	}
	q.Person = ""
	met, away, err := k.present(look, r.steps, q)
	if err != nil || met {
		return nil // others can ask for it, as far as is known
	}
	return k.tellUnapprovable(ctx, d, r, away)
}

// tellIfAbandoned raises the alert about the rule of a request that waits, where nobody is there any more who can approve it. It is asked
// before each reminder, and holds up none.
func (k *Keeper) tellIfAbandoned(ctx context.Context, g store.Grant) {
	rule, ok := k.Policy.Rule(g.Entitlement)
	if !ok || g.Auto > 0 {
		return
	}
	look, cancel := handlers.Outside(ctx, lookTime)
	defer cancel()
	q, err := k.question(look, g, k.Time(), rule)
	if err == nil {
		r := ballotRuleOf(rule, g.Steps)
		r.role = g.Role
		err = k.attend(look, &policy.Decision{Rule: rule.ID}, q, r)
	}
	if err != nil {
		k.Log.Warn("it is not known whether a request can still be approved", "id", g.ID, "err", err)
	}
}

// tellIfTaskAbandoned is tellIfAbandoned for a rotation.
func (k *Keeper) tellIfTaskAbandoned(ctx context.Context, t store.Task) {
	rule, ok := k.Policy.Rotation(t.Rule)
	if !ok || t.State != store.Asked {
		return
	}
	look, cancel := handlers.Outside(ctx, lookTime)
	defer cancel()
	q, err := k.taskQuestion(look, t, rule)
	if err == nil {
		err = k.attend(look, &policy.Decision{Rule: rule.ID}, q, ballotRuleOfRotation(rule))
	}
	if err != nil {
		k.Log.Warn("it is not known whether a rotation can still be approved", "id", t.ID, "err", err)
	}
}

// tellUnapprovable raises the alert about a rule, and has the refusal say so.
func (k *Keeper) tellUnapprovable(ctx context.Context, d *policy.Decision, r ballotRule, away []string) error {
	if err := k.raiseUnapprovable(ctx, r, d.Refusal, away); err != nil {
		return err
	}
	facts := map[string]string{"told": "security"}
	for key, value := range d.LastReason().Facts {
		facts[key] = value
	}
	d.Why = append(slices.Clone(d.Why[:len(d.Why)-1]), policy.Reason{Key: d.Refusal, Facts: facts})
	return nil
}

// present tells whether others who are there can give all approvals of the steps. They are asked about one by one, and no more of them than
// it takes. away are those who are named and do not count: accounts, and user groups that are gone. The error is that Slack, or the
// ledger, did not say enough.
func (k *Keeper) present(ctx context.Context, steps []store.Step, q policy.Question) (met bool, away []string, err error) {
	for _, id := range slices.Concat(policy.NamedIn(steps), q.NotBy) {
		if q.FirstGone([]string{id}) != "" && !slices.Contains(away, id) {
			away = append(away, id)
		}
	}
	var accounts []string
	q.Away = map[string]bool{}
	for _, s := range steps {
		members, _ := q.Accounts(s.By)
		for _, account := range members {
			if person := k.Policy.People.Of(account); !q.Away[account] && person != "" && !k.Policy.People.Same(person, q.Person) {
				q.Away[account] = true
				accounts = append(accounts, account)
			}
		}
	}
	for _, account := range accounts {
		there, err := k.isThere(ctx, account)
		switch {
		case err != nil:
			return false, nil, err
		case !there:
			away = append(away, account)
			continue
		}
		delete(q.Away, account)
		if k.Policy.CanBeMet(steps, q) {
			return true, nil, nil
		}
	}
	return k.Policy.CanBeMet(steps, q), away, nil
}

// isThere tells whether an account can approve anything at all: a full member of the workspace whose person does not leave.
func (k *Keeper) isThere(ctx context.Context, account string) (bool, error) {
	a, err := k.Directory.Account(ctx, account)
	if err != nil || a.Refusal() != "" {
		return false, err
	}
	leaves, err := k.Leavers.Leaves(ctx, k.Policy.People.Of(account))
	return !leaves, err
}

// raiseUnapprovable raises the alert about a rule. One that stands is changed if it is for another reason by now.
func (k *Keeper) raiseUnapprovable(ctx context.Context, r ballotRule, why string, away []string) error {
	facts := map[string]string{}
	if len(away) > 0 {
		facts[store.FactAway] = strings.Join(away[:min(len(away), mostAway)], " ")
	}
	if r.role != "" {
		facts[store.FactRole] = r.role
	}
	e := store.Entry{Verb: store.Raise, By: store.Self, At: k.Time(), Note: why, Facts: facts}
	a, err := store.LoadAlert(ctx, k.DB, store.UnapprovableAlertID(r.name))
	if errors.Is(err, store.ErrNotFound) {
		a = store.Alert{ID: store.UnapprovableAlertID(r.name), Kind: store.Unapprovable, Account: r.account,
			AccountName: k.Policy.Accounts[r.account], Target: r.name}
	} else if err != nil {
		return err
	}
	if a.State == store.Raised {
		e.Verb = store.Fail
		if a.Note == why {
			return nil
		}
	}
	if a, err = a.After(e); err != nil {
		return err
	}
	k.Log.Error("nobody can approve what a rule gives", "rule", r.name, "why", why, "away", facts[store.FactAway])
	return handlers.IgnoreFaster(k.Save(ctx, &a))
}

// lookForApprovers closes the alerts about rules whose approvals people can give again, or that the configuration does not have any
// more. What Slack does not say leaves them as they are.
func (k *Keeper) lookForApprovers(ctx context.Context) error {
	alerts, err := store.StandingAlerts(ctx, k.DB, store.Unapprovable)
	errs := []error{err}
	for _, a := range alerts {
		switch can, err := k.approvable(ctx, a); {
		case err != nil:
			errs = append(errs, err)
		case can:
			errs = append(errs, k.close(ctx, a.ID))
		}
	}
	return errors.Join(errs...)
}

// approvable tells whether what an alert about a rule says is no longer so, at any hour.
func (k *Keeper) approvable(ctx context.Context, a store.Alert) (bool, error) {
	ctx, cancel := handlers.Outside(ctx, handlers.StepTime)
	defer cancel()
	var r ballotRule
	var excluded []string
	if id, ok := strings.CutPrefix(a.Target, rotationRule); ok {
		rule, _ := k.Policy.Rotation(id)
		r = ballotRuleOfRotation(rule)
	} else {
		rule, _ := k.Policy.Rule(a.Target)
		r, excluded = ballotRuleOf(rule, rule.StepsNow(false)), rule.Excluded
	}
	if len(r.steps) == 0 { // no such rule, or nobody has to approve
		return true, nil
	}
	q := policy.Question{Members: map[string][]string{}}
	for _, p := range k.Policy.Programs {
		if a.Effects[store.FactRole] != "" && k.Policy.NameOf(p) == a.Effects[store.FactRole] {
			q.NotBy = p.NotBy
		}
	}
	if err := k.readGroups(ctx, &q, slices.Concat(policy.NamedIn(r.steps), q.NotBy, excluded)); err != nil {
		return false, err
	}
	met, _, err := k.present(ctx, r.steps, q)
	return met && q.FirstGone(excluded) == "", err
}
