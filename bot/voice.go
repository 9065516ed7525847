package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/slack-go/slack"

	"sekisho/handlers"
	"sekisho/store"
)

// Voice tells people through Slack's Web API. Make one with NewVoice.
type Voice struct {
	api      *slack.Client
	people   *People
	channel  string // where new cards are posted
	security string // where alerts are
	pen      Pen    // in the channels' language
	log      *slog.Logger
	posts    *pace
	redraws  *pace
	opens    *pace
	homes    *pace
	alerts   *pace // never behind a storm of cards
	links    links
}

var _ handlers.Voice = (*Voice)(nil)

// NewVoice returns a voice that keeps to Slack's pace.
func NewVoice(api *slack.Client, people *People, place Place, log *slog.Logger) *Voice {
	return &Voice{api: api, people: people, channel: place.Cards, security: place.Alerts, pen: place.Pen, log: log,
		posts: newPace(postEvery), redraws: newPace(redrawEvery), opens: newPace(openEvery), homes: newPace(homeEvery), alerts: newPace(redrawEvery)}
}

// Place is where the bot speaks, and how.
type Place struct {
	Cards  string // channel id
	Alerts string // channel id
	Pen    Pen
}

// Turn implements handlers.Voice.
func (v *Voice) Turn(ctx context.Context, at store.Card) error {
	return v.paceOf(at).wait(ctx)
}

// paceOf is the pace of cards: posts and redraws each have their own.
func (v *Voice) paceOf(at store.Card) *pace {
	if at.TS == "" {
		return v.posts
	}
	return v.redraws
}

// lost are Slack's answers for a message that can no longer be redrawn (https://docs.slack.dev/reference/methods/chat.update#errors).
var lost = []string{"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "is_inactive"}

// unfit are Slack's answers for blocks that it does not take. That is a fault of ours, but no reason to say nothing.
var unfit = []string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}

// Card implements handlers.Voice. A card that is gone is posted anew.
func (v *Voice) Card(ctx context.Context, at store.Card, grants ...store.Grant) (store.Card, error) {
	m := v.pen.Digest(grants)
	if len(grants) == 1 {
		m = v.pen.Card(grants[0])
	}
	card, err := v.draw(ctx, v.paceOf(at), at, v.channel, m)
	return card, wrap(err, "draw card of %s", grants[0].ID)
}

// Alert implements handlers.Voice.
func (v *Voice) Alert(ctx context.Context, a store.Alert) (store.Card, error) {
	if err := v.alerts.wait(ctx); err != nil {
		return a.Card, err
	}
	card, err := v.draw(ctx, v.alerts, a.Card, v.security, v.pen.Alert(a))
	return card, wrap(err, "draw alert %s", a.ID)
}

// DM implements handlers.Voice, in the language of the person.
func (v *Voice) DM(ctx context.Context, g store.Grant) (store.Card, error) {
	card, err := v.ask(ctx, g)
	if answers(err, unreachable) {
		err = fmt.Errorf("%w: %w", handlers.ErrUnreachable, err)
	}
	return card, wrap(err, "ask %s", g.Subject.Person)
}

func (v *Voice) ask(ctx context.Context, g store.Grant) (store.Card, error) {
	return v.letter(ctx, g.DM, g.Subject.Person, func(p Pen) Message { return p.DM(g) })
}

// letter draws a message to a person, in their language, where it stands or in their DM.
func (v *Voice) letter(ctx context.Context, at store.Card, to string, draw func(Pen) Message) (store.Card, error) {
	pace, channel := v.redraws, at.Channel
	if channel == "" {
		pace = v.opens
	}
	if err := pace.wait(ctx); err != nil {
		return at, err
	}
	if channel == "" {
		dm, _, _, err := v.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{to}})
		if pace.heed(err) != nil {
			return at, err
		}
		channel = dm.ID
	}
	return v.draw(ctx, pace, at, channel, draw(v.penFor(ctx, to)))
}

// Approver implements handlers.Voice.
func (v *Voice) Approver(ctx context.Context, at store.Card, account string, g store.Grant) (store.Card, error) {
	card, err := v.letter(ctx, at, account, func(p Pen) Message { return p.Approver(account, g) })
	if answers(err, unreachable) {
		err = fmt.Errorf("%w: %w", handlers.ErrUnreachable, err)
	}
	return card, wrap(err, "write to %s", account)
}

