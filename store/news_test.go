package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/store"
)

// outage lets the work on a record fail from noon on, with the codes one after another, and returns when that was told: minutes
// after noon, each with its code. A failure that is news makes an entry, another one does not.
func outage(t *testing.T, lasts time.Duration, codes ...string) (told []string, tries int) {
	t.Helper()
	g := plainGrant(t, store.Ending, func(*store.Grant) {})
	for now := noon; now.Before(noon.Add(lasts)); now = g.Retry {
		code := codes[tries%len(codes)]
		if tries++; g.News(code, now) {
			told = append(told, fmt.Sprintf("%s %s", now.Sub(noon).Truncate(time.Minute), code))
			g = must(g.After(store.Entry{Verb: store.Fail, By: store.Self, At: now, Note: code}))
		} else {
			g.Failed(now)
		}
		if pause := g.Retry.Sub(now); pause <= 0 || pause > 10*time.Second {
			t.Fatalf("after %d tries the next one is %s later", tries, pause)
		}
	}
	return told, tries
}

// An outage of days is told once, at its third failure; what AWS refuses is, and once an hour from then on; trouble whose code
// changes all the time, every ten minutes. The work goes on all the while, six times a minute.
func TestWhatIsToldOfAnOutage(t *testing.T) {
	for _, c := range []struct {
		lasts       time.Duration
		codes       []string
		want, tries int
	}{
		{3 * time.Second, []string{"Timeout"}, 0, 2},
		{4 * time.Second, []string{"Timeout"}, 1, 3},
		{time.Hour, []string{"Timeout"}, 1, 363},
		{3 * 24 * time.Hour, []string{"Timeout"}, 1, 25923},
		{3 * 24 * time.Hour, []string{"Timeout", "Throttling"}, 1, 25923}, // one outage
		{time.Hour, []string{"AccessDenied"}, 1, 363},
		{time.Hour + 10*time.Second, []string{"AccessDenied"}, 2, 364},
		{3 * 24 * time.Hour, []string{"AccessDenied"}, 72, 25923},
		{time.Hour, []string{"Timeout", "AccessDenied"}, 6, 363},
		{3 * 24 * time.Hour, []string{"Timeout", "AccessDenied"}, 425, 25923}, // every 610 s: at 600 s it is the code that was told last
	} {
		told, tries := outage(t, c.lasts, c.codes...)
		if len(told) != c.want || tries != c.tries {
			t.Errorf("%s of %v: told %d times, want %d; %d tries, want %d", c.lasts, c.codes, len(told), c.want, tries, c.tries)
		}
	}
	told, _ := outage(t, 3*time.Hour+time.Minute, "AccessDenied")
	if got := strings.Join(told, ", "); got != "0s AccessDenied, 1h0m0s AccessDenied, 2h0m0s AccessDenied, 3h0m0s AccessDenied" {
		t.Errorf("told: %s", got)
	}
}

// What is news, by what was told last and how long ago, to the nanosecond.
func TestWhatIsNews(t *testing.T) {
	for _, c := range []struct {
		trouble string
		tries   int
		code    string
		age     time.Duration
		want    bool
	}{
		{"", 0, "Timeout", 0, false}, {"", 1, "Timeout", 0, false}, {"", 2, "Timeout", 0, true}, {"", 3, "Timeout", 0, true},
		{"", 1, "Timeout", 24 * time.Hour, false},
		{"AccessDenied", 1, "AccessDenied", time.Hour - 1, false}, {"AccessDenied", 99, "AccessDenied", time.Hour - 1, false},
		{"AccessDenied", 1, "AccessDenied", time.Hour, true}, {"AccessDenied", 1, "AccessDenied", time.Hour + 1, true},
		{"Timeout", 1, "Timeout", time.Hour, false}, {"Timeout", 1, "Timeout", 1000 * time.Hour, false}, // an alert of its own goes on
		{"Timeout", 9, "AccessDenied", 10*time.Minute - 1, false}, {"Timeout", 9, "AccessDenied", 10 * time.Minute, true},
		{"AccessDenied", 9, "Timeout", 10*time.Minute - 1, false}, {"AccessDenied", 9, "Timeout", 10 * time.Minute, true},
		{"Timeout", 9, "Throttling", time.Hour, false}, // one outage
		{"Timeout", 9, "timeout", 10 * time.Minute, true}, {"Timeout", 9, "", 10*time.Minute - 1, false},
		{"AccessDenied", 9, "AccessDenied", -time.Hour, false}, // the clock has jumped back
	} {
		w := store.Work{Trouble: c.trouble, Tries: c.tries, TroubleAt: noon}
		if got := w.News(c.code, noon.Add(c.age)); got != c.want {
			t.Errorf("%q after %q, %d tries, %s later: news %t", c.code, c.trouble, c.tries, c.age, got)
		}
	}
}

