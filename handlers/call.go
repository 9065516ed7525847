package handlers

import (
	"context"
	"errors"
	"slices"
	"time"

	"sekisho/store"
)

// mostWritten could decide and are each written to. Where there are more, the thread calls them.
const mostWritten = 10

// ballot is what waits for a decision: a request, or a rotation.
type ballot struct {
	id     string
	card   store.Card
	by     []string // of the first step
	but    string   // the person who cannot decide, as it is theirs
	lapses time.Time
	last   uint64 // entry
	call   func(ctx context.Context, account string) error
}

func (k *Keeper) ballotOf(g store.Grant) ballot {
	return ballot{g.ID, g.Card, firstOf(g.Steps), g.Subject.Person, g.Lapses, g.Chain.Seq,
		func(ctx context.Context, account string) error { return k.Voice.Call(ctx, account, g) }}
}

func (k *Keeper) ballotOfTask(t store.Task) ballot {
	return ballot{t.ID, t.Card, firstOf(t.Steps), k.Policy.People.Of(t.By), t.Lapses, t.Chain.Seq,
		func(ctx context.Context, account string) error { return k.Voice.CallTask(ctx, account, t) }}
}

func firstOf(steps []store.Step) []string { return named(steps[:min(1, len(steps))]) }

// callsFor tells whether those are still called who could decide on a request. What is in a digest is one of many, and what a
// rule would give by itself waits for its person: neither writes to anybody.
func (k *Keeper) callsFor(g store.Grant) bool {
	return g.State == store.Asked && !g.Digest && g.Auto == 0 && g.Subject.Person != "" && !k.isDue(g.NextReminder())
}

// callDeciders tells those who could count for the first step that something waits, each once and in a message of their own,
// which has no button: it is decided on its card. Once a reminder is due the letters that still wait are left out: it calls
// everybody.
func (k *Keeper) callDeciders(ctx context.Context, b ballot, calls bool, heard *store.Telling) error {
	if calls && len(b.by) > 0 {
		if all, err := k.callEach(ctx, b, heard); !all {
			return err
		}
	}
	k.calls.drop(b.id)
	heard.Told[store.ToDeciders] = b.last
	return nil
}

// callEach returns false if a letter waits for its turn, or failed. One takes a turn after the other, so that the letters of
// one request do not stand in a row before those of others.
func (k *Keeper) callEach(ctx context.Context, b ballot, heard *store.Telling) (bool, error) {
	accounts, known := k.deciders(ctx, b)
	if !known || len(accounts) > mostWritten {
		who := slices.DeleteFunc(slices.Clone(b.by), func(each string) bool { return each == b.but })
		err := k.Voice.CallAll(ctx, b.card, who, b.lapses)
		return err == nil, err
	}
	for _, account := range accounts {
		switch {
		case slices.Contains(heard.Called, account) || k.isAway(ctx, account):
			continue
		case k.waits(k.calls, b.id, heard):
			return false, nil
		}
		if err := b.call(ctx, account); errors.Is(err, ErrUnreachable) {
			k.Log.Warn("approver cannot be written to", "id", b.id, "approver", account, "err", err)
		} else if err != nil {
			return false, err
		}
		heard.Called = append(slices.Clip(heard.Called), account)
	}
	return true, nil
}

// deciders are the accounts that could count for the first step, one for each person but the one whose it is; or it is not
// known who is in a user group.
func (k *Keeper) deciders(ctx context.Context, b ballot) (accounts []string, known bool) {
	persons := map[string]bool{"": true, b.but: true}
	for _, who := range b.by {
		members := []string{who}
		if group, ok := groupOf(who); ok {
			var err error
			if members, err = k.Directory.Members(ctx, group); err != nil {
				k.Log.Warn("approvers are not known", "id", b.id, "group", group, "err", err)
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
