package demo

import (
	"context"
	"fmt"
)

// aDenial is of a request that is refused, with a reason.
func (p *player) aDenial() story {
	p.about("prod-operator")
	return story{caption{"A denial", "却下"}, []step{
		p.opening(),
		{tells: caption{"A person asks for access.", "利用者がアクセスを申請します。"}, do: p.asksBriefly},
		{tells: caption{"An approver presses Deny, and has to say why. Who asked is told.",
			"承認者が「却下」を押し、却下理由を記入します。申請者には結果が通知されます。"}, do: p.denies},
	}}
}

func (p *player) asksBriefly(ctx context.Context) error {
	if err := p.opensForm(ctx); err != nil {
		return err
	}
	if err := p.fills(ctx, caption{"A look at the logs", "ログの確認"}, ""); err != nil {
		return err
	}
	p.draw()
	return nil
}

func (p *player) denies(ctx context.Context) error {
	reason := caption{"The logs are in the viewer too: no access is needed", "ログは閲覧用の画面で確認できるため"}.in(p.config.Language)
	if err := p.types(ctx, "press h.sato deny"); err != nil {
		return err
	}
	if err := p.form(ctx, sato, "deny"); err != nil {
		return err
	}
	p.showForm(sato)
	if err := p.types(ctx, fmt.Sprintf(`fill h.sato "deny=%s"`, reason), "submit h.sato"); err != nil {
		return err
	}
	if err := p.shows(ctx, p.word("state.denied"), reason); err != nil {
		return err
	}
	p.draw()
	if err := p.hears(ctx, p.word("state.denied")); err != nil {
		return err
	}
	return p.has()
}
