package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sekisho/store"
)

// offboardingGrid is the life of an offboarding, written out.
const offboardingGrid = `
verb     new      leaving  looking   departed  lifted
begin    leaving  .        .         .         .
found    .        leaving  leaving   .         .
known    .        leaving  looking   .         .
settled  .        leaving  looking   .         .
fail     .        leaving  looking   .         .
emptied  .        looking  .         .         .
done     .        .        departed  .         .
lift     .        .        .         lifted    .
revoke   .        .        .         .         .
ask      .        .        .         .         .
`

// offboardingEffects is what each step changes: of the facts, and behind the slash of the progress.
const offboardingEffects = `
new       begin    begun state / pressing retry tell_at
leaving   found    holdings / tell_at
leaving   known    holdings / tell_at
leaving   settled  holdings / tell_at
leaving   fail     / holdings tell_at
leaving   emptied  state / pressing retry tell_at
looking   found    holdings state / pressing retry tell_at
looking   known    holdings / tell_at
looking   settled  holdings / tell_at
looking   fail     holdings / holdings tell_at
looking   done     ended state / pressing retry tell_at
departed  lift     lifted state / pressing retry tell_at
`

// readyOffboarding is an offboarding in a state, and an entry about the IAM user of it. What is left to be ended stands open where
// the verb is about that.
func readyOffboarding(t *testing.T, from store.State, verb store.Verb) (store.Offboarding, store.Entry) {
	t.Helper()
	begin, emptied, done, lift := store.Entry{Verb: store.Begin}, store.Entry{Verb: store.Emptied}, store.Entry{Verb: store.Done}, store.Entry{Verb: store.Lift}
	user, ops := of(store.Found, yamadaUser, ""), of(store.Found, yamadaOps, "")
	ended := []store.Entry{user, ops, of(store.Settled, yamadaOps, store.WasEnded), of(store.Settled, yamadaUser, store.WasEnded)}
	road := map[store.State][]store.Entry{
		"":             nil,
		store.Leaving:  append([]store.Entry{begin}, ended...),
		store.Looking:  append(append([]store.Entry{begin}, ended...), emptied),
		store.Departed: append(append([]store.Entry{begin}, ended...), emptied, done),
		store.Lifted:   append(append([]store.Entry{begin}, ended...), emptied, done, lift),
	}[from]
	if from == store.Leaving && (verb == store.Settled || verb == store.Fail) {
		road = []store.Entry{begin, user, ops}
	}
	o := store.Offboarding{ID: store.OffboardingPrefix + "U1-1", Person: "U1", Accounts: []string{"U1", "U2"}, By: "U9", Reason: "last day"}
	o = offboardingAfter(o, road...)
	o.Card, o.Voided = store.Card{Channel: "C9", TS: "1"}, true
	e := of(verb, yamadaUser, store.WasGone)
	if e.By, e.At = "U9", later; verb == store.Known {
		e.Facts["user_id"] = "AIDA1"
	}
	return o, e
}

func TestTheLifeOfAnOffboarding(t *testing.T) {
	table, _, _ := grid(t, offboardingGrid)
	sameTable(t, table, store.OffboardingTable)
	checkGrid(t, offboardingGrid, readyOffboarding)
}

func TestWhatEachStepOfAnOffboardingChanges(t *testing.T) {
	checkEffects(t, offboardingGrid, offboardingEffects, readyOffboarding)
}

func TestAnOffboardingHasManyFutures(t *testing.T) {
	checkFutures(t, offboardingGrid, readyOffboarding)
}

