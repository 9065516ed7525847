package bot

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// The people of the tests.
const (
	yamada = "U0YAMADA" // holds the IAM user
	sato   = "U0SATO"   // approves
	kato   = "U0KATO"   // approves too
	mori   = "U0MORI"   // of two steps
)

// people are theirs, as Slack knows them.
func workspaceUsers() []fakeslack.User {
	return []fakeslack.User{
		{ID: yamada, Name: "t.yamada", RealName: "山田 太郎", Locale: "ja-JP", TZ: "Asia/Tokyo"},
		{ID: sato, Name: "h.sato", RealName: "佐藤 花子", Locale: "ja-JP", TZ: "Asia/Tokyo"},
		{ID: kato, Name: "kato", RealName: "Kato", Locale: "en-US", TZ: "Asia/Tokyo"},
	}
}

var (
	tokyo     = time.FixedZone("JST", 9*60*60)
	signedIn  = time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	languages = []string{"en", "ja"}
)

func penIn(language string) Pen { return Pen{Words: In(language), Zone: tokyo} }

// request is one that waits for its approval.
func request() store.Grant {
	return store.Grant{
		ID: "login-7f1c5d42-9a0b-4f4e-8a53-1f2e3d4c5b6a", Origin: store.SignIn, Kind: "iam-group", Entitlement: "prod-operator",
		Account: "123456789012", AccountName: "production",
		Subject: store.Subject{User: "t.yamada", UserID: "AIDAEXAMPLE", Person: yamada}, Target: "jit-prod-operators",
		Signin:   store.Signin{At: signedIn, Address: "203.0.113.7", MFA: "yes"},
		Duration: 4 * time.Hour, Longest: 12 * time.Hour, Steps: []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}}, Lapses: signedIn.Add(24 * time.Hour),
		State: store.Asked,
	}
}

func changed(change func(*store.Grant)) store.Grant {
	g := request()
	change(&g)
	return g
}

// unsaidBy is a grant that was extended before the ledger kept by whom.
func unsaidBy(g store.Grant) store.Grant {
	g.Extended = store.Extended{}
	return g
}

func needsTwo(g *store.Grant) { g.Steps = []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 2}} }

// byHand was asked for by a person, who has not signed in.
func byHand(g *store.Grant) {
	wanted(g)
	g.ID, g.Origin, g.Signin = "request-20261122T050000Z-V0AAAAAAAA1-0011aabb", store.Requested, store.Signin{}
}

// byRole was asked for by a program, with a role.
func byRole(g *store.Grant) {
	byHand(g)
	g.ID, g.Program, g.Role = "request-queue-00112233445566778899aabbccddeeff", true, "production/deployer"
	g.NotBy = []string{"usergroup:S0OPS", kato}
}

// needsBoth asks for one of a group and two of another, and what can do much harm.
func needsBoth(g *store.Grant) {
	g.Steps, g.Risk = []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}, {By: []string{"usergroup:S0CHIEFS"}, Count: 2}}, store.High
}

// escalates comes to be decided on by more people, one of them its holder.
func escalates(g *store.Grant) {
	g.Asked, g.Escalation = signedIn, store.Escalation{At: signedIn.Add(time.Hour), To: []string{"usergroup:S0ONCALL", yamada, kato}}
}

// wanted has what a requester wrote.
func wanted(g *store.Grant) {
	g.Reason, g.Ticket = "Roll back release 214:\nthe *checkout* is down.", "OPS-214"
}

// ahead was asked for by hand, for an hour of tomorrow.
func ahead(g *store.Grant) {
	byHand(g)
	g.From, g.To, g.Duration = signedIn.Add(19*time.Hour), signedIn.Add(20*time.Hour), time.Hour
}

// later and until have one of the two.
func later(g *store.Grant) { ahead(g); g.To = time.Time{} }
func until(g *store.Grant) { ahead(g); g.From = time.Time{} }

func byItself(g *store.Grant) { g.Auto, g.Longest = 4*time.Hour, 4*time.Hour }

