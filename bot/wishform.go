package bot

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// The form in which a person asks for access. Its fields are blocks of these ids; what depends on what is chosen has that
// behind it, so that Slack keeps what was typed elsewhere, and nothing that was chosen for something else.
const (
	wishForm     = "request" // also the callback id of the shortcut
	targetField  = "target"
	userField    = "user"
	periodField  = "duration"
	reasonField  = "reason"
	ticketField  = "ticket"
	startsField  = "starts"
	endsField    = "ends"
	ticketLength = 200
	mostOptions  = 100 // of a select; beyond, it asks for what is typed into it
)

// opening is when a form was opened, as its metadata has it: the id of the request begins with it, so ids follow time.
const opening = "20060102T150405Z"

// WishForm is what a person may ask for, drawn for what they have chosen so far. A note stands above it, if there is one.
func (p Pen) WishForm(offers []access.Offer, opened time.Time, chosen, note string) slack.ModalViewRequest {
	if len(offers) == 1 {
		chosen = offers[0].ID
	}
	var blocks []slack.Block
	if note != "" {
		blocks = append(blocks, slack.NewSectionBlock(markdown(note), nil, nil))
	}
	blocks = append(blocks, p.targets(offers, chosen))
	wantsReason := true
	i := slices.IndexFunc(offers, func(o access.Offer) bool { return o.ID == chosen })
	if i >= 0 {
		wantsReason = offers[i].ReasonRequired
		blocks = append(blocks, p.choice(offers[i])...)
	} else {
		chosen = ""
	}
	reason := slack.NewPlainTextInputBlockElement(nil, reasonField).WithMultiline(true).WithMaxLength(reasonLength)
	blocks = append(blocks, slack.NewInputBlock(reasonField, p.label("ask.reason"), nil, reason).WithOptional(!wantsReason))
	if i >= 0 && offers[i].Ticket != nil {
		blocks = append(blocks, p.ticket(*offers[i].Ticket))
	}
	if i >= 0 {
		blocks = append(blocks, p.moments()...)
	}
	view := p.wishView(blocks...)
	view.PrivateMetadata, view.Submit = strings.TrimSpace(opened.UTC().Format(opening)+" "+chosen), p.label("ask.submit")
	return view
}

// WishNote is the form while it has nothing to fill in: a sentence.
func (p Pen) WishNote(sentence string) slack.ModalViewRequest {
	return p.wishView(slack.NewSectionBlock(plain(sentence), nil, nil))
}

func (p Pen) wishView(blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: wishForm, Title: p.label("ask.title"), Close: p.label("ask.cancel"),
		Blocks: slack.Blocks{BlockSet: blocks}}
}

func (p Pen) label(key string) *slack.TextBlockObject { return plain(p.Words.Say(key, nil)) }

// namedOffer returns which offer a person means by a name, of its rule or of its target, and what to say if that is none.
func (p Pen) namedOffer(offers []access.Offer, name string) (chosen, note string) {
	var ids, targets []string
	for _, o := range offers {
		switch {
		case strings.EqualFold(name, o.ID):
			return o.ID, ""
		case strings.EqualFold(name, o.Target):
			targets = append(targets, o.ID)
		}
		ids = append(ids, o.ID)
	}
	switch {
	case name == "" || len(targets) > 1: // the same name in several accounts
		return "", ""
	case len(targets) == 1:
		return targets[0], ""
	}
	return "", p.Words.Say("ask.no_such", data{"Typed": codeOf(name, 64)}) + p.meant(name, ids, "/jit request ")
}

// thing names what access is to, with its kind.
func (p Pen) thing(kind, target string) string {
	return p.Words.Say("card.thing."+kind, data{"Target": target})
}

// targets is the field that says what is asked for. The form is redrawn for each choice.
func (p Pen) targets(offers []access.Offer, chosen string) slack.Block {
	field := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, p.label("ask.choose"), targetField)
	options := make([]*slack.OptionBlockObject, len(offers))
	for i, o := range offers {
		if options[i] = p.option(o); o.ID == chosen {
			field.InitialOption = options[i]
		}
	}
	if len(offers) > mostOptions {
		field.Type, field.MinQueryLength = slack.OptTypeExternal, new(int)
	} else {
		field.Options = options
	}
	return slack.NewInputBlock(targetField, p.label("ask.target"), nil, field).WithDispatchAction(true)
}

// optionLength is the longest text that Slack takes of an option.
const optionLength = 75

// option is an offer in a select: of which kind it is, and in which account.
func (p Pen) option(o access.Offer) *slack.OptionBlockObject {
	text := p.thing(o.Kind, clean(o.Target, 40))
	text += " (" + clean(cmp.Or(o.AccountName, o.Account), optionLength-utf8.RuneCountInString(text)-len(" ()")) + ")"
	return slack.NewOptionBlockObject(o.ID, plain(text), plain(clean(o.ID, 75)))
}

