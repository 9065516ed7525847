package access_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// fact is something that made a request allowed, and how it is lost.
type fact struct {
	name   string
	codes  []string // by which people read of it; none: nobody asks for it any more
	of     []string // the fields of Question and Entitlement that it stands for
	by     string   // who asks: "" for a sign-in, else a person by hand, or a role
	setup  func(*world)
	change func(*world)
	spares map[string]string // the moments at which it does not count, and why
	cannot map[string]string // those at which it cannot even have counted, and why
}

const (
	byHand = "by hand"
	byRole = "a role"
)

// cell is a world in which something was asked for, and what people have read of it.
type cell struct {
	*world
	fact
	id    string // of the request
	heard []string
}

// moment is one at which everything is asked again.
type moment struct {
	name    string
	need    int           // approvals
	auto    bool          // the rule gives by itself
	prepare func(c *cell) // all that comes before the loss
	act     func(c *cell) bool
}

// moments are all of them. Each acts, and reports whether what was asked for was given, or the vote counted.
var moments = []moment{
	{"vote", 3, false, func(c *cell) { c.ask(0); c.approve("U0KATO") }, func(c *cell) bool {
		c.hear(c.press("U0SATO", store.Approve))
		g := c.now()
		return g.State == store.Asked && g.Need()-len(g.Approvals) == 1
	}},
	{"press", 2, false, func(c *cell) { c.ask(0); c.approve("U0KATO") }, func(c *cell) bool {
		c.hear(c.press("U0SATO", store.Approve))
		return c.active(5 * time.Second)
	}},
	{"touch", 2, false, func(c *cell) {
		c.ask(0)
		c.approve("U0KATO")
		c.aws.Fault(failing("GetUser", fakeaws.Failure{Code: "Throttling"}))
		c.approve("U0SATO")
	}, func(c *cell) bool { c.aws.Fault(nil); return c.active(time.Minute) }},
	{"start", 2, false, func(c *cell) { c.ask(time.Hour); c.approve("U0KATO"); c.approve("U0SATO") },
		func(c *cell) bool { return c.active(time.Hour + 5*time.Second) }},
	{"prolong", 2, false, func(c *cell) { c.give() }, func(c *cell) bool {
		return c.later(func() string { c.signIn("2"); return string(c.grant("2").State) + " " + c.grant("2").Note })
	}},
	{"agree", 2, false, func(c *cell) {
		c.give()
		if refusal := c.onExtension("U0YAMADA", store.AskMore) + c.onExtension("U0KATO", store.Agree); refusal != "" {
			c.t.Fatal(refusal)
		}
	}, func(c *cell) bool { return c.later(func() string { return c.onExtension("U0SATO", store.Agree) }) }},
	{"mine", 2, true, func(c *cell) { c.ask(0) }, func(c *cell) bool {
		c.hear(c.press("U0YAMADA", store.Mine))
		return c.active(5 * time.Second)
	}},
	{"rule start", 2, true, func(c *cell) { c.ask(time.Hour) },
		func(c *cell) bool { return c.active(time.Hour + 5*time.Second) }},
	{"rule prolong", 2, true, func(c *cell) { c.ask(0); c.press("U0YAMADA", store.Mine); c.wait(time.Hour) }, func(c *cell) bool {
		return c.later(func() string { return c.onExtension("U0YAMADA", store.AskMore) })
	}},
}

// ask asks for access, to begin after a while, as the fact wants it to be asked for where that is possible.
func (c *cell) ask(after time.Duration) {
	c.t.Helper()
	change := func(x *access.Wish) {
		x.Reason, x.Duration = "", 4*time.Hour
		if after > 0 {
			x.From = time.Now().Add(after)
		}
	}
	switch {
	case c.by == byRole:
		x := c.sent("1", from(c.aws.RoleID(account, "deployer")+":run"))
		change(&x)
		c.asked(x)
	case after > 0 || c.by == byHand:
		c.asked(wish("1", change))
	default:
		c.signIn("1")
	}
	c.id = c.voice.card().ID
}

func (c *cell) asked(x access.Wish) {
	c.t.Helper()
	if d := c.asks(x); d.Refusal != "" {
		c.t.Fatalf("refused: %+v", d)
	}
}

func (c *cell) approve(by string) {
	c.t.Helper()
	if refusal := c.press(by, store.Approve); refusal != "" {
		c.t.Fatalf("%s: %q", by, refusal)
	}
}

