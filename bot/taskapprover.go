package bot

import (
	"context"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// TaskApprover tells who has approved a rotation, by an account of theirs, that its old key is put back, or who has approved
// a deletion that this counts no longer. It says what was so when it was written, and is never redrawn.
func (p Pen) TaskApprover(account string, t store.Task, e store.Entry, link string) Message {
	d := data{"By": mention(e.By), "User": code(t.User), "Account": name(t.AccountName, t.Account), "Key": codeOf(e.Facts[store.FactNew], keyLength)}
	var said []string
	if e.Verb == store.PutBack {
		said = append(said, p.Words.Say("approver.put_back", d))
		if slices.ContainsFunc(t.Approvals, func(a store.Approval) bool { return a.By == account }) {
			said = append(said, p.Words.Say("approver.rotation", nil))
		}
	} else {
		said = append(said, p.Words.Say("approver.works_again", d))
	}
	if t.Voided.Seq == e.Seq && slices.Contains(t.Voided.By, account) {
		said = append(said, p.Words.Say("approver.void", nil))
	}
	cards := Cards{Links: map[store.Card]string{t.Card: link}, Channel: t.Card.Channel}
	said = append(said, p.Words.Say("approver.on_card", data{"Card": p.card(t.Card, cards)}))
	text := strings.Join(said, "\n")
	return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
}

// TaskApprover implements handlers.Voice.
func (v *Voice) TaskApprover(ctx context.Context, account string, t store.Task, e store.Entry) error {
	_, err := v.call(ctx, account, t.Card, func(p Pen, link string) Message { return p.TaskApprover(account, t, e, link) })
	return err
}