// choice is what depends on what is asked for: what it takes, for which IAM user, and for how long.
func (p Pen) choice(o access.Offer) []slack.Block {
	facts := []*slack.TextBlockObject{p.fact("card.account", nameAndID(o.AccountName, o.Account))}
	if len(o.Users) == 1 {
		facts = append(facts, p.fact("ask.user", code(o.Users[0])))
	}
	d := o.Decision
	switch {
	case d.Auto > 0:
		facts = append(facts, p.fact("card.approvals", p.Words.Say("ask.by_itself", data{"Longest": p.Words.Span(d.Auto)})))
	case d.Refusal == "":
		facts = append(facts, p.fact("card.approvals", p.needed(d.Steps)))
	}
	if o.Endless {
		facts = append(facts, p.fact("card.duration", p.Words.Say("card.endless", nil)))
	}
	blocks := []slack.Block{slack.NewSectionBlock(nil, facts, nil)}
	for _, note := range p.hindrances(o) {
		blocks = append(blocks, slack.NewSectionBlock(plain(note), nil, nil))
	}
	if len(o.Users) > 1 {
		var users []*slack.OptionBlockObject
		for _, u := range o.Users[:min(len(o.Users), mostOptions)] {
			users = append(users, slack.NewOptionBlockObject(u, plain(clean(u, 75)), nil))
		}
		field := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, userField, users...).WithInitialOption(users[0])
		blocks = append(blocks, slack.NewInputBlock(userField+":"+o.Account, p.label("ask.user"), nil, field))
	}
	if !o.Endless {
		blocks = append(blocks, p.period(o))
	}
	return blocks
}

// hindrances are sentences about why asking would be refused now, and about harm.
func (p Pen) hindrances(o access.Offer) []string {
	var out []string
	if o.Risk == store.High {
		out = append(out, p.Words.Say("ask.high", nil))
	}
	if o.Decision.Refusal != "" {
		out = append(out, "⛔ "+p.WishRefusal(o.Decision))
	}
	return out
}

// presets are durations that people ask for.
var presets = []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 72 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour, 30 * 24 * time.Hour, 90 * 24 * time.Hour}

// period is the field for the duration: the presets up to the rule's longest, with that and the rule's own.
func (p Pen) period(o access.Offer) slack.Block {
	spans := append(slices.Clone(presets), o.Duration, o.Longest)
	slices.Sort(spans)
	var options []*slack.OptionBlockObject
	var own *slack.OptionBlockObject
	for _, d := range slices.Compact(spans) {
		if d > o.Longest {
			break
		}
		each := slack.NewOptionBlockObject(strconv.Itoa(int(d.Seconds())), plain(p.Words.Span(d)), nil)
		if options = append(options, each); d == o.Duration {
			own = each
		}
	}
	field := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, periodField, options...).WithInitialOption(own)
	return slack.NewInputBlock(periodField+":"+o.ID, p.label("card.duration"), nil, field)
}

func (p Pen) ticket(t policy.Ticket) slack.Block {
	hint := plain(p.Words.Say("ask.example", data{"Example": clean(t.Example, ticketLength)}))
	field := slack.NewPlainTextInputBlockElement(nil, ticketField).WithMaxLength(ticketLength)
	return slack.NewInputBlock(ticketField, p.label("card.ticket"), hint, field)
}

// suggestions are the offers in which a text is found, as many as one answer can hold.
func (p Pen) suggestions(offers []access.Offer, typed string) slack.OptionsResponse {
	const room = 18 << 10 // of the 20 KB that Socket Mode takes
	out, size := []*slack.OptionBlockObject{}, 0
	for _, o := range offers {
		about := strings.Join([]string{o.ID, p.thing(o.Kind, o.Target), o.AccountName, o.Account}, " ")
		if !strings.Contains(strings.ToLower(about), strings.ToLower(typed)) {
			continue
		}
		each := p.option(o)
		raw, _ := json.Marshal(each) // texts only: it cannot fail
		if size += len(raw) + 1; size > room || len(out) == mostOptions {
			break
		}
		out = append(out, each)
	}
	return slack.OptionsResponse{Options: out}
}

// WishRefusal says why something cannot be asked for. It is shown as plain text.
func (p Pen) WishRefusal(d policy.Decision) string {
	var facts map[string]string
	if len(d.Why) > 0 {
		facts = d.Why[len(d.Why)-1].Facts
	}
	return p.refusal(d.Refusal, facts)
}

// wishWrong says at the fields of the form all that stands against a request, what is about the same field together.
func (p Pen) wishWrong(cb slack.InteractionCallback, f filled, d policy.Decision) map[string]string {
	wrong := map[string]string{}
	for _, r := range d.Refusals() {
		field := fieldOf(cb, f, r.Key)
		wrong[field] = strings.TrimSpace(wrong[field] + " " + p.refusal(r.Key, r.Facts))
	}
	return wrong
}

// refusal says it by what the sentence names.
func (p Pen) refusal(why string, facts map[string]string) string {
	key := "wish." + why
	switch {
	case why == access.Already && facts["from"] != "":
		key = "wish.already_ahead"
	case why == access.Already && facts["held"] != "":
		key = "wish.already_held"
	case why == access.Waits && facts["from"] != "":
		key = "wish.waits_ahead"
	case why == policy.NoApprover && facts["told"] != "":
		key = "wish.no_approver_told"
	case why == policy.GroupGone && facts["told"] != "":
		key = "wish.group_gone_told"
	}
	return p.Words.Say(key, p.named(facts))
}

// named are the facts of a refusal as its sentence names them.
func (p Pen) named(facts map[string]string) data {
	span := func(key string) string {
		length, _ := time.ParseDuration(facts[key])
		return p.Words.Span(length)
	}
	at := func(key string) string { return p.clockOf(facts[key]) }
	return data{"Why": p.why(facts["code"]), "Longest": span("longest"), "Shortest": span("shortest"), "Latest": at("latest"), "From": at("from"), "Until": at("until"),
		"Example": clean(facts["example"], ticketLength), "Hours": clean(facts["hours"], 200)}
}
