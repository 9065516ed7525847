package bot

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/store"
)

const (
	keyLength  = 128 // of an access key's id
	nameLength = 512 // of a secret's name
	arnLength  = 640 // of its ARN
)

// ofKeys are the keys of what is said in other words of an access key, which is issued. A group is granted.
var ofKeys = []string{"state.approved", "card.trouble_give", "card.refused", "thread.approve", "thread.approve_limited", "thread.approve_rule", "thread.apply",
	"thread.refuse", "thread.fail", "thread.undo_nothing", "dm.end.nothing", "remind.refused"}

// wordsFor returns the key of what is said of a grant: that of its kind, if it has words of its own.
func wordsFor(g store.Grant, key string) string {
	if g.Kind == "access-key" && slices.Contains(ofKeys, key) {
		return key + "." + g.Kind
	}
	return key
}

// accessKey says where an access key is, and what has become of it. Everybody reads this, so it does not say how to read
// the secret.
func accessKey(p Pen, g store.Grant) []string {
	key := g.Effects["access_key"]
	d := data{"Key": codeOf(key, keyLength), "Secret": codeOf(g.Effects["secret"], nameLength), "At": when(g.Exposed, p.Zone)}
	issued := "card.key_issued"
	if !g.Exposed.IsZero() {
		issued = "card.key_exposed"
	}
	switch {
	case key == "":
	case g.Effects[store.FactNext] != "":
		d["Rule"], d["Next"] = codeOf(g.Effects[store.FactRotation], nameLength), codeOf(g.Effects[store.FactNext], nameLength)
		return []string{p.Words.Say(issued, d), p.Words.Say("card.key_next", d)}
	case g.KeyStands():
		return []string{p.Words.Say(issued, d)}
	case g.State == store.Ended && !g.Clearing.IsZero():
		d["At"] = when(g.Clearing, p.Zone)
		return []string{p.Words.Say("card.key_disabled", d)}
	case g.State == store.Ended:
		return []string{p.Words.Say("card.key_deleted", d)}
	}
	return nil
}

// accessKeyDM says how to read the secret, to the one person who is to.
func accessKeyDM(p Pen, g store.Grant) []string {
	if g.State != store.Active && g.Outcome != store.HandOver || g.Effects["secret_arn"] == "" {
		return nil
	}
	issued := "dm.key_issued"
	if !g.Exposed.IsZero() {
		issued = "dm.key_exposed"
	}
	d := data{"Key": codeOf(g.Effects["access_key"], keyLength), "ARN": inCommand(g.Effects["secret_arn"]), "Region": regionOf(g.Effects["secret_arn"])}
	out := []string{p.Words.Say(issued, d)}
	if next := g.Effects[store.FactNext]; next != "" {
		out = append(out, p.Words.Say("dm.key_next", data{"Rule": codeOf(g.Effects[store.FactRotation], nameLength), "Next": codeOf(next, nameLength)}))
	}
	return out
}

// inCommand is a secret's ARN as it stands in a command, which is code already.
func inCommand(arn string) string { return strings.Trim(codeOf(arn, arnLength), "`") }

var region = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// regionOf is the region of a secret's ARN. Who reads the secret may have another one set, or none.
func regionOf(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 3 && region.MatchString(parts[3]) {
		return parts[3]
	}
	return "REGION" // a place to fill in
}

// KeyMoved tells who was given a key that a rotation replaces how to read the next one, and all after it.
func (p Pen) KeyMoved(t store.Task) Message {
	text := p.Words.Say("dm.key_moved", data{"Old": codeOf(t.Old, keyLength), "New": codeOf(t.New, keyLength), "User": code(t.User), "Account": name(t.AccountName, t.Account),
		"ARN": inCommand(t.Effects["secret_arn"]), "Region": regionOf(t.Effects["secret_arn"]), "Secret": codeOf(t.Secret, nameLength), "Proof": p.Words.Span(t.Proof), "Grace": p.Words.Span(t.Grace)})
	return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
}

// KeyMoved implements handlers.Voice, in the language of the person.
func (v *Voice) KeyMoved(ctx context.Context, t store.Task) error {
	_, err := v.letter(ctx, store.Card{}, t.Holder.Account(), func(p Pen) Message { return p.KeyMoved(t) })
	if answers(err, unreachable) {
		err = fmt.Errorf("%w: %w", access.ErrUnreachable, err)
	}
	return wrap(err, "tell %s of the key of %s", t.Holder, t.ID)
}
