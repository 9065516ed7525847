package access_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// wish is what package bot hands over: a form that was filled in well.
func wish(id string, change func(*access.Wish)) access.Wish {
	w := access.Wish{ID: access.WishPrefix + id, By: "U0YAMADA", Entitlement: rule, Duration: time.Hour, Reason: "Roll back."}
	if change != nil {
		change(&w)
	}
	return w
}

// asks sends a form, and returns the refusal at its fields, or "".
func (w *world) asks(wish access.Wish) policy.Decision {
	w.t.Helper()
	take := w.keeper.Request
	if wish.Sender != "" {
		take = w.keeper.Program
	}
	d, err := take(w.t.Context(), wish)
	if err != nil {
		w.t.Fatal(err)
	}
	w.wait(0)
	return d
}

func (w *world) wished(id string) store.Grant {
	w.t.Helper()
	g, err := store.LoadGrant(w.t.Context(), w.db, access.WishPrefix+id)
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

// TestWishLives: asked for, approved, given, and over at its end. A sign-in in between does not prolong it.
func TestWishLives(t *testing.T) {
	inWorld(t, func(w *world) {
		if d := w.asks(wish("1", nil)); d.Refusal != "" {
			t.Fatalf("refused: %+v", d)
		}
		g := w.wished("1")
		if g.State != store.Asked || g.Subject != (store.Subject{User: "t.yamada", UserID: w.userID, Person: "U0YAMADA"}) || g.Reason != "Roll back." ||
			g.Duration != time.Hour || g.Target != group || len(w.voice.cards) == 0 || w.voice.dms[0].ID != g.ID {
			t.Errorf("asked: %+v", g)
		}
		if refusal := w.press("U0YAMADA2", store.Approve); refusal != policy.Own {
			t.Errorf("approved by the requester's other account: %q", refusal)
		}
		if refusal := w.press("U0SATO", store.Approve); refusal != "" || !w.member() {
			t.Errorf("approved: %q, member %t", refusal, w.member())
		}
		until := w.wished("1").Until
		w.wait(30 * time.Minute)
		w.signIn("1")
		asked := w.voice.dms[len(w.voice.dms)-1]
		if g := w.wished("1"); g.Until != until || w.grant("1").State != store.Merged || asked.Latest().Address == "" || g.Signin != (store.Signin{}) {
			t.Errorf("after a sign-in it ends %s, was %s; the person was asked about %+v", g.Until, until, asked.Latest())
		}
		if d := w.asks(wish("2", nil)); d.Refusal != access.Already || d.Why[len(d.Why)-1].Facts["until"] != fmt.Sprint(until.Unix()) {
			t.Errorf("asked for once more: %+v", d)
		}
		w.wait(31 * time.Minute)
		if w.member() || w.wished("1").Outcome != store.Expire {
			t.Errorf("after its end: member %t, %s", w.member(), w.wished("1").Outcome)
		}
	})
}

// TestWishIsRefused at the form: nothing of it is in the ledger. What a form says that none of ours could say is a
// forged one.
func TestWishIsRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) {
			one := p.Entitlements[0]
			more := func(id string, change func(*policy.Entitlement)) {
				e := one
				e.ID, e.OnLogin = id, false
				change(&e)
				p.Entitlements = append(p.Entitlements, e)
			}
			more("strict", func(e *policy.Entitlement) {
				e.ReasonRequired, e.Ticket = true, &policy.Ticket{Pattern: regexp.MustCompile(`\AOPS-\d+\z`), Example: "OPS-1"}
			})
			more("others", func(e *policy.Entitlement) { e.Askers = []string{"U0KATO"} })
			more("never", func(e *policy.Entitlement) { e.Excluded = []string{"U0YAMADA2"} })
			more("alone", func(e *policy.Entitlement) { e.Steps = []store.Step{{By: []string{"U0YAMADA"}, Count: 1}} })
			p.People = people.New([]people.Person{{Slack: []string{"U0SATO"}}, {Slack: []string{"U0GUEST"}}, {Slack: []string{"U0STRANGER"}},
				{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}},
				{Slack: []string{"U0KATO"}, IAM: []people.Login{{Account: account, User: "kato"}, {Account: account, User: "kato2"}, {Account: "210987654321", User: "k"}}}})
		})
		for name, c := range map[string]struct {
			want   string
			change func(*access.Wish)
		}{
			"no such entitlement":   {policy.RuleGone, func(x *access.Wish) { x.Entitlement = "root" }},
			"for others":            {policy.NotAsker, func(x *access.Wish) { x.Entitlement = "others" }},
			"excluded":              {policy.Excluded, func(x *access.Wish) { x.Entitlement = "never" }},
			"nobody could approve":  {policy.NoApprover, func(x *access.Wish) { x.Entitlement = "alone" }},
			"too long":              {policy.TooLong, func(x *access.Wish) { x.Duration = 13 * time.Hour }},
			"too short":             {policy.TooShort, func(x *access.Wish) { x.Duration = -time.Hour }},
			"blank reason":          {policy.NoReason, func(x *access.Wish) { x.Entitlement, x.Reason, x.Ticket = "strict", " \n", "OPS-1" }},
			"wrong ticket":          {policy.NoTicket, func(x *access.Wish) { x.Entitlement, x.Ticket = "strict", "OPS-1 or so" }},
			"another's user":        {policy.NotYourUser, func(x *access.Wish) { x.User = "kato" }},
			"no user in IAM":        {access.NoUser, func(x *access.Wish) { x.By, x.User = "U0KATO", "kato" }},
			"which of two":          {policy.NotYourUser, func(x *access.Wish) { x.By = "U0KATO" }},
			"user of other account": {policy.NotYourUser, func(x *access.Wish) { x.By, x.User = "U0KATO", "k" }},
			"without a user":        {access.NoUsers, func(x *access.Wish) { x.By = "U0SATO" }},
			"unmapped":              {policy.NoPerson, func(x *access.Wish) { x.By = "U0NOBODY" }},
			"a guest":               {people.Guest, func(x *access.Wish) { x.By = "U0GUEST" }},
			"of another workspace":  {people.Stranger, func(x *access.Wish) { x.By = "U0STRANGER" }},
		} {
			w.refuses(name, wish(name, c.change), c.want)
		}
		if w.writes() != 0 || len(w.voice.cards) != 0 {
			t.Errorf("%d writes, %d cards", w.writes(), len(w.voice.cards))
		}
	})
}

