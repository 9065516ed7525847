package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Said is the line of what happened, with what a person wrote about it apart from what the bot says itself: the reason of
// a denial, or an approver's comment.
func (p Pen) Said(g store.Grant, e store.Entry) (Message, bool) {
	line, ok := p.Line(g, e)
	label, by := "", data{"By": mention(e.By)}
	switch e.Verb {
	case store.Vote, store.Approve:
		label = p.Words.Say("card.comment", by)
	case store.Deny, store.Decline:
		label = p.Words.Say("card.reason", by)
	}
	words := quoted(label, e.Note)
	if label == "" || words == nil {
		return Message{Text: line}, ok
	}
	return Message{Text: line, Blocks: append([]slack.Block{slack.NewSectionBlock(markdown(line), nil, nil)}, words...)}, ok
}

// Line says what happened, or nothing if it is of no interest to people.
func (p Pen) Line(g store.Grant, e store.Entry) (string, bool) {
	key := "thread." + string(e.Verb)
	d := data{"By": mention(e.By), "User": code(g.Subject.User), "Target": code(g.Target)}
	var more []string
	switch e.Verb {
	case store.Vote, store.Approve:
		key, d["Rule"], d["Start"] = approvedKey(g, e), code(g.Entitlement), when(g.Start, p.Zone)
		d["Allowed"], d["Asked"] = p.Words.Span(e.Duration), p.Words.Span(g.Duration)
		if e.Facts["why"] == policy.MoreSteps {
			more = []string{p.Words.Say("thread.more_steps", nil)}
		} else if who := p.next(g, e); who != "" {
			more = []string{p.Words.Say("thread.next", data{"Who": who})}
		} else if e.Verb == store.Vote {
			more = []string{p.Words.Say("thread.more", nil)}
		}
	case store.Void:
		d["Who"] = mentions(strings.Fields(e.Facts[store.FactAccounts]), "")
		if e.Note != "" {
			key, d["Why"] = "thread.void_why", p.why(e.Note)
		}
		if who := p.missing(g); who != "" {
			more = []string{p.Words.Say("thread.next", data{"Who": who})}
		}
	case store.Deny, store.Lapse, store.Withdraw, store.Mine, store.Rebuild:
	case store.Expire:
		if !g.Planned { // AWS was never touched
			key = "thread.expire_ungiven"
		}
	case store.Revoke:
		if !g.Planned {
			key = "thread.revoke_ungiven"
		}
	case store.Drift:
		if again := e.Facts[store.FactKey]; again != "" {
			key, d["Key"] = "thread.drift_key", codeOf(again, keyLength)
		}
	case store.Expose, store.Protect:
		d["Secret"] = codeOf(g.Effects[store.FactSecret], nameLength)
	case store.Finish:
		if !g.Planned {
			key = "thread.finish_ahead"
		}
	case store.Clear, store.HandOver:
		more = p.part(g)
	case store.NotMine:
		if e.State == store.Ending && g.Planned {
			key = "thread.not_mine_take"
		}
	case store.Again, store.Extend:
		if e.Facts[store.FactFolded] != "" {
			if more = p.recalled(e); len(more) == 0 {
				return "", false
			}
			key, d = "thread.folded", data{"MFA": p.mfa(store.Signin{MFA: e.Facts["mfa"]})}
		} else if key = askedAgain(e); key == "" {
			key, d, more = p.signInAgain(g, e)
		} else {
			d["Program"], more = code(e.Facts["program"]), p.recalled(e)
		}
	case store.Remind, store.Escalate:
		var ok bool
		if key, d, ok = p.nudge(g, e); !ok {
			return "", false
		}
	case store.AskMore, store.Agree, store.Prolong, store.Decline, store.Retract:
		key, d = p.extensionLine(g, e)
	case store.Apply:
		if e.State != store.Active {
			return "", false // the access was already to end
		}
		d["Until"], more = when(g.Until, p.Zone), p.part(g)
	case store.Refuse:
		d["Why"] = p.why(e.Note)
	case store.Fail:
		if e.State == store.Received {
			return "", false // there is no card to say it under
		}
		d["Why"] = p.why(e.Note)
		if e.State == store.Ending {
			key = "thread.fail_take"
		}
	case store.Undo:
		more = p.part(g)
		switch {
		case !g.Planned || g.AlreadyHeld(): // AWS was never touched
			key = "thread.undo_nothing"
		case g.Ungiven:
			key = "thread.undo_none"
		}
	default:
		return "", false
	}
	if own, ok := heldLine(g, e); ok { // says what a note would
		key, more = own, nil
	}
	said := append([]string{strings.TrimSpace(p.Words.Say(wordsFor(g, key), d))}, more...)
	if g.Digest && e.Verb != store.Remind && e.Verb != store.Escalate { // the thread is of many
		said = slices.Insert(said, 0, code(g.Subject.User)+" → "+code(g.Target))
	}
	return strings.Join(said, "\n"), true
}

