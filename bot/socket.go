package bot

import (
	"context"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/handlers"
	"sekisho/store"
)

const (
	presses   = 64              // taken in at once; beyond it Slack shows the press as failed, and people press again
	ackWithin = 2 * time.Second // Slack shows a press as failed after three (https://docs.slack.dev/interactivity/handling-user-interaction)

	// flush is how long the line stays open after the last acknowledgement: slack-go queues it, and does not say when
	// it is written.
	flush = 100 * time.Millisecond

	lastCalls = ackWithin + time.Second // to Slack, once the program is to stop
)

// Socket receives presses over Socket Mode. slack-go's own handler has no bound and no recover, so the loop is ours.
type Socket struct {
	Client  *socketmode.Client
	API     *slack.Client
	People  *People
	Desk    Desk
	Zone    *time.Location
	Channel string // of the cards
	Log     *slog.Logger

	forms *sentForms // that came in by any connection
}

// Run receives until the context ends, and returns when every press in hand is done with and the line is closed, a few seconds
// later at most: forms and answers that Slack keeps waiting are cut off. It returns an error if Slack refuses the app's token: there is no use in trying again.
func (s *Socket) Run(ctx context.Context) error {
	var lines sync.WaitGroup
	hands := newHands(presses)
	calls, cut := handlers.Later(ctx, lastCalls)
	defer cut()
	line, hangUp := context.WithCancel(context.WithoutCancel(ctx)) // stays open until what was taken in is acknowledged
	defer func() {
		hands.Wait()
		time.Sleep(flush)
		hangUp()
		lines.Wait()
	}()
	refused := make(chan error, 1)
	lines.Go(func() { refused <- appTokenError(s.Client.RunContext(line)) })
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-refused:
			return err
		case event := <-s.Client.Events:
			s.note(event)
			if err := appTokenRefused(event); err != nil {
				return err
			}
			if event.Request == nil || event.Type == socketmode.EventTypeHello {
				continue // nothing to acknowledge
			}
			if !hands.try(func() { s.take(calls, event) }) {
				s.Log.Error("too many presses at once: one was not taken, and Slack says so to who pressed")
			}
		}
	}
}

// hands do a bounded number of things at once.
type hands struct {
	sync.WaitGroup
	free chan struct{}
}

func newHands(n int) *hands { return &hands{free: make(chan struct{}, n)} }

// try does the work beside the caller's, or says at once that all hands are full.
func (h *hands) try(work func()) bool {
	select {
	case h.free <- struct{}{}:
	default:
		return false
	}
	h.Go(func() {
		defer func() { <-h.free }()
		work()
	})
	return true
}

// note logs what happens to the connection.
func (s *Socket) note(event socketmode.Event) {
	var cause error
	switch e := event.Data.(type) {
	case *socketmode.ConnectedEvent:
		s.Log.Info("connected to Slack", "times", e.ConnectionCount+1)
		return
	case *slack.ConnectionErrorEvent:
		cause = e.ErrorObj
	case *slack.IncomingEventError:
		cause = e.ErrorObj
	case *socketmode.ErrorBadMessage:
		cause = e.Cause
	case *socketmode.ErrorWriteFailed:
		cause = e.Cause
	default:
		return
	}
	s.Log.Warn("connection to Slack", "event", event.Type, "err", cause)
}

