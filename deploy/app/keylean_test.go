package app_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"sekisho/aws/identity"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/store"
)

// lean starts a process without Slack, which the life of a key does not need: there are many of them to be lived.
func (k *keys) lean() *process {
	if k.setup.slackStep == nil {
		return k.start()
	}
	ctx, kill := context.WithCancel(context.Background())
	tap := &tap{point: &k.point, kill: kill}
	c := k.settings()
	accounts := identity.Accounts{}
	for id := range c.Policy.Accounts {
		aws := k.aws.Config(id)
		aws.HTTPClient = &http.Client{Transport: tap.over(k.aws, k.setup.awsStep)}
		accounts[id] = identity.In(aws)
	}
	keeping := identity.Keeping(c.Keys)
	k.lives++
	engine := handlers.New(handlers.Engine{DB: &tappedDB{DB: k.mem, tap: tap, full: &k.full}, Now: k.now,
		Log: slog.New(slog.NewTextHandler(&k.log, nil)), Owner: fmt.Sprint(k.lives)})
	keeper := access.New(engine, access.Keeper{Policy: c.Policy, Clouds: identity.Kinds(accounts, keeping, k.now),
		Guards: identity.Guards(accounts, keeping, k.now), Rotators: identity.Rotators(accounts, keeping, k.now), Users: accounts, Directory: known{}, Voice: mute{}})
	keeper.Leavers = offboarding.New(engine, offboarding.Offboarder{Policy: &c.Policy.Policy, Rotated: c.Policy.RotatedUsers(), Directory: known{},
		Closer: accounts, Access: access.Leaving{Keeper: keeper}, Voice: mute{}})
	p := &process{db: k.mem, kill: kill, ended: make(chan error, 1), close: func() error { return nil }}
	go func() {
		err := keeper.Recover(ctx)
		if err == nil {
			keeper.Run(ctx)
		}
		p.ended <- errors.Join(err)
	}()
	return p
}

// known is a workspace in which everybody is who they say.
type known struct{}

func (known) Members(context.Context, string) ([]string, error) { return []string{"U0SATO"}, nil }
func (known) Account(context.Context, string) (people.Account, error) {
	return people.Account{}, nil
}
func (k known) Lately() people.Directory                      { return k }
func (known) ByEmail(context.Context, string) (string, error) { return "", nil }

// mute says nothing, to anybody.
type mute struct{}

var here = store.Card{Channel: "C1", TS: "1.1"}

func (mute) Turn(context.Context, store.Card) error                               { return nil }
func (mute) Card(context.Context, store.Card, ...store.Grant) (store.Card, error) { return here, nil }
func (mute) Thread(context.Context, store.Grant, store.Entry) (bool, error)       { return true, nil }
func (mute) DM(context.Context, store.Grant) (store.Card, error)                  { return here, nil }
func (mute) Remind(context.Context, store.Card, store.Grant) (store.Card, error)  { return here, nil }
func (mute) Call(context.Context, string, store.Grant) (store.Card, error)        { return here, nil }
func (mute) Called(context.Context, store.Card, string, store.Grant) error        { return nil }
func (mute) CallTask(context.Context, string, store.Task) (store.Card, error)     { return here, nil }
func (mute) CalledTask(context.Context, store.Card, string, store.Task) error     { return nil }
func (mute) KeyMoved(context.Context, store.Task) error                           { return nil }
func (mute) TaskApprover(context.Context, string, store.Task, store.Entry) error  { return nil }
func (mute) Recall(context.Context, store.Recall, store.Grant) error              { return nil }
func (mute) CallAll(context.Context, store.Card, []string, time.Time) error       { return nil }
func (mute) Head(context.Context, store.SealHead, int, time.Time) error           { return nil }
func (mute) Members(context.Context, access.MemberChange) error                   { return nil }
func (mute) Home(context.Context, string, access.Access) error                    { return nil }
func (mute) Alert(context.Context, store.Alert, store.Card) (store.Card, error)   { return here, nil }
func (mute) Task(context.Context, store.Task) (store.Card, error)                 { return here, nil }
func (mute) TaskThread(context.Context, store.Task, store.Entry) (bool, error)    { return true, nil }
func (mute) Answer(context.Context, store.Press) error                            { return nil }
func (mute) Offboarding(context.Context, store.Offboarding) (store.Card, error)   { return here, nil }
func (mute) OffboardingThread(context.Context, store.Offboarding, store.Entry) (bool, error) {
	return true, nil
}
func (mute) Report(context.Context, store.Report, []store.Alert) (store.Card, error) {
	return here, nil
}
func (mute) ReportThread(context.Context, store.Report, store.Alert, store.Entry) error {
	return nil
}
func (mute) Continued(context.Context, store.Card, string, store.Grant) error {
	return nil
}
func (mute) Approver(context.Context, store.Card, string, store.Grant) (store.Card, error) {
	return here, nil
}
