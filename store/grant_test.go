package store_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"sekisho/store"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var verbs = []store.Verb{store.Receive, store.Ignore, store.Merge, store.Ask, store.Again, store.Vote, store.Approve, store.Deny,
	store.Lapse, store.Withdraw, store.Plan, store.Apply, store.Fail, store.Refuse, store.Extend, store.Expire, store.Revoke,
	store.Finish, store.Undo, store.Drift, store.Recheck, store.Clear, store.Mine, store.NotMine, store.Remind, store.Escalate, store.Soon,
	store.AskMore, store.Agree, store.Prolong, store.Decline, store.Retract, store.HandOver, store.Void, store.Expose, store.Protect, store.Rebuild}

// asked is a request as it stands when its card is drawn.
func asked() store.Grant {
	g := store.Grant{ID: "login-1", Origin: store.SignIn, Kind: "iam-group", Entitlement: "prod-operator", Account: "123456789012",
		AccountName: "production", Subject: store.Subject{User: "t.yamada", UserID: "AIDA1", Person: "U1"}, Target: "jit-ops",
		Duration: 4 * time.Hour, Longest: 12 * time.Hour, Steps: []store.Step{{By: []string{"U9"}, Count: 1}}, Lapses: noon.Add(24 * time.Hour),
		Signin: store.Signin{At: noon, Address: "203.0.113.9", MFA: "yes", Region: "us-east-1", Principal: "AIDA1"}}
	return after(g, noon, store.Receive, store.Ask)
}

// another is a grant like one, as a record of its own.
func another(g store.Grant, change func(*store.Grant)) store.Grant {
	g.Head = store.Head{}
	change(&g)
	return after(g, noon, store.Again)
}

// after lets verbs happen, which must be possible.
func after(g store.Grant, at time.Time, verbs ...store.Verb) store.Grant {
	for _, v := range verbs {
		e := store.Entry{Verb: v, By: "U9", At: at, Note: "note", Steps: []int{1}}
		if v == store.Approve {
			_, e.Until = g.Term(at)
		}
		if v == store.Extend {
			e.Until = g.Until
		}
		var err error
		if g, err = g.After(e); err != nil {
			panic(err)
		}
	}
	return g
}

// A sign-in soon after a denial is noted with it, and changes nothing; nor does the answer about one that asked nobody.
func TestWhatEndsStaysEnded(t *testing.T) {
	for _, s := range []store.State{store.Ignored, store.Merged, store.Denied, store.Lapsed, store.Withdrawn} {
		for _, v := range verbs {
			noted := s == store.Denied && v == store.Again || s == store.Ignored && (v == store.Mine || v == store.NotMine)
			if to, err := s.Next(v); noted != (err == nil) || !noted && !errors.Is(err, store.ErrState) || to != s {
				t.Errorf("%s a grant that is %s: %s, %v", v, s, to, err)
			}
		}
	}
}

// Access can only come about through approve, and only end through undo.
func TestTheOnlyWaysInAndOut(t *testing.T) {
	for from, steps := range store.Table {
		for v, to := range steps {
			if to.Live() && !from.Live() && v != store.Approve && v != store.Drift {
				t.Errorf("%s leads from %s to %s without an approval", v, from, to)
			}
			if from.Live() && !to.Live() && v != store.Undo && v != store.HandOver {
				t.Errorf("%s leads from %s to %s without undoing", v, from, to)
			}
			if !slices.Contains(verbs, v) {
				t.Errorf("the tests do not know the verb %s", v)
			}
		}
	}
}

