package bot

import (
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// term says for when a request asks: from a time on, to a time, or for how long. What has no end has a time to give it in,
// which is nobody's concern who decides on it.
func (p Pen) term(g store.Grant) string {
	lasts := p.Words.Span(g.Duration)
	if g.Endless {
		lasts = p.Words.Say("card.endless", nil)
	}
	d := data{"From": when(g.From, p.Zone), "To": when(g.To, p.Zone), "Duration": lasts}
	switch {
	case g.From.IsZero() && (g.To.IsZero() || g.Endless):
		return lasts
	case g.To.IsZero() || g.Endless:
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

// clockOf writes a time that is given in seconds; nothing for what is none.
func (p Pen) clockOf(seconds string) string {
	sec, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return ""
	}
	return p.clock(time.Unix(sec, 0))
}

// clock writes a time where Slack shows no dates: in plain text, and in a header.
func (p Pen) clock(t time.Time) string { return t.In(p.Zone).Format("2006-01-02 15:04 MST") }
