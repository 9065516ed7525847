package bot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
	"sekisho/store"
)

func TestWrongTokensEndTheRun(t *testing.T) {
	for _, c := range []struct{ name, bot, app, want string }{
		{"unknown app token", botToken, "xapp-other", "SLACK_APP_TOKEN"},
		{"no app token", botToken, "", "SLACK_APP_TOKEN"},
		{"the bot's token for the app's", botToken, botToken, "SLACK_APP_TOKEN"},
		{"unknown bot token", "xoxb-other", appToken, "SLACK_BOT_TOKEN"},
		{"no bot token", "", appToken, "SLACK_BOT_TOKEN"},
		{"the app's token for the bot's", appToken, appToken, "SLACK_BOT_TOKEN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				err := w.bot(c.bot, c.app).Run(ctx, &desk{})
				var answer slack.SlackErrorResponse
				if !errors.As(err, &answer) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
					t.Errorf("error %v: want one line with Slack's answer and %s", err, c.want)
				}
				if token := strings.TrimPrefix(c.bot+c.app, "xoxb-botxapp-app"); strings.Contains(err.Error(), token) {
					t.Errorf("the error shows the token: %v", err)
				}
			})
		})
	}
}

// TestSlackIsDownAtTheStart: that is no reason to end.
func TestSlackIsDownAtTheStart(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		w.failing(func(fakeslack.Call) *fakeslack.Failure { return &fakeslack.Failure{Status: 503} })
		time.AfterFunc(10*time.Minute, func() { w.failing(nil) })
		d := &desk{}
		stop := w.run(d)
		if delivery := w.click(sato, w.post(request()), store.Approve); !delivery.Acked {
			t.Errorf("delivery %+v", delivery)
		}
		if !strings.Contains(w.log.String(), "503") {
			t.Errorf("the log does not say what was wrong: %s", w.log)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}
