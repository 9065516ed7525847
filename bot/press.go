package bot

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"sekisho/store"
)

const (
	reasonLength = 1000 // of a denial, in runes
	idLength     = 255  // of any id, Slack's and ours
	maxStamp     = 1e11 // seconds of a timestamp: beyond it nobody means a time
)

// errPress says that a payload is not one that this bot's messages can make.
var errPress = errors.New("not a press of this bot")

// verbs are the buttons that a message can have.
var verbs = []store.Verb{store.Approve, store.Deny, store.Finish, store.Revoke, store.Withdraw, store.Mine, store.NotMine, store.Remedy,
	store.Keep, store.AskMore, store.Agree, store.Decline, store.Retract, approveWith, keepUntil, store.Restore, store.PutBack, store.Delete, store.Again}

// onHome are those that a Home tab has. It shows too little to decide on others' requests.
var onHome = []store.Verb{store.AskMore, store.Retract, store.Finish, store.Withdraw}

// onChoices are those that a list to choose from has (choices.go). It is gone once one is pressed.
var onChoices = []store.Verb{store.AskMore, store.Finish, store.Revoke}

// noMessage stands for where a button was that is on no message. No id of Slack's looks like it.
const noMessage = "-"

// pressOf reads a button or a form into a press. Its id is of what Slack sends the same again: the trigger of a button, the form and
// what it says. It trusts what Slack vouches for (who, where) and takes the rest as
// a claim that is judged later. A date is one of the zone of who reads the form.
func pressOf(cb slack.InteractionCallback, zone *time.Location) (store.Press, error) {
	p := store.Press{ID: store.PressPrefix + cb.TriggerID, By: cb.User.ID, Team: cb.Team.ID}
	var claim []string // grant, Terms, channel, timestamp
	switch cb.Type {
	case slack.InteractionTypeBlockActions:
		actions := cb.ActionCallback.BlockActions
		if len(actions) != 1 {
			return store.Press{}, fmt.Errorf("read press: %d actions: %w", len(actions), errPress)
		}
		p.Verb, p.Pressed = store.Verb(actions[0].ActionID), stamped(actions[0].ActionTs)
		claim = append(strings.Split(actions[0].Value, " "), cb.Channel.ID, cb.Container.MessageTs)
		if cb.View.Type == slack.VTHomeTab && slices.Contains(onHome, p.Verb) || cb.Container.IsEphemeral && slices.Contains(onChoices, p.Verb) {
			claim = append(claim[:len(claim)-2], noMessage, noMessage)
		}
	case slack.InteractionTypeViewSubmission:
		if !readForm(&p, cb.View, zone) {
			return store.Press{}, fmt.Errorf("read form %q: %w", clean(cb.View.CallbackID, 64), errPress)
		}
		if isNoID(cb.View.ID) {
			return store.Press{}, fmt.Errorf("read form of view %q: %w", clean(cb.View.ID, 64), errPress)
		}
		p.ID = store.PressPrefix + sentID(cb)
		claim = strings.Split(cb.View.PrivateMetadata, " ")
	default:
		return store.Press{}, fmt.Errorf("read payload %q: %w", clean(string(cb.Type), 64), errPress)
	}
	ids := append([]string{strings.TrimPrefix(p.ID, store.PressPrefix), cb.User.ID}, claim...)
	if p.Team != "" { // an app that is installed for a whole organisation is not told
		ids = append(ids, p.Team)
	}
	if len(claim) != 4 || slices.ContainsFunc(ids, isNoID) || !slices.Contains(verbs, p.Verb) {
		return store.Press{}, fmt.Errorf("read %s of %q: %w", cb.Type, clean(string(p.Verb), 64), errPress)
	}
	p.On, p.Terms = claim[0], claim[1]
	if claim[2] != noMessage {
		p.Card = store.Card{Channel: claim[2], TS: claim[3]}
	}
	return p, nil
}

// stamped reads a timestamp of Slack's, in seconds and microseconds. What is none is the zero time.
func stamped(ts string) time.Time {
	seconds, micros, _ := strings.Cut(ts, ".")
	sec, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || sec <= 0 || sec > maxStamp {
		return time.Time{}
	}
	n, _ := strconv.ParseUint(micros, 10, 32)
	return time.Unix(sec, int64(min(n, 999_999))*1000).UTC()
}

// isNoID tells whether a text cannot be an id, which becomes the key of a record and is logged.
func isNoID(s string) bool {
	return s == "" || len(s) > idLength || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
