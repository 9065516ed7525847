package access

import (
	"context"
	"fmt"

	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Rotatable is a rotation that somebody may begin, by what is known at once.
type Rotatable struct {
	Rotation
	AccountName string
	Busy        bool // the user's key is being rotated already, or is asked for, or held
}

// Rotatable returns the rotations that somebody may begin, in the order of the configuration, or why that is none.
func (k *Keeper) Rotatable(ctx context.Context, by string) ([]Rotatable, string, error) {
	if refusal, err := k.strange(ctx, by); err != nil || refusal != "" {
		return nil, refusal, err
	}
	k = k.lately() // for the person reads it, and what they begin is decided on anew
	var out []Rotatable
	for _, rule := range k.Policy.Rotations {
		may, err := k.mayRotate(ctx, rule, by)
		if err != nil {
			return nil, "", fmt.Errorf("decide who may rotate %s: %w", rule.ID, err)
		}
		if !may {
			continue
		}
		held, err := store.InSlot(ctx, k.DB, slotOf(rule), 1)
		if err != nil {
			return nil, "", err
		}
		out = append(out, Rotatable{Rotation: rule, AccountName: k.Policy.Accounts[rule.Account], Busy: len(held) > 0})
	}
	if len(out) == 0 {
		return nil, policy.NotAsker, nil
	}
	return out, "", nil
}

// strange tells why somebody can begin nothing at all, or "".
func (k *Keeper) strange(ctx context.Context, by string) (string, error) {
	account, err := k.Directory.Account(ctx, by)
	if err != nil {
		return "", err
	}
	if refusal := k.Policy.Bars(by, account); refusal != "" {
		return refusal, nil
	}
	leaves, err := k.Leavers.Leaves(ctx, k.Policy.People.Of(by))
	if leaves {
		return people.Leaves, nil
	}
	return "", err
}

// slotOf is what a rotation of the rule holds while it is under way.
func slotOf(rule Rotation) string {
	return store.Task{Kind: store.KeyKind, Account: rule.Account, User: rule.User}.Slot()
}
