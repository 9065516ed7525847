package bot

import (
	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// DM asks the person who signed in whether it was them, and shows them their access while they have it. No button is left
// that cannot work.
// Who asked by hand reads what became of it.
func (p Pen) DM(g store.Grant) Message {
	switch {
	case !hasSignIn(g):
		return p.asked(g)
	case g.State == store.Ignored && g.Origin == store.SignIn:
		return p.turnedAway(g)
	}
	asked, asking, buttons := p.question(g)
	anew := len(g.Unanswered()) > 0 && len(buttons) > 0
	text := p.Words.Say(map[bool]string{false: "dm.signed_in", true: "dm.signed_in_first"}[anew], data{"Account": name(g.AccountName, g.Account), "User": code(g.Subject.User)})
	blocks := []slack.Block{
		slack.NewSectionBlock(markdown(text), nil, nil),
		slack.NewSectionBlock(nil, []*slack.TextBlockObject{
			p.fact("card.signed_in", p.signedIn(g.Signin)),
			p.fact("card.from", p.from(g.Signin)),
		}, nil),
	}
	if outcome := p.outcome(g); outcome != "" {
		text, blocks = outcome+"\n"+text, append([]slack.Block{slack.NewSectionBlock(markdown(outcome), nil, nil)}, blocks...)
	}
	if anew { // the news comes first, and what is known already behind it
		text, blocks = asked+"\n"+text, append(asking, blocks...)
	} else if asked != "" {
		text, blocks = text+"\n"+asked, append(blocks, asking...)
	}
	said, rows := p.holding(g)
	text, blocks = text+said, append(blocks, rows...)
	if g.State == store.Active || g.Ahead() {
		buttons = append(buttons, p.holders(g)...)
	}
	if len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock(buttonsBlock, buttons...))
	}
	state := p.Words.Say("dm.state", data{"State": p.state(g), "Target": code(g.Target)})
	blocks = append(blocks, slack.NewContextBlock("", markdown(state)))
	return Message{Text: text, Blocks: blocks}
}

// turnedAway tells a person why their sign-in asks for nothing, and what they can do.
func (p Pen) turnedAway(g store.Grant) Message {
	switch g.Refusal.Why {
	case access.SeenLate:
		return p.explainUnasked("dm.seen_late", g)
	case access.DeniedLately:
		return p.explainUnasked("dm.denied_lately", g)
	}
	key, then := "dm.turned_away", "dm.turned_away_then"
	switch g.Refusal.Why {
	case policy.Impossible:
		key = "dm.turned_away_aws"
	case policy.OutsideHours:
		then = "dm.turned_away_hours"
	case policy.NoMFA:
		if then = "dm.turned_away_mfa"; g.Signin.Login {
			key, then = "dm.turned_away_login", "dm.turned_away_login_then"
		}
	}
	text := p.Words.Say(key, data{"Account": name(g.AccountName, g.Account), "User": code(g.Subject.User), "Target": code(g.Target)})
	hint := p.Words.Say(then, nil)
	return Message{Text: text + "\n" + hint, Blocks: append([]slack.Block{
		slack.NewSectionBlock(markdown(text), nil, nil),
		slack.NewSectionBlock(plain(p.refusal(g.Refusal.Why, g.Refusal.Facts)), nil, nil),
		slack.NewSectionBlock(markdown(hint), nil, nil),
	}, p.unaskedQuestion(g)...)}
}

// unaskedQuestion asks whether a sign-in was the person's of which nobody is asked, or thanks for the answer.
func (p Pen) unaskedQuestion(g store.Grant) []slack.Block {
	if g.CanAnswer() {
		return []slack.Block{slack.NewSectionBlock(markdown(p.Words.Say("dm.question", nil)), nil, nil), slack.NewActionBlock(buttonsBlock, p.answers(g)...)}
	}
	return []slack.Block{slack.NewSectionBlock(markdown(p.Words.Say("dm.unasked."+string(g.Answer), nil)), nil, nil)}
}

// explainUnasked tells a person that nobody was asked about a sign-in, why, and how to ask.
func (p Pen) explainUnasked(key string, g store.Grant) Message {
	text := p.Words.Say(key, data{"At": p.signedIn(g.Signin), "Account": name(g.AccountName, g.Account), "User": code(g.Subject.User), "Target": code(g.Target)})
	return Message{Text: text, Blocks: append([]slack.Block{
		slack.NewSectionBlock(markdown(text), nil, nil),
		slack.NewSectionBlock(nil, []*slack.TextBlockObject{p.fact("card.from", p.from(g.Signin))}, nil),
	}, p.unaskedQuestion(g)...)}
}

