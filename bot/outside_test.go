package bot

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// visible is any text, and more often one that means something to Slack, with something to see at one of its ends: an
// empty text makes another card.
func visible(t *rapid.T, field string) string {
	s := hostile().Draw(t, field)
	if rapid.Bool().Draw(t, "seen at its end") {
		return s + "x"
	}
	return "x" + s
}

func hostile() *rapid.Generator[string] {
	bits := rapid.SampledFrom([]string{"<!channel>", "<@U0SATO>", "<#C0GENERAL>", "<https://evil.example|ok>", "https://evil.example", "`", "```", "*", "_", "~",
		"\n", "\n> ", "&", "&lt;", "&amp;lt;", ">", "|", ":smile:", "\u202e", "\u200b", "\x00", "\u2028", "@here", "{{.State}}", "山田", "👍🏽", family, " ", "x"})
	return rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(bits, 0, 12), func(s []string) string { return strings.Join(s, "") }))
}

// outside fills everything of a grant and an entry that somebody else can write.
func outside(g store.Grant, e store.Entry, text func(field string) string) (store.Grant, store.Entry) {
	g.ID, g.Entitlement = text("id"), text("rule")
	g.Account, g.AccountName = text("account"), text("account name")
	g.Subject.User, g.Target = text("user"), text("target")
	g.Ticket = text("ticket")
	g.Signin.Address, g.Signin.MFA, g.Signin.Region, g.Signin.Principal = text("address"), text("mfa"), text("region"), text("principal")
	g.Further = slices.Clone(g.Further)
	for i := range g.Further {
		g.Further[i].Address, g.Further[i].MFA = text("address since"), text("mfa since")
	}
	if s := g.Extension.Signin; s != nil {
		g.Extension.Signin = &store.Signin{At: s.At, Address: text("address that asks"), MFA: text("mfa that asks")}
	}
	for _, s := range []*string{(*string)(&g.Subject.Person), &g.Trouble, &g.Note, &g.EndedBy, &g.Reason} {
		if *s != "" { // else the card is another, as it is with a ticket
			*s = text("person, trouble, note or who ended it")
		}
	}
	g.Approvals = slices.Clone(g.Approvals)
	for i := range g.Approvals {
		g.Approvals[i].By = text("approver")
		if g.Approvals[i].Note != "" {
			g.Approvals[i].Note = text("comment")
		}
	}
	if g.Refusal.Facts != nil {
		g.Refusal.Facts = map[string]string{"hours": text("hours")}
	}
	if g.Declined.By != "" {
		g.Declined.By, g.Declined.Note = text("who declined"), text("why")
	}
	e.By, e.Note, e.Facts = text("by"), text("note"), map[string]string{"address": text("signed in from")}
	return g, e
}

// outsideAlert is the same for an alert.
func outsideAlert(a store.Alert, text func(field string) string) store.Alert {
	g, _ := outside(store.Grant{Subject: a.Subject, Work: a.Work, EndedBy: a.By}, store.Entry{}, text)
	a.ID, a.Account, a.AccountName = g.ID, g.Account, g.AccountName
	a.Subject, a.Target, a.Signin, a.Work = g.Subject, g.Target, g.Signin, g.Work
	if a.By != store.Self {
		a.By = g.EndedBy
	}
	if a.Effects["inactive_keys"] != "" {
		a.Effects = map[string]string{"inactive_keys": text("keys")}
	}
	if a.Effects[store.FactName] != "" {
		a.Effects = map[string]string{store.FactName: text("name")}
	} else if a.Kind == store.Unreadable {
		a.Note = text("code")
	}
	a.Keeping = outsideKeeping(a.Keeping, text)
	return a
}

func outsideKeeping(k *store.Keeping, text func(field string) string) *store.Keeping {
	if k == nil {
		return nil
	}
	return &store.Keeping{By: text("who keeps"), Until: k.Until, Why: text("why")}
}

// outsideReport is the same for a report.
func outsideReport(r store.Report, text func(field string) string) store.Report {
	r.ID = text("id")
	r.Accounts, r.Findings = slices.Clone(r.Accounts), slices.Clone(r.Findings)
	for i := range r.Accounts {
		r.Accounts[i].Account, r.Accounts[i].AccountName = text("account"), text("account name")
		if r.Accounts[i].Trouble != "" {
			r.Accounts[i].Trouble = text("trouble")
		}
		r.Accounts[i].Odd = slices.Clone(r.Accounts[i].Odd)
		for j := range r.Accounts[i].Odd {
			r.Accounts[i].Odd[j].User, r.Accounts[i].Odd[j].Why = text("odd user"), text("odd why")
		}
	}
	for i := range r.Findings {
		r.Findings[i] = outsideFinding(r.Findings[i], text)
	}
	return r
}

func outsideFinding(f store.Finding, text func(field string) string) store.Finding {
	f.Account, f.AccountName, f.User, f.Person = text("account"), text("account name"), text("user"), store.Person(text("person"))
	if f.Key != "" {
		f.Key = text("key")
	}
	if len(f.Policies) > 0 {
		f.Policies = []string{text("policy"), text("another policy")}
	}
	if f.Rotation != "" {
		f.Rotation = text("rotation")
	}
	return f
}

// outsideRow is the same for a row of a report.
func outsideRow(a store.Alert, text func(field string) string) store.Alert {
	f := outsideFinding(*a.Finding, text)
	a.Finding = &f
	a.Keeping = outsideKeeping(a.Keeping, text)
	for _, s := range []*string{&a.By, &a.Trouble} {
		if *s != "" {
			*s = text("by or trouble")
		}
	}
	if a.Effects[store.FactKeys] != "" {
		a.Effects = map[string]string{store.FactKeys: text("keys"), store.FactPassword: a.Effects[store.FactPassword]}
	}
	if a.Effects["code"] != "" {
		a.Effects = map[string]string{"code": text("code")}
	}
	return a
}

// outsideOffer is the same for what may be asked for, as the configuration, IAM and a person's tags have it.
func outsideOffer(o access.Offer, text func(field string) string) access.Offer {
	o.Target, o.Account, o.AccountName = text("target"), text("account"), text("account name")
	o.Users = slices.Clone(o.Users)
	for i := range o.Users {
		o.Users[i] = text("user")
	}
	if o.Ticket != nil {
		o.Ticket = &policy.Ticket{Example: text("example")}
	}
	if o.Decision.Refusal != "" {
		o.Decision = wishRefused(o.Decision.Refusal, text("example"))
	}
	return o
}
