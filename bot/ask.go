package bot

import (
	"github.com/slack-go/slack"

	"sekisho/store"
)

// DM asks the person who signed in whether it was them. Once they have answered, or it is over, no button is left. Who asked
// by hand reads what became of it.
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
	switch {
	case g.Answer != "":
		say(p.Words.Say("dm."+string(g.Answer), nil))
	case canAnswer(g):
		question := "dm.question"
		if g.State == store.Asked && g.Auto > 0 {
			question = "dm.question_auto"
		}
		say(p.Words.Say(question, data{"Target": code(g.Target)}))
		blocks = append(blocks, slack.NewActionBlock("", p.answers(g)...))
	}
	state := p.Words.Say("dm.state", data{"State": p.state(g), "Target": code(g.Target)})
	blocks = append(blocks, slack.NewContextBlock("", markdown(state)))
	return Message{Text: text, Blocks: blocks}
}

// asked tells a person what they asked for, and where it stands. They can take it back while it waits.
func (p Pen) asked(g store.Grant) Message {
	d := data{"Target": code(g.Target), "Account": name(g.AccountName, g.Account), "User": code(g.Subject.User), "Duration": p.Words.Span(g.Duration)}
	if g.State == store.Ignored {
		text := p.Words.Say("dm.not_asked", d)
		return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
	}
	text, state := p.Words.Say("dm.asked", d), p.Words.Say("dm.state", data{"State": p.state(g), "Target": code(g.Target)})
	blocks := []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}
	if g.State == store.Asked {
		withdraw := slack.NewButtonBlockElement(string(store.Withdraw), g.ID+" "+g.Terms(), plain(p.Words.Say("button.withdraw", nil)))
		blocks = append(blocks, slack.NewActionBlock("", withdraw))
	}
	return Message{Text: state + "\n" + text, Blocks: append(blocks, slack.NewContextBlock("", markdown(state)))}
}

// canAnswer tells whether an answer still has an effect.
func canAnswer(g store.Grant) bool {
	_, err := g.State.Next(store.NotMine)
	return err == nil
}

func (p Pen) answers(g store.Grant) []slack.BlockElement {
	button := func(verb store.Verb) *slack.ButtonBlockElement {
		return slack.NewButtonBlockElement(string(verb), g.ID+" "+g.Terms(), plain(p.Words.Say("button."+string(verb), nil)))
	}
	return []slack.BlockElement{button(store.Mine), button(store.NotMine).WithStyle(slack.StyleDanger)}
}
