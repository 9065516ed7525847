package cli

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
)

// secret is what must not stand in a log, whoever put it into an error: Slack's tokens, the tickets of its connections
// and its response URLs, AWS's signatures and session tokens.
var secret = regexp.MustCompile(`xox[a-z](?:\.xox[a-z])?-[\w-]+|xapp-[\w-]+|(hooks\.slack\.com/)[^\s"']+|(/link/)[^\s"']+` +
	`|(?i)((?:ticket|signature|security-token|secretaccesskey|sessiontoken)["']?[=:]\s*"?)[^&\s"']+`)

// unseen is what a terminal may obey or not show though JSON leaves it as it is: the second set of control characters, and
// marks that turn the direction of a text.
var unseen = regexp.MustCompile(`[\x{7f}-\x{9f}\p{Cf}]`)

// discreet is a text without its secrets, in which nothing acts.
func discreet(text string) string {
	return unseen.ReplaceAllString(secret.ReplaceAllString(text, "$1$2$3***"), "\ufffd")
}

// logger writes JSON lines, each value without secrets, and durations as people write them.
func logger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch a.Value.Kind() {
		case slog.KindString:
			a.Value = slog.StringValue(discreet(a.Value.String()))
		case slog.KindDuration:
			a.Value = slog.StringValue(a.Value.Duration().String())
		case slog.KindAny: // an error, or what a panic was called with, which may be anything
			text := fmt.Sprint(a.Value.Any())
			if _, is := a.Value.Any().(error); is || discreet(text) != text {
				a.Value = slog.StringValue(discreet(text))
			}
		}
		return a
	}}))
}
