package fakeslack

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// object is a JSON object as it came in: blocks and views keep every field the app sent.
type object = map[string]any

// Server is one workspace. It is safe for concurrent use.
type Server struct {
	ws   Workspace
	mux  *http.ServeMux
	done chan struct{} // closed by Close

	running sync.WaitGroup // the goroutines that Close waits for

	mu        sync.Mutex
	closed    bool
	memory    *Memory
	changed   chan struct{} // closed, and replaced, at every change
	fault     func(Call) *Failure
	calls     int
	seq       int       // the last id given out
	lastTS    time.Time // the last message timestamp given out
	origin    string    // "http://host", as the app last reached us
	users     map[string]User
	groups    map[string]UserGroup
	recent    map[string][]time.Time // calls of the methods that have a limit
	channels  map[string]*channel
	ephemeral map[string][]*Message // by user
	modals    map[string]*view      // by user
	homes     map[string]*view      // by user
	triggers  map[string]*trigger
	responses map[string]*responseURL
	tickets   map[string]bool // unused Socket Mode links
	revoked   string          // what calls with a token are answered, "" while the app is installed
	sockets   []*socket
	joined    int // sockets so far
	turn      int // round robin over sockets
}

// New is a workspace in which nothing has happened yet. Close it.
func New(w Workspace) *Server {
	w = w.withDefaults()
	s := &Server{
		ws:        w,
		mux:       http.NewServeMux(),
		done:      make(chan struct{}),
		changed:   make(chan struct{}),
		users:     map[string]User{},
		groups:    map[string]UserGroup{},
		recent:    map[string][]time.Time{},
		channels:  map[string]*channel{},
		ephemeral: map[string][]*Message{},
		modals:    map[string]*view{},
		homes:     map[string]*view{},
		triggers:  map[string]*trigger{},
		responses: map[string]*responseURL{},
		tickets:   map[string]bool{},
	}
	for _, u := range w.Users {
		s.users[u.ID] = u.withDefaults(w.TeamID)
	}
	for _, g := range w.Groups {
		s.groups[g.ID] = g
	}
	for _, c := range w.Channels {
		c.Members = slices.Clone(c.Members)
		s.channels[c.ID] = &channel{Channel: c}
	}
	s.mux.HandleFunc("/api/{method}", s.serveAPI)
	s.mux.HandleFunc("GET /link/{ticket}", s.serveLink)
	s.mux.HandleFunc("POST /response/{id}", s.serveResponse)
	return s
}

// ServeHTTP answers /api/METHOD, the Socket Mode links under /link/ and the response URLs under
// /response/. Mount it at the root of a host: links and response URLs are made from the request's
// Host.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Close cuts every connection and returns when the fake's goroutines have ended. Deliveries in
// flight fail, calls that hang are cut.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.done)
	sockets, memory := slices.Clone(s.sockets), s.memory
	s.mu.Unlock()

	for _, k := range sockets {
		k.conn.Close()
	}
	if memory != nil {
		memory.close()
	}
	s.running.Wait()
}

// Changed is closed at the next change: a call answered, a message, a view, a socket, a delivery.
func (s *Server) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Wait returns when ok does, asking it now and after every change, or with the context's cause.
func (s *Server) Wait(ctx context.Context, ok func() bool) error {
	for {
		changed := s.Changed() // before asking, so no change falls between
		if ok() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for workspace: %w", context.Cause(ctx))
		}
	}
}

// SetUser adds a user or replaces the one with its id, as an administrator would.
func (s *Server) SetUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = u.withDefaults(s.ws.TeamID)
	s.notify()
}

// SetGroup adds a user group or replaces the one with its id.
func (s *Server) SetGroup(g UserGroup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups[g.ID] = g
	s.notify()
}

// SetChannel adds a channel or replaces the one with its id, whose messages stay.
func (s *Server) SetChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Members = slices.Clone(c.Members)
	if known := s.channels[c.ID]; known != nil {
		known.Channel = c
	} else {
		s.channels[c.ID] = &channel{Channel: c}
	}
	s.notify()
}

// notify wakes whoever waits for a change. The caller holds mu.
func (s *Server) notify() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// id is a new id that starts with prefix. The caller holds mu.
func (s *Server) id(prefix string) string {
	s.seq++
	return fmt.Sprintf("%s%08d", prefix, s.seq)
}

// timestamp is a new message timestamp: unique, and increasing even when the clock is not, since
// Slack's identify a message. The caller holds mu.
func (s *Server) timestamp() string {
	t := s.ws.Now().Truncate(time.Microsecond)
	if !t.After(s.lastTS) {
		t = s.lastTS.Add(time.Microsecond)
	}
	s.lastTS = t
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}
