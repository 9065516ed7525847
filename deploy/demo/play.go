package demo

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"sekisho/aws/trail"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
)

//go:embed signin.json
var builtIn []byte

// stories are told one after the other, each in a world of its own. A later one is one more entry here, and its steps in
// a file of its own.
var stories = []func(*player) story{(*player).aSignIn, (*player).aRequest, (*player).aDenial, (*player).anExtension,
	(*player).anIssue, (*player).aRotation, (*player).aSchedule}

// story is what happens to one request.
type story struct {
	title caption
	steps []step
}

// step is one thing that happens.
type step struct {
	tells caption
	do    func(context.Context) error // returns nil once it has happened
	later time.Duration               // how much time passes first
}

// caption is a sentence in each language.
type caption struct{ en, ja string }

func (c caption) in(lang string) string {
	if lang == "ja" {
		return c.ja
	}
	return c.en
}

// err is an error whose text is a sentence in a language.
func (c caption) err(lang string, args ...any) error { return fmt.Errorf(c.in(lang), args...) }

var (
	noCard = caption{"the sign-in makes no card, this event is to %s: %s: take a console sign-in of an IAM user",
		"このイベントからはカードが作られません(%s: %s)。IAMユーザーのコンソールへのサインインを指定してください"}
	otherStory = caption{"the sign-in is of %s, whose key another story is about: take one of a person",
		"%sのキーはほかの流れで使います。人のサインインを指定してください"}
	notHappened = caption{"this did not happen: %s: %w", "次のことが起きませんでした: %s: %w"}
)

// player is the world, everybody who acts in it, and the transcript of what happens.
type player struct {
	*world
	desk     *desk
	out      io.Writer
	patience time.Duration // how long a step may take before the story has failed
	who      access.Request
	event    []byte
	rule     policy.Entitlement // that the story is about
}

// Play tells what happens to a sign-in and to requests, from the first step to the end of access, and writes a
// transcript. The sign-in is the event given, or a built-in one; it happens now, as one of long ago asks for nothing.
// The error names the first step that did not happen.
// The stories happen side by side, as each bot keeps to Slack's pace, and are written one after the other.
func Play(ctx context.Context, out io.Writer, lang string, event []byte) error {
	var telling sync.WaitGroup
	defer telling.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop() // of those that are not written any more
	transcripts, ends := make([]bytes.Buffer, len(stories)), make([]chan error, len(stories))
	for i := range stories {
		ends[i] = make(chan error, 1)
		telling.Go(func() { ends[i] <- tell(ctx, &transcripts[i], lang, event, stories[i]) })
	}
	for i, end := range ends {
		err := <-end
		if _, e := transcripts[i].WriteTo(out); e != nil {
			return fmt.Errorf("write story: %w", e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tell tells one story up to the first step that does not happen.
func tell(ctx context.Context, out io.Writer, lang string, event []byte, of func(*player) story) (err error) {
	p, err := newPlayer(out, lang, event)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	s := of(p)
	_, _ = fmt.Fprintf(out, "\n━━━━ %s\n", s.title.in(lang))
	for _, step := range s.steps {
		if err := p.happens(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// newPlayer makes the world. The bot does not run yet.
func newPlayer(out io.Writer, lang string, event []byte) (*player, error) {
	if event == nil {
		event = builtIn
	}
	found := trail.Parse(event, nil)
	if found.Class != trail.Request {
		return nil, noCard.err(lang, found.Class, found.Why)
	}
	event = signedIn(event, "", time.Now())
	w, err := newWorld(lang, found.Request)
	if err != nil {
		return nil, err
	}
	ws := workspace(w.clock.now)
	p := &player{world: w, desk: newDesk(w.slack, ws, io.Discard), out: out, patience: 20 * time.Second, who: found.Request, event: event}
	p.desk.script = true
	return p, nil
}

// happens has a step happen.
func (p *player) happens(ctx context.Context, s step) error {
	if s.later > 0 {
		p.skip(s.later)
	}
	_, _ = fmt.Fprintf(p.out, "\n── %s ── %s\n", p.clock.now().In(p.config.Zone).Format("15:04:05"), s.tells.in(p.config.Language))
	if err := s.do(ctx); err != nil {
		return notHappened.err(p.config.Language, s.tells.in(p.config.Language), err)
	}
	return nil
}

// about has the story be about a rule of the demo's configuration.
func (p *player) about(id string) { p.rule, _ = p.config.Policy.Rule(id) }

// skip moves the clock; whoever looks at it is told, so that nobody waits for the next tick.
func (p *player) skip(d time.Duration) {
	p.clock.skip(d)
	p.bot.poke()
}

// types has people do what the lines say, as at a desk.
func (p *player) types(ctx context.Context, lines ...string) error {
	typed := make(chan string, len(lines))
	for _, line := range lines {
		typed <- line
	}
	close(typed)
	p.desk.lines = typed
	return errors.Join(p.desk.run(ctx), ctx.Err())
}

// opening is the first step of every story.
func (p *player) opening() step {
	return step{tells: caption{"The bot starts. Nobody is in the group.", "ボットが起動します。グループには誰もいません。"}, do: p.starts}
}

// starts starts the bot.
func (p *player) starts(ctx context.Context) error {
	if err := p.start(ctx); err != nil {
		return err
	}
	p.group()
	return p.until(ctx, "the bot connects to Slack", func() bool { return p.slack.Sockets() > 0 })
}

// gives waits for access: the group has its member, and the card says so.
func (p *player) gives(ctx context.Context) error {
	if err := p.shows(ctx, p.word("state.active")); err != nil {
		return err
	}
	p.draw()
	return p.has(p.who.User)
}

// takes waits for the end of access: the group is empty, the card says what ended it, and its thread is the receipt.
func (p *player) takes(ctx context.Context, outcome string) error {
	if err := p.until(ctx, "the group is empty", func() bool { return len(p.members()) == 0 }); err != nil {
		return err
	}
	p.group()
	if err := p.shows(ctx, p.word(outcome)); err != nil {
		return err
	}
	p.draw()
	return p.thread(ctx, p.word("thread.undo"))
}

// has shows the group, and makes sure of its members.
func (p *player) has(members ...string) error {
	p.group()
	if !slices.Equal(p.members(), members) {
		return fmt.Errorf("the group has %v", p.members())
	}
	return nil
}

// show writes what people see.
func (p *player) show(text string) {
	_, _ = fmt.Fprintf(p.out, "\n%s\n", strings.TrimRight(text, "\n"))
}
