package bot

import (
	"github.com/slack-go/slack"

	"sekisho/store"
)

// Approver tells who has approved that they have, with a way back while there is one.
func (p Pen) Approver(g store.Grant) Message {
	text := p.Words.Say("approver.approved", data{"Who": p.who(g.Subject), "User": code(g.Subject.User), "Target": code(g.Target),
		"Account": name(g.AccountName, g.Account)})
	blocks := []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}
	if g.State == store.Approved || g.State == store.Active {
		hint := p.Words.Say("approver.not_you", nil)
		revoke := p.button(g, store.Revoke).WithStyle(slack.StyleDanger).WithConfirm(p.confirmRevoke(g))
		blocks = append(blocks, slack.NewSectionBlock(markdown(hint), nil, nil), slack.NewActionBlock("", revoke))
		text += "\n" + hint
	}
	state := p.Words.Say("dm.state", data{"State": p.state(g), "Target": code(g.Target)})
	if g.State != store.Approved && g.State != store.Active { // which it does not stay, and is not redrawn for
		blocks = append(blocks, slack.NewContextBlock("", markdown(state)))
	}
	return Message{Text: text, Blocks: blocks}
}
