package bot

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"sekisho/handlers"
	"sekisho/store"
)

// Call tells somebody who may decide on a request that it waits. It has no button, as a request is decided on its card, and
// says what was so when it was written: it is never redrawn. Without a link it names the channel of the card.
func (p Pen) Call(g store.Grant, link string) Message {
	d := data{"Who": p.who(g.Subject), "User": code(g.Subject.User), "Target": code(g.Target), "Account": name(g.AccountName, g.Account),
		"Duration": p.term(g), "Lapses": when(g.Lapses, p.Zone), "Channel": mentionChannel(g.Card.Channel), "Link": escaper.Replace(link)}
	key := "call.signed_in"
	switch {
	case g.Program:
		key = "call.asked_program"
	case g.Origin == store.Requested:
		key = "call.asked"
	}
	text := p.Words.Say(key, d)
	if g.Program {
		text += "\n" + p.Words.Say("digest.asked_by."+by(g), data{"Role": codeOf(g.Role, 64)})
	}
	if reason := codeOf(g.Reason, digestReason); reason != "" {
		text += "\n" + p.Words.Say("digest.request_reason", data{"Reason": reason})
	}
	if isRisky(g) {
		text += "\n" + p.Words.Say("card.high", nil)
	}
	if key = "call.decide"; link == "" {
		key = "call.decide_in"
	}
	text += "\n" + p.Words.Say(key, d)
	return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
}

// Call implements handlers.Voice.
func (v *Voice) Call(ctx context.Context, account string, g store.Grant) error {
	link, err := v.api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: g.Card.Channel, Ts: g.Card.TS})
	if err != nil && !answers(err, lost) { // a card that is gone will be posted anew
		return wrap(v.opens.heed(err), "link to the card of %s", g.ID)
	}
	_, err = v.letter(ctx, store.Card{}, account, func(p Pen) Message { return p.Call(g, link) })
	if answers(err, unreachable) {
		err = fmt.Errorf("%w: %w", handlers.ErrUnreachable, err)
	}
	return wrap(err, "ask %s to decide", account)
}

// CallAll implements handlers.Voice.
func (v *Voice) CallAll(ctx context.Context, g store.Grant) error {
	who := mentions(g.Steps[0].By, g.Subject.Person)
	line := v.pen.Words.Say("thread.call", data{"Who": who, "Lapses": when(g.Lapses, v.pen.Zone)})
	return wrap(v.reply(ctx, g.Card, Message{Text: line}), "call for a decision on %s", g.ID)
}
