package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Page serves the demo as a page of the browser at an address of this machine until ctx ends, and prints where it is.
// The page is a Slack workspace, an AWS and a clock around the real bot. What ready is given is the page's address.
func Page(ctx context.Context, out io.Writer, lang, address string, ready func(url string) error) (err error) {
	listener, err := listen(lang, address)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	s, err := newStage(ctx, lang)
	if err != nil {
		stop()
		return errors.Join(err, listener.Close())
	}
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	web := &http.Server{
		Handler:           newSite(s, net.JoinHostPort("127.0.0.1", port), net.JoinHostPort("localhost", port)).handler(),
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	defer func() {
		stop() // ends the streams, for which Shutdown waits
		last, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		err = errors.Join(err, web.Shutdown(last), web.Close(), s.close())
		if e := <-served; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, fmt.Errorf("serve the page: %w", e))
		}
	}()
	url := "http://127.0.0.1:" + port + "/"
	_, _ = fmt.Fprintf(out, "%s\n%s\n", url, caption{"Open it in a browser. Ctrl-C ends the demo, and with it all that is in it.", "ブラウザで開いてください。Ctrl-Cで終了し、内容はすべて失われます。"}.in(lang))
	if err := ready(url); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// listen opens a port that no other machine reaches.
func listen(lang, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, caption{"read address %q: %w: write one such as 127.0.0.1:8080",
			"アドレス %q を読み取れません(%w)。127.0.0.1:8080 のように指定してください"}.err(lang, address, err)
	}
	if host != "127.0.0.1" && host != "localhost" {
		return nil, caption{"listen on %q: the demo listens on 127.0.0.1 only: write 127.0.0.1 in its place",
			"%q では待ち受けられません。デモが待ち受けるのは127.0.0.1だけです。127.0.0.1を指定してください"}.err(lang, host)
	}
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		return nil, caption{"open a port for the page: %w: take one that is free, or 127.0.0.1:0 for any",
			"ページのポートを開けません(%w)。空いているポートか、自動で選ぶ127.0.0.1:0を指定してください"}.err(lang, err)
	}
	return listener, nil
}
