package config_test

import "testing"

func TestMistakesOfAccounts(t *testing.T) {
	check(t, "accounts.golden", []change{
		{"id too short", "id: 123456789012", "id: 12345678901", []string{"2:20: leading zeros"}},
		{"id of another base", "id: 123456789012", "id: 0x1234567890", []string{"2:20: is not an AWS account's id"}},
		{"id with a fraction", "id: 123456789012", "id: 123456789012.0", []string{"2:20: is not an AWS account's id"}},
		{"id with an exponent", "id: 123456789012", "id: 1.23456789012e11", []string{"2:20: is not an AWS account's id"}},
		{"two names", "id: 123456789012", "id: 012345678901", []string{"3:17: is the id of \"production\" already"}},
		{"long name", "  production:", "  production-of-the-very-large-company-in-the-north-and-of-its-many-friends:", []string{"2:3: is not a name for an account", "7:36: not among the accounts", "12:14: not among"}},
		{"name with a sign", "  staging:", "  \"sta\\nging\":", []string{"3:3: is not a name", "7:57: not among", "20:14: not among"}},
		{"name of two words", "  staging:", "  staging tokyo:", []string{"3:3: up to 64 letters, digits, - or _", "7:57: not among", "20:14: not among"}},
		{"name with a dot", "  staging:", "  staging.tokyo:", []string{"3:3: is not a name", "7:57: not among", "20:14: not among"}},
		{"no ARN", "arn:aws:iam::012345678901:role/sekisho", "sekisho", []string{"3:37: is not a role's ARN"}},
		{"no external id", "external_id: sekisho-1", "external_id: \"a b\"", []string{"3:90: is not an external id"}},
		{"external id without a role", "{id: 123456789012}", "{id: 123456789012, external_id: x-1}", []string{"2:47: add role, or take this away"}},
		{"role of another account", "arn:aws:iam::012345678901:role", "arn:aws:iam::999999999999:role", []string{"3:37: this role is in account 999999999999"}},
		{"unknown account", "account: production", "account: prodcution", []string{"12:14: did you mean \"production\"?"}},
		{"account by id", "account: production", "account: 123456789012", []string{"12:14: write \"production\" or \"staging\""}},
	})
}

func TestMistakesOfSlack(t *testing.T) {
	check(t, "slack.golden", []change{
		{"channel by name", "approvals: C01ABCDEF", "approvals: aws-approvals", []string{"4:20: is not a channel's id"}},
		{"channel of alerts by name", "security: C02ABCDEF", "security: aws-security", []string{"4:73: is not a channel's id"}},
		{"people in place of the channel of alerts", "security: C02ABCDEF", "security: [usergroup:S01SECURITY]", []string{"4:73: is a list, and must be a text"}},
		{"match by tag", "match_tag: true", "match_tag: yes", []string{"4:114: is not true or false"}},
		{"match by e-mail", "match_email: true", "match_email: on", []string{"4:97: is not true or false"}},
		{"language", "language: ja", "language: fr", []string{"4:41: is not a language of the cards"}},
		{"zone", "zone: Asia/Tokyo", "zone: Asia/Tokio", []string{"4:51: is not a time zone that is known here"}},
		{"zone of the machine", "zone: Asia/Tokyo", "zone: Local", []string{"4:51: is not a time zone"}},
		{"zone that is a path", "zone: Asia/Tokyo", "zone: ../../etc/passwd", []string{"4:51: is not the name of a time zone"}},
		{"queue by ARN", "https://sqs.ap-northeast-1.amazonaws.com/123456789012/sign-ins", "arn:aws:sqs:us-east-1:123456789012:q", []string{"5:20: is not the URL of a queue"}},
		{"queue of requests without a path", "123456789012/sign-ins}", "123456789012/sign-ins, requests: https://sqs.example.com}", []string{"5:94: is not the URL of a queue"}},
		{"a queue for two", "123456789012/sign-ins}", "123456789012/sign-ins, requests: https://sqs.ap-northeast-1.amazonaws.com/123456789012/sign-ins}", []string{"5:94: is the queue of sign_ins already"}},
		{"replies to nobody", "123456789012/sign-ins}", "123456789012/sign-ins, replies: https://sqs.example.com/1/r}", []string{"5:93: there are no requests"}},
		{"replies to a FIFO queue", "123456789012/sign-ins}", "123456789012/sign-ins, requests: https://sqs.example.com/1/q, replies: https://sqs.example.com/1/r.fifo}", []string{"5:132: is a FIFO queue"}},
		{"queue without a path", "amazonaws.com/123456789012/sign-ins", "amazonaws.com", []string{"5:20: is not the URL of a queue"}},
	})
}

