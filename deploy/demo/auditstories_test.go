package demo_test

import (
	"context"
	"strings"
	"time"
)

// dated enters a day into a field.
func (v *visitor) dated(field string, later time.Duration) {
	v.t.Helper()
	day := time.Now().Add(later).Format(time.DateOnly)
	v.until("enter "+day, func(ctx context.Context) error {
		_, err := on[bool](ctx, v, thing{"Date", field}, `function (day) { this.value = day; return true; }`, day)
		return err
	})
}

// audits has the bot report, and waits for it.
func (v *visitor) audits() {
	v.t.Helper()
	v.becomes("U0SUZUKI")
	v.press("button", "#aws-security")
	v.press("DisclosureTriangle", v.say("audit.title"))
	v.button("audit.do")
	v.sees(v.notes(), v.say("audit.done"))
	v.sees(v.messages(), v.begins("report.title"), "legacy-batch", "k.tanaka")
}

// part is the first part of a sentence between the things that stand for something in it, without its marks.
func (v *visitor) part(key string) string {
	v.t.Helper()
	for _, part := range strings.FieldsFunc(v.say(key), func(r rune) bool { return r == '{' || r == '}' }) {
		if !strings.HasPrefix(part, ".") && len(part) > 10 {
			return strings.TrimSpace(strings.ReplaceAll(part, "`", ""))
		}
	}
	v.t.Fatalf("%s says nothing", key)
	return ""
}

// playAudit deals with a report: a key is deactivated and activated again, a password deleted, one finding kept until a day, and
// the next report takes the place of this one.
func playAudit(v *visitor) {
	v.audits()
	v.becomes("U0SATO") // of the channel, but not of the security team
	v.button("report.button.key")
	v.confirms("report.sure.key", "report.button.key")
	v.sees(v.messages(), v.say("refusal.not_security"))

	v.becomes("U0SUZUKI")
	v.button("report.button.key")
	v.confirms("report.sure.key", "confirm.cancel")
	v.button("report.button.key")
	v.confirms("report.sure.key", "report.button.key")
	v.sees(v.messages(), v.part("report.acted.key"))
	v.sees(v.aws(), v.say("aws.keys", "n", "0"))
	v.button("button.restore")
	v.confirms("report.sure.restore", "button.restore")
	v.sees(v.messages(), v.part("report.restored"))
	v.misses("button", v.say("button.restore"))

	v.button("report.button.password")
	v.sees(v.dialog("report.sure.password"), v.part("report.confirm.password"))
	v.button("report.button.password")
	v.sees(v.messages(), v.part("report.acted.password"))
	v.sees(v.aws(), v.say("aws.no_password"))

	v.button("button.keep_until")
	v.sees(v.dialog("form.title.keep_until"), v.part("form.until_hint"))
	v.submits()
	v.faulted(v.say("form.why"), v.say("modal.required"))
	v.types(v.say("form.why"), markup)
	v.dated(v.say("form.until"), -24*time.Hour)
	v.submits()
	v.sees(v.dialog("form.title.keep_until"), v.say("refusal.bad_date"))
	v.dated(v.say("form.until"), 60*24*time.Hour)
	v.submits()
	v.misses("dialog", v.say("form.title.keep_until"))
	v.sees(v.messages(), "<img src=x onerror")
	v.onlyText()

	v.button("audit.do")
	v.sees(v.messages(), v.say("report.passed"), strings.ReplaceAll(v.part("report.kept_count"), "`", ""))
}
