package demo_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/chromedp/chromedp/kb"

	"sekisho/bot"
	"sekisho/store"
)

func (v *visitor) commands() thing { return thing{"group", v.say("compose.verbs")} }
func (v *visitor) home() thing     { return thing{"region", v.say("place.home")} }

// goesHome opens the app's Home tab.
func (v *visitor) goesHome() {
	v.t.Helper()
	v.press("button", "Sekisho")
	v.button("place.home")
	v.sees(v.home(), v.say("home.held"))
}

// asks fills the form in that is open, and sends it.
func (v *visitor) asks(target, reason string) {
	v.t.Helper()
	v.chooses(v.say("ask.target"), target)
	v.sees(v.dialog("ask.title"), v.say("card.duration")) // else it moves under the mouse
	v.types(v.say("ask.reason"), reason)
	v.submits()
	v.misses("dialog", v.say("ask.title"))
}

// end is when the access on the card ends, as the card writes it.
func (v *visitor) end() string {
	v.t.Helper()
	var end []string
	v.until("read the end", func(ctx context.Context) error {
		text, err := on[string](ctx, v, v.messages(), shown)
		if end = regexp.MustCompile(v.say("card.ends") + ` ?(\S+ \S+)`).FindStringSubmatch(text); err == nil && end == nil {
			err = errors.New("no card has an end: " + text)
		}
		return err
	})
	return end[1]
}

// span is a time as the bot writes it in the language of the page.
func (v *visitor) span(d time.Duration) string {
	lang := map[string]string{"日本語": "en", "English": "ja"}[v.say("lang.other")]
	return bot.In(lang).Span(d)
}

// presses presses the button of a verb, and waits for a word of what comes of it.
func (v *visitor) presses(verb store.Verb, where thing, word string) {
	v.t.Helper()
	v.button("button." + string(verb))
	if verb == store.AskMore {
		v.types(v.say("form.why_longer"), "It takes longer.")
		v.submits()
		v.misses("dialog", v.say("form.title.ask_more"))
	}
	v.sees(where, word)
}

// playExtension asks three times for a later end: one approver declines, the holder takes it back, one approver agrees,
// and nobody agrees to their own.
func playExtension(v *visitor) {
	v.button("compose.shortcut")
	v.asks(operators, "logs")
	v.becomes("U0SATO")
	v.presses(store.Approve, v.messages(), v.say("state.active"))
	end := v.end()

	v.becomes("U0YAMADA")
	v.press("button", "Sekisho")
	v.presses(store.AskMore, v.messages(), v.say("home.extension"))
	v.press("button", "#aws-approvals")
	v.becomes("U0SATO")
	v.presses(store.Decline, v.dialog("form.title.decline"), v.say("deny.reason"))
	v.types(v.say("deny.reason"), "Tomorrow will do.")
	v.submits()
	v.misses("dialog", v.say("form.title.decline"))
	v.misses("button", v.say("button.agree"))
	if now := v.end(); now != end {
		v.t.Errorf("the end was %s, and is %s after a denied extension", end, now)
	}

	v.becomes("U0YAMADA")
	v.press("button", "Sekisho")
	v.sees(v.messages(), "Tomorrow will do.")
	v.presses(store.AskMore, v.messages(), v.say("home.extension"))
	v.button("button.retract")
	v.misses("button", v.say("button.retract"))
	v.press("button", "#aws-approvals")
	v.misses("button", v.say("button.agree"))
	if now := v.end(); now != end {
		v.t.Errorf("the end was %s, and is %s after an extension that was taken back", end, now)
	}

	v.presses(store.AskMore, v.messages(), v.say("home.extension"))
	v.presses(store.Agree, v.messages(), v.say("refusal.own"))
	v.becomes("U0SATO")
	v.presses(store.Agree, v.aws(), operators+" t.yamada")
	v.misses("button", v.say("button.agree"))
	if now := v.end(); now == end {
		v.t.Errorf("the end is %s still after an approved extension", end)
	}
	v.becomes("U0YAMADA")
	v.presses(store.Finish, v.aws(), operators+" ~t.yamada~")
	v.decided()
}

// playEscalation asks for what nobody decides on. An hour later the security team may: it approves for a shorter time, with
// a comment, and takes that back by typing.
func playEscalation(v *visitor) {
	v.button("compose.shortcut")
	v.asks(operators, "logs")
	v.becomes("U0SATO")
	v.press("button", "Sekisho")
	v.sees(v.messages(), "logs", v.span(4*time.Hour)) // the call to decide
	v.becomes("U0SUZUKI")
	v.press("button", "#aws-approvals")
	v.presses(store.Approve, v.messages(), v.say("refusal.not_approver"))
	v.button("clock.1h")
	v.sees(v.messages(), strings.ReplaceAll(v.begins("card.escalated"), "*", ""))

	v.button("button.approve_with")
	v.sees(v.dialog("form.title.approve_with"), v.say("form.shorter"))
	v.chooses(v.say("card.duration"), v.span(time.Hour))
	v.types(v.say("form.comment"), markup)
	v.submits()
	v.sees(v.messages(), v.say("state.active"), v.span(time.Hour), markup)
	v.onlyText()
	v.becomes("U0YAMADA")
	v.press("button", "Sekisho")
	v.sees(v.messages(), v.span(time.Hour), markup)

	v.becomes("U0SUZUKI")
	v.press("button", "#aws-security")
	v.types(v.say("compose.label"), "/jit revoke")
	v.button("compose.send")
	v.sees(v.messages(), v.say("jit.revoke"), "t.yamada")
	v.button("button.revoke")
	v.confirms("confirm.revoke.title", "button.revoke")
	v.sees(v.messages(), v.say("jit.pressed"))
	v.sees(v.aws(), operators+" ~t.yamada~")
	v.press("button", "#aws-approvals")
	v.sees(v.messages(), v.say("state.revoke"))
	v.decided()
}

