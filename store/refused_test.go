package store_test

import (
	"testing"
	"time"

	"sekisho/store"
)

// What was refused waits longer each time, up to an hour: a day of it is a few tries. What happens meanwhile is told at once.
func TestRefusedMessagesWaitLonger(t *testing.T) {
	told, now, tries := store.Telling{}, noon, 0
	press := store.Press{At: noon}
	var last time.Duration
	for now.Before(noon.Add(24 * time.Hour)) {
		told.Unheard(now)
		press = press.Unheard(now)
		pause := told.TellAt.Sub(now)
		if pause < last || pause > time.Hour || tries == 0 && pause != time.Second || !press.Retry.Equal(told.TellAt) {
			t.Fatalf("try %d: waits %s, a press %s", tries+1, pause, press.Retry.Sub(now))
		}
		last, now, tries = pause, told.TellAt, tries+1
	}
	if last != time.Hour || tries > 40 {
		t.Errorf("%d tries in a day, the last pause %s", tries, last)
	}
	g := asked()
	g.Telling.Mute, g.Telling.TellAt = told.Mute, told.TellAt
	if g = after(g, noon, store.Deny); !g.TellAt.Equal(noon) || g.Mute != 0 {
		t.Errorf("news is told at %s, after %d tries", g.TellAt, g.Mute)
	}
}
