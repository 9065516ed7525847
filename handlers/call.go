package handlers

import (
	"context"
	"errors"
	"slices"

	"sekisho/store"
)

// mostWritten could decide and are each written to. Where there are more, the thread calls them.
const mostWritten = 10

// callDeciders tells those who could count for the first step that a request waits, each once and in a message of their
// own, which has no button: it is decided on its card. What is in a digest is one of many, and what a rule would give by
// itself waits for its person: neither writes to anybody. Once a reminder is due the letters that still wait are left out:
// it calls everybody.
func (k *Keeper) callDeciders(ctx context.Context, g store.Grant, unheard unheard, heard *store.Telling) error {
	calls := g.State == store.Asked && !g.Digest && g.Auto == 0 && g.Subject.Person != "" && len(g.Steps) > 0
	if what, at := g.NextReminder(); what == store.Remind && !k.now().Before(at) {
		calls = false
	}
	if calls && unheard(store.ToDeciders, isAsk) {
		if all, err := k.callEach(ctx, g, heard); !all {
			return err
		}
	}
	k.calls.drop(g.ID)
	heard.Told[store.ToDeciders] = g.Chain.Seq
	return nil
}

// callEach returns false if a letter waits for its turn, or failed. One takes a turn after the other, so that the letters of
// one request do not stand in a row before those of others.
func (k *Keeper) callEach(ctx context.Context, g store.Grant, heard *store.Telling) (bool, error) {
	accounts, known := k.deciders(ctx, g)
	if !known || len(accounts) > mostWritten {
		err := k.Voice.CallAll(ctx, g)
		return err == nil, err
	}
	for _, account := range accounts {
		switch {
		case slices.Contains(heard.Called, account) || k.isAway(ctx, account):
			continue
		case k.waits(k.calls, g.ID, heard):
			return false, nil
		}
		if err := k.Voice.Call(ctx, account, g); errors.Is(err, ErrUnreachable) {
			k.Log.Warn("approver cannot be written to", "id", g.ID, "approver", account, "err", err)
		} else if err != nil {
			return false, err
		}
		heard.Called = append(slices.Clip(heard.Called), account)
	}
	return true, nil
}

// deciders are the accounts that could count for the first step, one for each person but the holder; or it is not known who
// is in a user group.
func (k *Keeper) deciders(ctx context.Context, g store.Grant) (accounts []string, known bool) {
	persons := map[string]bool{"": true, g.Subject.Person: true}
	for _, who := range g.Steps[0].By {
		members := []string{who}
		if group, ok := groupOf(who); ok {
			var err error
			if members, err = k.Directory.Members(ctx, group); err != nil {
				k.Log.Warn("approvers are not known", "id", g.ID, "group", group, "err", err)
				return nil, false
			}
		}
		for _, account := range members {
			if person := k.Policy.People.Of(account); !persons[person] {
				persons[person] = true
				accounts = append(accounts, account)
			}
		}
	}
	return accounts, true
}

// isAway tells whether Slack says that an account cannot decide: who has left, and guests. Where it does not tell, its
// answer to the message will.
func (k *Keeper) isAway(ctx context.Context, account string) bool {
	a, err := k.Directory.Account(ctx, account)
	return err == nil && a.refusal() != ""
}

func isAsk(v store.Verb) bool { return v == store.Ask }
