package handlers_test

import (
	"testing"
	"time"

	"sekisho/handlers"
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
		account  handlers.Account
		security bool
		want     string
	}{
		{name: "remove", by: "U0CHIEF", verb: store.Remedy, security: true},
		{name: "keep", by: "U0CHIEF", verb: store.Keep, security: true},
		{name: "somebody else", by: "U0SATO", verb: store.Remedy, want: handlers.NotSecurity},
		{name: "of the group, but nobody knows them", by: "U0NOBODY", verb: store.Remedy, security: true, want: handlers.NoPerson},
		{name: "keep oneself", by: "U0YAMADA", verb: store.Keep, security: true, want: handlers.Own},
		{name: "keep oneself by the other account", by: "U0YAMADA2", verb: store.Keep, security: true, want: handlers.Own},
		{name: "remove oneself", by: "U0YAMADA", verb: store.Remedy, security: true},
		{name: "a guest", by: "U0CHIEF", verb: store.Remedy, account: handlers.Account{Guest: true}, security: true, want: handlers.Guest},
		{name: "a bot", by: "U0CHIEF", verb: store.Remedy, account: handlers.Account{Bot: true}, security: true, want: handlers.Guest},
		{name: "a stranger", by: "U0CHIEF", verb: store.Remedy, account: handlers.Account{Stranger: true}, security: true, want: handlers.Stranger},
		{name: "a verb of a grant", by: "U0CHIEF", verb: store.Approve, security: true, want: handlers.Gone},
		{name: "a verb that nobody presses", by: "U0CHIEF", verb: store.Done, security: true, want: handlers.Gone},
		{name: "done already", by: "U0CHIEF", verb: store.Remedy, security: true, want: handlers.Late,
			change: func(a *store.Alert, _ *store.Press) { a.State = store.Acted }},
		{name: "kept already", by: "U0CHIEF", verb: store.Remedy, security: true, want: handlers.Late,
			change: func(a *store.Alert, _ *store.Press) { a.State = store.Kept }},
		{name: "old terms", by: "U0CHIEF", verb: store.Remedy, security: true, want: handlers.Changed,
			change: func(_ *store.Alert, p *store.Press) { p.Terms = "0" }},
		{name: "raised anew since", by: "U0CHIEF", verb: store.Remedy, security: true, want: handlers.Changed,
			change: func(a *store.Alert, _ *store.Press) { a.Raised = start.Add(time.Hour) }},
	} {
		a := base
		p := store.Press{By: c.by, Verb: c.verb, On: a.ID, Terms: a.Terms()}
		if c.change != nil {
			c.change(&a, &p)
		}
		if got := policy().JudgeAlert(a, p, c.account, c.security); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
