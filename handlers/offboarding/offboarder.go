package offboarding

import (
	"context"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Offboarder has the workflow of offboardings. Make one with New.
type Offboarder struct {
	*handlers.Engine
	Policy    *policy.Policy
	Rotated   []people.Login // IAM users whose access keys are rotated
	Directory people.Directory
	Closer    Closer
	Access    Access
	Voice     Voice
}

// Closer reads what IAM users have, and ends it, whoever gave it.
type Closer interface {
	// Holds reads what a user has now: people.ErrNoUser if there is none of that name.
	Holds(ctx context.Context, account, user string) (Holds, error)
	// UserName returns the name that the user with the unique id has now, which may be another one than before:
	// people.ErrNoUser if there is no such user.
	UserName(ctx context.Context, account string, known store.Subject) (string, error)
	// End ends a thing that a user has, any number of times with one effect. Holds tells whether it has ended.
	End(ctx context.Context, h store.Holding) error
}

// Access takes back what the ledger has given to a person.
type Access interface {
	// End denies a request, or revokes a grant, by who confirmed the offboarding and for its reason. It returns the grant as
	// it is then: one that is over already stays as it is.
	End(ctx context.Context, o store.Offboarding, id string) (store.Grant, error)
	// VoidVotes takes away the person's approvals of all that waits for others still.
	VoidVotes(ctx context.Context, o store.Offboarding) error
}

// Voice tells people. It decides nothing.
type Voice interface {
	// Turn waits until Slack takes one more message: a new one, or one that is redrawn where it stands.
	Turn(ctx context.Context, at store.Card) error
	// Offboarding draws an offboarding in the security channel, where it stands or on a new message.
	Offboarding(ctx context.Context, o store.Offboarding) (store.Card, error)
	// OffboardingThread says in the thread of the card what happened, if people want to read it, and reports whether they do.
	OffboardingThread(ctx context.Context, o store.Offboarding, e store.Entry) (said bool, err error)
}

// New returns an offboarder with these fields, whose workflow the engine does.
func New(e *handlers.Engine, w Offboarder) *Offboarder {
	w.Engine = e
	e.Register(store.KindOffboarding, handlers.Workflow{
		Work: w.offboard,
		Tell: func(ctx context.Context, id string) error { return handlers.TellStory(ctx, e, id, w.story()) },
		Draw: func(ctx context.Context, id string) error {
			return handlers.TellStory(ctx, e, id, w.story().CardOnly())
		},
		Unclaim: w.unclaim,
		Channel: "security",
	})
	return &w
}

// story says how an offboarding is told.
func (w *Offboarder) story() handlers.Story[store.Offboarding] {
	return handlers.Story[store.Offboarding]{Load: store.LoadOffboarding, Update: w.update,
		Turn: w.Voice.Turn, Card: w.Voice.Offboarding, Line: w.Voice.OffboardingThread,
		Telling: func(o *store.Offboarding) (*store.Telling, uint64) { return &o.Telling, o.Chain.Seq }}
}

// update changes an offboarding by a pure function of what it is now.
func (w *Offboarder) update(ctx context.Context, id string, change func(store.Offboarding) (store.Offboarding, error)) (store.Offboarding, error) {
	return handlers.Change(ctx, w.Engine, store.LoadOffboarding, id, change)
}

// unclaim voids the claim of a dead process.
func (w *Offboarder) unclaim(ctx context.Context, id string) error {
	_, err := w.update(ctx, id, func(o store.Offboarding) (store.Offboarding, error) {
		o.Claim = store.Claim{}
		return o, nil
	})
	return err
}

// holds reports whether a grant is a person's.
func (w *Offboarder) holds(person store.Person, g store.Grant) bool {
	return w.Policy.Holds(person, policy.Holder{Person: g.Subject.Person, Login: people.Login{Account: g.Account, User: g.Subject.User}})
}
