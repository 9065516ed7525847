package bot

import (
	"cmp"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// fields are the facts, which Slack sets two in a row.
func (p Pen) fields(g store.Grant) []*slack.TextBlockObject {
	fact := func(key, value string) *slack.TextBlockObject {
		return markdown("*" + p.Words.Say(key, nil) + "*\n" + value)
	}
	fields := []*slack.TextBlockObject{
		fact("card.who", p.who(g)+" "+code(g.Subject.User)),
		fact("card.account", account(g)+" "+code(g.Account)),
		fact("card.target."+g.Kind, code(g.Target)),
		fact("card.duration", p.Words.Say("card.at_most", data{"Duration": p.Words.Span(g.Duration), "Longest": p.Words.Span(g.Longest)})),
		fact("card.signed_in", p.signedIn(g)),
		fact("card.from", p.from(g)),
		fact("card.approvals", p.approvals(g)),
	}
	switch {
	case g.State == store.Asked:
		fields = append(fields, fact("card.lapses", when(g.Lapses, p.Zone)))
	case g.State == store.Ended:
		fields = append(fields, fact("card.ended", when(g.Ended, p.Zone)))
	case g.State == store.Approved || g.State == store.Active: // what is ending does not wait for it
		fields = append(fields, fact("card.ends", when(g.Until, p.Zone)))
	}
	return fields
}

func (p Pen) who(g store.Grant) string {
	if g.Subject.Person == "" {
		return p.Words.Say("card.nobody", nil)
	}
	return mention(g.Subject.Person)
}

// account is its name in the configuration, which people know it by.
func account(g store.Grant) string { return cmp.Or(code(g.AccountName), code(g.Account)) }

func (p Pen) signedIn(g store.Grant) string {
	if g.Signin.At.IsZero() {
		return p.Words.Say("card.unknown_time", nil)
	}
	return when(g.Signin.At, p.Zone)
}

func (p Pen) from(g store.Grant) string {
	address := cmp.Or(code(g.Signin.Address), p.Words.Say("card.unknown_address", nil))
	mfa := "card.mfa_unknown"
	switch g.Signin.MFA {
	case "yes":
		mfa = "card.mfa_yes"
	case "no":
		mfa = "card.mfa_no"
	}
	return address + "\n" + p.Words.Say(mfa, nil)
}

func (p Pen) approvals(g store.Grant) string {
	out := []string{p.Words.Say("card.n_of_m", data{"N": len(g.Approvals), "M": g.Need})}
	for _, a := range g.Approvals {
		out = append(out, mention(a.By))
	}
	return strings.Join(out, " ")
}
