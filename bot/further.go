package bot

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// warnings mark what an approver should not overlook of a sign-in: that it was made without MFA, or from an address from which
// no access of the user was approved before.
func (p Pen) warnings(s store.Signin) []string {
	var out []string
	switch s.MFA {
	case "yes":
	case "no":
		out = append(out, p.Words.Say("card.no_mfa", nil))
	default:
		out = append(out, p.Words.Say("card.unclear_mfa", nil))
	}
	if s.First {
		out = append(out, p.Words.Say("card.new_address", data{"Address": p.address(s)}))
	}
	return out
}

// signInNotes mark the sign-in that asked, while something can come of it.
func (p Pen) signInNotes(g store.Grant) []string {
	if warnings := p.warnings(g.Signin); hasSignIn(g) && g.State.Open() && len(warnings) > 0 {
		return []string{strings.Join(warnings, "\n")}
	}
	return nil
}

// besides are the further sign-ins: those that were on the card when it was approved, and apart from them those that came later.
func (p Pen) besides(g store.Grant) []string {
	after := since(g)
	before := slices.DeleteFunc(g.Besides(), func(f store.Further) bool { return slices.Contains(after, f) })
	first, later := "besides.before", "besides.later"
	switch g.State {
	case store.Asked:
		first = "besides.asked"
	case store.Denied:
		later = "besides.denied"
	}
	var out []string
	if len(before) > 0 {
		out = append(out, p.listed(first, before))
	}
	if len(after) > 0 {
		out = append(out, p.listed(later, after))
	}
	if n := len(out); n > 0 && g.Forgotten > 0 {
		out[n-1] += "\n" + p.Words.Say("besides.more", data{"N": g.Forgotten})
	}
	return out
}

// listed are sign-ins under a heading, one a line.
func (p Pen) listed(heading string, further []store.Further) string {
	lines := []string{p.Words.Say(heading, nil)}
	for _, f := range further {
		lines = append(lines, p.besidesLine(f))
	}
	return strings.Join(lines, "\n")
}

// besidesLine is a further sign-in, with all that is known of it.
func (p Pen) besidesLine(f store.Further) string {
	parts := []string{p.signInPlace(f.Signin)}
	if f.Times > 1 {
		parts = append(parts, p.Words.Say("besides.times", data{"N": f.Times}))
	}
	if f.First {
		parts = append(parts, p.Words.Say("besides.first", nil))
	}
	if f.By == store.Prolong {
		parts = append(parts, p.Words.Say("besides.agreed", nil))
	}
	if f.Answer != "" {
		parts = append(parts, p.Words.Say("besides."+string(f.Answer), nil))
	}
	return "• " + strings.Join(parts, p.Words.Say("besides.and", nil))
}

// signInPlace is where a sign-in came from, whether with MFA, and when.
func (p Pen) signInPlace(s store.Signin) string {
	mfa := p.mfa(s)
	if s.MFA != "yes" {
		mfa = "⚠️ " + mfa
	}
	return p.Words.Say("besides.sign_in", data{"Address": p.address(s), "MFA": mfa, "At": p.signedIn(s)})
}

// since are the sign-ins after the approval.
func since(g store.Grant) []store.Further {
	var out []store.Further
	for _, f := range g.Besides() {
		if f.By != store.Approve && g.State != store.Asked {
			out = append(out, f)
		}
	}
	return out
}

// signInAgain is what the thread says of another sign-in.
func (p Pen) signInAgain(g store.Grant, e store.Entry) (key string, d data, more []string) {
	s := store.Signin{Address: e.Facts["address"], MFA: e.Facts["mfa"], First: e.Facts["first"] == "true"}
	d = data{"Address": p.address(s), "MFA": p.mfa(s), "Until": when(e.Until, p.Zone), "User": code(g.Subject.User)}
	switch key = "thread." + string(e.Verb); {
	case e.State == store.Denied:
		key = "thread.again_denied"
	case e.Note != "": // why the end is the same
		key, d["Why"], d["Until"] = "thread.extend_same", p.why(e.Note), when(g.Until, p.Zone)
	case e.Verb == store.Again && g.Origin == store.Requested:
		key = "thread.again_apart"
	}
	return key, d, append(p.warnings(s), p.recalled(e)...)
}

// recalled calls those whose approvals an entry has taken back.
func (p Pen) recalled(e store.Entry) []string {
	accounts := strings.Fields(e.Facts[store.FactRecalled])
	if len(accounts) == 0 {
		return nil
	}
	return []string{p.Words.Say("thread.recalled", data{"Who": mentions(accounts, "")})}
}

// question asks whether the sign-ins without an answer were the person's, the latest first.
func (p Pen) question(g store.Grant) (text string, blocks []slack.Block, buttons []slack.BlockElement) {
	say := func(sentence string) {
		text = strings.TrimPrefix(text+"\n"+sentence, "\n")
		blocks = append(blocks, slack.NewSectionBlock(markdown(sentence), nil, nil))
	}
	d := data{"Account": name(g.AccountName, g.Account), "User": code(g.Subject.User), "Target": code(g.Target)}
	open := g.Unanswered()
	ask := g.CanAnswer() && (len(open) > 0 || hasSignIn(g) && g.Answer == "")
	if len(open) > 0 && ask {
		first := "dm.signed_in_again"
		if !hasSignIn(g) {
			first = "dm.signed_in"
		}
		lines := []string{p.Words.Say(first, d)}
		for i := len(open) - 1; i >= 0; i-- {
			lines = append(lines, p.besidesLine(open[i]))
		}
		say(strings.Join(lines, "\n"))
	}
	switch {
	case ask:
		key := "dm.question"
		if g.State == store.Asked && g.Auto > 0 {
			key = "dm.question_auto"
		}
		say(p.Words.Say(key, d))
		buttons = p.answers(g)
	case answerOf(g) != "":
		say(p.Words.Say("dm."+string(answerOf(g)), nil))
	}
	return text, blocks, buttons
}

// answerOf is what the holder has answered about the sign-ins, or about the latest.
func answerOf(g store.Grant) store.Verb {
	if n := len(g.Further); g.Answer == "" && n > 0 {
		return g.Further[n-1].Answer
	}
	return g.Answer
}

// Continued stands where a message to a single person was that a newer one goes on from.
func (p Pen) Continued(g store.Grant) Message {
	text := p.Words.Say("dm.continued", data{"Target": code(g.Target), "Account": name(g.AccountName, g.Account)})
	return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
}

// Recall tells somebody that their approval of a request, or of its extension, no longer counts, and why.
func (p Pen) Recall(r store.Recall, g store.Grant, link string) Message {
	d := data{"Who": p.who(g.Subject), "User": code(g.Subject.User), "Target": code(g.Target), "Account": name(g.AccountName, g.Account)}
	key, by := "recall."+string(r.Why), g.Lapses
	if r.Extension {
		key, by = "recall.extension", g.Until
	}
	lines := []string{p.Words.Say(key, d)}
	if besides := g.Besides(); r.Why == store.BySignIn && len(besides) > 0 {
		lines = append(lines, p.besidesLine(besides[len(besides)-1]))
	}
	decide := "recall.decide"
	if link == "" {
		decide = "recall.decide_in"
	}
	lines = append(lines, p.Words.Say(decide, data{"Lapses": when(by, p.Zone), "Channel": mentionChannel(g.Card.Channel), "Link": escaper.Replace(link)}))
	text := strings.Join(lines, "\n")
	return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}}
}
