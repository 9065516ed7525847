package access_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// failing lets AWS fail every call of an action in one way.
func failing(action string, f fakeaws.Failure) func(fakeaws.Call) *fakeaws.Failure {
	return func(c fakeaws.Call) *fakeaws.Failure {
		if c.Action == action || action == "" {
			return &f
		}
		return nil
	}
}

func TestTwoApproveAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		g := w.voice.card()
		for i := range 20 { // ten redeliveries of two presses
			p := store.Press{ID: fmt.Sprint("press-", i%2), By: []string{"U0SATO", "U0KATO"}[i%2], Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card}
			go func() {
				if err := w.keeper.Press(context.Background(), p); err != nil {
					t.Error(err)
				}
			}()
		}
		w.wait(time.Minute)
		w.is("1", store.Active, true)
		if g := w.grant("1"); len(g.Approvals) != 1 {
			t.Errorf("approvals: %v", g.Approvals)
		}
		if len(w.voice.answers) != 1 || w.voice.answers[0].Refusal != access.Late || w.voice.answers[0].Facts["by"] != w.grant("1").Approvals[0].By {
			t.Errorf("answers: %+v", w.voice.answers)
		}
		if got := w.writes(); got != 1 {
			t.Errorf("%d writes to AWS", got)
		}
	})
}

func TestTwoApprovalsNeeded(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Steps = twoOf("usergroup:S0LEADS") })
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.is("1", store.Asked, false)
		if refusal := w.press("U0SATO", store.Approve); refusal != policy.Voted {
			t.Errorf("the same person again: %q", refusal)
		}
		w.press("U0KATO", store.Approve)
		w.is("1", store.Active, true)
	})
}

// Everything is asked again before AWS is touched: what changes between the press and the act counts.
func TestChangedBetweenPressAndAct(t *testing.T) {
	yamada := []people.Login{{Account: account, User: "t.yamada"}}
	mapped := func(persons ...people.Person) func(*world) {
		return func(w *world) { w.govern(func(p *access.Settings) { p.People = people.New(persons) }) }
	}
	for name, c := range map[string]struct {
		change func(*world)
		want   string
	}{
		"the approver leaves the group":           {func(w *world) { w.leads.set(false, "U0KATO") }, policy.NotApprover},
		"the approver is unmapped":                {mapped(people.Person{Slack: []string{"U0YAMADA"}, IAM: yamada}), policy.NoPerson},
		"the approver turns out to be the holder": {mapped(people.Person{Slack: []string{"U0YAMADA", "U0SATO"}, IAM: yamada}), policy.Own},
		"the IAM user is another person's":        {mapped(people.Person{Slack: []string{"U0SATO"}}, people.Person{Slack: []string{"U0KATO"}, IAM: yamada}), policy.RuleChanged},
		"the rule is removed":                     {func(w *world) { w.govern(func(p *access.Settings) { p.Entitlements = nil }) }, policy.RuleGone},
		"the rule is of another group":            {func(w *world) { w.govern(func(p *access.Settings) { p.Entitlements[0].Target = "admins" }) }, policy.RuleChanged},
		"the user is deleted":                     {func(w *world) { w.aws.DeleteUser(account, "t.yamada") }, policy.UserGone},
		"the user is made anew": {func(w *world) {
			w.aws.DeleteUser(account, "t.yamada")
			w.aws.AddUser(account, "t.yamada", nil)
		}, policy.UserGone},
	} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			w.stop() // the press is stored, and judged under the old rules
			w.aws.Fault(failing("GetUser", fakeaws.Failure{Code: "Throttling"}))
			w.run()
			w.press("U0SATO", store.Approve)
			w.is("1", store.Approved, false)
			c.change(w)
			asked := len(w.aws.Calls())
			w.aws.Fault(nil)
			w.wait(time.Minute)
			if g := w.grant("1"); g.State != store.Ended || g.Outcome != store.Refuse || g.Note != c.want {
				t.Errorf("%s: %s, %s %q, want %q", name, g.State, g.Outcome, g.Note, c.want)
			}
			calls := slices.DeleteFunc(w.aws.Calls()[asked:], func(c fakeaws.Call) bool { return c.Action == "GetGroup" }) // of the looks at groups
			if len(calls) > 1 {
				t.Errorf("%s: refused by the first answer about the user, and AWS was asked for %v", name, calls)
			}
			if w.writes() != 0 {
				t.Errorf("%s: %d writes to AWS", name, w.writes())
			}
		})
	}
}

