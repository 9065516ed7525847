package bot

import (
	"slices"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// Approver tells who has approved, by an account of theirs, that they have and for how long, with a way back while there is
// one.
func (p Pen) Approver(account string, g store.Grant) Message {
	d := data{"Who": p.who(g.Subject), "User": code(g.Subject.User), "Target": code(g.Target), "Account": name(g.AccountName, g.Account)}
	key, note := "approver.approved", ""
	if i := slices.IndexFunc(g.Approvals, func(a store.Approval) bool { return a.By == account }); i >= 0 {
		note = g.Approvals[i].Note
		if allowed := g.Approvals[i].Duration; allowed > 0 {
			key, d["Allowed"], d["Asked"] = "approver.limited", p.Words.Span(allowed), p.Words.Span(g.Duration)
		}
	}
	text := p.Words.Say(key, d)
	blocks := append([]slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}, p.comment(account, note)...)
	if g.State == store.Approved || g.State == store.Active {
		hint := p.Words.Say("approver.not_you", nil)
		revoke := p.button(g, store.Revoke).WithStyle(slack.StyleDanger).WithConfirm(p.confirmRevoke(g, false))
		blocks = append(blocks, slack.NewSectionBlock(markdown(hint), nil, nil), slack.NewActionBlock(buttonsBlock, revoke))
		text += "\n" + hint
	}
	state := p.Words.Say("dm.state", data{"State": p.state(g), "Target": code(g.Target)})
	if g.State != store.Approved && g.State != store.Active { // which it does not stay, and is not redrawn for
		blocks = append(blocks, slack.NewContextBlock("", markdown(state)))
	}
	return Message{Text: text, Blocks: blocks}
}
