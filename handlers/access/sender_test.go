package access_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// sent is what a program of t.yamada's asks for.
func (w *world) sent(id string, change func(*access.Wish)) access.Wish {
	x := access.Wish{ID: access.WishPrefix + id, Sender: w.userID, Entitlement: rule, User: "t.yamada", Duration: time.Hour, Reason: "Deploy."}
	if change != nil {
		change(&x)
	}
	return x
}

// TestSentWish goes the way of one that was typed: the same card, the same approvers, once however often it comes.
func TestSentWish(t *testing.T) {
	inWorld(t, func(w *world) {
		for range 3 {
			if d := w.asks(w.sent("1", nil)); d.Refusal != "" {
				t.Fatalf("refused: %+v", d)
			}
		}
		g := w.wished("1")
		if g.State != store.Asked || g.Subject != (store.Subject{User: "t.yamada", UserID: w.userID, Person: "U0YAMADA"}) || g.Chain.Seq != 2 || w.voice.posts != 1 {
			t.Errorf("asked: %+v", g)
		}
		entries, err := w.db.Entries(w.t.Context(), g.ID, 0)
		if err != nil || entries[0].By != "U0YAMADA" || entries[0].Facts["sender"] != w.userID {
			t.Errorf("%+v, %v", entries, err)
		}
		if refusal := w.press("U0YAMADA2", store.Approve); refusal != policy.Own {
			t.Errorf("approved by who sent it: %q", refusal)
		}
		if refusal := w.press("U0SATO", store.Approve); refusal != "" || !w.member() {
			t.Errorf("approved: %q, member %t", refusal, w.member())
		}
		for range 2 {
			if d := w.asks(w.sent("2", nil)); d.Refusal != access.Already || d.Why[len(d.Why)-1].Facts["until"] == "" {
				t.Errorf("asked for once more: %+v", d)
			}
		}
	})
}

// refused checks that a program's wish comes to nothing, and that the ledger says so: once, however often it comes, with the
// same answer, and with nobody told.
func (w *world) refused(name string, x access.Wish, want string) store.Grant {
	w.t.Helper()
	first := w.asks(x)
	if again := w.asks(x); first.Refusal != want || again.Refusal != want || !reflect.DeepEqual(first.Why[len(first.Why)-1], again.Why[0]) {
		w.t.Errorf("%s: %+v, and again %+v; want %q", name, first, again, want)
	}
	g, err := store.LoadGrant(w.t.Context(), w.db, x.ID)
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	entries, err := w.db.Entries(w.t.Context(), g.ID, 0)
	if err != nil || len(entries) != 2 || entries[0].Facts["sender"] != x.Sender || entries[1].Note != want {
		w.t.Errorf("%s: %+v, %v", name, entries, err)
	}
	if g.State != store.Ignored || g.Outcome != store.Ignore || g.Note != want || !g.Program || g.Subject.User != x.User || g.Entitlement != x.Entitlement {
		w.t.Errorf("%s: %+v", name, g)
	}
	if len(w.voice.cards) != 0 || len(w.voice.dms) != 0 || w.writes() != 0 {
		w.t.Errorf("%s: %d cards, %d messages, %d writes", name, len(w.voice.cards), len(w.voice.dms), w.writes())
	}
	return g
}

// TestSentWishIsRefused: the body is a claim. What is wrong with it is said only to whom it is about.
func TestSentWishIsRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		sato := w.aws.AddUser(account, "h.sato", nil)
		tagged := w.aws.AddUser(account, "tagged", map[string]string{"sekisho:slack-user-id": "U0OTHER"})
		for name, c := range map[string]struct {
			want   string
			person string // who is known to have asked
			change func(*access.Wish)
		}{
			"somebody else's user":      {access.NotSender, "", func(x *access.Wish) { x.Sender = sato }},
			"and too long":              {access.NotSender, "", func(x *access.Wish) { x.Sender, x.Duration = sato, 100*time.Hour }},
			"nobody's user":             {access.NotSender, "", func(x *access.Wish) { x.User = "nobody" }},
			"a role of the user's name": {access.NotNamed, "", func(x *access.Wish) { x.Sender = "AROAYAMADA:t.yamada" }},
			"a role with the user's id": {access.NotNamed, "", func(x *access.Wish) { x.Sender = w.userID + ":t.yamada" }},
			"an account":                {access.NotSender, "", func(x *access.Wish) { x.Sender = account }},
			"a federated user":          {access.NotNamed, "", func(x *access.Wish) { x.Sender = account + ":t.yamada" }},
			"a user of nobody's":        {access.NoUsers, "", func(x *access.Wish) { x.Sender, x.User = sato, "h.sato" }},
			"a user by its tag alone":   {access.NoUsers, "", func(x *access.Wish) { x.Sender, x.User = tagged, "tagged" }},
			"too long":                  {policy.TooLong, "U0YAMADA", func(x *access.Wish) { x.Duration = 13 * time.Hour }},
			"no such entitlement":       {policy.RuleGone, "", func(x *access.Wish) { x.Entitlement = "root" }},
		} {
			g := w.refused(name, w.sent(name, c.change), c.want)
			if g.Subject.Person.Account() != c.person || (g.Reason != "") != (c.person != "") {
				t.Errorf("%s: in the ledger as %q, because %q", name, g.Subject.Person, g.Reason)
			}
		}
	})
}

