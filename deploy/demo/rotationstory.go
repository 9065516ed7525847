package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
)

// tooOld is the age at which a key is rotated in the story; older than that is how old the key is.
const tooOld = 90 * 24 * time.Hour

// rotation is what a story of one has to remember.
type rotation struct {
	*player
	old fakeaws.Key
	now string // the id of the key that takes its place
	access.Rotation
}

// aRotation is of the key that servers use, which none of them is without at any time.
func (p *player) aRotation() story {
	x := p.rotation()
	return story{caption{"A rotation", "アクセスキーのローテーション"}, []step{
		{tells: caption{"The bot starts. A person types /jit rotate. A form says what is going to happen, and asks why.",
			"ボットが起動します。利用者が /jit rotate と入力すると、これから行うことがフォームに表示され、理由を入力します。"}, do: x.asks},
		{tells: caption{"A lead approves. A new key is made, and put into the secret that servers read.",
			"リーダーが承認します。新しいキーを作成し、サーバーが読み取るシークレットに保存します。"}, do: x.makes},
		{tells: caption{"The servers are told where the secret is, not what it says. Each fetches it, and answers with the id of the key that it uses now.",
			"サーバーにはシークレットの場所だけが伝えられます。各サーバーが取得し、使い始めたキーのIDを返します。"}, do: x.hands},
		{tells: caption{"The old key has been unused for long enough, and is deactivated. It can still be put back.",
			"古いキーが一定時間使われていないことを確認し、無効化します。この時点ではまだ元に戻せます。"}, do: x.retires, later: x.Proof + access.Coarse},
		{tells: caption{"The grace time has passed, and the old key is deleted.", "猶予期間が過ぎ、古いキーが削除されます。"}, do: x.deletes, later: x.Grace},
	}}
}

// aSchedule is of a key that has grown too old, which nobody has to notice.
func (p *player) aSchedule() story {
	p.config.Policy.Rotations[0].OlderThan = tooOld
	x := p.rotation()
	return story{caption{"A key that has grown old", "古くなったアクセスキー"}, []step{
		{tells: caption{"The bot starts, finds that a key is older than 90 days, and asks for its rotation by itself.",
			"ボットが起動し、作成から90日を過ぎたキーを見つけ、自分からローテーションを申請します。"}, do: x.isDue},
		{tells: caption{"A lead approves. From here on it is a rotation like any other.",
			"リーダーが承認します。この先は、手動で始めたローテーションと同じです。"}, do: x.makes},
	}}
}

// rotation is the one of the demo's configuration.
func (p *player) rotation() *rotation {
	p.about("batch-key") // the same user's
	return &rotation{player: p, old: p.keys()[0], Rotation: p.config.Policy.Rotations[0]}
}

// startsWithKeys starts the bot, and tells which keys there are.
func (p *player) startsWithKeys(ctx context.Context) error {
	if err := p.start(ctx); err != nil {
		return err
	}
	p.showKeys()
	return p.until(ctx, "the bot connects to Slack", func() bool { return p.slack.Sockets() > 0 })
}

// keys are those of the user.
func (p *player) keys() []fakeaws.Key { return p.aws.Keys(p.who.Account, p.rule.Target) }

// showKeys tells which keys there are in truth.
func (p *player) showKeys() {
	var keys []string
	for _, k := range p.keys() {
		keys = append(keys, k.ID+map[bool]string{true: " Active", false: " Inactive"}[k.Active])
	}
	p.show(fmt.Sprintf("  AWS IAM  %s: [%s]", p.rule.Target, strings.Join(keys, ", ")))
}

func (x *rotation) asks(ctx context.Context) error {
	if err := x.startsWithKeys(ctx); err != nil {
		return err
	}
	if err := x.types(ctx, "type t.yamada /jit rotate "+x.ID); err != nil {
		return err
	}
	if err := x.form(ctx, yamada, "reason"); err != nil {
		return err
	}
	x.showForm(yamada)
	reason := caption{"A laptop with the key was lost", "キーの入ったPCを紛失したため"}.in(x.config.Language)
	if err := x.types(ctx, fmt.Sprintf("fill t.yamada \"reason=%s\"", reason), "submit t.yamada"); err != nil {
		return err
	}
	return x.waits(ctx, reason)
}

func (x *rotation) isDue(ctx context.Context) error {
	if err := x.startsWithKeys(ctx); err != nil {
		return err
	}
	return x.waits(ctx, x.word("task.by_schedule"))
}

// waits waits until the card asks for approval, and for what is wanted, and shows it.
func (x *rotation) waits(ctx context.Context, word string) error {
	err := x.shows(ctx, x.word("state.asked"), word)
	if err == nil {
		x.draw()
	}
	return err
}

func (x *rotation) makes(ctx context.Context) error {
	if err := x.types(ctx, "press h.sato approve"); err != nil {
		return err
	}
	err := x.hastens(ctx, time.Second, "the new key is in the secret", func() bool {
		x.now, _ = keyIn(ctx, x.aws.Config(x.Account), x.Secret)
		return x.now != "" && x.now != x.old.ID
	})
	if err != nil {
		return err
	}
	x.showKeys()
	x.show(fmt.Sprintf("  AWS Secrets Manager  %s: %s", x.Secret, x.now))
	return nil
}

func (x *rotation) hands(ctx context.Context) error {
	err := x.becomes(ctx, "every server uses the new key", "state.proving", func() bool {
		return !slices.ContainsFunc(servers, func(id string) bool { return x.fleet.get(id).key != x.now })
	})
	for _, id := range servers {
		x.show(fmt.Sprintf("  %s: %s", id, x.fleet.get(id).key))
	}
	return err
}

func (x *rotation) retires(ctx context.Context) error {
	off := fakeaws.Key{ID: x.old.ID}
	return x.becomes(ctx, "the old key is inactive", "state.resting", func() bool { return slices.Contains(x.keys(), off) })
}

func (x *rotation) deletes(ctx context.Context) error {
	only := []fakeaws.Key{{ID: x.now, Active: true}}
	return x.becomes(ctx, "the old key is deleted", "state.rotated", func() bool { return slices.Equal(x.keys(), only) })
}

// becomes waits until something is so in AWS and the card says it, and shows both.
func (x *rotation) becomes(ctx context.Context, what, state string, happened func() bool) error {
	err := x.hastens(ctx, time.Second, what, func() bool { return happened() && x.says(x.word(state)) })
	if err == nil {
		x.showKeys()
		x.draw()
	}
	return err
}
