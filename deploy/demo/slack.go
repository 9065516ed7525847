package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"sekisho/bot/fakeslack"
)

// Slack serves the made-up workspace at an address until its input or ctx ends, shows what people see in it, and has
// them act by the commands it reads, which the command help lists. From a terminal a command that cannot be done is
// answered, and the next one is read. From anywhere else the commands are a script: the first that cannot be done is
// the error.
func Slack(ctx context.Context, address string, in io.Reader, out io.Writer) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("open a port for the made-up Slack: %w: write an address of this machine that is free, such as 127.0.0.1:3000", err)
	}
	ws := workspace(time.Now)
	server := fakeslack.New(ws)
	web := &http.Server{Handler: server, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	done := make(chan struct{})

	d := newDesk(server, ws, out)
	d.lines, d.script = readLines(in, done), !isTerminal(in)
	d.printf("A made-up Slack workspace. Point an app at it:\n\n"+
		"export SLACK_API_URL=http://%s/api/ SLACK_BOT_TOKEN=%s SLACK_APP_TOKEN=%s\n\n"+
		"Act in it with the commands that \"help\" lists.\n", listener.Addr(), botToken, appToken)
	err = d.run(ctx)

	close(done)
	if e := web.Close(); e != nil {
		err = errors.Join(err, fmt.Errorf("close the made-up Slack: %w", e))
	}
	server.Close()
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, fmt.Errorf("serve the made-up Slack: %w", e))
	}
	return err
}

// isTerminal tells whether somebody sits at the other end.
func isTerminal(in io.Reader) bool {
	file, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