// TestAllThatIsWrongIsSaidAtOnce: what stands in the fields of the form is looked through whole. Who may not ask reads that alone.
func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) {
			e := &p.Entitlements[0]
			e.ReasonRequired, e.Ticket = true, &policy.Ticket{Pattern: regexp.MustCompile(`\AOPS-\d+\z`), Example: "OPS-123"}
			closed := *e
			closed.ID, closed.Hours = "closed", &policy.Hours{Zone: time.UTC, Refuse: true}
			p.Entitlements = append(p.Entitlements, closed)
		})
		long, past := 13*time.Hour, time.Now().Add(-time.Hour)
		for name, c := range map[string]struct {
			change func(*access.Wish)
			want   string
		}{
			"all":        {func(x *access.Wish) { x.Duration, x.Reason, x.Ticket, x.User = long, "…", "7", "kato" }, "too_long no_reason no_ticket not_your_user"},
			"two":        {func(x *access.Wish) { x.Reason, x.Ticket = " ", "" }, "no_reason no_ticket"},
			"hours":      {func(x *access.Wish) { x.Entitlement, x.Reason, x.Ticket = "closed", "", "OPS-1" }, "no_reason outside_hours"},
			"the start":  {func(x *access.Wish) { x.From, x.Reason, x.Ticket = past, "", "OPS-1" }, "start_past no_reason"},
			"the end":    {func(x *access.Wish) { x.To, x.Ticket = past, "7" }, "end_past no_ticket"},
			"the person": {func(x *access.Wish) { x.By, x.From, x.Reason = "U0NOBODY", past, "" }, "no_person"},
		} {
			x := wish("1", c.change)
			var got []string
			for _, r := range w.asks(x).Refusals() {
				got = append(got, r.Key)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
			w.refuses(name, x, got[0])
		}
	})
}

