package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/store"
)

const (
	presses   = 64              // taken in at once; beyond it Slack shows the press as failed, and people press again
	ackWithin = 2 * time.Second // Slack shows a press as failed after three (https://docs.slack.dev/interactivity/handling-user-interaction)
)

// Desk takes in what people press: durable when it returns nil.
type Desk interface {
	Press(ctx context.Context, p store.Press) error
}

// Socket receives presses over Socket Mode. slack-go's own handler has no bound and no recover, so the loop is ours.
type Socket struct {
	Client *socketmode.Client
	API    *slack.Client
	People *People
	Desk   Desk
	Zone   *time.Location
	Log    *slog.Logger
}

// Run receives until the context ends, and returns when every press in hand is done with. It returns an error if Slack
// refuses the tokens: there is no use in trying again.
func (s *Socket) Run(ctx context.Context) error {
	line, hangUp := context.WithCancel(context.WithoutCancel(ctx)) // stays open until what was taken in is acknowledged
	defer hangUp()
	refused := make(chan error, 1)
	go func() { refused <- s.Client.RunContext(line) }()
	var hands sync.WaitGroup
	defer hands.Wait()
	free := make(chan struct{}, presses)
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-refused:
			return fmt.Errorf("connect to Slack: %w (check SLACK_APP_TOKEN and SLACK_BOT_TOKEN)", err)
		case event := <-s.Client.Events:
			s.note(event)
			if event.Request == nil || event.Type == socketmode.EventTypeHello {
				continue // nothing to acknowledge
			}
			select {
			case free <- struct{}{}:
				hands.Go(func() {
					defer func() { <-free }()
					s.take(context.WithoutCancel(ctx), event)
				})
			default:
				s.Log.Error("too many presses at once: one was not taken, and Slack says so to who pressed")
			}
		}
	}
}

// note logs what happens to the connection.
func (s *Socket) note(event socketmode.Event) {
	switch event.Type {
	case socketmode.EventTypeConnected:
		s.Log.Info("connected to Slack")
	case socketmode.EventTypeConnectionError, socketmode.EventTypeErrorWriteFailed, socketmode.EventTypeIncomingError, socketmode.EventTypeErrorBadMessage:
		s.Log.Warn("connection to Slack", "event", event.Type)
	}
}

// take stores a press, and only then acknowledges it. What cannot be stored is not acknowledged.
func (s *Socket) take(ctx context.Context, event socketmode.Event) {
	defer func() {
		if r := recover(); r != nil {
			s.Log.Error("press made the program panic", "panic", r)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	press, form, err := s.read(event)
	if err == nil && !form {
		err = s.Desk.Press(ctx, press)
	}
	if err != nil && !errors.Is(err, errPress) {
		s.Log.Error("press not taken in", "id", press.ID, "err", err)
		return
	}
	if err != nil { // it will not get better: acknowledged, so that it does not come again
		s.Log.Warn("press ignored", "err", err)
	}
	if err := s.Client.AckCtx(ctx, event.Request.EnvelopeID, nil); err != nil {
		s.Log.Warn("press taken in but not acknowledged", "id", press.ID, "err", err)
	}
	if form {
		s.open(ctx, press, event.Data.(slack.InteractionCallback).TriggerID)
	}
}

// read returns the press of an event, and whether it only asks for a form.
func (s *Socket) read(event socketmode.Event) (store.Press, bool, error) {
	cb, ok := event.Data.(slack.InteractionCallback)
	if !ok {
		return store.Press{}, false, fmt.Errorf("read event %s: %w", event.Type, errPress)
	}
	p, err := pressOf(cb)
	return p, err == nil && p.Verb == store.Deny && cb.Type == slack.InteractionTypeBlockActions, err
}

// open shows the form that asks for the reason of a denial, in the language of who pressed. A trigger lives three
// seconds, so there is no second try: people press again.
func (s *Socket) open(ctx context.Context, p store.Press, trigger string) {
	pen := Pen{Words: In(s.People.Locale(ctx, p.By)), Zone: s.Zone}
	if _, err := s.API.OpenViewContext(ctx, trigger, pen.DenyForm(p)); err != nil {
		s.Log.Warn("form not opened", "id", p.ID, "err", err)
	}
}
