package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const spare = "spare" // an IAM user whom the configuration lists under nobody

// The columns of the table of tags.
const (
	byColleague = "given to the colleague"
	noCard      = "no card"
)

// tags are what an IAM user can be tagged with, by what becomes of the approval that U0SATO gives, if tags count.
var tags = []struct {
	name, tag, want string
}{
	{"a colleague", "U0OTHER", byColleague},
	{"oneself", "U0SATO", policy.Own},
	{"one's own second account", "U0SATO2", policy.Own},
	{"one's own second account that nobody has listed", "U0SATO9", policy.NoHolder},
	{"somebody who is not listed", "U0NOBODY", policy.NoHolder},
	{"a guest", "U0GUEST", noCard},
	{"somebody of another workspace", "U0STRANGER", noCard},
	{"a bot", "U0BOT", noCard},
	{"somebody who has left", "U0GONE", noCard},
	{"a guest who is not listed", "U0GUEST9", policy.NoHolder},
	{"an id that Slack does not know", "U0UNKNOWN", policy.NoHolder},
	{"no id", "HERE", policy.NoHolder},
	{"a mention", "<@U0OTHER>", policy.NoHolder},
	{"an id in small letters", "u0other", policy.NoHolder},
	{"a blank in front", " U0OTHER", policy.NoHolder},
	{"nothing", "", policy.NoHolder},
}

// inTags runs a test in a world where people of every kind are listed, and U0SATO approves.
func inTags(t *testing.T, matchTag bool, test func(w *world)) {
	t.Helper()
	inWorld(t, func(w *world) {
		w.leads.leave("U0GONE", "U0UNKNOWN")
		w.govern(func(p *access.Settings) {
			p.MatchTag = matchTag
			p.People = people.New([]people.Person{{Slack: []string{"U0SATO", "U0SATO2"}}, {Slack: []string{"U0CHIEF"}}, {Slack: []string{"U0OTHER"}},
				{Slack: []string{"U0GUEST"}}, {Slack: []string{"U0STRANGER"}}, {Slack: []string{"U0BOT"}}, {Slack: []string{"U0GONE"}},
				{Slack: []string{"U0KATO"}}})
		})
		test(w)
	})
}

// asSpare is a sign-in of the user who is tagged.
func (w *world) asSpare(id, userID string) {
	w.t.Helper()
	w.receive(access.Request{ID: "login-" + id, Origin: store.SignIn, Account: account, User: spare,
		Signin: store.Signin{At: time.Now(), Address: "203.0.113.9", MFA: "yes", Principal: userID}})
}

// Whatever an IAM user is tagged with, nobody approves for himself, and nobody gets access who is not a member of the
// workspace. Without match_tag no tag counts.
func TestTags(t *testing.T) {
	for _, matchTag := range []bool{false, true} {
		for _, c := range tags {
			t.Run(fmt.Sprintf("%s, match_tag %t", c.name, matchTag), func(t *testing.T) {
				want := c.want
				if !matchTag {
					want = policy.NoHolder
				}
				inTags(t, matchTag, func(w *world) {
					w.asSpare("1", w.tagged(c.tag))
					got := noCard
					if len(w.voice.cards) > 0 {
						got = w.press("U0SATO", store.Approve)
					}
					g := w.grant("1")
					if got == "" {
						got = byColleague
						if g.Subject.Person != "U0OTHER" || g.Subject.KnownBy != store.ByTag {
							t.Errorf("given to %+v", g.Subject)
						}
					}
					member := w.spareIsMember()
					if got != want || member != (want == byColleague) {
						t.Errorf("%q, want %q; member %t; %s %q", got, want, member, g.State, g.Note)
					}
				})
			})
		}
	}
}

const slackTag = "sekisho:slack-user-id"

// tagged makes the spare user somebody's, as far as AWS says.
func (w *world) tagged(tag string) string {
	return w.aws.AddUser(account, spare, map[string]string{slackTag: tag})
}

// spareIsMember tells whether the user who is tagged is in the group.
func (w *world) spareIsMember() bool { return slices.Contains(w.aws.Members(account, group), spare) }

// What the configuration says of an IAM user holds, whatever the user is tagged with.
func TestTheConfigurationWinsOverTheTag(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.TagUser(account, "t.yamada", slackTag, "U0SATO")
		w.signIn("1")
		if s := w.grant("1").Subject; s.Person != "U0YAMADA" || s.KnownBy != "" {
			t.Errorf("%+v", s)
		}
		if refusal := w.press("U0SATO", store.Approve); refusal != "" {
			t.Error(refusal)
		}
		w.is("1", store.Active, true)
	})
}

