package access

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/store"
)

// Cloud gives and takes one kind of access. An implementation is one file in aws/identity.
type Cloud interface {
	// Plan only reads. What it returns is committed before the first write and never asked again, so that after a
	// crash our own work is not mistaken for what was there before. prev, if not nil, is the grant that held the slot
	// before and has ended so recently that AWS may still show it, or show it again: what was there before that one was
	// there before this one.
	Plan(ctx context.Context, g store.Grant, prev *store.Grant) (map[string]string, error)
	// Step makes it so (the grant is approved), undoes it (it is ending), or clears away what that left (it has ended, and
	// the Later of its undoing has passed), any number of times with one effect, and reads back. It does not wait for AWS
	// to settle: it says Again.
	Step(ctx context.Context, g store.Grant) (handlers.Result, error)
	// Check tells whether AWS is as the ledger says. It only reads.
	Check(ctx context.Context, g store.Grant) (bool, error)
}

// Guard looks at what a kind of access has left in the world, between what is done about it. It only reads.
type Guard interface {
	Look(ctx context.Context, g store.Grant) (Sight, error)
}

// Sight is what a look shows of an issued key.
type Sight struct {
	Works   string // the id of the key, if it works
	Gone    bool   // there is no such key any more
	Exposed bool   // others than its requester can read its secret
}

// User is what IAM says of a user.
type User struct {
	ID    string // the unique id, AIDA...
	ARN   string
	Slack string // the tag sekisho:slack-user-id, or empty
}

// Users reads who IAM has: people.ErrNoUser and people.ErrNoRole if there is no such user, or role.
type Users interface {
	User(ctx context.Context, account, name string) (User, error)
	// UserOf reads the user with the subject's unique id, whatever the name is by now; without an id the one of that name.
	UserOf(ctx context.Context, account string, s store.Subject) (User, error)
	RoleID(ctx context.Context, account, name string) (string, error) // the unique id, AROA...
}

// Roll is who is in a group.
type Roll struct {
	GroupID string // the group's unique id, which a rename keeps
	Members []store.Subject
}

// Roster lists who is in what, for the kinds of access that have members.
type Roster interface {
	// Members reads who is in the group that a name means now.
	Members(ctx context.Context, account, target string) (Roll, error)
	// GroupName returns the name that the group with a unique id has now, and "" if there is no such group.
	GroupName(ctx context.Context, account, groupID string) (string, error)
}

// Remedy does what an alert offers, any number of times with one effect, and reads back.
type Remedy interface {
	Do(ctx context.Context, a store.Alert) (handlers.Result, error)
}

// Voice tells people. Everything it says is drawn from the record; it decides nothing.
type Voice interface {
	// Turn waits until Slack takes one more message: a new one, or one that is redrawn where it stands.
	Turn(ctx context.Context, at store.Card) error
	// Card draws grants on one message, where it stands or a new one, and returns where it stands now. Several are a
	// digest.
	Card(ctx context.Context, at store.Card, grants ...store.Grant) (store.Card, error)
	// Thread says under the card what happened, if it is of the kind that people want to read, and reports whether it is.
	Thread(ctx context.Context, g store.Grant, e store.Entry) (said bool, err error)
	// DM asks the person who signed in whether it was them, or shows whoever asked by hand what came of it: ErrUnreachable
	// if they cannot be written to.
	DM(ctx context.Context, g store.Grant) (store.Card, error)
	// Remind tells the holder that their access ends soon, or redraws that where it stands.
	Remind(ctx context.Context, at store.Card, g store.Grant) (store.Card, error)
	// Approver tells who has approved that they have, where it stands or anew: ErrUnreachable if they cannot be written to.
	Approver(ctx context.Context, at store.Card, account string, g store.Grant) (store.Card, error)
	// Continued says in a message to a single person, where it stands, that a newer one goes on from there.
	Continued(ctx context.Context, at store.Card, account string, g store.Grant) error
	// Recall tells somebody that their approval no longer counts, and asks them to decide anew: ErrUnreachable if they cannot be
	// written to.
	Recall(ctx context.Context, r store.Recall, g store.Grant) error
	// Call asks somebody who may decide on a request to do so on its card: ErrUnreachable if they cannot be written to.
	Call(ctx context.Context, account string, g store.Grant) (store.Card, error)
	// Called says in such a message, where it stands, that the request is decided.
	Called(ctx context.Context, at store.Card, account string, g store.Grant) error
	// CallTask and CalledTask do the same for a rotation.
	CallTask(ctx context.Context, account string, t store.Task) (store.Card, error)
	CalledTask(ctx context.Context, at store.Card, account string, t store.Task) error
	// CallAll asks people and user groups, in the thread of a card, to decide by a time.
	CallAll(ctx context.Context, at store.Card, who []string, by time.Time) error
	// Home draws a person's Home tab.
	Home(ctx context.Context, account string, a Access) error
	// Alert draws an alert in the security channel, where it stands or on a new message, with a link to the card that it is about,
	// if there is one. One that is raised again says so on its earlier message.
	Alert(ctx context.Context, a store.Alert, about store.Card) (store.Card, error)
	// KeyMoved tells who was given a key that a rotation replaces where to read the next one: ErrUnreachable if they cannot be
	// written to.
	KeyMoved(ctx context.Context, t store.Task) error
	// TaskApprover tells who has approved a rotation that its old key is put back, or who has approved a deletion that this
	// counts no longer: ErrUnreachable if they cannot be written to.
	TaskApprover(ctx context.Context, account string, t store.Task, e store.Entry) error
	// Task draws a task, where it stands or on a new message, and returns where it stands now.
	Task(ctx context.Context, t store.Task) (store.Card, error)
	// TaskThread does under a task's card what Thread does.
	TaskThread(ctx context.Context, t store.Task, e store.Entry) (said bool, err error)
	// Head says in the security channel what the ledger has come to, how many changes were sealed since it was last said, and
	// since when no head could be stored, unless that is the zero time.
	Head(ctx context.Context, h store.SealHead, changes int, unstored time.Time) error
	// Members says in the security channel that a user group which decides has other members.
	Members(ctx context.Context, c MemberChange) error
	// Answer tells only the person who pressed why nothing was done.
	Answer(ctx context.Context, p store.Press) error
}

