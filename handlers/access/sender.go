package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Program takes in what a program asks for through SQS. Without an error its answer is durable, now or since an earlier
// delivery: a request, or one that is ignored for its refusal. Only of who asks too often nothing is written down.
func (k *Keeper) Program(ctx context.Context, w Wish) (policy.Decision, error) {
	g, err := store.LoadGrant(ctx, k.DB, w.ID)
	if err == nil {
		return k.answered(ctx, g)
	}
	d := policy.Decision{Rule: w.Entitlement}
	switch {
	case !errors.Is(err, store.ErrNotFound):
		return d, err
	case k.asking.often(w.sender(), asksAnHour, k.Time()):
		d.Refuse(TooMany)
		return d, nil
	}
	if g, w, d, err = k.programWished(ctx, w); err != nil {
		return d, err
	}
	if err := k.receiveProgram(ctx, g, w, d); err != nil {
		return d, fmt.Errorf("receive %s: %w", w.ID, err)
	}
	k.asking.count(w.sender())
	return d, nil
}

// sender is who sent the wish, without what a role's session is called: its holder chose that.
func (w Wish) sender() string {
	id, _, _ := strings.Cut(w.Sender, ":")
	return id
}

// programWished decides on a program's wish. Of a sender who is not known to be who they say, its words are not kept.
func (k *Keeper) programWished(ctx context.Context, w Wish) (store.Grant, Wish, policy.Decision, error) {
	proven, d, err := k.fresh(ctx, w)
	if err != nil || d.Refusal != "" {
		rule, _ := k.Policy.Rule(w.Entitlement)
		g := store.Grant{ID: w.ID, Origin: store.Requested, Program: true, Entitlement: w.Entitlement, Account: rule.Account,
			AccountName: k.Policy.Accounts[rule.Account], Target: rule.Target, Subject: store.Subject{User: w.User}}
		return g, w, d, err
	}
	g, d, err := k.wished(ctx, proven)
	if err == nil && d.Refusal == "" {
		d, _, err = k.taken(ctx, g, d) // a program waits without being told
	}
	g.Subject.User = w.User
	return g, proven, d, err
}

// fresh finds out who sent a message, unless it has waited for too long: whoever it was, they have gone on without it.
func (k *Keeper) fresh(ctx context.Context, w Wish) (Wish, policy.Decision, error) {
	if w.Sent.IsZero() || k.Now().Sub(w.Sent) <= oldSignIn {
		return k.sent(ctx, w)
	}
	d := policy.Decision{Rule: w.Entitlement}
	d.Refuse(handlers.TooOld)
	return w, d, nil
}

// receiveProgram writes down what a program asks for, or that it was refused, of which nobody but the program is told.
func (k *Keeper) receiveProgram(ctx context.Context, g store.Grant, w Wish, d policy.Decision) error {
	g.Received = earliest(w.Sent, k.Now()).UTC().Round(0)
	received := store.Entry{Verb: store.Receive, By: store.Self, At: k.Time(), Facts: map[string]string{"sender": w.Sender}}
	switch {
	case w.Role != "":
		received.Facts["role"] = w.Role
	case w.By != "":
		received.By = w.By
	}
	g, err := g.After(received)
	if err == nil && d.Refusal != "" {
		g, err = k.ignored(g, d.LastReason())
		g.Told = map[string]uint64{store.InDM: g.Chain.Seq}
	}
	if err != nil {
		return err
	}
	return k.Save(ctx, &g) // in a conflict the message comes again, and is answered as the other one was
}

// answered is the decision on a request that is in the ledger.
func (k *Keeper) answered(ctx context.Context, g store.Grant) (policy.Decision, error) {
	d := policy.Decision{Rule: g.Entitlement}
	if g.State != store.Ignored {
		return d, nil
	}
	entries, err := k.DB.Entries(ctx, g.ID, g.Chain.Seq-1)
	if err != nil || len(entries) == 0 {
		return d, fmt.Errorf("read why %s was refused: %w", g.ID, errors.Join(err, store.ErrNotFound))
	}
	d.Refusal, d.Why = g.Note, []policy.Reason{{Key: g.Note, Facts: entries[0].Facts}}
	return d, nil
}

// sent finds out who asks through SQS. It vouches for the unique id of the sender, and names are claims until IAM says that
// they have this id. Nothing is said about anybody before that, not even whether IAM has them. Who is behind the user only
// the configuration says; a role asks for the person of a user that it is named for, and is nobody itself.
func (k *Keeper) sent(ctx context.Context, w Wish) (Wish, policy.Decision, error) {
	d := policy.Decision{Rule: w.Entitlement}
	rule, ok := k.Policy.Rule(w.Entitlement)
	if !ok {
		d.Refuse(policy.RuleGone)
		return w, d, nil
	}
	login := people.Login{Account: rule.Account, User: w.User}
	if strings.Contains(w.Sender, ":") {
		role, err := k.roleFor(ctx, w.sender(), login)
		switch {
		case err != nil:
			return w, d, fmt.Errorf("find out who sent %s: %w", w.ID, err)
		case role == "":
			d.Refuse(NotNamed)
			return w, d, nil
		}
		w.Role = role
	}
	user, err := k.Users.User(ctx, login.Account, login.User)
	switch {
	case errors.Is(err, people.ErrNoUser) && w.Role != "":
		d.Refuse(NoUser)
	case errors.Is(err, people.ErrNoUser), err == nil && w.Role == "" && user.ID != w.Sender:
		d.Refuse(NotSender)
	case err != nil:
		return w, d, fmt.Errorf("find out who sent %s: %w", w.ID, err)
	default:
		w.UserID = user.ID
		if w.By = k.Policy.People.Owner(login).Account(); w.By == "" {
			d.Refuse(NoUsers, "account", rule.Account)
		}
	}
	return w, d, nil
}

// roleFor returns the role that has this id, behind its account's name, if the configuration names it for the user; else
// "". A role's name can be deleted and made again, so it is the id that IAM has now which counts.
func (k *Keeper) roleFor(ctx context.Context, id string, l people.Login) (string, error) {
	var unknown error
	for _, p := range k.Policy.Programs {
		if !slices.Contains(p.Users, l) {
			continue
		}
		switch got, err := k.Users.RoleID(ctx, p.Account, p.Role); {
		case errors.Is(err, people.ErrNoRole):
		case err != nil:
			unknown = errors.Join(unknown, err)
		case got == id:
			return k.Policy.NameOf(p), nil
		}
	}
	return "", unknown
}
