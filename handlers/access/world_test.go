package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/audit"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	account = "123456789012"
	other   = "210987654321"
	group   = "jit-ops"
	rule    = "prod-operator"
)

const aDay = 24 * time.Hour

// world is a keeper between a fake AWS, a ledger in memory and a voice that only remembers. It lives in a bubble.
type world struct {
	t          *testing.T
	db         store.DB
	aws        *fakeaws.AWS
	policy     *access.Settings
	voice      *voice
	leads      *userGroup
	keeper     *access.Keeper
	offboarder *offboarding.Offboarder
	audits     *audit.Settings // what the audit looks for; nil: nothing by itself
	userID     string
	mfa        string // of sign-ins
	stop       func()
	n          int
	heads      access.HeadStore
	ahead      atomic.Int64 // of AWS's clock is the bot's, in nanoseconds
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// besides is a log in which no write may be said to have changed facts beside an entry.
type besides struct {
	slog.Handler
	t *testing.T
}

func (besides) Enabled(context.Context, slog.Level) bool { return true }

func (b besides) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok && errors.Is(err, store.ErrBeside) {
			b.t.Errorf("%s: %v", r.Message, err)
		}
		return true
	})
	return nil
}

// given puts a grant into the ledger as one that is active for a day, with these effects.
func (w *world) given(g store.Grant, effects map[string]string) {
	w.t.Helper()
	now := time.Now()
	g.Duration, g.Longest, g.Lapses, g.Steps = aDay, aDay, now.Add(aDay), []store.Step{{By: []string{"U0SATO"}, Count: 1}}
	for _, e := range []store.Entry{{Verb: store.Receive}, {Verb: store.Ask}, {Verb: store.Approve, Steps: []int{1}, Until: now.Add(aDay)},
		{Verb: store.Plan, Facts: effects}, {Verb: store.Apply}} {
		e.By, e.At = store.Self, now
		var err error
		if g, err = g.After(e); err != nil {
			w.t.Fatal(err)
		}
	}
	g.Told, g.Claim = map[string]uint64{store.OnCard: g.Chain.Seq, store.InThread: g.Chain.Seq, store.InDM: g.Chain.Seq, store.ToApprovers: g.Chain.Seq}, store.Claim{}
	if err := store.Save(w.t.Context(), w.db, &g); err != nil {
		w.t.Fatal(err)
	}
}

// older changes a record's facts as if a build had written them of which no entry holds any.
func (w *world) older(id string, change func(facts map[string]any)) {
	w.t.Helper()
	doc, err := w.db.(store.Whole).Next(w.t.Context(), id[:len(id)-1])
	if err != nil || doc.ID != id {
		w.t.Fatal(doc.ID, err)
	}
	var facts map[string]any
	if err = json.Unmarshal(doc.Facts, &facts); err == nil {
		change(facts)
		doc.Facts, err = json.Marshal(facts)
	}
	if doc.Entries, doc.Old = nil, true; err != nil || w.db.Put(w.t.Context(), doc) != nil {
		w.t.Fatal(id, err)
	}
}

// inWorld runs a test in a bubble, with a running keeper.
func inWorld(t *testing.T, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.run()
		defer func() { w.stop() }()
		test(w)
	})
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, mfa: "yes", db: &store.Mem{}, aws: fakeaws.New(fakeaws.Options{Accounts: []string{account, other}}), voice: &voice{},
		leads: &userGroup{members: []string{"U0SATO", "U0YAMADA", "U0YAMADA2", "U0KATO"}}, policy: oneRule()}
	w.userID = w.aws.AddUser(account, "t.yamada", nil)
	w.aws.AddGroup(account, group)
	w.keeper = w.newKeeper()
	return w
}

func oneRule() *access.Settings {
	return &access.Settings{Policy: policy.Policy{
		Accounts: map[string]string{account: "production"},
		Entitlements: []policy.Entitlement{{ID: rule, Kind: identity.KindGroup, Account: account, Target: group, OnLogin: true,
			Steps: []store.Step{{By: []string{"usergroup:S0LEADS", "U0CHIEF"}, Count: 1}}, Within: 24 * time.Hour, Duration: 4 * time.Hour, Longest: 12 * time.Hour}},
		Security: []string{"U0CHIEF"},
		MatchTag: true, // so that a test can make one more user of somebody
		People:   people.New(team()),
	}}
}

// team are the people of the configuration, and more of them who are there under one Slack account.
func team(more ...string) []people.Person {
	out := []people.Person{{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}}}
	for _, id := range append([]string{"U0SATO", "U0KATO", "U0CHIEF", "U0OTHER"}, more...) {
		out = append(out, people.Person{Slack: []string{id}})
	}
	return out
}

