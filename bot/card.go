package bot

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers"
	"sekisho/store"
)

// Message is what is sent to Slack: the blocks, and the text that stands for them in a notification.
type Message struct {
	Text   string
	Blocks []slack.Block
}

// Pen writes and draws in one language. Its methods are pure.
type Pen struct {
	Words Words
	Zone  *time.Location // for readers whose Slack cannot show a date
}

// Card draws a grant: the same record, the same card, whatever happened in between. No button stands on it that cannot
// work.
func (p Pen) Card(g store.Grant) Message {
	blocks := []slack.Block{
		slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, mark(g)+" "+p.Words.Say("card.title", data{
			"State": p.state(g), "User": clean(g.Subject.User, 64), "Target": clean(g.Target, 40)}), false, false)),
		slack.NewSectionBlock(nil, p.fields(g), nil),
	}
	for _, note := range p.notes(g) {
		blocks = append(blocks, slack.NewSectionBlock(markdown(note), nil, nil))
	}
	if g.Outcome == store.Deny && g.Note != "" {
		blocks = append(blocks, slack.NewContextBlock("", markdown(p.Words.Say("card.reason", data{"By": mention(g.EndedBy)}))),
			slack.NewSectionBlock(plain(clean(g.Note, 1000)), nil, nil))
	}
	if buttons := p.buttons(g); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("", buttons...))
	}
	rule := p.Words.Say("card.rule", data{"Rule": code(g.Entitlement)})
	blocks = append(blocks, slack.NewContextBlock("", markdown(rule+" · "+code(g.ID))))
	return Message{Blocks: blocks, Text: p.Words.Say("card.text", data{"State": p.state(g), "User": code(g.Subject.User),
		"Target": code(g.Target), "Account": escape(clean(g.AccountName, 64))})}
}

// state names where the grant stands; what has ended is named after what ended it.
func (p Pen) state(g store.Grant) string {
	if g.State == store.Ended {
		return p.Words.Say("state."+string(g.Outcome), nil)
	}
	return p.Words.Say("state."+string(g.State), nil)
}

// mark is the sign in front of the state.
func mark(g store.Grant) string {
	switch {
	case g.State == store.Ending && g.Trouble != "":
		return "🚨"
	case g.State == store.Asked:
		return "⏳"
	case g.State == store.Active:
		return "🔓"
	case g.State.Live():
		return "⚙️"
	case g.State == store.Ended && g.Outcome != store.Refuse:
		return "🔒"
	}
	return "⛔"
}

// fields are the facts, two in a row.
func (p Pen) fields(g store.Grant) []*slack.TextBlockObject {
	who := p.Words.Say("card.nobody", nil)
	if g.Subject.Person != "" {
		who = mention(g.Subject.Person)
	}
	fact := func(key, value string) *slack.TextBlockObject {
		return markdown("*" + p.Words.Say(key, nil) + "*\n" + value)
	}
	fields := []*slack.TextBlockObject{
		fact("card.who", who+" "+code(g.Subject.User)),
		fact("card.account", escape(clean(g.AccountName, 64))+" "+code(g.Account)),
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
	case g.State.Live():
		fields = append(fields, fact("card.ends", when(g.Until, p.Zone)))
	}
	return fields
}

func (p Pen) signedIn(g store.Grant) string {
	if g.Signin.At.IsZero() {
		return p.Words.Say("card.unknown_time", nil)
	}
	return when(g.Signin.At, p.Zone)
}

func (p Pen) from(g store.Grant) string {
	address := code(g.Signin.Address)
	if address == "" {
		address = p.Words.Say("card.unknown_address", nil)
	}
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
	names := []string{p.Words.Say("card.n_of_m", data{"N": len(g.Approvals), "M": g.Need})}
	for _, a := range g.Approvals {
		names = append(names, mention(a.By))
	}
	return strings.Join(names, " ")
}

// notes are what needs a sentence of its own.
func (p Pen) notes(g store.Grant) []string {
	var out []string
	if g.State == store.Asked && g.Subject.Person == "" {
		out = append(out, p.Words.Say("card.unmapped", nil))
	}
	if part, ok := parts[g.Kind]; ok {
		for _, key := range part(g) {
			out = append(out, p.Words.Say(key, nil))
		}
	}
	if g.Outcome == store.Refuse {
		out = append(out, p.Words.Say("card.refused", data{"Why": p.why(g.Note)}))
	}
	switch {
	case g.Trouble != "" && g.State == store.Approved:
		out = append(out, p.Words.Say("card.trouble_give", data{"Code": code(g.Trouble), "Until": when(g.Until, p.Zone)}))
	case g.Trouble != "" && g.State == store.Ending:
		out = append(out, p.Words.Say("card.trouble_take."+g.Kind, data{"Code": code(g.Trouble)}))
	}
	return out
}

// why says why something cannot be given: a refusal of ours, or AWS's error code.
func (p Pen) why(reason string) string {
	switch reason {
	case handlers.UserGone, handlers.NotApprover, handlers.NoPerson, handlers.NoHolder, handlers.Own, handlers.RuleGone, handlers.RuleChanged:
		return p.Words.Say("why."+reason, nil)
	}
	return p.Words.Say("why.aws", data{"Code": code(reason)})
}

func (p Pen) buttons(g store.Grant) []slack.BlockElement {
	button := func(verb store.Verb, style slack.Style) *slack.ButtonBlockElement {
		b := slack.NewButtonBlockElement(string(verb), g.ID+" "+g.Terms(), plain(p.Words.Say("button."+string(verb), nil)))
		return b.WithStyle(style)
	}
	switch g.State {
	case store.Asked:
		deny := button(store.Deny, slack.StyleDanger)
		if g.Subject.Person == "" {
			return []slack.BlockElement{deny}
		}
		return []slack.BlockElement{button(store.Approve, slack.StylePrimary), deny}
	case store.Approved, store.Active:
		revoke := button(store.Revoke, slack.StyleDanger).WithConfirm(slack.NewConfirmationBlockObject(
			plain(p.Words.Say("confirm.revoke.title", nil)),
			plain(p.Words.Say("confirm.revoke.text", data{"User": clean(g.Subject.User, 64), "Target": clean(g.Target, 128)})),
			plain(p.Words.Say("button.revoke", nil)), plain(p.Words.Say("confirm.cancel", nil))))
		return []slack.BlockElement{button(store.Finish, slack.StyleDefault), revoke}
	}
	return nil
}

func markdown(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, true) // verbatim: links are not made of text
}

func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}
