package bot

import (
	"github.com/slack-go/slack"

	"sekisho/store"
)

// extension says that the holder, or a sign-in that is not as it was approved, has asked for a later end, and who has agreed.
func (p Pen) extension(g store.Grant) string {
	x, key := g.Extension, "card.extension"
	d := data{"By": mention(x.By), "Until": when(x.Until, p.Zone), "Approvals": p.given(x.Steps, x.Approvals, x.Voters(), isExtending(g), p.barredFrom(g))}
	if x.Signin != nil {
		key, d["SignIn"] = "card.extension_sign_in", p.signInPlace(*x.Signin)
	}
	said := p.Words.Say(key, d)
	if reason := codeOf(x.Reason, digestReason); reason != "" {
		said += "\n" + p.Words.Say("card.extension_reason", data{"Reason": reason})
	}
	return said
}

// isExtending tells whether an extension waits for approvals.
func isExtending(g store.Grant) bool { return g.State == store.Active && g.Extension.Open() }

// extensionButtons are the approvers', on the extension as it is shown.
func (p Pen) extensionButtons(g store.Grant, together bool) []slack.BlockElement {
	agree, decline := p.onExtension(g, store.Agree).WithStyle(slack.StylePrimary), p.onExtension(g, store.Decline)
	if isRisky(g) {
		agree.WithConfirm(p.confirmApprove(g, together))
	}
	return []slack.BlockElement{agree, decline}
}

// holders are the buttons of who has the access.
func (p Pen) holders(g store.Grant) []slack.BlockElement {
	finish := p.finish(g)
	if _, ok := g.Later(); ok {
		return []slack.BlockElement{p.onExtension(g, store.AskMore), finish}
	}
	if isExtending(g) {
		return []slack.BlockElement{p.onExtension(g, store.Retract), finish}
	}
	return []slack.BlockElement{finish}
}

// finish ends access. What has not begun is cancelled, which asks twice: nobody misses it yet. So does the end of a request
// for what was there before, as that stays.
func (p Pen) finish(g store.Grant) *slack.ButtonBlockElement {
	b := p.button(g, store.Finish)
	if isHeld(g) {
		b.Confirm = p.confirmHeld("confirm_finish", g, "button.finish")
	}
	if g.Ahead() {
		b.Text = p.label("button.cancel")
		text := plain(p.Words.Say("confirm.ahead.text", data{"Start": p.clock(g.Start)}))
		b.Confirm = slack.NewConfirmationBlockObject(p.label("confirm.ahead.title"), text, p.label("button.cancel"), p.label("confirm.back"))
	}
	return b
}

// onExtension is a button that does a verb to the extension as it is shown.
func (p Pen) onExtension(g store.Grant, verb store.Verb) *slack.ButtonBlockElement {
	b := p.button(g, verb)
	b.Value = g.ID + " " + g.ExtensionTerms()
	return b
}

// declined says of the extension that was declined last who did it and why. It says nothing if there is none.
func (p Pen) declined(g store.Grant) (sentence string, why []slack.Block) {
	if d := g.Declined; d.By != "" {
		sentence = p.Words.Say("dm.declined", data{"By": mention(d.By), "Until": when(d.Until, p.Zone)})
		why = quoted(p.Words.Say("card.reason", data{"By": mention(d.By)}), d.Note)
	}
	return sentence, why
}

// extensionLine says what happened to the extension. It calls the approvers while it waits, and the holder once it is decided.
func (p Pen) extensionLine(g store.Grant, e store.Entry) (key string, d data) {
	d = data{"By": mention(e.By), "Who": mention(g.Subject.Person.Account()), "Until": when(g.Until, p.Zone), "Rule": code(g.Entitlement)}
	key = "thread." + string(e.Verb)
	switch {
	case e.Verb == store.AskMore:
		d["Until"], d["Who"] = when(e.Until, p.Zone), ""
		if e.By == store.Self {
			key = "thread.ask_more_sign_in"
		}
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