// A tag that leads to nobody is not made up for by the user's name.
func TestATagThatContradictsTheName(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.MatchEmail = true })
		w.aws.AddUser(account, "h.sato@example.com", map[string]string{slackTag: "U0NOBODY"})
		w.receive(access.Request{ID: "login-1", Origin: store.SignIn, Account: account, User: "h.sato@example.com"})
		if s := w.grant("1").Subject; s.Person != "" || s.KnownBy != "" {
			t.Errorf("%+v", s)
		}
	})
}

// What the tag said when it was asked for must still be so before AWS is touched, and tags must still count.
func TestTheTagChangesBeforeItIsGiven(t *testing.T) {
	for name, change := range map[string]func(*world){
		"another person's":           func(w *world) { w.aws.TagUser(account, spare, slackTag, "U0KATO") },
		"the approver's":             func(w *world) { w.aws.TagUser(account, spare, slackTag, "U0SATO") },
		"nobody's":                   func(w *world) { w.aws.TagUser(account, spare, slackTag, "U0NOBODY") },
		"gone":                       func(w *world) { w.aws.TagUser(account, spare, slackTag, "") },
		"of somebody who is no more": func(w *world) { w.govern(func(p *access.Settings) { p.People = people.New(team()[:4]) }) },
		"of no account any more":     func(w *world) { w.govern(func(p *access.Settings) { p.MatchTag = false }) },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.asSpare("1", w.tagged("U0OTHER"))
				w.aws.Fault(failing("GetUser", fakeaws.Failure{Code: "Throttling"}))
				if refusal := w.press("U0SATO", store.Approve); refusal != "" {
					t.Fatal(refusal)
				}
				change(w)
				w.aws.Fault(nil)
				w.wait(time.Minute)
				if g := w.grant("1"); g.Outcome != store.Refuse || g.Note != policy.RuleChanged || w.spareIsMember() || w.writes() > 0 {
					t.Errorf("%s, %s %q, member %t, %d writes", g.State, g.Outcome, g.Note, w.spareIsMember(), w.writes())
				}
			})
		})
	}
}

// A user whom the configuration listed when it was approved, and whom only a tag knows by now, is not given what the card
// showed as the configuration's.
func TestOnlyATagIsLeftBeforeItIsGiven(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.TagUser(account, "t.yamada", slackTag, "U0YAMADA")
		w.signIn("1")
		w.aws.Fault(failing("GetUser", fakeaws.Failure{Code: "Throttling"}))
		w.press("U0SATO", store.Approve)
		w.govern(func(p *access.Settings) {
			p.People = people.New(append(team()[1:], people.Person{Slack: []string{"U0YAMADA"}}))
		})
		w.aws.Fault(nil)
		w.wait(time.Minute)
		if g := w.grant("1"); g.Outcome != store.Refuse || g.Note != policy.RuleChanged || w.writes() > 0 {
			t.Errorf("%s, %s %q, %d writes", g.State, g.Outcome, g.Note, w.writes())
		}
	})
}

// A request that is open shows whom the tag names now, and what was approved for another is not. A grant that runs is
// neither prolonged nor taken over by whom the tag names now.
func TestTheTagChangesBetweenSignIns(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.Entitlements[0].Steps = twoOf("usergroup:S0LEADS") })
		id := w.tagged("U0OTHER")
		w.asSpare("1", id)
		w.press("U0SATO", store.Approve)
		w.aws.TagUser(account, spare, slackTag, "U0SATO")
		w.asSpare("2", id)
		if g := w.voice.card(); g.Subject.Person != "U0SATO" || len(g.Approvals) != 0 {
			t.Errorf("the card shows %+v with %v", g.Subject, g.Approvals)
		}
		if refusal := w.press("U0SATO", store.Approve); refusal != policy.Own {
			t.Errorf("for himself: %q", refusal)
		}
	})
	inWorld(t, func(w *world) {
		id := w.tagged("U0OTHER")
		w.asSpare("1", id)
		w.press("U0KATO", store.Approve)
		until := w.grant("1").Until
		w.wait(time.Hour)
		for _, tag := range []string{"U0SATO", ""} {
			w.aws.TagUser(account, spare, slackTag, tag)
			w.asSpare("by "+tag, id)
			if g := w.grant("by " + tag); g.State != store.Ignored || g.Note != access.InUse {
				t.Errorf("tagged %q: %s %q", tag, g.State, g.Note)
			}
		}
		if g := w.grant("1"); g.State != store.Active || !g.Until.Equal(until) || g.Subject.Person != "U0OTHER" {
			t.Errorf("%s until %s, %+v", g.State, g.Until, g.Subject)
		}
		w.aws.TagUser(account, spare, slackTag, "U0OTHER")
		w.asSpare("later", id)
		if g := w.grant("1"); !g.Until.After(until) {
			t.Error("whom the tag names again is not prolonged for")
		}
	})
}

