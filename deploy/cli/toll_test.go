package cli_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
)

// toll stands between the program and AWS. It counts the changes that AWS makes of memberships, and tells of one before
// its answer goes back: whoever is killed then has changed AWS and does not know.
type toll struct {
	mu      sync.Mutex
	left    int    // changes until it tells; 0 when it does not
	changed func() // is told
}

// between puts a toll on the way to AWS.
func (h *house) between() *toll {
	h.t.Helper()
	at := must(url.Parse(h.endpoint))(h.t)
	t := &toll{}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(at); r.Out.Host = r.In.Host },
		ModifyResponse: t.pass,
		ErrorHandler:   func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // the killed one hung up
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // it was killed in the middle
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if bytes.Contains(body, []byte("Action=AddUserToGroup")) || bytes.Contains(body, []byte("Action=RemoveUserFromGroup")) {
			r = r.WithContext(withChange(r.Context()))
		}
		proxy.ServeHTTP(w, r)
	}))
	h.t.Cleanup(server.Close)
	h.endpoint = server.URL
	return t
}

// after has the toll tell of the nth change from now.
func (t *toll) after(n int, changed func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left, t.changed = n, changed
}

func (t *toll) pass(res *http.Response) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !isChange(res.Request.Context()) || t.left == 0 {
		return nil
	}
	if t.left--; t.left == 0 {
		t.changed()
	}
	return nil
}

type changeKey struct{}

func withChange(ctx context.Context) context.Context {
	return context.WithValue(ctx, changeKey{}, true)
}

func isChange(ctx context.Context) bool { return ctx.Value(changeKey{}) != nil }
