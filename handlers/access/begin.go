package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	lookForDue = time.Hour      // whether a rotation is due by its key's age
	lookAtKey  = 24 * time.Hour // at one key, at most: AWS is asked
	rotateMark = "rotation-"
)

// Rotate begins a rotation by hand, or asks for it where its rule wants approvals. With a refusal nothing was stored.
func (k *Keeper) Rotate(ctx context.Context, by, id, reason string) (store.Task, policy.Decision, error) {
	rule, d, err := k.rotates(ctx, by, id)
	if err != nil || d.Refusal != "" {
		return store.Task{}, d, err
	}
	if len(rule.Steps) > 0 && !policy.Says(reason) { // who decides has to know
		d.Refuse(policy.NoReason)
		return store.Task{}, d, nil
	}
	return k.begin(ctx, rule, by, reason)
}

// Hindered tells whether somebody could begin a rotation now, or why not, before they have written anything. AWS is asked as well.
func (k *Keeper) Hindered(ctx context.Context, by, id string) (policy.Decision, error) {
	rule, d, err := k.rotates(ctx, by, id)
	if err == nil && d.Refusal == "" {
		_, d, err = k.newTask(ctx, rule, by, "")
	}
	return d, err
}

// rotates tells whether somebody may begin a rotation, whatever stands in its way.
func (k *Keeper) rotates(ctx context.Context, by, id string) (Rotation, policy.Decision, error) {
	d := policy.Decision{Rule: id}
	refusal, err := k.strange(ctx, by)
	if err != nil {
		return Rotation{}, d, err
	}
	rule, known := k.Policy.Rotation(id)
	if refusal == "" && !known {
		refusal = policy.RuleGone
	}
	if refusal != "" {
		d.Refuse(refusal)
		return rule, d, nil
	}
	may, err := k.mayRotate(ctx, rule, by)
	if err != nil {
		return rule, d, err
	}
	if !may {
		d.Refuse(policy.NotAsker)
	}
	return rule, d, nil
}

// mayRotate tells whether a Slack account may begin a rotation and press on it: who the rule names, and security.
func (k *Keeper) mayRotate(ctx context.Context, rule Rotation, account string) (bool, error) {
	may, err := k.among(ctx, rule.Rotators, account)
	if err != nil || may {
		return may, err
	}
	return k.among(ctx, k.Policy.Security, account)
}

// begin writes the intent, unless it is known by now that it would come to nothing. By hand, that is said at once; by
// schedule, on a card, but for what nobody can approve: of that security has an alert.
func (k *Keeper) begin(ctx context.Context, rule Rotation, by, reason string) (store.Task, policy.Decision, error) {
	t, d, err := k.newTask(ctx, rule, by, reason)
	if err != nil || d.Refusal != "" {
		return t, d, err
	}
	e := store.Entry{Verb: store.Begin, By: by, At: k.Time()}
	if len(t.Steps) > 0 {
		e.Verb, e.Facts = store.Ask, map[string]string{"terms": t.Terms()}
	}
	t, err = t.After(e)
	if err == nil {
		err = k.Save(ctx, &t)
	}
	if errors.Is(err, store.ErrTaken) || errors.Is(err, store.ErrConflict) {
		d.Refuse(InUse)
		return t, d, nil
	}
	if err != nil {
		return t, d, fmt.Errorf("begin %s: %w", t.ID, err)
	}
	k.Log.Info("rotation begun", "id", t.ID, "by", by, "state", t.State)
	return t, d, nil
}

// newTask returns the rotation that would begin now, unless something stands in its way.
func (k *Keeper) newTask(ctx context.Context, rule Rotation, by, reason string) (store.Task, policy.Decision, error) {
	now := k.Time()
	d := policy.Decision{Rule: rule.ID, Steps: rule.Steps}
	t := store.Task{ID: store.TaskID(rule.ID, now), Kind: store.KeyKind, Rule: rule.ID,
		Account: rule.Account, AccountName: k.Policy.Accounts[rule.Account], User: rule.User, By: by, Reason: reason,
		Steps: rule.Steps, Escalation: rule.Escalation.Begin(now), Lapses: now.Add(rule.Within).UTC().Round(0),
		Secret: rule.Secret, Fleet: rule.Fleet, Proof: rule.Proof, Grace: rule.Grace}
	held, err := store.InSlot(ctx, k.DB, t.Slot(), 1)
	if err != nil {
		return t, d, err
	}
	if len(held) > 0 {
		facts, err := k.whatHolds(ctx, held[0])
		d.Refuse(InUse, facts...)
		return t, d, err
	}
	return t, d, k.refuseTask(ctx, t, rule, &d)
}

