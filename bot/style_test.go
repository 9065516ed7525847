package bot

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestTableOfWords holds the words that were agreed on with those who read them every day.
func TestTableOfWords(t *testing.T) {
	for key, want := range map[string][2]string{
		"card.account":                {"AWS account", "AWSアカウント"},
		"card.target.iam-group":       {"IAM group", "IAMユーザーグループ"},
		"card.duration":               {"Duration", "利用期間"},
		"card.ends":                   {"Ends", "終了日時"},
		"ask.starts":                  {"Starts", "開始日時"},
		"ask.ends":                    {"Ends", "終了日時"},
		"card.who":                    {"Requester", "申請者"},
		"button.approve":              {"Approve", "承認"},
		"button.deny":                 {"Deny", "却下"},
		"ask.title":                   {"Request access", "アクセス申請"},
		"ask.submit":                  {"Submit", "申請する"},
		"ask.cancel":                  {"Cancel", "キャンセル"},
		"ask.target":                  {"Target", "対象"},
		"ask.reason":                  {"Reason", "申請理由"},
		"card.ticket":                 {"Ticket", "チケット番号"},
		"wish.not_asker":              {"You aren't eligible for this", "この権限は申請できません"},
		"wish.too_long":               {"Longest allowed is 4 hours", "利用期間は最大4時間です"},
		"deny.reason":                 {"Reason for denial", "却下理由"},
		"deny.cancel":                 {"Cancel", "キャンセル"},
		"state.asked":                 {"Pending approval", "承認待ち"},
		"card.asked_of":               {"Pending approval, 1 of 2 approvals", "承認待ち、承認 1/2"},
		"state.approved":              {"Granting", "付与処理中"},
		"state.active":                {"Active", "利用中"},
		"state.denied":                {"Denied", "却下"},
		"state.withdrawn":             {"Withdrawn", "取り下げ"},
		"state.lapsed":                {"Timed out", "申請期限切れ"},
		"state.expire":                {"Expired", "失効"},
		"state.revoke":                {"Revoked", "取り消し済み"},
		"state.refuse":                {"Failed", "失敗"},
		"card.trouble_take.iam-group": {"Could not revoke: act now", "失効処理に失敗しました(要対応)"},
		"thread.fail_take":            {"Could not revoke: act now", "失効処理に失敗しました(要対応)"},
		"button.finish":               {"Finish now", "利用を終了"},
		"button.revoke":               {"Revoke", "取り消す"},
		"button.mine":                 {"That was me", "自分の操作です"},
		"button.not_mine":             {"Not me", "心当たりがありません"},
		"button.keep.not_me":          {"Acknowledge", "確認済みにする"},
		"card.mfa_yes":                {"MFA used", "MFAあり"},
		"card.mfa_no":                 {"MFA not used", "MFAなし"},
		"refusal.own":                 {"You can't approve your own request", "自分の申請は承認できません"},
		"refusal.not_approver":        {"You aren't an approver for this", "この申請の承認権限がありません"},
		"button.put_back":             {"Put the old key back", "元のキーに戻す"},
		"button.again":                {"Try again", "再試行"},
		"button.delete":               {"Delete now", "今すぐ削除"},
		"button.rotate":               {"Rotate key", "キーをローテーション"},
		"refusal.late_approved":       {"Already approved by <@U0SATO>", "すでに <@U0SATO> さんが承認しています"},
	} {
		for i, language := range languages {
			got := In(language).Say(key, data{"N": 1, "M": 2, "By": mention(sato), "Longest": In(language).Span(4 * time.Hour)})
			if sentence.MatchString(key) && strings.Contains(got, want[i]) {
				continue // the rest of it is not in the table
			}
			if got != want[i] {
				t.Errorf("%s in %s is %q, want %q", key, language, got, want[i])
			}
		}
	}
}

