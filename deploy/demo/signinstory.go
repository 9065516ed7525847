package demo

import (
	"context"
	"errors"
	"time"

	"sekisho/aws/trail"
)

// aSignIn is the main job, from the sign-in to the end of access.
func (p *player) aSignIn() story {
	p.about("prod-operator")
	return story{caption{"A console sign-in", "コンソールへのサインイン"}, []step{
		p.opening(),
		{tells: caption{"CloudTrail reports a console sign-in. A card appears in #aws-approvals.",
			"CloudTrailがコンソールへのサインインを記録し、#aws-approvals にカードが届きます。"}, do: p.signsIn},
		{tells: caption{"The person who signed in is an approver, and presses Approve. The bot answers only them.",
			"サインインした本人(承認者でもある)が「承認」を押します。ボットは本人にだけ答えます。"}, do: p.approvesOwn},
		{tells: caption{"Another approver presses Approve. The card says so only after AWS was read back.",
			"別の承認者が「承認」を押します。カードはAWSで確認してから更新されます。"}, do: p.approves},
		{tells: caption{"An hour later: another sign-in prolongs the access.", "1時間後、再度サインインがあり、利用期間が延びます。"},
			do: p.signsInAgain, later: time.Hour},
		{tells: caption{"The bot is stopped and started again. It goes on from its ledger.",
			"ボットを止めて、もう一度起動します。台帳から続きを始めます。"}, do: p.restarts},
		{tells: caption{"The end has come. The bot takes the access back, and reads AWS again.",
			"終了日時になりました。ボットがグループから外し、AWSで確認します。"},
			do: p.expires, later: p.rule.Duration},
	}}
}

func (p *player) signsIn(ctx context.Context) error {
	p.aws.Send(p.queue, "", string(p.event))
	if err := p.shows(ctx, p.word("state.asked")); err != nil {
		return err
	}
	p.draw()
	return nil
}

func (p *player) approvesOwn(ctx context.Context) error {
	if err := p.types(ctx, "press t.yamada approve"); err != nil {
		return err
	}
	if err := p.until(ctx, "the bot refuses", func() bool { return len(p.slack.Ephemerals(yamada)) > 0 }); err != nil {
		return err
	}
	p.show(p.slack.Render(p.slack.Ephemerals(yamada)[0]))
	return p.has()
}

func (p *player) approves(ctx context.Context) error {
	if err := p.types(ctx, "press h.sato approve"); err != nil {
		return err
	}
	return p.gives(ctx)
}

func (p *player) signsInAgain(ctx context.Context) error {
	before := p.text()
	again := signedIn(p.event, "9d3b6c58-0f2e-4c6f-a1b5-2e7f8d9c0a02", p.clock.now())
	if trail.Parse(again, nil).Class != trail.Request {
		return errors.New("the second sign-in makes no request")
	}
	p.aws.Send(p.queue, "", string(again))
	if err := p.until(ctx, "the card shows a later end", func() bool { return p.text() != before }); err != nil {
		return err
	}
	p.draw()
	return nil
}

func (p *player) restarts(ctx context.Context) error {
	if err := p.halt(); err != nil {
		return err
	}
	return p.starts(ctx)
}

func (p *player) expires(ctx context.Context) error { return p.takes(ctx, "state.expire") }
