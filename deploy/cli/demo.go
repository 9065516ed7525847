package cli

import (
	"context"
	"fmt"
	"os"

	"sekisho/deploy/demo"
)

// demoCommand is the demo: a story that plays itself, or a Slack for acting by hand.
type demoCommand struct {
	Story storyCommand `cmd:"" default:"withargs" help:"Tell the story in this terminal: sekisho demo --play."`
	Slack slackCommand `cmd:"" help:"Serve the made-up Slack workspace on a socket, show what people see, and act in it by commands."`
}

type storyCommand struct {
	Play  bool   `help:"Play the story in the terminal and exit: 0, or 1 at the first step that did not happen."`
	Event string `type:"existingfile" placeholder:"FILE" help:"A CloudTrail record or EventBridge event to begin with, in place of the built-in sign-in."`
	Lang  string `enum:"en,ja" default:"en" help:"Language of the story and the cards: en or ja."`
}

// Run plays the story.
func (c storyCommand) Run(ctx context.Context, s streams) error {
	if !c.Play {
		return fmt.Errorf("say what to do: sekisho demo --play tells the story in this terminal, sekisho demo slack serves a made-up Slack")
	}
	var event []byte
	if c.Event != "" {
		var err error
		if event, err = os.ReadFile(c.Event); err != nil {
			return fmt.Errorf("read event: %w", err)
		}
	}
	return demo.Play(ctx, s.out, c.Lang, event)
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
