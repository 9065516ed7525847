package access

import (
	"context"

	"sekisho/handlers/policy"
	"sekisho/store"
)

// roleBars returns why the person with this Slack account may not approve what a role asked for, or "". The
// configuration of now decides, not that of the request. Every account of the person counts.
func (k *Keeper) roleBars(ctx context.Context, g store.Grant, approver string) (string, error) {
	if g.Role == "" {
		return "", nil
	}
	role, ok := k.Policy.roleOf(g)
	if !ok {
		return policy.RoleGone, nil
	}
	for _, account := range k.Policy.People.Accounts(k.Policy.People.Of(approver)) {
		if barred, err := k.amongBarred(ctx, role.NotBy, account); err != nil || barred {
			return policy.RoleBarred, err
		}
	}
	return "", nil
}

// barredBy returns the roles whose requests the person with this Slack account may not approve, each behind the name
// of its account.
func (k *Keeper) barredBy(ctx context.Context, approver string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, role := range k.Policy.Programs {
		for _, account := range k.Policy.People.Accounts(k.Policy.People.Of(approver)) {
			barred, err := k.amongBarred(ctx, role.NotBy, account)
			if err != nil {
				return nil, err
			}
			if barred {
				out[k.Policy.NameOf(role)] = true
			}
		}
	}
	return out, nil
}
