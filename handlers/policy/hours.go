package policy

import (
	"fmt"
	"strings"
	"time"
)

// Hours are the working hours of a rule: from one time of the clock to another, on some days of the week, in one zone.
// They follow the clock on the wall, also where it is put forward or back. Holidays are days like others to them.
type Hours struct {
	Zone     *time.Location
	Days     [7]bool // by time.Weekday
	From, To int     // minutes of the day, To at most 1440. From after To is a night, which belongs to the day it begins on
	Refuse   bool    // outside of them nothing can be asked for
	More     int     // approvals that are needed more outside of them
}

// In tells whether a time is within the hours; every time is where there are none.
func (h *Hours) In(t time.Time) bool {
	if h == nil {
		return true
	}
	t = t.In(h.Zone)
	today, minute := t.Weekday(), t.Hour()*60+t.Minute()
	if h.From < h.To {
		return h.Days[today] && h.From <= minute && minute < h.To
	}
	yesterday := (today + 6) % 7
	return h.Days[today] && minute >= h.From || h.Days[yesterday] && minute < h.To
}

// String writes mon-fri 09:00-18:00 Asia/Tokyo.
func (h *Hours) String() string {
	return fmt.Sprintf("%s %02d:%02d-%02d:%02d %s", h.days(), h.From/60, h.From%60, h.To/60, h.To%60, h.Zone)
}

// Weekdays are the names of the days as the configuration has them, in the order of a working week.
var Weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// days names days that follow one another by the first and the last.
func (h *Hours) days() string {
	var out []string
	for i := 0; i < len(Weekdays); i++ {
		first := i
		for i < len(Weekdays) && h.Days[(i+1)%7] {
			i++
		}
		switch n := i - first; {
		case n > 2:
			out = append(out, Weekdays[first]+"-"+Weekdays[i-1])
		case n > 0:
			out = append(out, Weekdays[first:i]...)
		}
	}
	return strings.Join(out, ",")
}