// userIDs are so many Slack accounts of people.
func userIDs(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprint("U0USER", i))
	}
	return out
}

// twoOf needs two of these people.
func twoOf(who ...string) []store.Step { return []store.Step{{By: who, Count: 2}} }

func (w *world) newKeeper() *access.Keeper {
	accounts := identity.Accounts{}
	for id := range w.policy.Accounts {
		accounts[id] = identity.In(w.aws.Config(id))
	}
	w.n++
	engine := handlers.New(handlers.Engine{DB: w.db, Now: w.now, Log: slog.New(besides{slog.DiscardHandler, w.t}), Owner: fmt.Sprint("keeper-", w.n)})
	keeper := access.New(engine, access.Keeper{Policy: w.policy, Clouds: identity.Kinds(accounts, identity.Keeping{}, w.now), Users: accounts, Directory: w.leads, Rosters: identity.Rosters(accounts), Remedies: identity.Remedies(accounts), Guards: identity.Guards(accounts, identity.Keeping{}, w.now), Rotators: identity.Rotators(accounts, identity.Keeping{}, w.now),
		Voice: w.voice, HeadStore: w.heads})
	w.offboarder = offboarding.New(engine, offboarding.Offboarder{Policy: &w.policy.Policy, Rotated: w.policy.RotatedUsers(), Directory: w.leads,
		Closer: accounts, Access: access.Leaving{Keeper: keeper}, Voice: w.voice})
	rules := audit.Rules{Policy: &w.policy.Policy, Settings: w.audits}
	for _, r := range w.policy.Rotations {
		rules.Rotated = append(rules.Rotated, audit.Rotated{Rule: r.ID, Login: people.Login{Account: r.Account, User: r.User}})
	}
	keeper.Leavers = w.offboarder
	keeper.Rows = audit.New(audit.Workflow{Engine: engine, Rules: rules, Reader: accounts, Mender: identity.Mender{Accounts: accounts},
		Directory: w.leads, Notifier: w.voice, Leaves: w.offboarder.LeavesAs, Rotate: keeper.BeginRotation})
	return keeper
}

// auditor is the audit of the world's keeper.
func (w *world) auditor() *audit.Workflow { return w.keeper.Rows.(*audit.Workflow) }

func (w *world) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	keeper, auditor := w.keeper, w.auditor()
	go func() { keeper.Run(ctx, auditor.Run); close(ended) }()
	w.stop = func() { cancel(); <-ended }
}

// govern starts the keeper anew with another policy, as an operator does.
func (w *world) govern(change func(*access.Settings)) {
	w.stop()
	rules := *w.policy
	rules.Entitlements, rules.Security = slices.Clone(rules.Entitlements), slices.Clone(rules.Security)
	change(&rules)
	w.policy = &rules
	w.keeper = w.newKeeper()
	w.run()
}

// signIn is what package trail hands over.
func (w *world) signIn(id string) {
	w.t.Helper()
	w.receive(access.Request{ID: "login-" + id, Origin: store.SignIn, Account: account, User: "t.yamada",
		Signin: store.Signin{At: time.Now(), Address: "203.0.113.9", MFA: w.mfa, Principal: w.userID}})
}

func (w *world) receive(r access.Request) {
	w.t.Helper()
	if err := w.keeper.Receive(w.t.Context(), r); err != nil {
		w.t.Fatal(err)
	}
	w.wait(0)
}

// press is what package bot hands over: a button on the card as it was last drawn.
func (w *world) press(user string, verb store.Verb) string {
	w.t.Helper()
	return w.pressOn(w.voice.card(), user, verb)
}

func (w *world) pressOn(g store.Grant, user string, verb store.Verb) string {
	w.t.Helper()
	w.n++
	return w.pressed(store.Press{ID: fmt.Sprint(store.PressPrefix, w.n), By: user, Verb: verb, On: g.ID, Terms: g.Terms(), Card: g.Card})
}

// pressed returns the refusal, or "".
func (w *world) pressed(p store.Press) string {
	w.t.Helper()
	if err := w.keeper.Press(w.t.Context(), p); err != nil {
		w.t.Fatal(err)
	}
	w.wait(0)
	p, err := store.LoadPress(w.t.Context(), w.db, p.ID)
	if err != nil || !p.Judged {
		w.t.Fatalf("press %s: judged %t, %v", p.ID, p.Judged, err)
	}
	return p.Refusal
}

