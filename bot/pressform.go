package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers/policy"
	"sekisho/store"
)

// approveWith is the button that opens the form of an approval, and the callback id of that form. It is no verb of a
// grant: what the form makes is an approval like that of the other button.
const approveWith store.Verb = "approve_with"

const (
	noteField     = "note" // of the form of an approval: the comment
	commentLength = 500    // of it, in runes
)

// asksFirst are the buttons that are no press yet: each opens a form, whose callback id is the button's verb.
var asksFirst = []store.Verb{store.Deny, store.Decline, store.AskMore, approveWith, keepUntil}

// readForm reads the form that a button has opened into the press that it makes. Like a button it is a claim. A date that is
// none is the zero time.
func readForm(p *store.Press, form slack.View, zone *time.Location) bool {
	p.Verb = store.Verb(form.CallbackID)
	if form.State == nil || !slices.Contains(asksFirst, p.Verb) {
		return false
	}
	switch field := form.State.Values; p.Verb {
	case approveWith:
		p.Verb, p.Note = store.Approve, cut(field[noteField][noteField].Value, commentLength)
		p.Duration = spanOf(field[periodField][periodField].SelectedOption.Value)
	case store.AskMore:
		p.Note = cut(field[noteField][noteField].Value, commentLength)
		p.Duration = spanOf(field[periodField][periodField].SelectedOption.Value)
	case keepUntil:
		p.Verb, p.Note = store.Keep, cut(field[noteField][noteField].Value, commentLength)
		p.Until, _ = time.ParseInLocation(time.DateOnly, field[untilField][untilField].SelectedDate, zone)
	default:
		p.Note = cut(field[form.CallbackID][form.CallbackID].Value, reasonLength)
	}
	return true
}

// pressWrong says at the fields of a form all that is wrong with the press that it makes.
func (p Pen) pressWrong(press store.Press, now time.Time) map[string]string {
	wrong := map[string]string{}
	switch says := policy.Says(press.Note); press.Verb {
	case store.Keep:
		if !store.Keepable(press.Until, now) {
			wrong[untilField] = p.Words.Say("refusal.bad_date", nil)
		}
		if !says {
			wrong[noteField] = p.Words.Say("refusal.no_why", nil)
		}
	case store.AskMore:
		if !says {
			wrong[noteField] = p.Words.Say("refusal.no_why", nil)
		}
	case store.Deny, store.Decline:
		if !says {
			wrong[string(press.Verb)] = p.Words.Say("refusal.no_why", nil)
		}
	}
	return wrong
}

// pressForm is a form that carries what its button carried, and where the card stands.
func (p Pen) pressForm(press store.Press, title, submit string, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type:            slack.VTModal,
		CallbackID:      string(press.Verb),
		PrivateMetadata: strings.Join([]string{press.On, press.Terms, cmp.Or(press.Card.Channel, noMessage), cmp.Or(press.Card.TS, noMessage)}, " "),
		Title:           p.label(title), Submit: p.label(submit), Close: p.label("deny.cancel"),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}

// ForbiddenNote stands in the place of a button's form, and says why the press is refused. It has nothing to fill in.
func (p Pen) ForbiddenNote(judged store.Press) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, Title: p.label("form.title." + string(judged.Verb)), Close: p.label("form.close"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(markdown(p.Refusal(judged)), nil, nil)}}}
}

// ReasonForm asks for the reason of a denial, and says of what, if that is known.
func (p Pen) ReasonForm(press store.Press, about string) slack.ModalViewRequest {
	verb := string(press.Verb)
	reason := slack.NewPlainTextInputBlockElement(nil, verb).WithMultiline(true).WithMinLength(1).WithMaxLength(reasonLength)
	var blocks []slack.Block
	if about != "" {
		blocks = append(blocks, slack.NewSectionBlock(markdown(about), nil, nil))
	}
	return p.pressForm(press, "form.title."+verb, "deny.submit", append(blocks, slack.NewInputBlock(verb, p.label("deny.reason"), nil, reason))...)
}

// about names a request: who, what, and in which account.
func (p Pen) about(g store.Grant) string {
	return p.Words.Say("form.about_request", data{"Who": p.who(g.Subject), "User": code(g.Subject.User), "Target": p.thing(g.Kind, code(g.Target)), "Account": name(g.AccountName, g.Account)})
}

