package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// roles are who presses. Whoever decides nothing is in every group that could decide, so that it is for what they are that
// they are refused; and so is the holder, who is in the group of the approvers.
var roles = []string{"U0YAMADA", "U0YAMADA2", "U0SATO", "U0CHIEF", "U0OTHER", "U0NOBODY", "U0GUEST", "U0STRANGER", "U0GONE"}

// permissions is who may press what, and why not: the holder by either account, an approver, somebody of the security
// group, a colleague; then somebody whom the configuration does not know, a guest, a stranger and somebody who has left.
var permissions = map[store.Verb][]string{
	store.Approve:  {policy.Own, policy.Own, "", policy.NotApprover, policy.NotApprover, policy.NoPerson},
	store.Deny:     {"", "", "", policy.NotApprover, policy.NotApprover, policy.NoPerson},
	store.Withdraw: {"", "", access.NotYours, access.NotYours, access.NotYours, access.NotYours},
	store.Mine:     {"", "", access.NotYours, access.NotYours, access.NotYours, access.NotYours},
	store.NotMine:  {"", "", access.NotYours, access.NotYours, access.NotYours, access.NotYours},
	store.Finish:   {"", "", access.NotYours, access.NotYours, access.NotYours, access.NotYours},
	store.AskMore:  {"", "", access.NotYours, access.NotYours, access.NotYours, access.NotYours},
	store.Revoke:   {"", "", "", "", policy.NotApprover, policy.NoPerson},
	store.Agree:    {policy.Own, policy.Own, "", policy.NotApprover, policy.NotApprover, policy.NoPerson},
	store.Decline:  {"", "", "", policy.NotApprover, policy.NotApprover, policy.NoPerson},
	store.Remedy:   {policy.NotSecurity, policy.NotSecurity, policy.NotSecurity, "", policy.NotSecurity, policy.NoPerson},
	store.Keep:     {policy.NotSecurity, policy.NotSecurity, policy.NotSecurity, "", policy.NotSecurity, policy.NoPerson},
	store.Restore:  {policy.NotSecurity, policy.NotSecurity, policy.NotSecurity, "", policy.NotSecurity, policy.NoPerson},
}

// nobody are the refusals of those who decide nothing, whatever they press.
var nobody = []string{people.Guest, people.Stranger, people.Guest}

// TestWhoMayPressWhat holds the table, every verb by every role, on a record that is ready for it. A press that is refused
// changes nothing.
func TestWhoMayPressWhat(t *testing.T) {
	for verb, row := range permissions {
		for i, want := range slices.Concat(row, nobody) {
			t.Run(fmt.Sprint(verb, " by ", roles[i]), func(t *testing.T) {
				inWorld(t, func(w *world) {
					w.crowded()
					p := w.readyFor(verb)
					p.ID, p.By, p.Verb = store.PressPrefix+"table", roles[i], verb
					before := w.record(p.On)
					if got := w.pressed(p); got != want {
						t.Errorf("refused with %q, want %q", got, want)
					}
					if changed := w.record(p.On) != before; changed != (want == "") {
						t.Errorf("changed %t: %s, was %s", changed, w.record(p.On), before)
					}
				})
			})
		}
	}
}

// crowded is a world with everybody of the table.
func (w *world) crowded() {
	w.leads.set(false, "U0SATO", "U0KATO", "U0YAMADA", "U0YAMADA2", "U0NOBODY", "U0GUEST", "U0STRANGER", "U0GONE")
	w.leads.also("S0SECURITY", "U0CHIEF", "U0NOBODY", "U0GUEST", "U0STRANGER", "U0GONE")
	w.leads.leave("U0GONE")
	w.govern(func(p *access.Settings) {
		p.Security = []string{"usergroup:S0SECURITY"}
		p.Entitlements[0].Steps = []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}}
		persons := []people.Person{{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}}}
		for _, id := range []string{"U0SATO", "U0KATO", "U0CHIEF", "U0OTHER", "U0GUEST", "U0STRANGER", "U0GONE"} {
			persons = append(persons, people.Person{Slack: []string{id}})
		}
		p.People = people.New(persons)
	})
}

// readyFor brings a record to where a verb is possible, and returns the press without who presses.
func (w *world) readyFor(verb store.Verb) store.Press {
	w.t.Helper()
	if verb == store.Remedy || verb == store.Keep || verb == store.Restore {
		w.aws.AddUser(account, "intruder", nil)
		w.aws.Join(account, "intruder", group)
		w.wait(11 * time.Minute) // it is looked twice
		if verb == store.Restore {
			w.pressAlert("U0CHIEF", store.Keep)
		}
		a := w.voice.alerts[len(w.voice.alerts)-1]
		return store.Press{On: a.ID, Terms: a.Terms(), Card: a.Card, Until: time.Now().Add(aDay), Note: "x"}
	}
	if verb == store.Withdraw {
		w.asks(wish("1", nil))
	} else {
		w.signIn("1")
	}
	switch verb {
	case store.Finish, store.AskMore, store.Revoke, store.Agree, store.Decline:
		w.press("U0KATO", store.Approve)
	}
	if verb == store.Agree || verb == store.Decline {
		w.onExtension("U0YAMADA", store.AskMore)
	}
	g := w.voice.card()
	p := store.Press{On: g.ID, Terms: g.Terms(), Card: g.Card}
	if verb == store.AskMore || verb == store.Agree || verb == store.Decline {
		p.Terms = g.ExtensionTerms()
	}
	return p
}

// record is how far a grant or an alert has come.
func (w *world) record(id string) string {
	w.t.Helper()
	r, err := store.Load(w.t.Context(), w.db, id)
	switch r := r.(type) {
	case *store.Grant:
		return fmt.Sprint(r.State, " ", r.Chain.Seq)
	case *store.Alert:
		return fmt.Sprint(r.State, " ", r.Chain.Seq)
	}
	w.t.Fatal(id, err)
	return ""
}