func TestMistakesOfPrograms(t *testing.T) {
	const queue = "123456789012/sign-ins}"
	roles := func(name, entries string, want ...string) change {
		return change{name, queue, "123456789012/sign-ins, requests: https://sqs.example.com/1/q,\n  roles: " + entries + "}", want}
	}
	check(t, "programs.golden", []change{
		{"roles without a queue", queue, "123456789012/sign-ins,\n  roles: [{role: production/deployer, iam_users: [production/t.yamada]}]}", []string{"6:3: there is none: name it in requests"}},
		roles("one role and no list", "{role: production/deployer, iam_users: [production/t.yamada]}", "6:10: is a mapping, and must be a list"),
		roles("none", "[]", "6:10: has nothing in it"),
		roles("nothing", "", "6:3: has no value"),
		roles("a role alone", "[production/deployer]", "6:11: must be a mapping"),
		roles("no role", "[{iam_users: [production/t.yamada]}]", `6:11: needs "role"`),
		roles("no users", "[{role: production/deployer}]", `6:11: needs "iam_users"`),
		roles("no users in the list", "[{role: production/deployer, iam_users: []}]", "6:50: has nothing in it"),
		roles("a role by its ARN", "[{role: 'arn:aws:iam::123456789012:role/deployer', iam_users: [production/t.yamada]}]", "6:18: is not an IAM role's name"),
		roles("a role with a path", "[{role: production/ci/deployer, iam_users: [production/t.yamada]}]", "6:18: is not an IAM role's name, without its path"),
		roles("a role and its session", "[{role: 'production/deployer:run', iam_users: [production/t.yamada]}]", "6:18: is not an IAM role's name"),
		roles("every role", "[{role: production/*, iam_users: [production/t.yamada]}]", "6:18: is not an IAM role's name"),
		roles("an account that is not known", "[{role: prodcution/deployer, iam_users: [production/t.yamada]}]", `6:18: did you mean "production"?`),
		roles("a role twice", "[{role: production/deployer, iam_users: [production/t.yamada]},\n    {role: production/Deployer, iam_users: [staging/t.yamada]}]", `7:12: is there already, on line 6`),
		roles("a user twice", "[{role: production/deployer, iam_users: [production/t.yamada, production/T.Yamada]}]", `6:72: is named twice`),
		roles("every user", "[{role: production/deployer, iam_users: ['production/*']}]", "6:51: is not an IAM user behind"),
		roles("nobody's user", "[{role: production/deployer, iam_users: [production/robot]}]", "6:51: is nobody's under people"),
		roles("nobody barred", "[{role: production/deployer, iam_users: [production/t.yamada], not_by: []}]", "6:81: has nothing in it"),
		roles("nobody's account barred", "[{role: production/deployer, iam_users: [production/t.yamada], not_by: [U09ABCDEF]}]", "6:82: U09ABCDEF is nobody under people"),
		roles("a channel barred", "[{role: production/deployer, iam_users: [production/t.yamada], not_by: [C01ABCDEF]}]", "6:82: is not a user group"),
		roles("barred twice", "[{role: production/deployer, iam_users: [production/t.yamada], not_by: [U01ABCDEF, U01ABCDEF]}]", "6:93: is named twice"),
		roles("a key that is not known", "[{role: production/deployer, users: [production/t.yamada]}]", `6:11: needs "iam_users"`, `6:39: unknown key "users"`),
	})
}

