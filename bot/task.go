package bot

import (
	"context"

	"sekisho/store"
)

// Task implements handlers.Voice.
func (v *Voice) Task(ctx context.Context, t store.Task) (store.Card, error) {
	text := code(string(t.State)) + " " + code(t.User) + " " + nameAndID(t.AccountName, t.Account)
	for _, id := range t.Missing() {
		text += " " + code(id) + " " + code(t.Servers[id].Why)
	}
	card, err := v.draw(ctx, v.paceOf(t.Card), t.Card, v.channel, Message{Text: text})
	return card, wrap(err, "draw task %s", t.ID)
}

// TaskThread implements handlers.Voice.
func (v *Voice) TaskThread(context.Context, store.Task, store.Entry) error { return nil }
