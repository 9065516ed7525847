package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sekisho/handlers/policy"
	"sekisho/store"
)

const hoursExample = `{days: mon-fri, from: "09:00", to: "18:00", outside: refuse}`

var (
	weekdays = form{regexp.MustCompile(`^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$`),
		"a day of the week, or the first and the last of some", "mon-fri"}
	clockTime = form{regexp.MustCompile(`^(([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00)$`), "a time of the day, from 00:00 to 24:00", `"09:00"`}
	outside   = form{regexp.MustCompile(`^(refuse|[0-9]|10)$`),
		"what holds outside of the hours (refuse, or how many approvals are needed more, from 0 to 10)", "refuse"}
)

// readHours returns when the rule holds as it stands, and what holds at other times.
func (r *reader) readHours(s section, zone *time.Location, steps []store.Step) *policy.Hours {
	v, ok := s.values["hours"]
	if !ok {
		return nil
	}
	h, ok := r.section(v, hoursExample, "zone", "days", "from", "to", "outside")
	if !ok {
		return nil
	}
	out := &policy.Hours{Zone: zone, Days: r.readDays(h)}
	if written, ok := h.values["zone"]; ok {
		out.Zone = r.zone(r.word(written, zoneName))
	}
	from, to := h.word("from", clockTime), h.word("to", clockTime)
	out.From, out.To = minutes(from), minutes(to)
	if out.From == out.To && from.value != "" && to.value != "" {
		r.note(to.at, `from and to are the same: write from: "00:00" and to: "24:00" for whole days`)
	}
	if from.value == "24:00" {
		r.note(from.at, `nothing begins at 24:00: write from: "00:00"`)
	}
	otherwise := h.wordOr("outside", "refuse", outside)
	out.Refuse = otherwise.value == "refuse"
	out.More, _ = strconv.Atoi(otherwise.value) // refuse is no number
	need := out.More
	for _, step := range steps {
		need += step.Count
	}
	if out.More > 0 && need > r.listed && !r.doubt {
		r.note(otherwise.at, `"people" lists %s, so %d approvals can never be had: write a smaller number, or refuse`, plural(r.listed, "person"), need)
	}
	return out
}

// readDays returns the days of the week: all unless said.
func (r *reader) readDays(h section) (out [7]bool) {
	v, ok := h.values["days"]
	if !ok {
		return [7]bool{true, true, true, true, true, true, true}
	}
	for _, w := range r.words(v, weekdays) {
		if w.value == "" {
			continue
		}
		first, last, ranged := strings.Cut(w.value, "-")
		i := slices.Index(policy.Weekdays, first)
		for {
			day := (i + 1) % 7 // time.Weekday begins with Sunday
			if out[day] {
				r.note(w.at, "%s is named twice: once is enough", policy.Weekdays[i])
			}
			if out[day] = true; !ranged || policy.Weekdays[i] == last {
				break
			}
			i = (i + 1) % 7
		}
	}
	return out
}

func minutes(w word) int {
	hour, minute, _ := strings.Cut(w.value, ":")
	h, _ := strconv.Atoi(hour) // the form lets nothing else through; "" is told
	m, _ := strconv.Atoi(minute)
	return h*60 + m
}

// zone returns a time zone by its name, nil if there is none, which is told.
func (r *reader) zone(name word) *time.Location {
	if name.value == "" {
		return nil
	}
	zone, err := time.LoadLocation(name.value)
	if err != nil || name.value == "Local" {
		r.note(name.at, "%s is not a time zone that is known here: write one such as Asia/Tokyo, Europe/Berlin or UTC", quote(name.value))
		return nil
	}
	return zone
}
