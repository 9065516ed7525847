package demo

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/gorilla/websocket"

	"sekisho/bot"
)

// lifeline is what a bot reaches the world by. Cut, nothing it does has an effect any more and its connections break:
// to everybody else the process was killed, although its goroutines live on for a while.
type lifeline struct {
	ctx context.Context
	cut context.CancelFunc
}

func newLifeline() lifeline {
	ctx, cut := context.WithCancel(context.Background())
	return lifeline{ctx, cut}
}

// slack has all connections to Slack break with the line.
func (l lifeline) slack(s bot.Slack) bot.Slack {
	s.HTTP = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DialContext: l.dial}}
	s.Dialer = &websocket.Dialer{NetDialContext: l.dial}
	return s
}

func (l lifeline) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if l.ctx.Err() != nil {
		return nil, errCut
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &breakable{conn, context.AfterFunc(l.ctx, func() { _ = conn.Close() })}, nil
}

// breakable is a connection that the end of a lifeline closes.
type breakable struct {
	net.Conn
	forget func() bool
}

func (b *breakable) Close() error {
	b.forget()
	return b.Conn.Close()
}

// errCut is what the dead are told.
var errCut cutError

type cutError struct{}

func (cutError) Error() string { return "the process was killed" }

// CanceledError keeps AWS's SDK from trying again.
func (cutError) CanceledError() bool { return true }

// aws has calls end with the line; one that runs may take effect, unheard.
func (l lifeline) aws(c aws.Config) aws.Config {
	c.HTTPClient = doer{l, c.HTTPClient}
	return c
}

type doer struct {
	life lifeline
	next aws.HTTPClient
}

func (d doer) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	defer cancel() // the answer is in memory by then
	defer context.AfterFunc(d.life.ctx, cancel)()
	if d.life.ctx.Err() != nil {
		return nil, errCut
	}
	answer, err := d.next.Do(req.WithContext(ctx))
	if d.life.ctx.Err() != nil {
		return nil, errCut
	}
	return answer, err
}
