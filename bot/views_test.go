package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// approved are the grants of which who has approved hears.
func approved(t *testing.T) map[string]store.Grant {
	t.Helper()
	out, all := map[string]store.Grant{}, cards(t)
	for _, name := range []string{"asked-1-of-2", "approved", "active", "active-limited", "active-besides-asks", "active-besides-longer", "active-kept", "ended-kept", "ended-revoked"} {
		out[name] = all[name]
	}
	out["denied"] = lived(t, all["asked-1-of-2"], store.Entry{Verb: store.Deny, By: sato, Note: denied})
	voided := all["asked-1-of-2"]
	voided.Approvals = nil
	out["voided"] = voided
	return out
}

// voterOn returns who approved last, or sato where no approval counts.
func voterOn(g store.Grant) string {
	if n := len(g.Approvals); n > 0 {
		return g.Approvals[n-1].By
	}
	return sato
}

// What a person answers in the lives below.
var (
	mine    = store.Entry{Verb: store.Mine, By: yamada}
	notMine = store.Entry{Verb: store.NotMine, By: yamada}
)

// questions are the grants whose person is asked "was this you?": before and after the answer, and after the end.
func questions(t *testing.T) map[string]store.Grant {
	t.Helper()
	one := request()
	turnedAway := func(why string, facts map[string]string) store.Grant {
		return changed(func(g *store.Grant) { g.State, g.Refusal = store.Ignored, store.Refusal{Why: why, Facts: facts} })
	}
	return map[string]store.Grant{
		"asked":                one,
		"asked-unknown":        changed(func(g *store.Grant) { g.Signin, g.AccountName = store.Signin{}, "" }),
		"active":               lived(t, one, approve, plan, apply),
		"active-extension":     lived(t, one, approve, plan, apply, extend()),
		"asked-besides":        again(t, one, fromElsewhere),
		"active-besides":       again(t, lived(t, one, mine, approve, plan, apply), fromElsewhere, asksLater),
		"active-besides-mine":  lived(t, again(t, lived(t, one, approve, plan, apply), fromElsewhere), mine),
		"ended-besides":        lived(t, again(t, lived(t, one, approve, plan, apply), fromElsewhere), expire, undo),
		"request-besides":      again(t, lived(t, changed(byHand), approve, plan, apply), fromElsewhere),
		"request-besides-mine": lived(t, again(t, changed(byHand), fromElsewhere), mine),
		"turned-away-mfa":      turnedAway(policy.NoMFA, nil),
		"turned-away-login": changed(func(g *store.Grant) {
			g.State, g.Refusal, g.Signin.MFA, g.Signin.Login = store.Ignored, store.Refusal{Why: policy.NoMFA}, "", true
		}),
		"active-kept":       lived(t, one, approve, kept, apply),
		"ended-kept":        lived(t, one, approve, kept, apply, finish, undo),
		"request-kept":      lived(t, changed(byHand), approve, kept, apply),
		"asked-auto":        changed(byItself),
		"by-rule":           lived(t, changed(byItself), mine, itself),
		"mine":              lived(t, one, mine),
		"mine-denied":       lived(t, one, mine, store.Entry{Verb: store.Deny, By: sato}),
		"not-mine":          lived(t, one, notMine),
		"not-mine-ending":   lived(t, one, approve, plan, apply, notMine),
		"not-mine-ended":    lived(t, one, approve, plan, apply, notMine, undo),
		"ending":            lived(t, one, approve, plan, apply, expire),
		"ended":             lived(t, one, approve, plan, apply, expire, undo),
		"lapsed":            lived(t, one, store.Entry{Verb: store.Lapse}),
		"request":           changed(byHand),
		"request-signin":    changed(func(g *store.Grant) { byHand(g); g.Signin = request().Signin }),
		"request-ahead":     changed(ahead),
		"approved-ahead":    lived(t, changed(ahead), approve),
		"signin-ahead":      lived(t, changed(func(g *store.Grant) { ahead(g); g.Signin = request().Signin }), approve),
		"request-active":    lived(t, changed(byHand), approve, plan, apply),
		"request-received":  changed(func(g *store.Grant) { byHand(g); g.State, g.Trouble = store.Received, "ServiceFailure" }),
		"request-merged":    changed(func(g *store.Grant) { byHand(g); g.State = store.Merged }),
		"request-program":   changed(func(g *store.Grant) { byRole(g); g.Role, g.NotBy = "", nil }),
		"request-role":      changed(byRole),
		"turned-away-hours": turnedAway(policy.OutsideHours, map[string]string{"hours": "mon-fri 09:00-18:00 Asia/Tokyo"}),
		"turned-away":       turnedAway(policy.NoApprover, nil),
		"turned-away-aws":   turnedAway(policy.Impossible, map[string]string{"code": "NoSuchEntity"}),
		"seen-late":         turnedAway(access.SeenLate, nil),
		"unanswered": changed(func(g *store.Grant) {
			byHand(g)
			g.State, g.Note = store.Ignored, access.Unanswered
		}),
		"turned-away-excluded": turnedAway(policy.Excluded, nil),
		"active-limited":       lived(t, one, shorter(store.Approve, sato), plan, apply),
		"active-declined":      lived(t, one, approve, plan, apply, extend(), decline),
		"request-role-ignored": changed(func(g *store.Grant) {
			byRole(g)
			g.State, g.Outcome, g.Note = store.Ignored, store.Ignore, access.Already
		}),
		"denied-lately":          turnedAway(access.DeniedLately, nil),
		"denied-lately-not-mine": lived(t, turnedAway(access.DeniedLately, nil), notMine),
		"turned-away-mine":       lived(t, turnedAway(policy.NoMFA, nil), mine),
		"request-waits": changed(func(g *store.Grant) {
			byHand(g)
			g.State, g.Outcome, g.Note = store.Ignored, store.Ignore, access.Waits
		}),
		"request-ignored": changed(func(g *store.Grant) {
			byHand(g)
			g.State, g.Outcome, g.Note = store.Ignored, store.Ignore, access.Already
		}),
	}
}

