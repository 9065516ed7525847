package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// inBarredWorld has a role whose requests neither Sato, who has two accounts, nor S0OPS, which is Chief, may approve.
func inBarredWorld(t *testing.T, test func(w *world, deployer string)) {
	t.Helper()
	inRoleWorld(t, func(w *world, deployer, _ string) {
		w.leads.set(false, "U0SATO", "U0SATO2", "U0YAMADA", "U0KATO")
		w.leads.also("S0OPS", "U0CHIEF")
		w.govern(func(p *access.Settings) {
			p.Programs = slices.Clone(p.Programs)
			p.Programs[1].NotBy = []string{"U0SATO2", "usergroup:S0OPS"}
			p.People = people.New([]people.Person{
				{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}},
				{Slack: []string{"U0SATO", "U0SATO2"}}, {Slack: []string{"U0KATO"}}, {Slack: []string{"U0CHIEF", "U0CHIEF2"}}, {Slack: []string{"U0OTHER"}}})
		})
		test(w, deployer)
	})
}

// TestRoleBars: who can act as a role does not approve what it asks for, by whatever account; others do.
func TestRoleBars(t *testing.T) {
	inBarredWorld(t, func(w *world, deployer string) {
		if d := w.asks(w.sent("1", from(deployer+"run"))); d.Refusal != "" {
			t.Fatalf("refused: %+v", d)
		}
		if g := w.voice.card(); !slices.Equal(g.NotBy, []string{"U0SATO2", "usergroup:S0OPS"}) {
			t.Errorf("the card names %v", g.NotBy)
		}
		for _, barred := range []string{"U0SATO", "U0SATO2", "U0CHIEF"} {
			if refusal := w.press(barred, store.Approve); refusal != policy.RoleBarred {
				t.Errorf("approved by %s: %q", barred, refusal)
			}
			g := w.voice.card()
			limited := store.Press{ID: store.PressPrefix + "with-" + barred, By: barred, Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card,
				Duration: 30 * time.Minute, Note: "Shorter."}
			if refusal := w.pressed(limited); refusal != policy.RoleBarred {
				t.Errorf("approved for less by %s: %q", barred, refusal)
			}
		}
		if g := w.wished("1"); len(g.Approvals) > 0 || w.member() {
			t.Fatalf("approved: %+v", g.Approvals)
		}
		if refusal := w.press("U0KATO", store.Approve); refusal != "" || !w.member() {
			t.Errorf("approved by somebody else: %q, member %t", refusal, w.member())
		}
	})
}

// TestRoleBarsNobodyElse: what the person asks for by hand, the same people may approve.
func TestRoleBarsNobodyElse(t *testing.T) {
	inBarredWorld(t, func(w *world, deployer string) {
		w.asks(w.sent("1", from(deployer+"run")))
		if refusal := w.press("U0YAMADA", store.Withdraw); refusal != "" {
			t.Fatal(refusal)
		}
		w.asks(wish("2", nil))
		if refusal := w.press("U0SATO", store.Approve); refusal != "" || !w.member() {
			t.Errorf("approved: %q, member %t", refusal, w.member())
		}
	})
}

// TestRoleBarsAVote: a vote is an approval as well.
func TestRoleBarsAVote(t *testing.T) {
	inBarredWorld(t, func(w *world, deployer string) {
		w.ruled(func(e *policy.Entitlement) { e.Steps = twoOf("usergroup:S0LEADS", "U0CHIEF", "U0OTHER") })
		w.asks(w.sent("1", from(deployer+"run")))
		if refusal := w.press("U0SATO", store.Approve); refusal != policy.RoleBarred {
			t.Errorf("voted: %q", refusal)
		}
		w.press("U0KATO", store.Approve)
		if refusal := w.press("U0CHIEF", store.Approve); refusal != policy.RoleBarred || w.member() {
			t.Errorf("the last vote: %q, member %t", refusal, w.member())
		}
		if refusal := w.press("U0OTHER", store.Approve); refusal != "" || !w.member() {
			t.Errorf("approved: %q, member %t", refusal, w.member())
		}
	})
}

