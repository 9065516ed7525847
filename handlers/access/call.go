package access

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// mostWritten could decide and are each written to. Where there are more, the thread calls them.
const mostWritten = 10

// ballot is what waits for a decision: a request, or a rotation.
type ballot struct {
	id     string
	card   store.Card
	by     []string     // of the first step
	but    store.Person // who cannot decide, as it is theirs
	notBy  []string     // who cannot decide either, because of the role that asks: users and "usergroup:" ids
	lapses time.Time
	last   uint64 // entry
	waits  bool   // for a decision
	call   func(ctx context.Context, account string) (store.Card, error)
	close  func(ctx context.Context, at store.Card, account string) error // what call has written
}

func (k *Keeper) ballotOf(g store.Grant) ballot {
	return ballot{g.ID, g.Card, firstOf(g.Steps), g.Subject.Person, k.Policy.notBy(g), g.Lapses, g.Chain.Seq, g.State == store.Asked,
		func(ctx context.Context, account string) (store.Card, error) { return k.Voice.Call(ctx, account, g) },
		func(ctx context.Context, at store.Card, account string) error {
			return k.Voice.Called(ctx, at, account, g)
		}}
}

func (k *Keeper) ballotOfTask(t store.Task) ballot {
	return ballot{t.ID, t.Card, firstOf(t.Steps), k.Policy.People.Of(t.By), nil, t.Lapses, t.Chain.Seq, t.State == store.Asked,
		func(ctx context.Context, account string) (store.Card, error) {
			return k.Voice.CallTask(ctx, account, t)
		},
		func(ctx context.Context, at store.Card, account string) error {
			return k.Voice.CalledTask(ctx, at, account, t)
		}}
}

func firstOf(steps []store.Step) []string { return policy.NamedIn(steps[:min(1, len(steps))]) }

// callsFor tells whether those are still called who could decide on a request. What is in a digest is one of many, and what a
// rule would give by itself waits for its person: neither writes to anybody.
func (k *Keeper) callsFor(g store.Grant) bool {
	return g.State == store.Asked && !g.Digest && g.Auto == 0 && g.Subject.Person != "" && !k.isDue(g.NextReminder())
}

// callDeciders tells those who could count for the first step that something waits, each once and in a message of their own,
// which has no button: it is decided on its card. Once a reminder is due the letters that still wait are left out: it calls
// everybody. Once it is decided the messages say so.
func (k *Keeper) callDeciders(ctx context.Context, b ballot, calls bool, heard *handlers.Delivery) error {
	if calls && len(b.by) > 0 {
		if all, err := k.callEach(ctx, b, heard); !all {
			return err
		}
	}
	k.calls.Drop(b.id)
	if !b.waits {
		if err := k.closeCalls(ctx, b, heard); err != nil {
			return err
		}
	}
	heard.Told[store.ToDeciders] = b.last
	return nil
}

// closeCalls says in the messages of those who were asked to decide that nothing waits for them any more. One that Slack does not
// redraw is left as it was: its card shows what was decided.
func (k *Keeper) closeCalls(ctx context.Context, b ballot, heard *handlers.Delivery) error {
	for _, account := range slices.Sorted(maps.Keys(heard.Calls)) {
		if at := heard.Calls[account]; at.TS != "" {
			switch err := b.close(ctx, at, account); {
			case handlers.IsShared(err):
				return err
			case err != nil:
				k.Log.Warn("call for a decision is left as it was", "id", b.id, "to", account, "err", err)
			}
		}
		heard.Calls = maps.Clone(heard.Calls)
		delete(heard.Calls, account)
	}
	return nil
}

// callEach returns false if a letter waits for its turn, or failed. One takes a turn after the other, so that the letters of
// one request do not stand in a row before those of others.
func (k *Keeper) callEach(ctx context.Context, b ballot, heard *handlers.Delivery) (bool, error) {
	accounts, known := k.deciders(ctx, b)
	if !known || len(accounts) > mostWritten {
		who := slices.DeleteFunc(slices.Clone(b.by), func(each string) bool {
			return slices.Contains(b.notBy, each) || k.Policy.People.Same(store.Person(each), b.but) || k.Policy.People.In(store.Person(each), policy.PersonsOf(b.notBy))
		})
		if len(who) == 0 { // nobody whom the first step names can decide
			return true, nil
		}
		if err := k.Voice.CallAll(ctx, b.card, who, b.lapses); err != nil {
			return false, err
		}
		heard.Told[store.ToDeciders] = b.last
		return true, heard.Note(ctx)
	}
	for _, account := range accounts {
		switch _, called := heard.Calls[account]; {
		case called || k.isAway(ctx, account):
			continue
		case k.waits(k.calls, b.id, heard):
			return false, nil
		}
		at, err := b.call(ctx, account)
		if errors.Is(err, ErrUnreachable) {
			k.Log.Warn("approver cannot be written to", "id", b.id, "approver", account, "err", err)
		} else if err != nil {
			return false, err
		}
		if heard.Calls = maps.Clone(heard.Calls); heard.Calls == nil {
			heard.Calls = map[string]store.Card{}
		}
		heard.Calls[account] = at
		if err := heard.Note(ctx); err != nil {
			return false, err
		}
	}
	return true, nil
}

// deciders are the accounts that could count for the first step, one for each person but the one whose it is and those
// whom the role bars; or it is not known who is in a user group.
func (k *Keeper) deciders(ctx context.Context, b ballot) (accounts []string, known bool) {
	q := policy.Question{Members: map[string][]string{}}
	if err := k.lately().readGroups(ctx, &q, slices.Concat(b.notBy, b.by)); err != nil {
		k.Log.Warn("approvers are not known", "id", b.id, "err", err)
		return nil, false
	}
	if q.FirstGone(b.notBy) != "" {
		return nil, true
	}
	named, _ := q.Accounts(b.by)
	barred, _ := q.Accounts(b.notBy)
	those := append(policy.PersonsOf(barred), b.but)
	for _, account := range named {
		if person := k.Policy.People.Of(account); person != "" && !k.Policy.People.In(person, those) {
			those = append(those, person)
			accounts = append(accounts, account)
		}
	}
	return accounts, true
}

// isAway tells whether Slack says that an account cannot decide: who has left, and guests. Where it does not tell, its
// answer to the message will.
func (k *Keeper) isAway(ctx context.Context, account string) bool {
	a, err := k.Directory.Account(ctx, account)
	return err == nil && a.Refusal() != ""
}

func isAsk(v store.Verb) bool { return v == store.Ask }