// TestProgramInALoop: a sender fills neither the ledger nor the channel, whatever it calls its requests and its sessions;
// others and the next hour do not suffer for it.
func TestProgramInALoop(t *testing.T) {
	inWorld(t, func(w *world) {
		sato := w.aws.AddUser(account, "h.sato", nil)
		for i := range 150 {
			refusal := w.asks(w.sent(fmt.Sprint(i), func(x *access.Wish) { x.Sender = fmt.Sprintf("AROALOOP:%d", i) })).Refusal
			_, err := store.LoadGrant(w.t.Context(), w.db, access.WishPrefix+fmt.Sprint(i))
			if often := i >= 100; often != (refusal == access.TooMany) || often != errors.Is(err, store.ErrNotFound) {
				t.Fatalf("request %d: %q, %v", i+1, refusal, err)
			}
		}
		w.refused("another sender", w.sent("other", func(x *access.Wish) { x.Sender = sato }), access.NotSender)
		if d := w.asks(w.sent("1", func(x *access.Wish) { x.Sender = "AROALOOP:1" })); d.Refusal != access.NotNamed {
			t.Errorf("what was answered before: %+v", d)
		}
		w.wait(time.Hour)
		w.refused("an hour later", w.sent("later", func(x *access.Wish) { x.Sender = "AROALOOP:1" }), access.NotNamed)
	})
}

// TestSentWishWaitsForIAM: who sent it is not known without, so nothing is stored and the message has to come again.
func TestSentWishWaitsForIAM(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.Fault(func(fakeaws.Call) *fakeaws.Failure { return &fakeaws.Failure{Code: "ServiceFailure"} })
		x := w.sent("1", nil)
		if d, err := w.keeper.Program(w.t.Context(), x); err == nil {
			t.Errorf("decided: %+v", d)
		}
		if _, err := store.LoadGrant(w.t.Context(), w.db, x.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("in the ledger: %v", err)
		}
	})
}

// TestSentWishOfANameThatChangedHands: the user is made anew under the name before there is a card, and gets none.
func TestSentWishOfANameThatChangedHands(t *testing.T) {
	inWorld(t, func(w *world) {
		calls := 0
		w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action != "GetUser" { // the keeper looks at groups meanwhile
				return nil
			}
			if calls++; calls == 1 { // who is it?
				return nil
			}
			return &fakeaws.Failure{Code: "ServiceFailure"}
		})
		if d := w.asks(w.sent("1", nil)); d.Refusal != "" || w.wished("1").State != store.Received {
			t.Fatalf("%+v, %s", d, w.wished("1").State)
		}
		w.aws.DeleteUser(account, "t.yamada")
		w.aws.AddUser(account, "t.yamada", nil)
		w.aws.Fault(nil)
		w.wait(time.Minute)
		if g := w.wished("1"); g.State != store.Ignored || g.Note != policy.NotYourUser || w.voice.posts != 0 {
			t.Errorf("%s %s, %d cards", g.State, g.Note, w.voice.posts)
		}
		if d := w.asks(w.sent("1", nil)); d.Refusal != policy.NotYourUser {
			t.Errorf("answered once more: %+v", d)
		}
	})
}

// TestRuleGivesProgramsNothing by itself: a stolen access key is not enough. An approver is.
func TestRuleGivesProgramsNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Auto = &policy.Auto{Longest: time.Hour} })
		w.asks(w.sent("1", nil))
		if g := w.wished("1"); g.State != store.Asked || g.Auto != 0 || w.member() {
			t.Errorf("given without an approval: %+v", g)
		}
		if refusal := w.press("U0SATO", store.Approve); refusal != "" || !w.member() {
			t.Errorf("approved: %q, member %t", refusal, w.member())
		}
	})
}