// To a person who has left nothing is given, whenever that was, as long as no account of theirs is left either.
func TestARequesterWhoHasLeft(t *testing.T) {
	given(t, func(w *world) { // and nothing is prolonged
		w.onExtension("U0YAMADA", store.AskMore)
		w.leads.leave("U0YAMADA", "U0YAMADA2")
		if got := w.onExtension("U0KATO", store.Agree); got != people.HolderLeft {
			t.Errorf("an extension: %q", got)
		}
		if got := w.press("U0KATO", store.Revoke); got != "" {
			t.Errorf("revoked: %q", got)
		}
	})
	inWorld(t, func(w *world) { // before the press
		w.signIn("1")
		w.leads.leave("U0YAMADA", "U0YAMADA2")
		if got := w.press("U0SATO", store.Approve); got != people.HolderLeft {
			t.Errorf("before the press: %q", got)
		}
		if got := w.press("U0SATO", store.Deny); got != "" {
			t.Errorf("denied: %q", got)
		}
	})
	for gone, want := range map[string]store.State{"U0YAMADA U0YAMADA2": store.Ended, "U0YAMADA": store.Active} {
		inWorld(t, func(w *world) { // between the press and the act
			w.signIn("1")
			w.aws.Fault(failing("GetUser", fakeaws.Failure{Code: "Throttling"}))
			w.press("U0SATO", store.Approve)
			w.leads.leave(strings.Fields(gone)...)
			w.aws.Fault(nil)
			w.wait(time.Minute)
			if g := w.grant("1"); g.State != want || want == store.Ended && (g.Note != people.HolderLeft || w.writes() > 0) {
				t.Errorf("%s left: %s, %s %q, %d writes", gone, g.State, g.Outcome, g.Note, w.writes())
			}
		})
	}
}

// A revoke during a running apply is durable at once; undoing waits for the apply, whatever came of it.
func TestRevokeWhileGiving(t *testing.T) {
	for name, f := range map[string]fakeaws.Failure{
		"the answer is lost":   {Hang: true, Done: true},
		"nothing happened":     {Hang: true},
		"it lands a bit later": {Hang: true, Done: true, Delay: 30 * time.Second},
		"it lands much later":  {Hang: true, Done: true, Delay: 5 * time.Minute},
	} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			w.aws.Fault(failing("AddUserToGroup", f))
			w.press("U0SATO", store.Approve)
			w.wait(time.Second)
			if refusal := w.press("U0KATO", store.Revoke); refusal != "" {
				t.Errorf("%s: %s", name, refusal)
			}
			if g := w.grant("1"); g.State != store.Ending {
				t.Errorf("%s: after the press it is %s", name, g.State)
			}
			w.wait(12 * time.Minute) // the second recheck has been
			w.is("1", store.Ended, false)
		})
	}
}

func TestWhatCannotBeGiven(t *testing.T) {
	for code, spoil := range map[string]func(*world){
		"NoSuchEntity": func(w *world) { w.aws.DeleteGroup(account, group) },
		"LimitExceeded": func(w *world) {
			for i := range 10 {
				w.aws.AddGroup(account, fmt.Sprint("g", i))
				w.aws.Join(account, "t.yamada", fmt.Sprint("g", i))
			}
		},
	} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			spoil(w)
			w.press("U0SATO", store.Approve)
			w.wait(time.Minute)
			if g := w.voice.card(); g.State != store.Ended || g.Outcome != store.Refuse || g.Note != code {
				t.Errorf("the card says %s, %s %q, want %q", g.State, g.Outcome, g.Note, code)
			}
		})
	}
}

