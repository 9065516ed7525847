package bot

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"sekisho/handlers/access"
	"sekisho/store"
)

// homeMore is the action id of the buttons that turn the pages of a Home tab. Their value is where a page begins.
const homeMore = "home_more"

// homeAsk is the action id of its button that opens the form of a request.
const homeAsk = "home_ask"

// Cards is where cards are.
type Cards struct {
	Channel string
	Links   map[store.Card]string // of those that are known
}

// Home draws a person's Home tab: what they have, what waits for them, the rotations on which they may press, what they have
// decided, and a page of what is over. What is to be decided is decided on its card, which shows all that one should know.
func (p Pen) Home(a access.Access, cards Cards) slack.HomeTabViewRequest {
	h := homeTab{pen: p}
	ask := slack.NewButtonBlockElement(homeAsk, "", plain(p.Words.Say("ask.title", nil))).WithStyle(slack.StylePrimary)
	h.blocks = append(h.blocks, slack.NewActionBlock(homeAsk, ask)) // named, so that it is the same when the tab is drawn anew
	h.head("home.held", len(a.Held))
	for _, g := range a.Held {
		h.say(p.holds(g))
		if row := p.own(g); len(row) > 0 {
			h.blocks = append(h.blocks, slack.NewActionBlock(g.ID, row...)) // named, as other rows have the same buttons
		}
	}
	h.head("home.waiting", len(a.Waiting)+len(a.Rotations.Waiting))
	for _, g := range a.Waiting {
		h.say(p.waiting(g, cards))
	}
	for _, t := range a.Rotations.Waiting {
		h.say(p.waitingTask(t, cards))
	}
	if len(a.Rotations.Open) > 0 { // most people never rotate anything
		h.head("home.rotations", len(a.Rotations.Open))
	}
	for _, t := range a.Rotations.Open {
		h.say(p.rotating(t, cards))
	}
	if a.Cut {
		h.say(p.Words.Say("home.cut", nil))
	}
	if n := len(a.Decided) + len(a.Rotations.Decided); n > 0 { // nor decide anything
		h.head("home.decided", n)
	}
	for _, g := range a.Decided {
		h.say(p.decided(g))
	}
	for _, t := range a.Rotations.Decided {
		h.say(p.rotating(t, cards))
	}
	h.head("home.past", len(a.Past))
	for _, g := range a.Past {
		h.say(p.past(g))
	}
	if pages := p.pages(a); len(pages) > 0 {
		h.blocks = append(h.blocks, slack.NewActionBlock(homeMore, pages...))
	}
	h.blocks = append(h.blocks, slack.NewContextBlock("", markdown(p.Words.Say("home.language", nil))))
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: h.blocks}}
}

// homeTab is one that is being drawn.
type homeTab struct {
	pen    Pen
	blocks []slack.Block
}

func (h *homeTab) head(key string, rows int) {
	h.blocks = append(h.blocks, slack.NewHeaderBlock(plain(h.pen.Words.Say(key, nil))))
	if rows == 0 {
		h.say(h.pen.Words.Say("home.none", nil))
	}
}

func (h *homeTab) say(text string) {
	h.blocks = append(h.blocks, slack.NewSectionBlock(markdown(text), nil, nil))
}

// place is the state of a grant and where it is.
func (p Pen) place(g store.Grant) data {
	return data{"State": mark(g) + " *" + p.state(g) + "*", "Target": code(g.Target), "Account": name(g.AccountName, g.Account)}
}

// ends says when access ends, or the request for what was there before.
func (p Pen) ends(g store.Grant) string {
	key := "home.ends"
	if isHeld(g) {
		key = "held.home." + g.Kind
	}
	return p.Words.Say(key, data{"At": when(g.Until, p.Zone)})
}

// holds is a grant to whom it belongs.
func (p Pen) holds(g store.Grant) string {
	line := p.Words.Say("home.line", p.place(g))
	switch {
	case g.State == store.Asked:
		line += "\n" + p.Words.Say("home.lapses", data{"At": when(g.Lapses, p.Zone)})
	case g.State == store.Approved || g.State == store.Active:
		line += "\n" + p.ends(g)
	}
	if isExtending(g) {
		line += "\n" + p.extension(g)
	}
	return line
}

// own are the buttons of whom the grant belongs to.
func (p Pen) own(g store.Grant) []slack.BlockElement {
	switch {
	case g.State == store.Active || g.Ahead():
		return p.holders(g)
	case g.State == store.Asked && g.Origin == store.Requested:
		return []slack.BlockElement{p.button(g, store.Withdraw)}
	}
	return nil
}