// refuses checks that a wish is refused, and that nothing of it is stored.
func (w *world) refuses(name string, x access.Wish, want string) {
	w.t.Helper()
	if d := w.asks(x); d.Refusal != want {
		w.t.Errorf("%s: %+v, want %q", name, d, want)
	}
	if _, err := store.LoadGrant(w.t.Context(), w.db, x.ID); !errors.Is(err, store.ErrNotFound) {
		w.t.Errorf("%s: in the ledger: %v", name, err)
	}
}

func TestOffers(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) {
			one := p.Entitlements[0]
			for id, change := range map[string]func(*policy.Entitlement){
				"others": func(e *policy.Entitlement) { e.Askers = []string{"U0KATO"} },
				"gone":   func(e *policy.Entitlement) { e.Askers = []string{"usergroup:S0GONE"} }, // a user group that Slack does not know
				"alone":  func(e *policy.Entitlement) { e.Steps = []store.Step{{By: []string{"U0YAMADA"}, Count: 1}} },
			} {
				e := one
				e.ID = id
				change(&e)
				p.Entitlements = append(p.Entitlements, e)
			}
			p.People = people.New([]people.Person{{Slack: []string{"U0YAMADA"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}},
				{Slack: []string{"U0KATO"}, IAM: []people.Login{{Account: account, User: "kato"}}}})
		})
		for by, want := range map[string][]string{"U0YAMADA": {"alone no_approver", rule + " "}, "U0KATO": {"alone ", "others ", rule + " "}} {
			offers, refusal, err := w.keeper.Offers(w.t.Context(), by)
			var got []string
			for _, o := range offers {
				got = append(got, o.ID+" "+o.Decision.Refusal)
			}
			if slices.Sort(got); err != nil || refusal != "" || !slices.Equal(got, want) {
				t.Errorf("%s is offered %q, %q, %v", by, got, refusal, err)
			}
		}
		w.govern(func(p *access.Settings) { // where one has no IAM user there is nothing to ask for
			elsewhere := p.Entitlements[0]
			elsewhere.ID, elsewhere.Account = "elsewhere", "210987654321"
			p.Entitlements, p.Accounts["210987654321"] = []policy.Entitlement{p.Entitlements[0], elsewhere}, "staging"
			p.People = people.New([]people.Person{{Slack: []string{"U0SATO"}}, {Slack: []string{"U0GUEST"}},
				{Slack: []string{"U0YAMADA"}, IAM: []people.Login{{Account: "210987654321", User: "t.yamada"}}}})
		})
		if offers, refusal, err := w.keeper.Offers(w.t.Context(), "U0YAMADA"); len(offers) != 1 || offers[0].ID != "elsewhere" || refusal != "" || err != nil {
			t.Errorf("offers where there is a user: %+v, %q, %v", offers, refusal, err)
		}
		for by, want := range map[string]string{"U0NOBODY": policy.NoPerson, "U0GUEST": people.Guest, "U0SATO": access.NoUsers} {
			if offers, refusal, err := w.keeper.Offers(w.t.Context(), by); len(offers) > 0 || refusal != want || err != nil {
				t.Errorf("%s is offered %+v, %q, %v", by, offers, refusal, err)
			}
		}
	})
}

// TestWishTwice: the same form is one request. Another one does not take its place: whoever wants something else takes it back.
func TestWishTwice(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Steps = twoOf("U0SATO", "U0KATO") })
		w.asks(wish("1", nil))
		w.asks(wish("1", nil))
		w.press("U0SATO", store.Approve)
		w.asks(wish("1", nil)) // a redelivery
		if g := w.wished("1"); g.Chain.Seq != 3 || len(g.Approvals) != 1 || w.voice.posts != 1 {
			t.Errorf("%d entries, %d approvals, %d cards", g.Chain.Seq, len(g.Approvals), w.voice.posts)
		}
		other := wish("2", func(x *access.Wish) { x.Duration, x.Reason = 2*time.Hour, "Roll forward." })
		if d := w.asks(other); d.Refusal != access.Waits {
			t.Errorf("another: %q", d.Refusal)
		}
		if g := w.wished("1"); g.Chain.Seq != 3 || len(g.Approvals) != 1 || w.voice.posts != 1 {
			t.Errorf("%d entries, %d approvals, %d cards", g.Chain.Seq, len(g.Approvals), w.voice.posts)
		}
		if refusal := w.press("U0YAMADA", store.Withdraw); refusal != "" {
			t.Fatal(refusal)
		}
		if d := w.asks(other); d.Refusal != "" || len(w.wished("2").Approvals) != 0 {
			t.Errorf("another once it is withdrawn: %q", d.Refusal)
		}
	})
}

