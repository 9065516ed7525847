package bot

import (
	"github.com/slack-go/slack"

	"sekisho/store"
)

// buttonsBlock is the id of the block of buttons that a message has. It stays when the message is drawn anew, so that
// a press at that very moment finds its button.
const buttonsBlock = "buttons"

// buttons are what can be done with the grant as it stands, apart from its extension. What ends another's
// access asks twice, and so does what gives access that can do much harm. A digest has a row for each request, with what is
// decided at a glance: it is for a storm.
func (p Pen) buttons(g store.Grant, together bool) []slack.BlockElement {
	button := func(verb store.Verb, style slack.Style) *slack.ButtonBlockElement {
		return p.button(g, verb).WithStyle(style)
	}
	switch g.State {
	case store.Asked:
		deny := button(store.Deny, slack.StyleDanger)
		if isUnmapped(g) {
			return []slack.BlockElement{deny}
		}
		approve := button(store.Approve, slack.StylePrimary)
		if isRisky(g) {
			approve = approve.WithConfirm(p.confirmApprove(g, together))
		}
		row := []slack.BlockElement{approve, deny}
		if !together {
			row = append(row, button(approveWith, slack.StyleDefault))
		}
		if g.Origin == store.Requested {
			row = append(row, button(store.Withdraw, slack.StyleDefault))
		}
		return row
	case store.Approved, store.Active:
		return append(p.holders(g), button(store.Revoke, slack.StyleDanger).WithConfirm(p.confirmRevoke(g, together)))
	}
	return nil
}

// button is one that does a verb to the grant as it is shown.
func (p Pen) button(g store.Grant, verb store.Verb) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(string(verb), g.ID+" "+g.Terms(), plain(p.Words.Say("button."+string(verb), nil)))
}

// confirmApprove is the second question. On a digest it names nothing: it is asked at the row, and all together must fit.
func (p Pen) confirmApprove(g store.Grant, together bool) *slack.ConfirmationBlockObject {
	key := "confirm.approve.text"
	if together {
		key = "confirm.approve.row"
	}
	text := p.Words.Say(key, data{"Target": clean(g.Target, 64)})
	return slack.NewConfirmationBlockObject(plain(p.Words.Say("confirm.approve.title", nil)), plain(text),
		plain(p.Words.Say("button.approve", nil)), plain(p.Words.Say("confirm.cancel", nil)))
}

func (p Pen) confirmRevoke(g store.Grant, together bool) *slack.ConfirmationBlockObject {
	held := map[bool]string{false: "confirm_revoke", true: "confirm_row"}[together]
	if isHeld(g) {
		return p.confirmHeld(held, g, "button.revoke").WithStyle(slack.StyleDanger)
	}
	key := "confirm.revoke.text"
	if together {
		key = "confirm.revoke.row"
	}
	text := p.Words.Say(key, data{"User": clean(g.Subject.User, 64), "Target": clean(g.Target, 64)})
	return slack.NewConfirmationBlockObject(plain(p.Words.Say("confirm.revoke.title", nil)), plain(text),
		plain(p.Words.Say("button.revoke", nil)), plain(p.Words.Say("confirm.cancel", nil))).WithStyle(slack.StyleDanger)
}