// The pauses of what fails, one after another: of the work that ends access, of that which begins it, of what Slack refuses, and of
// presses.
func TestPausesGrowAndStop(t *testing.T) {
	ending, received, approved := plainGrant(t, store.Ending, func(*store.Grant) {}), store.Grant{State: store.Received}, store.Grant{State: store.Approved}
	var w store.Work
	var tell store.Telling
	p, refused := store.Press{At: noon}, store.Press{At: noon}
	ends, begins := []time.Duration{1, 2, 4, 8, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10}, []time.Duration{1, 2, 4, 8, 10, 20, 30, 60, 120, 120, 120, 120, 120, 120}
	refuses := []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600}
	for i := range ends {
		now := noon.Add(time.Duration(i) * time.Hour)
		w.Failed(now)
		ending.Failed(now)
		received.Failed(now)
		approved.Failed(now)
		tell.Unheard(now)
		p, refused = p.Failed(now), refused.Unheard(now)
		for name, c := range map[string]struct {
			next time.Time
			want time.Duration
			n    int
		}{"work": {w.Retry, ends[i], w.Tries}, "what ends": {ending.Retry, ends[i], ending.Tries}, "what is received": {received.Retry, begins[i], received.Tries},
			"what is given": {approved.Retry, begins[i], approved.Tries}, "a message": {tell.TellAt, refuses[i], tell.Mute},
			"a press": {p.Retry, ends[i], p.Tries}, "an answer": {refused.Retry, refuses[i], refused.Tries}} {
			if c.next.Sub(now) != c.want*time.Second || c.n != i+1 {
				t.Errorf("%s, failed %d times (counted %d): the next try is %s later, want %ds", name, i+1, c.n, c.next.Sub(now), c.want)
			}
		}
	}
	zone := time.FixedZone("JST", 9*60*60)
	if w.Failed(noon.In(zone)); w.Retry.Location() != time.UTC {
		t.Errorf("the next try is at %s", w.Retry)
	}
	if w.Tries = 1 << 40; w.News("Timeout", noon) != true {
		t.Error("after very many tries it is no news")
	}
	if w.Failed(noon); !w.Retry.Equal(noon.Add(10 * time.Second)) {
		t.Errorf("after very many tries the next one is at %s", w.Retry)
	}
	if judged := p.Judge(noon); judged.Tries != 0 || !judged.Retry.IsZero() || !judged.Settled.Equal(noon) {
		t.Errorf("judged: %+v", judged)
	}
}

// An entry is told at once, however often what was told before has failed; and only what decides or ends presses.
func TestAnEntryIsToldAtOnce(t *testing.T) {
	for _, c := range []struct {
		from    store.State
		verb    store.Verb
		presses bool
	}{
		{"", store.Receive, false}, {store.Received, store.Ask, false}, {store.Asked, store.Again, false}, {store.Asked, store.Remind, false},
		{store.Asked, store.Escalate, false}, {store.Asked, store.Vote, true}, {store.Asked, store.Approve, true}, {store.Asked, store.Deny, true},
		{store.Asked, store.Lapse, true}, {store.Asked, store.Withdraw, true}, {store.Asked, store.Void, true}, {store.Approved, store.Plan, false},
		{store.Approved, store.Apply, true}, {store.Approved, store.Fail, true}, {store.Approved, store.Extend, false}, {store.Active, store.AskMore, false},
		{store.Active, store.Agree, true}, {store.Active, store.Prolong, true}, {store.Active, store.Decline, true}, {store.Active, store.Expire, true},
		{store.Active, store.Soon, true}, {store.Ending, store.Undo, true}, {store.Ended, store.Recheck, false}, {store.Ended, store.Clear, false},
		{store.Ended, store.Drift, true},
	} {
		g, e := readyGrant(t, c.from, c.verb)
		g.Told = heard(g.Chain.Seq)
		for range 9 {
			g.Unheard(noon)
		}
		next := must(g.After(e))
		if !next.TellAt.Equal(later) || next.Mute != 0 || g.Mute != 9 {
			t.Errorf("%s: told at %s after %d tries", c.verb, next.TellAt, next.Mute)
		}
		if got := next.Presses(); got != c.presses {
			t.Errorf("%s: presses %t", c.verb, got)
		}
		if next.Card = (store.Card{}); next.Presses() {
			t.Errorf("%s: presses without a card", c.verb)
		}
	}
}