// offboards opens the form of an offboarding, and waits until it says what there is.
func (v *visitor) offboards(whom string) {
	v.t.Helper()
	v.becomes("U0SUZUKI")
	v.press("button", "#aws-security")
	v.sends("/jit offboard " + whom)
	v.sees(v.dialog("offboard.title"), "t.yamada", "developers", "read-billing", v.say("offboard.reason"))
}

// playLeaver ends all that somebody has while the bot is killed once; nobody but the security team may, and what is asked
// for meanwhile is refused.
func playLeaver(v *visitor) {
	v.button("compose.shortcut")
	v.asks(operators, "logs")
	v.becomes("U0SATO")
	v.presses(store.Approve, v.messages(), v.say("state.active"))
	v.types(v.say("compose.label"), "/jit offboard @t.yamada")
	v.button("compose.send")
	v.sees(v.dialog("offboard.title"), v.say("offboard.refused.not_security"))
	v.button("ask.cancel")

	v.offboards("@t.yamada")
	v.sees(v.dialog("offboard.title"), operators)
	v.submits()
	v.sees(v.dialog("offboard.title"), v.say("modal.required"))
	v.types(v.say("offboard.reason"), markup)
	v.submits()
	v.misses("dialog", v.say("offboard.title"))
	v.sees(v.messages(), v.say("offboard.card", "State", v.say("state.looking")), "developers", v.say("offboard.ended.password"), markup)
	v.sees(v.aws(), operators+" ~t.yamada~")
	v.onlyText()
	v.becomes("U0YAMADA")
	v.press("button", "#aws-approvals")
	v.sees(v.messages(), v.say("state.revoke"))
	v.button("compose.shortcut")
	v.chooses(v.say("ask.target"), operators)
	v.sees(v.dialog("ask.title"), v.say("card.duration"))
	v.types(v.say("ask.reason"), "once more")
	v.submits()
	v.sees(v.dialog("ask.title"), v.say("wish.being_offboarded"))
	v.button("ask.cancel")

	v.kills()
	v.lever("bot", "bot.start")
	v.becomes("U0SUZUKI")
	v.press("button", "#aws-security")
	v.button("clock.15m")
	v.sees(v.messages(), "✅ "+v.say("offboard.card", "State", v.say("state.departed")), strings.ReplaceAll(v.say("offboard.note.then"), "`", ""))
	v.decided()
}

// playHome asks, withdraws, extends and finishes in the Home tab, which follows what others do.
func playHome(v *visitor) {
	v.goesHome()
	v.sees(v.home(), v.say("home.held")+" "+v.say("home.none"), v.say("home.waiting")+" "+v.say("home.none"))
	v.button("ask.title")
	v.asks(operators, "first")
	v.presses(store.Withdraw, v.home(), v.say("state.withdrawn"))
	v.button("ask.title")
	v.asks(operators, "second")
	v.sees(v.home(), v.say("state.asked"), operators)

	v.becomes("U0SATO")
	v.sees(v.home(), v.say("home.waiting"), "t.yamada → "+operators)
	v.misses("button", v.say("button.approve"), v.say("button.deny"))
	_, card, _ := strings.Cut(strings.TrimSuffix(v.say("home.card"), ">"), "|")
	v.tabsTo(thing{"button", card}) // the link, which leads there as in Slack
	v.key(kb.Enter)
	v.presses(store.Approve, v.messages(), v.say("state.active"))
	v.goesHome()
	v.sees(v.home(), v.say("home.waiting")+" "+v.say("home.none"))

	v.becomes("U0YAMADA")
	v.sees(v.home(), v.say("state.active"))
	v.presses(store.AskMore, v.home(), v.say("home.extension"))
	v.misses("button", v.say("button.ask_more"))
	v.presses(store.Finish, v.home(), v.say("home.held")+" "+v.say("home.none"))
	v.sees(v.home(), v.say("state.finish"), v.say("state.withdrawn"))
	v.sees(v.aws(), operators+" ~t.yamada~")

	v.becomes("U0MORI") // whose Slack is in Japanese whatever the page is in
	v.sees(v.home(), vocabulary(v.t, "ja")["home.held"])
	v.becomes("U0YAMADA")
	v.speaksOther()
	v.sees(v.home(), v.say("home.past"), v.say("state.finish"))
}

// playPages asks and withdraws until what is over does not fit on one page.
func playPages(v *visitor) {
	v.goesHome()
	for range 11 {
		v.button("ask.title")
		v.asks(operators, "again")
		v.button("button.withdraw")
		v.misses("button", v.say("button.withdraw"))
	}
	v.button("home.older")
	v.misses("button", v.say("home.older"))
	v.button("home.newest")
	v.misses("button", v.say("home.newest"))
}
