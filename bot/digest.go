package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// Digest draws many requests on one message: a line and its buttons for each. It stands in for cards when more sign-ins
// come than Slack takes messages.
func (p Pen) Digest(grants []store.Grant) Message {
	var lines []string
	for _, g := range grants {
		lines = append(lines, p.digestLine(g, false))
	}
	if utf8.RuneCountInString(strings.Join(lines, "")) > digestText {
		for i, g := range grants {
			lines[i] = p.digestLine(g, true)
		}
	}
	return p.digest(grants, lines)
}

// digestText is how many runes the lines of a digest may have together, so that there is room for its buttons: beyond that
// they say less of sign-ins.
const digestText = 5500

// digest draws requests under their lines.
func (p Pen) digest(grants []store.Grant, lines []string) Message {
	waiting := 0
	for _, g := range grants {
		if g.State == store.Asked {
			waiting++
		}
	}
	title := p.Words.Say("digest.title", data{"N": len(grants), "Waiting": waiting})
	blocks := []slack.Block{slack.NewHeaderBlock(plain(digestMark(grants) + " " + title))}
	for i, g := range grants {
		blocks = append(blocks, slack.NewSectionBlock(markdown(lines[i]), nil, nil))
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
	for _, worst := range []string{"🚨", "⏳", "⚙️", "⚠️", "🔓", "📅"} {
		if slices.ContainsFunc(grants, func(g store.Grant) bool { return mark(g) == worst }) {
			return worst
		}
	}
	return "🔒"
}

// digestLine is a card in short. The target is never cut where IAM allows its name: it is what is decided on.
func (p Pen) digestLine(g store.Grant, short bool) string {
	key := "digest.line"
	if !hasSignIn(g) {
		key = "digest.asked"
	}
	line := p.Words.Say(key, data{"State": mark(g) + " *" + p.state(g) + "*", "Who": p.who(g.Subject), "User": codeOf(g.Subject.User, 64),
		"Target": code(g.Target), "Account": name(g.AccountName, g.Account), "At": p.signedIn(g.Signin), "Address": p.address(g.Signin),
		"MFA": p.mfa(g.Signin), "Duration": p.extended(g, p.allowed(g))})
	if g.Program {
		line += "\n" + p.Words.Say("digest.asked_by."+by(g), data{"Role": codeOf(g.Role, 64)})
	}
	if len(g.NotBy) > 0 && g.State == store.Asked {
		line += "\n" + p.Words.Say("digest.not_by", nil)
	}
	if isRisky(g) {
		line += "\n" + p.Words.Say("card.high", nil)
	}
	if canChangeIAM(g) {
		line += "\n" + p.Words.Say("card.allows_iam", nil)
	}
	line += p.digestSignIns(g, short)
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
		line += "\n" + p.Words.Say(wordsFor(g, "card.refused"), data{"Why": p.why(g.Note)})
	case g.Outcome == store.Deny && clean(g.Note, digestReason) != "":
		line += "\n" + p.Words.Say("digest.reason", data{"By": mention(g.EndedBy), "Reason": codeOf(g.Note, digestReason)})
	case g.Trouble == "":
	case g.State == store.Approved:
		line += "\n" + p.Words.Say(wordsFor(g, "thread.fail"), d)
	case g.State == store.Ending:
		line += "\n" + p.Words.Say("thread.fail_take", d)
	}
	return line
}

// digestSignIns are the marks of the sign-in that asked, and the further ones: where there is little room, signs for them.
func (p Pen) digestSignIns(g store.Grant, short bool) string {
	besides, marks := g.Besides(), p.signInNotes(g)
	n := len(besides)
	switch {
	case short && len(marks) > 0 && n > 0:
		return " · ⚠️ 🔁 " + strconv.Itoa(n)
	case short && len(marks) > 0:
		return " · ⚠️"
	case short && n > 0:
		return " · 🔁 " + strconv.Itoa(n)
	}
	said := ""
	for _, mark := range marks {
		said += "\n" + mark
	}
	if n > 0 {
		said += "\n" + p.Words.Say("digest.besides", data{"N": n, "SignIn": p.signInPlace(besides[n-1].Signin)})
	}
	return said
}

const digestReason = 100 // runes of a reason