// AWS fails in every way, before the effect and after it; when it answers again, everything is as it should be.
func TestAWSFails(t *testing.T) {
	for name, f := range map[string]fakeaws.Failure{
		"throttled":    {Code: "Throttling"},
		"denied":       {Code: "AccessDenied"},
		"broken":       {Code: "ServiceFailure", Status: 500},
		"broken after": {Code: "ServiceFailure", Status: 500, Done: true},
		"cut before":   {},
		"cut after":    {Done: true},
		"silent":       {Hang: true},
		"silent after": {Hang: true, Done: true},
	} {
		for _, action := range []string{"GetUser", "ListGroupsForUser", "AddUserToGroup", "RemoveUserFromGroup"} {
			inWorld(t, func(w *world) {
				w.aws.Fault(failing(action, f))
				w.signIn("1")
				w.wait(2 * time.Minute)
				if action == "GetUser" {
					w.aws.Fault(nil)
					w.wait(2*time.Minute + 5*time.Second) // the longest pause of what begins
				}
				w.press("U0SATO", store.Approve)
				w.wait(2 * time.Minute)
				w.aws.Fault(nil)
				w.wait(2*time.Minute + 30*time.Second) // a hanging try and a pause
				w.is("1", store.Active, true)
				w.aws.Fault(failing(action, f))
				w.press("U0YAMADA", store.Finish)
				w.wait(2 * time.Minute)
				w.aws.Fault(nil)
				w.wait(40 * time.Second)
				w.is("1", store.Ended, false)
				w.entries("1") // whose chain holds
				if t.Failed() {
					t.Fatalf("%s, %s", action, name)
				}
			})
		}
	}
}

// AWS is down for a day: nothing is given up, the trouble is told once, and access ends within a minute. Package app has the week,
// with a thousand grants.
func TestAWSIsDownForADay(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.aws.Fault(failing("", fakeaws.Failure{Code: "ServiceUnavailable", Status: 503}))
		w.wait(4*time.Hour + 5*time.Minute)
		w.is("1", store.Ending, true)
		if g := w.voice.card(); g.Trouble != "ServiceUnavailable" {
			t.Errorf("five minutes after the end the card says nothing of it: %+v", g)
		}
		w.wait(24 * time.Hour)
		if n := w.happened("1", store.Fail); n != 1 {
			t.Errorf("told %d times in a day", n)
		}
		w.aws.Fault(nil)
		w.wait(time.Minute)
		w.is("1", store.Ended, false)
	})
}

// Slack's outage delays cards and nothing else.
func TestSlackIsDown(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.voice.setDown(true)
		w.leads.set(true)
		w.wait(4*time.Hour + 5*time.Second)
		w.is("1", store.Ended, false)
		w.signIn("2")
		w.is("2", store.Asked, false)
		w.leads.set(false, "U0SATO")
		w.voice.setDown(false)
		w.wait(20 * time.Second)
		if g := w.voice.cardOf("login-1"); g.State != store.Ended {
			t.Errorf("the card says %s", g.State)
		}
		for _, v := range []store.Verb{store.Expire, store.Undo} {
			if !slices.Contains(w.voice.lines, v) {
				t.Errorf("never told: %s", v)
			}
		}
		w.pressOn(w.voice.cardOf("login-2"), "U0SATO", store.Approve)
		w.is("2", store.Active, true)
	})
}

// A press that nobody can judge while Slack does not tell who is in the group waits, and is judged once.
func TestGroupsUnknown(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.leads.set(true)
		g := w.voice.card()
		p := store.Press{ID: "press-1", By: "U0SATO", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card}
		if err := w.keeper.Press(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		w.wait(time.Minute)
		w.is("1", store.Asked, false)
		w.leads.set(false, "U0SATO")
		w.wait(20 * time.Second)
		w.is("1", store.Active, true)
	})
}

// A ledger that cannot be written refuses what comes in, so that nobody is told it was taken, and works again after.
func TestDiskFull(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Within = time.Hour })
		w.signIn("1")
		w.stop()
		full := &fullDB{DB: w.db, full: true}
		w.keeper.DB = full
		w.run()
		if err := w.keeper.Receive(t.Context(), access.Request{ID: "login-2", Account: account, User: "t.yamada"}); !errors.Is(err, errFull) {
			t.Errorf("receive: %v", err)
		}
		if err := w.keeper.Press(t.Context(), store.Press{ID: "press-1"}); !errors.Is(err, errFull) {
			t.Errorf("press: %v", err)
		}
		w.wait(2 * time.Hour)
		w.is("1", store.Asked, false)
		w.stop()
		full.full = false
		w.run()
		w.wait(5 * time.Second)
		w.is("1", store.Lapsed, false)
	})
}