// askedAgain is the key of what is said of a request that took the place of the open one: by a program, or by hand. A sign-in
// has none.
func askedAgain(e store.Entry) string {
	switch {
	case e.Facts["program"] != "":
		return "thread.again_program"
	case e.By != store.Self:
		return "thread.again_request"
	}
	return ""
}

// approvedKey is that of what is said of an approval.
func approvedKey(g store.Grant, e store.Entry) string {
	ahead, byRule, limited := g.Start.After(e.At), e.By == store.Rule, e.Duration > 0
	switch {
	case e.Verb == store.Vote && limited:
		return "thread.vote_limited"
	case e.Verb == store.Vote:
		return "thread.vote"
	case ahead && byRule:
		return "thread.approve_rule_ahead"
	case ahead && limited:
		return "thread.approve_limited_ahead"
	case ahead:
		return "thread.approve_ahead"
	case byRule:
		return "thread.approve_rule"
	case limited:
		return "thread.approve_limited"
	}
	return "thread.approve"
}

// Refusal says why a press did nothing.
func (p Pen) Refusal(press store.Press) string {
	f := press.Facts
	d := p.named(f)
	d["State"], d["By"], d["Person"] = p.stateOf(store.State(f["state"]), store.Verb(f["outcome"])), mention(f["by"]), mention(f["person"])
	d["Example"], d["Hours"] = codeOf(f["example"], ticketLength), codeOf(f["hours"], 200)
	if f["held"] != "" {
		d["State"] = p.heldState(f["held"], store.State(f["state"]), store.Verb(f["outcome"]))
	}
	if sec, err := strconv.ParseInt(f["pressed"], 10, 64); err == nil {
		d["Pressed"] = when(time.Unix(sec, 0), p.Zone)
	}
	key := "refusal." + press.Refusal
	switch {
	case press.Refusal == access.Late && f["state"] == string(store.Asked): // it is early
		key = "refusal.late_asked"
	case press.Refusal == policy.Own && f[access.FactOn] == store.KindAlert:
		key = "refusal.own_alert"
	case press.Refusal == policy.UserGone && f[access.FactOn] == store.KindAlert:
		key = "refusal.user_gone_alert"
	case press.Refusal == policy.NoApprover && f["told"] != "":
		key = "refusal.no_approver_told"
	case press.Refusal == access.NotYours && press.Verb == store.AskMore:
		key = "refusal.not_yours_extend"
	case press.Refusal == access.NotYours && (press.Verb == store.Withdraw || press.Verb == store.Retract):
		key = "refusal.not_yours_withdraw"
	case press.Refusal == access.NotYours && press.Verb != store.Finish:
		key = "refusal.not_yours_answer"
	}
	program := f["by"] == "" || f["by"] == store.Self || f["by"] == store.Rule
	// A rotation goes on by itself long after its approval, which is not what was faster.
	byPress := f[access.FactOn] != store.KindTask || f["outcome"] != "" || press.Verb == store.Approve || press.Verb == store.Deny
	if press.Refusal == access.Late && !program && byPress && f["by"] != press.By { // nobody is faster than themselves
		key = "refusal.late_by"
		if sec, err := strconv.ParseInt(f["at"], 10, 64); err == nil {
			key, d["At"] = "refusal.late_approved", when(time.Unix(sec, 0), p.Zone)
		}
	}
	said := p.Words.Say(key, d)
	if who := mentions(strings.Fields(f[access.FactWho]), press.By); who != "" { // whoever pressed sees it alone: nobody is called
		said += " " + p.Words.Say("refusal.who", data{"Who": who})
	}
	return said
}
