package bot

import (
	"slices"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// Digest draws many requests on one message: a line and its buttons for each. It stands in for cards when more sign-ins
// come than Slack takes messages.
func (p Pen) Digest(grants []store.Grant) Message {
	waiting := 0
	for _, g := range grants {
		if g.State == store.Asked {
			waiting++
		}
	}
	title := p.Words.Say("digest.title", data{"N": len(grants), "Waiting": waiting})
	blocks := []slack.Block{slack.NewHeaderBlock(plain(digestMark(grants) + " " + title))}
	for _, g := range grants {
		blocks = append(blocks, slack.NewSectionBlock(markdown(p.digestLine(g)), nil, nil))
		buttons := p.buttons(g, true)
		if isExtending(g) {
			buttons = append(p.extensionButtons(g, true), buttons...)
		}
		if len(buttons) > 0 {
			blocks = append(blocks, slack.NewActionBlock(g.ID, buttons...)) // named, as other rows have the same buttons
		}
	}
	if slices.ContainsFunc(grants, isUnmapped) { // said once, as it is long
		blocks = append(blocks, slack.NewSectionBlock(markdown(p.Words.Say("digest.unmapped", nil)), nil, nil))
	}
	return Message{Text: title, Blocks: blocks}
}

// digestMark is the worst of the marks below it: what could not be taken back, else what waits for somebody.
func digestMark(grants []store.Grant) string {
	for _, worst := range []string{"🚨", "⏳", "⚙️", "🔓", "📅"} {
		if slices.ContainsFunc(grants, func(g store.Grant) bool { return mark(g) == worst }) {
			return worst
		}
	}
	return "🔒"
}

// digestLine is a card in short. The target is never cut where IAM allows its name: it is what is decided on.
func (p Pen) digestLine(g store.Grant) string {
	key := "digest.line"
	if !hasSignIn(g) {
		key = "digest.asked"
	}
	line := p.Words.Say(key, data{"State": mark(g) + " *" + p.state(g) + "*", "Who": p.who(g.Subject), "User": codeOf(g.Subject.User, 64),
		"Target": code(g.Target), "Account": name(g.AccountName, g.Account), "At": p.signedIn(g.Signin), "Address": p.address(g.Signin),
		"MFA": p.mfa(g.Signin), "Duration": p.allowed(g)})
	if g.Program {
		line += "\n" + p.Words.Say("digest.asked_by."+by(g), data{"Role": codeOf(g.Role, 64)})
	}
	if isRisky(g) {
		line += "\n" + p.Words.Say("card.high", nil)
	}
	if reason := codeOf(g.Reason, digestReason); reason != "" && g.State == store.Asked {
		line += "\n" + p.Words.Say("digest.request_reason", data{"Reason": reason})
	}
	if isEscalated(g) {
		line += "\n" + p.Words.Say("digest.escalated", nil)
	}
	if g.Answer != "" {
		line += "\n" + p.Words.Say("card."+string(g.Answer), nil)
	}
	if isExtending(g) {
		d := data{"Until": when(g.Extension.Until, p.Zone), "N": len(g.Extension.Approvals), "M": store.Need(g.Extension.Steps)}
		line += "\n" + p.Words.Say("digest.extension", d)
	}
	switch d := (data{"Why": p.why(g.Trouble)}); {
	case g.Outcome == store.Refuse:
		line += "\n" + p.Words.Say("card.refused", data{"Why": p.why(g.Note)})
	case g.Outcome == store.Deny && clean(g.Note, digestReason) != "":
		line += "\n" + p.Words.Say("digest.reason", data{"By": mention(g.EndedBy), "Reason": codeOf(g.Note, digestReason)})
	case g.Trouble == "":
	case g.State == store.Approved:
		line += "\n" + p.Words.Say("thread.fail", d)
	case g.State == store.Ending:
		line += "\n" + p.Words.Say("thread.fail_take", d)
	}
	return line
}

const digestReason = 100 // runes of a reason
