package trail

import (
	"strings"
	"time"
)

// clean makes somebody else's text fit to be shown: at most limit characters, and a question mark for each that is not
// printable ASCII. An address and a service's name, such as "cloudformation.amazonaws.com" or "AWS Internal", come
// through as they are.
func clean(s string, limit int) string {
	var b strings.Builder
	for _, c := range s {
		if b.Len() == limit {
			break
		}
		if c < ' ' || c > '~' {
			c = '?'
		}
		b.WriteRune(c)
	}
	return b.String()
}

// The first is what CloudTrail documents; the others are what exports of it contain. Each takes a fraction of a second.
var layouts = []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05Z0700"}

// eventTime reads a time in UTC, or returns the zero time where there is none: the caller has a clock.
func eventTime(s string) time.Time {
	for _, layout := range layouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		t = t.UTC()
		if t.Year() < 1 || t.Year() > 9999 { // an offset led out of the calendar, and JSON cannot hold it
			return time.Time{}
		}
		return t
	}
	return time.Time{}
}

// mfa is "yes", "no", or empty where the record says neither.
func mfa(used string) string {
	switch answer := strings.ToLower(used); answer {
	case "yes", "no":
		return answer
	}
	return ""
}
