package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/store"
)

// point is a place at which the process dies: before or after its nth call to the outside.
type point struct {
	mu    sync.Mutex
	at    int // 0: nowhere
	after bool
	calls int
	what  string // the call that it was
	dead  chan struct{}
}

var errDead = errors.New("the process is dead")

// stride is from one point to the next. With -short, as under the race detector, one in seven is taken: every life runs the
// same code on the same workers, and that is where a race is found; what is left behind at each step is found without it.
func stride() int {
	if testing.Short() {
		return 7
	}
	return 1
}

// tap counts the calls of one process, and is where it dies.
type tap struct {
	point *point
	kill  context.CancelFunc
	mu    sync.Mutex
	dead  bool
}

// through makes a call, unless the process is dead or dies now.
func (t *tap) through(what string, call func() error) error {
	t.mu.Lock()
	if t.dead {
		t.mu.Unlock()
		return errDead
	}
	t.point.mu.Lock()
	t.point.calls++
	here := t.point.calls == t.point.at
	if here {
		t.point.what = what
	}
	after := t.point.after
	t.point.mu.Unlock()
	t.dead = t.dead || here
	t.mu.Unlock()
	if !here {
		return call()
	}
	if after {
		_ = call() // it has its effect, and nobody hears of it
	}
	t.kill()
	close(t.point.dead)
	return errDead
}

func (t *tap) alive() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dead {
		return errDead
	}
	return nil
}

// tappedDB is the ledger, each write a step.
type tappedDB struct {
	store.DB
	tap  *tap
	full *atomic.Bool
}

func (d *tappedDB) Put(ctx context.Context, docs ...store.Doc) error {
	if d.full != nil && d.full.Load() {
		return fmt.Errorf("put: %w: no space left on device", store.ErrUnwritten)
	}
	names := []string{}
	for _, doc := range docs {
		names = append(names, doc.ID)
	}
	if docs[0].Kind == store.KindMark { // the clock's, twice a minute: nothing of the job hangs on one
		if err := d.tap.alive(); err != nil {
			return err
		}
		return d.DB.Put(ctx, docs...)
	}
	return d.tap.through("ledger "+strings.Join(names, " "), func() error { return d.DB.Put(ctx, docs...) })
}

func (d *tappedDB) Get(ctx context.Context, id string) (store.Doc, error) {
	if err := d.tap.alive(); err != nil {
		return store.Doc{}, err
	}
	return d.DB.Get(ctx, id)
}

func (d *tappedDB) Due(ctx context.Context, queue string, now time.Time, limit int) ([]store.Row, error) {
	if err := d.tap.alive(); err != nil {
		return nil, err
	}
	return d.DB.Due(ctx, queue, now, limit)
}

func (d *tappedDB) List(ctx context.Context, index, from string, limit int) ([]store.Row, error) {
	if err := d.tap.alive(); err != nil {
		return nil, err
	}
	return d.DB.List(ctx, index, from, limit)
}

// roundTripper is a network, each call that step names a step.
type roundTripper struct {
	http.RoundTripper
	tap  *tap
	step func(*http.Request) string
}

func (t *tap) over(inner http.RoundTripper, step func(*http.Request) string) http.RoundTripper {
	return roundTripper{inner, t, step}
}

func (r roundTripper) RoundTrip(req *http.Request) (res *http.Response, err error) {
	name := r.step(req)
	if name == "" {
		if err := r.tap.alive(); err != nil {
			return nil, err
		}
		return r.RoundTripper.RoundTrip(req)
	}
	err = r.tap.through(name, func() error { res, err = r.RoundTripper.RoundTrip(req); return err })
	if err != nil && res != nil {
		_ = res.Body.Close()
		res = nil
	}
	return res, err
}

// awsSteps names the calls that count: all but the polling of the queue and the look at the members.
func awsSteps(req *http.Request) string {
	if target := req.Header.Get("X-Amz-Target"); target != "" {
		if strings.HasSuffix(target, "ReceiveMessage") {
			return ""
		}
		return target
	}
	if req.Method != http.MethodPost { // all but S3 is asked by POST
		return "S3 " + req.Method
	}
	body, err := io.ReadAll(req.Body)
	req.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return "IAM"
	}
	action := strings.SplitN(string(body), "&", 2)[0]
	if action == "Action=GetGroup" { // the look at the members, every five minutes, changes nothing
		return ""
	}
	return "IAM " + action
}

// slackSteps names the calls that people see.
func slackSteps(req *http.Request) string {
	if method := filepath.Base(req.URL.Path); strings.HasPrefix(method, "chat.") {
		return method
	}
	return ""
}