// lived is the grant after entries, a minute apart, the first a minute after the sign-in.
func lived(t *testing.T, g store.Grant, entries ...store.Entry) store.Grant {
	t.Helper()
	for i, e := range entries {
		e.At = signedIn.Add(time.Duration(i+1) * time.Minute)
		if e.By == "" {
			e.By = store.Self
		}
		if e.Verb == store.Approve {
			voted := g
			voted.Approvals = append(slices.Clip(g.Approvals), store.Approval{Duration: e.Duration})
			_, e.Until = voted.Term(e.At)
		}
		if e.Verb == store.AskMore {
			g.Extension.Steps = g.Steps
		}
		var err error
		if g, err = g.After(e); err != nil {
			t.Fatalf("live through %s: %v", e.Verb, err)
		}
	}
	return g
}

// What happens in the lives below.
var (
	vote    = store.Entry{Verb: store.Vote, By: kato, Steps: []int{1}}
	approve = store.Entry{Verb: store.Approve, By: sato, Steps: []int{1}}
	itself  = store.Entry{Verb: store.Approve, By: store.Rule}
	plan    = store.Entry{Verb: store.Plan, Facts: map[string]string{"was_member": "false"}}
	kept    = store.Entry{Verb: store.Plan, Facts: map[string]string{"was_member": "true"}}
	apply   = store.Entry{Verb: store.Apply}
	expire  = store.Entry{Verb: store.Expire}
	revoke  = store.Entry{Verb: store.Revoke, By: sato}
	finish  = store.Entry{Verb: store.Finish, By: yamada}
	agree   = store.Entry{Verb: store.Agree, By: kato, Steps: []int{1}}
	decline = store.Entry{Verb: store.Decline, By: sato, Note: denied}
	retract = store.Entry{Verb: store.Retract, By: yamada}
	undo    = store.Entry{Verb: store.Undo}

	escalate = store.Entry{Verb: store.Escalate}
	denied   = "Not during the release freeze.\nPlease ask again on Monday."
)

// knownBy makes a grant that of a user whose person only AWS names.
func knownBy(by store.KnownBy) func(*store.Grant) {
	return func(g *store.Grant) { g.Subject.KnownBy = by }
}

