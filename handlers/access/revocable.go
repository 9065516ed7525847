package access

import (
	"context"

	"sekisho/handlers"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Revocable returns what somebody may revoke now, judged as the press of the button will be: of a person's access by any
// Slack account of theirs, or with "" of what they approved themselves. The second result is why that is nothing at all.
func (k *Keeper) Revocable(ctx context.Context, by, of string) ([]store.Grant, string, error) {
	account, err := k.Directory.Account(ctx, by)
	if err != nil {
		return nil, "", err
	}
	if refusal := account.Refusal(); refusal != "" {
		return nil, refusal, nil
	}
	person := k.Policy.People.Of(by)
	if person == "" {
		return nil, policy.NoPerson, nil
	}
	ids, err := k.liveOf(ctx, person, of)
	if err != nil {
		return nil, "", err
	}
	live, err := handlers.LoadWanted(ctx, k.DB, ids, store.LoadGrant, func(g store.Grant) bool { return has(g, k.Time()) })
	if err != nil {
		return nil, "", err
	}
	k = k.lately() // for the person reads it, and what they press is decided on anew
	var out []store.Grant
	for _, g := range live {
		b, err := k.bench(ctx, g, store.Press{By: by, Verb: store.Revoke, On: g.ID, Terms: g.Terms()}, account)
		if err != nil {
			return nil, "", err
		}
		if _, refusal := b.Judge(); refusal == "" {
			out = append(out, g)
		}
	}
	return out, "", nil
}

// liveOf returns the ids of another's access, or of what the person has approved by any account of theirs.
func (k *Keeper) liveOf(ctx context.Context, person store.Person, of string) ([]string, error) {
	if of != "" {
		return store.HeldBy(ctx, k.DB, 2*mostListed, k.Policy.People.Names(k.Policy.People.OrSelf(of))...)
	}
	return store.GivenBy(ctx, k.DB, 2*mostListed, k.Policy.People.Accounts(person)...)
}