// calls are the requests on which people are asked to decide.
func calls() map[string]store.Grant {
	return map[string]store.Grant{
		"asked":   changed(func(g *store.Grant) { g.Card = store.Card{Channel: "C0APPROVALS", TS: "1763787600.000100"} }),
		"no-mfa":  changed(func(g *store.Grant) { g.Signin.MFA, g.Signin.First = "no", true }),
		"request": changed(byHand),
		"program": changed(byRole),
		"risky":   changed(func(g *store.Grant) { needsBoth(g); g.Reason = "" }),
	}
}

// toCard is what Slack says links to a card.
const toCard = "https://example.slack.com/archives/C0APPROVALS/p1763787600000100"

// choices are grants of which one is meant.
func choices(t *testing.T, n int) []store.Grant {
	t.Helper()
	var out []store.Grant
	for i := range n {
		g := request()
		g.ID, g.Target = fmt.Sprint("login-", i+1), fmt.Sprint("jit-prod-", i+1)
		out = append(out, lived(t, g, approve, plan, apply))
	}
	return out
}

// reminders are the grants whose holder has been reminded of the end, and what became of it.
func reminders(t *testing.T) map[string]store.Grant {
	t.Helper()
	life := []store.Entry{approve, plan, apply, {Verb: store.Soon}}
	then := func(more ...store.Entry) store.Grant { return lived(t, request(), slices.Concat(life, more)...) }
	return map[string]store.Grant{
		"soon":  then(),
		"later": then(store.Entry{Verb: store.Extend, Until: signedIn.Add(8 * time.Hour)}),
		"over":  then(expire, undo),

		"refused": lived(t, request(), approve, store.Entry{Verb: store.Refuse, Note: policy.NotAsker}, undo),
	}
}

// onDigest is how many requests handlers puts on one digest.
const onDigest = 10

// digests are few and many requests on one message. In the second every state and trouble is there.
func digests(t *testing.T) map[string][]store.Grant {
	t.Helper()
	grants := cards(t)
	pick := func(names ...string) []store.Grant {
		var out []store.Grant
		for i, name := range names {
			g := grants[name]
			g.ID, g.Digest = fmt.Sprintf("login-%d", i+1), true
			g.Subject.User = fmt.Sprintf("user-%d", i+1)
			out = append(out, g)
		}
		return out
	}
	return map[string][]store.Grant{
		"few": pick("asked", "asked-1-of-2"),
		"many": pick("asked", "asked-mine", "asked-unmapped", "approved-trouble", "active", "ending-trouble", "ended-refused", "denied",
			"denied-not-mine", "ended-not-mine"),
		"requests": pick("request", "request-active", "asked-escalated", "request-ahead", "approved-ahead", "request-program", "request-role"),
		"over":     pick("ended-expired", "lapsed", "ended-kept"),
		"by-tag":   pick("asked-by-tag", "active-by-tag", "asked"),
		"besides":  pick("asked-besides", "active-besides-asks", "asked-new-address"),
		"limited":  pick("asked-limited", "active-limited", "active-extension"),
	}
}

