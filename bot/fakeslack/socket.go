package fakeslack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// socket is one Socket Mode connection. One goroutine writes to it (write), one reads (read).
type socket struct {
	number  int
	conn    *websocket.Conn
	out     chan []byte   // to write
	leave   chan string   // the reason to part with
	ended   chan struct{} // closed when reading has ended
	leaving bool          // under mu: gets nothing more
	waiting map[string]chan<- json.RawMessage
}

// outbox is how much may wait for a slow reader before envelopes are lost, as the buffers of a
// real connection would hold it.
const outbox = 256

const writeWithin = 10 * time.Second

// upgrader takes any Origin: clients send https://api.slack.com, whatever the host.
var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

// openConnection gives out a link that connects once.
// https://docs.slack.dev/reference/methods/apps.connections.open
func (s *Server) openConnection(Call) (object, *refusal) {
	ticket := s.id("ticket-")
	s.tickets[ticket] = true
	return object{"url": strings.Replace(s.origin, "http", "ws", 1) + "/link/" + ticket}, nil
}

func (s *Server) serveLink(w http.ResponseWriter, r *http.Request) {
	if !s.redeem(r.PathValue("ticket")) {
		http.NotFound(w, r) // Slack does not document the answer to a used link
		return
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer conn.Close()
	k := &socket{
		conn:    conn,
		out:     make(chan []byte, outbox),
		leave:   make(chan string, 1),
		ended:   make(chan struct{}),
		waiting: map[string]chan<- json.RawMessage{},
	}
	if s.join(k) {
		s.read(k)
		s.part(k)
	}
}

func (s *Server) redeem(ticket string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ok := s.tickets[ticket]
	delete(s.tickets, ticket)
	return ok
}

// join greets a socket and starts its writer, or reports that the Server is closed. A socket too
// many is sent away at once (https://github.com/slackapi/node-slack-sdk/issues/1654).
func (s *Server) join(k *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.joined++
	k.number = s.joined
	s.sockets = append(s.sockets, k)
	if s.open() > maxSockets {
		k.dismiss("too_many_websockets")
	} else {
		k.send(encode(object{
			"type":            "hello",
			"num_connections": s.open(),
			"connection_info": object{"app_id": s.ws.AppID},
			"debug_info":      object{"host": "fakeslack", "build_number": 1, "approximate_connection_time": 18060},
		}))
	}
	s.running.Add(2) // this goroutine, which goes on to read, and the writer
	go s.write(k)
	s.notify()
	return true
}

func (s *Server) part(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(k.ended)
	s.sockets = slices.DeleteFunc(s.sockets, func(other *socket) bool { return other == k })
	s.notify()
	s.running.Done()
}

// read takes acknowledgements until the connection ends. One that is too large, or is not JSON,
// or names an envelope that went elsewhere, is dropped without a word, as Slack does.
func (s *Server) read(k *socket) {
	for {
		_, raw, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if len(raw) >= maxAckBytes || json.Unmarshal(raw, &ack) != nil {
			continue
		}
		s.mu.Lock()
		if waiting, ok := k.waiting[ack.EnvelopeID]; ok {
			delete(k.waiting, ack.EnvelopeID) // the first one counts
			waiting <- ack.Payload
		}
		s.mu.Unlock()
	}
}

// write sends what is due and a ping now and then, and sees the parting through.
func (s *Server) write(k *socket) {
	defer s.running.Done()
	defer k.conn.Close() // ends the reader
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var err error
		select {
		case frame := <-k.out:
			err = k.frame(frame)
		case <-ping.C:
			err = k.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWithin))
		case reason := <-k.leave:
			k.goodbye(reason)
			return
		case <-k.ended:
			return
		}
		if err != nil {
			return
		}
	}
}

func (k *socket) frame(raw []byte) error {
	if err := k.conn.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return fmt.Errorf("set write deadline: %w", err)
	}
	return k.conn.WriteMessage(websocket.TextMessage, raw)
}

// goodbye sends the disconnect message and gives the app its time to hang up first.
// https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect
func (k *socket) goodbye(reason string) {
	if reason == "" {
		return
	}
	grace := time.Second
	if reason == "warning" {
		grace = warningAhead
	}
	err := k.frame(encode(object{
		"type": "disconnect", "reason": reason, "debug_info": object{"host": "fakeslack"},
	}))
	if err != nil {
		return
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-timer.C:
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, reason)
		_ = k.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // it is cut anyway
	case <-k.ended:
	}
}

// send queues a frame. The caller holds mu.
func (k *socket) send(frame []byte) {
	select {
	case k.out <- frame:
	default: // lost; the delivery times out
	}
}

// dismiss asks the writer to part. The caller holds mu.
func (k *socket) dismiss(reason string) {
	k.leaving = true
	k.leave <- reason
}

// nextSocket takes the sockets in turn, as Slack may choose any of them. The caller holds mu.
func (s *Server) nextSocket() *socket {
	for range s.sockets {
		s.turn++
		if k := s.sockets[s.turn%len(s.sockets)]; !k.leaving {
			return k
		}
	}
	return nil
}

// open counts the sockets that get deliveries. The caller holds mu.
func (s *Server) open() (n int) {
	for _, k := range s.sockets {
		if !k.leaving {
			n++
		}
	}
	return n
}

// Sockets is how many connections would be given a delivery now.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open()
}

// Disconnect takes the longest connected socket out of use and reports whether there was one. It
// is sent a disconnect message with the reason ("warning", "refresh_requested", "link_disabled"),
// and is cut ten seconds after a warning, else after one. With no reason it is cut without a word,
// as when a network fails.
func (s *Server) Disconnect(reason string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.sockets {
		if !k.leaving {
			k.dismiss(reason)
			s.notify()
			return true
		}
	}
	return false
}
