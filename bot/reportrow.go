package bot

import (
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers/policy"
	"sekisho/store"
)

// remedyOf names what the button of a finding does: the end of its words' keys. "" for what is left to be done by hand.
func remedyOf(f store.Finding) string {
	if !f.Mended() {
		return ""
	}
	switch f.Cure {
	case store.DeactivateKey, store.ReplaceKey:
		return "key"
	case store.AddMFA, store.DeletePassword:
		return "password"
	}
	return string(f.Cure) // store.ShutOut, store.RotateKey
}

// row draws one finding: who, where, what, since when, what has become of it, and what can be done. What another row's remedy
// has covered has nothing to press, until that is undone.
func (p Pen) row(r store.Report, f store.Finding, a store.Alert, covered bool) []slack.Block {
	text := p.finding(f)
	if a.Report == r.ID && a.State == store.Raised && covered {
		text += "\n✅ " + p.Words.Say("report.covered", nil)
	}
	if a.Report != r.ID || a.State == store.Raised && covered { // it stands on a newer one, or nobody has a record of it
		return []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}
	}
	if line := p.rowState(a); line != "" {
		text += "\n" + line
	}
	blocks := []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}
	if buttons := p.rowButtons(r, a); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock(a.ID, buttons...)) // named, as other rows have the same buttons
	}
	return blocks
}

// rowState says what is being done, was done, or was decided on, by whom and when.
func (p Pen) rowState(a store.Alert) string {
	trouble := ""
	if a.Trouble != "" {
		trouble = "\n" + p.Words.Say("alert.trouble", data{"Why": p.why(a.Trouble)})
	}
	switch {
	case a.State == store.Acting:
		return "⏳ " + p.rowSaid("report.acting."+remedyOf(*a.Finding), a) + trouble
	case a.State == store.Restoring:
		return "⏳ " + p.rowSaid("report.restoring", a) + trouble
	case a.State == store.Acted:
		return "✅ " + p.rowSaid(actedKey(a), a)
	case a.State == store.Gone:
		return "✅ " + p.Words.Say("report.gone", nil)
	case a.State == store.Kept:
		return "📌 " + p.rowSaid("report.kept", a)
	case a.Last == store.Restored:
		return "↩️ " + p.rowSaid("report.restored", a)
	case a.Last == store.Refuse:
		return "⚠️ " + p.rowSaid("report.refused", a)
	case a.Keeping != nil:
		return "📌 " + p.rowSaid("report.was_kept", a)
	}
	return ""
}

// actedKey is that of what a remedy really did.
func actedKey(a store.Alert) string {
	password, keys := a.Effects[store.FactPassword] != "", a.Effects[store.FactKeys] != ""
	switch {
	case a.Effects["user"] == "gone":
		return "report.acted.nothing"
	case a.Effects[store.FactTask] != "":
		return "report.acted.rotate_key"
	case password && keys:
		return "report.acted.shut_out"
	case password:
		return "report.acted.password"
	case keys:
		return "report.acted.key"
	}
	return "report.gone"
}

// rowSaid says what happened to a row.
func (p Pen) rowSaid(key string, a store.Alert) string {
	d := data{"By": mention(a.By), "At": when(a.LastAt, p.Zone), "Why": ""}
	if a.Keeping != nil {
		d["KeptBy"], d["Until"], d["Reason"] = mention(a.Keeping.By), day(a.Keeping.Until, p.Zone), codeOf(a.Keeping.Why, keptReason)
	}
	if a.Last == store.Refuse {
		d["Why"] = p.notRotated(a)
	}
	return p.Words.Say(key, d)
}

// notRotated says why the rotation could not begin that a row was to begin.
func (p Pen) notRotated(a store.Alert) string {
	if !slices.Contains(rotateRefusals, a.Note) {
		return p.WishRefusal(policy.Decision{Refusal: a.Note})
	}
	return p.Words.Say("rotate.refused."+a.Note, data{"Why": p.why(a.Effects["code"])})
}

const keptReason = 80 // runes of a reason on a row; the thread has all

// rowButtons are the remedy, which asks twice, and to keep it as it is until a date; or the way back, where there is one. On a
// report that a newer one has taken the place of there is the way back alone.
func (p Pen) rowButtons(r store.Report, a store.Alert) []slack.BlockElement {
	value := a.ID + " " + a.Terms()
	switch {
	case a.Undoable() && a.State == store.Kept:
		return []slack.BlockElement{slack.NewButtonBlockElement(string(store.Restore), value, p.label("report.unkeep"))}
	case a.Undoable() && a.State == store.Acted:
		return []slack.BlockElement{p.sure(store.Restore, value, "button.restore", "restore", a)}
	case a.State != store.Raised || r.State != store.Current:
		return nil
	}
	keep := slack.NewButtonBlockElement(string(keepUntil), value, p.label("button.keep_until"))
	remedy := remedyOf(*a.Finding)
	if remedy == "" {
		return []slack.BlockElement{keep}
	}
	return []slack.BlockElement{p.sure(store.Remedy, value, "report.button."+remedy, remedy, a).WithStyle(slack.StyleDanger), keep}
}

