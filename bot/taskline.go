package bot

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// offKey is the fact of what was deactivated, as package identity writes it.
const offKey = "deactivated"

// TaskSaid is the line of what happened to a rotation, with the reason of a denial apart from what the bot says itself.
func (p Pen) TaskSaid(t store.Task, e store.Entry) (Message, bool) {
	line, ok := p.TaskLine(t, e)
	if e.Verb != store.Deny {
		return Message{Text: line}, ok
	}
	words := quoted(p.Words.Say("card.reason", data{"By": mention(e.By)}), e.Note)
	return Message{Text: line, Blocks: append([]slack.Block{slack.NewSectionBlock(markdown(line), nil, nil)}, words...)}, ok
}

// TaskLine says what happened, or nothing if the card is enough. Who asked is called when it is over, and when it does not
// go on.
func (p Pen) TaskLine(t store.Task, e store.Entry) (string, bool) {
	d := data{"By": mention(e.By), "Old": codeOf(t.Old, keyLength), "New": codeOf(e.Facts[store.FactNew], keyLength), "Secret": codeOf(t.Secret, nameLength),
		"Proof": p.Words.Span(t.Proof), "Who": "", "Lapses": when(t.Lapses, p.Zone), "Why": p.why(e.Note)}
	if t.By != store.Self {
		d["Who"] = mention(t.By)
	}
	key, more := "task.said."+string(e.Verb), ""
	switch e.Verb {
	case store.Remind, store.Escalate:
		if t.State != store.Asked {
			return "", false // it is decided by now
		}
		who := t.Missing()
		if e.Verb == store.Escalate {
			who = t.Escalated()
		}
		key, d["Who"], d["Asked"] = "thread."+string(e.Verb), mentions(who, t.By), when(t.Asked, p.Zone)
	case store.Vote:
		if e.State == store.Resting {
			key, more = "task.said.vote_delete", p.deletionNext(t)
			break
		}
		key, more = "thread.vote", "\n"+p.Words.Say("thread.more", nil)
		if who := mentions(newly(t.MissingAfter, t.Approvals, e), t.By); who != "" && t.State == store.Asked {
			more = "\n" + p.Words.Say("thread.next", data{"Who": who})
		}
	case store.Void:
		key, d["Who"] = "thread.void", mentions(strings.Fields(e.Facts[store.FactAccounts]), "")
		if e.Note != "" {
			key = "thread.void_why"
		}
		if who := mentions(t.Missing(), t.By); who != "" {
			more = "\n" + p.Words.Say("thread.next", data{"Who": who})
		}
	case store.Deny, store.Lapse, store.Withdraw:
		key = "thread." + string(e.Verb)
	case store.Approve, store.Made, store.Deleted, store.PutBack, store.Again, store.Refuse, store.Fail:
	case store.Heeded:
		if t.Fleet.Key == "" {
			key = "task.watching"
		}
	case store.Used:
		if len(e.Facts) > 0 {
			return "", false // it is in use, again and again: the card says since when it is not
		}
	case store.Done:
		d["New"] = codeOf(t.New, keyLength)
	case store.Off:
		d["Old"], d["At"] = codeOf(e.Facts[offKey], keyLength), when(e.At.Add(t.Grace), p.Zone)
	case store.Delete:
		if e.By == store.Self {
			return "", false
		}
		if len(e.Steps) > 0 {
			key = "task.said.delete_approved"
		}
	default:
		return "", false
	}
	return strings.TrimSpace(p.Words.Say(key, d)) + more, true
}

// deletionNext calls those whose approvals a deletion lacks that somebody has approved, and not those who have.
func (p Pen) deletionNext(t store.Task) string {
	missing := slices.DeleteFunc(t.MissingForDeletion(), func(id string) bool {
		return slices.ContainsFunc(t.Deletion, func(a store.Approval) bool { return a.By == id })
	})
	if who := mentions(missing, t.By); who != "" {
		return "\n" + p.Words.Say("thread.next", data{"Who": who})
	}
	return ""
}
