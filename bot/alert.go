package bot

import (
	"cmp"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Alert draws an alert for the security channel, and calls who looks after alerts while nobody has. link leads to the card of the
// request that it is about, if there is one.
func (p Pen) Alert(a store.Alert, security []string, link string) Message {
	note := p.alertNote(a)
	if link != "" {
		note += "\n" + p.Words.Say("alert.on_card", data{"Link": escaper.Replace(link)})
	}
	if who := mentions(security, ""); who != "" && a.State == store.Raised {
		note = p.Words.Say("alert.call", data{"Who": who}) + "\n" + note
	}
	title := p.Words.Say("alert.title."+subjectOf(a), data{"User": clean(a.Subject.User, 64), "Target": clean(a.Target, 40), "Account": clean(a.Account, 12)})
	blocks := []slack.Block{
		slack.NewHeaderBlock(plain(alertMark(a) + " " + title)),
		slack.NewSectionBlock(nil, p.alertFields(a), nil),
		slack.NewSectionBlock(markdown(note), nil, nil),
	}
	blocks = append(blocks, p.keepingOf(a)...)
	if buttons := p.alertButtons(a); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock(buttonsBlock, buttons...))
	}
	blocks = append(blocks, slack.NewContextBlock("", markdown(code(a.ID))))
	return Message{Text: p.alertText(a) + "\n" + note, Blocks: blocks}
}

// alertText says what an alert is about.
func (p Pen) alertText(a store.Alert) string {
	return p.Words.Say("alert.text."+subjectOf(a), data{"User": code(a.Subject.User), "Target": code(a.Target), "Account": name(a.AccountName, a.Account)})
}

// keepingOf says why a member is kept; or who had kept one that is reported again, until when, and why.
func (p Pen) keepingOf(a store.Alert) []slack.Block {
	switch {
	case a.Finding != nil, a.Keeping == nil && a.Last != store.Restore:
		return nil
	case a.State == store.Kept:
		return quoted(p.Words.Say("form.why", nil), a.Keeping.Why)
	case a.State == store.Raised && a.Last == store.Restore:
		return []slack.Block{slack.NewSectionBlock(markdown(p.rowSaid("report.unkept", a)), nil, nil)}
	case a.State == store.Raised:
		return []slack.Block{slack.NewSectionBlock(markdown("📌 "+p.rowSaid("report.was_kept", a)), nil, nil)}
	}
	return nil
}

// AlertMoved draws the earlier message of an alert that is raised again.
func (p Pen) AlertMoved(a store.Alert) Message {
	text := p.alertText(a) + "\n" + p.Words.Say("alert.moved", nil)
	return Message{Text: text, Blocks: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil), slack.NewContextBlock("", markdown(code(a.ID)))}}
}

// permanent ends the keys of what is said of a member whom a request found in the group.
const permanent = "unknown_held"

// subjectOf ends the keys of what an alert is about: its kind, or a part of that with words of its own.
func subjectOf(a store.Alert) string {
	switch {
	case isPermanent(a):
		return permanent
	case a.Kind == store.Tampered && a.Note != "" && a.Note != store.CannotBeRead:
		return string(a.Kind) + "." + a.Note
	case a.Kind == store.Unapprovable && a.Note == policy.GroupGone:
		return string(a.Kind) + "." + a.Note
	}
	return string(a.Kind)
}

// isPermanent tells whether an alert is about a member whom a request found in the group.
func isPermanent(a store.Alert) bool { return a.Kind == store.Unknown && a.Grant != "" }

// isDecided tells whether an alert is for somebody to decide on. A key that is switched off again is not, nor what is mended in IAM,
// in AWS, in Slack, in the ledger or in the configuration.
func isDecided(a store.Alert) bool {
	switch a.Kind {
	case store.Reused, store.Unreadable, store.Tampered, store.Unconfigured, store.Outage, store.Unapprovable:
		return false
	}
	return true
}

// alertMark is the sign in front of the title: an alarm until nothing is left to be done.
func alertMark(a store.Alert) string {
	switch a.State {
	case store.Raised, store.Acting:
		return "🚨"
	}
	return "✅"
}