// again is another sign-in, with the entries that handlers make of it.
func again(t *testing.T, g store.Grant, s store.Signin, more ...store.Entry) store.Grant {
	t.Helper()
	var seen store.Seen
	s.At = signedIn.Add(2 * time.Hour)
	g, seen = g.SignedIn(s, s.At, len(more) > 0)
	if !seen.Told {
		t.Fatal("it is not told")
	}
	e := store.Entry{Verb: store.Again, Facts: map[string]string{"from": "login-2", "address": s.Address, "mfa": s.MFA}}
	if s.First {
		e.Facts["first"] = "true"
	}
	if g.State == store.Asked && len(g.Approvals) > 0 {
		var accounts []string
		g, accounts = g.Recalled(store.BySignIn, false)
		e.Facts[store.FactRecalled] = strings.Join(accounts, " ")
	}
	if len(more) > 0 && more[0].Verb == "" {
		e.Note, more = more[0].Note, more[1:]
	}
	if len(more) > 0 && more[0].Verb == store.Extend {
		e.Verb, e.Until, more = store.Extend, more[0].Until, more[1:]
	}
	for i, e := range append([]store.Entry{e}, more...) {
		e.By, e.At = store.Self, s.At.Add(time.Duration(i)*time.Second)
		if e.Verb == store.AskMore {
			g.Extension = store.Extension{Steps: g.Steps, Signin: &s}
		}
		var err error
		if g, err = g.After(e); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// Sign-ins after the first.
var (
	fromElsewhere = store.Signin{Address: "198.51.100.23", MFA: "no", First: true}
	asBefore      = store.Signin{Address: "203.0.113.7", MFA: "yes"}
	asksLater     = store.Entry{Verb: store.AskMore, Until: signedIn.Add(6 * time.Hour)}
	endsLater     = store.Entry{Verb: store.Extend, Until: signedIn.Add(6 * time.Hour)}
)

// shorter is an approval, or a vote, for an hour of four, with a comment.
func shorter(verb store.Verb, by string) store.Entry {
	return store.Entry{Verb: verb, By: by, Steps: []int{1}, Duration: time.Hour, Note: "Only the *restart*,\nnot the migration."}
}

func failed(code string) store.Entry  { return store.Entry{Verb: store.Fail, Note: code} }
func refused(code string) store.Entry { return store.Entry{Verb: store.Refuse, Note: code} }

// extend is the holder's, for eight hours.
func extend() store.Entry {
	return store.Entry{Verb: store.AskMore, By: yamada, Until: signedIn.Add(8 * time.Hour)}
}

// prolong makes it true.
func prolong(by string) store.Entry {
	return store.Entry{Verb: store.Prolong, By: by, Until: signedIn.Add(8 * time.Hour), Steps: []int{1}}
}

// cards are the grants whose cards the golden files show: every state, every outcome, and what can be missing.
func cards(t *testing.T) map[string]store.Grant {
	t.Helper()
	one := request()
	two := changed(needsTwo)
	life2 := []store.Entry{vote, approve, plan, apply}
	return map[string]store.Grant{
		"asked":                 one,
		"asked-unmapped":        changed(func(g *store.Grant) { g.Subject.Person = "" }),
		"asked-by-tag":          changed(knownBy(store.ByTag)),
		"asked-by-email":        changed(knownBy(store.ByEmail)),
		"active-by-tag":         lived(t, changed(knownBy(store.ByTag)), approve, plan, apply),
		"asked-1-of-2":          lived(t, two, vote),
		"asked-unknown":         changed(func(g *store.Grant) { g.Signin = store.Signin{} }),
		"asked-no-mfa":          changed(func(g *store.Grant) { g.Signin.MFA = "no" }),
		"asked-steps":           lived(t, changed(needsBoth), vote),
		"asked-steps-one":       lived(t, changed(needsBoth), store.Entry{Verb: store.Vote, By: kato, Steps: []int{1, 2}}),
		"asked-allows-iam":      changed(func(g *store.Grant) { needsBoth(g); g.AllowsIAM = true }),
		"asked-reason":          changed(wanted),
		"asked-auto":            changed(byItself),
		"active-by-rule":        lived(t, changed(byItself), mine, itself, plan, apply),
		"active-steps":          lived(t, changed(needsBoth), store.Entry{Verb: store.Vote, By: mori, Steps: []int{1, 2}}, vote, store.Entry{Verb: store.Approve, By: sato, Steps: []int{2}}, plan, apply),
		"approved":              lived(t, one, approve),
		"approved-trouble":      lived(t, one, approve, plan, failed("Throttling")),
		"active":                lived(t, one, approve, plan, apply),
		"active-2-of-2":         lived(t, two, vote, approve, plan, apply),
		"active-kept":           lived(t, one, approve, kept, apply),
		"active-extension":      lived(t, two, slices.Concat(life2, []store.Entry{extend(), agree})...),
		"active-extension-high": lived(t, changed(needsBoth), store.Entry{Verb: store.Vote, By: mori, Steps: []int{1, 2}}, vote, store.Entry{Verb: store.Approve, By: sato, Steps: []int{2}}, plan, apply, extend()),
		"active-max":            lived(t, one, approve, plan, apply, store.Entry{Verb: store.Extend, Until: signedIn.Add(12*time.Hour + time.Minute)}),
		"ending":                lived(t, one, approve, plan, apply, expire),
		"ending-trouble":        lived(t, one, approve, plan, apply, expire, failed("AccessDenied")),
		"ended-expired":         lived(t, one, approve, plan, apply, expire, undo),
		"ended-revoked":         lived(t, one, approve, plan, apply, revoke, undo),
		"ended-finished":        lived(t, one, approve, plan, apply, finish, undo),
		"ended-kept":            lived(t, one, approve, kept, apply, expire, undo),
		"asked-new-address":     changed(func(g *store.Grant) { g.Signin.MFA, g.Signin.First = "no", true }),
		"asked-mfa-unclear":     changed(func(g *store.Grant) { g.Signin.MFA = "" }),
		"active-no-mfa":         lived(t, changed(func(g *store.Grant) { g.Signin.MFA, g.Signin.First = "no", true }), approve, plan, apply),
		"asked-besides":         again(t, lived(t, two, vote), fromElsewhere),
		"active-besides":        again(t, lived(t, one, approve, plan, apply), fromElsewhere),
		"active-besides-asks":   again(t, lived(t, one, approve, plan, apply), fromElsewhere, asksLater),
		"active-besides-longer": again(t, lived(t, one, approve, plan, apply), asBefore, endsLater),
		"active-besides-both":   again(t, lived(t, again(t, one, fromElsewhere), approve, plan, apply), store.Signin{Address: "192.0.2.44", MFA: "yes", First: true}),
		"active-besides-mine":   lived(t, again(t, lived(t, one, approve, plan, apply), fromElsewhere), mine),
		"request-besides":       again(t, lived(t, changed(byHand), approve, plan, apply), fromElsewhere),
		"ending-kept":           lived(t, one, approve, kept, apply, revoke),
		"ended-kept-not-mine":   lived(t, one, approve, kept, apply, notMine, undo),
		"ended-refused":         lived(t, one, approve, plan, refused("LimitExceeded"), undo),
		"ended-user-gone":       lived(t, one, approve, refused(policy.UserGone), undo),
		"ended-group-changed":   lived(t, one, approve, plan, refused(access.GroupChanged), undo),
		"ended-group-held":      lived(t, one, approve, refused(access.GroupHeld), undo),
		"ended-own":             lived(t, one, approve, refused(policy.Own), undo),
		"denied":                lived(t, one, store.Entry{Verb: store.Deny, By: sato, Note: denied}),
		"denied-again":          again(t, lived(t, one, store.Entry{Verb: store.Deny, By: sato, Note: denied}), fromElsewhere),
		"denied-offboarded":     lived(t, one, store.Entry{Verb: store.Deny, By: kato, Note: "Last day is Friday", Facts: map[string]string{store.FactOffboarding: "offboard-1"}}),
		"denied-no-reason":      lived(t, one, store.Entry{Verb: store.Deny, By: sato, Note: " \u200b\n"}),
		"lapsed":                lived(t, one, store.Entry{Verb: store.Lapse}),
		"asked-escalated":       lived(t, changed(escalates), escalate),
		"asked-mine":            lived(t, one, mine),
		"denied-not-mine":       lived(t, one, notMine),
		"ending-not-mine":       lived(t, one, approve, plan, apply, notMine),
		"ended-not-mine":        lived(t, one, approve, plan, apply, notMine, undo),
		"withdrawn":             lived(t, one, store.Entry{Verb: store.Withdraw, By: yamada}),
		"asked-limited":         lived(t, two, shorter(store.Vote, kato)),
		"active-limited":        lived(t, one, shorter(store.Approve, sato), plan, apply),
		"active-comment":        lived(t, two, shorter(store.Vote, kato), store.Entry{Verb: store.Approve, By: sato, Steps: []int{1}, Note: "As agreed on the phone."}, plan, apply),
		"active-extended":       lived(t, two, slices.Concat(life2, []store.Entry{extend(), agree, prolong(sato)})...),
		"active-extended-rule":  lived(t, changed(func(g *store.Grant) { g.Auto = 12 * time.Hour }), approve, plan, apply, extend(), prolong(store.Rule)),
		"active-extended-old":   unsaidBy(lived(t, one, approve, plan, apply, extend(), prolong(sato))),
		"ended-extended":        lived(t, one, approve, plan, apply, extend(), prolong(sato), expire, undo),
		"active-declined":       lived(t, one, approve, plan, apply, extend(), decline),
		"request":               changed(byHand),
		"request-signin":        changed(func(g *store.Grant) { byHand(g); g.Signin = request().Signin }),
		"request-active":        lived(t, changed(byHand), approve, plan, apply),
		"request-ahead":         changed(ahead),
		"request-later":         changed(later),
		"request-until":         changed(until),
		"approved-ahead":        lived(t, changed(ahead), approve),
		"approved-ahead-held":   lived(t, changed(ahead), approve, failed(access.SlotHeld)),
		"approved-ahead-fail":   lived(t, changed(ahead), approve, failed("ClockBehind")),
		"denied-ahead":          lived(t, changed(ahead), store.Entry{Verb: store.Deny, By: sato}),
		"request-program":       changed(func(g *store.Grant) { byRole(g); g.Role, g.NotBy = "", nil }),
		"request-role":          changed(byRole),
		"request-ended":         lived(t, changed(byHand), store.Entry{Verb: store.Withdraw, By: yamada}),
	}
}

// told is an entry, and the grant at the time when it is told.
type told struct {
	name  string
	grant store.Grant
	entry store.Entry
}

// lines are the entries of which the thread tells, under the name of what they say.
func lines(t *testing.T) []told {
	t.Helper()
	var out []told
	say := func(name string, g store.Grant, life ...store.Entry) {
		t.Helper()
		g = lived(t, g, life...)
		fresh := g.Fresh()
		out = append(out, told{name, g, fresh[len(fresh)-1]})
	}
	one, two := request(), changed(needsTwo)
	live := []store.Entry{approve, plan, apply}
	then := func(more ...store.Entry) []store.Entry { return slices.Concat(live, more) }
	since := func(name string, g store.Grant, back int) {
		fresh := g.Fresh()
		out = append(out, told{name, g, fresh[len(fresh)-1-back]})
	}
	say("again", one, store.Entry{Verb: store.Again, Facts: map[string]string{"address": "198.51.100.23", "mfa": "yes"}})
	say("again, address unknown", one, store.Entry{Verb: store.Again})
	since("again, approvals taken back", cards(t)["asked-besides"], 0)
	since("again, after the approval", cards(t)["active-besides"], 0)
	since("again, of a request by hand", cards(t)["request-besides"], 0)
	say("again, after a denial", one, store.Entry{Verb: store.Deny, By: sato, Note: denied}, store.Entry{Verb: store.Again, Facts: map[string]string{"address": "198.51.100.23", "mfa": "yes"}})
	since("extend, by a sign-in", cards(t)["active-besides-longer"], 0)
	since("ask more, by a sign-in", cards(t)["active-besides-asks"], 0)
	say("again, by hand, approvals taken back", changed(byHand), store.Entry{Verb: store.Again, By: yamada, Facts: map[string]string{store.FactRecalled: sato + " " + kato}})
	say("again, by hand", changed(byHand), store.Entry{Verb: store.Again, By: yamada})
	say("again, by a program", changed(byRole), store.Entry{Verb: store.Again, Facts: map[string]string{"program": "production/deployer"}})
	say("vote", two, vote)
	say("approve", one, approve)
	say("void", two, vote, store.Entry{Verb: store.Void, By: kato, Facts: map[string]string{store.FactAccounts: sato}})
	say("approve, by the rule", changed(byItself), mine, itself)
	say("approve, later", changed(ahead), approve)
	say("approve, later, by the rule", changed(func(g *store.Grant) { ahead(g); byItself(g) }), itself)
	say("apply", one, live...)
	say("apply, kept", one, approve, kept, apply)
	say("mine", one, mine)
	say("not mine, asked", one, notMine)
	say("not mine, active", one, then(notMine)...)
	say("deny", one, store.Entry{Verb: store.Deny, By: sato, Note: denied})
	say("lapse", one, store.Entry{Verb: store.Lapse})
	say("withdraw", one, store.Entry{Verb: store.Withdraw, By: yamada})
	say("extend", one, then(store.Entry{Verb: store.Extend, Until: signedIn.Add(8 * time.Hour)})...)
	say("ask more", one, then(extend())...)
	say("agree", two, vote, approve, plan, apply, extend(), agree)
	say("prolong", one, then(extend(), prolong(sato))...)
	say("prolong, by the rule", changed(func(g *store.Grant) { g.Auto = 12 * time.Hour }), then(extend(), prolong(store.Rule))...)
	say("decline", one, then(extend(), decline)...)
	say("decline, no reason", one, then(extend(), store.Entry{Verb: store.Decline, By: sato})...)
	say("retract", one, then(extend(), retract)...)
	say("vote, shorter", two, shorter(store.Vote, kato))
	say("approve, shorter", one, shorter(store.Approve, sato))
	say("expire", one, then(expire)...)
	say("revoke", one, then(revoke)...)
	say("finish", one, then(finish)...)
	say("finish, before it began", changed(ahead), approve, finish)
	say("undo", one, then(expire, undo)...)
	say("undo, kept", one, approve, kept, apply, expire, undo)
	say("expire, kept", one, approve, kept, apply, expire)
	say("revoke, kept", one, approve, kept, apply, revoke)
	say("finish, kept", one, approve, kept, apply, finish)
	say("not mine, kept", one, approve, kept, apply, notMine)
	say("expire, never given", one, approve, expire)
	say("revoke, never given", one, approve, revoke)
	say("not mine, never given", one, approve, notMine)
	say("undo, never given", one, approve, revoke, undo)
	say("undo, revoked before it was given", one, approve, plan, revoke, undo)
	say("undo, refused", one, approve, plan, refused("LimitExceeded"), undo)
	say("drift", one, then(expire, undo, store.Entry{Verb: store.Drift})...)
	say("apply, a key", changed(aKey), approve, planKey, applyKey)
	say("approve, a key", changed(aKey), approve)
	say("fail, a key", changed(aKey), approve, planKey, failed("Throttling"))
	say("refuse, a key", changed(aKey), approve, planKey, refused("LimitExceeded"))
	say("undo, a key never issued", changed(aKey), approve, revoke, undo)
	say("undo, a key", changed(aKey), approve, planKey, applyKey, expire, undoKey)
	say("drift, a key", changed(aKey), approve, planKey, applyKey, expire, undoKey,
		store.Entry{Verb: store.Drift, Facts: map[string]string{"access_key": "AKIASEKISHOEXAMPLE00"}})
	say("expose", changed(aKey), approve, planKey, applyKey, expose)
	say("protect", changed(aKey), approve, planKey, applyKey, expose, store.Entry{Verb: store.Protect})
	say("clear, a key", changed(aKey), approve, planKey, applyKey, expire, undoKey, cleared)
	say("fail, giving", one, approve, plan, failed("Throttling"))
	say("fail, giving, no answer", one, approve, plan, failed("Timeout"))
	say("fail, taking", one, then(expire, failed("AccessDenied"))...)
	digested := changed(func(g *store.Grant) { g.Digest = true })
	steps := changed(needsBoth)
	steps.Steps[0].By = []string{yamada, kato, "usergroup:no group"}
	say("remind", one, store.Entry{Verb: store.Remind})
	say("remind, steps", steps, store.Entry{Verb: store.Vote, By: sato, Steps: []int{2}}, store.Entry{Verb: store.Remind})
	say("vote, a step met", changed(needsBoth), vote)
	say("escalate", changed(escalates), escalate)
	say("escalate, in a digest", changed(func(g *store.Grant) { escalates(g); g.Digest = true }), escalate)
	say("remind, escalated", changed(escalates), escalate, store.Entry{Verb: store.Remind})
	say("remind, in a digest", digested, store.Entry{Verb: store.Remind})
	say("remind, of an extension", one, then(extend(), store.Entry{Verb: store.Remind})...)
	say("approve, in a digest", digested, approve)
	say("undo, kept, in a digest", digested, approve, kept, apply, expire, undo)
	void := store.Entry{Verb: store.Void, Note: policy.NotApprover, Facts: map[string]string{store.FactAccounts: kato}}
	say("void, for a reason", two, vote, void)
	say("void, of an extension", two, vote, approve, plan, apply, extend(), agree, void)
	say("vote, outside of the hours", two, store.Entry{Verb: store.Vote, By: kato, Steps: []int{1}, Facts: map[string]string{"why": policy.MoreSteps}})
	since("extend, to no later end", again(t, lived(t, one, approve, plan, apply), asBefore, store.Entry{Note: policy.NotAsker}), 0)
	for _, reason := range append(slices.Clone(reasons), "LimitExceeded") {
		say("refuse "+reason, one, approve, refused(reason))
	}
	return out
}

// refusals are presses that did nothing, under the name of why.
func refusals(t *testing.T) map[string]store.Press {
	t.Helper()
	press := func(refusal string, facts ...string) store.Press {
		p := store.Press{ID: "press-1", By: kato, Verb: store.Finish, Refusal: refusal, Facts: map[string]string{}}
		for i := 0; i < len(facts); i += 2 {
			p.Facts[facts[i]] = facts[i+1]
		}
		return p
	}
	at := fmt.Sprint(signedIn.Unix())
	out := map[string]store.Press{
		"late, approved":    press(access.Late, "state", "active", "by", sato, "at", at),
		"late, by the rule": press(access.Late, "state", "active", "by", store.Rule, "at", at),
		"late, denied":      press(access.Late, "state", "denied", "outcome", "deny", "by", sato),
		"late, revoked":     press(access.Late, "state", "ended", "outcome", "revoke", "by", sato),
		"late, ending":      press(access.Late, "state", "ending", "outcome", "finish", "by", yamada),
		"late, expired":     press(access.Late, "state", "ended", "outcome", "expire", "by", store.Self),
		"late, lapsed":      press(access.Late, "state", "lapsed", "outcome", "lapse", "by", store.Self),
		"late, kept":        press(access.Late, "state", "ended", "outcome", "revoke", "by", sato, "held", "iam-group"),
		"late, asked":       press(access.Late, "state", "asked"),
		"late, disowned":    press(access.Late, "state", "denied", "outcome", "not_mine", "by", yamada),
	}
	for _, state := range alertStates {
		out["late, alert "+string(state)] = press(access.Late, "state", string(state), "by", sato)
	}
	for _, refusal := range pressRefusals(t) {
		if refusal != access.Late {
			out[refusal] = press(refusal, "state", "asked")
		}
	}
	out[handlers.TooOld] = press(handlers.TooOld, "state", "asked", "pressed", at)
	for _, refusal := range access.Losses {
		p := press(refusal, "state", "asked", "person", yamada)
		maps.Copy(p.Facts, wishRefused(refusal, "OPS-123").Why[0].Facts)
		p.Facts["from"] = at
		out[refusal] = p
	}
	for name, p := range map[string]store.Press{
		"approved": {Verb: store.Approve, Facts: map[string]string{"state": "making", "by": sato, "at": at}},
		"denied":   {Verb: store.Withdraw, Facts: map[string]string{"state": "denied", "outcome": "deny", "by": sato}},
		"deleting": {Verb: store.PutBack, Facts: map[string]string{"state": "deleting", "by": sato, "at": at}}, // the approval was long ago
		"rotated":  {Verb: store.Delete, Facts: map[string]string{"state": "rotated", "outcome": "deleted", "by": store.Self}},
	} {
		p.On, p.By, p.Refusal = rotation().ID, kato, access.Late
		p.Facts[access.FactOn] = store.KindTask
		out["late, rotation "+name] = p
	}
	own, notYours := out[policy.Own], out[access.NotYours]
	own.On, own.Facts = store.AlertPrefix+"1", map[string]string{access.FactOn: store.KindAlert}
	notYours.Verb = store.NotMine
	out["own, alert"], out["not_yours, answer"] = own, notYours
	notYours.Verb = store.AskMore
	out["not_yours, extend"] = notYours
	notYours.Verb = store.Retract
	out["not_yours, retract"] = notYours
	notYours.Verb = store.Withdraw
	out["not_yours, withdraw"] = notYours
	return out
}