var (
	// sentence is what the keys of sentences begin with: what is no sentence is a label.
	sentence = regexp.MustCompile(`^(` + strings.Join([]string{
		`(thread|refusal|why|wish|jit|approver|recall)\.`,
		`call\.(asked|signed_in|rotation|decide|why)`,
		`ask\.(loading|failed|nothing|no_such|no_users|too_soon|high|starts_hint|ends_hint)`,
		`card\.(unmapped|allows_iam_asked|claimed|not_by|high_asked|auto|escalated|offboarded|refused|kept|key|trouble|mine|not_mine)`,
		`confirm\.((revoke|approve|ahead)\.(text|row)|remedy\.|(put_back|delete)\.text)`,
		`dm\.(unasked|denied|lapsed|end|signed_in|seen_late|unanswered|continued|asked|not_asked|received|merged|question_auto|mine|not_mine|active|ahead|limited|declined|turned_away|key)`,
		`form\.(shorter|until_hint)`,
		`remind\.(soon|later|refused)`,
		`home\.(cut|language)`,
		`head\.(text|unstored)`,
		`members\.(text|gone)`,
		`held\.(note|over|confirm_(revoke|finish|row)|finishing|dm|thread)`,
		`digest\.(unmapped|not_by)`,
		`task\.(intent|holder|trouble|next|stopped|used$|watching|said)`,
		`rotate\.(list|more|nothing|no_such|refused|loading|failed|busy)`,
		`offboard\.(loading|intro|silent|reason_hint|lift_|lifted|standing|unread|trouble|note|said|refused)`,
		`report\.(cure|unread|odd$|unjudged|passed|confirm|last_used|never_used|acting|acted|covered|restor|refused|gone|unkept|said)`,
		`alert\.(call|on_card|outage\.means|text|raised|acting|trouble|acted|user_gone|explained|kept|moved|gone|unreadable|means|unconfigured)`,
	}, "|") + `)`)
	polite = regexp.MustCompile(`(です|ます|でした|ました|ません|ください)(\([^)]*\))?。|{{\.Why}}$`)
)

func TestSentencesEndAsSentencesAndLabelsDoNot(t *testing.T) {
	eachSentence(t, func(t *testing.T, language, key, text string) {
		end, _ := utf8.DecodeLastRuneInString(text)
		stops := end == '.' || end == '。' || strings.HasSuffix(text, "{{.Why}}") // which is a sentence
		switch {
		case strings.ContainsAny(text, "!！"):
			t.Errorf("%q shouts", text)
		case sentence.MatchString(key) != stops:
			t.Errorf("%q: a sentence ends with a full stop, a label does not", text)
		case stops && language == "ja" && !polite.MatchString(text):
			t.Errorf("%q is not in です・ます", text)
		}
	})
}

var (
	marked   = regexp.MustCompile("`[^`]*`|\\*[^*]*\\*") // what Slack draws in another way: a code span, bold
	codeSpan = regexp.MustCompile(`{{\.(Account|Address|By|Code|Grant|Key|Keys|ID|Name|Names|New|Next|Old|Reason|Rule|Secret|Tag|Target|Typed|User|Who)}}`)
)

// TestRoomAroundMarkup: without it Slack draws the marks themselves, and what stands between them is no longer safe.
func TestRoomAroundMarkup(t *testing.T) {
	eachSentence(t, func(t *testing.T, _, _, text string) {
		drawn := place.ReplaceAllString(codeSpan.ReplaceAllString(text, "`x`"), "")
		for _, at := range marked.FindAllStringIndex(drawn, -1) {
			if !hasRoom(drawn[:at[0]], drawn[at[1]:]) {
				t.Errorf("%q: no room around %q", text, drawn[at[0]:at[1]])
			}
		}
	})
}

func TestWordsFitTheirPlaces(t *testing.T) {
	limits := map[string]int{"button.": 30, "deny.": 24, "ask.title": 24, "ask.submit": 24, "ask.cancel": 24, "confirm.revoke.title": 100, "confirm.remedy_title.": 100, "confirm.cancel": 30, "state.": 30, "report.button.": 30, "report.unkeep": 30, "form.title.": 24, "form.keep": 24}
	eachSentence(t, func(t *testing.T, _, key, text string) {
		for prefix, limit := range limits {
			if n := utf8.RuneCountInString(text); strings.HasPrefix(key, prefix) && n > limit {
				t.Errorf("%q has %d runes, %d show", text, n, limit)
			}
		}
	})
}
