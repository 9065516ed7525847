package handlers

import "time"

// Daily is a time of each day.
type Daily struct {
	At   int // minutes after midnight
	Zone *time.Location
}

// Due returns the latest time at which it was due.
func (d Daily) Due(now time.Time) time.Time {
	local := now.In(d.Zone)
	at := func(day int) time.Time {
		return time.Date(local.Year(), local.Month(), day, d.At/60, d.At%60, 0, 0, d.Zone)
	}
	if today := at(local.Day()); !today.After(now) {
		return today
	}
	return at(local.Day() - 1)
}