// A rule gives nothing by itself to somebody whom only a tag or an e-mail address knows: whoever may tag users in AWS, or
// name them, would be given it.
func TestNoRuleGivesToWhomOnlyAWSKnows(t *testing.T) {
	for user, tags := range map[string]map[string]string{spare: {slackTag: "U0SATO"}, "h.sato@example.com": nil} {
		inWorld(t, func(w *world) {
			w.govern(func(p *access.Settings) { p.MatchEmail = true })
			w.ruled(func(e *policy.Entitlement) { e.Auto = &policy.Auto{Longest: 2 * e.Duration} })
			w.aws.AddUser(account, user, tags)
			w.receive(access.Request{ID: "login-1", Origin: store.SignIn, Account: account, User: user, Signin: store.Signin{At: time.Now()}})
			w.press("U0SATO", store.Mine)
			if g := w.grant("1"); g.State != store.Asked || g.Auto != 0 || g.Answer != store.Mine || w.writes() > 0 {
				t.Errorf("%s: %s, by itself for %s, answered %q, %d writes", user, g.State, g.Auto, g.Answer, w.writes())
			}
			w.signIn("2") // whom the configuration lists it gives to
			w.press("U0YAMADA", store.Mine)
			if g := w.grant("2"); g.State != store.Active || !g.ByRule() {
				t.Errorf("the configuration's: %s, %v", g.State, g.Approvals)
			}
		})
	}
}

// To whom Slack has for a guest, a stranger or a bot, or no longer at all, nothing is given: by any account of theirs, and
// whenever that came to be.
func TestAHolderIsAMemberOfTheWorkspace(t *testing.T) {
	become := map[string]func(w *world){
		people.HolderOutside: func(w *world) { w.leads.become("U0YAMADA", "U0YAMADA2") },
		people.HolderLeft:    func(w *world) { w.leads.leave("U0YAMADA", "U0YAMADA2") },
		"":                   func(w *world) { w.leads.become("U0YAMADA"); w.leads.leave("U0NOBODY") },
	}
	for want, change := range become {
		state, note := store.Ended, want
		if want == "" {
			state = store.Active
		}
		inWorld(t, func(w *world) { // before the sign-in
			change(w)
			w.signIn("1")
			if g := w.grant("1"); (g.State == store.Ignored) != (want != "") || g.Note != note || (len(w.voice.cards) == 0) != (want != "") {
				t.Errorf("%q before the sign-in: %s %q, %d cards", want, g.State, g.Note, len(w.voice.cards))
			}
		})
		inWorld(t, func(w *world) { // before the press
			w.signIn("1")
			change(w)
			if got := w.press("U0SATO", store.Approve); got != want {
				t.Errorf("%q before the press: %q", want, got)
			}
		})
		inWorld(t, func(w *world) { // before AWS is touched
			w.signIn("1")
			w.aws.Fault(failing("GetUser", fakeaws.Failure{Code: "Throttling"}))
			w.press("U0SATO", store.Approve)
			change(w)
			w.aws.Fault(nil)
			w.wait(time.Minute)
			if g := w.grant("1"); g.State != state || g.Note != note || (w.writes() > 0) != (want == "") {
				t.Errorf("%q before it is given: %s %q, %d writes", want, g.State, g.Note, w.writes())
			}
		})
		given(t, func(w *world) { // before it is prolonged
			until := w.grant("1").Until
			w.onExtension("U0YAMADA2", store.AskMore)
			change(w)
			if got := w.onExtension("U0KATO", store.Agree); got != want {
				t.Errorf("%q before it is prolonged: %q", want, got)
			}
			if g := w.grant("1"); g.Until.After(until) != (want == "") {
				t.Errorf("%q: prolonged %t", want, g.Until.After(until))
			}
		})
	}
}

// While Slack does not say whether the holder is a member, the card is drawn, and nothing is given.
func TestAHolderOfWhomSlackSaysNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) {
			p.Entitlements[0].Steps = []store.Step{{By: []string{"U0CHIEF"}, Count: 1}}
		})
		w.leads.silent("U0YAMADA", "U0YAMADA2")
		w.signIn("1")
		g := w.voice.card()
		p := store.Press{ID: store.PressPrefix + "silent", By: "U0CHIEF", Verb: store.Approve, On: g.ID, Terms: g.Terms(), Card: g.Card}
		if err := w.keeper.Press(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		w.wait(time.Minute)
		w.is("1", store.Asked, false)
		w.leads.silent()
		w.wait(time.Minute)
		w.is("1", store.Active, true)
	})
}