// TestWishAndSignIn: a request takes the place of what a sign-in asked for; a sign-in changes nothing that was asked for.
func TestWishAndSignIn(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.asks(wish("1", nil))
		if g := w.grant("1"); g.Origin != store.Requested || g.Duration != time.Hour || g.Reason == "" || g.Signin.Address == "" || w.voice.posts != 1 {
			t.Errorf("%+v", g)
		}
		w.signIn("2")
		if g := w.grant("1"); g.Origin != store.Requested || g.Duration != time.Hour || g.Reason == "" || w.grant("2").Into != g.ID {
			t.Errorf("%+v", g)
		}
	})
}

func TestWithdraw(t *testing.T) {
	inWorld(t, func(w *world) {
		w.asks(wish("1", nil))
		for _, user := range []string{"U0SATO", "U0CHIEF", "U0NOBODY"} {
			if refusal := w.press(user, store.Withdraw); refusal != access.NotYours {
				t.Errorf("%s withdraws: %q", user, refusal)
			}
		}
		if refusal := w.press("U0YAMADA2", store.Withdraw); refusal != "" || w.wished("1").State != store.Withdrawn {
			t.Errorf("withdrawn: %q, %s", refusal, w.wished("1").State)
		}
		if refusal := w.press("U0SATO", store.Approve); refusal != access.Late {
			t.Errorf("approved: %q", refusal)
		}
		if d := w.asks(wish("2", nil)); d.Refusal != "" || w.wished("2").State != store.Asked {
			t.Errorf("asked again: %+v, %s", d, w.wished("2").State)
		}
		w.press("U0SATO", store.Approve)
		if refusal := w.press("U0YAMADA", store.Withdraw); refusal != access.Late {
			t.Errorf("withdrawn what is given: %q", refusal)
		}
	})
}

// TestRuleGivesAtOnce what was asked for by hand; nothing beyond what it gives by itself.
func TestRuleGivesAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Auto = &policy.Auto{Longest: time.Hour} })
		w.asks(wish("1", func(x *access.Wish) { x.Duration = 61 * time.Minute }))
		if w.member() || w.wished("1").State != store.Asked {
			t.Errorf("given without an approval: %+v", w.wished("1"))
		}
		w.press("U0YAMADA", store.Withdraw)
		w.asks(wish("2", nil))
		if g := w.wished("2"); !w.member() || !g.ByRule() || g.Until != g.Max {
			t.Errorf("not given by the rule: %+v", g)
		}
	})
}

// TestWishWhileAWSHangs: the form is answered in time, and asked for when AWS answers.
func TestWishWhileAWSHangs(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.Fault(func(fakeaws.Call) *fakeaws.Failure { return &fakeaws.Failure{Hang: true} })
		from := time.Now()
		if d, err := w.keeper.Request(w.t.Context(), wish("1", nil)); err != nil || d.Refusal != "" || time.Since(from) > 1500*time.Millisecond {
			t.Errorf("%+v, %v after %s", d, err, time.Since(from))
		}
		w.aws.Fault(nil)
		w.wait(time.Minute)
		if g := w.wished("1"); g.State != store.Asked {
			t.Errorf("%s %s", g.State, g.Note)
		}
	})
}

// TestWishNeverProlongs what a person has, also where that is only found out once IAM answers.
func TestWishNeverProlongs(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		until := w.grant("1").Until
		w.aws.Fault(func(fakeaws.Call) *fakeaws.Failure { return &fakeaws.Failure{Code: "ServiceFailure"} })
		w.asks(wish("1", func(x *access.Wish) { x.Duration = 12 * time.Hour }))
		w.aws.Fault(nil)
		w.wait(time.Minute)
		if g := w.wished("1"); g.State != store.Ignored || g.Note != access.Already || !w.grant("1").Until.Equal(until) {
			t.Errorf("%s %s, access ends %s, did %s", g.State, g.Note, w.grant("1").Until, until)
		}
	})
}

