package bot

import (
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Message is what is sent to Slack: the blocks, and the text that stands for them in a notification.
type Message struct {
	Text   string
	Blocks []slack.Block
}

// Pen writes and draws in one language. Its methods are pure.
type Pen struct {
	Words Words
	Zone  *time.Location // for readers whose Slack cannot show a date
}

// Card draws a grant: the same record, the same card, whatever happened in between. No button stands on it that cannot
// work.
func (p Pen) Card(g store.Grant) Message {
	title := p.Words.Say("card.title", data{"State": p.stateAt(g, p.clock(g.Start)), "User": clean(g.Subject.User, 64), "Target": clean(g.Target, 40)})
	blocks := []slack.Block{
		slack.NewHeaderBlock(plain(mark(g) + " " + title)),
		slack.NewSectionBlock(nil, p.fields(g), nil),
	}
	for _, note := range p.notes(g) {
		blocks = append(blocks, slack.NewSectionBlock(markdown(note), nil, nil))
	}
	blocks = append(blocks, p.reason(g)...)
	blocks = append(blocks, p.comments(g)...)
	blocks = append(blocks, p.denial(g)...)
	if isExtending(g) {
		blocks = append(blocks, slack.NewActionBlock("extension", p.extensionButtons(g, false)...))
	}
	if buttons := p.buttons(g, false); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock(buttonsBlock, buttons...))
	}
	rule := p.Words.Say("card.rule", data{"Rule": code(g.Entitlement)})
	blocks = append(blocks, slack.NewContextBlock("", markdown(rule+" · "+code(g.ID))))
	return Message{Blocks: blocks, Text: p.Words.Say("card.text", data{"State": p.state(g), "User": code(g.Subject.User),
		"Target": code(g.Target), "Account": name(g.AccountName, g.Account)})}
}

// state names where the grant stands; what has ended is named after what ended it.
func (p Pen) state(g store.Grant) string { return p.stateAt(g, when(g.Start, p.Zone)) }

// stateAt is state with the start as it is written there: in a header Slack shows no dates.
func (p Pen) stateAt(g store.Grant, start string) string {
	if n := g.Need(); g.State == store.Asked && n > 1 {
		return p.Words.Say("card.asked_of", data{"N": len(g.Approvals), "M": n})
	}
	if g.Ahead() {
		return p.Words.Say("card.approved_from", data{"Start": start})
	}
	if isHeld(g) {
		return p.heldState(g.Kind, g.State, g.Outcome)
	}
	if g.State == store.Approved {
		return p.Words.Say(wordsFor(g, "state.approved"), nil)
	}
	return p.stateOf(g.State, g.Outcome)
}

// stateOf names a state; what has ended, after what ended it. No approver has denied what its own person disowned.
func (p Pen) stateOf(s store.State, outcome store.Verb) string {
	if s == store.Ended || s == store.Denied && outcome == store.NotMine {
		return p.Words.Say("state."+string(outcome), nil)
	}
	return p.Words.Say("state."+string(s), nil)
}

// mark is the sign in front of the state.
func mark(g store.Grant) string {
	switch {
	case g.State == store.Ending && g.Trouble != "":
		return "🚨"
	case g.State == store.Asked:
		return "⏳"
	case isHeld(g), !g.Exposed.IsZero():
		return "⚠️"
	case g.State == store.Active:
		return "🔓"
	case g.Ahead():
		return "📅"
	case g.State.Live():
		return "⚙️"
	case g.State == store.Ended && g.Outcome != store.Refuse:
		return "🔒"
	}
	return "⛔"
}

// notes are what needs a sentence of its own.
func (p Pen) notes(g store.Grant) []string {
	var out []string
	switch {
	case isRisky(g) && g.State == store.Asked:
		out = append(out, p.Words.Say("card.high_asked", nil))
	case isRisky(g):
		out = append(out, p.Words.Say("card.high", nil))
	}
	switch {
	case canChangeIAM(g) && g.State == store.Asked:
		out = append(out, p.Words.Say("card.allows_iam_asked", nil))
	case canChangeIAM(g):
		out = append(out, p.Words.Say("card.allows_iam", nil))
	}
	out = append(out, p.signInNotes(g)...)
	if isUnmapped(g) {
		out = append(out, p.Words.Say("card.unmapped", nil))
	}
	if isClaimed(g) {
		out = append(out, p.Words.Say("card.claimed."+string(g.Subject.KnownBy), data{"User": code(g.Subject.User)}))
	}
	if barred := p.barred(g); barred != "" {
		out = append(out, barred)
	}
	if g.State == store.Asked && g.Auto > 0 {
		out = append(out, p.Words.Say("card.auto", data{"Longest": p.Words.Span(g.Auto)}))
	}
	if g.Offboarding != "" {
		out = append(out, p.Words.Say("card.offboarded", data{"Who": p.who(g.Subject)}))
	}
	if who := p.escalated(g); who != "" && isEscalated(g) {
		out = append(out, p.Words.Say("card.escalated", data{"Who": who}))
	}
	if g.Answer != "" {
		out = append(out, p.Words.Say("card."+string(g.Answer), nil))
	}
	out = append(out, p.besides(g)...)
	if isExtending(g) {
		out = append(out, p.extension(g))
	}
	out = append(out, p.part(g)...)
	if g.Outcome == store.Refuse {
		out = append(out, p.Words.Say(wordsFor(g, "card.refused"), data{"Why": p.why(g.Note)}))
	}
	switch d := (data{"Why": p.why(g.Trouble), "User": code(g.Subject.User), "Target": code(g.Target)}); {
	case g.Trouble == "":
	case g.State == store.Approved:
		d["Until"] = when(g.Until, p.Zone)
		out = append(out, p.Words.Say(wordsFor(g, "card.trouble_give"), d))
	case g.State == store.Ending:
		out = append(out, p.Words.Say("card.trouble_take."+g.Kind, d))
	}
	return out
}