// whatHolds says of the record that holds a user's key in which state it is, which key that is, and since or until when.
func (k *Keeper) whatHolds(ctx context.Context, id string) ([]string, error) {
	holder, err := store.Load(ctx, k.DB, id)
	switch holder := holder.(type) {
	case *store.Grant:
		if !holder.State.Live() || holder.Until.IsZero() {
			return nil, nil
		}
		return []string{"state", string(holder.State), "key", holder.Effects[store.FactKey], "until", strconv.FormatInt(holder.Until.Unix(), 10)}, nil
	case *store.Task:
		return []string{"state", string(holder.State), "key", cmp.Or(holder.Old, holder.Effects[store.FactOld]), "since", strconv.FormatInt(holder.Asked.Unix(), 10)}, nil
	}
	return nil, err
}

// taskQuestion gathers who can approve a rotation.
func (k *Keeper) taskQuestion(ctx context.Context, t store.Task, rule Rotation) (policy.Question, error) {
	g := store.Grant{Subject: store.Subject{Person: k.Policy.People.Of(t.By)}}
	return k.question(ctx, g, k.Time(), policy.Entitlement{ID: t.Rule, Steps: t.Steps, Escalation: rule.Escalation})
}

// refuseTask finds what stands against a rotation whoever approves it: that nobody can, or AWS, as far as it says so now. What
// AWS says to one that begins by schedule is said on its card.
func (k *Keeper) refuseTask(ctx context.Context, t store.Task, rule Rotation, d *policy.Decision) error {
	q, err := k.taskQuestion(ctx, t, rule)
	if err != nil {
		return err
	}
	if len(t.Steps) > 0 && !k.Policy.CanBeMet(policy.Widen(t.Steps, rule.Escalation.Deciders()), q) {
		d.Refuse(policy.NoApprover)
	}
	if err := k.attend(ctx, d, q, ballotRuleOfRotation(rule)); err != nil || d.Refusal != "" || t.By == store.Self {
		return err
	}
	look, cancel := handlers.Outside(ctx, lookTime)
	defer cancel()
	var refused *handlers.Refused
	if _, err := k.rotator(t.Kind).Plan(look, t); errors.As(err, &refused) {
		d.Refuse(policy.Impossible, "code", refused.Code, "keys", refused.Facts["keys"])
	}
	return nil
}

// schedule looks now and then whether a key has grown too old, until the context ends.
func (k *Keeper) schedule(ctx context.Context) {
	for ctx.Err() == nil {
		for _, rule := range k.Policy.Rotations {
			if err := k.whenDue(ctx, rule); err != nil && ctx.Err() == nil {
				k.Log.Warn("age of a key is not known and will be looked at again", "rotation", rule.ID, "err", err)
			}
		}
		handlers.Pause(ctx, lookForDue)
	}
}

// whenDue begins a rotation whose key is too old. The look is noted before anything comes of it, by who is first: it
// is one a day, however many ask, and what came to nothing today is asked again tomorrow.
func (k *Keeper) whenDue(ctx context.Context, rule Rotation) error {
	mark, err := store.LoadMark(ctx, k.DB, rotateMark+rule.ID)
	now := k.Time()
	if err != nil || rule.OlderThan == 0 || now.Sub(mark.At) < lookAtKey {
		return err
	}
	look, cancel := handlers.Outside(ctx, handlers.StepTime)
	defer cancel()
	made, err := k.rotator(store.KeyKind).Made(look, rule.Account, rule.User)
	if err != nil {
		return err
	}
	mark.At = now.UTC().Round(0)
	if err := k.Save(ctx, &mark); err != nil || made.IsZero() || now.Sub(made) < rule.OlderThan {
		return handlers.IgnoreFaster(err)
	}
	_, d, err := k.begin(ctx, rule, store.Self, "")
	if err == nil && d.Refusal != "" {
		k.Log.Info("rotation is due and waits", "rotation", rule.ID, "why", d.Refusal)
	}
	return err
}

// BeginRotation is Rotate for the audit: it returns the rotation's id.
func (k *Keeper) BeginRotation(ctx context.Context, by, rule string) (string, policy.Decision, error) {
	t, d, err := k.Rotate(ctx, by, rule, "")
	return t.ID, d, err
}
