package demo_test

import (
	"strings"
	"time"

	"github.com/chromedp/chromedp/kb"

	"sekisho/store"
)

// view is a part of the page as it is reached, and the panel in which a narrow screen has it.
type view struct {
	name, panel string
	reach       func(*visitor)
}

// views are the main ones, each of which goes on from the one before.
var views = []view{
	{"empty", "tab.chat", func(*visitor) {}},
	{"tour", "tab.chat", func(v *visitor) {
		v.signsIn("t.yamada")
		v.button("button.approve")
		v.sees(v.tour(), v.say("tour.3.title"))
	}},
	{"channel", "tab.chat", func(v *visitor) { v.button("tour.close") }},
	{"people", "tab.rail", func(*visitor) {}},
	{"aws", "tab.world", func(v *visitor) { v.button("feed.happened"); v.press("DisclosureTriangle", v.say("record.title")) }},
	{"dm", "tab.chat", func(v *visitor) { v.press("button", "Sekisho"); v.sees(v.messages(), v.say("dm.question")) }},
	{"home", "tab.chat", func(v *visitor) { v.button("place.home"); v.sees(v.home(), operators) }},
	{"form", "tab.chat", func(v *visitor) { v.button("ask.title"); v.sees(v.dialog("ask.title"), v.say("ask.target")) }},
	{"form chosen", "tab.chat", func(v *visitor) {
		v.chooses(v.say("ask.target"), "jit-prod-admins")
		v.sees(v.dialog("ask.title"), v.say("ask.high"))
		v.submits()
		v.sees(v.dialog("ask.title"), v.say("modal.required"))
	}},
	{"modal", "tab.chat", func(v *visitor) {
		v.button("ask.cancel")
		v.press("button", "#aws-approvals")
		v.becomes("U0SATO")
		v.button("button.deny")
		v.sees(v.dialog("form.title.deny"))
		v.submits()
	}},
	{"calls", "tab.chat", func(v *visitor) {
		v.key(kb.Escape)
		v.misses("dialog", v.say("form.title.deny"))
		v.press("button", "Sekisho")
		v.sees(v.messages(), operators, v.span(4*time.Hour))
	}},
	{"approve with", "tab.chat", func(v *visitor) {
		v.press("button", "#aws-approvals")
		v.button("clock.1h")
		v.sees(v.messages(), strings.ReplaceAll(v.begins("card.escalated"), "*", ""))
		v.button("button.approve_with")
		v.sees(v.dialog("form.title.approve_with"), v.say("form.shorter"))
	}},
	{"thread", "tab.chat", func(v *visitor) {
		v.chooses(v.say("card.duration"), v.span(time.Hour))
		v.types(v.say("form.comment"), "An hour will do.")
		v.submits()
		v.sees(v.messages(), v.say("state.active"))
		v.press("button", v.say("message.replies", "n", "4"))
		v.sees(v.thread())
	}},
	{"extension", "tab.chat", func(v *visitor) {
		v.button("thread.close")
		v.becomes("U0YAMADA")
		v.presses(store.AskMore, v.messages(), v.say("home.extension"))
	}},
	{"decline", "tab.chat", func(v *visitor) {
		v.becomes("U0SATO")
		v.press("button", "#aws-approvals")
		v.button("button.decline")
		v.sees(v.dialog("form.title.decline"), v.say("deny.reason"))
	}},
	{"commands", "tab.chat", func(v *visitor) {
		v.key(kb.Escape)
		v.misses("dialog", v.say("form.title.decline"))
		v.becomes("U0YAMADA")
		v.types(v.say("compose.label"), "/")
		v.sees(v.commands(), "/jit request")
	}},
	{"home held", "tab.chat", func(v *visitor) { v.goesHome(); v.sees(v.home(), v.say("home.extension")) }},
	{"home waiting", "tab.chat", func(v *visitor) { v.becomes("U0SATO"); v.sees(v.home(), "t.yamada → "+operators) }},
	{"rotate form", "tab.chat", func(v *visitor) {
		v.press("button", "#aws-approvals")
		v.sends("/jit rotate batch")
		v.sees(v.dialog("rotate.title"), v.say("ask.reason"))
	}},
	{"servers", "tab.world", func(v *visitor) {
		v.types(v.say("ask.reason"), "A laptop was lost.")
		v.submits()
		v.misses("dialog", v.say("rotate.title"))
		v.opens("fleet.title")
		v.chooses("i-0batch2", v.say("server.fails"))
		v.opens("read.title")
		v.button("read.do")
		v.sees(v.answer(), "AccessDeniedException")
	}},
	{"by hand", "tab.world", func(v *visitor) {
		v.opens("rename.title")
		v.opens("tag.title")
		v.tags("legacy-batch", "Eun Park")
		v.hangs("secretsmanager")
		v.button("read.do")
		v.sees(v.notes(), v.say("error.hangs"))
	}},
	{"rotation", "tab.chat", func(v *visitor) {
		v.hangs("none")
		v.becomes("U0YAMADA")
		v.presses(store.Approve, v.messages(), v.servers("0", "3", "0"))
		v.button("clock.15m")
		v.sees(v.messages(), v.say("task.failing"), "i-0batch2")
	}},
	{"confirm", "tab.chat", func(v *visitor) {
		v.becomes("U0SATO")
		v.button("button.revoke")
		v.sees(v.dialog("confirm.revoke.title"))
	}},
	{"dead", "tab.chat", func(v *visitor) {
		v.button("confirm.cancel")
		v.kills()
		v.button("button.revoke")
		v.confirms("confirm.revoke.title", "button.revoke")
		v.sees(v.notes(), v.say("error.bot_dead"))
	}},
	{"audit", "tab.chat", func(v *visitor) {
		v.lever("bot", "bot.start")
		v.sees(v.aws(), v.say("bot.works"))
		v.audits()
		v.button("report.button.key")
		v.confirms("report.sure.key", "report.button.key")
		v.sees(v.messages(), v.part("report.acted.key"))
	}},
	{"audit confirm", "tab.chat", func(v *visitor) {
		v.button("report.button.password")
		v.sees(v.dialog("report.sure.password"))
	}},
	{"audit keep", "tab.chat", func(v *visitor) {
		v.button("confirm.cancel")
		v.button("button.keep_until")
		v.sees(v.dialog("form.title.keep_until"))
		v.submits()
		v.sees(v.dialog("form.title.keep_until"), v.say("modal.required"))
		v.key(kb.Escape)
		v.misses("dialog", v.say("form.title.keep_until"))
	}},
	{"offboard", "tab.chat", func(v *visitor) {
		v.offboards("@t.yamada")
	}},
	{"offboarded", "tab.chat", func(v *visitor) {
		v.types(v.say("offboard.reason"), "Last day is Friday.")
		v.submits()
		v.sees(v.messages(), v.say("state.looking"))
	}},
}
