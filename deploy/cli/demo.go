package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"sekisho/deploy/demo"
)

// demoCommand is the demo: a page to act in, stories that play themselves, or a Slack for acting by typing.
type demoCommand struct {
	Page  pageCommand  `cmd:"" default:"withargs" help:"Serve the demo as a page of the browser, as demo alone does; with --play tell its stories in this terminal."`
	Slack slackCommand `cmd:"" help:"Serve the made-up Slack workspace on a socket, show what people see, and act in it by commands."`
}

type pageCommand struct {
	Listen string `placeholder:"ADDRESS" help:"Where to serve the page, on this machine only; port 0 is any that is free. 127.0.0.1:0 unless said."`
	Open   bool   `help:"Open the page in the browser."`
	Play   bool   `help:"Play the stories in the terminal and exit: 0, or 1 at the first step that did not happen."`
	Event  string `placeholder:"FILE" help:"With --play: a CloudTrail record or EventBridge event to begin the first story with, as if it happened now, in place of the built-in sign-in."`
	Lang   string `placeholder:"LANG" help:"Language of the stories or the page, and the cards: en or ja. That of LC_ALL, LC_MESSAGES or LANG unless said, and en if it is another."`
}

// language is the one that is asked for, or the terminal's.
func (c pageCommand) language() string {
	terminal := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")) // in the order of POSIX
	if c.Lang == "" && (terminal == "ja" || strings.HasPrefix(terminal, "ja_") || strings.HasPrefix(terminal, "ja.")) {
		return "ja"
	}
	return cmp.Or(c.Lang, "en")
}

// err is an error whose text is in the language.
func (c pageCommand) err(en, ja string, args ...any) error {
	if c.language() == "ja" {
		en = ja
	}
	return fmt.Errorf(en, args...)
}

// Validate finds flags that do not go together.
func (c pageCommand) Validate() error {
	switch {
	case c.Lang != "" && c.Lang != "en" && c.Lang != "ja":
		return fmt.Errorf("--lang is %q: write en or ja", c.Lang)
	case c.Event != "" && !c.Play:
		return c.err("--event goes with --play: add it, or paste the record on the page",
			"--event は --play と一緒に指定してください。ページではレコードを貼り付けられます")
	case c.Play && c.Open:
		return c.err("--open is for the page, and --play tells the stories in this terminal: leave one of them away",
			"--open はページを開き、--play は流れを端末で見せます。どちらか一方だけを指定してください")
	case c.Play && c.Listen != "":
		return c.err("--listen is for the page, and --play tells the stories in this terminal: leave one of them away",
			"--listen はページのアドレスで、--play は流れを端末で見せます。どちらか一方だけを指定してください")
	}
	return nil
}

// Run serves the page, or plays the stories.
func (c pageCommand) Run(ctx context.Context, s streams) error {
	if c.Play {
		return c.play(ctx, s)
	}
	return demo.Page(ctx, s.out, c.language(), cmp.Or(c.Listen, "127.0.0.1:0"), func(url string) error {
		if !c.Open {
			return nil
		}
		if err := open(ctx, url); err != nil {
			return c.err("open the page: %w: open %s by hand, without --open", "ページを開けません(%w)。--open を付けずに、ブラウザで%sを開いてください", err, url)
		}
		return nil
	})
}

// open shows an address in the browser, by the program that the system has for it.
func open(ctx context.Context, url string) error {
	program := map[string][]string{"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"}}[runtime.GOOS]
	if program == nil {
		program = []string{"xdg-open"}
	}
	return exec.CommandContext(ctx, program[0], append(program[1:], url)...).Run()
}

func (c pageCommand) play(ctx context.Context, s streams) error {
	var event []byte
	if c.Event != "" {
		var err error
		if event, err = os.ReadFile(c.Event); err != nil {
			return c.err("read event: %w", "イベントを読み取れません: %w", err)
		}
	}
	return demo.Play(ctx, s.out, c.language(), event)
}

type slackCommand struct {
	Listen string `default:"127.0.0.1:3000" placeholder:"ADDRESS" help:"Where to serve it."`
}

// Help says how to use it.
func (slackCommand) Help() string {
	return `Point any Slack app in Socket Mode at it with the line it prints, such as sekisho serve.
It prints each card, thread line, direct message and hint as it comes or changes, and reads commands:
help lists them. From a terminal it goes on after a command that cannot be done. Otherwise the
commands are a script, for example

  printf 'connected 30\nwait "Pending approval"\npress h.sato approve\nwait Active\n' | sekisho demo slack

and the exit code is 1 at the first that cannot be done, 0 at the end.`
}

// Run serves the workspace.
func (c slackCommand) Run(ctx context.Context, s streams) error {
	return demo.Slack(ctx, c.Listen, s.in, s.out)
}
