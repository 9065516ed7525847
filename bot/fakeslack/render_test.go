package fakeslack_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
)

func TestRender(t *testing.T) {
	s := fakeslack.New(workspace())
	defer s.Close()
	raw, err := json.Marshal([]slack.Block{
		slack.NewHeaderBlock(plain("アクセス申請")),
		slack.NewSectionBlock(mrkdwn("<@U1> asks for &lt;prod&gt; &amp; more, see <https://x.test|the runbook>"), nil, nil),
		slack.NewSectionBlock(nil, []*slack.TextBlockObject{
			mrkdwn("*対象*\nprod-operator"), mrkdwn("*利用期間*\n4h"),
			mrkdwn("*Ends*\n<!date^1795238400^{date_short_pretty} {time}|2026-11-22 14:05 JST>"), mrkdwn("*承認*\n<!subteam^S1>"),
			mrkdwn("*Odd one*\n<#C1> <!here>"),
		}, nil),
		slack.NewRichTextBlock("r",
			&slack.RichTextQuote{
				Type:     slack.RTEQuote,
				Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement("line 1\nline 2", nil)},
			}),
		slack.NewDividerBlock(),
		slack.NewActionBlock("a", button(), slack.NewButtonBlockElement("no", "", plain("Deny"))),
		slack.NewContextBlock("c", mrkdwn("id *G1*"), plain("rule <none>")),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `アクセス申請
============
@山田 太郎 asks for <prod> & more, see the runbook (https://x.test)
*対象*                 *利用期間*
prod-operator          4h
*Ends*                 *承認*
2026-11-22 14:05 JST   @leads
*Odd one*
#access @here
| line 1
| line 2
------------------------------------------------
[ Approve ] [ Deny ]
  id *G1*  rule <none>
`
	if diff := cmp.Diff(want, s.Render(fakeslack.Message{Blocks: raw})); diff != "" {
		t.Error(diff)
	}
	if got := s.Render(fakeslack.Message{Text: "to <@U2>, <@U9>"}); got != "to @Kim, @U9\n" {
		t.Errorf("text alone: %q", got)
	}
}
