package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"sekisho/handlers"
	"sekisho/store"
)

// Reminder tells the holder that their access ends soon. Once it ends at another time, or has ended, it says so, and no
// button is left.
func (p Pen) Reminder(g store.Grant) Message {
	d := data{"Target": code(g.Target), "Account": name(g.AccountName, g.Account), "Until": when(g.Until, p.Zone), "State": p.state(g)}
	if g.State != store.Active || !g.Warned.Equal(g.Until) {
		key := "remind.over"
		if g.State == store.Active {
			key = "remind.later"
		}
		text := p.Words.Say(key, d)
		return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
	}
	text := p.Words.Say("remind.soon", d)
	return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil), slack.NewActionBlock("", p.holders(g)...)}}
}

// nudge calls those whose approvals are missing, unless somebody has decided meanwhile.
func (p Pen) nudge(g store.Grant, e store.Entry) (key string, d data, ok bool) {
	d = data{"Who": p.missing(g), "Lapses": when(g.Lapses, p.Zone)}
	switch {
	case e.State == store.Active && isExtending(g):
		d["Lapses"] = when(g.Until, p.Zone)
		return "thread.remind_extension", d, true
	case g.State != store.Asked || e.Facts["with"] != "":
		return "", nil, false
	case g.Digest:
		return "thread.remind_digest", d, true
	}
	return "thread.remind", d, true
}

// missing mentions whose approvals a request, or an extension, lacks. The holder is not among them.
func (p Pen) missing(g store.Grant) string { return mentions(g.Missing(), g.Subject.Person) }

// mostCalled is how many are called by one line.
const mostCalled = 20

// mentions calls people and user groups, but one person.
func mentions(these []string, but string) string {
	var out []string
	for _, id := range these {
		group, isGroup := strings.CutPrefix(id, handlers.UserGroup)
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