// asked tells a person what they asked for, and where it stands. They can take it back while it waits.
func (p Pen) asked(g store.Grant) Message {
	d := data{"Target": code(g.Target), "Account": name(g.AccountName, g.Account), "User": code(g.Subject.User), "Duration": p.term(g)}
	alone, asked := uncarded[g.State], "dm.asked"
	if g.Program {
		asked, d["Role"] = "dm.asked_by."+by(g), code(g.Role)
		if g.State == store.Ignored {
			alone = "dm.not_asked_program"
		}
	}
	if g.State == store.Ignored && g.Note == access.Unanswered {
		alone = "dm.unanswered"
	}
	if alone != "" {
		text := p.Words.Say(alone, d)
		return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
	}
	text, state := p.Words.Say(asked, d), p.Words.Say("dm.state", data{"State": p.state(g), "Target": code(g.Target)})
	blocks := []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}
	said, rows := p.holding(g)
	text, blocks = text+said, append(blocks, rows...)
	outcome := p.outcome(g)
	if outcome != "" {
		text, blocks = outcome+"\n"+text, append([]slack.Block{slack.NewSectionBlock(markdown(outcome), nil, nil)}, blocks...)
	}
	question, asking, buttons := p.question(g)
	if question != "" { // somebody has signed in as the user since
		text, blocks = question+"\n"+text, append(asking, blocks...)
	}
	switch {
	case g.State == store.Asked:
		buttons = append(buttons, p.button(g, store.Withdraw))
	case g.State == store.Active || g.Ahead():
		buttons = append(buttons, p.holders(g)...)
	}
	if len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock(buttonsBlock, buttons...))
	}
	if outcome == "" {
		text = state + "\n" + text
	}
	return Message{Text: text, Blocks: append(blocks, slack.NewContextBlock("", markdown(state)))}
}

// outcome says to the person what came of it, which is the news of their message: until when they have access, that it was denied,
// and by whom, that nobody decided, or how the access ended. Of an end that AWS has not confirmed it says that it is to come.
func (p Pen) outcome(g store.Grant) string {
	d := data{"Target": code(g.Target), "Account": name(g.AccountName, g.Account), "By": mention(g.EndedBy)}
	switch {
	case g.State == store.Active || g.Ahead():
		return p.active(g)
	case g.State == store.Denied && g.Outcome == store.Deny:
		return p.Words.Say("dm.denied", d)
	case g.State == store.Lapsed:
		return p.Words.Say("dm.lapsed", d)
	case g.State != store.Ending && g.State != store.Ended || g.AlreadyHeld() || g.Endless:
		return ""
	case g.Outcome == store.Revoke || g.Outcome == store.Finish || g.Outcome == store.Expire:
		return p.Words.Say("dm.ends."+string(g.Outcome), d) + "\n" + p.Words.Say(wordsFor(g, endKey(g)), d)
	}
	return ""
}

// endKey is that of how far the end has come.
func endKey(g store.Grant) string {
	switch {
	case g.State == store.Ending:
		return "dm.end.ending"
	case !g.Planned: // AWS was never touched
		return "dm.end.nothing"
	case g.Ungiven:
		return "dm.end.none"
	}
	return "dm.end.ended"
}

// uncarded is what is said of a request that has no card.
var uncarded = map[store.State]string{store.Received: "dm.received", store.Merged: "dm.merged", store.Ignored: "dm.not_asked"}

// holding says to the person what they have: for how long it was approved, and what has become of the extension that they asked
// for; or why they do not get it.
func (p Pen) holding(g store.Grant) (text string, blocks []slack.Block) {
	say := func(sentence string, words []slack.Block) {
		if sentence != "" {
			text += "\n" + sentence
			blocks = append(blocks, slack.NewSectionBlock(markdown(sentence), nil, nil))
		}
		blocks = append(blocks, words...)
	}
	if g.State == store.Approved || g.State == store.Active {
		say(p.limited(g), p.comments(g))
	}
	if g.State == store.Active || g.Ahead() {
		say(p.declined(g))
	}
	for _, sentence := range p.partDM(g) {
		say(sentence, nil)
	}
	return text, append(blocks, p.denial(g)...)
}

// limited says who approved it for a shorter time than was asked for, if somebody did.
func (p Pen) limited(g store.Grant) string {
	if !g.Limited() {
		return ""
	}
	return p.Words.Say("dm.limited", p.limits(g))
}

// limits names a shorter time, who allowed it, and what was asked for.
func (p Pen) limits(g store.Grant) data {
	by := ""
	for _, a := range g.Approvals {
		if a.Duration > 0 && a.Duration == g.Allowed() {
			by = mention(a.By)
			break
		}
	}
	return data{"By": by, "Allowed": p.Words.Span(g.Allowed()), "Asked": p.Words.Span(g.Duration), "Target": code(g.Target)}
}

// active says until when the person has access, or from when on, and what they have asked for beyond that.
func (p Pen) active(g store.Grant) string {
	if g.Ahead() {
		return p.Words.Say("dm.ahead", data{"Target": code(g.Target), "Start": when(g.Start, p.Zone), "Until": when(g.Until, p.Zone)})
	}
	if isHeld(g) {
		return p.held("dm", g)
	}
	text := p.Words.Say("dm.active", data{"Target": code(g.Target), "Until": when(g.Until, p.Zone)})
	if isExtending(g) {
		text += "\n" + p.extension(g)
	}
	return text
}

func (p Pen) answers(g store.Grant) []slack.BlockElement {
	mine := p.button(g, store.Mine)
	mine.Value = g.ID + " " + g.QuestionTerms()
	return []slack.BlockElement{mine, p.button(g, store.NotMine).WithStyle(slack.StyleDanger)}
}
