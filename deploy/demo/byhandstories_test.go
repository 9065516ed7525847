package demo_test

import (
	"strings"

	"sekisho/store"
)

// hangs has a part of AWS take calls and never answer.
func (v *visitor) hangs(name string) {
	v.t.Helper()
	v.chooses(v.say("hang.title"), v.say("hang."+name))
}

// renames gives a user or a group another name in IAM.
func (v *visitor) renames(kind, account, name, to string) {
	v.t.Helper()
	v.chooses(v.say("rename.what"), v.say("rename."+kind, "name", name, "account", account))
	v.types(v.say("rename.to"), to)
	v.button("rename.do")
	v.sees(v.notes(), v.say("rename.done", "name", name, "new", to))
}

// tags says by a tag whose an IAM user is.
func (v *visitor) tags(user, whose string) {
	v.t.Helper()
	v.chooses(v.say("tag.user"), v.say("rename.user", "name", user, "account", "production"))
	v.chooses(v.say("tag.names"), whose)
	v.button("tag.do")
	v.sees(v.notes(), v.say("tag.done", "user", user))
}

// playByHand renames a member and the group while access runs, which ends all the same, tags a user, and has IAM hang.
func playByHand(v *visitor) {
	v.button("feed.happened")
	v.opens("rename.title")
	v.opens("tag.title")
	v.tags("legacy-batch", "鈴木 実")
	v.sees(v.aws(), v.say("aws.tag", "id", "U0SUZUKI"))
	v.chooses(v.say("signin.mfa"), v.say("mfa.unknown"))
	v.signsIn("legacy-batch")
	v.sees(v.messages(), strings.ReplaceAll(v.say("card.unclear_mfa"), "*", "")[len("⚠️ "):])
	v.becomes("U0SATO")
	v.presses(store.Approve, v.messages(), v.say("state.active"))

	v.renames("user", "production", "legacy-batch", "old-batch")
	v.renames("group", "production", operators, "operators")
	v.sees(v.aws(), "operators", "old-batch")
	v.button("button.revoke")
	v.confirms("confirm.revoke.title", "button.revoke")
	v.sees(v.messages(), v.say("state.revoke"))
	v.sees(v.aws(), v.say("aws.nobody"))
	v.sees(v.feed(), v.say("happened.renamed_user", "name", "legacy-batch", "new", "old-batch"))

	v.hangs("iam")
	v.sees(v.feed(), v.say("happened.hangs", "what", v.say("hang.iam")))
	v.hangs("none")
	v.sees(v.feed(), v.say("happened.answers", "what", v.say("hang.iam")))
}
