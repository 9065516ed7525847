package bot

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// Approver tells who has approved, by an account of theirs, that they have and for how long, with a way back while there is
// one.
func (p Pen) Approver(account string, g store.Grant) Message {
	d := data{"Who": p.who(g.Subject), "User": code(g.Subject.User), "Target": code(g.Target), "Account": name(g.AccountName, g.Account)}
	key := "approver.approved"
	i := slices.IndexFunc(g.Approvals, func(a store.Approval) bool { return a.By == account })
	if i < 0 { // and may not approve it any more
		text := p.Words.Say("approver.voided", d)
		return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
	}
	note := g.Approvals[i].Note
	if allowed := g.Approvals[i].Duration; allowed > 0 {
		key, d["Allowed"], d["Asked"] = "approver.limited", p.Words.Span(allowed), p.Words.Span(g.Duration)
	}
	text := p.Words.Say(key, d)
	blocks := append([]slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}, p.comment(account, note)...)
	if after := since(g); len(after) > 0 && g.State.Live() { // the news comes first
		lines := []string{p.Words.Say("approver.again", d)}
		for _, f := range after {
			lines = append(lines, p.besidesLine(f))
		}
		lines = append(lines, p.Words.Say("approver.ends", data{"Until": when(g.Until, p.Zone)}))
		news := strings.Join(lines, "\n")
		text, blocks = news+"\n"+text, append([]slack.Block{slack.NewSectionBlock(markdown(news), nil, nil)}, blocks...)
	}
	for _, note := range p.heldNote(g) {
		blocks, text = append(blocks, slack.NewSectionBlock(markdown(note), nil, nil)), text+"\n"+note
	}
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
