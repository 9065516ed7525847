package bot

import (
	"context"

	"github.com/slack-go/slack"

	"sekisho/handlers"
)

// List says what a person has, what waits for their decision, and what they can type. Buttons are on the cards and in the
// Home tab.
func (p Pen) List(a handlers.Access, channel string) Message {
	h := homeTab{pen: p}
	h.head("home.held", len(a.Held))
	for _, g := range a.Held {
		h.say(p.held(g))
	}
	h.head("home.waiting", len(a.Waiting))
	for _, g := range a.Waiting {
		h.say(p.waiting(g, channel))
	}
	if a.Cut {
		h.say(p.Words.Say("home.cut", nil))
	}
	h.blocks = append(h.blocks, slack.NewContextBlock("", markdown(p.Words.Say("jit.help", nil))))
	return Message{Text: p.Words.Say("jit.list", data{"Held": len(a.Held), "Waiting": len(a.Waiting)}), Blocks: h.blocks}
}

// list answers /jit list, by the command's own address: that works in channels that the bot is not in.
func (s *Socket) list(ctx context.Context, c slack.SlashCommand) {
	pen := s.penFor(ctx, c.UserID)
	a, err := s.Desk.Access(ctx, c.UserID, 0)
	m := pen.List(a, s.Channel)
	if err != nil {
		s.Log.Warn("nothing listed", "by", c.UserID, "err", err)
		m = Message{Text: pen.Words.Say("jit.failed", nil)}
	}
	s.show(ctx, c, m)
}

// show answers a command with a message to the person alone.
func (s *Socket) show(ctx context.Context, c slack.SlashCommand, m Message) {
	_, _, err := s.API.PostMessageContext(ctx, c.ChannelID, slack.MsgOptionResponseURL(c.ResponseURL, slack.ResponseTypeEphemeral),
		slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...))
	if err != nil {
		s.Log.Warn("list not shown", "by", c.UserID, "err", err)
	}
}