// alertFields are what is known, and who decided.
func (p Pen) alertFields(a store.Alert) []*slack.TextBlockObject {
	account := p.fact("card.account", nameAndID(a.AccountName, a.Account))
	found := p.fact("alert.found", when(a.Raised, p.Zone))
	if a.Kind == store.Tampered {
		return []*slack.TextBlockObject{p.fact("alert.record", code(a.Target)), found}
	}
	if a.Kind == store.Unconfigured {
		return []*slack.TextBlockObject{account, p.fact("alert.open", codeOf(a.Effects[store.FactOpen], 16)), found}
	}
	if a.Kind == store.Outage {
		return []*slack.TextBlockObject{account, p.fact("alert.overdue", codeOf(a.Effects[store.FactOpen], 16)), found, p.fact("alert.answer", codeOf(a.Note, 64))}
	}
	if a.Kind == store.Unapprovable {
		return p.unapprovableFields(a, account, found)
	}
	if a.Kind == store.Unreadable {
		return []*slack.TextBlockObject{account, p.fact("card.target.iam-group", code(a.Target)), found, p.fact("alert.answer", codeOf(a.Note, 64))}
	}
	who := p.who(a.Subject) + " " + code(a.Subject.User)
	fields := []*slack.TextBlockObject{p.fact("alert.user", who), account}
	switch a.Kind {
	case store.NotMe, store.Returned:
		fields = append(fields, p.fact("card.signed_in", p.signedIn(a.Signin)), p.fact("card.from", p.from(a.Signin)))
	case store.Unknown:
		fields = append(fields, p.fact("card.target.iam-group", code(a.Target)), found)
	case store.Exposed, store.Reused:
		fields[0] = p.fact("alert.requester", who)
		fields = append(fields, p.fact("card.target.access-key", code(a.Target)), p.fact("alert.key", codeOf(a.Effects[store.FactKey], keyLength)),
			p.fact("alert.secret", codeOf(a.Effects[store.FactSecret], nameLength)), found)
	}
	switch a.By {
	case "":
		return fields
	case store.Self:
		return append(fields, p.fact("alert.by", p.Words.Say("alert.self", nil)))
	}
	return append(fields, p.fact("alert.by", mention(a.By)))
}

// alertNote says what is to be done, is being done, or was done and read back.
func (p Pen) alertNote(a store.Alert) string {
	d := data{"User": code(a.Subject.User), "Target": code(a.Target), "Grant": code(a.Grant)}
	key := ""
	switch {
	case a.State == store.Raised && isPermanent(a):
		return p.Words.Say("alert.raised."+permanent, d)
	case a.State == store.Raised && a.Kind == store.NotMe && a.Grant == "":
		return p.Words.Say("alert.raised.not_me_unasked", d)
	case a.State == store.Raised && a.Kind == store.Unreadable:
		return p.unreadableNote(a)
	case a.State == store.Raised && (a.Kind == store.Tampered || a.Kind == store.Unapprovable):
		return p.Words.Say("alert.means."+subjectOf(a), nil)
	case a.State == store.Raised && a.Kind == store.Unconfigured:
		return p.Words.Say("alert.unconfigured.means", nil)
	case a.State == store.Raised && a.Kind == store.Outage:
		return p.Words.Say("alert.outage.means", nil)
	case a.State == store.Raised:
		key = "alert.raised."
	case a.State == store.Acting && a.Trouble != "":
		return p.Words.Say("alert.trouble", data{"Why": p.why(a.Trouble)})
	case a.State == store.Acting:
		key = "alert.acting."
	case a.State == store.Acted && a.Effects["user"] == "gone":
		return p.Words.Say("alert.user_gone", nil)
	case a.State == store.Acted && a.Effects["explained"] == "true":
		return p.Words.Say("alert.explained", nil)
	case a.State == store.Acted:
		key, d["Keys"] = "alert.acted.", cmp.Or(code(a.Effects["inactive_keys"]), p.Words.Say("alert.no_keys", nil))
	case a.State == store.Kept && a.Dated() && a.Keeping != nil:
		key, d["Until"] = "alert.kept.", day(a.Keeping.Until, p.Zone)
	case a.State == store.Kept && a.Dated(): // from before there were dates
		return p.Words.Say("alert.kept_undated", d)
	case a.State == store.Kept:
		key = "alert.kept."
	case a.Kind == store.Unapprovable:
		return p.Words.Say("alert.gone."+subjectOf(a), nil)
	case a.Kind == store.Exposed, a.Kind == store.Reused, a.Kind == store.Outage:
		key = "alert.gone."
	default:
		return p.Words.Say("alert.gone", nil)
	}
	if a.State == store.Raised {
		return p.Words.Say(key+string(a.Kind), d)
	}
	return p.Words.Say(key+remedyWords(a), d)
}

