package demo_test

import (
	"strings"

	"sekisho/store"
)

const batch = "svc-batch"

// opens opens a part of the page that is folded.
func (v *visitor) opens(title string) {
	v.t.Helper()
	v.press("DisclosureTriangle", v.say(title))
}

// sends writes into the conversation.
func (v *visitor) sends(text string) {
	v.t.Helper()
	v.types(v.say("compose.label"), text)
	v.button("compose.send")
}

// speaksOther has the page and the cards speak the other language, and the visitor with them.
func (v *visitor) speaksOther() {
	v.t.Helper()
	other := map[string]string{"日本語": "ja", "English": "en"}[v.say("lang.other")]
	v.button("lang.other")
	v.words = vocabulary(v.t, other)
}

// ends is a sentence from behind all that stands for something in it.
func (v *visitor) ends(key string) string {
	v.t.Helper()
	text := v.say(key)
	return text[strings.LastIndex(text, "}")+1:]
}

// servers is how the card counts them.
func (v *visitor) servers(done, running, failed string) string {
	v.t.Helper()
	return v.say("task.servers", "Done", done, "Of", "3", "Running", running, "Failed", failed)
}

// playIssue asks for an access key, reads its secret as who asked, and as somebody else in vain, and lets its time pass.
func playIssue(v *visitor) {
	v.button("compose.shortcut")
	v.asks(batch, "A run by hand.")
	v.becomes("U0SATO")
	v.presses(store.Approve, v.messages(), v.say("state.active"))
	v.sees(v.keys(), "access-key-", "AWSCURRENT")
	v.becomes("U0YAMADA")
	v.press("button", "Sekisho")
	v.sees(v.messages(), "aws secretsmanager get-secret-value", "access-key-")

	v.opens("read.title")
	v.chooses(v.say("read.secret"), "sekisho/svc-batch/access-key-")
	v.button("read.do")
	v.sees(v.answer(), "aws secretsmanager get-secret-value", `"aws_access_key_id":"AKIA`, `"aws_secret_access_key":"****"`)
	v.chooses(v.say("read.user"), "a.mori")
	v.button("read.do")
	v.sees(v.answer(), "AccessDeniedException")
	v.button("feed.happened")
	v.sees(v.feed(), "AccessDeniedException", "Secrets Manager: PutResourcePolicy")
	v.button("read.open")
	v.sees(v.feed(), v.begins("happened.opened"))
	v.button("read.do")
	v.sees(v.answer(), `"aws_secret_access_key":"****"`)

	v.press("button", v.say("clock.end"))
	v.sees(v.messages(), v.say("state.expire"))
	v.sees(v.keys(), v.say("aws.key_off"))
	v.press("button", "#aws-approvals")
	v.decided()
	v.press("button", v.say("clock.end"))
	v.sees(v.keys(), "access-key-", v.say("aws.deletes"))
	v.sees(v.messages(), v.part("card.key_deleted"))
	v.chooses(v.say("read.user"), "t.yamada")
	v.button("read.do")
	v.sees(v.answer(), "InvalidRequestException")
}

// rotates begins a rotation by hand, up to the command that goes out to the servers.
func (v *visitor) rotates() {
	v.t.Helper()
	v.sends("/jit rotate")
	v.sees(v.messages(), v.say("message.only"), v.say("rotate.list"))
	v.button("button.rotate")
	v.sees(v.dialog("rotate.title"), batch, "sekisho-key=svc-batch")
	v.types(v.say("ask.reason"), markup)
	v.submits()
	v.misses("dialog", v.say("rotate.title"))
	v.sees(v.messages(), v.say("state.asked"), markup)
	v.presses(store.Approve, v.messages(), v.say("refusal.own"))
	v.becomes("U0SATO")
	v.presses(store.Approve, v.messages(), v.servers("0", "3", "0"))
	v.onlyText()
}

// playRotation rotates a key while a server is silent. That stops it; once the server is well the old key is deactivated,
// and put back.
func playRotation(v *visitor) {
	v.opens("fleet.title")
	v.chooses("i-0batch2", v.say("server.silent"))
	v.sees(v.notes(), v.say("fleet.silent", "server", "i-0batch2"))
	v.rotates()
	v.button("clock.1h")
	v.sees(v.messages(), v.say("state.handing"), v.servers("2", "0", "1"), v.say("task.failing"), "i-0batch2", v.say("task.server.offline"))
	v.sees(v.keys(), "i-0batch2 ("+v.say("server.silent")+")", "AWSCURRENT i-0batch1") // which has the new key
	v.lacks(v.keys(), v.say("aws.key_off"))

	v.chooses("i-0batch2", v.say("server.well"))
	v.button("button.again")
	v.sees(v.messages(), v.servers("2", "1", "0"))
	v.button("clock.15m")
	v.sees(v.messages(), v.say("state.proving"), v.servers("3", "0", "0"))
	v.press("button", v.say("clock.end"))
	v.sees(v.messages(), v.say("state.resting"))
	v.sees(v.keys(), v.say("aws.key_off"))

	v.button("button.put_back")
	v.confirms("confirm.put_back.title", "button.put_back")
	v.sees(v.messages(), v.servers("0", "3", "0"))
	v.button("clock.15m")
	v.sees(v.messages(), v.say("state.proving"), v.say("button.put_new"))
	v.press("button", v.say("clock.end"))
	v.sees(v.messages(), v.say("state.resting"))
	v.speaksOther()
	v.sees(v.messages(), v.say("state.resting"), v.say("button.put_new"))
	v.press("button", v.say("clock.end"))
	v.sees(v.messages(), v.say("state.put_back"))
	v.misses("button", v.say("button.put_new"), v.say("button.delete"))
}

// playOldKey rotates a key that something on a server goes on using, whatever the server says; then that is mended, and the
// old key is deleted before its time.
func playOldKey(v *visitor) {
	v.opens("fleet.title")
	v.chooses("i-0batch3", v.say("server.stale"))
	v.rotates()
	v.button("clock.15m")
	v.sees(v.messages(), v.say("state.proving"), v.servers("3", "0", "0"))
	v.sees(v.keys(), "i-0batch3 ("+v.say("server.stale")+")")
	v.press("button", v.say("clock.end"))
	v.sees(v.messages(), v.say("state.proving"), v.ends("task.used"))
	v.press("button", v.say("fleet.off")) // of whichever key stands first
	v.sees(v.keys(), v.say("aws.refused"))
	v.press("button", v.say("fleet.on"))
	v.lacks(v.keys(), v.say("aws.refused"))
	v.chooses("i-0batch3", v.say("server.well"))
	v.press("button", v.say("clock.end"))
	v.sees(v.messages(), v.say("state.resting"))
	v.button("button.delete")
	v.confirms("confirm.delete.title", "button.delete")
	v.sees(v.messages(), v.say("state.rotated"))
	v.misses("button", v.say("button.put_back"), v.say("button.delete"))
}
