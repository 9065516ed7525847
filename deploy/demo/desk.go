package demo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"sekisho/bot/fakeslack"
)

// desk is where a person sits who is everybody in the workspace: what comes is printed, what is typed is done. It
// belongs to one goroutine.
type desk struct {
	slack  *fakeslack.Server
	ws     fakeslack.Workspace
	out    io.Writer
	lines  <-chan string // closed at the end of the input
	script bool          // the lines come from no terminal

	drawn  map[string]string            // what of a message, modal or Home tab was printed last, by its key
	cards  []fakeslack.Message          // as last seen; a card's number is its place, from 1
	number map[string]int               // of a card, by its key
	filled map[string]map[string]string // what is entered in a modal and not submitted, by the modal's id
}

func newDesk(s *fakeslack.Server, ws fakeslack.Workspace, out io.Writer) *desk {
	return &desk{
		slack: s, ws: ws, out: out,
		drawn:  map[string]string{},
		number: map[string]int{},
		filled: map[string]map[string]string{},
	}
}

// errQuit ends a desk before its input ends.
var errQuit = errors.New("quit")

// run does what the lines say, until they or ctx end. Both are no error.
func (d *desk) run(ctx context.Context) error {
	for n := 1; ; n++ {
		line, err := d.next(ctx)
		if err == nil {
			err = d.do(ctx, line)
		}
		switch {
		case err == nil:
		case ctx.Err() != nil, errors.Is(err, io.EOF), errors.Is(err, errQuit):
			return nil
		case d.script:
			return fmt.Errorf("command %d, %q: %w", n, line, err)
		default:
			d.printf("! %v\n", err)
		}
	}
}

// next waits for a line, and meanwhile shows what happens. It returns io.EOF where the input ended.
func (d *desk) next(ctx context.Context) (string, error) {
	for {
		changed := d.slack.Changed() // before drawing, so no change falls between
		d.draw()
		select {
		case line, ok := <-d.lines:
			if !ok {
				return "", io.EOF
			}
			if d.script {
				d.printf("> %s\n", line)
			}
			return line, nil
		case <-changed:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// do does one line: a command, or nothing where it is empty or begins with #.
func (d *desk) do(ctx context.Context, line string) error {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	name, rest, _ := strings.Cut(line, " ")
	for _, c := range commands() {
		if c.name == name {
			return c.do(d, ctx, strings.TrimSpace(rest))
		}
	}
	return fmt.Errorf("no command %q: help lists them", name)
}

func (d *desk) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(d.out, format, args...) // whoever does not listen does not hear
}

// readLines reads in a goroutine that ends with its input or, where a read returns, with done.
func readLines(in io.Reader, done <-chan struct{}) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for r := bufio.NewReader(in); ; {
			line, err := r.ReadString('\n')
			if err == nil || line != "" { // the last one may lack its end
				select {
				case lines <- strings.TrimRight(line, "\r\n"):
				case <-done:
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

// words takes a line apart at its spaces. What stands in double or single quotes stays together.
func words(line string) ([]string, error) {
	var out []string
	var word strings.Builder
	quote, open := rune(0), false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, open = r, true
		case r != ' ' && r != '\t':
			word.WriteRune(r)
			open = true
		case open:
			out, open = append(out, word.String()), false
			word.Reset()
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("quote %c is not closed", quote)
	}
	if open {
		out = append(out, word.String())
	}
	return out, nil
}