// TestWishIsDecidedAgain once IAM answers: who was somebody else by then, or may no longer ask, is told so, and has no card.
func TestWishIsDecidedAgain(t *testing.T) {
	for name, change := range map[string]func(*world){
		"the user is gone":     func(w *world) { w.aws.DeleteUser(account, "t.yamada") },
		"may not ask any more": func(w *world) { w.govern(func(p *access.Settings) { p.Entitlements[0].Askers = []string{"U0KATO"} }) },
		"the rule is gone":     func(w *world) { w.govern(func(p *access.Settings) { p.Entitlements[0].ID = "another" }) },
		"is another's user now": func(w *world) {
			w.govern(func(p *access.Settings) {
				p.People = people.New([]people.Person{{Slack: []string{"U0KATO"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}}})
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.aws.Fault(func(fakeaws.Call) *fakeaws.Failure { return &fakeaws.Failure{Code: "ServiceFailure"} })
				if d := w.asks(wish("1", nil)); d.Refusal != "" || w.wished("1").State != store.Received {
					t.Fatalf("while IAM is down: %+v, %s", d, w.wished("1").State)
				}
				change(w)
				w.aws.Fault(nil)
				w.wait(time.Minute)
				if g := w.wished("1"); g.State != store.Ignored || len(w.voice.dms) != 2 || w.voice.dms[1].State != g.State || w.voice.posts != 0 {
					t.Errorf("%s %s, %d DMs, %d cards", g.State, g.Note, len(w.voice.dms), w.voice.posts)
				}
			})
		})
	}
}

// TestWishWhileAWSIsDown: who asks hears at once that AWS does not answer yet, and on the same message what comes of it.
func TestWishWhileAWSIsDown(t *testing.T) {
	for name, c := range map[string]struct {
		first func(*world)
		want  store.State
	}{
		"asked":  {func(*world) {}, store.Asked},
		"merged": {func(w *world) { w.signIn("1") }, store.Merged},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				c.first(w)
				before := len(w.voice.dms)
				w.aws.Fault(func(fakeaws.Call) *fakeaws.Failure { return &fakeaws.Failure{Code: "ServiceFailure"} })
				if d := w.asks(wish("1", nil)); d.Refusal != "" {
					t.Fatalf("refused: %+v", d)
				}
				if dms := w.voice.dms[before:]; len(dms) != 1 || dms[0].State != store.Received || dms[0].DM.TS != "" || w.wished("1").Trouble == "" {
					t.Fatalf("at once: %+v", dms)
				}
				w.wait(30 * time.Minute)
				for _, g := range w.voice.dms[before+1:] { // another kind of trouble redraws it
					if g.State != store.Received || g.DM.TS == "" {
						t.Errorf("while it is down: %+v", g)
					}
				}
				w.aws.Fault(nil)
				w.wait(time.Minute)
				var last store.Grant
				for _, g := range w.voice.dms[before:] {
					if g.ID == w.wished("1").ID {
						last = g
					}
				}
				if g := w.wished("1"); g.State != c.want || last.State != c.want || !strings.HasPrefix(last.DM.TS, g.ID) || g.Trouble != "" {
					t.Errorf("%s, and the message says %s at %+v", g.State, last.State, last.DM)
				}
			})
		})
	}
}

// TestOfferOfARuleThatWantsAReason: the form is not refused for what nobody has written yet.
func TestOfferOfARuleThatWantsAReason(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) {
			p.Entitlements[0].ReasonRequired = true
			p.Entitlements[0].Ticket = &policy.Ticket{Pattern: regexp.MustCompile(`\AOPS-\d+\z`), Example: "OPS-1"}
		})
		offers, refusal, err := w.keeper.Offers(t.Context(), "U0YAMADA")
		if err != nil || refusal != "" || len(offers) != 1 || offers[0].Decision.Refusal != "" {
			t.Errorf("%+v, %q, %v", offers, refusal, err)
		}
	})
}
