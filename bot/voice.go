package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/store"
)

// Voice tells people through Slack's Web API. Make one with NewVoice.
type Voice struct {
	api      *slack.Client
	people   *People
	channel  string   // where new cards are posted
	security string   // where alerts are
	watch    []string // who looks after them
	pen      Pen      // in the channels' language
	log      *slog.Logger
	redraws  *pace
	opens    *pace
	homes    *pace
	links    links

	mu    sync.Mutex
	posts map[string]*pace // by channel
}

var _ access.Voice = (*Voice)(nil)

// NewVoice returns a voice that keeps to Slack's pace.
func NewVoice(api *slack.Client, people *People, place Place, log *slog.Logger) *Voice {
	return &Voice{api: api, people: people, channel: place.Cards, security: place.Alerts, watch: place.Security, pen: place.Pen, log: log,
		posts: map[string]*pace{}, redraws: newPace(redrawEvery), opens: newPace(openEvery), homes: newPace(homeEvery)}
}

// Place is where the bot speaks, and how.
type Place struct {
	Cards  string // channel id
	Alerts string // channel id

	Security []string // who looks after alerts: users, and user groups as in the configuration

	Pen Pen
}

// Turn implements handlers.Voice.
func (v *Voice) Turn(ctx context.Context, at store.Card) error {
	return v.paceOf(at, v.channel).wait(ctx)
}

// paceOf is the pace of cards: redraws have one, and new messages one for each channel.
func (v *Voice) paceOf(at store.Card, channel string) *pace {
	if at.TS != "" {
		return v.redraws
	}
	return v.postsIn(channel)
}

// postsIn is the pace of new messages in a channel.
func (v *Voice) postsIn(channel string) *pace {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.posts[channel] == nil {
		v.posts[channel] = newPace(postEvery)
	}
	return v.posts[channel]
}

// lost are Slack's answers for a message that can no longer be redrawn (https://docs.slack.dev/reference/methods/chat.update#errors).
var lost = []string{"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "is_inactive"}

// closed are Slack's answers for a channel that takes nothing from the bot, until somebody changes that
// (https://docs.slack.dev/reference/methods/chat.postMessage#errors).
var closed = []string{"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "restricted_action_read_only_channel",
	"restricted_action_thread_only_channel", "missing_scope", "no_permission", "access_denied", "team_access_not_granted"}

// faulty are Slack's answers for a fault of its own.
var faulty = []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout"}

// unfit are Slack's answers for blocks that it does not take. That is a fault of ours, but no reason to say nothing.
var unfit = []string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}

// Card implements handlers.Voice. A card that is gone is posted anew.
func (v *Voice) Card(ctx context.Context, at store.Card, grants ...store.Grant) (store.Card, error) {
	m := v.pen.Digest(grants)
	if len(grants) == 1 {
		m = v.pen.Card(grants[0])
	}
	card, err := v.draw(ctx, v.paceOf(at, v.channel), at, v.channel, m)
	return card, wrap(err, "draw card of %s", grants[0].ID)
}

// Alert implements handlers.Voice.
func (v *Voice) Alert(ctx context.Context, a store.Alert, about store.Card) (store.Card, error) {
	link := ""
	if about.TS != "" {
		var err error
		if link, err = v.linkTo(ctx, about); err != nil {
			v.log.Warn("alert has no link to its card", "id", a.ID, "err", err)
		}
	}
	pace := v.paceOf(a.Card, v.security)
	if err := pace.wait(ctx); err != nil {
		return a.Card, err
	}
	card, err := v.draw(ctx, pace, a.Card, v.security, v.pen.Alert(a, v.watch, link))
	if err == nil {
		v.pointOn(ctx, a)
	}
	return card, wrap(err, "draw alert %s", a.ID)
}

// pointOn says on the earlier message of an alert that a newer one stands, if there is an earlier one. The newer one is not said
// again for what Slack has against that.
func (v *Voice) pointOn(ctx context.Context, a store.Alert) {
	if a.Earlier.TS == "" {
		return
	}
	err := v.redraws.wait(ctx)
	if err == nil {
		err = v.send(v.redraws, v.pen.AlertMoved(a), func(options ...slack.MsgOption) error {
			_, _, _, err := v.api.UpdateMessageContext(ctx, a.Earlier.Channel, a.Earlier.TS, options...)
			return err
		})
	}
	if err != nil && !answers(err, lost) {
		v.log.Warn("earlier message of an alert still looks as if it stood", "id", a.ID, "err", err)
	}
}

// DM implements handlers.Voice, in the language of the person.
func (v *Voice) DM(ctx context.Context, g store.Grant) (store.Card, error) {
	card, err := v.ask(ctx, g)
	if answers(err, unreachable) {
		err = fmt.Errorf("%w: %w", access.ErrUnreachable, err)
	}
	return card, wrap(err, "ask %s", g.Subject.Person)
}

