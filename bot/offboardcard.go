package bot

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// stepLeft is the sign of what is left to somebody. The text says as much, for who does not see it.
const stepLeft = "✋"

const (
	offboardRoom    = 5200 // runes of all lines of a card: Slack refuses a message whole that is too long
	offboardSection = 2600 // of one block
	offboardName    = 128  // of a name: none that IAM allows is cut
	offboardLines   = 40   // that people read
)

// Offboarding draws an offboarding: who leaves, and each thing that they have, with what has become of it.
func (p Pen) Offboarding(o store.Offboarding) Message {
	state := p.stateOf(o.State, "")
	blocks := []slack.Block{
		slack.NewHeaderBlock(plain(offboardMark(o) + " " + p.Words.Say("offboard.card", data{"State": state}))),
		slack.NewSectionBlock(nil, []*slack.TextBlockObject{p.fact("offboard.who", mention(o.Person.Account())), p.fact("offboard.by", mention(o.By)),
			p.fact("offboard.begun", when(o.Begun, p.Zone))}, nil),
	}
	blocks = append(blocks, quoted(p.Words.Say("offboard.reason_by", data{"By": mention(o.By)}), o.Reason)...)
	if l := o.Lifted; l != nil {
		blocks = append(blocks, slack.NewSectionBlock(markdown(p.Words.Say("offboard.lifted", data{"By": mention(l.By), "At": when(l.At, p.Zone),
			"Who": mention(o.Person.Account())})), nil, nil))
		blocks = append(blocks, quoted(p.Words.Say("offboard.reason_by", data{"By": mention(l.By)}), l.Why)...)
	}
	for _, part := range p.offboardLines(o) {
		blocks = append(blocks, slack.NewSectionBlock(markdown(part), nil, nil))
	}
	for _, note := range p.offboardNotes(o) {
		blocks = append(blocks, slack.NewContextBlock("", markdown(note)))
	}
	return Message{Blocks: append(blocks, slack.NewContextBlock("", markdown(code(o.ID)))),
		Text: p.Words.Say("offboard.text", data{"Who": mention(o.Person.Account()), "State": state})}
}

// offboardMark is the sign in front of the state.
func offboardMark(o store.Offboarding) string {
	switch {
	case !o.Open():
		return stepDone
	case len(troubled(o)) > 0:
		return stepFailed
	case o.State == store.Looking:
		return stepWaits
	}
	return stepRunning
}

// troubled are the holdings that something keeps from ending, as people have heard.
func troubled(o store.Offboarding) (out []store.Holding) {
	for _, h := range o.ToEnd() {
		if h.Work.Trouble != "" {
			out = append(out, h)
		}
	}
	return out
}

// offboardLines are the lines of each IAM user under its name, in parts that fit a block. Where that is too much, what has
// ended is counted, and what there is no room for still is in the ledger.
func (p Pen) offboardLines(o store.Offboarding) []string {
	groups := p.offboardGroups(o, true)
	if lines, runes := extent(groups); lines > offboardLines || runes > offboardRoom {
		groups = p.offboardGroups(o, false)
	}
	var parts []string
	part, room, left := "", offboardRoom, 0
	for _, lines := range groups {
		for i, line := range lines {
			n := utf8.RuneCountInString(line) + 2
			if room -= n; room < 0 {
				left++
				continue
			}
			if utf8.RuneCountInString(part)+n > offboardSection {
				parts, part = append(parts, strings.TrimSpace(part)), ""
			}
			if i == 0 {
				part += "\n"
			}
			part += line + "\n"
		}
	}
	if left > 0 {
		part += p.Words.Say("offboard.cut", data{"N": left, "ID": codeOf(o.ID, offboardName)})
	}
	return append(parts, strings.TrimSpace(part))
}

// extent is how much there is to read.
func extent(groups [][]string) (lines, runes int) {
	for _, group := range groups {
		for _, line := range group {
			lines, runes = lines+1, runes+utf8.RuneCountInString(line)+2
		}
	}
	return lines, runes
}

// offboardGroups are the lines of each IAM user, the first with its name. What has ended stands in a line each, or is counted.
func (p Pen) offboardGroups(o store.Offboarding, all bool) [][]string {
	var out [][]string
	for _, user := range o.Users() {
		lines, ended := []string{p.offboardUser(user)}, 0
		for _, h := range o.Holdings {
			switch theirs := h.Account == user.Account && strings.EqualFold(h.User, user.User); {
			case !theirs, h.Kind == store.HeldUser, h.Result == store.WasGone, h.Result == store.WasRenamed: // with the user, whose name says so
			case (h.Result == store.WasEnded || h.Result == store.WasHeld) && !all:
				ended++
			default:
				lines = append(lines, p.offboardLine(h))
			}
		}
		if ended > 0 {
			lines = append(lines, stepDone+" "+p.Words.Say("offboard.count", data{"N": ended}))
		}
		if len(lines) == 1 && user.Result == store.WasEnded {
			lines = append(lines, stepDone+" "+p.Words.Say("offboard.nothing", nil))
		}
		out = append(out, lines)
	}
	return out
}

