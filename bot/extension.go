package bot

import (
	"github.com/slack-go/slack"

	"sekisho/store"
)

// extension says that the holder has asked for a later end, and who has agreed.
func (p Pen) extension(g store.Grant) string {
	return p.Words.Say("card.extension", data{"By": mention(g.Extension.By), "Until": when(g.Extension.Until, p.Zone),
		"Approvals": p.given(g.Extension.Steps, g.Extension.Approvals, g.Extension.Voters())})
}

// isExtending tells whether an extension waits for approvals.
func isExtending(g store.Grant) bool { return g.State == store.Active && g.Extension.Open() }

// extensionButtons are the approvers', on the extension as it is shown.
func (p Pen) extensionButtons(g store.Grant) []slack.BlockElement {
	agree, decline := p.button(g, store.Agree), p.button(g, store.Decline)
	agree.Value = g.ID + " " + g.ExtensionTerms()
	decline.Value = agree.Value
	agree.WithStyle(slack.StylePrimary)
	if isRisky(g) && !g.Digest { // on which there is no room to ask twice
		agree.WithConfirm(p.confirmApprove(g))
	}
	return []slack.BlockElement{agree, decline}
}

// holders are the buttons of who has the access.
func (p Pen) holders(g store.Grant) []slack.BlockElement {
	finish := p.button(g, store.Finish)
	if _, ok := g.Later(); !ok {
		return []slack.BlockElement{finish}
	}
	return []slack.BlockElement{p.more(g), finish}
}

// more asks for a later end, on what is shown of the extension.
func (p Pen) more(g store.Grant) *slack.ButtonBlockElement {
	more := p.button(g, store.AskMore)
	more.Value = g.ID + " " + g.ExtensionTerms()
	return more
}

// extensionLine says what happened to the extension. It calls the approvers while it waits, and the holder once it is decided.
func (p Pen) extensionLine(g store.Grant, e store.Entry) (key string, d data) {
	d = data{"By": mention(e.By), "Who": mention(g.Subject.Person), "Until": when(g.Until, p.Zone), "Rule": code(g.Entitlement)}
	key = "thread." + string(e.Verb)
	switch {
	case e.Verb == store.AskMore:
		d["Until"], d["Who"] = when(e.Until, p.Zone), ""
		if isExtending(g) && g.Extension.Until.Equal(e.Until) {
			d["Who"] = p.missing(g)
		}
	case e.By == store.Rule:
		key, d["Until"] = "thread.prolong_rule", when(e.Until, p.Zone)
	case e.Verb == store.Prolong:
		d["Until"] = when(e.Until, p.Zone)
	}
	return key, d
}
