package bot

import (
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// denyForm is the callback id of the form that asks for the reason of a denial, and the id of its field.
const denyForm = "deny"

// errPress says that a payload is not one that this bot's messages can make.
var errPress = errors.New("not a press of this bot")

// pressOf reads a button or a form into a press. It trusts what Slack vouches for (who, where) and takes the rest as
// a claim that is judged later.
func pressOf(cb slack.InteractionCallback) (store.Press, error) {
	p := store.Press{ID: store.PressPrefix + cb.TriggerID, By: cb.User.ID, Team: cb.Team.ID}
	if cb.TriggerID == "" || cb.User.ID == "" {
		return p, fmt.Errorf("read press: no trigger or no user: %w", errPress)
	}
	switch cb.Type {
	case slack.InteractionTypeBlockActions:
		if len(cb.ActionCallback.BlockActions) != 1 {
			return p, fmt.Errorf("read press: %d actions: %w", len(cb.ActionCallback.BlockActions), errPress)
		}
		action := cb.ActionCallback.BlockActions[0]
		p.Verb, p.Card = store.Verb(action.ActionID), store.Card{Channel: cb.Channel.ID, TS: cb.Container.MessageTs}
		return claimed(p, action.Value)
	case slack.InteractionTypeViewSubmission:
		if cb.View.CallbackID != denyForm || cb.View.State == nil {
			return p, fmt.Errorf("read form %q: %w", clean(cb.View.CallbackID, 64), errPress)
		}
		value, at, _ := strings.Cut(cb.View.PrivateMetadata, "\n")
		p.Card.Channel, p.Card.TS, _ = strings.Cut(at, " ")
		p.Verb, p.Note = store.Deny, cb.View.State.Values[denyForm][denyForm].Value
		return claimed(p, value)
	}
	return p, fmt.Errorf("read payload %q: %w", clean(string(cb.Type), 64), errPress)
}

// claimed takes the grant and the Terms from a button's value.
func claimed(p store.Press, value string) (store.Press, error) {
	var ok bool
	if p.Grant, p.Terms, ok = strings.Cut(value, " "); !ok {
		return p, fmt.Errorf("read value of %q: %w", clean(string(p.Verb), 64), errPress)
	}
	return p, nil
}

// DenyForm asks for the reason of a denial. It carries what the button carried, and where the card stands.
func (p Pen) DenyForm(press store.Press) slack.ModalViewRequest {
	reason := slack.NewPlainTextInputBlockElement(nil, denyForm).WithMultiline(true).WithMinLength(1).WithMaxLength(1000)
	return slack.ModalViewRequest{
		Type:            slack.VTModal,
		CallbackID:      denyForm,
		PrivateMetadata: press.Grant + " " + press.Terms + "\n" + press.Card.Channel + " " + press.Card.TS,
		Title:           plain(p.Words.Say("deny.title", nil)),
		Submit:          plain(p.Words.Say("deny.submit", nil)),
		Close:           plain(p.Words.Say("deny.cancel", nil)),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock(denyForm, plain(p.Words.Say("deny.reason", nil)), nil, reason),
		}},
	}
}
