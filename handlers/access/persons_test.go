package access_test

import (
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// mapped is the Slack accounts that the configuration lists for Yamada, and later for the same person.
type mapped struct{ before, after []string }

// remapped are the ways in which a configuration comes to name a person by another account than their records do.
var remapped = map[string]mapped{
	"another order":    {[]string{"U0YAMADA", "U0YAMADA2"}, []string{"U0YAMADA2", "U0YAMADA"}},
	"a second one":     {[]string{"U0YAMADA"}, []string{"U0YAMADA2", "U0YAMADA"}},
	"another one only": {[]string{"U0YAMADA"}, []string{"U0YAMADA2"}},
}

// lists names Yamada's Slack accounts in the configuration, and leaves all else of it.
func (w *world) lists(accounts []string, logins ...people.Login) {
	w.t.Helper()
	w.govern(func(p *access.Settings) {
		persons := []people.Person{{Slack: accounts, IAM: append([]people.Login{{Account: account, User: "t.yamada"}}, logins...)}}
		for _, id := range []string{"U0SATO", "U0KATO", "U0CHIEF", "U0OTHER"} {
			persons = append(persons, people.Person{Slack: []string{id}})
		}
		p.People = people.New(persons)
	})
	w.wait(0)
}

// inRemapped runs a test for each way in which a person's accounts change between two steps.
func inRemapped(t *testing.T, test func(w *world, change func())) {
	for name, m := range remapped {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.lists(m.before)
				test(w, func() { w.lists(m.after) })
			})
		})
	}
}

func TestPersonWithOtherAccountsApprovesNothingOfTheirs(t *testing.T) {
	inRemapped(t, func(w *world, change func()) {
		w.signIn("1")
		change()
		if got := w.press("U0YAMADA2", store.Approve); got != policy.Own {
			w.t.Errorf("own request: %q", got)
		}
		w.is("1", store.Asked, false)
		w.press("U0SATO", store.Approve)
		w.wait(3 * time.Second)
		if g := w.grant("1"); g.State != store.Active { // the configuration says that it is somebody else's by now
			w.is("1", store.Asked, false)
			return
		}
		w.wait(3 * time.Hour)
		w.onExtension("U0YAMADA2", store.AskMore)
		if got := w.onExtension("U0YAMADA2", store.Agree); got != policy.Own {
			w.t.Errorf("own extension: %q", got)
		}
	})
}

func TestExtensionIsNotOnesOwnUnderAnotherAccount(t *testing.T) {
	inRemapped(t, func(w *world, change func()) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(3 * time.Hour)
		if got := w.onExtension("U0YAMADA", store.AskMore); got != "" {
			w.t.Fatal(got)
		}
		change()
		before := w.grant("1").Until
		if got := w.onExtension("U0YAMADA2", store.Agree); got != policy.Own {
			w.t.Errorf("own extension: %q", got)
		}
		if got := w.grant("1").Until; !got.Equal(before) {
			w.t.Errorf("ends %s, and not %s", got, before)
		}
	})
}

// A person finishes, withdraws, answers and sees what is theirs by whatever account the configuration gives them.
func TestPersonWithOtherAccountsEndsTheirOwn(t *testing.T) {
	inRemapped(t, func(w *world, change func()) {
		w.signIn("1")
		change()
		a, err := w.keeper.Access(w.t.Context(), "U0YAMADA2", 0)
		if err != nil || len(a.Held) != 1 || len(a.Waiting) != 0 {
			w.t.Errorf("Home shows %d held, %d to decide, %v", len(a.Held), len(a.Waiting), err)
		}
		if got := w.press("U0YAMADA2", store.Withdraw); got != "" {
			w.t.Errorf("withdraw: %q", got)
		}
	})
	inRemapped(t, func(w *world, change func()) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(5 * time.Second)
		w.is("1", store.Active, true)
		change()
		if got, _, err := w.keeper.Revocable(w.t.Context(), "U0SATO", "U0YAMADA2"); err != nil || len(got) != 1 {
			w.t.Errorf("revocable: %d, %v", len(got), err)
		}
		if got := w.press("U0YAMADA2", store.Finish); got != "" {
			w.t.Errorf("finish: %q", got)
		}
		w.wait(5 * time.Second)
		w.is("1", store.Ended, false)
	})
}

// An offboarding misses nothing that was given under an account that is no longer the first one, or no longer there.
func TestOffboardingEndsWhatOtherAccountsHold(t *testing.T) {
	inRemapped(t, func(w *world, change func()) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(5 * time.Second)
		w.asks(wish("2", func(x *access.Wish) { x.By = "U0YAMADA" }))
		change()
		if refusal, err := w.offboarder.Offboard(w.t.Context(), "U0CHIEF", "U0YAMADA2", "last day"); err != nil || refusal != "" {
			w.t.Fatal(refusal, err)
		}
		w.wait(30 * time.Second)
		w.is("1", store.Ended, false)
		if g := w.grant("1"); g.Outcome != store.Revoke {
			w.t.Errorf("ended by %s", g.Outcome)
		}
	})
}

// While it runs the person is given nothing, whichever account the configuration gives first by then.
func TestOffboardingIsFoundByEveryAccount(t *testing.T) {
	inRemapped(t, func(w *world, change func()) {
		w.aws.Join(account, "t.yamada", group)
		w.leads.set(false, "U0SATO", "U0YAMADA", "U0YAMADA2", "U0KATO")
		if refusal, err := w.offboarder.Offboard(w.t.Context(), "U0CHIEF", "U0YAMADA", "last day"); err != nil || refusal != "" {
			w.t.Fatal(refusal, err)
		}
		w.wait(10 * time.Second) // the last look is still to come
		change()
		w.signIn("2")
		w.wait(5 * time.Second)
		if g := w.grant("2"); g.State != store.Ignored || g.Note != people.BeingOffboarded {
			w.t.Errorf("a sign-in meanwhile is %s: %s", g.State, g.Note)
		}
		if refusal, err := w.offboarder.Offboard(w.t.Context(), "U0CHIEF", "U0YAMADA2", "again"); err != nil || refusal != people.BeingOffboarded {
			w.t.Errorf("a second offboarding: %q, %v", refusal, err)
		}
	})
}