// TestRoleBarsEscalated: a request that comes to them late is still not theirs.
func TestRoleBarsEscalated(t *testing.T) {
	inBarredWorld(t, func(w *world, deployer string) {
		w.ruled(func(e *policy.Entitlement) {
			e.Steps = []store.Step{{By: []string{"U0KATO"}, Count: 1}}
			e.Escalation = &policy.Escalation{After: time.Hour, To: []string{"U0SATO", "usergroup:S0OPS", "U0OTHER"}}
		})
		w.asks(w.sent("1", from(deployer+"run")))
		w.wait(time.Hour + time.Minute)
		for _, barred := range []string{"U0SATO", "U0CHIEF"} {
			if refusal := w.press(barred, store.Approve); refusal != policy.RoleBarred {
				t.Errorf("approved by %s: %q", barred, refusal)
			}
		}
		if refusal := w.press("U0OTHER", store.Approve); refusal != "" || !w.member() {
			t.Errorf("approved: %q, member %t", refusal, w.member())
		}
	})
}

// TestRoleBarsAnExtension of what it was given.
func TestRoleBarsAnExtension(t *testing.T) {
	inBarredWorld(t, func(w *world, deployer string) {
		w.asks(w.sent("1", from(deployer+"run")))
		w.press("U0KATO", store.Approve)
		if refusal := w.onExtension("U0YAMADA", store.AskMore); refusal != "" {
			t.Fatal(refusal)
		}
		for _, barred := range []string{"U0SATO", "U0CHIEF"} {
			if refusal := w.onExtension(barred, store.Agree); refusal != policy.RoleBarred {
				t.Errorf("%s agreed: %q", barred, refusal)
			}
		}
		if refusal := w.onExtension("U0KATO", store.Agree); refusal != "" {
			t.Error(refusal)
		}
	})
}

// TestRoleBarsAsOfNow: the configuration counts as it is at the press, and again when AWS is touched.
func TestRoleBarsAsOfNow(t *testing.T) {
	bar := func(who ...string) func(*access.Settings) {
		return func(p *access.Settings) {
			p.Programs = slices.Clone(p.Programs)
			p.Programs[1].NotBy = who
		}
	}
	gone := func(p *access.Settings) { p.Programs = p.Programs[:1] }
	notForUser := func(p *access.Settings) {
		p.Programs = slices.Clone(p.Programs)
		p.Programs[1].Users = []people.Login{{Account: account, User: "h.sato"}}
	}
	renamed := func(p *access.Settings) { p.Accounts = map[string]string{account: "main"} }
	for name, c := range map[string]struct {
		change func(*access.Settings)
		want   string
	}{
		"barred":              {bar("U0KATO"), policy.RoleBarred},
		"barred by a group":   {bar("usergroup:S0LEADS"), policy.RoleBarred},
		"barred no more":      {bar("U0OTHER"), ""},
		"role gone":           {gone, policy.RoleGone},
		"no longer for him":   {notForUser, policy.RoleGone},
		"account has another": {renamed, policy.RoleGone},
	} {
		t.Run("press, "+name, func(t *testing.T) {
			inBarredWorld(t, func(w *world, deployer string) {
				w.asks(w.sent("1", from(deployer+"run")))
				w.govern(c.change)
				if refusal := w.press("U0KATO", store.Approve); refusal != c.want || w.member() != (c.want == "") {
					t.Errorf("%q, member %t; want %q", refusal, w.member(), c.want)
				}
			})
		})
		t.Run("start, "+name, func(t *testing.T) {
			inBarredWorld(t, func(w *world, deployer string) {
				w.asks(w.sent("1", func(x *access.Wish) { x.Sender, x.From = deployer+"run", time.Now().Add(2*time.Hour) }))
				if refusal := w.press("U0KATO", store.Approve); refusal != "" || w.member() {
					t.Fatalf("approved: %q, member %t", refusal, w.member())
				}
				w.govern(c.change)
				w.wait(2*time.Hour + time.Minute)
				if g := w.wished("1"); w.member() != (c.want == "") || g.Note != c.want {
					t.Errorf("member %t, %s %s %q; want %q", w.member(), g.State, g.Outcome, g.Note, c.want)
				}
			})
		})
		t.Run("agree, "+name, func(t *testing.T) {
			inBarredWorld(t, func(w *world, deployer string) {
				w.asks(w.sent("1", from(deployer+"run")))
				w.press("U0KATO", store.Approve)
				w.onExtension("U0YAMADA", store.AskMore)
				w.govern(c.change)
				if refusal := w.onExtension("U0KATO", store.Agree); refusal != c.want {
					t.Errorf("%q, want %q", refusal, c.want)
				}
			})
		})
	}
}

