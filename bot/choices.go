package bot

import (
	"context"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// mostChoices is how many are listed to choose from.
const mostChoices = 10

// Choices lists grants, each with its button for one verb: what was typed could mean any of them.
func (p Pen) Choices(title string, verb store.Verb, grants []store.Grant) Message {
	blocks := []slack.Block{slack.NewSectionBlock(markdown(title), nil, nil)}
	for _, g := range grants[:min(len(grants), mostChoices)] {
		line, button := p.Words.Say("home.line", p.place(g))+"\n"+p.ends(g), p.button(g, verb)
		switch verb {
		case store.AskMore:
			button = p.onExtension(g, verb)
		case store.Finish:
			button = p.finish(g)
		case store.Revoke:
			line = p.who(g.Subject) + " " + code(g.Subject.User) + "\n" + line
			button.WithStyle(slack.StyleDanger).WithConfirm(p.confirmRevoke(g, false))
		}
		blocks = append(blocks, slack.NewSectionBlock(markdown(line), nil, slack.NewAccessory(button), slack.SectionBlockOptionBlockID(g.ID)))
	}
	if len(grants) > mostChoices {
		blocks = append(blocks, slack.NewContextBlock("", markdown(p.Words.Say("home.cut", nil))))
	}
	return Message{Text: title, Blocks: blocks}
}

// closeChoices puts a sentence where a list was that somebody has chosen from: what it shows may no longer be so.
func (s *Socket) closeChoices(ctx context.Context, cb slack.InteractionCallback) {
	s.replace(ctx, cb, Message{Text: s.penFor(ctx, cb.User.ID).Words.Say("jit.pressed", nil)})
}

// replace puts a message where the list was. Without blocks of its own Slack would keep those of the list.
func (s *Socket) replace(ctx context.Context, cb slack.InteractionCallback, m Message) {
	if m.Blocks == nil {
		m.Blocks = []slack.Block{slack.NewSectionBlock(markdown(m.Text), nil, nil)}
	}
	_, _, err := s.API.PostMessageContext(ctx, cb.Channel.ID, slack.MsgOptionReplaceOriginal(cb.ResponseURL),
		slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...))
	if err != nil {
		s.Log.Warn("list not closed", "by", cb.User.ID, "err", err)
	}
}