// A key that was issued to a person by one account is deactivated when they are offboarded by another.
func TestOffboardingDeactivatesTheKeyOfAnotherAccount(t *testing.T) {
	for name, m := range remapped {
		t.Run(name, func(t *testing.T) {
			inRotation(t, nil, func(w *world, old string) {
				w.lists(m.before)
				w.govern(func(p *access.Settings) {
					p.Entitlements = append(p.Entitlements, policy.Entitlement{ID: "batch-key", Kind: "access-key", Account: account, Target: batch, Exclusive: true,
						Steps: []store.Step{{By: []string{"U0SATO"}, Count: 1}}, Within: time.Hour, Duration: time.Hour, Longest: 12 * time.Hour})
				})
				if d := w.asks(wish("1", func(x *access.Wish) { x.Entitlement = "batch-key" })); d.Refusal != "" {
					w.t.Fatal(d.Refusal)
				}
				w.pressOn(w.wished("1"), "U0SATO", store.Approve)
				w.wait(time.Minute)
				key := w.wished("1").Effects[store.FactKey]
				if key == "" {
					w.t.Fatalf("no key: %s", w.wished("1").State)
				}
				w.lists(m.after)
				if refusal, err := w.offboarder.Offboard(w.t.Context(), "U0CHIEF", "U0YAMADA2", "last day"); err != nil || refusal != "" {
					w.t.Fatal(refusal, err)
				}
				w.wait(3 * time.Minute)
				for _, k := range w.aws.Keys(account, batch) {
					if k.ID == key && k.Active {
						w.t.Error("the issued key is active")
					}
				}
			})
		})
	}
}

// Nobody keeps a membership that is their own under another account.
func TestNobodyKeepsTheirOwnUnderAnotherAccount(t *testing.T) {
	inRemapped(t, func(w *world, change func()) {
		w.aws.Join(account, "t.yamada", group)
		w.wait(6 * time.Minute)
		w.govern(func(p *access.Settings) { p.Security = []string{"U0YAMADA2", "U0YAMADA", "U0CHIEF"} })
		change()
		a, err := store.LoadAlert(w.t.Context(), w.db, store.MemberAlertID(account, group, w.userID))
		if err != nil {
			w.t.Fatal(err)
		}
		p := store.Press{ID: store.PressPrefix + "keep", By: "U0YAMADA2", Verb: store.Keep, On: a.ID, Terms: a.Terms(), Card: a.Card,
			Note: "mine", Until: w.now().Add(time.Hour)}
		if got := w.pressed(p); got != policy.Own {
			w.t.Errorf("keep: %q", got)
		}
	})
}

// Two approvers who turn out to be one person count once.
func TestTwoApproversWhoAreOnePerson(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Steps = twoOf("U0SATO", "U0KATO", "U0CHIEF") })
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.govern(func(p *access.Settings) {
			p.People = people.New([]people.Person{{Slack: []string{"U0YAMADA"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}},
				{Slack: []string{"U0KATO", "U0SATO"}}, {Slack: []string{"U0CHIEF"}}})
		})
		if got := w.press("U0KATO", store.Approve); got != policy.Voted {
			t.Errorf("by a second account: %q", got)
		}
		w.is("1", store.Asked, false)
	})
}

// Who asked for a rotation does not approve it by an account that they are named by since.
func TestRotationIsNotOnesOwnUnderAnotherAccount(t *testing.T) {
	for name, m := range remapped {
		t.Run(name, func(t *testing.T) {
			inRotation(t, func(r *access.Rotation) {
				r.Rotators, r.Steps = []string{"U0YAMADA", "U0YAMADA2"}, []store.Step{{By: []string{"U0YAMADA", "U0YAMADA2", "U0SATO"}, Count: 1}}
			}, func(w *world, _ string) {
				w.lists(m.before)
				task, d, err := w.keeper.Rotate(w.t.Context(), "U0YAMADA", "batch", "leak suspected")
				if err != nil || d.Refusal != "" {
					w.t.Fatal(d.Refusal, err)
				}
				w.wait(time.Second)
				w.lists(m.after)
				if got := w.pressTask(task.ID, "U0YAMADA2", store.Approve); got == "" {
					w.t.Error("own rotation approved")
				}
			})
		})
	}
}

func TestSamePerson(t *testing.T) {
	p := people.New([]people.Person{{Slack: []string{"U0B", "U0A"}}, {Slack: []string{"U0C"}}})
	for _, c := range []struct {
		a, b store.Person
		want bool
	}{{"U0A", "U0B", true}, {"U0A", "U0A", true}, {"U0A", "U0C", false}, {"U0X", "U0X", true}, {"U0X", "U0A", false}, {"", "", false}, {"", "U0A", false}} {
		if got := p.Same(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %t", c.a, c.b, got)
		}
		if got := p.Same(c.b, c.a); got != c.want {
			t.Errorf("%q and %q the other way: %t", c.a, c.b, got)
		}
	}
	if got := p.Accounts("U0A"); !slices.Equal(got, []string{"U0B", "U0A"}) {
		t.Errorf("accounts of a person by their second one: %v", got)
	}
}
