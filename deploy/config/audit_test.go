package config_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/deploy/config"
	"sekisho/handlers"
	"sekisho/handlers/audit"
)

// audited is what is good with a section about the audit.
func audited(section string) string { return good + "audit: " + section + "\n" }

func TestAudit(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	change := []string{"IAMUserChangePassword"}
	for name, c := range map[string]struct {
		text string
		want audit.Settings
	}{
		"unless said": {good, audit.Settings{Password: 2160 * time.Hour, KeyAge: 2160 * time.Hour, KeyUnused: 1080 * time.Hour, Policies: change, Report: &handlers.Daily{At: 9 * 60, Zone: zone}}},
		"all": {audited(`{password: 720h, key_age: 48h, key_unused: 90m, policies: [Self, IAMUserChangePassword], at: "7:30"}`),
			audit.Settings{Password: 720 * time.Hour, KeyAge: 48 * time.Hour, KeyUnused: 90 * time.Minute, Policies: []string{"Self", "IAMUserChangePassword"}, Report: &handlers.Daily{At: 7*60 + 30, Zone: zone}}},
		"never": {audited("{at: none}"), audit.Settings{Password: 2160 * time.Hour, KeyAge: 2160 * time.Hour, KeyUnused: 1080 * time.Hour, Policies: change}},
	} {
		got, err := config.Parse([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(&c.want, got.Audit, cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
		at := 9 * 60 // where there is no report
		if c.want.Report != nil {
			at = c.want.Report.At
		}
		if head := got.Policy.Head; head == nil || head.At != at {
			t.Errorf("%s: the head is sent at %+v, want %d", name, head, at)
		}
	}
}

func TestMistakesOfAudit(t *testing.T) {
	wrong := func(name, section string, want ...string) change { return change{name, "", audited(section), want} }
	check(t, "audit.golden", []change{
		wrong("a time alone", `"09:00"`, "30:8: is a text, and must be a mapping"),
		wrong("nothing", "", "30:1: has no value"),
		wrong("unknown key", "{key_unsed: 48h}", "30:9: did you mean key_unused?"),
		wrong("days", "{password: 90d}", "30:19: is not a time"),
		wrong("no time at all", "{key_age: 0h}", "30:18: is shorter than a minute"),
		wrong("ten years", "{key_age: 87600h}", "30:18: is longer than a year"),
		wrong("no such hour", `{at: "24:00"}`, "30:13: is not a time of the day"),
		wrong("no minutes", "{at: 9}", "30:13: is not a time of the day"),
		wrong("never", "{at: never}", "30:13: or none for no report"),
		wrong("a policy by its ARN", `{policies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}`, "30:20: is not a policy's name"),
		wrong("no policies", "{policies: []}", "30:19: has nothing in it"),
		wrong("policies that are none", "{policies: {a: b}}", "30:19: is a mapping"),
		wrong("more than one", "{password: 90d, at: noon}", "30:19: is not a time", "30:28: is not a time of the day"),
	})
}
