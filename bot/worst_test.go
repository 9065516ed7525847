package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sekisho/handlers/access"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	family = "👨‍👩‍👧‍👦" // four people joined by three zero width joiners
	zalgo  = "e̶̢̛̗̟̹̓͌"
	markup = "<!channel> <@U0SATO|x> <https://evil.example|*click*> `*_~&amp;"
)

// fill repeats a text until it is as long as it may be.
func fill(text string, runes int) string {
	all := []rune(strings.Repeat(text, runes/utf8.RuneCountInString(text)+1))
	return string(all[:runes])
}

// worst makes everything in a grant that comes from outside as long as it can be, or longer, out of one text.
func worst(g store.Grant, text string) store.Grant {
	g.ID, g.Entitlement = fmt.Sprintf("login-%064s", g.ID), fill(text, 64)
	g.Account, g.AccountName = "123456789012", fill(text, 128)
	g.Subject.User, g.Target = fill(text, 64), fill(text, 128)
	if g.Role != "" {
		g.Role = fill(text, 64) + "/" + fill(text, 64)
	}
	if g.Subject.Person != "" {
		g.Subject.Person = store.Person(fill(text, 256)) // the value of an IAM tag
	}
	g.Signin.Address, g.Signin.MFA = fill(text, 64), fill(text, 64)
	g.Signin.First = g.Signin.Address != ""
	if g.Further = slices.Clone(g.Further); len(g.Further) > 0 {
		f := g.Further[0]
		f.Signin, f.Times, f.Answer = g.Signin, 99999, store.NotMine
		f.At = signedIn
		f.By = ""
		g.Further = slices.Repeat([]store.Further{f}, 2*store.MostFurther)
		for i := range store.MostFurther {
			g.Further[i].By = store.Approve
		}
		g.Forgotten = 99999
		for i := range store.MostFurther - 1 {
			g.Further[store.MostFurther+i].By = store.Prolong
		}
	}
	g.Duration, g.Longest = 9999*time.Hour+59*time.Minute+59*time.Second, 99999*time.Hour+59*time.Minute
	g.Steps, g.Reason, g.Ticket, g.Risk = []store.Step{{Count: 10}, {Count: 10}, {Count: 10}}, fill(text, 3000), fill(text, 200), store.High
	g.AllowsIAM = true
	if g.State == store.Asked {
		g.Auto = g.Longest
	}
	if len(g.Escalated()) > 0 {
		g.Escalation.To = slices.Repeat([]string{"usergroup:S0" + strings.Repeat("A", 20)}, 99)
	}
	g.Approvals = slices.Clip(g.Approvals) // which others that run at the same time append to as well
	for i := range 29 {
		g.Approvals = append(g.Approvals, store.Approval{By: "U0" + strings.Repeat("A", 20), Steps: []int{i%3 + 1}, Note: fill(text, 3000)})
	}
	for i := range g.Approvals {
		if g.Approvals[i].Duration > 0 {
			g.Approvals[i].Duration = g.Duration - time.Second
		}
	}
	if g.Refusal.Facts != nil {
		g.Refusal.Facts = map[string]string{"hours": fill(text, 3000)}
	}
	if g.Declined.By != "" {
		g.Declined.By, g.Declined.Note = fill(text, 300), fill(text, 3000)
	}
	if g.Extension.Open() {
		if g.Extension.Signin != nil {
			g.Extension.Signin = &g.Signin
		}
		g.Extension.By, g.Extension.Steps, g.Extension.Approvals = g.Subject.Person.Account(), g.Steps, g.Approvals
	}
	if g.Note != "" {
		g.Note = fill(text, 3000)
	}
	if g.Trouble != "" {
		g.Trouble = fill(text, 256)
	}
	return g
}

// longest are the texts that a worst grant is made of: several bytes, several UTF-16 units or several runes to what people
// take for a letter, what is escaped to five characters, what is taken out.
var longest = map[string]string{
	"ascii": "a", "japanese": "漢", "ampersands": "&", "markup": markup, "family": family, "marks": zalgo, "blank": " \u200b\n",
	"skin": "👍🏽", "skin at a cut": "漢👍🏽",
}

// worstAlert is the same for an alert.
func worstAlert(a store.Alert, text string) store.Alert {
	g := worst(store.Grant{Subject: a.Subject, Work: a.Work}, text)
	a.ID, a.Account, a.AccountName = store.AlertPrefix+g.ID, g.Account, g.AccountName
	a.Subject, a.Target, a.Signin, a.Trouble = g.Subject, g.Target, g.Signin, g.Trouble // the rest is ours
	if a.Effects["inactive_keys"] != "" {
		a.Effects = map[string]string{"inactive_keys": fill(text, 300)}
	}
	if a.Effects[store.FactName] != "" {
		a.Effects = map[string]string{store.FactName: fill(text, 300)}
	} else if a.Kind == store.Unreadable {
		a.Note = fill(text, 300)
	}
	a.Keeping = outsideKeeping(a.Keeping, func(string) string { return fill(text, commentLength) })
	return a
}

// worstReport is the same for a report: of many accounts of which many could not be read.
func worstReport(r store.Report, text string) store.Report {
	r.Findings, r.Accounts = slices.Clone(r.Findings), nil
	for i := range r.Findings {
		r.Findings[i] = outsideFinding(r.Findings[i], func(string) string { return fill(text, 300) })
	}
	for range 99 {
		r.Accounts = append(r.Accounts, store.Audited{AccountName: fill(text, 128), Made: r.At}, store.Audited{AccountName: fill(text, 128), Trouble: fill(text, 300)})
	}
	return r
}

// worstOffer is the same for what may be asked for. Its refusal is the one with the longest sentence.
func worstOffer(o access.Offer, text string) access.Offer {
	o.Target, o.AccountName, o.Longest, o.Risk = fill(text, 128), fill(text, 128), 365*24*time.Hour, store.High
	o.Ticket, o.Decision = &policy.Ticket{Example: fill(text, 1000)}, wishRefused(policy.NoTicket, fill(text, 1000))
	o.Users = manyUsers
	return o
}

// manyUsers are more IAM users than a select has options.
var manyUsers = func() (out []string) {
	for i := range 2 * mostOptions {
		out = append(out, fmt.Sprintf("%064d", i))
	}
	return out
}()

// worstOf is a drawing of the worst records.
func worstOf(d drawing, text string) drawing {
	return d.of(records{
		grant:  func(g store.Grant) store.Grant { return worst(g, text) },
		alert:  func(a store.Alert) store.Alert { return worstAlert(a, text) },
		offer:  func(o access.Offer) access.Offer { return worstOffer(o, text) },
		task:   func(t store.Task) store.Task { return worstTask(t, text) },
		rule:   func(r access.Rotatable) access.Rotatable { return worstRotatable(r, text) },
		report: func(r store.Report) store.Report { return worstReport(r, text) },
		row:    func(a store.Alert) store.Alert { return worstRow(a, text) },

		offboard: func(o store.Offboarding) store.Offboarding { return worstOffboarding(o, text) },
		leaver:   func(l offboarding.Leaver) offboarding.Leaver { return worstLeaver(l, text) },
	})
}