// aboutTask names a rotation.
func (p Pen) aboutTask(t store.Task) string {
	return p.Words.Say("form.about_rotation", data{"Who": p.beginner(t.By), "User": code(t.User), "Account": name(t.AccountName, t.Account)})
}

// ApprovalForm asks for how long a request is approved, if it has an end, and for a comment. Where the request can do much harm it is the
// second question. The reason and all else to decide by stand on the card, to which the press is bound.
func (p Pen) ApprovalForm(press store.Press, g store.Grant) slack.ModalViewRequest {
	about := p.Words.Say("form.about", data{"User": clean(g.Subject.User, 64), "Target": p.thing(g.Kind, clean(g.Target, 128))})
	blocks := []slack.Block{slack.NewSectionBlock(plain(about), nil, nil)}
	if g.Risk == store.High {
		warning := "⚠️ " + p.Words.Say("confirm.approve.text", data{"Target": clean(g.Target, 64)})
		blocks = append(blocks, slack.NewSectionBlock(plain(warning), nil, nil))
	}
	comment := slack.NewPlainTextInputBlockElement(nil, noteField).WithMultiline(true).WithMaxLength(commentLength)
	if !g.Endless {
		blocks = append(blocks, slack.NewInputBlock(periodField, p.label("card.duration"), p.label("form.shorter"), p.shorter(g)))
	}
	return p.pressForm(press, "form.title.approve_with", "form.approve", append(blocks, slack.NewInputBlock(noteField, p.label("form.comment"), nil, comment).WithOptional(true))...)
}

// ExtensionForm asks by how much longer the holder needs their access, and why. It offers as much as the access lasts, which is
// chosen, and the presets, as far as the latest end that is possible.
func (p Pen) ExtensionForm(press store.Press, g store.Grant, latest time.Time) slack.ModalViewRequest {
	later, _ := g.Later()
	spans := append(slices.Clone(presets), later.Sub(g.Until), latest.Sub(g.Until))
	slices.Sort(spans)
	var options []*slack.OptionBlockObject
	var chosen *slack.OptionBlockObject
	for _, d := range slices.Compact(spans) {
		if d < store.ShortestTerm || g.Until.Add(d).After(latest) {
			continue
		}
		text := p.Words.Span(d) + " (" + p.clock(g.Until.Add(d)) + ")"
		each := slack.NewOptionBlockObject(strconv.Itoa(int(d/time.Second)), plain(text), nil)
		if g.Until.Add(d).Equal(later) {
			each.Value, chosen = "0", each // to the nanosecond
		}
		options = append(options, each)
	}
	about := slack.NewSectionBlock(markdown(p.about(g)+"\n"+p.ends(g)), nil, nil)
	if len(options) == 0 { // it has become too late meanwhile
		options = append(options, slack.NewOptionBlockObject("0", plain(p.Words.Span(0)), nil))
	}
	field := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, periodField, options...).WithInitialOption(cmp.Or(chosen, options[len(options)-1]))
	why := slack.NewPlainTextInputBlockElement(nil, noteField).WithMultiline(true).WithMinLength(1).WithMaxLength(commentLength)
	return p.pressForm(press, "form.title.ask_more", "form.ask_more", about, slack.NewInputBlock(periodField, p.label("form.longer"), nil, field),
		slack.NewInputBlock(noteField, p.label("form.why_longer"), nil, why))
}

// shorter offers what was asked for, which is chosen, and the presets below it.
func (p Pen) shorter(g store.Grant) *slack.SelectBlockElement {
	var options []*slack.OptionBlockObject
	for _, d := range presets {
		if d < g.Duration {
			options = append(options, slack.NewOptionBlockObject(strconv.Itoa(int(d.Seconds())), plain(p.Words.Span(d)), nil))
		}
	}
	asked := p.Words.Span(g.Duration)
	if !g.To.IsZero() {
		asked = p.Words.Say("card.until", data{"To": p.clock(g.To)})
	}
	all := slack.NewOptionBlockObject("0", plain(asked), nil) // to the nanosecond
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, periodField, append(options, all)...).WithInitialOption(all)
}
