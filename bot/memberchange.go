package bot

import (
	"context"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/store"
)

// Members implements handlers.Voice.
func (v *Voice) Members(ctx context.Context, c access.MemberChange) error {
	pace := v.postsIn(v.security)
	if err := pace.wait(ctx); err != nil {
		return err
	}
	_, err := v.draw(ctx, pace, store.Card{}, v.security, v.pen.Members(c, v.watch))
	return wrap(err, "tell the members of %s", c.Group)
}

// Members draws who has come into a user group that decides, and who is in it no more, and calls who looks after that.
func (p Pen) Members(c access.MemberChange, security []string) Message {
	title := p.Words.Say("members.title", nil)
	key := "members.text"
	if c.Gone {
		key = "members.gone"
	}
	text := p.Words.Say(key, data{"Group": mentionGroup(c.Group)})
	if who := mentions(security, ""); who != "" {
		text = p.Words.Say("alert.call", data{"Who": who}) + "\n" + text
	}
	for _, part := range []struct {
		key string
		who []string
	}{{"members.added", c.Added}, {"members.removed", c.Removed}} {
		if len(part.who) > 0 {
			text += "\n" + p.Words.Say(part.key, data{"N": len(part.who), "Who": mentions(part.who, "")})
		}
	}
	return Message{Text: title, Blocks: []slack.Block{slack.NewHeaderBlock(plain("👥 " + title)), slack.NewSectionBlock(markdown(text), nil, nil)}}
}
