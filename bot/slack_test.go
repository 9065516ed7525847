package bot

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/access"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	botToken  = "xoxb-bot"
	appToken  = "xapp-app"
	approvals = "C0APPROVALS"
	elsewhere = "C0ELSEWHERE"
	security  = "C0SECURITY"
)

// beside is for comparing records by what is true of them.
var beside = cmpopts.IgnoreUnexported(store.Head{})

// world is Slack with this package in it.
type world struct {
	*fakeslack.Server
	t      *testing.T
	api    *slack.Client
	people *People
	voice  *Voice
	log    *journal

	mu    sync.Mutex
	calls map[string]int // of the Web API, by method
}

// inSlack runs a test in a bubble, where hours cost nothing.
func inSlack(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	inSlackWith(t, func(*fakeslack.Workspace) {}, test)
}

// inSlackWith does so with another workspace.
func inSlackWith(t *testing.T, change func(*fakeslack.Workspace), test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		members := []string{yamada, sato, kato, "U0BOT"}
		workspace := fakeslack.Workspace{
			BotToken: botToken, AppToken: appToken, Users: workspaceUsers(),
			Channels: []fakeslack.Channel{{ID: approvals, Name: "approvals", Members: members}, {ID: elsewhere, Name: "elsewhere", Members: members},
				{ID: security, Name: "security", Members: members}},
			Scopes: []string{"chat:write", "commands", "users:read", "users:read.email", "im:write", "usergroups:read"},
			Groups: []fakeslack.UserGroup{{ID: "S0LEADS", Handle: "leads", Members: []string{sato, kato}}},
		}
		change(&workspace)
		w := &world{t: t, log: &journal{}, calls: map[string]int{}, Server: fakeslack.New(workspace)}
		t.Cleanup(w.Close)
		w.failing(nil)
		w.api = w.client(botToken, appToken)
		w.people = NewPeople(w.api, time.Now)
		w.voice = NewVoice(w.api, w.people, Place{Cards: approvals, Alerts: security, Pen: penIn("ja")}, slog.New(slog.NewTextHandler(w.log, nil)))
		test(t, w)
	})
}

func (w *world) client(bot, app string) *slack.Client {
	m := w.Memory()
	return slack.New(bot, slack.OptionAppLevelToken(app), slack.OptionAPIURL(m.URL), slack.OptionHTTPClient(m.HTTP))
}

// failing lets calls fail as f says, and counts them all.
func (w *world) failing(f func(fakeslack.Call) *fakeslack.Failure) {
	w.Fault(func(c fakeslack.Call) *fakeslack.Failure {
		w.mu.Lock()
		w.calls[c.Method]++
		w.mu.Unlock()
		if f == nil {
			return nil
		}
		return f(c)
	})
}

func (w *world) called(method string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[method]
}

// refusing answers one method with an error code.
func refusing(method, code string) func(fakeslack.Call) *fakeslack.Failure {
	return func(c fakeslack.Call) *fakeslack.Failure {
		if c.Method == method {
			return &fakeslack.Failure{Error: code}
		}
		return nil
	}
}

// socket is one that is not running yet.
func (w *world) socket(api *slack.Client, desk Desk) *Socket {
	client := socketmode.New(api, socketmode.OptionDialer(w.Memory().Dialer), socketmode.OptionLog(log.New(io.Discard, "", 0)))
	return &Socket{Client: client, API: api, People: w.people, Desk: desk, Zone: tokyo, Channel: approvals, Log: slog.New(slog.NewTextHandler(w.log, nil)), forms: &sentForms{}}
}

// bot is the whole package, not running yet.
func (w *world) bot(bot, app string) *Bot {
	m := w.Memory()
	return New(Slack{URL: m.URL, BotToken: bot, AppToken: app, HTTP: m.HTTP, Dialer: m.Dialer},
		Place{Cards: approvals, Alerts: security, Pen: penIn("ja")}, time.Now, slog.New(slog.NewTextHandler(w.log, nil)))
}

// run runs a socket until stop, which returns what Run does.
func (w *world) run(desk Desk) (stop func() error) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	s := w.socket(w.api, desk)
	go func() { ended <- s.Run(ctx) }()
	stop = sync.OnceValue(func() error { cancel(); return <-ended })
	w.t.Cleanup(func() { _ = stop() })
	w.until(func() bool { return w.Sockets() == 1 })
	return stop
}

func (w *world) until(ok func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Hour)
	defer cancel()
	if err := w.Wait(ctx, ok); err != nil {
		w.t.Fatal(err)
	}
}

