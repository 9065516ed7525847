package bot

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// Head implements handlers.Voice.
func (v *Voice) Head(ctx context.Context, h store.SealHead, changes int, unstored time.Time) error {
	pace := v.postsIn(v.security)
	if err := pace.wait(ctx); err != nil {
		return err
	}
	_, err := v.draw(ctx, pace, store.Card{}, v.security, v.pen.Head(h, changes, unstored))
	return wrap(err, "post head %d", h.Number)
}

// Head draws what the ledger has come to, with the command by which it, or a copy of it, is held to that later, and since when
// no head could be stored.
func (p Pen) Head(h store.SealHead, changes int, unstored time.Time) Message {
	title := p.Words.Say("head.title", data{"Number": h.Number, "Short": h.Hash[:12]})
	text := p.Words.Say("head.text", data{"N": changes, "At": when(h.At, p.Zone)})
	command := "```sekisho ledger verify --head " + h.String() + "```"
	m := Message{Text: title, Blocks: []slack.Block{slack.NewHeaderBlock(plain("🔏 " + title)),
		slack.NewSectionBlock(markdown(text+"\n"+command), nil, nil)}}
	if !unstored.IsZero() {
		warning := "⚠️ " + p.Words.Say("head.unstored", data{"At": when(unstored, p.Zone)})
		m.Blocks = append(m.Blocks, slack.NewSectionBlock(markdown(warning), nil, nil))
	}
	return m
}
