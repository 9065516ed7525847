package demo

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// extension is what a story of one has to remember: the end that is asked for, as the card writes it.
type extension struct {
	*player
	later string
}

// anExtension is of access that its holder needs for longer than they thought.
func (p *player) anExtension() story {
	p.about("prod-operator")
	term, x := p.rule.Duration, &extension{player: p}
	return story{caption{"An extension", "延長"}, []step{
		p.opening(),
		{tells: caption{"A person asks for access, and is given it.", "利用者がアクセスを申請し、承認されます。"}, do: x.asks},
		{tells: caption{"An hour later the holder presses Extend. The approvers are asked, and the end is as before until one agrees.",
			"1時間後、本人が「延長」を押します。承認者に通知され、承認されるまで終了日時は変わりません。"}, do: x.asksMore, later: time.Hour},
		{tells: caption{"Another person approves the extension, and the card shows the later end.",
			"別の人が延長を承認し、カードの終了日時が更新されます。"}, do: x.agrees},
		{tells: caption{"The later end has come.", "延長後の終了日時になりました。"}, do: x.expires, later: 2*term - time.Hour},
	}}
}

func (x *extension) asks(ctx context.Context) error {
	if err := x.opensForm(ctx); err != nil {
		return err
	}
	if err := x.fills(ctx, caption{"Restart the workers after the incident", "障害対応後のワーカー再起動"}, ""); err != nil {
		return err
	}
	return x.approves(ctx)
}

var moment = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d`)

func (x *extension) asksMore(ctx context.Context) error {
	before := x.text()
	if err := x.types(ctx, "press t.yamada ask_more"); err != nil {
		return err
	}
	if err := x.form(ctx, yamada, "note"); err != nil {
		return err
	}
	x.showForm(yamada)
	why := caption{"The queue is still long", "キューがまだ残っているため"}.in(x.config.Language)
	if err := x.types(ctx, fmt.Sprintf(`fill t.yamada "note=%s"`, why), "submit t.yamada"); err != nil {
		return err
	}
	if err := x.shows(ctx, x.word("button.agree")); err != nil {
		return err
	}
	x.draw()
	fresh := slices.DeleteFunc(moment.FindAllString(x.text(), -1), func(at string) bool { return strings.Contains(before, at) })
	if len(fresh) != 1 {
		return errors.New("the card does not say which end is asked for")
	}
	x.later = fresh[0]
	return nil
}

func (x *extension) agrees(ctx context.Context) error {
	if err := x.types(ctx, "press h.sato agree"); err != nil {
		return err
	}
	err := x.until(ctx, "the card shows the end "+x.later, func() bool {
		text := x.text()
		return strings.Contains(text, x.later) && !strings.Contains(text, x.word("button.agree"))
	})
	if err != nil {
		return err
	}
	x.draw()
	return x.has(x.who.User)
}
