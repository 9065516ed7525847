package bot

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/handlers/people"
	"sekisho/store"
)

// Reminder tells the holder that their access ends soon, or that it could not be given. Once it ends at another time, or has
// ended, it says so, and no button is left.
func (p Pen) Reminder(g store.Grant) Message {
	d := data{"Target": code(g.Target), "Account": name(g.AccountName, g.Account), "Until": when(g.Until, p.Zone), "State": p.state(g)}
	if g.State != store.Active || !g.Warned.Equal(g.Until) {
		key := "remind.over"
		switch {
		case g.State == store.Active:
			key = "remind.later"
		case g.Outcome == store.Refuse:
			key, d["Why"] = "remind.refused", p.why(g.Note)
		}
		text := p.Words.Say(wordsFor(g, key), d)
		return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
	}
	text := p.Words.Say("remind.soon", d)
	return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil), slack.NewActionBlock(buttonsBlock, p.holders(g)...)}}
}

// nudge calls those whose approvals are missing, or who may decide too by now, unless somebody has decided meanwhile.
func (p Pen) nudge(g store.Grant, e store.Entry) (key string, d data, ok bool) {
	if e.State == store.Active && isExtending(g) {
		return "thread.remind_extension", data{"Who": p.missing(g), "Lapses": when(g.Until, p.Zone)}, true
	}
	if g.State != store.Asked || e.Facts["with"] != "" {
		return "", nil, false
	}
	alone, together, who := "thread.remind", "thread.remind_digest", p.missing(g)
	if e.Verb == store.Escalate {
		alone, together, who = "thread.escalate", "thread.escalate_digest", p.escalated(g)
	}
	if key = alone; g.Digest {
		key = together
	}
	return key, data{"Who": who, "Asked": when(g.Asked, p.Zone), "Lapses": when(g.Lapses, p.Zone)}, who != "" || e.Verb == store.Remind
}

// escalated mentions who may decide too by now.
func (p Pen) escalated(g store.Grant) string {
	return mentions(allowed(g, g.Escalated()), g.Subject.Person.Account())
}

// next calls those whom the other steps need, once an approval has met one.
func (p Pen) next(g store.Grant, e store.Entry) string {
	if g.State != store.Asked {
		return ""
	}
	return mentions(allowed(g, newly(g.MissingAfter, g.Approvals, e)), g.Subject.Person.Account())
}

// newly are those whom the steps need that an approval has left, if it has met one.
func newly(after func(approvals int) []string, approvals []store.Approval, e store.Entry) []string {
	n := slices.IndexFunc(approvals, func(a store.Approval) bool { return a.At.Equal(e.At) })
	if n < 0 || len(after(n+1)) == len(after(n)) {
		return nil
	}
	return after(n + 1)
}

// missing mentions whose approvals a request, or an extension, lacks. The holder is not among them.
func (p Pen) missing(g store.Grant) string {
	return mentions(allowed(g, g.Missing()), g.Subject.Person.Account())
}

// allowed returns those of these users and user groups that the role which asks for the grant does not bar.
func allowed(g store.Grant, these []string) []string {
	return slices.DeleteFunc(slices.Clone(these), func(id string) bool { return slices.Contains(g.NotBy, id) })
}

// mostCalled is how many are called by one line.
const mostCalled = 20

// mentions calls people and user groups, but one person.
func mentions(these []string, but string) string {
	var out []string
	for _, id := range these {
		group, isGroup := strings.CutPrefix(id, people.UserGroup)
		switch {
		case id == but || len(out) == mostCalled:
		case isGroup:
			out = append(out, mentionGroup(group))
		default:
			out = append(out, mention(id))
		}
	}
	return strings.Join(out, " ")
}
