package demo

import (
	"context"
	"fmt"
)

// aRequest is of access that two must approve, and that is given back before its time.
func (p *player) aRequest() story {
	p.about("prod-admin")
	return story{caption{"A request that two must approve", "2人の承認が必要な申請"}, []step{
		p.opening(),
		{tells: caption{"A person types /jit request. A form shows what there is to ask for.",
			"利用者が /jit request と入力します。申請できる対象がフォームに表示されます。"}, do: p.opensForm},
		{tells: caption{"The target that they choose is of high risk, and takes a reason and a ticket. They send the form.",
			"選んだ対象は高リスクで、申請理由とチケット番号が必要です。フォームを送信します。"}, do: p.asks},
		{tells: caption{"A lead approves, once asked whether they are sure. That is one of two: nothing is given yet.",
			"リーダーが確認のうえ承認します。承認は1/2で、まだ付与されません。"}, do: p.approvesFirst},
		{tells: caption{"The security team approves as well. Now it is given.",
			"セキュリティチームも承認し、付与されます。"}, do: p.approvesSecond},
		{tells: caption{"The work is done early: the holder presses Finish now, and the bot takes the access back at once.",
			"作業が早く終わり、本人が「利用を終了」を押します。ボットはすぐにグループから外します。"}, do: p.finishes},
	}}
}

func (p *player) opensForm(ctx context.Context) error {
	if err := p.types(ctx, "type t.yamada /jit request"); err != nil {
		return err
	}
	if err := p.form(ctx, yamada, "target"); err != nil {
		return err
	}
	p.showForm(yamada)
	return nil
}

// fills fills the form in that is open, and sends it.
func (p *player) fills(ctx context.Context, reason caption, more string) error {
	if err := p.types(ctx, "fill t.yamada target="+p.rule.ID); err != nil {
		return err
	}
	if err := p.form(ctx, yamada, "duration:"+p.rule.ID); err != nil {
		return err
	}
	p.showForm(yamada)
	written := fmt.Sprintf(`fill t.yamada "reason=%s" %s`, reason.in(p.config.Language), more)
	if err := p.types(ctx, written, "submit t.yamada"); err != nil {
		return err
	}
	return p.shows(ctx, reason.in(p.config.Language))
}

func (p *player) asks(ctx context.Context) error {
	reason := caption{"The batch server does not start any more", "バッチサーバーが起動しないため"}
	if err := p.fills(ctx, reason, "ticket=OPS-7"); err != nil {
		return err
	}
	if err := p.shows(ctx, p.votes(0, 2), "OPS-7"); err != nil {
		return err
	}
	p.draw()
	return p.has()
}

func (p *player) approvesFirst(ctx context.Context) error {
	if err := p.types(ctx, "press h.sato approve", "y"); err != nil {
		return err
	}
	if err := p.shows(ctx, p.votes(1, 2)); err != nil {
		return err
	}
	told := func() bool { // the line calls whoever is missing: nobody, once they have approved
		card, _ := p.card()
		return len(p.slack.Thread(approvals, card.TS)) > 0
	}
	if err := p.until(ctx, "the thread tells of the first approval", told); err != nil {
		return err
	}
	p.draw()
	return p.has()
}

func (p *player) approvesSecond(ctx context.Context) error {
	if err := p.types(ctx, "press m.suzuki approve", "y"); err != nil {
		return err
	}
	return p.gives(ctx)
}

func (p *player) finishes(ctx context.Context) error {
	if err := p.types(ctx, "press t.yamada finish"); err != nil {
		return err
	}
	return p.takes(ctx, "state.finish")
}
