package fakeslack

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/gorilla/websocket"
)

// Memory reaches a Server through net.Pipe: real HTTP and a real WebSocket, but no socket, which
// would keep a synctest bubble from ever being idle.
type Memory struct {
	URL    string            // for slack.OptionAPIURL
	HTTP   *http.Client      // for slack.OptionHTTPClient
	Dialer *websocket.Dialer // for socketmode.OptionDialer

	pipes     *pipeListener
	server    *http.Server
	transport *http.Transport
}

// Memory is the way in without a socket. It is the same one at every call, and ends with Close.
func (s *Server) Memory() *Memory {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.memory != nil {
		return s.memory
	}
	pipes := &pipeListener{conns: make(chan net.Conn), done: s.done}
	transport := &http.Transport{DialContext: pipes.dial}
	m := &Memory{
		URL:  "http://slack.test/api/",
		HTTP: &http.Client{Transport: transport},
		// A response just under 20 KB must leave in one frame, so the buffer is larger than
		// the websocket package's own.
		Dialer:    &websocket.Dialer{NetDialContext: pipes.dial, WriteBufferSize: 32 << 10},
		pipes:     pipes,
		server:    &http.Server{Handler: s},
		transport: transport,
	}
	s.memory = m
	if !s.closed {
		s.running.Go(func() { _ = m.server.Serve(pipes) }) // always ErrServerClosed or net.ErrClosed
	}
	return m
}

func (m *Memory) close() {
	_ = m.server.Close() // a pipe's Close does not fail
	m.transport.CloseIdleConnections()
}

// pipeListener is a net.Listener whose connections are dialled in the same process.
type pipeListener struct {
	conns chan net.Conn
	done  <-chan struct{}
}

func (l *pipeListener) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, fmt.Errorf("dial %s: %w", addr, net.ErrClosed)
	case <-ctx.Done():
		return nil, fmt.Errorf("dial %s: %w", addr, context.Cause(ctx))
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close does nothing: the listener ends with its Server.
func (l *pipeListener) Close() error { return nil }

func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "slack.test" }