// unapprovableFields are the rule, and who of those whom it names is not there: of a user group that is gone the id, as it has no name.
func (p Pen) unapprovableFields(a store.Alert, account, found *slack.TextBlockObject) []*slack.TextBlockObject {
	out := []*slack.TextBlockObject{account, p.fact("alert.rule", code(a.Target)), found}
	var away []string
	for _, id := range strings.Fields(a.Effects[store.FactAway]) {
		if group, ok := strings.CutPrefix(id, people.UserGroup); ok {
			away = append(away, code(group))
		} else {
			away = append(away, mention(id))
		}
	}
	if len(away) > 0 {
		out = append(out, p.fact("alert.away", strings.Join(away, " ")))
	}
	return out
}

// remedyWords ends the keys of what is said of an alert's remedy, which two kinds share.
func remedyWords(a store.Alert) string {
	if a.Kind == store.Returned {
		return string(store.NotMe)
	}
	return string(a.Kind)
}

// unreadableNote says why a managed group cannot be read, what that means, and what the next step is.
func (p Pen) unreadableNote(a store.Alert) string {
	d := data{"Target": code(a.Target), "Name": codeOf(a.Effects[store.FactName], 128)}
	key := "alert.unreadable.silent"
	switch {
	case a.Note == "NoSuchEntity" && a.Effects[store.FactName] != "":
		key = "alert.unreadable.renamed"
	case a.Note == "NoSuchEntity":
		key = "alert.unreadable.missing"
	case a.Note == "AccessDenied":
		key = "alert.unreadable.denied"
	}
	return p.Words.Say(key, d) + "\n" + p.Words.Say("alert.unreadable.means", nil)
}

// alertButtons are the remedy, which asks twice, and that all may stay as it is; or that it is reported again.
func (p Pen) alertButtons(a store.Alert) []slack.BlockElement {
	value, kind := a.ID+" "+a.Terms(), remedyWords(a)
	if a.State == store.Kept && a.Undoable() {
		return []slack.BlockElement{slack.NewButtonBlockElement(string(store.Restore), value, p.label("report.unkeep"))}
	}
	if a.State != store.Raised || !isDecided(a) {
		return nil
	}
	keep := slack.NewButtonBlockElement(string(store.Keep), value, plain(p.Words.Say("button.keep."+kind, nil)))
	if a.Dated() {
		keep = slack.NewButtonBlockElement(string(keepUntil), value, p.label("button.keep_until"))
	}
	remedy := plain(p.Words.Say("button.remedy."+kind, nil))
	text := p.Words.Say("confirm.remedy."+kind, data{"User": clean(a.Subject.User, 64), "Target": clean(a.Target, 64)})
	confirm := slack.NewConfirmationBlockObject(plain(p.Words.Say("confirm.remedy_title."+kind, nil)), plain(text), remedy,
		plain(p.Words.Say("confirm.cancel", nil))).WithStyle(slack.StyleDanger)
	return []slack.BlockElement{
		slack.NewButtonBlockElement(string(store.Remedy), value, remedy).WithStyle(slack.StyleDanger).WithConfirm(confirm),
		keep,
	}
}