var alertStates = []store.State{store.Raised, store.Acting, store.Acted, store.Kept, store.Gone}

// alerted is an alert after entries, a minute apart.
func alerted(t *testing.T, a store.Alert, entries ...store.Entry) store.Alert {
	t.Helper()
	return aboutKey(t, a, nil, entries...)
}

// aboutKey is alerted with facts of what it is about.
func aboutKey(t *testing.T, a store.Alert, facts map[string]string, entries ...store.Entry) store.Alert {
	t.Helper()
	for i, e := range append([]store.Entry{{Verb: store.Raise, Facts: facts}}, entries...) {
		e.At = signedIn.Add(time.Duration(i+1) * time.Minute)
		if e.By == "" {
			e.By = store.Self
		}
		var err error
		if a, err = a.After(e); err != nil {
			t.Fatalf("live through %s: %v", e.Verb, err)
		}
	}
	return a
}

// alerts are both kinds of alert in every state.
func alerts(t *testing.T) map[string]store.Alert {
	t.Helper()
	g := request()
	notMe := store.Alert{ID: store.AlertPrefix + "not-me-" + g.ID, Kind: store.NotMe, Account: g.Account, AccountName: g.AccountName,
		Subject: g.Subject, Grant: g.ID, Signin: g.Signin}
	unknown := store.Alert{ID: store.MemberAlertID(g.Account, g.Target, g.Subject.UserID), Kind: store.Unknown, Account: g.Account,
		AccountName: g.AccountName, Subject: g.Subject, Target: g.Target}
	returned := notMe
	returned.ID, returned.Kind, returned.Grant = store.AlertPrefix+"returned-"+g.ID, store.Returned, ""
	stranger := unknown
	stranger.Subject.Person, stranger.AccountName = "", ""
	remedy := store.Entry{Verb: store.Remedy, By: sato}
	keep := store.Entry{Verb: store.Keep, By: sato, Until: signedIn.AddDate(0, 1, 0), Note: "The partner works here *until* then.\nOPS-123"}
	out := map[string]store.Alert{}
	for kind, a := range map[string]store.Alert{"not-me": notMe, "unknown": unknown, "returned": returned} {
		out[kind+"-raised"] = alerted(t, a)
		out[kind+"-acting"] = alerted(t, a, remedy)
		out[kind+"-trouble"] = alerted(t, a, remedy, failed("AccessDenied"))
		out[kind+"-acted"] = alerted(t, a, remedy, done())
		out[kind+"-kept"] = alerted(t, a, keep)
		out[kind+"-gone"] = alerted(t, a, store.Entry{Verb: store.Vanish})
	}
	unreadable := store.Alert{ID: store.UnreadableAlertID(g.Account, g.Target), Kind: store.Unreadable, Account: g.Account, AccountName: g.AccountName, Target: g.Target}
	for name, why := range map[string]store.Entry{"missing": {Note: "NoSuchEntity"}, "denied": {Note: "AccessDenied"}, "silent": {Note: "Timeout"},
		"renamed": {Note: "NoSuchEntity", Facts: map[string]string{store.FactName: "jit-prod-ops"}}} {
		why.Verb = store.Fail
		out["unreadable-"+name] = alerted(t, unreadable, why)
	}
	tampered := store.Alert{ID: store.TamperedAlertID(g.ID), Kind: store.Tampered, Target: g.ID}
	out["tampered-raised"], out["tampered-gone"] = alerted(t, tampered), alerted(t, tampered, store.Entry{Verb: store.Vanish})
	unconfigured := store.Alert{ID: store.UnconfiguredAlertID(g.Account), Kind: store.Unconfigured, Account: g.Account}
	counted := store.Entry{Verb: store.Fail, Facts: map[string]string{store.FactOpen: "3"}}
	out["unconfigured-raised"], out["unconfigured-gone"] = alerted(t, unconfigured, counted), alerted(t, unconfigured, counted, store.Entry{Verb: store.Vanish})
	outage := store.Alert{ID: store.OutageAlertID(g.Account), Kind: store.Outage, Account: g.Account, AccountName: g.AccountName}
	silent := store.Entry{Verb: store.Fail, Note: "ServiceUnavailable", Facts: map[string]string{store.FactOpen: "12"}}
	out["outage-raised"], out["outage-gone"] = alerted(t, outage, silent), alerted(t, outage, silent, store.Entry{Verb: store.Vanish})
	unapprovable := store.Alert{ID: store.UnapprovableAlertID(g.Entitlement), Kind: store.Unapprovable, Account: g.Account, AccountName: g.AccountName, Target: g.Entitlement}
	for name, why := range map[string]store.Entry{"unapprovable": {Note: policy.NoApprover, Facts: map[string]string{store.FactAway: "usergroup:S0GONE U0TANAKA"}},
		"unapprovable-exclude": {Note: policy.GroupGone, Facts: map[string]string{store.FactAway: "usergroup:S0GONE"}}} {
		why.Verb = store.Fail
		out[name+"-raised"], out[name+"-gone"] = alerted(t, unapprovable, why), alerted(t, unapprovable, why, store.Entry{Verb: store.Vanish})
	}
	for _, why := range []string{store.DoesNotFit, store.IsRebuilt} {
		out["tampered-"+strings.ToLower(why)] = alerted(t, tampered, store.Entry{Verb: store.Fail, Note: why})
	}
	out["unreadable-gone"] = alerted(t, unreadable, store.Entry{Verb: store.Vanish})
	unasked := notMe
	unasked.Grant = ""
	out["not-me-unasked"] = alerted(t, unasked)
	out["not-me-acted-keys"] = alerted(t, notMe, remedy, done("inactive_keys", "AKIAEXAMPLE1,AKIAEXAMPLE2"))
	out["not-me-user-gone"] = alerted(t, notMe, remedy, done("user", "gone"))
	out["unknown-nobody"] = alerted(t, stranger)
	out["unknown-acting-configured"] = alerted(t, unknown, store.Entry{Verb: store.Remedy})
	permanent := unknown
	permanent.Grant = g.ID
	out["unknown-permanent"] = alerted(t, permanent)
	out["unknown-permanent-kept"] = alerted(t, permanent, keep)
	out["unknown-permanent-acted"] = alerted(t, permanent, remedy, done())
	out["unknown-lapsed"] = alerted(t, unknown, keep, store.Entry{Verb: store.Lapse})
	out["unknown-restored"] = alerted(t, unknown, keep, store.Entry{Verb: store.Restore, By: kato})
	undated := alerted(t, unknown, store.Entry{Verb: store.Keep, By: sato})
	undated.Keeping = nil
	out["unknown-undated"] = undated
	tagged := unknown
	tagged.Subject.KnownBy = store.ByTag
	out["unknown-by-tag"] = alerted(t, tagged)
	facts := map[string]string{"access_key": "AKIASEKISHOEXAMPLE00", "secret": "sekisho/svc-batch/access-key-20261122T051200Z"}
	exposed := store.Alert{ID: store.KeyAlertID(store.Exposed, g.ID), Kind: store.Exposed, Account: g.Account, AccountName: g.AccountName,
		Subject: g.Subject, Target: "svc-batch", Grant: g.ID}
	reused := exposed
	reused.ID, reused.Kind = store.KeyAlertID(store.Reused, g.ID), store.Reused
	vanish, acknowledge := store.Entry{Verb: store.Vanish}, store.Entry{Verb: store.Keep, By: sato}
	for kind, a := range map[string]store.Alert{"exposed": exposed, "reused": reused} {
		out[kind+"-raised"] = aboutKey(t, a, facts)
		out[kind+"-gone"] = aboutKey(t, a, facts, vanish)
	}
	out["exposed-acting"] = aboutKey(t, exposed, facts, remedy)
	out["exposed-trouble"] = aboutKey(t, exposed, facts, remedy, failed("AccessDeniedException"))
	out["exposed-acted"] = aboutKey(t, exposed, facts, remedy, done())
	out["exposed-kept"] = aboutKey(t, exposed, facts, acknowledge)
	out["unknown-explained"] = alerted(t, unknown, remedy, done("explained", "true"))
	return out
}

// done is a remedy that has left these facts behind.
func done(facts ...string) store.Entry {
	e := store.Entry{Verb: store.Done, Facts: map[string]string{}}
	for i := 0; i < len(facts); i += 2 {
		e.Facts[facts[i]] = facts[i+1]
	}
	return e
}
