package store_test

import (
	"testing"
	"time"

	"sekisho/store"
)

// reminder is what is said next, and how long after noon.
type reminder struct {
	what store.Verb
	in   time.Duration
}

func next(g store.Grant) reminder {
	what, at := g.NextReminder()
	if what == "" {
		return reminder{}
	}
	return reminder{what, at.Sub(noon)}
}

// A request is reminded of after 15, 30, 60 and 120 minutes, and what was missed is not made up for.
func TestRemindersOfARequest(t *testing.T) {
	g := asked()
	for _, minutes := range []time.Duration{15, 30, 60, 120} {
		if got, want := next(g), (reminder{store.Remind, minutes * time.Minute}); got != want {
			t.Errorf("next is %+v, want %+v", got, want)
		}
		_, at := g.NextReminder()
		g = after(g, at, store.Remind)
	}
	if got := next(g); got != (reminder{}) {
		t.Errorf("a fifth: %+v", got)
	}
	if got, want := next(after(asked(), noon.Add(45*time.Minute), store.Remind)), (reminder{store.Remind, time.Hour}); got != want {
		t.Errorf("after 45 minutes next is %+v, want %+v", got, want)
	}
	short, nobody := asked(), asked()
	short.Lapses, nobody.Subject.Person = noon.Add(15*time.Minute), ""
	for name, g := range map[string]store.Grant{"lapsed": short, "nobody": nobody, "denied": after(asked(), noon, store.Deny)} {
		if got := next(g); got != (reminder{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The holder is reminded 15 minutes before the end, once for each end, and never of short access.
func TestReminderOfTheEnd(t *testing.T) {
	given := func(d time.Duration) store.Grant {
		g := asked()
		g.Duration = d
		return after(g, noon, store.Approve, store.Apply)
	}
	half, shorter := given(30*time.Minute), given(30*time.Minute-1)
	if got, want := next(half), (reminder{store.Soon, 15 * time.Minute}); got != want {
		t.Errorf("next is %+v, want %+v", got, want)
	}
	if got := next(shorter); got != (reminder{}) {
		t.Errorf("of short access: %+v", got)
	}
	said := after(half, noon.Add(15*time.Minute), store.Soon)
	if got := next(said); got != (reminder{}) {
		t.Errorf("said again: %+v", got)
	}
	longer, err := said.After(store.Entry{Verb: store.Extend, By: "U9", At: noon, Until: noon.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := next(longer), (reminder{store.Soon, 45 * time.Minute}); got != want {
		t.Errorf("of the later end: %+v, want %+v", got, want)
	}
	longer.NoReminder()
	if got := next(longer); got != (reminder{}) {
		t.Errorf("too late: %+v", got)
	}
}

// A reminder is due in the lane that tells, but never before what has happened is told.
func TestReminderIsDue(t *testing.T) {
	g := asked()
	g.Card = store.Card{Channel: "C1", TS: "1.1"}
	if at, ok := g.Due(store.Tell); !ok || !at.Equal(noon) {
		t.Errorf("untold: due %s, %t", at, ok)
	}
	g = told(g)
	if at, ok := g.Due(store.Tell); !ok || !at.Equal(noon.Add(15*time.Minute)) {
		t.Errorf("told: due %s, %t", at, ok)
	}
}

// An extension is reminded of like a request, until it is decided or the access ends; and the holder of the end as ever.
func TestRemindersOfAnExtension(t *testing.T) {
	g := extending()
	for _, minutes := range []time.Duration{15, 30, 60, 120} {
		if got, want := next(g), (reminder{store.Remind, minutes * time.Minute}); got != want {
			t.Errorf("next is %+v, want %+v", got, want)
		}
		_, at := g.NextReminder()
		if g = after(g, at, store.Remind); g.ExtensionTerms() != extending().ExtensionTerms() {
			t.Error("a reminder changes what is shown")
		}
	}
	if got, want := next(g), (reminder{store.Soon, 4*time.Hour - 15*time.Minute}); got != want {
		t.Errorf("after four: %+v, want %+v", got, want)
	}
	long := asked()
	long.Duration = 11 * time.Hour
	long = after(long, noon, store.Approve, store.Apply)
	long.Extension, long.OfExtension = store.Extension{At: noon, Until: noon.Add(12 * time.Hour)}, 4
	if got, want := next(long), (reminder{store.Soon, 11*time.Hour - 15*time.Minute}); got != want {
		t.Errorf("after four, of what lasts long: %+v, want %+v", got, want)
	}
	missed := after(extending(), noon.Add(45*time.Minute), store.Remind)
	if got, want := next(missed), (reminder{store.Remind, time.Hour}); got != want {
		t.Errorf("after 45 minutes next is %+v, want %+v", got, want)
	}
	soon, late := extending(), extending()
	soon.Extension.At = soon.Until.Add(-20 * time.Minute)
	if got, want := next(soon), (reminder{store.Soon, 4*time.Hour - 15*time.Minute}); got != want {
		t.Errorf("near the end: %+v, want %+v", got, want)
	}
	if got, want := next(after(soon, noon, store.Soon)), (reminder{store.Remind, 4*time.Hour - 5*time.Minute}); got != want {
		t.Errorf("then: %+v, want %+v", got, want)
	}
	late.Extension.At = late.Until.Add(-15 * time.Minute)
	for name, g := range map[string]store.Grant{"it would come with the end": after(late, noon, store.Soon), "ended": after(extending(), noon, store.Finish)} {
		if got := next(g); got != (reminder{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, v := range []store.Verb{store.Decline, store.Retract} {
		if got := next(after(extending(), noon, v)); got.what != store.Soon {
			t.Errorf("after %s: %+v", v, got)
		}
	}
	again, err := after(g, noon, store.Decline).After(store.Entry{Verb: store.AskMore, By: "U1", At: noon, Until: noon.Add(8 * time.Hour)})
	if got := next(again); err != nil || got != (reminder{store.Remind, 15 * time.Minute}) {
		t.Errorf("of another one: %+v, %v", got, err)
	}
}
