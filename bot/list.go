package bot

import (
	"context"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"sekisho/handlers"
	"sekisho/store"
)

// List says what a person has, what waits for their decision, and what they can type. Buttons are on the cards and in the
// Home tab.
func (p Pen) List(a handlers.Access, channel string) Message {
	h := homeTab{pen: p}
	h.head("home.held", len(a.Held))
	cut := h.list(a.Held, p.held)
	h.head("home.waiting", len(a.Waiting))
	cut = h.list(a.Waiting, func(g store.Grant) string { return p.waiting(g, channel) }) || cut
	if a.Cut || cut {
		h.say(p.Words.Say("home.cut", nil))
	}
	h.blocks = append(h.blocks, slack.NewContextBlock("", markdown(p.Words.Say("jit.help", nil))))
	return Message{Text: p.Words.Say("jit.list", data{"Held": len(a.Held), "Waiting": len(a.Waiting)}), Blocks: h.blocks}
}

// listRoom is how many runes the lines under one heading may have together. Slack refuses a message whole that is too long.
const listRoom = 4000

// list says as many lines as there is room for, and tells whether that is less than all.
func (h *homeTab) list(grants []store.Grant, line func(store.Grant) string) (cut bool) {
	room := listRoom
	for _, g := range grants {
		text := line(g)
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
	m := pen.List(a, s.Channel)
	if err != nil {
		s.Log.Warn("nothing listed", "by", c.UserID, "err", err)
		m = Message{Text: pen.Words.Say("jit.failed", nil)}
	}
	_, _, err = s.API.PostMessageContext(ctx, c.ChannelID, slack.MsgOptionResponseURL(c.ResponseURL, slack.ResponseTypeEphemeral),
		slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...))
	if err != nil {
		s.Log.Warn("list not shown", "by", c.UserID, "err", err)
	}
}

// finish takes in /jit finish as a press of the button, if there is one thing that it can mean.
func (s *Socket) finish(ctx context.Context, c slack.SlashCommand) reply {
	pen := s.penFor(ctx, c.UserID)
	a, err := s.Desk.Access(ctx, c.UserID, 0)
	if err != nil {
		s.Log.Warn("nothing finished", "by", c.UserID, "err", err)
		return whisper(pen.Words.Say("jit.failed", nil))
	}
	var live []store.Grant
	for _, g := range a.Held {
		if g.State.Live() {
			live = append(live, g)
		}
	}
	switch len(live) {
	case 0:
		return whisper(pen.Words.Say("jit.nothing", nil))
	case 1:
	default:
		return whisper(pen.Words.Say("jit.which", nil))
	}
	p := store.Press{ID: store.PressPrefix + c.TriggerID, By: c.UserID, Team: c.TeamID, Verb: store.Finish, On: live[0].ID, Terms: live[0].Terms()}
	if isNoID(c.TriggerID) {
		return reply{none: true}
	}
	if err := s.Desk.Press(ctx, p); err != nil {
		s.Log.Error("press not taken in", "id", p.ID, "err", err)
		return reply{none: true}
	}
	return whisper(pen.Words.Say("jit.finishing", data{"Target": code(live[0].Target)}))
}

// whisper answers a command to the person alone.
func whisper(sentence string) reply {
	return reply{says: map[string]string{"response_type": slack.ResponseTypeEphemeral, "text": sentence}}
}
