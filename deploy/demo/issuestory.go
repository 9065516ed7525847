package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"sekisho/aws/fakeaws"
)

// issue is what a story of an access key has to remember.
type issue struct {
	*player
	before fakeaws.Key // that servers use
	key    string      // the id of the one that is issued
}

// anIssue is of an access key of an IAM user, for as long as it was approved.
func (p *player) anIssue() story {
	p.about("batch-key")
	x := &issue{player: p, before: p.aws.Keys(p.who.Account, p.rule.Target)[0]}
	return story{caption{"An access key", "アクセスキーの払い出し"}, []step{
		{tells: caption{"The bot starts. The IAM user of a program has one key, which servers use.",
			"ボットが起動します。プログラム用のIAMユーザーにはアクセスキーが1つあり、サーバーが使っています。"}, do: p.startsWithKeys},
		{tells: caption{"A person asks for a key of this user.", "利用者が、このIAMユーザーのアクセスキーを申請します。"}, do: x.asks},
		{tells: caption{"A lead approves. The key is made, and its secret goes into AWS Secrets Manager, not into Slack. The requester is told how to read it, and nobody else can.",
			"リーダーが承認します。キーが作成され、シークレットはSlackではなくAWS Secrets Managerに保存されます。申請者には取得方法がDMで届き、ほかの人は取得できません。"}, do: x.approves},
		{tells: caption{"The end has come. The key is deactivated: what still used it can be found before it is deleted.",
			"終了日時になりました。キーは無効化されます。まだ使っているものがないか、削除前に確認できます。"}, do: x.ends, later: p.rule.Duration},
		{tells: caption{"The grace time has passed. The key is deleted, and its secret with it. The one that servers use was never touched.",
			"猶予期間が過ぎ、キーとシークレットが削除されます。サーバーのキーはそのままです。"}, do: x.clears, later: p.config.Keys.Grace},
	}}
}

func (x *issue) asks(ctx context.Context) error {
	if err := x.opensForm(ctx); err != nil {
		return err
	}
	if err := x.fills(ctx, caption{"A run of the batch by hand", "バッチの手動実行"}, ""); err != nil {
		return err
	}
	x.draw()
	return nil
}

func (x *issue) approves(ctx context.Context) error {
	if err := x.types(ctx, "press h.sato approve"); err != nil {
		return err
	}
	if err := x.hastens(ctx, time.Second, "the key is issued", func() bool { return x.says(x.word("state.active")) }); err != nil {
		return err
	}
	x.draw()
	if err := x.hears(ctx, "get-secret-value"); err != nil {
		return err
	}
	for _, k := range x.keys() {
		if k != x.before {
			x.key = k.ID
		}
	}
	x.showKeys()
	return x.reads(ctx)
}

// reads has the requester read the secret with credentials of their own, and somebody else try.
func (x *issue) reads(ctx context.Context) error {
	name := x.secret()
	key, err := keyIn(ctx, x.as(x.who.User), name)
	if err != nil {
		return err
	}
	if key != x.key {
		return fmt.Errorf("the secret has the key %s, not %s", key, x.key)
	}
	x.show(fmt.Sprintf("  %s $ %s%s\n  %s", x.who.User, reading, name, masked(key)))
	const other = "svc-other"
	x.aws.AddUser(x.who.Account, other, nil)
	_, err = keyIn(ctx, x.as(other), name)
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		return fmt.Errorf("somebody else reads the secret: %w", err)
	}
	x.show(fmt.Sprintf("  %s $ %s%s\n  %s", other, reading, name, refused.ErrorCode()))
	return nil
}

// secret is the name of the one that was made for the request.
func (x *issue) secret() string {
	for _, s := range x.aws.Secrets(x.who.Account) {
		if strings.HasPrefix(s.Name, x.config.Keys.Prefix+x.rule.Target+"/") && s.Deletes.IsZero() {
			return s.Name
		}
	}
	return ""
}

// as reaches AWS as an IAM user.
func (x *issue) as(user string) aws.Config {
	c := x.aws.Config(x.who.Account)
	c.Credentials = credentials.NewStaticCredentialsProvider(x.aws.AddKey(x.who.Account, user), "any", "")
	return c
}

func (x *issue) ends(ctx context.Context) error {
	off := fakeaws.Key{ID: x.key}
	err := x.hastens(ctx, time.Second, "the key is inactive", func() bool { return slices.Contains(x.keys(), off) && x.says(x.word("state.expire")) })
	if err != nil {
		return err
	}
	x.draw()
	x.showKeys()
	return nil
}

func (x *issue) clears(ctx context.Context) error {
	gone := x.pen().Words.Say("card.key_deleted", map[string]any{"Key": "`" + x.key + "`"})
	err := x.hastens(ctx, time.Second, "the key and its secret are deleted", func() bool {
		return slices.Equal(x.keys(), []fakeaws.Key{x.before}) && x.secret() == "" && x.says(gone)
	})
	if err != nil {
		return err
	}
	x.draw()
	x.showKeys()
	return nil
}