// offboardUser is the heading of an IAM user, with what is known of it as a whole.
func (p Pen) offboardUser(user store.Holding) string {
	head := p.userOf(user)
	switch {
	case user.Work.Trouble != "":
		return head + "\n" + stepFailed + " " + p.Words.Say("offboard.unread", data{"Why": p.why(user.Work.Trouble)})
	case user.Result == store.WasGone:
		return head + "\n" + stepDone + " " + p.Words.Say("offboard.gone", nil)
	case user.Result == store.WasRenamed:
		return head + "\n" + stepDone + " " + p.Words.Say("offboard.renamed", nil)
	case user.Result == "" && user.UserID == "":
		return head + "\n" + stepRunning + " " + p.Words.Say("offboard.looking", nil)
	}
	return head
}

// offboardLine says what has become of one thing.
func (p Pen) offboardLine(h store.Holding) string {
	d := data{"Name": codeOf(h.Name, offboardName)}
	switch {
	case h.Left():
		return stepLeft + " " + p.Words.Say("offboard.left."+h.Result, d)
	case h.Result == store.WasHeld:
		return stepDone + " " + p.Words.Say("offboard.held", d)
	case h.Result != "":
		return stepDone + " " + p.Words.Say("offboard.ended."+string(h.Kind), d)
	}
	open := p.Words.Say("offboard.open."+string(h.Kind), d)
	if h.Work.Trouble == "" {
		return stepRunning + " " + open
	}
	return stepFailed + " " + p.Words.Say("offboard.trouble", data{"What": open, "Why": p.why(h.Work.Trouble)})
}

// offboardNotes are what is to be known beside the lines, and done.
func (p Pen) offboardNotes(o store.Offboarding) []string {
	var out []string
	add := func(when bool, key string, d data) {
		if when {
			out = append(out, p.Words.Say(key, d))
		}
	}
	keys, left := false, false
	for _, h := range o.Holdings {
		keys = keys || h.Kind == store.HeldKey && h.Result == store.WasEnded
		left = left || h.Left()
	}
	add(len(troubled(o)) > 0, "task.next", nil)
	add(o.State == store.Looking, "offboard.note.look", data{"At": when(o.Retry, p.Zone)})
	add(keys, "offboard.note.keys", nil)
	add(left, "offboard.note.left", nil)
	add(o.State == store.Looking || o.State == store.Departed, "offboard.note.then", nil)
	add(o.State == store.Departed, "offboard.note.stands", data{"Who": mention(o.Person.Account())})
	return out
}

// OffboardingLine says what happened to an offboarding, or nothing if the card is enough. Who confirmed it is called when it
// is over, and when something does not end.
func (p Pen) OffboardingLine(o store.Offboarding, e store.Entry) (string, bool) {
	h := store.HoldingOf(e.Facts)
	d := data{"By": mention(o.By), "Who": mention(o.Person.Account()), "User": codeOf(h.User, offboardName), "Account": name(h.AccountName, h.Account), "Why": p.why(e.Note)}
	switch e.Verb {
	case store.Lift:
		return p.Words.Say("offboard.said.lift", data{"By": mention(e.By), "Who": d["Who"]}), true
	case store.Begin, store.Fail, store.Emptied, store.Done:
		return p.Words.Say("offboard.said."+string(e.Verb), d), true
	}
	return "", false
}

// Offboarding implements offboarding.Voice. A card that is gone is posted anew.
func (v *Voice) Offboarding(ctx context.Context, o store.Offboarding) (store.Card, error) {
	card, err := v.draw(ctx, v.paceOf(o.Card, v.security), o.Card, v.security, v.pen.Offboarding(o))
	return card, wrap(err, "draw %s", o.ID)
}

// OffboardingThread implements offboarding.Voice.
func (v *Voice) OffboardingThread(ctx context.Context, o store.Offboarding, e store.Entry) (said bool, err error) {
	line, ok := v.pen.OffboardingLine(o, e)
	if !ok {
		return false, nil
	}
	return true, wrap(v.reply(ctx, o.Card, Message{Text: line}), "post entry %d of %s", e.Seq, o.ID)
}