// What a step needs beside its state: a holding that is known, and nothing left to be ended.
func TestWhatAStepOfAnOffboardingNeeds(t *testing.T) {
	unknown := store.Holding{Kind: store.HeldKey, Account: "123456789012", User: "t.yamada", Name: "AKIA1"}
	for _, c := range []struct {
		name string
		from store.State
		e    store.Entry
		open bool // something is to be ended still
		want error
	}{
		{"what is known is settled", store.Leaving, of(store.Settled, yamadaOps, store.WasEnded), true, nil},
		{"what is not known is settled", store.Leaving, of(store.Settled, unknown, store.WasEnded), true, store.ErrHeld},
		{"what is not known fails", store.Leaving, of(store.Fail, unknown, "Timeout"), true, store.ErrHeld},
		{"the id of a user who is not known", store.Leaving, of(store.Known, store.Holding{Kind: store.HeldUser, Account: "1", User: "x", UserID: "AIDA"}, ""), true, store.ErrHeld},
		{"what is not known is found", store.Leaving, of(store.Found, unknown, ""), true, nil},
		{"emptied with nothing left", store.Leaving, store.Entry{Verb: store.Emptied}, false, nil},
		{"emptied with something left", store.Leaving, store.Entry{Verb: store.Emptied}, true, store.ErrHeld},
		{"done with nothing left", store.Looking, store.Entry{Verb: store.Done}, false, nil},
		{"done with something left", store.Looking, store.Entry{Verb: store.Done}, true, store.ErrHeld},
	} {
		o, _ := readyOffboarding(t, c.from, store.Emptied)
		if c.open {
			o.Holdings = slices.Clone(o.Holdings)
			o.Holdings[1].Result = ""
		}
		next, err := o.After(c.e)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) || err != nil && next.Chain != o.Chain {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// What is the same holding, and what is another.
func TestWhichHoldingsAreTheSame(t *testing.T) {
	base := store.Holding{Kind: store.HeldGroup, Account: "1", User: "t.yamada", Name: "ops", ID: "AGPA1", Record: "login-1"}
	for name, c := range map[string]struct {
		change func(*store.Holding)
		want   bool
	}{
		"itself":                          {func(*store.Holding) {}, true},
		"another kind":                    {func(h *store.Holding) { h.Kind = store.HeldKey }, false},
		"another account":                 {func(h *store.Holding) { h.Account = "2" }, false},
		"another user":                    {func(h *store.Holding) { h.User = "x" }, false},
		"the user in capitals":            {func(h *store.Holding) { h.User = "T.Yamada" }, true},
		"another grant":                   {func(h *store.Holding) { h.Record = "login-2" }, false},
		"renamed":                         {func(h *store.Holding) { h.Name = "operators" }, true},
		"another group under the name":    {func(h *store.Holding) { h.ID = "AGPA2" }, false},
		"the name, and no id":             {func(h *store.Holding) { h.ID = "" }, true},
		"another name, and no id":         {func(h *store.Holding) { h.ID, h.Name = "", "operators" }, false},
		"another account's name":          {func(h *store.Holding) { h.AccountName = "x" }, true},
		"what has become of it":           {func(h *store.Holding) { h.Result = store.WasEnded }, true},
		"the tries":                       {func(h *store.Holding) { h.Work.Tries = 3 }, true},
		"the unique id of its user":       {func(h *store.Holding) { h.UserID = "AIDA1" }, true},
		"the name in capitals, and no id": {func(h *store.Holding) { h.ID, h.Name = "", "OPS" }, false},
	} {
		other := base
		c.change(&other)
		if base.Is(other) != c.want || other.Is(base) != c.want {
			t.Errorf("%s: the same %t and %t, want %t", name, base.Is(other), other.Is(base), c.want)
		}
		if back := store.HoldingOf(other.Facts()); !back.Is(other) || back.AccountName != other.AccountName || back.UserID != other.UserID {
			t.Errorf("%s: an entry names %+v, and it is %+v", name, back, other)
		}
	}
}

// Who is kept from access, and what of them is found by which key.
func TestWhomAnOffboardingHolds(t *testing.T) {
	for _, c := range []struct {
		state        store.State
		open, stands bool
	}{{"", false, false}, {store.Leaving, true, true}, {store.Looking, true, true}, {store.Departed, false, true}, {store.Lifted, false, false}} {
		o, _ := readyOffboarding(t, c.state, store.Known)
		if o.Open() != c.open || o.Stands() != c.stands {
			t.Errorf("%q: open %t, stands %t", c.state, o.Open(), o.Stands())
		}
		want := []string{}
		if c.stands {
			want = []string{"leaver 123456789012/t.yamada", "slot! offboard-U1", "slot! offboard-U2"}
		}
		if got := keysOf(t, &o, "leaver", store.SlotIndex); !slices.Equal(got, want) {
			t.Errorf("%q: keys %q, want %q", c.state, got, want)
		}
	}
	o, e := readyOffboarding(t, store.Leaving, store.Known)
	o = must(o.After(e))
	if got := keysOf(t, &o, "leaver"); !slices.Equal(got, []string{"leaver 123456789012/AIDA1", "leaver 123456789012/t.yamada"}) {
		t.Errorf("once the unique id is known: %q", got)
	}
}

// How long the work on a holding waits, and what AWS's answer makes of it.
func TestTheWorkOnAHolding(t *testing.T) {
	o, e := readyOffboarding(t, store.Leaving, store.Fail)
	o.Told = map[string]uint64{store.OnCard: o.Chain.Seq}
	quiet := o.Tried(yamadaUser, later)
	if user, _ := quiet.Find(yamadaUser); user.Work.Tries != 1 || !user.Work.Retry.Equal(later.Add(time.Second)) || user.Work.Trouble != "" {
		t.Errorf("tried: %+v", user.Work)
	}
	if was, _ := o.Find(yamadaUser); was.Work != (store.Work{}) {
		t.Error("a try changes the record that it happened to")
	}
	if answered := quiet.Answered(yamadaUser, later); answered.Told[store.OnCard] != o.Chain.Seq {
		t.Error("nobody heard of the trouble, and the card is drawn anew")
	}
	e.Note = "Timeout"
	loud := must(o.After(e))
	loud.Told = map[string]uint64{store.OnCard: loud.Chain.Seq}
	answered := loud.Answered(yamadaUser, later.Add(time.Minute))
	if user, _ := answered.Find(yamadaUser); user.Work != (store.Work{}) || answered.Told[store.OnCard] != 0 || !answered.TellAt.Equal(later.Add(time.Minute)) {
		t.Errorf("answered: %+v, told %v at %s", user.Work, answered.Told, answered.TellAt)
	}
	if loud.Told[store.OnCard] != loud.Chain.Seq {
		t.Error("an answer changes the record that it happened to")
	}
}
