package access_test

import (
	"cmp"
	"testing"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

func TestJudgeAlert(t *testing.T) {
	base := store.Alert{ID: "alert-1", Kind: store.Unknown, Account: account, Target: group, State: store.Raised,
		Subject: store.Subject{User: "t.yamada", UserID: "AIDA1", Person: "U0YAMADA"}, Raised: start}
	for _, c := range []struct {
		name     string
		by       string
		verb     store.Verb
		change   func(*store.Alert, *store.Press)
		account  people.Account
		security bool
		want     string
	}{
		{name: "remove", by: "U0CHIEF", verb: store.Remedy, security: true},
		{name: "keep", by: "U0CHIEF", verb: store.Keep, security: true},
		{name: "keep without a date", by: "U0CHIEF", verb: store.Keep, security: true, want: access.BadDate,
			change: func(_ *store.Alert, p *store.Press) { p.Until = time.Time{} }},
		{name: "keep until yesterday", by: "U0CHIEF", verb: store.Keep, security: true, want: access.BadDate,
			change: func(_ *store.Alert, p *store.Press) { p.Until = start.Add(-aDay) }},
		{name: "keep for two years", by: "U0CHIEF", verb: store.Keep, security: true, want: access.BadDate,
			change: func(_ *store.Alert, p *store.Press) { p.Until = start.Add(730 * aDay) }},
		{name: "keep for no reason", by: "U0CHIEF", verb: store.Keep, security: true, want: access.NoWhy,
			change: func(_ *store.Alert, p *store.Press) { p.Note = " \n" }},
		{name: "acknowledge, without a date", by: "U0CHIEF", verb: store.Keep, security: true,
			change: func(a *store.Alert, p *store.Press) {
				a.Kind, p.Until, p.Note = store.NotMe, time.Time{}, ""
				p.Terms = a.Terms()
			}},
		{name: "report again", by: "U0CHIEF", verb: store.Restore, security: true, change: func(a *store.Alert, _ *store.Press) { a.State = store.Kept }},
		{name: "report again what is not kept", by: "U0CHIEF", verb: store.Restore, security: true, want: access.Late},
		{name: "put a removed member back", by: "U0CHIEF", verb: store.Restore, security: true, want: access.Late,
			change: func(a *store.Alert, _ *store.Press) { a.State = store.Acted }},
		{name: "somebody else", by: "U0SATO", verb: store.Remedy, want: policy.NotSecurity},
		{name: "of the group, but nobody knows them", by: "U0NOBODY", verb: store.Remedy, security: true, want: policy.NoPerson},
		{name: "keep oneself", by: "U0YAMADA", verb: store.Keep, security: true, want: policy.Own},
		{name: "keep oneself by the other account", by: "U0YAMADA2", verb: store.Keep, security: true, want: policy.Own},
		{name: "remove oneself", by: "U0YAMADA", verb: store.Remedy, security: true},
		{name: "a guest", by: "U0CHIEF", verb: store.Remedy, account: people.Account{Guest: true}, security: true, want: people.Guest},
		{name: "a bot", by: "U0CHIEF", verb: store.Remedy, account: people.Account{Bot: true}, security: true, want: people.Guest},
		{name: "a stranger", by: "U0CHIEF", verb: store.Remedy, account: people.Account{Stranger: true}, security: true, want: people.Stranger},
		{name: "a verb of a grant", by: "U0CHIEF", verb: store.Approve, security: true, want: handlers.Gone},
		{name: "a verb that nobody presses", by: "U0CHIEF", verb: store.Done, security: true, want: handlers.Gone},
		{name: "done already", by: "U0CHIEF", verb: store.Remedy, security: true, want: access.Late,
			change: func(a *store.Alert, _ *store.Press) { a.State = store.Acted }},
		{name: "kept already", by: "U0CHIEF", verb: store.Remedy, security: true, want: access.Late,
			change: func(a *store.Alert, _ *store.Press) { a.State = store.Kept }},
		{name: "old terms", by: "U0CHIEF", verb: store.Remedy, security: true, want: access.Changed,
			change: func(_ *store.Alert, p *store.Press) { p.Terms = "0" }},
		{name: "raised anew since", by: "U0CHIEF", verb: store.Remedy, security: true, want: access.Changed,
			change: func(a *store.Alert, _ *store.Press) { a.Raised = start.Add(time.Hour) }},
	} {
		a := base
		p := store.Press{By: c.by, Verb: c.verb, On: a.ID, Terms: a.Terms(), At: start, Until: start.Add(aDay), Note: "x"}
		if c.change != nil {
			c.change(&a, &p)
		}
		if got := oneRule().JudgeAlert(a, p, c.account, c.security); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Rows of a report: who may do what, with what is their own, until when, and why.
func TestJudgeRow(t *testing.T) {
	f := store.Finding{Kind: store.OwnKey, Account: account, User: "t.yamada", Person: "U0YAMADA", Key: "AKIA1", Made: start, Cure: store.DeactivateKey}
	byHand, root := f, f
	byHand.Kind, byHand.Cure = store.OwnPolicy, store.MovePolicy
	root.User, root.Kind, root.Cure = store.RootUser, store.NoMFA, store.AddMFA
	off := map[string]string{store.FactKeys: "AKIA1"}
	for _, c := range []struct {
		name    string
		by      string
		verb    store.Verb
		finding *store.Finding
		state   store.State
		effects map[string]string
		until   time.Duration
		why     string
		anyone  bool
		terms   string
		want    string
	}{
		{name: "deactivate", by: "U0CHIEF", verb: store.Remedy},
		{name: "deactivate one's own", by: "U0YAMADA", verb: store.Remedy},
		{name: "somebody else", by: "U0SATO", verb: store.Remedy, anyone: true, want: policy.NotSecurity},
		{name: "policies have no remedy", by: "U0CHIEF", verb: store.Remedy, finding: &byHand, want: handlers.Gone},
		{name: "nor has the root user", by: "U0CHIEF", verb: store.Remedy, finding: &root, want: handlers.Gone},
		{name: "keep", by: "U0CHIEF", verb: store.Keep, until: aDay, why: "x"},
		{name: "keep policies", by: "U0CHIEF", verb: store.Keep, finding: &byHand, until: aDay, why: "x"},
		{name: "keep one's own", by: "U0YAMADA2", verb: store.Keep, until: aDay, why: "x", want: policy.Own},
		{name: "keep until yesterday", by: "U0CHIEF", verb: store.Keep, until: -aDay, why: "x", want: access.BadDate},
		{name: "keep for two years", by: "U0CHIEF", verb: store.Keep, until: 730 * aDay, why: "x", want: access.BadDate},
		{name: "keep for no reason", by: "U0CHIEF", verb: store.Keep, until: aDay, why: " \n", want: access.NoWhy},
		{name: "keep, by somebody else", by: "U0SATO", verb: store.Keep, until: aDay, why: "x", anyone: true, want: policy.NotSecurity},
		{name: "keep what is done", by: "U0CHIEF", verb: store.Keep, state: store.Acted, effects: off, until: aDay, why: "x", want: access.Late},
		{name: "undo", by: "U0CHIEF", verb: store.Restore, state: store.Acted, effects: off},
		{name: "undo for oneself", by: "U0YAMADA", verb: store.Restore, state: store.Acted, effects: off, want: policy.Own},
		{name: "undo, by somebody else", by: "U0SATO", verb: store.Restore, state: store.Acted, effects: off, anyone: true, want: policy.NotSecurity},
		{name: "undo a password", by: "U0CHIEF", verb: store.Restore, state: store.Acted, effects: map[string]string{store.FactPassword: "true"}, want: access.Late},
		{name: "undo what was not done", by: "U0CHIEF", verb: store.Restore, want: access.Late},
		{name: "undo the keeping", by: "U0CHIEF", verb: store.Restore, state: store.Kept},
		{name: "old terms", by: "U0CHIEF", verb: store.Remedy, terms: "0", want: access.Changed},
		{name: "a verb of the audit's", by: "U0CHIEF", verb: store.Lapse, state: store.Kept, want: handlers.Gone},
	} {
		a := store.Alert{ID: f.ID(), Kind: store.Stale, Account: account, Finding: &f, State: cmp.Or(c.state, store.Raised), Raised: start, Effects: c.effects,
			Subject: store.Subject{User: "t.yamada", Person: "U0YAMADA"}}
		if c.finding != nil {
			a.Finding = c.finding
		}
		p := store.Press{By: c.by, Verb: c.verb, On: a.ID, Terms: cmp.Or(c.terms, a.Terms()), At: start, Until: start.Add(c.until), Note: c.why}
		if got := oneRule().JudgeAlert(a, p, people.Account{}, !c.anyone); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