// waiting is a grant to who may approve it, or its extension.
func (p Pen) waiting(g store.Grant, cards Cards) string {
	d, by := p.place(g), g.Lapses
	if isExtending(g) {
		d["State"], by = "⏳ *"+p.Words.Say("home.extension", nil)+"*", g.Until
	}
	d["Who"], d["User"], d["At"] = p.who(g.Subject), code(g.Subject.User), when(by, p.Zone)
	d["Card"] = p.card(g.Card, cards)
	line := p.Words.Say("home.waiting_line", d)
	if isRisky(g) {
		line += "\n" + p.Words.Say("card.high", nil)
	}
	return line
}

// waitingTask is a rotation to who may approve it.
func (p Pen) waitingTask(t store.Task, cards Cards) string {
	return p.Words.Say("home.rotation_waiting", data{"State": taskMark(t) + " *" + p.taskState(t) + "*", "Who": p.beginner(t.By), "User": code(t.User),
		"Account": name(t.AccountName, t.Account), "At": when(t.Lapses, p.Zone), "Card": p.card(t.Card, cards)})
}

// rotating is a rotation to who may press on it, or has approved or denied it.
func (p Pen) rotating(t store.Task, cards Cards) string {
	return p.Words.Say("home.rotation", data{"State": taskMark(t) + " *" + p.taskState(t) + "*", "User": code(t.User),
		"Account": name(t.AccountName, t.Account), "Card": p.card(t.Card, cards)})
}

// card links to a card, or names the channel that it is in.
func (p Pen) card(at store.Card, cards Cards) string {
	if link := cards.Links[at]; link != "" {
		return p.Words.Say("home.card", data{"Link": escaper.Replace(link)})
	}
	return p.Words.Say("home.card_in", data{"Channel": mentionChannel(cards.Channel)})
}

// decided is a grant to who has approved or denied it.
func (p Pen) decided(g store.Grant) string {
	d := p.place(g)
	d["Who"], d["User"], d["At"] = p.who(g.Subject), code(g.Subject.User), when(g.Asked, p.Zone)
	return p.Words.Say("home.decided_line", d)
}

// past is a grant that is over.
func (p Pen) past(g store.Grant) string {
	d := p.place(g)
	d["At"] = when(g.Asked, p.Zone)
	return p.Words.Say("home.past_line", d)
}

// pages are the buttons to what is older, and back to what is newest.
func (p Pen) pages(a access.Access) []slack.BlockElement {
	var out []slack.BlockElement
	if a.From > 0 {
		out = append(out, slack.NewButtonBlockElement(homeMore, "0", plain(p.Words.Say("home.newest", nil))))
	}
	if a.More {
		older := slack.NewButtonBlockElement(homeMore+"_older", strconv.Itoa(a.From+access.PageLength), plain(p.Words.Say("home.older", nil)))
		out = append(out, older)
	}
	return out
}

// slackChannel is what a Slack channel's id looks like.
var slackChannel = regexp.MustCompile(`^[CG][A-Z0-9]{1,30}$`)

// mentionChannel names a channel, which Slack makes a link to it.
func mentionChannel(id string) string {
	if !slackChannel.MatchString(id) {
		return codeOf(id, 32)
	}
	return "<#" + id + ">"
}

// opened tells who has opened their Home tab, or turned a page of it, and where the page begins.
func opened(event socketmode.Event) (user string, from int, ok bool) {
	switch data := event.Data.(type) {
	case slackevents.EventsAPIEvent:
		if e, is := data.InnerEvent.Data.(*slackevents.AppHomeOpenedEvent); is && (e.Tab == "" || e.Tab == "home") {
			return e.User, 0, slackUser.MatchString(e.User)
		}
	case slack.InteractionCallback:
		actions := data.ActionCallback.BlockActions
		if data.Type != slack.InteractionTypeBlockActions || len(actions) != 1 || !strings.HasPrefix(actions[0].ActionID, homeMore) {
			return "", 0, false
		}
		from, err := strconv.Atoi(actions[0].Value)
		return data.User.ID, from, err == nil && from >= 0 && from < mostPast && slackUser.MatchString(data.User.ID)
	}
	return "", 0, false
}

// asksForForm tells whether a Home tab's button was pressed that opens the form of a request.
func asksForForm(cb slack.InteractionCallback) bool {
	actions := cb.ActionCallback.BlockActions
	return cb.Type == slack.InteractionTypeBlockActions && cb.View.Type == slack.VTHomeTab && len(actions) == 1 && actions[0].ActionID == homeAsk
}

// mostPast is how far back the pages go.
const mostPast = 1000
