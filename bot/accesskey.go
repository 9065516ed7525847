package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/handlers"
	"sekisho/store"
)

const (
	keyLength  = 128 // of an access key's id
	nameLength = 512 // of a secret's name
	arnLength  = 640 // of its ARN
)

// accessKey says where an access key is, and what has become of it. Everybody reads this, so it does not say how to read
// the secret.
func accessKey(p Pen, g store.Grant) []string {
	key := g.Effects["access_key"]
	d := data{"Key": codeOf(key, keyLength), "Secret": codeOf(g.Effects["secret"], nameLength)}
	switch {
	case key == "":
	case g.Effects[store.FactNext] != "":
		d["Rule"], d["Next"] = codeOf(g.Effects[store.FactRotation], nameLength), codeOf(g.Effects[store.FactNext], nameLength)
		return []string{p.Words.Say("card.key_issued", d), p.Words.Say("card.key_next", d)}
	case g.State == store.Active, g.Outcome == store.HandOver:
		return []string{p.Words.Say("card.key_issued", d)}
	case g.State == store.Ended && !g.Clearing.IsZero():
		d["At"] = when(g.Clearing, p.Zone)
		return []string{p.Words.Say("card.key_disabled", d)}
	case g.State == store.Ended:
		return []string{p.Words.Say("card.key_deleted", d)}
	}
	return nil
}

// accessKeyDM says how to read the secret, to the one person who can.
func accessKeyDM(p Pen, g store.Grant) []string {
	if g.State != store.Active && g.Outcome != store.HandOver || g.Effects["secret_arn"] == "" {
		return nil
	}
	out := []string{p.Words.Say("dm.key_issued", data{"Key": codeOf(g.Effects["access_key"], keyLength), "ARN": inCommand(g.Effects["secret_arn"])})}
	if next := g.Effects[store.FactNext]; next != "" {
		out = append(out, p.Words.Say("dm.key_next", data{"Rule": codeOf(g.Effects[store.FactRotation], nameLength), "Next": codeOf(next, nameLength)}))
	}
	return out
}

// inCommand is a secret's ARN as it stands in a command, which is code already.
func inCommand(arn string) string { return strings.Trim(codeOf(arn, arnLength), "`") }

// KeyMoved tells who was given a key that a rotation replaces how to read the next one, and all after it.
func (p Pen) KeyMoved(t store.Task) Message {
	text := p.Words.Say("dm.key_moved", data{"Old": codeOf(t.Old, keyLength), "New": codeOf(t.New, keyLength), "User": code(t.User), "Account": name(t.AccountName, t.Account),
		"ARN": inCommand(t.Effects["secret_arn"]), "Secret": codeOf(t.Secret, nameLength), "Proof": p.Words.Span(t.Proof), "Grace": p.Words.Span(t.Grace)})
	return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
}

// KeyMoved implements handlers.Voice, in the language of the person.
func (v *Voice) KeyMoved(ctx context.Context, t store.Task) error {
	_, err := v.letter(ctx, store.Card{}, t.Holder, func(p Pen) Message { return p.KeyMoved(t) })
	if answers(err, unreachable) {
		err = fmt.Errorf("%w: %w", handlers.ErrUnreachable, err)
	}
	return wrap(err, "tell %s of the key of %s", t.Holder, t.ID)
}