// take stores what a person did, and only then acknowledges it. What cannot be stored is not acknowledged; what is no
// press is, so that it does not come again.
func (s *Socket) take(calls context.Context, event socketmode.Event) {
	defer func() {
		if r := recover(); r != nil {
			s.Log.Error("press made the program panic", "panic", r, "stack", string(debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(calls, ackWithin)
	defer cancel()
	answer := s.reply(ctx, event)
	if answer.none {
		return
	}
	if err := s.Client.AckCtx(ctx, event.Request.EnvelopeID, answer.says); err != nil {
		s.Log.Warn("event taken in but not acknowledged", "type", event.Type, "err", err)
	}
	if answer.then != nil {
		then, cancel := context.WithTimeout(calls, callTime)
		defer cancel()
		answer.then(then)
	}
}

// press takes in a press. What asks for something first is none yet.
func (s *Socket) press(ctx context.Context, cb slack.InteractionCallback) reply {
	zone := s.Zone
	if cb.Type == slack.InteractionTypeViewSubmission { // its dates are those of who reads it
		zone = s.penFor(ctx, cb.User.ID).Zone
	}
	p, err := pressOf(cb, zone)
	if cb.Type == slack.InteractionTypeBlockActions && p.Verb == store.Keep && store.IsMemberAlert(p.On) { // drawn before there were dates
		p.Verb = keepUntil
	}
	switch {
	case err != nil:
		s.Log.Warn("event ignored", "type", cb.Type, "err", err)
		return reply{}
	case slices.Contains(asksFirst, p.Verb) && cb.Type == slack.InteractionTypeBlockActions && !cb.Container.IsEphemeral: // a list is typed for
		return reply{then: func(ctx context.Context) { s.open(ctx, p, cb.TriggerID) }}
	case cb.Type == slack.InteractionTypeViewSubmission:
		if wrong := s.penFor(ctx, p.By).pressWrong(p, s.People.Now()); len(wrong) > 0 {
			return reply{says: slack.NewErrorsViewSubmissionResponse(wrong)}
		}
	}
	if err := s.Desk.Press(ctx, p); err != nil {
		s.Log.Error("press not taken in", "id", p.ID, "err", err)
		return reply{none: true}
	}
	if cb.Container.IsEphemeral {
		return reply{then: func(ctx context.Context) { s.closeChoices(ctx, cb) }}
	}
	return reply{}
}

// open shows the form that a button asks for, in the language of who pressed. What an approval can allow depends on what is
// asked for, and what is kept is named in its form: the ledger says both. A trigger lives three seconds, so there is no second try: people press again.
func (s *Socket) open(ctx context.Context, p store.Press, trigger string) {
	if s.forbids(ctx, p, trigger) {
		return
	}
	pen := s.penFor(ctx, p.By)
	form := pen.ReasonForm(p, s.about(ctx, pen, p))
	if p.Verb == approveWith {
		g, err := s.Desk.Grant(ctx, p.On)
		if err != nil {
			s.Log.Warn("form not opened", "id", p.ID, "err", err)
			return
		}
		form = pen.ApprovalForm(p, g)
	}
	if p.Verb == store.AskMore {
		g, err := s.Desk.Grant(ctx, p.On)
		if err != nil {
			s.Log.Warn("form not opened", "id", p.ID, "err", err)
			return
		}
		latest, err := s.Desk.Latest(ctx, g)
		if err != nil {
			s.Log.Warn("form not opened", "id", p.ID, "err", err)
			return
		}
		form = pen.ExtensionForm(p, g, latest)
	}
	if p.Verb == keepUntil {
		a, err := s.Desk.Alert(ctx, p.On)
		if err != nil {
			s.Log.Warn("form not opened", "id", p.ID, "err", err)
			return
		}
		form = pen.KeepForm(p, a, s.People.Now())
	}
	if _, err := s.API.OpenViewContext(ctx, trigger, form); err != nil {
		s.Log.Warn("form not opened", "id", p.ID, "err", err)
	}
}

// forbidsTime is for finding out whether somebody may press at all, of the three seconds that a trigger lives.
const forbidsTime = time.Second

// forbids tells whether a button's form would be filled in for nothing, and then says to who pressed why. Where that is not known in
// time the form opens: what it makes is judged as well.
func (s *Socket) forbids(ctx context.Context, p store.Press, trigger string) bool {
	switch p.Verb {
	case approveWith:
		p.Verb = store.Approve
	case keepUntil:
		p.Verb = store.Keep
	}
	look, cancel := context.WithTimeout(ctx, forbidsTime)
	defer cancel()
	judged, err := s.Desk.Forbidden(look, p)
	if err != nil {
		s.Log.Warn("not known whether a press is allowed", "id", p.ID, "err", err)
		return false
	}
	if judged.Refusal == "" {
		return false
	}
	s.Log.Info("press refused before its form", "id", p.ID, "by", p.By, "verb", p.Verb, "on", p.On, "why", judged.Refusal)
	if err := s.sayForbidden(ctx, judged, trigger); err != nil {
		s.Log.Warn("refusal not said", "id", p.ID, "err", err)
	}
	return true
}

// sayForbidden says to who pressed why their press was refused: beside the message that the button is on, or on a Home tab, which has
// none, in the place of the form.
func (s *Socket) sayForbidden(ctx context.Context, judged store.Press, trigger string) error {
	pen, at := s.penFor(ctx, judged.By), judged.Card.Channel
	if at == "" {
		_, err := s.API.OpenViewContext(ctx, trigger, pen.ForbiddenNote(judged))
		return err
	}
	_, err := s.API.PostEphemeralContext(ctx, at, judged.By, slack.MsgOptionText(pen.Refusal(judged), false))
	return err
}

// about names what a press is on, or nothing: a denial does not depend on what its form can say.
func (s *Socket) about(ctx context.Context, pen Pen, p store.Press) string {
	if t, err := s.Desk.Task(ctx, p.On); err == nil {
		return pen.aboutTask(t)
	}
	if g, err := s.Desk.Grant(ctx, p.On); err == nil {
		return pen.about(g)
	}
	return ""
}
