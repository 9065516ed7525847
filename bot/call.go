package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/store"
)

// Call tells somebody who may decide on a request that it waits. It has no button, as a request is decided on its card. It is
// redrawn once, when it is decided; see Called. Without a link it names the channel of the card.
func (p Pen) Call(account string, g store.Grant, link string) Message {
	what := p.undecided(g) + p.whyCalled(account, g.Missing(), g.Entitlement)
	return p.calling(what, g.Card, link, g.Lapses)
}

// whyCalled says to somebody why they are asked to decide: their rule names them, or user groups, one of which they are in. It is
// empty where that is not known.
func (p Pen) whyCalled(account string, missing []string, rule string) string {
	if slices.Contains(missing, account) {
		return "\n" + p.Words.Say("call.why_named", data{"Rule": code(rule)})
	}
	groups := slices.DeleteFunc(slices.Clone(missing), func(id string) bool { return !strings.HasPrefix(id, people.UserGroup) })
	if len(groups) == 0 {
		return ""
	}
	return "\n" + p.Words.Say("call.why_group", data{"Rule": code(rule), "Who": p.mayGive(store.Step{By: groups}, nil)})
}

// Called says of the same that it is decided, and how. What has become of it since stands on its card.
func (p Pen) Called(g store.Grant, link string) Message {
	return p.called(p.undecided(g), decisionOf(string(g.State)), g.Card, link)
}

// undecided is what waits for a decision.
func (p Pen) undecided(g store.Grant) string {
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
	for _, note := range p.signInNotes(g) {
		text += "\n" + note
	}
	if isRisky(g) {
		text += "\n" + p.Words.Say("card.high", nil)
	}
	if canChangeIAM(g) {
		text += "\n" + p.Words.Say("card.allows_iam", nil)
	}
	return text
}

// CallTask is Call for a rotation.
func (p Pen) CallTask(account string, t store.Task, link string) Message {
	return p.calling(p.undecidedTask(t)+p.whyCalled(account, t.Missing(), t.Rule), t.Card, link, t.Lapses)
}

// CalledTask is Called for a rotation.
func (p Pen) CalledTask(t store.Task, link string) Message {
	return p.called(p.undecidedTask(t), decisionOf(string(t.State)), t.Card, link)
}

func (p Pen) undecidedTask(t store.Task) string {
	key := "call.rotation"
	if t.By == store.Self {
		key = "call.rotation_due"
	}
	text := p.Words.Say(key, data{"Who": mention(t.By), "User": code(t.User), "Account": name(t.AccountName, t.Account)})
	if reason := codeOf(t.Reason, digestReason); reason != "" {
		text += "\n" + p.Words.Say("digest.request_reason", data{"Reason": reason})
	}
	return text
}

// decisionOf is the part of a state that never changes after a decision: whatever is not one of these was approved.
func decisionOf(state string) string {
	switch store.State(state) {
	case store.Denied, store.Lapsed, store.Withdrawn:
		return state
	}
	return string(store.Approved)
}

// called is how something was decided, with where that stands.
func (p Pen) called(what, decision string, at store.Card, link string) Message {
	key := "call.decided"
	if link == "" {
		key = "call.decided_in"
	}
	text := p.Words.Say(key, data{"Decision": p.Words.Say("call.decision."+decision, nil), "Channel": mentionChannel(at.Channel), "Link": escaper.Replace(link)}) + "\n" + what
	return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
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
func (v *Voice) Call(ctx context.Context, account string, g store.Grant) (store.Card, error) {
	return v.call(ctx, account, g.Card, func(p Pen, link string) Message { return p.Call(account, g, link) })
}

// Called implements handlers.Voice.
func (v *Voice) Called(ctx context.Context, at store.Card, account string, g store.Grant) error {
	return v.closeCall(ctx, at, account, g.Card, func(p Pen, link string) Message { return p.Called(g, link) })
}

// CallTask implements handlers.Voice.
func (v *Voice) CallTask(ctx context.Context, account string, t store.Task) (store.Card, error) {
	return v.call(ctx, account, t.Card, func(p Pen, link string) Message { return p.CallTask(account, t, link) })
}

// CalledTask implements handlers.Voice.
func (v *Voice) CalledTask(ctx context.Context, at store.Card, account string, t store.Task) error {
	return v.closeCall(ctx, at, account, t.Card, func(p Pen, link string) Message { return p.CalledTask(t, link) })
}

// call writes to somebody who may decide, or has, with a link to the card.
func (v *Voice) call(ctx context.Context, account string, card store.Card, draw func(p Pen, link string) Message) (store.Card, error) {
	link, err := v.linkTo(ctx, card)
	if err != nil {
		return store.Card{}, err
	}
	at, err := v.letter(ctx, store.Card{}, account, func(p Pen) Message { return draw(p, link) })
	if answers(err, unreachable) {
		err = fmt.Errorf("%w: %w", access.ErrUnreachable, err)
	}
	return at, wrap(err, "write to %s", account)
}

// closeCall redraws a message in which somebody was called, with a link to the card.
func (v *Voice) closeCall(ctx context.Context, at store.Card, account string, card store.Card, draw func(p Pen, link string) Message) error {
	link, err := v.linkTo(ctx, card)
	if err != nil {
		return err
	}
	return v.rewrite(ctx, at, account, func(p Pen) Message { return draw(p, link) })
}

// linkTo is the address of a card; of one that is gone, and will be posted anew, there is none.
func (v *Voice) linkTo(ctx context.Context, card store.Card) (string, error) {
	link, err := v.links.to(ctx, v.api, card)
	if err != nil && !answers(err, lost) {
		return "", wrap(v.opens.heed(err), "link to the card %s", card.TS)
	}
	return link, nil
}

// Recall implements handlers.Voice.
func (v *Voice) Recall(ctx context.Context, r store.Recall, g store.Grant) error {
	_, err := v.call(ctx, r.Account, g.Card, func(p Pen, link string) Message { return p.Recall(r, g, link) })
	return err
}

// CallAll implements handlers.Voice.
func (v *Voice) CallAll(ctx context.Context, at store.Card, who []string, by time.Time) error {
	line := v.pen.Words.Say("thread.call", data{"Who": mentions(who, ""), "Lapses": when(by, v.pen.Zone)})
	return wrap(v.reply(ctx, at, Message{Text: line}), "call for a decision under the card %s", at.TS)
}
