package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// child is the program, running.
type child struct {
	t      testing.TB
	cmd    *exec.Cmd
	out    *printed
	exited chan struct{} // closed when it has ended
}

// stopWithin is how long an orderly stop may take, whatever hangs, and a second for a busy machine. Containers wait as long before they
// kill, systemd longer.
const stopWithin = 11 * time.Second

// environment is all that a child sees: nothing of the machine's own AWS settings.
func (h *house) environment(more ...string) []string {
	return append([]string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + h.dir, "TMPDIR=" + h.dir, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_REGION=us-east-1", "AWS_ENDPOINT_URL=" + h.endpoint, "AWS_ACCESS_KEY_ID=" + h.accessKey, "AWS_SECRET_ACCESS_KEY=" + h.secretKey,
		"SLACK_BOT_TOKEN=" + botToken, "SLACK_APP_TOKEN=" + appToken, "SLACK_API_URL=" + h.slackURL}, more...)
}

// serve starts the program. The last of two equal variables counts.
func (h *house) serve(more ...string) *child {
	h.t.Helper()
	return h.run(os.Args[0], h.environment(more...))
}

// connected starts the program and waits until people can press.
func (h *house) connected(more ...string) *child {
	h.t.Helper()
	c := h.serve(more...)
	c.awaits("connected to Slack", 30*time.Second)
	return c
}

func (h *house) run(program string, env []string) *child {
	h.t.Helper()
	c := &child{t: h.t, out: &printed{}, exited: make(chan struct{})}
	c.cmd = exec.Command(program, "serve", "--config", h.config(), "--ledger", h.ledger)
	c.cmd.Env, c.cmd.Dir, c.cmd.Stdout, c.cmd.Stderr = env, h.dir, c.out, c.out
	if err := c.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	go func() {
		_ = c.cmd.Wait() // the exit code is read where it matters
		close(c.exited)
	}()
	h.t.Cleanup(func() {
		lived := c.alive() || c.cmd.ProcessState.ExitCode() >= 0 // else it was killed, and is not to blame
		c.kill()
		h.keepsSecrets(c.out.String())
		if lived && h.t.Failed() {
			h.t.Logf("a child printed:\n%s", tail(c.out.String(), 60))
		}
	})
	return c
}

// kill ends the child as a power cut does.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may be dead
	<-c.exited
}

// stop ends the child as an operator does, and expects it to have nothing to complain of.
func (c *child) stop() { c.t.Helper(); c.stopWithin(stopWithin) }

func (c *child) stopWithin(patience time.Duration) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Fatalf("SIGTERM: %v", err)
	}
	if code := c.code(patience); code != 0 {
		c.t.Fatalf("after SIGTERM it exits with %d", code)
	}
}

// code waits for the child to end by itself.
func (c *child) code(within time.Duration) int {
	c.t.Helper()
	select {
	case <-c.exited:
	case <-time.After(within):
		c.t.Fatalf("it has not ended within %s", within)
	}
	return c.cmd.ProcessState.ExitCode()
}

// alive tells whether the child has not ended.
func (c *child) alive() bool {
	select {
	case <-c.exited:
		return false
	default:
		return true
	}
}

// awaits waits until the child has printed a text.
func (c *child) awaits(text string, within time.Duration) {
	c.t.Helper()
	over := time.After(within)
	for {
		said, more := c.out.look()
		if strings.Contains(said, text) {
			return
		}
		select {
		case <-more:
		case <-c.exited:
			if !strings.Contains(c.out.String(), text) {
				c.t.Fatalf("it ended and never said %q", text)
			}
		case <-over:
			c.t.Fatalf("after %s it has not said %q", within, text)
		}
	}
}

// complaint is what the child told its operator at the end, beside its log.
func (c *child) complaint() (lines []string) {
	for line := range strings.Lines(c.out.String()) {
		if !strings.HasPrefix(line, "{") {
			lines = append(lines, strings.TrimRight(line, "\n"))
		}
	}
	return lines
}

// printed is what a child prints, to be read while it does.
type printed struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
	return p.text.Write(b)
}

// look returns what was printed, and a channel that is closed when there is more.
func (p *printed) look() (string, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	return p.text.String(), p.changed
}

func (p *printed) String() string {
	said, _ := p.look()
	return said
}

// tail is the last lines of a text.
func tail(text string, lines int) string {
	all := strings.SplitAfter(text, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "")
}
