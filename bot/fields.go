package bot

import (
	"cmp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// fields are the facts, which Slack sets two in a row.
func (p Pen) fields(g store.Grant) []*slack.TextBlockObject {
	fields := []*slack.TextBlockObject{
		p.fact("card.who", p.requester(g)),
		p.fact("card.account", nameAndID(g.AccountName, g.Account)),
		p.fact("card.target."+g.Kind, code(g.Target)),
		p.fact("card.duration", p.extended(g, p.duration(g))),
	}
	if hasSignIn(g) {
		fields = append(fields, p.fact("card.signed_in", p.signedIn(g.Signin)), p.fact("card.from", p.from(g.Signin)))
	}
	fields = append(fields, p.fact("card.approvals", p.approvals(g)))
	if ticket := codeOf(g.Ticket, 64); ticket != "" {
		fields = append(fields, p.fact("card.ticket", ticket))
	}
	switch {
	case g.State == store.Asked:
		fields = append(fields, p.fact("card.lapses", when(g.Lapses, p.Zone)))
	case g.Outcome == store.HandOver:
		fields = append(fields, p.fact("card.issued", when(g.Ended, p.Zone)))
	case g.State == store.Ended && isHeld(g):
		fields = append(fields, p.fact("held.ended", when(g.Ended, p.Zone)))
	case g.State == store.Ended:
		fields = append(fields, p.fact("card.ended", when(g.Ended, p.Zone)))
	case g.State == store.Active && isHeld(g):
		fields = append(fields, p.fact("held.ends", when(g.Until, p.Zone)))
	case (g.State == store.Approved || g.State == store.Active) && !g.Until.Equal(g.To) && !g.Endless: // what is ending does not wait for it
		fields = append(fields, p.fact("card.ends", when(g.Until, p.Zone)))
	}
	if (g.Outcome == store.Revoke || g.Outcome == store.Finish) && slackUser.MatchString(g.EndedBy) {
		fields = append(fields, p.fact("card.ended_by."+string(g.Outcome), mention(g.EndedBy)))
	}
	return fields
}

// hasSignIn tells whether there is a sign-in to show: a request may have had none.
func hasSignIn(g store.Grant) bool { return g.Origin != store.Requested || g.Signin != store.Signin{} }

// duration is how long it lasts, and how long sign-ins can make it last. They do not prolong what was asked for by hand, nor
// what an approver has limited.
func (p Pen) duration(g store.Grant) string {
	switch {
	case g.Limited():
		return p.allowed(g)
	case g.Origin == store.Requested:
		return p.term(g)
	}
	return p.Words.Say("card.at_most", data{"Duration": p.Words.Span(g.Duration), "Longest": p.Words.Span(g.Longest)})
}

// allowed is how long it lasts, in short.
func (p Pen) allowed(g store.Grant) string {
	if !g.Limited() {
		return p.term(g)
	}
	d := p.limits(g)
	d["Asked"] = p.term(g)
	return p.Words.Say("card.limited", d)
}

// extended adds to how long it lasts that it was extended: by whom, as far as the ledger has it.
func (p Pen) extended(g store.Grant, lasts string) string {
	d := data{"Until": when(g.Until, p.Zone), "Rule": code(g.Entitlement)}
	switch by := g.Extended.By; {
	case g.Endless || g.Start.IsZero() || !g.Until.After(g.Start.Add(g.Allowed())):
		return lasts
	case !g.Extended.Until.Equal(g.Until): // from before that was kept
		return lasts + "\n" + p.Words.Say("card.extended_so", d)
	case slices.Contains(by, store.Self):
		return lasts + "\n" + p.Words.Say("card.extended_sign_in", d)
	case slices.Contains(by, store.Rule):
		return lasts + "\n" + p.Words.Say("card.extended_rule", d)
	default:
		var names []string
		for _, id := range by[:min(len(by), mostCalled)] {
			names = append(names, mention(id))
		}
		d["By"] = strings.Join(names, p.Words.Say("besides.and", nil))
		return lasts + "\n" + p.Words.Say("card.extended", d)
	}
}

// fact is a name and what it is.
func (p Pen) fact(key, value string) *slack.TextBlockObject {
	return markdown("*" + p.Words.Say(key, nil) + "*\n" + value)
}

// requester is who asks. A program is not the person for whom it does.
func (p Pen) requester(g store.Grant) string {
	if !g.Program {
		return p.who(g.Subject) + " " + code(g.Subject.User)
	}
	return p.Words.Say("card.asked_by."+by(g), data{"Role": code(g.Role), "Who": p.who(g.Subject), "User": code(g.Subject.User)})
}

// barred says who cannot approve what a role asks for, while somebody can. It mentions nobody: a mention would call them.
func (p Pen) barred(g store.Grant) string {
	if len(g.NotBy) == 0 || g.State != store.Asked && !isExtending(g) {
		return ""
	}
	return p.Words.Say("card.not_by", data{"Role": codeOf(g.Role, 64)})
}

// by ends the keys of what is said of a program: it has a role, or the user's own credentials.
func by(g store.Grant) string {
	if g.Role != "" {
		return "role"
	}
	return "program"
}

// who mentions the person behind an IAM user, and says if only AWS says that it is theirs.
func (p Pen) who(s store.Subject) string {
	switch {
	case s.Person == "":
		return p.Words.Say("card.nobody", nil)
	case s.KnownBy != "":
		return p.Words.Say("card.known_by."+string(s.KnownBy), data{"Who": mention(s.Person.Account())})
	}
	return mention(s.Person.Account())
}

// name is what people know an account by: its name in the configuration, else its id.
func name(account, id string) string { return cmp.Or(codeOf(account, 64), code(id)) }

func nameAndID(account, id string) string {
	return strings.TrimSpace(codeOf(account, 64) + " " + code(id))
}

func (p Pen) signedIn(s store.Signin) string {
	if s.At.IsZero() {
		return p.Words.Say("card.unknown_time", nil)
	}
	return when(s.At, p.Zone)
}

func (p Pen) from(s store.Signin) string { return p.address(s) + "\n" + p.mfa(s) }

// address is as long as any that is one.
func (p Pen) address(s store.Signin) string {
	return cmp.Or(codeOf(s.Address, longestAddress), p.Words.Say("card.unknown_address", nil))
}

const longestAddress = 45 // of IPv6, with an IPv4 address in it

func (p Pen) mfa(s store.Signin) string {
	switch s.MFA {
	case "yes":
		return p.Words.Say("card.mfa_yes", nil)
	case "no":
		return p.Words.Say("card.mfa_no", nil)
	}
	return p.Words.Say("card.mfa_unknown", nil)
}

// approvals are those of each step, and who gave them. A rule gives its own for all.
func (p Pen) approvals(g store.Grant) string {
	if g.ByRule() {
		return p.Words.Say("card.by_rule", nil)
	}
	return p.given(g.Steps, g.Approvals, g.Voters(), g.State == store.Asked, p.barredFrom(g))
}

// barredFrom are those who cannot approve a request, whatever its rule says: who gets it, and who is behind the role that asks.
func (p Pen) barredFrom(g store.Grant) []string {
	return append([]string{g.Subject.Person.Account()}, g.NotBy...)
}

// mostNamed is how many of those who may approve a step are named.
const mostNamed = 5

// given are the approvals of each step. While it waits, a step that lacks some names who may give them. That is part of the message
// as it is posted, which calls these, as it should; when it is redrawn nobody is called again.
func (p Pen) given(steps []store.Step, approvals []store.Approval, voters [][]int, waits bool, barred []string) string {
	counts := store.Assign(steps, voters)
	var lines []string
	for i, step := range steps {
		var names []string
		for j, a := range approvals {
			if counts[j] == i+1 {
				names = append(names, mention(a.By))
			}
		}
		d := data{"Step": i + 1, "N": len(names), "M": step.Count}
		key := "card.n_of_m"
		if len(steps) > 1 {
			key = "card.step"
		}
		line := strings.Join(append([]string{p.Words.Say(key, d)}, names...), " ")
		if who := p.mayGive(step, barred); waits && len(names) < step.Count && who != "" {
			line += ", " + who
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// mayGive names who may approve a step: users and user groups, the first of many.
func (p Pen) mayGive(step store.Step, barred []string) string {
	who := slices.DeleteFunc(slices.Clone(step.By), func(id string) bool { return slices.Contains(barred, id) })
	named := mentions(who[:min(len(who), mostNamed)], "")
	if more := len(who) - mostNamed; more > 0 {
		named += " " + p.Words.Say("task.more", data{"N": more})
	}
	return named
}

// needed says of each step how many approvals it takes, and of whom.
func (p Pen) needed(steps []store.Step) string {
	var lines []string
	for _, step := range steps {
		who := p.mayGive(step, nil)
		if who == "" {
			return p.Words.Say("ask.need", data{"N": store.Need(steps)})
		}
		lines = append(lines, p.Words.Say("ask.need_of", data{"N": step.Count, "Who": who}))
	}
	return strings.Join(lines, "\n")
}
