package bot

import (
	"context"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
)

// List says what a person has, what waits for their decision, and what they can type. Buttons are on the cards and in the
// Home tab.
func (p Pen) List(a access.Access, cards Cards) Message {
	h := homeTab{pen: p}
	var held, waiting []string
	for _, g := range a.Held {
		held = append(held, p.holds(g))
	}
	for _, g := range a.Waiting {
		waiting = append(waiting, p.waiting(g, cards))
	}
	for _, t := range a.Rotations.Waiting {
		waiting = append(waiting, p.waitingTask(t, cards))
	}
	h.head("home.held", len(held))
	cut := h.list(held)
	h.head("home.waiting", len(waiting))
	cut = h.list(waiting) || cut
	if a.Cut || cut {
		h.say(p.Words.Say("home.cut", nil))
	}
	h.blocks = append(h.blocks, slack.NewContextBlock("", markdown(p.Words.Say("jit.help", nil))))
	return Message{Text: p.Words.Say("jit.list", data{"Held": len(held), "Waiting": len(waiting)}), Blocks: h.blocks}
}

// listRoom is how many runes the lines under one heading may have together. Slack refuses a message whole that is too long.
const listRoom = 4000

// list says as many lines as there is room for, and tells whether that is less than all.
func (h *homeTab) list(lines []string) (cut bool) {
	room := listRoom
	for _, text := range lines {
		if room -= utf8.RuneCountInString(text); room < 0 {
			return true
		}
		h.say(text)
	}
	return false
}

// list answers /jit list, by the command's own address: that works in channels that the bot is not in.
func (s *Socket) list(ctx context.Context, c slack.SlashCommand) {
	pen := s.penFor(ctx, c.UserID)
	a, err := s.Desk.Access(ctx, c.UserID, 0)
	m := pen.List(a, Cards{Channel: s.Channel})
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