// wait lets time pass, and everybody finish what it brings.
func (w *world) wait(d time.Duration) {
	w.voice.settle()
	time.Sleep(d)
	synctest.Wait()
	w.voice.settle()
}

func (w *world) grant(id string) store.Grant {
	w.t.Helper()
	g, err := store.LoadGrant(w.t.Context(), w.db, "login-"+id)
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

// is checks the state of a grant, and whether the user is in the group.
func (w *world) is(id string, state store.State, member bool) {
	w.t.Helper()
	if g := w.grant(id); g.State != state {
		w.t.Errorf("%s is %s (%s %s), want %s", id, g.State, g.Outcome, g.Note, state)
	}
	if got := w.member(); got != member {
		w.t.Errorf("member is %t, want %t", got, member)
	}
}

func (w *world) member() bool {
	return slices.Contains(w.aws.Members(account, group), "t.yamada")
}

// entries are the verbs that happened to a grant, its chain verified.
func (w *world) entries(id string) []store.Verb {
	w.t.Helper()
	g := w.grant(id)
	entries, err := w.db.Entries(w.t.Context(), g.ID, 0)
	if err = errors.Join(err, g.Chain.Verify(entries)); err != nil {
		w.t.Fatal(err)
	}
	var out []store.Verb
	for _, e := range entries {
		out = append(out, e.Verb)
	}
	return out
}

// happened counts how often a verb did.
func (w *world) happened(id string, v store.Verb) (n int) {
	w.t.Helper()
	for _, each := range w.entries(id) {
		if each == v {
			n++
		}
	}
	return n
}

// drawn returns what was drawn of the alerts of a kind, in the order of drawing.
func (w *world) drawn(kind store.AlertKind) (out []store.Alert) {
	w.voice.settle()
	for _, a := range w.voice.alerts {
		if a.Kind == kind {
			out = append(out, a)
		}
	}
	return out
}

// writes counts the calls that AWS took for changes.
func (w *world) writes() int {
	n := 0
	for _, c := range w.aws.Calls() {
		if c.Write && !c.Late {
			n++
		}
	}
	return n
}

// settle puts what a test has read of the voice before what comes, and what came before what it reads.
func (v *voice) settle() {
	v.mu.Lock()
	defer v.mu.Unlock()
}

// voice remembers what it was told to say.
type voice struct {
	mu        sync.Mutex
	down      bool
	cards     []store.Grant
	posts     int
	dms       []store.Grant
	heads     []postedHead
	regrouped []access.MemberChange
	reminders int
	reminded  []store.Grant // reminders as they were drawn
	homes     map[string]access.Access
	approvers map[string][]store.Grant // what each approver saw
	called    []call
	about     store.Card     // of the alert that was drawn last
	settled   []call         // they were told that it is decided
	continued []store.Card   // messages that a newer one goes on from
	recalled  []store.Recall // as each was told
	newDMs    int
	newLetter map[string]int // messages to each approver
	alerts    []store.Alert
	alertsAt  []store.Card // where each of them stood before it was drawn
	lines     []store.Verb
	tasks     []store.Task
	undone    []undone       // who has heard that what they approved is undone
	moved     []store.Task   // as who was given a key was told that it has moved
	reports   []store.Report // as each was first posted
	drawn     map[string]drawnReport
	answers   []store.Press

	offboardings []store.Offboarding
}

// call asked somebody to decide.
type call struct {
	who   string
	grant store.Grant
	at    time.Time
}

// undone is the letter to an approver whose approval something has undone.
type undone struct {
	account string
	verb    store.Verb
}

var errDown = fmt.Errorf("world: %w", handlers.ErrSilent)

func (v *voice) Turn(context.Context, store.Card) error { return nil }

func (v *voice) Card(_ context.Context, at store.Card, grants ...store.Grant) (store.Card, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return at, errDown
	}
	if at.TS == "" {
		v.posts++
		at = store.Card{Channel: "C1", TS: fmt.Sprint(v.posts)}
	}
	for _, g := range grants {
		g.Card = at
		v.cards = append(v.cards, g)
	}
	return at, nil
}

func (v *voice) DM(_ context.Context, g store.Grant) (store.Card, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return g.DM, errDown
	}
	v.dms = append(v.dms, g)
	at := store.Card{Channel: "D" + g.Subject.Person.Account(), TS: g.DM.TS}
	if at.TS == "" {
		v.newDMs++
		at.TS = fmt.Sprint(g.ID, "-", v.newDMs)
	}
	return at, nil
}

