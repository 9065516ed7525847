package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sekisho/deploy/config"
	"sekisho/handlers/policy"
)

// rules is an entitlement with everything that one can have.
const rules = `    exclude: [usergroup:S01INTERNS]
    reason: optional
    ticket: {pattern: 'OPS-[0-9]+|none', example: OPS-123}
    hours:
      zone: Europe/Berlin
      days: [mon-thu, sat]
      from: 8:30
      to: "18:00"
      outside: 0
    auto: {max: 2h, by: [usergroup:S01ONCALL, U01ABCDEF]}
    risk: low
    escalate: {after: 1h, to: [usergroup:S01ONCALL, U01ABCDEF]}
    prolong: always
    mfa: required
`

func withRules(t *testing.T, old, new string) string {
	t.Helper()
	if !strings.Contains(rules, old) {
		t.Fatalf("the rules have no %q", old)
	}
	return strings.Replace(good, "    within: 90m\n", strings.Replace(rules, old, new, 1), 1)
}

func TestRules(t *testing.T) {
	c, err := config.Parse([]byte(withRules(t, "", "")))
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	e := c.Policy.Entitlements[0]
	for ticket, want := range map[string]bool{"OPS-1": true, "none": true, "OPS-": false, "xOPS-1": false, "OPS-1x": false, "OPS-1\nOPS-2": false, "": false} {
		if got := e.Ticket.Pattern.MatchString(ticket); got != want {
			t.Errorf("ticket %q: %t", ticket, got)
		}
	}
	want := policy.Entitlement{
		Excluded: []string{"usergroup:S01INTERNS"},
		Hours:    &policy.Hours{Zone: berlin, Days: [7]bool{false, true, true, true, true, false, true}, From: 8*60 + 30, To: 18 * 60},
		Prolong:  policy.ProlongAlways, MFARequired: true,
		Auto: &policy.Auto{Longest: 2 * time.Hour, Members: []string{"usergroup:S01ONCALL", "U01ABCDEF"}},

		Escalation: &policy.Escalation{After: time.Hour, To: []string{"usergroup:S01ONCALL", "U01ABCDEF"}},
	}
	got := policy.Entitlement{Excluded: e.Excluded, Hours: e.Hours, Auto: e.Auto, Prolong: e.Prolong, MFARequired: e.MFARequired, Escalation: e.Escalation, Risk: e.Risk, ReasonRequired: e.ReasonRequired}
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if got := e.Hours.String(); got != "mon-thu,sat 08:30-18:00 Europe/Berlin" {
		t.Errorf("hours %q", got)
	}
}

func TestMistakesOfRules(t *testing.T) {
	var table []change
	for _, c := range []struct{ name, old, new, want string }{
		{"excluded by name", "usergroup:S01INTERNS", "interns", "16:15: is not a user group"},
		{"excluded and asked", "usergroup:S01INTERNS]", "usergroup:S01INTERNS]\n    request: {by: usergroup:S01INTERNS}", "16:14: may ask by request and may not by exclude"},
		{"reason", "optional", "yes", "17:13: is not required or optional"},
		{"ticket as a text", "{pattern: 'OPS-[0-9]+|none', example: OPS-123}", "OPS", "18:13: is a text, and must be a mapping"},
		{"no example", ", example: OPS-123", "", "18:13: needs \"example\""},
		{"another example", "example: OPS-123", "example: DEV-123", "18:51: does not match the pattern"},
		{"a part of the example", "example: OPS-123", "example: see OPS-123", "18:51: does not match the pattern"},
		{"no pattern at all", "'OPS-[0-9]+|none'", "'OPS-['", "18:23: is not a regular expression"},
		{"a pattern that closes what it has not opened", "'OPS-[0-9]+|none'", "'OPS-1)|(?:'", "18:23: is not a regular expression"},
		{"zone", "Europe/Berlin", "Europe/Berlim", "20:13: is not a time zone that is known here"},
		{"day", "[mon-thu, sat]", "[mon-thu, saturday]", "21:23: is not a day of the week"},
		{"day in Japanese", "[mon-thu, sat]", "月-金", "21:13: is not a day of the week"},
		{"day twice", "[mon-thu, sat]", "[mon-thu, wed]", "21:23: wed is named twice"},
		{"no days", "[mon-thu, sat]", "[]", "21:13: has nothing in it"},
		{"a time of another clock", "8:30", "8:30am", "22:13: is not a time of the day"},
		{"half past twenty-four", "\"18:00\"", "24:30", "23:11: is not a time of the day"},
		{"from the end of the day", "8:30", "24:00", "22:13: nothing begins at 24:00"},
		{"no time between", "\"18:00\"", "08:30", "23:11: from and to are the same"},
		{"no beginning", "      from: 8:30\n", "", "20:7: needs \"from\""},
		{"outside", "outside: 0", "outside: deny", "24:16: is not what holds outside"},
		{"more than there are outside", "outside: 0", "outside: 1", "24:16: so 3 approvals can never be had"},
		{"no end by itself", "max: 2h, ", "", "25:11: needs \"max\""},
		{"by itself for longer than at all", "max: 2h", "max: 13h", "25:17: max is longer than the max of duration"},
		{"by itself for nobody", "by: [usergroup:S01ONCALL, U01ABCDEF]", "by: []", "25:25: has nothing in it"},
		{"by itself with a high risk", "risk: low", "risk: high", "25:5: risk: high, which people have to approve"},
		{"escalated when it has ended", "after: 1h", "after: 24h", "27:23: after is not shorter than within"},
		{"escalated to nobody", ", to: [usergroup:S01ONCALL, U01ABCDEF]", "", "27:15: needs \"to\""},
		{"escalated at no time", "after: 1h, ", "", "27:15: needs \"after\""},
		{"escalated to somebody unknown", "to: [usergroup:S01ONCALL, U01ABCDEF]", "to: [U09ABCDEF]", "27:32: who is not mapped cannot approve"},
		{"escalated to who may approve", "to: [usergroup:S01ONCALL, U01ABCDEF]", "to: [usergroup:S01ONCALL, U02ABCDEF]", "27:31: U02ABCDEF may approve from the start"},
		{"what another sign-in does", "prolong: always", "prolong: never", "28:14: is not what another sign-in does"},
		{"MFA", "mfa: required", "mfa: yes", "29:10: is not required or optional"},
		{"risk", "risk: low", "risk: medium", "26:11: is not a risk, low or high"},
	} {
		table = append(table, change{name: c.name, new: withRules(t, c.old, c.new), want: []string{c.want}})
	}
	table = append(table, change{name: "high risk with one approval", old: "    within: 90m", new: "    risk: high", want: []string{"16:11: risk: high with one approval"}})
	table[len(table)-1].old, table[len(table)-1].new = "", strings.Replace(strings.Replace(good, "    within: 90m", "    risk: high", 1), ", count: 2", "", 1)
	check(t, "rules.golden", table)
}
