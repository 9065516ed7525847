package demo_test

import "time"

const operators, admins = "jit-prod-operators", "jit-payments-admins"

// playTour follows the guided tour from its first step to its end, and presses in between what nobody takes.
func playTour(v *visitor) {
	v.sees(v.tour(), v.say("tour.1.title"))
	v.button("tour.show")
	v.button("signin.do")
	v.sees(v.notes(), v.say("signin.done", "user", "t.yamada"))
	v.sees(v.messages(), v.say("state.asked"), "t.yamada → "+operators)

	v.sees(v.tour(), v.say("tour.2.title"))
	v.button("tour.show")
	v.button("button.approve")
	v.sees(v.messages(), v.say("message.only"), v.say("refusal.own"))
	v.sees(v.aws(), operators+" "+v.say("aws.nobody"))

	v.sees(v.tour(), v.say("tour.3.title"))
	v.button("tour.show")
	v.becomes("U0SATO")
	v.button("button.approve")
	v.sees(v.messages(), v.say("state.active"))
	v.sees(v.aws(), operators+" t.yamada")

	v.sees(v.tour(), v.say("tour.4.title"))
	v.button("tour.show")
	v.kills()
	v.button("button.revoke")
	v.confirms("confirm.revoke.title", "button.revoke")
	v.sees(v.notes(), v.say("error.bot_dead"))
	v.press("button", v.say("clock.end"))
	v.sees(v.aws(), operators+" t.yamada")

	v.sees(v.tour(), v.say("tour.5.title"))
	v.button("tour.show")
	v.lever("bot", "bot.start")
	v.sees(v.aws(), operators+" ~t.yamada~")
	v.sees(v.messages(), v.say("state.expire"))
	v.decided()
	v.sees(v.tour(), v.say("tour.end.title"))
}

// playDraft writes as one person, and sends as another: each has a draft of their own.
func playDraft(v *visitor) {
	v.types(v.say("compose.label"), "I need it for the release.")
	v.becomes("U0SATO")
	v.button("compose.send")
	v.sends("Who is on call?")
	v.sees(v.messages(), "Who is on call?")
	v.lacks(v.messages(), "I need it for the release.")
	v.becomes("U0YAMADA")
	v.button("compose.send")
	v.sees(v.messages(), "I need it for the release.")
}

// playTwo has a request that two must approve, and that ends when its time is up.
func playTwo(v *visitor) {
	v.signsIn("k.ito")
	v.becomes("U0ITOADM") // another account of who asks
	v.button("button.approve")
	v.sees(v.messages(), v.say("refusal.own"))
	v.becomes("U0PARK")
	v.button("button.approve")
	v.sees(v.messages(), vocabulary(v.t, "en")["refusal.guest"]) // the language of their Slack

	v.becomes("U0SATO")
	v.button("button.approve")
	v.sees(v.messages(), v.say("card.asked_of", "N", "1", "M", "2"))
	v.sees(v.aws(), admins+" "+v.say("aws.nobody"))
	v.button("button.approve")
	v.sees(v.messages(), v.say("refusal.voted"))
	v.becomes("U0MILLER")
	v.button("button.approve")
	v.sees(v.aws(), admins+" k.ito")
	v.becomes("U0SATO")
	v.sees(v.messages(), v.say("state.active"))

	v.button("clock.15m")
	v.button("feed.happened")
	v.sees(v.feed(), v.begins("happened.skipped"))
	v.sees(v.messages(), v.say("state.active"))
	v.button("clock.1h")
	v.sees(v.messages(), v.say("state.expire"))
	v.sees(v.aws(), admins+" ~k.ito~")
	v.decided()
}

// playKilled kills the bot twice: a press in between is lost, and what was due goes on.
func playKilled(v *visitor) {
	v.signsIn("a.mori")
	v.becomes("U0SATO")
	v.kills()
	v.button("button.approve")
	v.sees(v.notes(), v.say("error.bot_dead"))
	v.sees(v.messages(), v.say("state.asked"))
	v.lever("bot", "bot.start")
	v.sees(v.aws(), v.say("bot.works"))
	v.button("button.approve")
	v.sees(v.aws(), operators+" a.mori")

	v.kills()
	v.lever("bot", "bot.start")
	v.button("button.revoke")
	v.sees(v.dialog("confirm.revoke.title"), "a.mori")
	v.button("confirm.cancel")
	v.sees(v.aws(), operators+" a.mori", v.say("bot.works"))
	v.button("button.revoke")
	v.confirms("confirm.revoke.title", "button.revoke")
	v.sees(v.messages(), v.say("state.revoke"))
	v.sees(v.aws(), operators+" ~a.mori~")
	v.decided()
}

// markup is what a browser would run, load or draw if it were taken for more than text.
const markup = `<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b> <!channel> &lt;i&gt; <https://example.com|here>`