// TestRoleLeavesNobody: what only they could approve is refused; a later end of it as well.
func TestRoleLeavesNobody(t *testing.T) {
	inBarredWorld(t, func(w *world, deployer string) {
		w.ruled(func(e *policy.Entitlement) {
			e.Steps = []store.Step{{By: []string{"U0SATO", "usergroup:S0OPS", "U0YAMADA"}, Count: 1}}
		})
		w.refused("nobody else", w.sent("1", from(deployer+"run")), policy.NoApprover)
	})
	inBarredWorld(t, func(w *world, deployer string) {
		w.ruled(func(e *policy.Entitlement) { e.Steps = twoOf("U0SATO", "U0KATO", "usergroup:S0OPS") })
		w.refused("too few", w.sent("1", from(deployer+"run")), policy.NoApprover)
		if d := w.asks(w.sent("2", nil)); d.Refusal != "" {
			t.Errorf("the user's own: %+v", d)
		}
	})
}

// TestRoleWaitsForItsGroup: while Slack does not say who is barred nothing is decided, nor pressed.
func TestRoleWaitsForItsGroup(t *testing.T) {
	inBarredWorld(t, func(w *world, deployer string) {
		w.govern(func(p *access.Settings) {
			p.Programs = slices.Clone(p.Programs)
			p.Programs[1].NotBy = []string{"usergroup:S0GONE"}
		})
		if d, err := w.keeper.Program(w.t.Context(), w.sent("1", from(deployer+"run"))); err == nil {
			t.Errorf("decided: %+v", d)
		}
	})
	inBarredWorld(t, func(w *world, deployer string) {
		w.asks(w.sent("1", from(deployer+"run")))
		w.govern(func(p *access.Settings) {
			p.Programs = slices.Clone(p.Programs)
			p.Programs[1].NotBy = []string{"usergroup:S0GONE"}
		})
		g := w.voice.card()
		press := store.Press{ID: store.PressPrefix + "unknown", By: "U0KATO", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card}
		if err := w.keeper.Press(w.t.Context(), press); err != nil {
			t.Fatal(err)
		}
		w.wait(time.Minute)
		if len(w.wished("1").Approvals) > 0 || w.member() {
			t.Error("approved while nobody knows who is barred")
		}
	})
}

// TestRoleBarsFromCalls: they are not asked to decide, and see nothing that waits for them.
func TestRoleBarsFromCalls(t *testing.T) {
	inBarredWorld(t, func(w *world, deployer string) {
		for _, account := range []string{"U0SATO", "U0CHIEF2", "U0CHIEF", "U0KATO"} {
			w.keeper.Open(account, 0)
		}
		w.asks(w.sent("1", from(deployer+"run")))
		w.wait(time.Minute)
		if got := w.voice.calls(); !slices.Equal(got, []string{"U0KATO"}) {
			t.Errorf("asked %v", got)
		}
		w.sees("U0KATO", 0, 1, 0)
		for _, barred := range []string{"U0SATO", "U0CHIEF"} {
			w.sees(barred, 0, 0, 0)
		}
	})
	inBarredWorld(t, func(w *world, deployer string) { // the thread calls them, if there are many
		persons := []people.Person{{Slack: []string{"U0YAMADA"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}}, {Slack: []string{"U0SATO", "U0SATO2"}}}
		by := []string{"U0SATO", "usergroup:S0OPS"}
		for i := range 12 {
			by = append(by, fmt.Sprint("U0LEAD", i))
			persons = append(persons, people.Person{Slack: by[len(by)-1:]})
		}
		w.govern(func(p *access.Settings) {
			p.People = people.New(persons)
			p.Entitlements[0].Steps = []store.Step{{By: by, Count: 1}}
		})
		w.asks(w.sent("1", from(deployer+"run")))
		w.wait(time.Minute)
		if got := w.voice.calls(); len(got) != 1 || got[0] != "all "+strings.Join(by[2:], " ") {
			t.Errorf("called %v", got)
		}
	})
}
