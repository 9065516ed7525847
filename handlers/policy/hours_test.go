package policy_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"sekisho/handlers/policy"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// workdays are Monday to Friday.
var workdays = [7]bool{false, true, true, true, true, true, false}

func TestHours(t *testing.T) {
	day := policy.Hours{Days: workdays, From: 9 * 60, To: 18 * 60}
	night := policy.Hours{Days: [7]bool{time.Friday: true}, From: 22 * 60, To: 6 * 60}
	sunday := policy.Hours{Days: [7]bool{time.Saturday: true}, From: 22 * 60, To: 6 * 60}
	whole := policy.Hours{Days: [7]bool{time.Sunday: true}, To: 24 * 60}
	early := policy.Hours{Days: [7]bool{true, true, true, true, true, true, true}, From: 2*60 + 15, To: 2*60 + 45}
	for _, c := range []struct {
		name  string
		hours policy.Hours
		zone  string
		at    string // UTC
		want  bool
	}{
		{"the first minute", day, "Asia/Tokyo", "2026-11-24T00:00:00Z", true},
		{"the moment before", day, "Asia/Tokyo", "2026-11-23T23:59:59Z", false},
		{"the last moment", day, "Asia/Tokyo", "2026-11-24T08:59:59Z", true},
		{"the end", day, "Asia/Tokyo", "2026-11-24T09:00:00Z", false},
		{"the same in another zone", day, "Europe/Berlin", "2026-11-24T09:00:00Z", true},
		{"Monday in Tokyo, Sunday in UTC", day, "Asia/Tokyo", "2026-11-23T01:00:00Z", true},
		{"Saturday in Tokyo", day, "Asia/Tokyo", "2026-11-28T01:00:00Z", false},
		{"Friday in Los Angeles, Saturday in UTC", day, "America/Los_Angeles", "2026-11-28T01:00:00Z", true},
		{"the beginning of a night", night, "Asia/Tokyo", "2026-11-27T13:00:00Z", true},
		{"midnight", night, "Asia/Tokyo", "2026-11-27T15:00:00Z", true},
		{"the morning after", night, "Asia/Tokyo", "2026-11-27T20:59:00Z", true},
		{"the end of a night", night, "Asia/Tokyo", "2026-11-27T21:00:00Z", false},
		{"the morning before", night, "Asia/Tokyo", "2026-11-26T20:00:00Z", false},
		{"the evening after", night, "Asia/Tokyo", "2026-11-28T13:00:00Z", false},
		{"the morning after Saturday night", sunday, "Asia/Tokyo", "2026-11-28T20:00:00Z", true},
		{"the last minute of a whole day", whole, "Asia/Tokyo", "2026-11-22T14:59:00Z", true},
		{"the day after a whole day", whole, "Asia/Tokyo", "2026-11-22T15:00:00Z", false},
		{"09:00 in summer", day, "Europe/Berlin", "2026-07-01T07:00:00Z", true},
		{"08:59 in summer", day, "Europe/Berlin", "2026-07-01T06:59:00Z", false},
		{"09:00 in winter", day, "Europe/Berlin", "2026-12-01T08:00:00Z", true},
		{"08:59 in winter", day, "Europe/Berlin", "2026-12-01T07:59:00Z", false},
		{"02:30 the first time", early, "Europe/Berlin", "2026-10-25T00:30:00Z", true},
		{"02:30 once more, the clock was put back", early, "Europe/Berlin", "2026-10-25T01:30:00Z", true},
		{"02:30 that is not there, the clock was put forward", early, "Europe/Berlin", "2026-03-29T01:30:00Z", false},
		{"02:30 of any day", early, "Europe/Berlin", "2026-03-30T00:30:00Z", true},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		c.hours.Zone = zone(t, c.zone)
		if got := c.hours.In(at); got != c.want {
			t.Errorf("%s: %s is within %s: %t", c.name, at.In(c.hours.Zone).Format("Mon 15:04"), &c.hours, got)
		}
	}
	if always := (*policy.Hours)(nil); !always.In(start) {
		t.Error("without hours it is outside of them")
	}
}

// Whatever the hours and the zone: what the clock on the wall shows decides, minute by minute, for two whole weeks in
// which clocks are put back.
func TestHoursFollowTheWallClock(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := policy.Hours{Zone: zone(rt, rapid.SampledFrom([]string{"Asia/Tokyo", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"}).Draw(rt, "zone")),
			From: rapid.IntRange(0, 1439).Draw(rt, "from"), To: rapid.IntRange(0, 1440).Draw(rt, "to")}
		for i := range h.Days {
			h.Days[i] = rapid.Bool().Draw(rt, "day")
		}
		if h.From == h.To {
			return
		}
		at := time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 14*24*60).Draw(rt, "minute")) * time.Minute)
		wall := at.In(h.Zone)
		minute, want := wall.Hour()*60+wall.Minute(), false
		for back := range 2 { // a window that begins today, or has begun yesterday
			begins, now := h.Days[(int(wall.Weekday())+7-back)%7], minute+back*1440
			end := h.To
			if end < h.From {
				end += 1440
			}
			want = want || begins && h.From <= now && now < end
		}
		if got := h.In(at); got != want {
			rt.Fatalf("%s is within %s: %t", wall, &h, got)
		}
	})
}

func TestHoursInWords(t *testing.T) {
	for want, days := range map[string][7]bool{
		"mon-fri 09:05-24:00 Asia/Tokyo":         workdays,
		"mon-sun 09:05-24:00 Asia/Tokyo":         {true, true, true, true, true, true, true},
		"sat,sun 09:05-24:00 Asia/Tokyo":         {true, false, false, false, false, false, true},
		"mon,wed,fri-sun 09:05-24:00 Asia/Tokyo": {time.Monday: true, time.Wednesday: true, time.Friday: true, time.Saturday: true, time.Sunday: true},
	} {
		h := policy.Hours{Zone: zone(t, "Asia/Tokyo"), Days: days, From: 9*60 + 5, To: 24 * 60}
		if got := h.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