var errFull = errors.New("no space left on device")

type fullDB struct {
	store.DB
	full bool
}

func (d *fullDB) Put(ctx context.Context, docs ...store.Doc) error {
	if d.full {
		return errFull
	}
	return d.DB.Put(ctx, docs...)
}

// What makes the program panic must not keep other access from ending.
func TestOnePanicsTheOthersEnd(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.stop()
		w.keeper.Clouds["broken"] = broken{}
		w.given(store.Grant{ID: "login-bad", Kind: "broken", Account: account, Subject: store.Subject{UserID: "X"}}, nil)
		bad := w.grant("bad")
		bad, err := bad.After(store.Entry{Verb: store.Expire, By: store.Self, At: time.Now()})
		if err := cmp.Or(err, store.Save(t.Context(), w.db, &bad)); err != nil {
			t.Fatal(err)
		}
		w.run()
		w.press("U0YAMADA", store.Finish)
		w.wait(10 * time.Second)
		w.is("1", store.Ended, false)
		if g := w.grant("bad"); g.State != store.Ending {
			t.Errorf("the bad one is %s", g.State)
		}
	})
}

type broken struct{ access.Cloud }

func (broken) Step(context.Context, store.Grant) (handlers.Result, error) { panic("broken") }

// A shutdown lets what has begun come to its end.
func TestShutdownFinishesWhatRuns(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "AddUserToGroup" {
				go w.stop()
				time.Sleep(time.Second)
			}
			return nil
		})
		g := w.voice.card()
		p := store.Press{ID: "press-1", By: "U0SATO", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card}
		if err := w.keeper.Press(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		w.wait(10 * time.Second)
		w.is("1", store.Active, true)
		if g := w.grant("1"); g.Claim.Owner != "" {
			t.Error("the claim was not given back")
		}
		w.stop = func() {}
	})
}

// stopsAt is a ledger that tells when a lane looks what is due.
type stopsAt struct {
	store.DB
	lane store.Lane
	then func()
}

func (s stopsAt) Due(ctx context.Context, queue string, now time.Time, limit int) ([]store.Row, error) {
	rows, err := s.DB.Due(ctx, queue, now, limit)
	if queue == string(s.lane) && len(rows) > 0 {
		s.then()
	}
	return rows, err
}

// What begins access and is found to be due in the moment in which the bot is told to stop is left for the next start.
func TestShutdownTakesUpNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ctx, cancel := context.WithCancel(t.Context())
		w.db = stopsAt{w.db, store.Give, cancel}
		w.keeper = w.newKeeper()
		w.signIn("1")
		w.keeper.Run(ctx)
		if g := w.grant("1"); g.State != store.Received {
			t.Errorf("after the stop it is %s", g.State)
		}
	})
}

// A flood of sign-ins does not keep access from ending in time.
func TestFlood(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(4*time.Hour - time.Second)
		w.aws.Fault(failing("GetUser", fakeaws.Failure{Code: "Throttling"}))
		for i := range 3000 {
			w.receive(access.Request{ID: fmt.Sprint("login-flood-", i), Account: account, User: fmt.Sprint("user", i)})
		}
		w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "GetUser" && c.Params["UserName"] != "t.yamada" {
				return &fakeaws.Failure{Hang: true}
			}
			return nil
		})
		w.wait(4 * time.Second)
		w.is("1", store.Ended, false)
	})
}

// An add that lands after its grant has ended, and before the next one is planned, is not what was there before.
func TestLateLandingIsNotAMembershipOfOnesOwn(t *testing.T) {
	inWorld(t, func(w *world) {
		w.signIn("1")
		w.aws.Fault(failing("AddUserToGroup", fakeaws.Failure{Hang: true, Done: true, Delay: 40 * time.Second}))
		w.press("U0SATO", store.Approve)
		w.wait(5 * time.Second)
		w.press("U0KATO", store.Revoke)
		w.aws.Fault(nil)
		w.wait(40 * time.Second)
		w.is("1", store.Ended, true) // it has landed, and the first recheck is still to come
		w.signIn("2")
		w.press("U0SATO", store.Approve)
		w.is("2", store.Active, true)
		w.wait(24 * time.Hour)
		w.is("2", store.Ended, false)
	})
}
