package fakeaws

import (
	"bytes"
	"io"
	"net/http"
)

// RoundTrip answers a request in the caller's goroutine, without a socket. So an
// *[AWS] is the Transport of an [http.Client], and one with a Timeout can be had.
//
// It keeps the promises of a real transport: it ends when the request's context
// ends, and a connection that was cut is an error, which the SDK's retryer takes
// for one of the network.
func (a *AWS) RoundTrip(req *http.Request) (res *http.Response, err error) {
	ctx := req.Context()
	in := req.Clone(ctx)
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer in.Body.Close()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	defer func() {
		// What net/http's server does with the same panic.
		switch p := recover(); {
		case p == nil:
		case p != http.ErrAbortHandler:
			panic(p)
		case ctx.Err() != nil:
			err = ctx.Err()
		default:
			err = io.ErrUnexpectedEOF
		}
	}()
	w := &recording{header: http.Header{"Date": {a.now().UTC().Format(http.TimeFormat)}}, status: http.StatusOK}
	a.ServeHTTP(w, in)
	if req.Method == http.MethodHead { // whose answers have none, errors included
		w.body.Reset()
	}
	return w.response(req), nil
}

// recording is the answer as the handler writes it.
type recording struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recording) Header() http.Header         { return w.header }
func (w *recording) WriteHeader(status int)      { w.status = status }
func (w *recording) Write(p []byte) (int, error) { return w.body.Write(p) }

func (w *recording) response(req *http.Request) *http.Response {
	return &http.Response{
		Status:        http.StatusText(w.status),
		StatusCode:    w.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        w.header,
		Body:          io.NopCloser(&w.body),
		ContentLength: int64(w.body.Len()),
		Request:       req,
	}
}
