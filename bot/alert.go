package bot

import (
	"cmp"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// Alert draws an alert for the security channel.
func (p Pen) Alert(a store.Alert) Message {
	kind, note := string(a.Kind), p.alertNote(a)
	title := p.Words.Say("alert.title."+kind, data{"User": clean(a.Subject.User, 64), "Target": clean(a.Target, 40)})
	blocks := []slack.Block{
		slack.NewHeaderBlock(plain(alertMark(a) + " " + title)),
		slack.NewSectionBlock(nil, p.alertFields(a), nil),
		slack.NewSectionBlock(markdown(note), nil, nil),
	}
	if a.State == store.Raised {
		blocks = append(blocks, slack.NewActionBlock(buttonsBlock, p.alertButtons(a)...))
	}
	blocks = append(blocks, slack.NewContextBlock("", markdown(code(a.ID))))
	text := p.Words.Say("alert.text."+kind, data{"User": code(a.Subject.User), "Target": code(a.Target), "Account": name(a.AccountName, a.Account)})
	return Message{Text: text + "\n" + note, Blocks: blocks}
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
	fields := []*slack.TextBlockObject{
		p.fact("alert.user", p.who(a.Subject)+" "+code(a.Subject.User)),
		p.fact("card.account", nameAndID(a.AccountName, a.Account)),
	}
	switch a.Kind {
	case store.NotMe:
		fields = append(fields, p.fact("card.signed_in", p.signedIn(a.Signin)), p.fact("card.from", p.from(a.Signin)))
	case store.Unknown:
		fields = append(fields, p.fact("card.target.iam-group", code(a.Target)), p.fact("alert.found", when(a.Raised, p.Zone)))
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
	d := data{"User": code(a.Subject.User), "Target": code(a.Target)}
	key := ""
	switch {
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
	case a.State == store.Kept:
		key = "alert.kept."
	default:
		return p.Words.Say("alert.gone", nil)
	}
	return p.Words.Say(key+string(a.Kind), d)
}

// alertButtons are the remedy, which asks twice, and that all may stay as it is.
func (p Pen) alertButtons(a store.Alert) []slack.BlockElement {
	value, kind := a.ID+" "+a.Terms(), string(a.Kind)
	remedy := plain(p.Words.Say("button.remedy."+kind, nil))
	text := p.Words.Say("confirm.remedy."+kind, data{"User": clean(a.Subject.User, 64), "Target": clean(a.Target, 64)})
	confirm := slack.NewConfirmationBlockObject(plain(p.Words.Say("confirm.remedy_title."+kind, nil)), plain(text), remedy,
		plain(p.Words.Say("confirm.cancel", nil))).WithStyle(slack.StyleDanger)
	return []slack.BlockElement{
		slack.NewButtonBlockElement(string(store.Remedy), value, remedy).WithStyle(slack.StyleDanger).WithConfirm(confirm),
		slack.NewButtonBlockElement(string(store.Keep), value, plain(p.Words.Say("button.keep."+kind, nil))),
	}
}
