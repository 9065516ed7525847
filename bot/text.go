package bot

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// unseen is what does not show but acts: control characters, line ends, bidirectional marks, zero width, fillers.
var unseen = []*unicode.RangeTable{unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point}

// clean makes a text from outside one line of at most limit runes. What does not show becomes a space, which does.
func clean(s string, limit int) string {
	visible := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Variation_Selector, r):
			return -1 // picks the glyph of the rune before it, and is none itself
		case unicode.In(r, unseen...):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	return cut(strings.Join(strings.Fields(visible), " "), limit)
}

// cut shortens a text to a number of runes.
func cut(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return cutAfter(runes, limit-1)
}

// cutAfter cuts after a number of runes and shows that it did. A letter keeps what is drawn onto it, or goes too.
func cutAfter(runes []rune, end int) string {
	for end > 0 && (unicode.Is(unicode.M, runes[end]) || isSkinTone(runes[end])) {
		end--
	}
	return strings.TrimSpace(string(runes[:end])) + "…"
}

func isSkinTone(r rune) bool { return r >= '🏻' && r <= '🏿' }

// code shows a text from outside in a code span, in which nothing is markup. No name that IAM allows is cut.
func code(s string) string { return codeOf(s, 128) }

// codeOf is code with at most limit runes between its marks, as Slack counts them: after escaping.
func codeOf(s string, limit int) string {
	s = escapable(strings.ReplaceAll(clean(s, limit), "`", "'"), limit)
	if s == "" {
		return ""
	}
	return "`" + escaper.Replace(s) + "`"
}

// escapable cuts a text so that it has at most limit runes once it is escaped.
func escapable(s string, limit int) string {
	if utf8.RuneCountInString(escaper.Replace(s)) <= limit {
		return s
	}
	kept, room := 0, limit-1 // the sign that it was cut is one more
	for _, r := range s {
		if room -= utf8.RuneCountInString(escaper.Replace(string(r))); room < 0 {
			break
		}
		kept++
	}
	return cutAfter([]rune(s), kept)
}

// escaper writes the three characters that Slack reads (https://docs.slack.dev/messaging/formatting-message-text#escaping).
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// slackUser is what a Slack user's id looks like. An IAM tag can say anything, "HERE" as well.
var slackUser = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)

// mention names a person by their Slack user id.
func mention(id string) string {
	if !slackUser.MatchString(id) {
		return codeOf(id, 32)
	}
	return "<@" + id + ">"
}

// slackGroup is what a Slack user group's id looks like.
var slackGroup = regexp.MustCompile(`^S[A-Z0-9]{1,30}$`)

// mentionGroup calls all of a user group (https://docs.slack.dev/messaging/formatting-message-text#mentioning-groups).
func mentionGroup(id string) string {
	if !slackGroup.MatchString(id) {
		return codeOf(id, 32)
	}
	return "<!subteam^" + id + ">"
}

// when shows a time in the reader's zone and words
// (https://docs.slack.dev/messaging/formatting-message-text#date-formatting).
func when(t time.Time, zone *time.Location) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), t.In(zone).Format("2006-01-02 15:04 MST"))
}
