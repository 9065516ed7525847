package bot

import (
	"strings"
	"testing"

	"sekisho/store"
)

// The other record of a sign-in is no line in the thread, unless it took approvals back.
func TestAFoldIsSilent(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		e := store.Entry{Verb: store.Again, By: store.Self, Facts: map[string]string{store.FactFolded: "true", "mfa": "no", "address": "198.51.100.23"}}
		if line, ok := w.voice.pen.Line(request(), e); ok {
			t.Errorf("it says %q", line)
		}
		e.Facts[store.FactRecalled] = sato
		line, ok := w.voice.pen.Line(request(), e)
		if !ok || !strings.Contains(line, "aws login") || !strings.Contains(line, "<@"+sato+">") {
			t.Errorf("it says %q", line)
		}
	})
}