// Whatever happens in whatever order: the state is what the table says, the chain holds, and no end is beyond Max.
func TestAnyLife(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g, now := escalating(), noon
		entries := g.Fresh()
		for range rapid.IntRange(0, 30).Draw(rt, "length") {
			now = now.Add(time.Duration(rapid.IntRange(-120, 600).Draw(rt, "minutes")) * time.Minute) // clocks jump back too
			e := store.Entry{Verb: rapid.SampledFrom(verbs).Draw(rt, "verb"), By: "U9", At: now, Steps: []int{1}, Facts: map[string]string{store.FactAccounts: "U9"},
				Until: now.Add(time.Duration(rapid.IntRange(-1, 20).Draw(rt, "hours")) * time.Hour)}
			if e.Verb == store.AskMore {
				g.Extension.Steps = g.Steps
			} else if e.Verb == store.Prolong && g.Extension.Open() {
				e.Until = g.Extension.Until
			}
			before := g
			next, err := g.After(e)
			if to, ok := store.Table[g.State][e.Verb]; !ok || err != nil {
				if ok == errors.Is(err, store.ErrState) {
					rt.Fatalf("%s in %s: %v", e.Verb, g.State, err)
				}
				if d := cmp.Diff(before.State, next.State); d != "" {
					rt.Fatalf("a refused verb changed the state: %s", d)
				}
				continue
			} else if next.State != to {
				rt.Fatalf("%s in %s led to %s", e.Verb, g.State, next.State)
			}
			if d := cmp.Diff(before, g, cmpopts.IgnoreUnexported(store.Head{})); d != "" {
				rt.Fatalf("After changed the grant it was called on: %s", d)
			}
			g, entries = next, next.Fresh()
			if g.Until.After(g.Max) || g.Max.Sub(g.Start) > g.Longest {
				rt.Fatalf("ends %s, at most %s from %s", g.Until, g.Longest, g.Start)
			}
		}
		if err := g.Chain.Verify(entries); err != nil {
			rt.Fatal(err)
		}
	})
}

func TestTheEndStaysWithinTheTerm(t *testing.T) {
	active := after(asked(), noon, store.Approve, store.Apply)
	for _, c := range []struct {
		name  string
		g     store.Grant
		verb  store.Verb
		until time.Time
		want  error
	}{
		{"approved to the maximum", asked(), store.Approve, noon.Add(12 * time.Hour), nil},
		{"approved beyond it", asked(), store.Approve, noon.Add(12*time.Hour + 1), store.ErrTerm},
		{"approved for no time", asked(), store.Approve, noon, store.ErrTerm},
		{"approved without an end", asked(), store.Approve, time.Time{}, store.ErrTerm},
		{"extended to the maximum", active, store.Extend, noon.Add(12 * time.Hour), nil},
		{"extended beyond it", active, store.Extend, noon.Add(12*time.Hour + 1), store.ErrTerm},
		{"extended backwards", active, store.Extend, noon.Add(4*time.Hour - 1), store.ErrTerm},
	} {
		g, err := c.g.After(store.Entry{Verb: c.verb, By: "U9", At: noon, Until: c.until, Steps: []int{1}})
		if !errors.Is(err, c.want) || err == nil && !g.Until.Equal(c.until) {
			t.Errorf("%s: until %s, %v", c.name, g.Until, err)
		}
		if err != nil && !g.Until.Equal(c.g.Until) {
			t.Errorf("%s: refused, but the end is %s now", c.name, g.Until)
		}
	}
}

func TestOver(t *testing.T) {
	g := after(asked(), noon, store.Approve, store.Apply)
	for d, want := range map[time.Duration]bool{-time.Millisecond: false, 0: true, time.Millisecond: true} {
		if got := g.Over(g.Until.Add(d)); got != want {
			t.Errorf("%s from the end: over is %t", d, got)
		}
	}
	if asked().Over(noon.Add(1000 * time.Hour)) {
		t.Error("what has no end is over")
	}
}