func TestMistakesOfPeople(t *testing.T) {
	check(t, "people.golden", []change{
		{"Slack name", "slack: U01ABCDEF", "slack: \"@yamada\"", []string{"7:13: is not a Slack user's id"}},
		{"nobody", "{slack: U01ABCDEF, iam", "{iam", []string{"7:5: needs \"slack\""}},
		{"two people, one Slack account", "[U02ABCDEF, U03ABCDEF]", "[U02ABCDEF, U01ABCDEF]", []string{"8:25: U01ABCDEF is there already, on line 7"}},
		{"one Slack account twice", "[U02ABCDEF, U03ABCDEF]", "[U02ABCDEF, U02ABCDEF]", []string{"8:25: U02ABCDEF is there already, on line 8"}},
		{"two people, one IAM user", "U03ABCDEF]}", "U03ABCDEF], iam_users: [production/t.yamada]}", []string{"8:49: an IAM user belongs to one person"}},
		{"two people, one IAM user in capitals", "U03ABCDEF]}", "U03ABCDEF], iam_users: [production/T.Yamada]}", []string{"8:49: an IAM user belongs to one person"}},
		{"user without an account", "[production/t.yamada,", "[t.yamada,", []string{"7:36: is not an IAM user behind"}},
		{"user in an unknown account", "[production/t.yamada,", "[prod/t.yamada,", []string{"7:36: \"prod\" is not among the accounts"}},
	})
}

func TestMistakesOfSecurity(t *testing.T) {
	const list = "[usergroup:S01SECURITY, U01ABCDEF]"
	check(t, "security.golden", []change{
		{"nobody", list, "[]", []string{"28:11: has nothing in it"}},
		{"no value", " " + list, "", []string{"28:1: has no value"}},
		{"channel in place of people", list, "C02ABCDEF", []string{"28:11: is not a user group"}},
		{"group without its mark", list, "[S01SECURITY]", []string{"28:12: is not a user group"}},
		{"nobody's account", list, "[U09ABCDEF]", []string{"28:12: who is not mapped cannot press on alerts"}},
		{"twice", list, "[U01ABCDEF, U01ABCDEF]", []string{"28:23: is named twice"}},
		{"steps", list, "[{by: [usergroup:S01SECURITY]}]", []string{"28:12: is a mapping, and must be a text"}},
	})
}

func TestMistakesOfReconcile(t *testing.T) {
	check(t, "reconcile.golden", []change{
		{"text", "{mode: enforce, removals: 50}", "report", []string{"29:12: is a text, and must be a mapping"}},
		{"mode", "mode: enforce", "mode: delete", []string{"29:19: is not what is done about unknown members"}},
		{"none", "removals: 50", "removals: 0", []string{"29:38: from 1 to 50"}},
		{"too many", "removals: 50", "removals: 51", []string{"29:38: from 1 to 50"}},
		{"unknown key", "removals: 50", "removal: 7", []string{"29:28: did you mean removals?"}},
	})
}

