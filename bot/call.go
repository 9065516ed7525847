package bot

import (
	"context"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers"
	"sekisho/store"
)

// Call tells somebody who may decide on a request that it waits. It has no button, as a request is decided on its card, and
// says what was so when it was written: it is never redrawn. Without a link it names the channel of the card.
func (p Pen) Call(g store.Grant, link string) Message {
	d := data{"Who": p.who(g.Subject), "User": code(g.Subject.User), "Target": code(g.Target), "Account": name(g.AccountName, g.Account),
		"Duration": p.term(g)}
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
	return p.calling(text, g.Card, link, g.Lapses)
}

// CallTask is Call for a rotation.
func (p Pen) CallTask(t store.Task, link string) Message {
	key := "call.rotation"
	if t.By == store.Self {
		key = "call.rotation_due"
	}
	text := p.Words.Say(key, data{"Who": mention(t.By), "User": code(t.User), "Account": name(t.AccountName, t.Account)})
	if reason := codeOf(t.Reason, digestReason); reason != "" {
		text += "\n" + p.Words.Say("digest.request_reason", data{"Reason": reason})
	}
	return p.calling(text, t.Card, link, t.Lapses)
}

// calling is what waits, with where and by when it is decided.
func (p Pen) calling(what string, at store.Card, link string, by time.Time) Message {
	key := "call.decide"
	if link == "" {
		key = "call.decide_in"
	}
	text := what + "\n" + p.Words.Say(key, data{"Lapses": when(by, p.Zone), "Channel": mentionChannel(at.Channel), "Link": escaper.Replace(link)})
	return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
}

// Call implements handlers.Voice.
func (v *Voice) Call(ctx context.Context, account string, g store.Grant) error {
	return v.call(ctx, account, g.Card, func(p Pen, link string) Message { return p.Call(g, link) })
}

// CallTask implements handlers.Voice.
func (v *Voice) CallTask(ctx context.Context, account string, t store.Task) error {
	return v.call(ctx, account, t.Card, func(p Pen, link string) Message { return p.CallTask(t, link) })
}

// call writes to somebody who may decide, with a link to the card.
func (v *Voice) call(ctx context.Context, account string, at store.Card, draw func(p Pen, link string) Message) error {
	link, err := v.links.to(ctx, v.api, at)
	if err != nil && !answers(err, lost) { // a card that is gone will be posted anew
		return wrap(v.opens.heed(err), "link to the card %s", at.TS)
	}
	_, err = v.letter(ctx, store.Card{}, account, func(p Pen) Message { return draw(p, link) })
	if answers(err, unreachable) {
		err = fmt.Errorf("%w: %w", handlers.ErrUnreachable, err)
	}
	return wrap(err, "ask %s to decide", account)
}

// CallAll implements handlers.Voice.
func (v *Voice) CallAll(ctx context.Context, at store.Card, who []string, by time.Time) error {
	line := v.pen.Words.Say("thread.call", data{"Who": mentions(who, ""), "Lapses": when(by, v.pen.Zone)})
	return wrap(v.reply(ctx, at, Message{Text: line}), "call for a decision under the card %s", at.TS)
}
