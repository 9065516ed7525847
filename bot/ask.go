package bot

import (
	"github.com/slack-go/slack"

	"sekisho/store"
)

// DM asks the person who signed in whether it was them, and shows them their access while they have it. No button is left
// that cannot work.
// Who asked by hand reads what became of it.
func (p Pen) DM(g store.Grant) Message {
	if !hasSignIn(g) {
		return p.asked(g)
	}
	text := p.Words.Say("dm.signed_in", data{"Account": name(g.AccountName, g.Account), "User": code(g.Subject.User)})
	blocks := []slack.Block{
		slack.NewSectionBlock(markdown(text), nil, nil),
		slack.NewSectionBlock(nil, []*slack.TextBlockObject{
			p.fact("card.signed_in", p.signedIn(g.Signin)),
			p.fact("card.from", p.from(g.Signin)),
		}, nil),
	}
	say := func(sentence string) {
		text += "\n" + sentence
		blocks = append(blocks, slack.NewSectionBlock(markdown(sentence), nil, nil))
	}
	var buttons []slack.BlockElement
	switch {
	case g.Answer != "":
		say(p.Words.Say("dm."+string(g.Answer), nil))
	case canAnswer(g):
		question := "dm.question"
		if g.State == store.Asked && g.Auto > 0 {
			question = "dm.question_auto"
		}
		say(p.Words.Say(question, data{"Target": code(g.Target)}))
		buttons = p.answers(g)
	}
	if g.State == store.Active || g.Ahead() {
		say(p.active(g))
		buttons = append(buttons, p.holders(g)...)
	}
	if len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("", buttons...))
	}
	state := p.Words.Say("dm.state", data{"State": p.state(g), "Target": code(g.Target)})
	blocks = append(blocks, slack.NewContextBlock("", markdown(state)))
	return Message{Text: text, Blocks: blocks}
}

// asked tells a person what they asked for, and where it stands. They can take it back while it waits.
func (p Pen) asked(g store.Grant) Message {
	d := data{"Target": code(g.Target), "Account": name(g.AccountName, g.Account), "User": code(g.Subject.User), "Duration": p.term(g)}
	alone, asked := uncarded[g.State], "dm.asked"
	if g.Program {
		asked, d["Role"] = "dm.asked_by."+by(g), code(g.Role)
		if g.State == store.Ignored {
			alone = "dm.not_asked_program"
		}
	}
	if alone != "" {
		text := p.Words.Say(alone, d)
		return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
	}
	text, state := p.Words.Say(asked, d), p.Words.Say("dm.state", data{"State": p.state(g), "Target": code(g.Target)})
	blocks := []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}
	if g.State == store.Asked {
		withdraw := slack.NewButtonBlockElement(string(store.Withdraw), g.ID+" "+g.Terms(), plain(p.Words.Say("button.withdraw", nil)))
		blocks = append(blocks, slack.NewActionBlock("", withdraw))
	}
	if g.State == store.Active || g.Ahead() {
		sentence := p.active(g)
		text += "\n" + sentence
		blocks = append(blocks, slack.NewSectionBlock(markdown(sentence), nil, nil), slack.NewActionBlock("", p.holders(g)...))
	}
	return Message{Text: state + "\n" + text, Blocks: append(blocks, slack.NewContextBlock("", markdown(state)))}
}

// uncarded is what is said of a request that has no card.
var uncarded = map[store.State]string{store.Received: "dm.received", store.Merged: "dm.merged", store.Ignored: "dm.not_asked"}

// active says until when the person has access, or from when on, and what they have asked for beyond that.
func (p Pen) active(g store.Grant) string {
	if g.Ahead() {
		return p.Words.Say("dm.ahead", data{"Target": code(g.Target), "Start": when(g.Start, p.Zone), "Until": when(g.Until, p.Zone)})
	}
	text := p.Words.Say("dm.active", data{"Target": code(g.Target), "Until": when(g.Until, p.Zone)})
	if isExtending(g) {
		text += "\n" + p.extension(g)
	}
	return text
}

// canAnswer tells whether an answer still has an effect.
func canAnswer(g store.Grant) bool {
	_, err := g.State.Next(store.NotMine)
	return err == nil
}

func (p Pen) answers(g store.Grant) []slack.BlockElement {
	return []slack.BlockElement{p.button(g, store.Mine), p.button(g, store.NotMine).WithStyle(slack.StyleDanger)}
}
