package handlers

import (
	"context"
	"errors"
	"fmt"
)

// sent finds out who asks through SQS. It vouches for the unique id of the sender, and the name is a claim until IAM says
// that it is this user's. Nothing is said about anybody before that, not even whether IAM has them. Who is behind the user
// only the configuration says.
func (k *Keeper) sent(ctx context.Context, w Wish) (Wish, Decision, error) {
	d := Decision{Rule: w.Entitlement}
	rule, ok := k.Policy.Rule(w.Entitlement)
	if !ok {
		d.refuse(RuleGone)
		return w, d, nil
	}
	user, err := k.Users.User(ctx, rule.Account, w.User)
	switch {
	case errors.Is(err, ErrNoUser), err == nil && user.ID != w.Sender:
		d.refuse(NotSender)
	case err != nil:
		return w, d, fmt.Errorf("find out who sent %s: %w", w.ID, err)
	default:
		if w.By = k.Policy.People.Behind(Login{Account: rule.Account, User: w.User}, ""); w.By == "" {
			d.refuse(NoUsers, "account", rule.Account)
		}
	}
	return w, d, nil
}
