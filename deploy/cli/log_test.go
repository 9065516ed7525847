package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode"
)

// Whoever puts a secret into an error, and however, it does not reach the log. What surrounds it does.
func TestLogKeepsSecrets(t *testing.T) {
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"bot token":        {"token xoxb-12-ab_C is bad", "token *** is bad"},
		"refresh token":    {"xoxe.xoxp-1-abc!", "***!"},
		"app token":        {errors.New("Post: xapp-1-A0-99-ff: refused"), "Post: ***: refused"},
		"ticket":           {fmt.Errorf("dial wss://wss-primary.slack.com/link/?ticket=f00&app_id=A0: %w", errors.New("EOF")), "wss-primary.slack.com/link/*** EOF"},
		"response URL":     {"post https://hooks.slack.com/actions/T0/1/abc failed", "post https://hooks.slack.com/*** failed"},
		"query":            {"https://sts/?X-Amz-Signature=0f0f&X-Amz-Date=1", "X-Amz-Signature=***&X-Amz-Date=1"},
		"header":           {"x-amz-security-token:FwoG host:sts", "x-amz-security-token:*** host:sts"},
		"JSON":             {`{"SecretAccessKey": "abc/d", "SessionToken":"e+f"}`, `{\"SecretAccessKey\": \"***\", \"SessionToken\":\"***\"}`},
		"value of a panic": {struct{ Token string }{"xoxb-1"}, "{***}"},
		"list":             {[]string{"a", "xapp-1-b"}, "[a ***]"},
		"group":            {slog.GroupValue(slog.Any("err", errors.New("xoxb-9"))), `{"err":"***"}`},
		"duration":         {90 * time.Second, `"1m30s"`},
		"nothing secret":   {errors.New("no such host"), "no such host"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			logger(&out).Error("it fails", "value", c.value)
			if !strings.Contains(out.String(), c.want) {
				t.Errorf("want %q in\n%s", c.want, out.String())
			}
		})
	}
	var out strings.Builder
	logger(&out).Error("told by xoxb-1-2") // the sentence itself
	if strings.Contains(out.String(), "xoxb-") {
		t.Error(out.String())
	}
}

// Whatever somebody else writes, a line of the log is one line of JSON in which no terminal finds a command.
func TestLogIsOneLine(t *testing.T) {
	const hostile = "a\nlevel=ERROR\r\x1b[2J\x00\u2028b\x7f\u009b31m\u202ec\u200b"
	var out strings.Builder
	logger(&out).Warn(hostile, "text", hostile, "err", errors.New(hostile), "list", []string{hostile})
	line, more, _ := strings.Cut(out.String(), "\n")
	if more != "" || !json.Valid([]byte(line)) || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("%q", out.String())
	}
}