func (v *Voice) ask(ctx context.Context, g store.Grant) (store.Card, error) {
	return v.letter(ctx, g.DM, g.Subject.Person.Account(), func(p Pen) Message { return p.DM(g) })
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

// Continued implements handlers.Voice.
func (v *Voice) Continued(ctx context.Context, at store.Card, account string, g store.Grant) error {
	return v.rewrite(ctx, at, account, func(p Pen) Message { return p.Continued(g) })
}

// rewrite draws a message to somebody where it stands, in their language. One that is gone needs no more.
func (v *Voice) rewrite(ctx context.Context, at store.Card, account string, draw func(Pen) Message) error {
	if err := v.redraws.wait(ctx); err != nil {
		return err
	}
	err := v.send(v.redraws, draw(v.penFor(ctx, account)), func(options ...slack.MsgOption) error {
		_, _, _, err := v.api.UpdateMessageContext(ctx, at.Channel, at.TS, options...)
		return err
	})
	if answers(err, lost) {
		return nil
	}
	return wrap(err, "close message to %s", account)
}

// Approver implements handlers.Voice.
func (v *Voice) Approver(ctx context.Context, at store.Card, account string, g store.Grant) (store.Card, error) {
	card, err := v.letter(ctx, at, account, func(p Pen) Message { return p.Approver(account, g) })
	if answers(err, unreachable) {
		err = fmt.Errorf("%w: %w", access.ErrUnreachable, err)
	}
	return card, wrap(err, "write to %s", account)
}

// Remind implements handlers.Voice, in the language of the person.
func (v *Voice) Remind(ctx context.Context, at store.Card, g store.Grant) (store.Card, error) {
	if err := v.redraws.wait(ctx); err != nil {
		return at, err
	}
	card, err := v.draw(ctx, v.redraws, at, at.Channel, v.penFor(ctx, g.Subject.Person.Account()).Reminder(g))
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
		at, err = v.post(ctx, at, channel, options...)
		return err
	})
	return at, v.isClosed(channel, err)
}

// lastPost is how long a message that is on its way when the program stops may take to arrive.
const lastPost = 2 * time.Second

// post says something new, and returns where it stands. A stop, after which nothing is begun, does not cut it off at once: nobody would know whether Slack has
// it, and it would be said again after the next start.
func (v *Voice) post(ctx context.Context, at store.Card, channel string, options ...slack.MsgOption) (store.Card, error) {
	if ctx.Err() != nil {
		return at, ctx.Err()
	}
	ctx, cancel := handlers.Later(ctx, lastPost)
	defer cancel()
	channel, ts, err := v.api.PostMessageContext(ctx, channel, options...)
	if err != nil {
		return at, err
	}
	return store.Card{Channel: channel, TS: ts}, nil
}

// isClosed says of an error if one of the bot's own channels takes nothing: whatever is to be said there fails alike.
func (v *Voice) isClosed(channel string, err error) error {
	if (channel == v.channel || channel == v.security) && answers(err, closed) {
		return fmt.Errorf("%w: %w", handlers.ErrShut, err)
	}
	return err
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
func (v *Voice) Thread(ctx context.Context, g store.Grant, e store.Entry) (said bool, err error) {
	m, ok := v.pen.Said(g, e)
	if !ok {
		return false, nil
	}
	return true, wrap(v.reply(ctx, g.Card, m), "post entry %d of %s", e.Seq, g.ID)
}

// reply posts under a card.
func (v *Voice) reply(ctx context.Context, card store.Card, m Message) error {
	pace := v.postsIn(card.Channel)
	if err := pace.wait(ctx); err != nil {
		return err
	}
	err := v.send(pace, m, func(options ...slack.MsgOption) error {
		_, err := v.post(ctx, card, card.Channel, append(options, slack.MsgOptionTS(card.TS))...)
		return err
	})
	if answers(err, lost) || answers(err, []string{"thread_not_found"}) {
		return nil // the card was deleted, and its thread with it; the ledger has what it said
	}
	return v.isClosed(card.Channel, err)
}

// Answer implements handlers.Voice, in the language of the person.
func (v *Voice) Answer(ctx context.Context, p store.Press) error {
	if p.Card.Channel == "" || p.Refusal == handlers.TooOld { // on a Home tab nothing can be said; nobody looks at the card any more
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
		text := v.penFor(ctx, p.By).Refusal(p)
		if link, failed := v.links.to(ctx, v.api, p.Card); p.Refusal == handlers.TooOld && p.Card.TS != "" && failed == nil {
			text += "\n" + v.penFor(ctx, p.By).Words.Say("refusal.card", data{"Link": escaper.Replace(link)})
		}
		_, err = v.post(ctx, store.Card{}, dm.ID, slack.MsgOptionText(text, false), slack.MsgOptionDisableLinkUnfurl())
	}
	if answers(err, unreachable) {
		err = fmt.Errorf("%w: %w", access.ErrUnreachable, err)
	}
	return wrap(err, "answer %s", p.ID)
}

// Home implements handlers.Voice, in the language of the person.
func (v *Voice) Home(ctx context.Context, account string, a access.Access) error {
	if err := v.homes.wait(ctx); err != nil {
		return err
	}
	_, err := v.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: account, View: v.penFor(ctx, account).Home(a, Cards{Channel: v.channel, Links: v.linksOf(ctx, a)})})
	return wrap(v.homes.heed(err), "draw Home tab of %s", account)
}

// penFor writes in a person's language and zone.
func (v *Voice) penFor(ctx context.Context, user string) Pen {
	return v.people.penFor(ctx, user, v.pen.Zone)
}

// answers tells whether Slack's answer is one of these error codes.
func answers(err error, codes []string) bool {
	var answer slack.SlackErrorResponse
	return errors.As(err, &answer) && slices.Contains(codes, answer.Err)
}

// wrap says what could not be done, and whether that is no fault of the message.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	if shared := sharedBy(err); shared != nil {
		err = fmt.Errorf("%w: %w", shared, err)
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// sharedBy returns the reason for which any other message would have failed as well, or nil if Slack refuses this one.
func sharedBy(err error) error {
	var answer slack.SlackErrorResponse
	var status slack.StatusCodeError
	limited := (*slack.RateLimitedError)(nil)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, errNoTurn), errors.As(err, &limited):
		return handlers.ErrLater
	case errors.As(err, &answer):
		if slices.Contains(faulty, answer.Err) {
			return handlers.ErrSilent
		}
		return nil
	case errors.As(err, &status) && status.Code < http.StatusInternalServerError:
		return nil
	}
	return handlers.ErrSilent
}