func TestMistakesOfEntitlements(t *testing.T) {
	check(t, "entitlements.golden", []change{
		{"id with capitals", "id: prod-operator", "id: Prod", []string{"10:9: is not an id of small letters"}},
		{"id twice", "id: staging-admin", "id: prod-operator", []string{"18:9: is the id of an entitlement already, on line 10"}},
		{"kind", "kind: iam-group", "kind: iam_group", []string{"11:11: write access-key or iam-group"}},
		{"group", "group: jit-prod-operators", "group: jit/prod", []string{"13:12: is not an IAM group's name"}},
		{"yes", "on_login: true", "on_login: yes", []string{"14:15: is not true or false"}},
		{"second for a sign-in", "    account: staging", "    account: production\n    on_login: true", []string{"21:15: put this one, which has request, before it"}},
		{"behind one for some and one for all", "security: [", threeSignIns + "security: [", []string{"30:68: asks for b, of line 29, so none would ask for this one: say there in request"}},
		{"another spelling", "    account: staging\n    group: jit-staging-admins\n", "    account: production\n    group: JIT-prod-operators\n", []string{"21:12: is \"jit-prod-operators\", of line 13, in another spelling"}},
		{"no approvers", "    approve: [{by: [usergroup:S01LEADS, U02ABCDEF], count: 2}]\n", "", []string{"10:5: needs \"approve\""}},
		{"nobody in by", "by: [usergroup:S01LEADS, U02ABCDEF]", "by: []", []string{"15:20: has nothing in it"}},
		{"no by", "by: [usergroup:S01LEADS, U02ABCDEF], ", "", []string{"15:15: needs \"by\""}},
		{"more of all steps than there are people", "count: 2}]", "count: 2}, {by: U02ABCDEF}]", []string{"15:14: lists 2 persons, so 3 approvals of different people"}},
		{"two steps of one person", "[{by: [usergroup:S01LEADS, U02ABCDEF], count: 2}]", "[{by: U02ABCDEF}, {by: U03ABCDEF}]", []string{"15:14: too few people for all of them"}},
		{"six steps", "count: 2}]", "count: 1}, {by: U02ABCDEF}, {by: U02ABCDEF}, {by: U02ABCDEF}, {by: U02ABCDEF}, {by: U02ABCDEF}]", []string{"15:132: a step more than 5"}},
		{"group by name", "[usergroup:S01LEADS,", "[usergroup:leads,", []string{"15:21: is not a user group"}},
		{"group without its mark", "[usergroup:S01LEADS,", "[S01LEADS,", []string{"15:21: is not a user group"}},
		{"approver twice", "[usergroup:S01LEADS,", "[U02ABCDEF,", []string{"15:32: U02ABCDEF is named twice", "15:51: \"by\" names 1 person, so 2"}},
		{"one person's two accounts", "[usergroup:S01LEADS,", "[U03ABCDEF,", []string{"15:51: \"by\" names 1 person, so 2"}},
		{"more than there are people", "count: 2", "count: 3", []string{"15:60: lists 2 persons, so 3"}},
		{"nobody's account", "S01LEADS, U02ABCDEF", "S01LEADS, U09ABCDEF", []string{"15:41: is nobody under people"}},
		{"no approvals needed", "count: 2", "count: 0", []string{"15:60: is not a number of approvals"}},
		{"more approvals than anybody waits for", "count: 2", "count: 11", []string{"15:60: is not a number of approvals, from 1 to 10"}},
		{"request without a key", "request: {by: [usergroup:S01SRE, U02ABCDEF]}", "request: [usergroup:S01SRE]", []string{"27:14: is a list, and must be a mapping"}},
		{"request of nobody", "[usergroup:S01SRE, U02ABCDEF]", "[]", []string{"27:19: has nothing in it"}},
		{"request without by", "by: [usergroup:S01SRE, U02ABCDEF]", "", []string{"27:14: needs \"by\""}},
		{"request with a number", "S01SRE, U02ABCDEF]}", "S01SRE, U02ABCDEF], count: 1}", []string{"27:50: unknown key \"count\": the only key of \"request\" is by"}},
		{"request by somebody unknown", "S01SRE, U02ABCDEF", "S01SRE, U09ABCDEF", []string{"27:38: who is not mapped cannot ask"}},
		{"request by a group's name", "usergroup:S01SRE", "usergroup:sre", []string{"27:20: is not a user group"}},
		{"max below default", "max: 12h", "max: 3h", []string{"17:34: max is shorter than default"}},
		{"no max", ", max: 12h", "", []string{"17:15: needs \"max\""}},
		{"a day", "within: 90m", "within: 1d", []string{"16:13: a day is 24h"}},
		{"no unit", "within: 90m", "within: 90", []string{"16:13: is not a time"}},
		{"a blink", "within: 90m", "within: 59s", []string{"16:13: is shorter than a minute"}},
		{"below zero", "within: 90m", "within: -1h", []string{"16:13: is not a time"}},
		{"more than a year", "max: 12h", "max: 8761h", []string{"17:34: is longer than a year"}},
		{"more than can be counted", "max: 12h", "max: 999999h999999h999999h", []string{"17:34: is longer than a year"}},
	})
}
