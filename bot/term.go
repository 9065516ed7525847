package bot

import (
	"time"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// term says for when a request asks: from a time on, to a time, or for how long.
func (p Pen) term(g store.Grant) string {
	d := data{"From": when(g.From, p.Zone), "To": when(g.To, p.Zone), "Duration": p.Words.Span(g.Duration)}
	switch {
	case g.From.IsZero() && g.To.IsZero():
		return p.Words.Span(g.Duration)
	case g.To.IsZero():
		return p.Words.Say("card.from_for", d)
	case g.From.IsZero():
		return p.Words.Say("card.until", d)
	}
	return p.Words.Say("card.from_until", d)
}

// moments are the two fields for when access begins and ends. They stay what they are whatever is asked for.
func (p Pen) moments() []slack.Block {
	moment := func(id, label, hint string) slack.Block {
		return slack.NewInputBlock(id, p.label(label), p.label(hint), slack.NewDateTimePickerBlockElement(id)).WithOptional(true)
	}
	return []slack.Block{moment(startsField, "ask.starts", "ask.starts_hint"), moment(endsField, "ask.ends", "ask.ends_hint")}
}

// momentOf reads one of them. None is the zero time.
func momentOf(field slack.BlockAction) time.Time {
	if field.SelectedDateTime == 0 {
		return time.Time{}
	}
	return time.Unix(field.SelectedDateTime, 0)
}

// clock writes a time where Slack shows no dates: in plain text, and in a header.
func (p Pen) clock(t time.Time) string { return t.In(p.Zone).Format("2006-01-02 15:04 MST") }