// isUnmapped tells whether a request waits that nobody can approve.
func isUnmapped(g store.Grant) bool { return g.State == store.Asked && g.Subject.Person == "" }

// isClaimed tells whether a request waits whose person only AWS names.
func isClaimed(g store.Grant) bool { return g.State == store.Asked && g.Subject.KnownBy != "" }

// isEscalated tells whether a request waits on which more people may decide by now.
func isEscalated(g store.Grant) bool { return g.State == store.Asked && len(g.Escalated()) > 0 }

// isRisky tells whether access that can do much harm is asked for, or given.
func isRisky(g store.Grant) bool { return g.Risk == store.High && g.State.Open() }

// canChangeIAM tells whether access is asked for, or given, by which its holder can change IAM.
func canChangeIAM(g store.Grant) bool { return g.AllowsIAM && g.State.Open() }

// reason is what the requester wrote, apart from what the bot says itself.
func (p Pen) reason(g store.Grant) []slack.Block {
	label := p.Words.Say("card.request_reason", data{"By": p.who(g.Subject)})
	if g.Program {
		label = p.Words.Say("card.program_reason", nil)
	}
	return quoted(label, g.Reason)
}

// quoted is a person's own words under a label. Slack takes no empty text, as that of blanks alone becomes.
func quoted(label, words string) []slack.Block {
	words = clean(words, reasonLength)
	if words == "" {
		return nil
	}
	return []slack.Block{slack.NewContextBlock("", markdown(label)), slack.NewSectionBlock(plain(words), nil, nil)}
}

// mostComments is how many comments a card shows: the latest. The thread has all.
const mostComments = 3

// comments are what approvers wrote, apart from what the bot says itself.
func (p Pen) comments(g store.Grant) []slack.Block {
	var out []slack.Block
	for i, n := len(g.Approvals)-1, 0; i >= 0 && n < mostComments; i-- {
		if said := p.comment(g.Approvals[i].By, g.Approvals[i].Note); said != nil {
			out, n = append(said, out...), n+1
		}
	}
	return out
}

// comment is what an approver wrote.
func (p Pen) comment(by, note string) []slack.Block {
	return quoted(p.Words.Say("card.comment", data{"By": mention(by)}), note)
}

// denial is the reason of a denial, apart from what the bot says itself.
func (p Pen) denial(g store.Grant) []slack.Block {
	if g.Outcome != store.Deny {
		return nil
	}
	return quoted(p.Words.Say("card.reason", data{"By": mention(g.EndedBy)}), g.Note)
}

// reasons have a sentence of their own, which says what to do. Those of a rotation are of package identity.
var reasons = []string{policy.UserGone, policy.NotApprover, policy.NoPerson, policy.NoHolder, people.HolderLeft, people.HolderOutside, people.BeingOffboarded, policy.RoleBarred, policy.RoleGone, policy.Own,
	policy.RuleGone, policy.RuleChanged, policy.NotYourUser, policy.Excluded, policy.NotAsker, policy.TooLong, policy.TooShort,
	policy.NoReason, policy.NoTicket, policy.OutsideHours, access.TakenLater, access.SeenLate, policy.NoMFA, policy.NoApprover, policy.GroupGone, policy.MoreSteps, policy.VoterGone, people.Leaves, policy.Voted,
	access.AskerGone, access.AskerLost, access.GroupChanged, access.GroupHeld, access.SlotHeld, "NoSuchEntity", "TwoKeys", "NotAlone", "Timeout", "Unreachable", "ClockBehind",
	"NewKeyInactive", "SecretChanged", "KeyGone", "UnsafeParameter", "UnsafeDocument", "NoServers", "ServersSilent", access.AccountGone}

// why says why something did not work: a reason of ours, or AWS's error code.
func (p Pen) why(reason string) string {
	if slices.Contains(reasons, reason) {
		return p.Words.Say("why."+strings.ToLower(reason), nil)
	}
	return p.Words.Say("why.aws", data{"Code": codeOf(reason, 64)})
}

func markdown(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, true) // verbatim: links are not made of text
}

func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}