// give has access given by two, three hours ago.
func (c *cell) give() {
	c.t.Helper()
	c.ask(0)
	c.approve("U0KATO")
	c.approve("U0SATO")
	c.wait(30 * time.Minute)
	if g := c.now(); g.State != store.Active {
		c.t.Fatalf("not given: %s %s %q", g.State, g.Outcome, g.Note)
	}
}

func (c *cell) now() store.Grant {
	c.t.Helper()
	g, err := store.LoadGrant(c.t.Context(), c.db, c.id)
	if err != nil {
		c.t.Fatal(err)
	}
	return g
}

// active waits, and reports whether access is given then.
func (c *cell) active(d time.Duration) bool { c.wait(d); return c.now().State == store.Active }

// later reports whether access ends later after something, of which people read what it returns.
func (c *cell) later(act func() string) bool {
	until := c.now().Until
	c.hear(act())
	return c.now().Until.After(until)
}

func (c *cell) hear(what string) { c.heard = append(c.heard, what) }

// told is all that people have read: refusals, what the card and the thread say, and why votes do not count.
func (c *cell) told() string {
	c.t.Helper()
	entries, err := c.db.Entries(c.t.Context(), c.id, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	told := append([]string{c.now().Note}, c.heard...)
	for _, e := range entries {
		if e.Verb == store.Void || e.Verb == store.Again || e.Verb == store.Vote || e.Verb == store.Agree {
			told = append(told, e.Note, e.Facts["why"])
		}
	}
	return strings.Join(told, " ")
}

// Why a fact does not count at some moments.
var (
	noVotes  = spared("nobody has approved, or has to", "mine", "rule start", "rule prolong")
	noSignIn = spared("a sign-in neither prolongs what is asked for by hand, nor is it asked about", "prolong", "mine")
	votesToo = spared("people approve", "vote", "press", "touch", "start", "prolong", "agree")
	noIAM    = spared("IAM is asked when AWS is touched, which it is not", "vote", "agree", "rule prolong")
	roleOnly = spared("a role does not sign in, and no rule gives it anything", "prolong", "mine", "rule start", "rule prolong")
	noWish   = spared("nobody who is known by a tag asks by hand, and no rule gives them anything", "start", "rule start", "mine", "rule prolong")
)

func spared(why string, at ...string) map[string]string {
	out := map[string]string{}
	for _, moment := range at {
		out[moment] = why
	}
	return out
}

// facts are all that a decision depends on, and every vote.
func lostFacts() []fact {
	ruled := func(change func(*policy.Entitlement)) func(*world) { return func(w *world) { w.ruled(change) } }
	persons := func(persons ...people.Person) func(*world) {
		return func(w *world) { w.govern(func(p *access.Settings) { p.People = people.New(persons) }) }
	}
	person := func(accounts ...string) people.Person { return people.Person{Slack: accounts} }
	yamada := people.Person{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: []people.Login{{Account: account, User: "t.yamada"}}}
	also := people.Person{Slack: append(slices.Clone(yamada.Slack), "U0KATO"), IAM: yamada.IAM}
	sato, kato, chief, someone := person("U0SATO"), person("U0KATO"), person("U0CHIEF"), person("U0OTHER")
	becomes := func(as people.Account, accounts ...string) func(*world) {
		return func(w *world) { w.leads.turn(as, accounts...) }
	}
	changed := []string{policy.RuleChanged}
	lost := []string{policy.NotApprover, policy.NoApprover}
	out := []fact{
		{name: "leaves those who may ask", codes: []string{policy.NotAsker, "no entitlement"},
			of: []string{"Askers", "Members"}, change: func(w *world) { w.leads.also("S0ASKERS", "U0SATO") }},
		{name: "others may ask", codes: []string{policy.NotAsker, "no entitlement"},
			change: ruled(func(e *policy.Entitlement) { e.Askers = []string{"U0SATO"} })},
		{name: "comes under exclude", codes: []string{policy.Excluded}, of: []string{"Excluded"},
			change: func(w *world) { w.leads.also("S0OUT", "U0YAMADA2") }},
		{name: "the group under exclude is gone", codes: []string{policy.GroupGone}, of: []string{"Gone"},
			change: func(w *world) { w.leads.disband("S0OUT") }},
		{name: "the hours are over", codes: []string{policy.OutsideHours}, of: []string{"Hours", "When"},
			change: ruled(func(e *policy.Entitlement) { e.Hours = never() })},
		{name: "more approvals by now", codes: []string{policy.MoreSteps, policy.RuleChanged},
			change: ruled(func(e *policy.Entitlement) { e.Hours = never(); e.Hours.Refuse, e.Hours.More = false, 1 })},
		{name: "a reason is demanded", codes: []string{policy.NoReason},
			of: []string{"Reason", "ReasonRequired"}, by: byHand,
			change: ruled(func(e *policy.Entitlement) { e.ReasonRequired = true }), cannot: noSignIn},
		{name: "a ticket is demanded", codes: []string{policy.NoTicket}, of: []string{"Ticket"}, by: byHand,
			change: ruled(func(e *policy.Entitlement) { e.Ticket = ticketOPS }), cannot: noSignIn},
		{name: "MFA is demanded", codes: []string{policy.NoMFA}, of: []string{"MFA", "MFARequired"},
			setup: func(w *world) { w.mfa = "no" }, change: ruled(func(e *policy.Entitlement) { e.MFARequired = true }),
			spares: spared("what is asked for by hand has no sign-in", "start", "rule start")},
		{name: "too few can approve", codes: lost, change: func(w *world) { w.leads.set(false, "U0SATO") },
			spares: noVotes},

		{name: "has left", codes: []string{people.HolderLeft, people.Guest}, of: []string{"Unfit"},
			change: becomes(people.Account{Deleted: true}, "U0YAMADA", "U0YAMADA2")},
		{name: "is a guest", codes: []string{people.HolderOutside},
			change: becomes(people.Account{Guest: true}, "U0YAMADA", "U0YAMADA2")},
		{name: "is of another workspace", codes: []string{people.HolderOutside},
			change: becomes(people.Account{Stranger: true}, "U0YAMADA", "U0YAMADA2")},
		{name: "is a bot", codes: []string{people.HolderOutside},
			change: becomes(people.Account{Bot: true}, "U0YAMADA", "U0YAMADA2")},
		{name: "is offboarded", codes: []string{people.BeingOffboarded, people.Leaves},
			of: []string{"Leaves"}, change: func(w *world) { w.departed("U0YAMADA") }},
		{name: "the user is somebody else's", codes: []string{policy.NotYourUser, policy.RuleChanged, "no entitlement"},
			of:     []string{"Person", "Login"},
			change: persons(people.Person{Slack: yamada.Slack}, people.Person{Slack: []string{"U0NEW"}, IAM: yamada.IAM}, sato, kato, chief, someone)},
		{name: "the user is nobody's", codes: []string{policy.NotYourUser, policy.RuleChanged, policy.NoHolder, access.InUse},
			change: persons(person("U0YAMADA", "U0YAMADA2"), sato, kato, chief, someone)},
		{name: "the person is not listed",
			codes:  []string{policy.NoHolder, policy.NotYourUser, policy.RuleChanged, access.NotYours, access.InUse},
			change: persons(sato, kato, chief, someone)},
		{name: "tags do not count", codes: []string{policy.NotYourUser, policy.RuleChanged, access.InUse},
			of: []string{"KnownBy"}, setup: tagged,
			change: func(w *world) { w.govern(func(p *access.Settings) { p.MatchTag = false }) },
			cannot: noWish},
		{name: "the user is made anew", codes: []string{policy.UserGone, "principal"}, change: func(w *world) {
			w.aws.DeleteUser(account, "t.yamada")
			w.aws.AddUser(account, "t.yamada", nil)
		}, spares: noIAM},

		{name: "the rule is gone", codes: []string{policy.RuleGone, access.NotLonger, "no entitlement"},
			of:     []string{"ID", "Entitlement"},
			change: func(w *world) { w.govern(func(p *access.Settings) { p.Entitlements = nil }) }},
		{name: "no sign-in asks for it", codes: append([]string{"no entitlement", access.NotLonger}, changed...),
			of: []string{"OnLogin"}, change: ruled(func(e *policy.Entitlement) { e.OnLogin = false }),
			spares: spared("it was asked for by hand", "start", "rule start")},
		{name: "another kind", codes: append([]string{access.NotLonger}, changed...), of: []string{"Kind"},
			change: ruled(func(e *policy.Entitlement) { e.Kind = "x" })},
		{name: "another target", codes: append([]string{access.NotLonger, "asked"}, changed...),
			of:     []string{"Target"},
			setup:  func(w *world) { w.aws.AddGroup(account, "admins") },
			change: ruled(func(e *policy.Entitlement) { e.Target = "admins" })},
		{name: "another account", codes: append([]string{access.NotLonger, "no entitlement"}, changed...),
			of:     []string{"Entitlement.Account"},
			change: ruled(func(e *policy.Entitlement) { e.Account = other })},
		{name: "more risk", codes: append([]string{access.NotLonger}, changed...), of: []string{"Risk"},
			change: ruled(func(e *policy.Entitlement) { e.Risk = store.High })},
		{name: "its members can change IAM", codes: append([]string{access.NotLonger}, changed...), of: []string{"AllowsIAM"},
			change: ruled(func(e *policy.Entitlement) { e.AllowsIAM = true })},
		{name: "without an end", codes: append([]string{access.NotLonger}, changed...),
			of: []string{"Endless"}, change: ruled(func(e *policy.Entitlement) { e.Endless = true })},
		{name: "shorter", codes: append([]string{access.NotLonger}, changed...),
			of:     []string{"Entitlement.Duration"},
			change: ruled(func(e *policy.Entitlement) { e.Duration = 30 * time.Minute }),
			spares: spared("what is asked for by hand has its own duration", "start", "rule start")},
		{name: "shorter in all", codes: append([]string{access.NotLonger, policy.TooLong}, changed...),
			of:     []string{"Longest"},
			change: ruled(func(e *policy.Entitlement) { e.Longest = 30 * time.Minute })},
		{name: "other approvers", codes: append([]string{access.NotLonger}, changed...), of: []string{"Steps"},
			change: ruled(func(e *policy.Entitlement) { e.Steps = twoOf("U0SATO", "U0KATO", "U0CHIEF") })},

		{name: "the rule gives nothing by itself", codes: changed, of: []string{"Auto"},
			change: ruled(func(e *policy.Entitlement) { e.Auto = nil }), spares: votesToo},
		{name: "the rule gives it to others", codes: changed, change: ruled(func(e *policy.Entitlement) {
			e.Auto = &policy.Auto{Longest: 8 * time.Hour, Members: []string{"U0SATO"}}
		}), spares: votesToo},

		{name: "the role is not named", codes: []string{policy.RoleGone}, of: []string{"Program"}, by: byRole,
			change: func(w *world) { w.govern(func(p *access.Settings) { p.Programs = nil }) },
			cannot: roleOnly},
		{name: "a voter is behind the role", codes: []string{policy.RoleBarred}, of: []string{"NotBy"},
			by: byRole, change: func(w *world) {
				w.govern(func(p *access.Settings) {
					p.Programs = slices.Clone(p.Programs)
					p.Programs[0].NotBy = []string{"U0KATO"}
				})
			}, cannot: roleOnly},
	}
	for name, v := range map[string]struct {
		code   string
		change func(*world)
	}{
		"has left":                     {policy.VoterGone, becomes(people.Account{Deleted: true}, "U0KATO")},
		"is a guest":                   {policy.VoterGone, becomes(people.Account{Guest: true}, "U0KATO")},
		"is of another workspace":      {policy.VoterGone, becomes(people.Account{Stranger: true}, "U0KATO")},
		"is a bot":                     {policy.VoterGone, becomes(people.Account{Bot: true}, "U0KATO")},
		"is not listed":                {policy.NoPerson, persons(yamada, sato, chief, someone)},
		"is not entitled":              {policy.NotApprover, func(w *world) { w.leads.set(false, "U0SATO", "U0CHIEF", "U0OTHER", "U0NEW") }},
		"is offboarded":                {people.Leaves, func(w *world) { w.departed("U0KATO") }},
		"turns out to be the holder":   {policy.Own, persons(also, sato, chief, someone, person("U0NEW"))},
		"turns out to be one of them":  {policy.Voted, persons(yamada, person("U0SATO", "U0KATO"), chief, someone, person("U0NEW"))},
		"turns out to be the same one": {policy.Voted, persons(yamada, person("U0KATO", "U0SATO"), chief, someone, person("U0NEW"))},
	} {
		out = append(out, fact{name: "a voter " + name, codes: []string{v.code}, change: v.change, spares: noVotes})
	}
	return out
}

// unlost are the ways in which something can be asked for, without a loss: then it is given at all moments.
var unlost = []fact{
	{name: "nothing is lost"},
	{name: "nothing is lost, asked for by hand", by: byHand, cannot: noSignIn},
	{name: "nothing is lost, asked for by a role", by: byRole, cannot: roleOnly},
	{name: "nothing is lost, with a tag", setup: tagged, cannot: noWish},
}

// tagged makes a tag in AWS the only thing by which the holder is known.
func tagged(w *world) {
	w.aws.TagUser(account, "t.yamada", "sekisho:slack-user-id", "U0YAMADA")
	w.govern(func(p *access.Settings) {
		p.People = people.New(append([]people.Person{{Slack: []string{"U0YAMADA"}}}, team("U0NEW")[1:]...))
	})
}

// TestEverythingIsAskedAgain holds the table of all facts and all moments: what was allowed before is not given once the fact
// is lost, whoever presses reads why, and without the loss it would have been given.
func TestEverythingIsAskedAgain(t *testing.T) {
	refused, given := 0, 0
	for _, m := range moments {
		for _, f := range unlost {
			if f.cannot[m.name] == "" {
				m.run(t, f, false)
			}
		}
		for _, f := range lostFacts() {
			if f.cannot[m.name] != "" {
				continue
			}
			if f.spares[m.name] == "" {
				refused++
			} else {
				given++
			}
			m.run(t, f, true)
		}
	}
	t.Logf("%d facts at %d moments: refused in %d cells, given in %d where the fact does not count",
		len(lostFacts()), len(moments), refused, given)
}

// run makes a world for one cell of the table.
func (m moment) run(t *testing.T, f fact, loses bool) {
	t.Run(f.name+"/"+m.name, func(t *testing.T) {
		inWorld(t, func(w *world) { m.check(&cell{world: w, fact: f}, loses) })
	})
}

// check holds one cell of the table.
func (m moment) check(c *cell, loses bool) {
	c.t.Helper()
	c.allowed(m)
	m.prepare(c)
	if loses {
		c.change(c.world)
	}
	given, lost := m.act(c), loses && c.spares[m.name] == ""
	if given == lost {
		g := c.now()
		c.t.Errorf("lost %t: given %t, %s %s %q, told %q", loses, given, g.State, g.Outcome, g.Note, c.told())
	}
	told := func(code string) bool { return strings.Contains(c.told(), code) }
	waits := m.auto && m.name != "rule start" // for people's approvals, which is no refusal
	if lost && !waits && !slices.ContainsFunc(c.codes, told) {
		c.t.Errorf("told %q, want one of %q", c.told(), c.codes)
	}
}

// allowed makes a world in which everything is allowed.
func (c *cell) allowed(m moment) {
	c.leads.set(false, "U0SATO", "U0KATO", "U0CHIEF", "U0OTHER", "U0NEW")
	c.leads.also("S0ASKERS", "U0YAMADA")
	c.leads.also("S0OUT")
	c.aws.AddRole(account, "deployer", "")
	c.govern(func(p *access.Settings) {
		p.People = people.New(team("U0NEW"))
		p.Programs = []policy.Program{{Account: account, Role: "deployer", Users: team()[0].IAM}}
		e := &p.Entitlements[0]
		e.Askers, e.Excluded = []string{"usergroup:S0ASKERS"}, []string{"usergroup:S0OUT"}
		e.Steps = []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: m.need}}
		if m.auto {
			e.Auto = &policy.Auto{Longest: 8 * time.Hour}
		}
	})
	if c.setup != nil {
		c.setup(c.world)
	}
}