// What ends a trouble: a step to another state, or the word that it is over. The card is drawn anew where it told of it.
func TestWhatEndsATrouble(t *testing.T) {
	trouble := store.Work{Tries: 7, Trouble: "Timeout", TroubleAt: noon, Retry: noon.Add(time.Hour)}
	for _, c := range []struct {
		from  store.State
		verb  store.Verb
		stays bool
	}{{store.Approved, store.Apply, false}, {store.Ending, store.Undo, false}, {store.Approved, store.Plan, true}, {store.Approved, store.Extend, true},
		{store.Ending, store.Apply, true}, {store.Approved, store.Revoke, false}, {store.Approved, store.Mine, true}} {
		g, e := readyGrant(t, c.from, c.verb)
		g.Work = trouble
		want := store.Work{Retry: later}
		if c.stays {
			want = trouble
		}
		if next := must(g.After(e)); next.Work != want {
			t.Errorf("%s while %s: %+v, want %+v", c.verb, c.from, next.Work, want)
		}
	}
	for _, known := range []string{"", "Timeout"} {
		task, _ := readyTask(t, store.Handing, store.Heard)
		task.Work, task.Told = trouble, heard(task.Chain.Seq)
		task.Trouble = known
		was := task.Told
		task.Recovered(later)
		if task.Tries != 0 || task.Trouble != "" || !task.TroubleAt.IsZero() || !task.Retry.Equal(trouble.Retry) {
			t.Errorf("recovered: %+v", task.Work)
		}
		if drawn := task.Told[store.OnCard] == task.Chain.Seq; drawn != (known == "") || was[store.OnCard] != task.Chain.Seq {
			t.Errorf("recovered from %q: drawn %t, before %d", known, drawn, was[store.OnCard])
		}
	}
}

// What was missed while nothing ran is not made up for: reminders of a request, at the boundaries of each.
func TestRemindersThatWereMissed(t *testing.T) {
	for _, c := range []struct {
		told int
		late time.Duration // after noon, when the request was asked
		want int
	}{
		{0, 15 * time.Minute, 1}, {0, 30*time.Minute - 1, 1}, {0, 30 * time.Minute, 2}, {0, time.Hour - 1, 2}, {0, time.Hour, 3},
		{0, 2*time.Hour - 1, 3}, {0, 2 * time.Hour, 4}, {0, 48 * time.Hour, 4}, {1, 30 * time.Minute, 2}, {2, time.Hour, 3}, {3, 2 * time.Hour, 4},
	} {
		g, _ := readyGrant(t, store.Asked, store.Remind)
		task, _ := readyTask(t, store.Asked, store.Remind)
		x, _ := readyGrant(t, store.Active, store.Remind)
		g.Reminders, task.Reminders, x.OfExtension = c.told, c.told, c.told
		x.Extension.At = noon
		e := store.Entry{Verb: store.Remind, By: store.Self, At: noon.Add(c.late)}
		got := []int{must(g.After(e)).Reminders, must(task.After(e)).Reminders, must(x.After(e)).OfExtension}
		if !slices.Equal(got, []int{c.want, c.want, c.want}) {
			t.Errorf("%d told, the next one %s after noon: %d, want %d", c.told, c.late, got, c.want)
		}
	}
}