// ErrUnreachable says that a person cannot be written to, now or later.
var ErrUnreachable = errors.New("person cannot be reached")

// Rows does what is asked of the rows of an audit's report, which are alerts of the kind store.Stale.
type Rows interface {
	Mend(ctx context.Context, a store.Alert) (handlers.Outcome, error) // what was pressed on it
	TellRow(ctx context.Context, a store.Alert) error
}

// Keeper has the workflows of access, rotations and alerts. Make one with New.
type Keeper struct {
	*handlers.Engine
	Policy    *Settings
	Clouds    map[string]Cloud  // by kind
	Rosters   map[string]Roster // by kind
	Guards    map[string]Guard  // by kind
	Remedies  map[store.AlertKind]Remedy
	Rotators  map[string]Rotator // by kind
	Leavers   Leavers
	Rows      Rows
	Users     Users
	Directory people.Directory
	Voice     Voice
	HeadStore HeadStore // nil: heads are posted only

	letters   *handlers.Limiter // to whom a record is about, and who has approved: whose turn it is
	calls     *handlers.Limiter // the same, to those who may decide
	removals  *removals         // of unknown members
	asking    *asking           // how often programs have asked
	homes     *homes            // that are open
	opened    chan struct{}     // one of them is stale
	failing   *atomic.Bool      // the last try to store a head
	digesting chan struct{}     // held by who redraws a digest
	posting   chan struct{}     // held by one at a time: one new card after the other, so that a digest takes each request once
}

// New returns a keeper whose workflows an engine does.
func New(e *handlers.Engine, k Keeper) *Keeper {
	k.Engine = e
	k.posting, k.digesting = make(chan struct{}, 1), make(chan struct{}, 1)
	k.removals, k.failing = new(removals), new(atomic.Bool)
	k.letters, k.calls = &handlers.Limiter{Every: handlers.LetterPace}, &handlers.Limiter{Every: handlers.CallPace}
	k.asking, k.homes, k.opened = new(asking), new(homes), make(chan struct{}, 1)
	e.Gate, e.Rebuild, e.Alarm, e.Saving = k.gate, k.rebuild, k.raiseTampered, k.saving
	e.Longest, e.Keep = k.Policy.longest(), k.Policy.Keep
	for kind, w := range k.workflows() {
		e.Register(kind, w)
	}
	return &k
}

// Run does what is due, and what comes round, beside what others do, until the context ends: see [Engine.Run].
func (k *Keeper) Run(ctx context.Context, beside ...func(context.Context)) {
	k.Engine.Run(ctx, append(beside, k.watch, k.showHomes, k.schedule, k.postHeads, k.storeHeads)...)
}

// workflows returns those of each kind of record.
func (k *Keeper) workflows() map[string]handlers.Workflow {
	return map[string]handlers.Workflow{
		store.KindGrant: {
			Account: func(r store.Record) string { return r.(*store.Grant).Account },
			Work:    k.tend, Look: k.inspect, Tell: k.tell, Draw: k.tellCard, Judge: k.judgeOnGrant, Gives: grantGives, Channel: "cards",
			Unclaim: unclaims(k.update, func(g *store.Grant) { g.Claim = store.Claim{} }),
		},
		store.KindTask: {
			Account: func(r store.Record) string { return r.(*store.Task).Account },
			Work:    k.rotate, Tell: k.tellTask, Judge: k.judgeOnTask, Gives: taskGives, Channel: "cards",
			Draw: func(ctx context.Context, id string) error {
				return handlers.TellStory(ctx, k.Engine, id, k.storyOfTask().CardOnly())
			},
			Unclaim: unclaims(k.updateTask, func(t *store.Task) { t.Claim = store.Claim{} }),
		},
		store.KindAlert: {
			Account: func(r store.Record) string { return r.(*store.Alert).Account },
			Work:    k.remedy, Tell: k.tellAlert, Judge: k.judgeOnAlert, Gives: alertGives, Channel: "security",
			Unclaim: unclaims(k.updateAlert, func(a *store.Alert) { a.Claim = store.Claim{} }),
		},
		store.KindPress: {Tell: k.answer, Channel: "answers"},
	}
}

// unclaims returns what voids the claim on a record.
func unclaims[T any](update func(context.Context, string, func(T) (T, error)) (T, error), void func(*T)) func(context.Context, string) error {
	return func(ctx context.Context, id string) error {
		_, err := update(ctx, id, func(r T) (T, error) {
			void(&r)
			return r, nil
		})
		return err
	}
}

// gate returns what Slack says of who pressed, and why they may press nothing, or not this.
func (k *Keeper) gate(ctx context.Context, p store.Press) (people.Account, string, error) {
	account, err := k.Directory.Account(ctx, p.By)
	if err != nil {
		return account, "", err
	}
	switch leaves, err := k.Leavers.Leaves(ctx, k.Policy.People.Of(p.By)); {
	case err != nil:
		return account, "", err
	case leaves && decides(p.Verb):
		return account, people.Leaves, nil
	}
	return account, "", nil
}

// saving has the Home tabs drawn anew that show what is written.
func (k *Keeper) saving(records []store.Record) (saved func()) {
	happened := k.news(records)
	return func() { k.refresh(happened) }
}
