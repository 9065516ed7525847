package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	streamEvery = 50 * time.Millisecond // at most so often is a state sent
	streamWrite = 10 * time.Second      // whoever reads slower than that is cut off, and may come again
)

// events streams what one person sees: the whole state at once, so that whoever was cut off has missed nothing, and
// again whenever it is another. Each stream waits for its own reader only.
func (s *site) events(w http.ResponseWriter, r *http.Request) {
	as := r.URL.Query().Get("as")
	control := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(s.beat)
	defer beat.Stop()
	var sent []byte
	for n := 1; ; n++ {
		changed := s.stage.bell.next() // before looking, so that no change falls between
		now, err := json.Marshal(s.stage.state(as))
		if err != nil {
			return
		}
		text := ": still here\n\n"
		if !bytes.Equal(now, sent) {
			text, sent = fmt.Sprintf("id: %d\ndata: %s\n\n", n, now), now
		}
		_ = control.SetWriteDeadline(time.Now().Add(streamWrite)) // a writer without one has no slow readers
		if _, err := w.Write([]byte(text)); err != nil || control.Flush() != nil {
			return
		}
		if !s.pause(r, changed, beat.C) {
			return
		}
	}
}

// pause waits for a change or the next beat, and long enough that changes come together. It returns false at the end.
func (s *site) pause(r *http.Request, changed <-chan struct{}, beat <-chan time.Time) bool {
	select {
	case <-changed:
	case <-beat:
	case <-r.Context().Done():
	case <-s.stage.ctx.Done():
	}
	timer := time.NewTimer(streamEvery)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-s.stage.ctx.Done():
	}
	return false
}