// post posts the card of a grant and returns the grant with it.
func (w *world) post(g store.Grant) store.Grant {
	w.t.Helper()
	card, err := w.voice.Card(w.t.Context(), g.Card, g)
	if err != nil {
		w.t.Fatal(err)
	}
	g.Card = card
	return g
}

// click presses a button of a card.
func (w *world) click(user string, g store.Grant, verb store.Verb) fakeslack.Delivery {
	w.t.Helper()
	d, err := w.Click(fakeslack.Press{User: user, Channel: g.Card.Channel, TS: g.Card.TS, Action: string(verb), Confirmed: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// desk keeps the presses and the wishes that it takes in.
type desk struct {
	offers    []access.Offer
	refusal   string          // of all offers
	decides   policy.Decision // on each wish
	wishes    []access.Wish
	grant     store.Grant
	alert     store.Alert
	task      store.Task
	access    access.Access
	revocable []store.Grant
	whose     []string // who asked what they may revoke, and of whom
	failed    error    // of what is asked for access
	rotates   []access.Rotatable
	forbids   string          // why every press would be refused
	unjudged  error           // of that
	hinders   policy.Decision // a rotation, before its form is drawn
	begun     []string        // who began which rotation, and why
	times     []time.Time     // of the presses, by Slack's clock
	leaver    offboarding.Leaver
	ended     []string // who offboarded whom, and why; or looked

	hook func(context.Context, store.Press) error // comes first; nil for nothing

	mu     sync.Mutex
	taken  []store.Press
	opened []string // who, and from where
}

func (d *desk) Press(ctx context.Context, p store.Press) error {
	if d.hook != nil {
		if err := d.hook(ctx, p); err != nil {
			return err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.times, p.Pressed = append(d.times, p.Pressed), time.Time{} // which differs from press to press
	d.taken = append(d.taken, p)
	return nil
}

func (d *desk) Open(user string, from int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = append(d.opened, fmt.Sprint(user, " ", from))
}

func (d *desk) Grant(_ context.Context, id string) (store.Grant, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id != d.grant.ID {
		return store.Grant{}, store.ErrNotFound
	}
	return d.grant, nil
}

func (d *desk) Alert(context.Context, string) (store.Alert, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.alert, nil
}

func (d *desk) Task(_ context.Context, id string) (store.Task, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id != d.task.ID {
		return store.Task{}, store.ErrNotFound
	}
	return d.task, nil
}

func (d *desk) Offers(context.Context, string) ([]access.Offer, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.offers, d.refusal, nil
}

func (d *desk) Request(_ context.Context, w access.Wish) (policy.Decision, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wishes = append(d.wishes, w)
	return d.decides, nil
}

// show says what everybody's access is, or why that is not known.
func (d *desk) show(a access.Access, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.access, d.failed = a, err
}

func (d *desk) Access(context.Context, string, int) (access.Access, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.access, d.failed
}

func (d *desk) Revocable(_ context.Context, by, of string) ([]store.Grant, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.whose = append(d.whose, by+" "+of)
	return d.revocable, d.refusal, d.failed
}

func (d *desk) Rotatable(context.Context, string) ([]access.Rotatable, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rotates, d.refusal, d.failed
}

func (d *desk) Rotate(_ context.Context, by, rotation, reason string) (store.Task, policy.Decision, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.begun = append(d.begun, by+" "+rotation+" "+reason)
	return store.Task{}, d.decides, d.failed
}

func (d *desk) Forbidden(_ context.Context, p store.Press) (store.Press, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p.Refusal, p.Facts = d.forbids, map[string]string{access.FactWho: "usergroup:S0LEADS U0SATO"}
	return p, d.unjudged
}

func (d *desk) Latest(_ context.Context, g store.Grant) (time.Time, error) { return g.Max, nil }

func (d *desk) Hindered(context.Context, string, string) (policy.Decision, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.hinders, d.failed
}

func (d *desk) Offboards(_ context.Context, by string) bool { return by == kato }

func (d *desk) Leaver(_ context.Context, by, whom string) (offboarding.Leaver, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = append(d.ended, by+" looks at "+whom)
	return d.leaver, d.refusal, d.failed
}

func (d *desk) Offboard(_ context.Context, by, person, reason string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = append(d.ended, by+" ends "+person+": "+reason)
	return d.refusal, d.failed
}

func (d *desk) Lift(_ context.Context, by, person, reason string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = append(d.ended, by+" lifts "+person+": "+reason)
	return d.refusal, d.failed
}

func (d *desk) decide(as policy.Decision) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.decides = as
}

func (d *desk) wished() []access.Wish {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]access.Wish(nil), d.wishes...)
}

func (d *desk) presses() []store.Press {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]store.Press(nil), d.taken...)
}

// journal is a log that can be read while it is written.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}