// departed leaves an offboarding of a person that security has not lifted.
func (w *world) departed(accounts ...string) {
	w.t.Helper()
	o := store.Offboarding{ID: store.OffboardingPrefix + accounts[0], Person: store.Person(accounts[0]), Accounts: accounts,
		By: "U0CHIEF", Voided: true}
	for _, verb := range []store.Verb{store.Begin, store.Emptied, store.Done} {
		var err error
		if o, err = o.After(store.Entry{Verb: verb, By: "U0CHIEF", At: time.Now()}); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := store.Save(w.t.Context(), w.db, &o); err != nil {
		w.t.Fatal(err)
	}
}

var ticketOPS = &policy.Ticket{Pattern: regexp.MustCompile(`^OPS-[0-9]+$`), Example: "OPS-1"}

// decidesNothing are the fields of a question and of a rule that no loss is about, and why.
var decidesNothing = map[string]string{
	"Question.Origin":        "how it was asked for does not change",
	"Question.Account":       "it is the account whose form is open; of what was asked for before Unfit is asked",
	"Question.Duration":      "it stands on the card; how long the rule gives is Longest",
	"Question.To":            "a request lapses while it can still be given for a minute: TestALateApproval",
	"Question.Away":          "it tells whether enough are there who could approve; of who has approved it is asked whether they are there",
	"Entitlement.Prolong":    "what another sign-in does to what is allowed: TestSecondSignIns",
	"Entitlement.Exclusive":  "it follows from the kind",
	"Entitlement.Within":     "how long a request waits is settled when it is asked for",
	"Entitlement.Escalation": "whoever has approved because of it is a voter: TestAnEscalationIsUpheld",
}

// TestNoFactIsForgotten: every field of what a decision depends on is in the table, or is said to decide nothing.
func TestNoFactIsForgotten(t *testing.T) {
	in := map[string]bool{}
	for _, f := range lostFacts() {
		for _, field := range f.of {
			in[field] = true
		}
	}
	for _, of := range []reflect.Type{reflect.TypeFor[policy.Question](), reflect.TypeFor[policy.Entitlement]()} {
		for i := range of.NumField() {
			name := of.Name() + "." + of.Field(i).Name
			if known := in[name] || in[of.Field(i).Name]; known == (decidesNothing[name] != "") {
				t.Errorf("%s: in the table %t, said to decide nothing: %q", name, known, decidesNothing[name])
			}
		}
	}
}

const (
	ofPress     = "of the press"
	ofPresser   = "of who presses"
	ofExtension = "of the extension as it stands"
	ofForm      = "of the form"
	ofRotation  = "of a rotation: TestARotationIsAskedAgain"
)

// elsewhere are the refusals that are of no fact of the table, and why.
var elsewhere = map[string]string{
	access.TakenLater: "a later end: TestNoExtensionIntoAnothersWindow, TestAnExtensionThatIsOvertaken, TestNoSignInProlongsIntoAWindow",
	policy.TooShort:   "a request lapses while it can still be given for a minute",
	handlers.Gone:     ofPress, access.Moved: ofPress, access.Changed: ofPress, access.Late: ofPress, access.Over: ofPress,
	handlers.TooOld: ofPress, handlers.Unusable: ofPress,
	people.Stranger: ofPresser, policy.Enough: ofPresser, policy.NotSecurity: ofPresser, access.NotRotator: ofPresser,
	access.AtMax: ofExtension, access.Extending: ofExtension, access.ExtensionOver: ofExtension, access.HeldBefore: ofExtension,
	access.NotShorter: ofForm, access.BadDate: ofForm, access.NoWhy: ofForm,
	access.NoWayBack: ofRotation, access.AskerGone: ofRotation, access.AskerLost: ofRotation,
}

// TestNoRefusalIsForgotten: every refusal of a request and of a press is one that the table sees, or is said not to be of it.
func TestNoRefusalIsForgotten(t *testing.T) {
	in := map[string]bool{}
	for _, f := range lostFacts() {
		for _, code := range f.codes {
			in[code] = true
		}
	}
	for file, comment := range map[string]string{"../policy/refusals.go": "Refusals of a request", "./../policy/refusals.go": "Refusals of an approval", "../people/directory.go": "Refusals of an account", "judge.go": "Refusals of a press",
		"standing.go": "Refusals of what was asked for"} {
		for _, refusal := range declared(t, file, comment) {
			if !in[refusal] && elsewhere[refusal] == "" {
				t.Errorf("%s: no fact of the table is refused with %q", file, refusal)
			}
		}
	}
	for _, loss := range access.Losses {
		if !in[loss] && elsewhere[loss] == "" {
			t.Errorf("no fact of the table is refused with %q", loss)
		}
	}
}

// declared are the values of the strings declared together under a comment that begins so.
func declared(t *testing.T, path, comment string) (out []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST || !strings.HasPrefix(group.Doc.Text(), comment) {
			continue
		}
		for _, spec := range group.Specs {
			for _, value := range spec.(*ast.ValueSpec).Values {
				text, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, text)
			}
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s declares nothing under %q", path, comment)
	}
	return out
}
