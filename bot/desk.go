package bot

import (
	"context"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/handlers/access"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Desk takes in what people press and write: durable when it returns nil.
type Desk interface {
	Press(ctx context.Context, p store.Press) error
	// Forbidden returns a press with the reason why it would be refused now, or with none. Nothing is stored.
	Forbidden(ctx context.Context, p store.Press) (store.Press, error)
	// Grant returns a request as it stands, and Task a rotation, for the form of its approval or denial.
	Grant(ctx context.Context, id string) (store.Grant, error)
	Task(ctx context.Context, id string) (store.Task, error)
	// Latest returns the latest end that the holder of a grant can ask for.
	Latest(ctx context.Context, g store.Grant) (time.Time, error)
	// Alert returns an alert as it stands, for the form of keeping it.
	Alert(ctx context.Context, id string) (store.Alert, error)
	// Offers returns what a person may ask for, or why that is nothing.
	Offers(ctx context.Context, by string) ([]access.Offer, string, error)
	// Request takes in what a person asks for, unless the decision refuses it.
	Request(ctx context.Context, w access.Wish) (policy.Decision, error)
	// Open takes note that a person looks at their Home tab, from a place in what is over.
	Open(user string, from int)
	// Access returns what concerns a person, and a page of what is over.
	Access(ctx context.Context, user string, from int) (access.Access, error)
	// Revocable returns what somebody may revoke of a person's access, or with "" of what they approved; or why nothing.
	Revocable(ctx context.Context, by, of string) ([]store.Grant, string, error)
	// Rotatable returns the rotations that somebody may begin, or why that is none.
	Rotatable(ctx context.Context, by string) ([]access.Rotatable, string, error)
	// Hindered tells why somebody could not begin a rotation now, if so.
	Hindered(ctx context.Context, by, rotation string) (policy.Decision, error)
	// Rotate begins a rotation, or asks for its approval, unless the decision refuses it.
	Rotate(ctx context.Context, by, rotation, reason string) (store.Task, policy.Decision, error)
	Offboarder
}

// Offboarder ends all that a person has.
type Offboarder interface {
	// Offboards tells whether somebody may offboard people.
	Offboards(ctx context.Context, by string) bool
	// Leaver returns what a person has, for who may end all of it, or why they may not.
	Leaver(ctx context.Context, by, whom string) (offboarding.Leaver, string, error)
	// Offboard ends all that a person has, or returns why it does not.
	Offboard(ctx context.Context, by, person, reason string) (refusal string, err error)
	// Lift lets a person ask again who was offboarded.
	Lift(ctx context.Context, by, person, reason string) (refusal string, err error)
}

// reply is how an event is answered: what its acknowledgement says, and what is done once it is on its way.
type reply struct {
	says any
	then func(context.Context)
	none bool // it is not acknowledged, so that Slack says that it failed
}

// readerTime is for finding out a person's language and zone while Slack waits: without it they read English.
const readerTime = 500 * time.Millisecond

// reply answers what a person did.
func (s *Socket) reply(ctx context.Context, event socketmode.Event) reply {
	if command, ok := event.Data.(slack.SlashCommand); ok && !isNoID(command.UserID) {
		return s.command(ctx, command)
	}
	if user, from, ok := opened(event); ok {
		s.Desk.Open(user, from)
		return reply{}
	}
	cb, _ := event.Data.(slack.InteractionCallback) // else of no type, and no press
	if cb.Type == slack.InteractionTypeViewSubmission {
		return s.forms.once(ctx, sentID(cb), s.People.Now(), func() reply { return s.form(ctx, cb) })
	}
	if id, ok := asksToRotate(cb); ok {
		return reply{then: func(ctx context.Context) {
			s.rotate(ctx, cb.User.ID, cb.TriggerID, id, func(ctx context.Context, m Message) { s.replace(ctx, cb, m) })
		}}
	}
	switch {
	case cb.Type == slack.InteractionTypeShortcut && cb.CallbackID == wishForm, asksForForm(cb):
		return reply{then: func(ctx context.Context) { s.openWish(ctx, cb.User.ID, cb.TriggerID, "") }}
	case cb.View.CallbackID == wishForm:
		return s.wish(ctx, cb)
	}
	return s.press(ctx, cb)
}

// form takes in a form that was filled in.
func (s *Socket) form(ctx context.Context, cb slack.InteractionCallback) reply {
	switch cb.View.CallbackID {
	case wishForm:
		return s.wish(ctx, cb)
	case rotateVerb:
		return s.begin(ctx, cb)
	case offboardVerb, liftVerb:
		return s.offboard(ctx, cb)
	}
	return s.press(ctx, cb)
}

// openWish opens the form of a request, which must be done at once, and then draws what the person may ask for. What they have
// named already is chosen.
func (s *Socket) openWish(ctx context.Context, user, trigger, named string) {
	pen := s.penFor(ctx, user)
	view, err := s.API.OpenViewContext(ctx, trigger, pen.WishNote(pen.Words.Say("ask.loading", nil)))
	if err != nil {
		s.Log.Warn("form not opened", "by", user, "err", err)
		return
	}
	s.drawWish(ctx, view.ID, user, s.People.Now(), func(p Pen, offers []access.Offer) (chosen, note string) {
		return p.namedOffer(offers, named)
	})
}

// drawWish draws the form of a request anew. choose returns which of the offers is chosen, and what is to be said of that.
func (s *Socket) drawWish(ctx context.Context, id, user string, opened time.Time, choose func(Pen, []access.Offer) (chosen, note string)) {
	pen := s.penFor(ctx, user)
	offers, refusal, err := s.Desk.Offers(ctx, user)
	chosen, note := choose(pen, offers)
	view := pen.WishForm(offers, opened, chosen, note)
	switch {
	case err != nil:
		s.Log.Warn("form not filled", "by", user, "err", err)
		view = pen.WishNote(pen.Words.Say("ask.failed", nil))
	case refusal == policy.NotAsker:
		view = pen.WishNote(pen.Words.Say("ask.nothing", nil))
	case refusal == access.NoUsers:
		view = pen.WishNote(pen.Words.Say("ask.no_users", nil))
	case refusal != "":
		view = pen.WishNote(pen.WishRefusal(policy.Decision{Refusal: refusal}))
	}
	if _, err := s.API.UpdateViewContext(ctx, view, "", "", id); err != nil {
		s.Log.Warn("form not drawn", "by", user, "err", err)
	}
}

// wish answers what a person does in the form of a request.
func (s *Socket) wish(ctx context.Context, cb slack.InteractionCallback) reply {
	if cb.Type == slack.InteractionTypeBlockSuggestion {
		offers, _, err := s.Desk.Offers(ctx, cb.User.ID)
		if err != nil {
			s.Log.Warn("nothing suggested", "to", cb.User.ID, "err", err)
		}
		return reply{says: s.penFor(ctx, cb.User.ID).suggestions(offers, cb.Value)}
	}
	f, err := filledIn(cb)
	if err != nil {
		s.Log.Warn("event ignored", "type", cb.Type, "err", err)
		return reply{}
	}
	redraw := func(ctx context.Context) {
		s.drawWish(ctx, cb.View.ID, f.By, f.opened, func(Pen, []access.Offer) (string, string) { return f.Entitlement, "" })
	}
	switch cb.Type {
	case slack.InteractionTypeBlockActions:
		return reply{then: redraw}
	case slack.InteractionTypeViewSubmission:
		return s.sent(ctx, cb, f, redraw)
	}
	return reply{}
}

// sent takes in a form that was filled in, or says at its fields all that is wrong.
func (s *Socket) sent(ctx context.Context, cb slack.InteractionCallback, f filled, redraw func(context.Context)) reply {
	pen := s.penFor(ctx, f.By)
	if f.drawn != f.Entitlement { // sent before the form was redrawn: its other fields are of something else
		says := slack.NewErrorsViewSubmissionResponse(map[string]string{targetField: pen.Words.Say("ask.too_soon", nil)})
		return reply{says: says, then: redraw}
	}
	d, err := s.Desk.Request(ctx, f.Wish)
	if err != nil {
		s.Log.Error("request not taken in", "id", f.ID, "err", err)
		return reply{none: true}
	}
	if d.Refusal == "" {
		return reply{}
	}
	return reply{says: slack.NewErrorsViewSubmissionResponse(pen.wishWrong(cb, f, d))}
}

// penFor writes in a person's language and zone.
func (s *Socket) penFor(ctx context.Context, user string) Pen {
	ctx, cancel := context.WithTimeout(ctx, readerTime)
	defer cancel()
	return s.People.penFor(ctx, user, s.Zone)
}
