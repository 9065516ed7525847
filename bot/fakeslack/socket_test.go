package fakeslack_test

import (
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"

	"sekisho/bot/fakeslack"
)

func TestOneEnvelopeGoesToOneSocket(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		var mu sync.Mutex
		seen := map[string]int{} // by envelope
		by := [2]int{}
		count := func(client int) handler {
			return func(e socketmode.Event, ack func(any)) {
				mu.Lock()
				seen[e.Request.EnvelopeID]++
				by[client]++
				mu.Unlock()
				ack(nil)
			}
		}
		w.connect(count(0))
		w.connect(count(1))
		ts := w.post("C1", button())
		for range 10 {
			d := must[fakeslack.Delivery](t)(w.Click(fakeslack.Press{User: "U1", Channel: "C1", TS: ts, Action: "go"}))
			if !d.Acked {
				t.Fatal("not acked")
			}
		}
		mu.Lock()
		defer mu.Unlock()
		if by[0] != 5 || by[1] != 5 || len(seen) != 10 {
			t.Errorf("clients got %v of %d envelopes", by, len(seen))
		}
	})
}

func TestNoAckFailsAfterThreeSeconds(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ts := w.post("C1", button())
		press := fakeslack.Press{User: "U1", Channel: "C1", TS: ts, Action: "go"}
		d := must[fakeslack.Delivery](t)(w.Click(press))
		if d.Acked || d.Problem != "dispatch_failed" || d.Socket != 0 {
			t.Errorf("with no socket: %+v", d)
		}

		var delay atomic.Int64
		w.connect(func(_ socketmode.Event, ack func(any)) {
			time.Sleep(time.Duration(delay.Load()))
			ack(nil)
		})
		inTime := 3*time.Second - time.Millisecond
		delay.Store(int64(inTime))
		d = must[fakeslack.Delivery](t)(w.Click(press))
		if !d.Acked || d.Took != inTime {
			t.Errorf("just in time: %+v", d)
		}
		delay.Store(int64(3*time.Second + time.Millisecond))
		d = must[fakeslack.Delivery](t)(w.Click(press))
		if d.Acked || d.Problem != "operation_timeout" || d.Took != 3*time.Second {
			t.Errorf("too late: %+v", d)
		}
		time.Sleep(time.Second) // the late one is ignored

		delay.Store(0)
		again := w.Redeliver(d)
		if !again.Acked || again.Envelope == d.Envelope || string(again.Payload) != string(d.Payload) {
			t.Errorf("redelivered: %+v", again)
		}
	})
}

func TestDisconnectAndReconnect(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		w.connect(ackAll)
		ts := w.post("C1", button())
		for _, reason := range []string{"refresh_requested", "warning", ""} {
			if !w.Disconnect(reason) {
				t.Fatalf("%q: there was no socket", reason)
			}
			w.await(func() bool { return w.Sockets() == 1 })
			d := must[fakeslack.Delivery](t)(w.Click(fakeslack.Press{User: "U1", Channel: "C1", TS: ts, Action: "go"}))
			if !d.Acked {
				t.Errorf("after %q: %+v", reason, d)
			}
		}
	})
}

func TestSocketsStayOpenForDays(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.connect(ackAll) // slack-go hangs up after 30 s without a ping
		connected := w.Changed()
		time.Sleep(48 * time.Hour)
		select {
		case <-connected:
			t.Error("the socket changed")
		default:
		}
	})
}

func TestLinksAndTheirNumber(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		_, url, err := w.api.StartSocketModeContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if hello := readType(t, w.dial(url)); hello != "hello" {
			t.Fatalf("first frame is %s", hello)
		}
		if _, resp, err := w.dialer.Dial(url, nil); err == nil || resp.StatusCode != 404 {
			t.Errorf("link used twice: %v", err)
		}
		for range 9 {
			_, url, _ := w.api.StartSocketModeContext(t.Context())
			readType(t, w.dial(url))
		}
		_, url, _ = w.api.StartSocketModeContext(t.Context())
		if kind := readType(t, w.dial(url)); kind != "disconnect" || w.Sockets() != 10 {
			t.Errorf("the eleventh gets %s, %d sockets", kind, w.Sockets())
		}
	})
}

func (w *world) dial(url string) *websocket.Conn {
	w.t.Helper()
	conn, _, err := w.dialer.Dial(url, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { conn.Close() })
	return conn
}

func readType(t *testing.T, conn *websocket.Conn) string {
	t.Helper()
	var frame struct{ Type string }
	if err := conn.ReadJSON(&frame); err != nil {
		t.Fatal(err)
	}
	return frame.Type
}

// TestAckOnWire acks with frames slack-go would not send.
func TestAckOnWire(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		_, url, _ := w.api.StartSocketModeContext(t.Context())
		conn := w.dial(url)
		readType(t, conn)
		_, url, _ = w.api.StartSocketModeContext(t.Context())
		other := w.dial(url)
		readType(t, other)
		go func() { _, _, _ = other.ReadMessage() }()

		answer := func(on *websocket.Conn, size int) fakeslack.Delivery {
			done := make(chan fakeslack.Delivery)
			go func() {
				// Every second envelope goes to the other socket, which never answers.
				_, _ = w.Slash("U1", "C1", "/jit", "")
				done <- must[fakeslack.Delivery](t)(w.Slash("U1", "C1", "/jit", ""))
			}()
			var e struct {
				ID string `json:"envelope_id"`
			}
			if err := conn.ReadJSON(&e); err != nil {
				t.Error(err)
			}
			frame, _ := json.Marshal(map[string]any{"envelope_id": e.ID, "payload": map[string]string{"text": ""}})
			frame = []byte(strings.Replace(string(frame), `"text":""`, `"text":"`+strings.Repeat("x", size-len(frame))+`"`, 1))
			if err := on.WriteMessage(websocket.TextMessage, frame); err != nil {
				t.Error(err)
			}
			return <-done
		}
		synctest.Wait()
		for name, c := range map[string]struct {
			on   *websocket.Conn
			size int
			ok   bool
		}{
			"just under 20 KB": {conn, 20<<10 - 1, true},
			"20 KB":            {conn, 20 << 10, false},
			"other socket":     {other, 100, false},
		} {
			if d := answer(c.on, c.size); d.Acked != c.ok {
				t.Errorf("%s: %+v", name, d.Acked)
			}
		}
	})
}