func (v *voice) Remind(_ context.Context, at store.Card, g store.Grant) (store.Card, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return at, errDown
	}
	if at.TS == "" {
		v.reminders++
		at.TS = fmt.Sprint("reminder-", v.reminders)
	}
	v.reminded = append(v.reminded, g)
	return at, nil
}

func (v *voice) Approver(_ context.Context, at store.Card, account string, g store.Grant) (store.Card, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return at, errDown
	}
	if v.approvers == nil {
		v.approvers = map[string][]store.Grant{}
	}
	v.approvers[account] = append(v.approvers[account], g)
	if at.TS == "" {
		if v.newLetter == nil {
			v.newLetter = map[string]int{}
		}
		v.newLetter[account]++
		at = store.Card{Channel: "D" + account, TS: fmt.Sprint(g.ID, "-", v.newLetter[account])}
	}
	return at, nil
}

func (v *voice) Continued(_ context.Context, at store.Card, account string, g store.Grant) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return errDown
	}
	v.continued = append(v.continued, at)
	return nil
}

func (v *voice) Recall(_ context.Context, r store.Recall, g store.Grant) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return errDown
	}
	v.recalled = append(v.recalled, r)
	return nil
}

func (v *voice) Call(_ context.Context, account string, g store.Grant) (store.Card, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return store.Card{}, errDown
	}
	v.called = append(v.called, call{account, g, time.Now()})
	return store.Card{Channel: "D" + account, TS: fmt.Sprint("call-", g.ID, "-", account)}, nil
}

func (v *voice) Called(_ context.Context, at store.Card, account string, g store.Grant) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return errDown
	}
	if at.TS != fmt.Sprint("call-", g.ID, "-", account) {
		return fmt.Errorf("%s was not called in %v", account, at)
	}
	v.settled = append(v.settled, call{account, g, time.Now()})
	return nil
}

func (v *voice) CallTask(ctx context.Context, account string, t store.Task) (store.Card, error) {
	return v.Call(ctx, account, store.Grant{ID: t.ID, Telling: store.Telling{Card: t.Card}})
}

func (v *voice) CalledTask(ctx context.Context, at store.Card, account string, t store.Task) error {
	return v.Called(ctx, at, account, store.Grant{ID: t.ID, State: t.State})
}

func (v *voice) TaskApprover(_ context.Context, account string, t store.Task, e store.Entry) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return errDown
	}
	v.undone = append(v.undone, undone{account, e.Verb})
	return nil
}

func (v *voice) KeyMoved(_ context.Context, t store.Task) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return errDown
	}
	v.moved = append(v.moved, t)
	return nil
}

func (v *voice) CallAll(ctx context.Context, at store.Card, who []string, _ time.Time) error {
	_, err := v.Call(ctx, "all "+strings.Join(who, " "), store.Grant{Telling: store.Telling{Card: at}})
	return err
}

func (v *voice) Head(_ context.Context, h store.SealHead, changes int, unstored time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return errDown
	}
	v.heads = append(v.heads, postedHead{h, changes, unstored})
	return nil
}

func (v *voice) Members(_ context.Context, c access.MemberChange) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return errDown
	}
	v.regrouped = append(v.regrouped, c)
	return nil
}

// postedHead is a head as it was posted.
type postedHead struct {
	store.SealHead
	changes  int
	unstored time.Time
}

func (v *voice) Home(_ context.Context, account string, a access.Access) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return errDown
	}
	if v.homes == nil {
		v.homes = map[string]access.Access{}
	}
	v.homes[account] = a
	return nil
}

// home is what a person sees on their Home tab.
func (v *voice) home(account string) access.Access {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.homes[account]
}

func (v *voice) Report(_ context.Context, r store.Report, rows []store.Alert) (store.Card, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return r.Card, errDown
	}
	if r.Card.TS == "" {
		v.reports = append(v.reports, r)
	}
	if v.drawn == nil {
		v.drawn = map[string]drawnReport{}
	}
	v.drawn[r.ID] = drawnReport{r, rows, v.drawn[r.ID].times + 1}
	return store.Card{Channel: "CSEC", TS: r.ID}, nil
}

// drawnReport is a report as it was drawn last.
type drawnReport struct {
	report store.Report
	rows   []store.Alert
	times  int
}

func (v *voice) ReportThread(_ context.Context, _ store.Report, _ store.Alert, e store.Entry) error {
	return v.line(e)
}

func (v *voice) Alert(_ context.Context, a store.Alert, about store.Card) (store.Card, error) {
	v.mu.Lock()
	v.about = about
	defer v.mu.Unlock()
	if v.down {
		return a.Card, errDown
	}
	v.alertsAt = append(v.alertsAt, a.Card)
	if a.Card.TS == "" {
		a.Card = store.Card{Channel: "CSEC", TS: fmt.Sprint(a.ID, " ", len(v.alertsAt))}
	}
	v.alerts = append(v.alerts, a)
	return a.Card, nil
}