// playForm denies a request: a form without its reason says so at the field, and the reason is told as it was written.
func playForm(v *visitor) {
	v.signsIn("t.yamada")
	v.becomes("U0SATO")
	v.button("button.deny")
	v.sees(v.dialog("form.title.deny"), v.say("deny.reason"))
	v.submits()
	v.sees(v.dialog("form.title.deny"), v.say("modal.required"))
	v.faulted(v.say("deny.reason"), v.say("modal.required"))
	v.types(v.say("deny.reason"), " ") // which Slack takes
	for range 3 {
		v.submits()
		v.sees(v.dialog("form.title.deny"), v.say("refusal.no_why"))
		v.faulted(v.say("deny.reason"), v.say("refusal.no_why"))
	}
	v.types(v.say("deny.reason"), markup)
	v.submits()
	v.sees(v.messages(), v.say("state.denied"), markup)
	v.sees(v.feed(), markup)
	v.onlyText()
	v.decided()
}

// playRequest asks for access by typing. Both steps of what it asks for are approved.
func playRequest(v *visitor) {
	v.types(v.say("compose.label"), "/jit request")
	v.button("compose.send")
	v.sees(v.dialog("ask.title"), v.say("ask.reason"))
	v.types(v.say("ask.reason"), markup) // before the choice, which keeps it
	v.chooses(v.say("ask.target"), "jit-prod-admins")
	v.sees(v.dialog("ask.title"), v.say("card.ticket"), "OPS-123", v.say("ask.high"))
	v.types(v.say("card.ticket"), "later")
	v.submits()
	v.sees(v.dialog("ask.title"), v.begins("wish.no_ticket"))
	v.inView(v.say("card.ticket")) // of a form that scrolls
	v.types(v.say("card.ticket"), " OPS-7")
	v.sees(v.dialog("ask.title"), markup)
	v.button("ask.cancel")

	v.types(v.say("compose.label"), "/jit request")
	v.button("compose.send")
	v.chooses(v.say("ask.target"), "jit-prod-admins")
	v.sees(v.dialog("ask.title"), v.say("card.ticket")) // else it moves under the mouse
	v.types(v.say("ask.reason"), markup)
	v.types(v.say("card.ticket"), "OPS-7")
	v.submits()
	v.sees(v.messages(), v.say("state.asked"), markup, "OPS-7")
	v.onlyText()
	approves := func(who string) {
		v.becomes(who)
		v.button("button.approve")
		v.confirms("confirm.approve.title", "button.approve")
	}
	approves("U0SATO")
	v.sees(v.messages(), v.say("card.asked_of", "N", "1", "M", "2"))
	approves("U0SUZUKI")
	v.sees(v.aws(), "jit-prod-admins t.yamada")
	v.sees(v.messages(), v.say("state.active"))
	v.becomes("U0YAMADA")
	v.button("button.finish")
	v.sees(v.aws(), "jit-prod-admins ~t.yamada~")
	v.decided()
}

// playLater asks for access that begins in two hours and ends in three, and gets it then.
func playLater(v *visitor) {
	v.types(v.say("compose.label"), "/jit request")
	v.button("compose.send")
	v.chooses(v.say("ask.target"), operators)
	v.sees(v.dialog("ask.title"), v.say("ask.starts_hint"), v.say("ask.ends_hint"))
	v.types(v.say("ask.reason"), "Release 215.")
	v.dates(v.say("ask.starts"), 2*time.Hour)
	v.dates(v.say("ask.ends"), time.Hour)
	v.submits()
	v.sees(v.dialog("ask.title"), v.say("wish.end_first"))
	v.dates(v.say("ask.ends"), 3*time.Hour)
	v.submits()
	v.sees(v.messages(), v.say("state.asked"), "Release 215.")
	v.becomes("U0SATO")
	v.button("button.approve")
	v.sees(v.messages(), v.begins("card.approved_from"))
	v.sees(v.aws(), operators+" "+v.say("aws.nobody"))
	v.press("button", v.say("clock.end"))
	v.sees(v.messages(), v.say("state.active"))
	v.sees(v.aws(), operators+" t.yamada")
	v.press("button", v.say("clock.end"))
	v.sees(v.messages(), v.say("state.expire"))
	v.sees(v.aws(), operators+" ~t.yamada~")
	v.decided()
}

// playRecord pastes records that are none, and one that names somebody in markup.
func playRecord(v *visitor) {
	v.press("DisclosureTriangle", v.say("record.title"))
	v.button("record.do")
	v.sees(v.notes(), v.say("error.no_record"))
	v.button("feed.happened")
	for _, record := range []string{"<b>no JSON</b>", `{"<img src=x>": 1, "<img src=x>": 2}`} {
		v.types(v.say("record.label"), record)
		v.button("record.do")
		v.sees(thing{"textbox", v.say("record.label")}) // it is there still, and empty
	}
	v.sees(v.feed(), v.begins("happened.put.invalid"), "<img src=x>")
	v.onlyText()
}

// playMarkup writes markup into a conversation.
func playMarkup(v *visitor) {
	v.types(v.say("compose.label"), markup)
	v.button("compose.send")
	v.sees(v.messages(), markup)
	v.onlyText()
}
