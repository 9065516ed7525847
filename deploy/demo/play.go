package demo

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"sekisho/aws/trail"
	"sekisho/handlers"
	"sekisho/store"
)

//go:embed signin.json
var builtIn []byte

// patience is how long a step may take before the story has failed.
const patience = 5 * time.Second

// story is the world, and the transcript of what happens in it.
type story struct {
	*world
	out   io.Writer
	lang  string
	who   handlers.Request
	rule  handlers.Entitlement
	event []byte
	card  string // ts
}

// Play tells the main job from the sign-in to the end of access, on the event given or a built-in one, and writes a
// transcript. The error names the first step that did not happen.
func Play(ctx context.Context, out io.Writer, lang string, event []byte) (err error) {
	if event == nil {
		event = signedIn(builtIn, "c2a1f7de-3b0a-4be8-8d4e-6a1f0e9b7c01", time.Now())
	}
	found := trail.Parse(event, nil)
	if found.Class != trail.Request {
		return fmt.Errorf("the sign-in makes no card, this event is to %s: %s", found.Class, found.Why)
	}
	w, err := newWorld(lang, found.Request)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	s := &story{world: w, out: out, lang: lang, who: found.Request, rule: w.config.Policy.Entitlements[0], event: event}
	for _, step := range []struct {
		skip   time.Duration
		en, ja string
		do     func(context.Context) error
	}{
		{0, "The bot starts. Nobody is in the group.", "ボットが起動します。グループには誰もいません。", s.begin},
		{0, "CloudTrail reports a console sign-in. A card appears in #aws-approvals.", "CloudTrailがコンソールへのサインインを記録し、#aws-approvals にカードが届きます。", s.signIn},
		{0, "The person who signed in is an approver, and presses Approve. The bot answers only them.", "サインインした本人(承認者でもある)が「承認」を押します。ボットは本人にだけ答えます。", s.approveOwn},
		{0, "Another approver presses Approve. The card says so only after AWS was read back.", "別の承認者が「承認」を押します。カードはAWSで確認してから更新されます。", s.approve},
		{time.Hour, "An hour later: another sign-in prolongs the access.", "1時間後、再度サインインがあり、利用期間が延びます。", s.prolong},
		{0, "The bot is stopped and started again. It goes on from its ledger.", "ボットを止めて、もう一度起動します。台帳から続きを始めます。", s.restart},
		{s.rule.Duration, "The end has come. The bot takes the access back, and reads AWS again.", "終了日時になりました。ボットがグループから外し、AWSで確認します。", s.end},
	} {
		if step.skip > 0 {
			s.skip(step.skip)
		}
		s.heading(map[string]string{"en": step.en, "ja": step.ja}[lang])
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("this did not happen: %s: %w", step.en, err)
		}
	}
	return nil
}

func (s *story) heading(text string) {
	_, _ = fmt.Fprintf(s.out, "\n── %s ── %s\n", s.clock.now().In(s.config.Zone).Format("15:04:05"), text)
}

func (s *story) show(text string) {
	_, _ = fmt.Fprintf(s.out, "\n%s\n", strings.TrimRight(text, "\n"))
}

func (s *story) begin(ctx context.Context) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	s.group()
	return s.until(ctx, "the bot connects to Slack", func() bool { return s.slack.Sockets() > 0 })
}

func (s *story) signIn(ctx context.Context) error {
	s.aws.Send(s.queue, "", string(s.event))
	if err := s.shows(ctx, store.Asked); err != nil {
		return err
	}
	s.draw()
	return nil
}

func (s *story) approveOwn(ctx context.Context) error {
	if err := s.press(yamada); err != nil {
		return err
	}
	err := s.until(ctx, "the bot refuses", func() bool { return len(s.slack.Ephemerals(yamada)) > 0 })
	if err == nil {
		s.show(s.slack.Render(s.slack.Ephemerals(yamada)[0]))
		s.group()
	}
	if len(s.members()) > 0 {
		return fmt.Errorf("the group has members: %v", s.members())
	}
	return err
}

func (s *story) approve(ctx context.Context) error {
	if err := s.press(sato); err != nil {
		return err
	}
	if err := s.shows(ctx, store.Active); err != nil {
		return err
	}
	s.draw()
	s.group()
	if !slices.Equal(s.members(), []string{s.who.User}) {
		return fmt.Errorf("the group has %v", s.members())
	}
	return nil
}

func (s *story) prolong(ctx context.Context) error {
	before := s.text()
	again := signedIn(s.event, "9d3b6c58-0f2e-4c6f-a1b5-2e7f8d9c0a02", s.clock.now())
	if trail.Parse(again, nil).Class != trail.Request {
		return errors.New("the second sign-in makes no request")
	}
	s.aws.Send(s.queue, "", string(again))
	if err := s.until(ctx, "the card shows a later end", func() bool { return s.text() != before }); err != nil {
		return err
	}
	s.draw()
	return nil
}

func (s *story) restart(ctx context.Context) error {
	if err := s.halt(); err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		return err
	}
	s.group()
	return s.until(ctx, "the bot connects to Slack again", func() bool { return s.slack.Sockets() > 0 })
}

func (s *story) end(ctx context.Context) error {
	if err := s.until(ctx, "the group is empty", func() bool { return len(s.members()) == 0 }); err != nil {
		return err
	}
	s.group()
	last := s.pen().Words.Say("state.expire", nil)
	if err := s.until(ctx, "the card says so", func() bool { return strings.Contains(s.text(), last) }); err != nil {
		return err
	}
	s.draw()
	return s.receipt(ctx)
}