// sure is a button that asks once more, and says what it does and whether that can be undone.
func (p Pen) sure(verb store.Verb, value, label, what string, a store.Alert) *slack.ButtonBlockElement {
	f := *a.Finding
	used := p.Words.Say("report.never_used", nil)
	if !f.Used.IsZero() {
		used = p.Words.Say("report.last_used", data{"At": f.Used.In(p.Zone).Format(dayLayout)})
	}
	key := clean(f.Key, reportKey)
	if keys := a.Effects[store.FactKeys]; keys != "" {
		key = clean(strings.ReplaceAll(keys, ",", ", "), reportKeys)
	}
	text := p.Words.Say("report.confirm."+what, data{"User": clean(f.User, 64), "Key": key, "Used": used,
		"Rotation": clean(f.Rotation, 64)})
	confirm := slack.NewConfirmationBlockObject(p.label("report.sure."+what), plain(text), p.label(label), p.label("confirm.cancel"))
	if verb == store.Remedy {
		confirm = confirm.WithStyle(slack.StyleDanger)
	}
	return slack.NewButtonBlockElement(string(verb), value, p.label(label)).WithConfirm(confirm)
}

// RowSaid is the line of what happened to a row, in the report's thread: what is news to who does not look at the report. The
// reason of who keeps something stands apart from what the bot says itself.
func (p Pen) RowSaid(a store.Alert, e store.Entry) (Message, bool) {
	then := a
	then.LastAt, then.Last, then.Note, then.Effects = e.At, e.Verb, e.Note, e.Facts
	var line string
	switch e.Verb {
	case store.Done:
		line = "✅ " + p.rowSaid(actedKey(then), then)
	case store.Restored:
		line = "↩️ " + p.rowSaid("report.restored", then)
	case store.Refuse:
		line = "⚠️ " + p.rowSaid("report.refused", then)
	case store.Vanish:
		line = "✅ " + p.Words.Say("report.gone", nil)
	case store.Fail:
		line = p.Words.Say("alert.trouble", data{"Why": p.why(e.Note)})
	case store.Keep:
		then.Keeping = &store.Keeping{By: e.By, Until: e.Until}
		line = "📌 " + p.rowSaid("report.said.keep", then)
	case store.Restore:
		if e.State != store.Raised {
			return Message{}, false // until it is done
		}
		line = p.rowSaid("report.unkept", then)
	default:
		return Message{}, false
	}
	line = p.finding(*a.Finding) + "\n" + line
	if e.Verb != store.Keep {
		return Message{Text: line}, true
	}
	words := quoted(p.Words.Say("form.why", nil), e.Note)
	return Message{Text: line, Blocks: append([]slack.Block{slack.NewSectionBlock(markdown(line), nil, nil)}, words...)}, true
}

// keepUntil is the button that opens the form of keeping a finding or a member, and the callback id of that form. What the form makes is a
// press like that of any alert's button to keep.
const keepUntil store.Verb = "keep_until"

const untilField = "until"

// KeepForm asks until when a finding is kept as it is, or a member, and why. It offers a month.
func (p Pen) KeepForm(press store.Press, a store.Alert, now time.Time) slack.ModalViewRequest {
	var blocks []slack.Block
	switch {
	case a.Finding != nil:
		blocks = append(blocks, slack.NewSectionBlock(markdown(p.finding(*a.Finding)), nil, nil))
	case a.Kind == store.Unknown:
		blocks = append(blocks, slack.NewSectionBlock(markdown(p.alertText(a)), nil, nil))
	}
	until := slack.NewDatePickerBlockElement(untilField)
	until.InitialDate = now.In(p.Zone).AddDate(0, 1, 0).Format(time.DateOnly)
	reason := slack.NewPlainTextInputBlockElement(nil, noteField).WithMultiline(true).WithMinLength(1).WithMaxLength(commentLength)
	return p.pressForm(press, "form.title.keep_until", "form.keep",
		append(blocks, slack.NewInputBlock(untilField, p.label("form.until"), plain(p.Words.Say("form.until_hint", data{"Zone": now.In(p.Zone).Format("MST")})), until),
			slack.NewInputBlock(noteField, p.label("form.why"), nil, reason))...)
}