func TestTermsBindWhatWasShown(t *testing.T) {
	base := asked()
	for name, change := range map[string]func(*store.Grant){
		"user":     func(g *store.Grant) { g.Subject.User = "x" },
		"user id":  func(g *store.Grant) { g.Subject.UserID = "x" },
		"person":   func(g *store.Grant) { g.Subject.Person = "x" },
		"known by": func(g *store.Grant) { g.Subject.KnownBy = store.ByTag },
		"account":  func(g *store.Grant) { g.Account = "x" },
		"target":   func(g *store.Grant) { g.Target = "x" },
		"kind":     func(g *store.Grant) { g.Kind = "x" },
		"duration": func(g *store.Grant) { g.Duration++ },
		"longest":  func(g *store.Grant) { g.Longest++ },
		"steps":    func(g *store.Grant) { g.Steps = append(g.Steps, g.Steps...) },
		"count":    func(g *store.Grant) { g.Steps = []store.Step{{By: g.Steps[0].By, Count: 2}} },
		"approver": func(g *store.Grant) { g.Steps = []store.Step{{By: []string{"x"}, Count: 1}} },
		"auto":     func(g *store.Grant) { g.Auto++ },
		"risk":     func(g *store.Grant) { g.Risk = store.High },
		"iam":      func(g *store.Grant) { g.AllowsIAM = true },
		"reason":   func(g *store.Grant) { g.Reason = "x" },
		"ticket":   func(g *store.Grant) { g.Ticket = "x" },
		"rule":     func(g *store.Grant) { g.Entitlement = "x" },
		"request":  func(g *store.Grant) { g.ID = "x" },
		"address":  func(g *store.Grant) { g.Signin.Address = "x" },
		"mfa":      func(g *store.Grant) { g.Signin.MFA = "x" },
		"program":  func(g *store.Grant) { g.Program = true },
		"start":    func(g *store.Grant) { g.From = noon.Add(time.Hour) },
		"end":      func(g *store.Grant) { g.To = noon.Add(time.Hour) },
		"endless":  func(g *store.Grant) { g.Endless = true },
	} {
		g := base
		if change(&g); g.Terms() == base.Terms() {
			t.Errorf("another %s, the same terms", name)
		}
	}
	program, role := base, base
	program.Program, role.Program, role.Role = true, true, "production/deployer"
	if program.Terms() == role.Terms() {
		t.Error("another role asks, the same terms")
	}
	barred := role
	barred.NotBy = []string{"U8"}
	others := role
	others.NotBy = []string{"U9"}
	if barred.Terms() == role.Terms() || barred.Terms() == others.Terms() {
		t.Error("others could not approve it, the same terms")
	}
	for _, v := range []store.Verb{store.Vote, store.Again, store.Approve} {
		if after(base, noon, v).Terms() != base.Terms() {
			t.Errorf("%s changed the terms", v)
		}
	}
}