func (v *voice) Thread(_ context.Context, _ store.Grant, e store.Entry) (bool, error) {
	return true, v.line(e)
}

func (v *voice) Task(_ context.Context, t store.Task) (store.Card, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return t.Card, errDown
	}
	t.Card = store.Card{Channel: "C1", TS: t.ID}
	v.tasks = append(v.tasks, t)
	return t.Card, nil
}

func (v *voice) TaskThread(_ context.Context, _ store.Task, e store.Entry) (bool, error) {
	return true, v.line(e)
}

func (v *voice) Offboarding(_ context.Context, o store.Offboarding) (store.Card, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return o.Card, errDown
	}
	o.Card = store.Card{Channel: "CSEC", TS: o.ID}
	v.offboardings = append(v.offboardings, o)
	return o.Card, nil
}

func (v *voice) OffboardingThread(_ context.Context, _ store.Offboarding, e store.Entry) (bool, error) {
	return true, v.line(e)
}

func (v *voice) Answer(_ context.Context, p store.Press) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return errDown
	}
	v.answers = append(v.answers, p)
	return nil
}

// line notes what is said in a thread.
func (v *voice) line(e store.Entry) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down {
		return errDown
	}
	v.lines = append(v.lines, e.Verb)
	return nil
}

// card is what people see last.
func (v *voice) card() store.Grant {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.cards[len(v.cards)-1]
}

// cardOf is what people see of one grant.
func (v *voice) cardOf(id string) store.Grant {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, g := range slices.Backward(v.cards) {
		if g.ID == id {
			return g
		}
	}
	return store.Grant{}
}

func (v *voice) setDown(down bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.down = down
}

// userGroup is S0LEADS.
type userGroup struct {
	mu      sync.Mutex
	down    bool
	members []string
	others  map[string][]string // by group
	gone    []string            // accounts that were deleted
	guests  []string
	turned  map[string]people.Account // what accounts are by now
	unsaid  []string                  // accounts of which Slack does not tell
	lost    []string                  // groups that were deleted
	listed  people.Directory          // what lists say; nil for the same
}

func (g *userGroup) Members(_ context.Context, id string) ([]string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.down {
		return nil, errDown
	}
	if slices.Contains(g.lost, id) {
		return nil, fmt.Errorf("read %s: %w", id, people.ErrNoGroup)
	}
	if id == "S0LEADS" {
		return g.members, nil
	}
	if members, ok := g.others[id]; ok {
		return members, nil
	}
	return nil, fmt.Errorf("no such group %q", id)
}

func (g *userGroup) set(down bool, members ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.down, g.members = down, members
}

// also makes another group.
func (g *userGroup) also(id string, members ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.others == nil {
		g.others = map[string][]string{}
	}
	g.others[id] = members
}

// leave deletes accounts.
func (g *userGroup) leave(accounts ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gone = append(g.gone, accounts...)
}

func (g *userGroup) Lately() people.Directory {
	if g.listed != nil {
		return g.listed
	}
	return g
}

// rejoin restores all accounts that were deleted.
func (g *userGroup) rejoin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gone = nil
}

// disband deletes these groups, and no others.
func (g *userGroup) disband(groups ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lost = groups
}

// become makes accounts guests.
func (g *userGroup) become(guests ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.guests = guests
}

// turn makes Slack say something else of accounts.
func (g *userGroup) turn(as people.Account, accounts ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.turned == nil {
		g.turned = map[string]people.Account{}
	}
	for _, account := range accounts {
		g.turned[account] = as
	}
}

// silent lets Slack say nothing of these accounts.
func (g *userGroup) silent(accounts ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unsaid = accounts
}

func (g *userGroup) Account(_ context.Context, user string) (people.Account, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.down || slices.Contains(g.unsaid, user) {
		return people.Account{}, errDown
	}
	if as, ok := g.turned[user]; ok {
		return as, nil
	}
	return people.Account{Guest: user == "U0GUEST" || slices.Contains(g.guests, user), Stranger: user == "U0STRANGER", Bot: user == "U0BOT", Deleted: slices.Contains(g.gone, user)}, nil
}

func (g *userGroup) ByEmail(_ context.Context, email string) (string, error) {
	return map[string]string{"h.sato@example.com": "U0SATO", "sato.second@example.com": "U0SATO9", "h.chief@example.com": "U0CHIEF2"}[email], nil
}