// Remind implements handlers.Voice, in the language of the person.
func (v *Voice) Remind(ctx context.Context, at store.Card, g store.Grant) (store.Card, error) {
	if err := v.redraws.wait(ctx); err != nil {
		return at, err
	}
	card, err := v.draw(ctx, v.redraws, at, at.Channel, v.penFor(ctx, g.Subject.Person).Reminder(g))
	return card, wrap(err, "remind %s", g.Subject.Person)
}

// unreachable are Slack's answers for a person whom the bot cannot write to
// (https://docs.slack.dev/reference/methods/conversations.open#errors, .../chat.postMessage#errors).
var unreachable = []string{"user_not_found", "users_not_found", "user_disabled", "user_not_visible", "cannot_dm_bot", "invalid_users",
	"method_not_supported_for_channel_type", "channel_not_found", "is_archived", "messages_tab_disabled"}

// draw redraws a message where it stands, or posts it.
func (v *Voice) draw(ctx context.Context, pace *pace, at store.Card, channel string, m Message) (store.Card, error) {
	if at.TS != "" {
		err := v.send(pace, m, func(options ...slack.MsgOption) error {
			_, _, _, err := v.api.UpdateMessageContext(ctx, at.Channel, at.TS, options...)
			return err
		})
		if !answers(err, lost) {
			return at, err
		}
	}
	err := v.send(pace, m, func(options ...slack.MsgOption) (err error) {
		at.Channel, at.TS, err = v.api.PostMessageContext(ctx, channel, options...)
		return err
	})
	return at, err
}

// send sends a message; without its blocks if Slack does not take them.
func (v *Voice) send(pace *pace, m Message, call func(...slack.MsgOption) error) error {
	options := []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
	err := pace.heed(call(options...))
	if answers(err, unfit) {
		v.log.Error("Slack refuses the blocks of a message: sent without them", "err", err)
		options[1] = slack.MsgOptionBlocks([]slack.Block{}...)
		err = pace.heed(call(options...))
	}
	return err
}

// Thread implements handlers.Voice.
func (v *Voice) Thread(ctx context.Context, g store.Grant, e store.Entry) error {
	m, ok := v.pen.Said(g, e)
	if !ok {
		return nil
	}
	return wrap(v.reply(ctx, g.Card, m), "post entry %d of %s", e.Seq, g.ID)
}

// reply posts under a card.
func (v *Voice) reply(ctx context.Context, card store.Card, m Message) error {
	if err := v.posts.wait(ctx); err != nil {
		return err
	}
	err := v.send(v.posts, m, func(options ...slack.MsgOption) error {
		_, _, err := v.api.PostMessageContext(ctx, card.Channel, append(options, slack.MsgOptionTS(card.TS))...)
		return err
	})
	if answers(err, lost) || answers(err, []string{"thread_not_found"}) {
		return nil // the card was deleted, and its thread with it; the ledger has what it said
	}
	return err
}

// Answer implements handlers.Voice, in the language of the person.
func (v *Voice) Answer(ctx context.Context, p store.Press) error {
	if p.Card.Channel == "" { // pressed on a Home tab, where nothing can be said
		return v.write(ctx, p)
	}
	_, err := v.api.PostEphemeralContext(ctx, p.Card.Channel, p.By, slack.MsgOptionText(v.penFor(ctx, p.By).Refusal(p), false))
	return wrap(err, "answer %s", p.ID)
}

// write answers a press in a message to who pressed.
func (v *Voice) write(ctx context.Context, p store.Press) error {
	if err := v.opens.wait(ctx); err != nil {
		return err
	}
	dm, _, _, err := v.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{p.By}})
	if v.opens.heed(err) == nil {
		_, _, err = v.api.PostMessageContext(ctx, dm.ID, slack.MsgOptionText(v.penFor(ctx, p.By).Refusal(p), false))
	}
	return wrap(err, "answer %s", p.ID)
}

// Home implements handlers.Voice, in the language of the person.
func (v *Voice) Home(ctx context.Context, account string, a handlers.Access) error {
	if err := v.homes.wait(ctx); err != nil {
		return err
	}
	_, err := v.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: account, View: v.penFor(ctx, account).Home(a, Cards{Channel: v.channel, Links: v.linksOf(ctx, a)})})
	return wrap(v.homes.heed(err), "draw Home tab of %s", account)
}

// penFor writes in a person's language.
func (v *Voice) penFor(ctx context.Context, user string) Pen {
	return Pen{Words: In(v.people.Locale(ctx, user)), Zone: v.pen.Zone}
}

// answers tells whether Slack's answer is one of these error codes.
func answers(err error, codes []string) bool {
	var answer slack.SlackErrorResponse
	return errors.As(err, &answer) && slices.Contains(codes, answer.Err)
}

func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