func TestDue(t *testing.T) {
	base := asked()
	received := after(store.Grant{ID: "r"}, noon, store.Receive)
	approved := after(base, noon, store.Approve)
	active := after(approved, noon, store.Apply)
	ending := after(active, noon.Add(time.Hour), store.Revoke)
	ended := after(after(approved, noon, store.Plan, store.Apply), noon, store.Finish, store.Undo)
	claimed := ending
	claimed.Claim = store.Claim{Owner: "w", End: noon.Add(2 * time.Hour)}
	drawn := told(base)
	drawn.Card = store.Card{Channel: "C1", TS: "1.1"}
	decided := after(drawn, noon, store.Deny)
	decided.Told = maps.Clone(decided.Told)
	decided.Told[store.OnCard] = decided.Chain.Seq
	for name, c := range map[string]struct {
		g    store.Grant
		want map[store.Lane]time.Time
	}{
		"received":         {received, map[store.Lane]time.Time{store.Give: noon}},
		"asked":            {base, map[store.Lane]time.Time{store.Take: base.Lapses, store.Post: noon}},
		"approved":         {approved, map[store.Lane]time.Time{store.Give: noon, store.Take: approved.Until, store.Post: noon}},
		"active":           {active, map[store.Lane]time.Time{store.Take: active.Until, store.Post: noon}},
		"ending":           {ending, map[store.Lane]time.Time{store.Take: noon.Add(time.Hour), store.Post: noon.Add(time.Hour)}},
		"claimed":          {claimed, map[store.Lane]time.Time{store.Take: noon.Add(2 * time.Hour), store.Post: noon.Add(time.Hour)}},
		"ended":            {ended, map[store.Lane]time.Time{store.Take: noon.Add(time.Minute), store.Post: noon}},
		"rechecked once":   {after(ended, noon, store.Recheck), map[store.Lane]time.Time{store.Take: noon.Add(10 * time.Minute), store.Post: noon}},
		"rechecked twice":  {after(ended, noon, store.Recheck, store.Recheck), map[store.Lane]time.Time{store.Post: noon}},
		"never touched":    {after(active, noon, store.Finish, store.Undo), map[store.Lane]time.Time{store.Post: noon}},
		"denied":           {after(base, noon, store.Deny), map[store.Lane]time.Time{store.Post: noon}},
		"merged":           {after(received, noon, store.Merge), map[store.Lane]time.Time{}},
		"nothing to tell":  {told(after(base, noon, store.Deny)), map[store.Lane]time.Time{}},
		"one more to tell": {after(told(base), noon, store.Deny), map[store.Lane]time.Time{store.Post: noon}},
		"decided":          {after(drawn, noon, store.Deny), map[store.Lane]time.Time{store.Tell: noon, store.Redraw: noon}},
		"its card says so": {decided, map[store.Lane]time.Time{store.Tell: noon}},
		"signed in again":  {after(drawn, noon, store.Again), map[store.Lane]time.Time{store.Take: base.Lapses, store.Tell: noon}},
	} {
		got := map[store.Lane]time.Time{}
		for _, lane := range store.Lanes() {
			if at, ok := c.g.Due(lane); ok {
				got[lane] = at
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func told(g store.Grant) store.Grant {
	g.Told = map[string]uint64{store.OnCard: g.Chain.Seq, store.InThread: g.Chain.Seq, store.InDM: g.Chain.Seq, store.ToDeciders: g.Chain.Seq}
	return g
}

// Retries go on for ever, soon enough that all overdue access ends within a minute of AWS answering.
func TestRetriesNeverEndNorGrow(t *testing.T) {
	g, now := after(asked(), noon, store.Approve, store.Apply, store.Revoke), noon
	for i := range 10_000 {
		g.Failed(now)
		if pause := g.Retry.Sub(now); pause < time.Second || pause > 30*time.Second {
			t.Fatalf("pause %s after %d tries", pause, i+1)
		}
		now = g.Retry
	}
	if g = after(g, now, store.Undo); g.Tries != 0 || g.Trouble != "" {
		t.Errorf("success left %d tries and %q", g.Tries, g.Trouble)
	}
}

func TestNews(t *testing.T) {
	g := after(asked(), noon, store.Approve, store.Apply, store.Revoke)
	for _, c := range []struct {
		after time.Duration
		tries int
		code  string
		want  bool
	}{
		{0, 0, "Throttling", false}, // a blip
		{0, 1, "Throttling", false},
		{0, 2, "Throttling", true},
	} {
		g.Tries = c.tries
		if got := g.News(c.code, noon.Add(c.after)); got != c.want {
			t.Errorf("try %d: news is %t", c.tries+1, got)
		}
	}
	g, _ = g.After(store.Entry{Verb: store.Fail, At: noon, Note: "Throttling"})
	for _, c := range []struct {
		after time.Duration
		code  string
		want  bool
	}{
		{time.Minute, "Throttling", false},
		{10*time.Minute - 1, "AccessDenied", false},
		{10 * time.Minute, "AccessDenied", true},
		{time.Hour - 1, "Throttling", false},
		{time.Hour - 1, "ServiceUnavailable", false},    // the same outage
		{1000 * time.Hour, "ServiceUnavailable", false}, // of which an alert of its own says how it goes on
		{1000 * time.Hour, "Throttling", false},
	} {
		if got := g.News(c.code, noon.Add(c.after)); got != c.want {
			t.Errorf("%s after %s: news is %t", c.code, c.after, got)
		}
	}
}

func TestTamperedEntriesAreFound(t *testing.T) {
	g := after(asked(), noon, store.Approve, store.Plan, store.Apply, store.Revoke, store.Undo)
	if err := g.Chain.Verify(g.Fresh()); err != nil {
		t.Fatal(err)
	}
	for name, tamper := range map[string]func([]store.Entry) []store.Entry{
		"who":         func(e []store.Entry) []store.Entry { e[2].By = "U0INNOCENT"; return e },
		"when":        func(e []store.Entry) []store.Entry { e[2].At = e[2].At.Add(1); return e },
		"what":        func(e []store.Entry) []store.Entry { e[2].Verb = store.Vote; return e },
		"note":        func(e []store.Entry) []store.Entry { e[2].Note = ""; return e },
		"end":         func(e []store.Entry) []store.Entry { e[2].Until = e[2].Until.Add(1); return e },
		"facts":       func(e []store.Entry) []store.Entry { e[1].Facts = map[string]string{"a": "b"}; return e },
		"removed":     func(e []store.Entry) []store.Entry { return slices.Delete(e, 2, 3) },
		"first":       func(e []store.Entry) []store.Entry { return e[1:] },
		"last":        func(e []store.Entry) []store.Entry { return e[:len(e)-1] },
		"none":        func([]store.Entry) []store.Entry { return nil },
		"swapped":     func(e []store.Entry) []store.Entry { e[2], e[3] = e[3], e[2]; return e },
		"said twice":  func(e []store.Entry) []store.Entry { return slices.Insert(e, 2, e[1]) },
		"other chain": func([]store.Entry) []store.Entry { return after(asked(), noon.Add(1), store.Deny).Fresh() },
	} {
		if err := g.Chain.Verify(tamper(slices.Clone(g.Fresh()))); !errors.Is(err, store.ErrChain) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSavedIsWhatIsLoaded(t *testing.T) {
	db := &store.Mem{}
	g := after(asked(), noon.In(time.FixedZone("JST", 9*3600)), store.Vote, store.Approve, store.Plan, store.Apply, store.Extend, store.Revoke)
	g.Claim = store.Claim{Owner: "w", End: noon}
	g.Card, g.Told = store.Card{Channel: "C1", TS: "1.2"}, map[string]uint64{store.OnCard: 3}
	if err := store.Save(t.Context(), db, &g); err != nil {
		t.Fatal(err)
	}
	got, err := store.LoadGrant(t.Context(), db, g.ID)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(g, got, cmpopts.IgnoreUnexported(store.Head{}), cmp.Comparer(time.Time.Equal)); d != "" {
		t.Errorf("-saved +loaded:\n%s", d)
	}
	entries, err := db.Entries(t.Context(), g.ID, 0)
	if err != nil || got.Chain.Verify(entries) != nil || len(g.Fresh()) != 0 {
		t.Errorf("%d entries, %d still fresh: %v, %v", len(entries), len(g.Fresh()), err, got.Chain.Verify(entries))
	}
}

// One grant at a time has begun for a slot, and one at a time waits for each wished start of it.
func TestSlot(t *testing.T) {
	db := &store.Mem{}
	first := asked()
	same := another(first, func(g *store.Grant) { g.ID = "login-2" })
	later := another(first, func(g *store.Grant) { g.ID, g.From = "login-3", noon.AddDate(0, 0, 1) })
	save := func(g store.Grant, want error) {
		t.Helper()
		if err := store.Save(t.Context(), db, &g); !errors.Is(err, want) {
			t.Errorf("%s, %s, beside one that is %s: %v, want %v", g.ID, g.State, first.State, err, want)
		}
	}
	save(first, nil)
	first, _ = store.LoadGrant(t.Context(), db, first.ID)
	save(later, nil)
	for _, v := range []store.Verb{"", store.Approve, store.Plan, store.Apply, store.Revoke} {
		if v != "" {
			first = after(first, noon, v)
			if err := store.Save(t.Context(), db, &first); err != nil {
				t.Fatal(err)
			}
		}
		holder, err := store.Holder(t.Context(), db, first.Slot())
		if begun := first.Planned; begun != (holder == first.ID) || !begun && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: held by %q, %v", first.State, holder, err)
		}
		if !first.Planned {
			save(same, store.ErrTaken)
			continue
		}
		save(after(another(same, func(g *store.Grant) { g.ID = "login-4" }), noon, store.Approve, store.Plan), store.ErrTaken)
		ids, err := store.InSlot(t.Context(), db, first.Slot(), 9)
		if err != nil || !slices.Equal(ids, []string{first.ID, later.ID}) {
			t.Errorf("%s: the slot and its windows are held by %v, %v", first.State, ids, err)
		}
	}
	first = after(first, noon, store.Undo)
	second := after(same, noon, store.Approve, store.Plan)
	if err := store.Save(t.Context(), db, &first, &second); err != nil {
		t.Errorf("after the end: %v", err)
	}
	if ids, err := store.InSlot(t.Context(), db, first.Slot()+"x", 9); err != nil || len(ids) > 0 {
		t.Errorf("in a slot that nobody has: %v, %v", ids, err)
	}
}

// TestSlotsAreApart: what makes two slots different, for access of one's own and for what is held by one at a time.
func TestSlotsAreApart(t *testing.T) {
	another := func(change func(*store.Grant)) store.Grant {
		g := asked()
		change(&g)
		return g
	}
	for name, c := range map[string]struct {
		change         func(*store.Grant)
		own, exclusive bool // whether it is another slot
	}{
		"another account":           {func(g *store.Grant) { g.Account = "210987654321" }, true, true},
		"another user":              {func(g *store.Grant) { g.Subject.UserID = "AIDA2" }, true, false},
		"another target":            {func(g *store.Grant) { g.Target = "jit-admins" }, true, true},
		"the same in capitals":      {func(g *store.Grant) { g.Target = "JIT-OPS" }, false, false},
		"the user has another name": {func(g *store.Grant) { g.Subject.User = "yamada" }, false, false},
		"another person":            {func(g *store.Grant) { g.Subject.Person = "U2" }, false, false},
	} {
		for _, exclusive := range []bool{false, true} {
			first, second := asked(), another(c.change)
			first.Exclusive, second.Exclusive = exclusive, exclusive
			want := c.own
			if exclusive {
				want = c.exclusive
			}
			if got := first.Slot() != second.Slot(); got != want {
				t.Errorf("%s, exclusive %t: apart %t, want %t: %s, %s", name, exclusive, got, want, first.Slot(), second.Slot())
			}
		}
	}
}

func TestDueBy(t *testing.T) {
	db := &store.Mem{}
	for i := range 5 {
		g := another(asked(), func(g *store.Grant) {
			g.ID, g.Target, g.Lapses = fmt.Sprint("login-", i), fmt.Sprint(i), noon.Add(time.Duration(5-i)*time.Minute)
		})
		if err := store.Save(t.Context(), db, &g); err != nil {
			t.Fatal(err)
		}
	}
	got, err := store.DueBy(t.Context(), db, store.Take, noon.Add(3*time.Minute), 2)
	if want := []string{"login-4", "login-3"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("due: %v, %v, want %v", got, err, want)
	}
}

func TestPressDue(t *testing.T) {
	p := store.Press{At: noon}
	judged, refused, heard := p, p, p
	judged.Judged = true
	refused.Judged, refused.Refusal = true, "late"
	heard.Judged, heard.Refusal, heard.Heard = true, "late", true
	for name, c := range map[string]struct {
		p           store.Press
		judge, tell bool
	}{"new": {p, true, false}, "done": {judged, false, false}, "refused": {refused, false, true}, "heard": {heard, false, false}} {
		_, judge := c.p.Due(store.Judge)
		_, tell := c.p.Due(store.Tell)
		if _, answer := c.p.Due(store.Answer); answer != tell {
			t.Errorf("%s: answer %t, tell %t", name, answer, tell)
		}
		if judge != c.judge || tell != c.tell {
			t.Errorf("%s: judge %t, tell %t", name, judge, tell)
		}
	}
	if at, _ := p.Failed(noon).Due(store.Judge); !at.Equal(noon.Add(time.Second)) {
		t.Errorf("after a failure: %s", at)
	}
}

func TestNulIsRefused(t *testing.T) {
	for _, p := range []store.Press{{ID: "press-\x00"}, {}} {
		if err := store.Save(t.Context(), &store.Mem{}, &p); err == nil || !strings.Contains(err.Error(), "NUL") {
			t.Errorf("save %q: %v", p.ID, err)
		}
	}
}

// A record that another version of the program wrote, and this one cannot read, is an error and not an empty grant.
func TestUnreadableRecord(t *testing.T) {
	db := &store.Mem{}
	if err := db.Put(t.Context(), store.Doc{ID: "r", Kind: store.KindGrant, Facts: []byte(`{"state":7}`)}); err != nil {
		t.Fatal(err)
	}
	if _, err := store.LoadGrant(t.Context(), db, "r"); err == nil || !strings.Contains(err.Error(), "r") {
		t.Errorf("load: %v", err)
	}
}

func TestEveryStateCanEnd(t *testing.T) {
	ends := []store.State{store.Ignored, store.Merged, store.Denied, store.Lapsed, store.Withdrawn, store.Ended}
	var reaches func(store.State, map[store.State]bool) bool
	reaches = func(s store.State, seen map[store.State]bool) bool {
		if slices.Contains(ends, s) {
			return true
		}
		if seen[s] {
			return false
		}
		seen[s] = true
		return slices.ContainsFunc(slices.Collect(maps.Values(store.Table[s])), func(to store.State) bool { return reaches(to, maps.Clone(seen)) })
	}
	for s := range store.Table {
		if !reaches(s, map[store.State]bool{}) {
			t.Errorf("from %q there is no end", s)
		}
	}
}

// What is to be written together is divided where that is more than one write takes, and stays in its order.
func TestParts(t *testing.T) {
	db := &store.Mem{}
	var all []store.Record
	for i := range 60 {
		g := asked()
		g = after(store.Grant{ID: fmt.Sprint("login-", 100+i), Account: "1", Subject: store.Subject{UserID: fmt.Sprint(i)}, Lapses: g.Lapses}, noon, store.Receive, store.Ask)
		all = append(all, &g)
	}
	if err := store.Save(t.Context(), db, all...); !errors.Is(err, store.ErrTooLarge) {
		t.Fatal(err)
	}
	parts, err := store.Parts(all...)
	if err != nil || len(parts) < 2 || len(parts) > 10 || !slices.Equal(slices.Concat(parts...), all) {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	for _, part := range parts {
		if err := store.Save(t.Context(), db, part...); err != nil {
			t.Error(err)
		}
	}
}

// A rule that names more approvers than one write takes can be asked under, and its requests be approved.
func TestARuleWithManyApprovers(t *testing.T) {
	db := &store.Mem{}
	g := asked()
	var by []string
	for i := range 300 {
		by = append(by, fmt.Sprint("U", i))
	}
	g = after(store.Grant{ID: g.ID, Account: "1", Subject: g.Subject, Duration: time.Hour, Longest: time.Hour, Lapses: g.Lapses,
		Steps: []store.Step{{By: by, Count: 1}}}, noon, store.Receive, store.Ask)
	for _, v := range []store.Verb{"", store.Approve} {
		if v != "" {
			g = after(g, noon, v)
		}
		if err := store.Save(t.Context(), db, &g, &store.Press{ID: store.PressPrefix + string(v)}); err != nil {
			t.Error(err)
		}
	}
}
