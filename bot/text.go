package bot

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// clean takes out of a text from outside what does not show but acts (control characters, newlines, bidirectional
// marks, zero width) and cuts it to a number of runes.
func clean(s string, limit int) string {
	out := []rune{}
	for _, r := range strings.ToValidUTF8(s, "�") {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			r = ' '
		}
		out = append(out, r)
	}
	if len(out) > limit {
		out = append(out[:limit-1], '…')
	}
	return strings.TrimSpace(string(out))
}

// code shows a text from outside in a code span, in which nothing is markup.
func code(s string) string {
	s = strings.ReplaceAll(clean(s, 128), "`", "'")
	if s == "" {
		return ""
	}
	return "`" + escape(s) + "`"
}

// escape writes the three characters that Slack reads (https://docs.slack.dev/messaging/formatting-message-text#escaping).
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// mention names a person by their Slack user id.
func mention(id string) string {
	if id == "" || strings.ContainsFunc(id, func(r rune) bool { return !(r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') }) {
		return code(id)
	}
	return "<@" + id + ">"
}

// when shows a time in the reader's zone and words
// (https://docs.slack.dev/messaging/formatting-message-text#date-formatting).
func when(t time.Time, zone *time.Location) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), t.In(zone).Format("2006-01-02 15:04 MST"))
}
