package app_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sekisho/aws/fakeaws"
	"sekisho/bot"
	"sekisho/bot/fakeslack"
	"sekisho/deploy/app"
	"sekisho/deploy/config"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// looked returns what a look finds, as "section text: what is wrong", and what it has logged.
func looked(s *sim, fault func(fakeaws.Call) *fakeaws.Failure) (faults []string, ways int, log string) {
	s.t.Helper()
	var out written
	s.aws.Fault(fault)
	memory := s.slack.Memory()
	begin := time.Now()
	e := app.Edges{Now: time.Now, Log: slog.New(slog.NewTextHandler(&out, nil)),
		AWS: func(id string) aws.Config {
			c := s.aws.Config(account)
			if id != "" {
				c = s.aws.Config(id)
			}
			c.HTTPClient = &http.Client{Transport: s.aws}
			return c
		},
		Slack: bot.Slack{URL: memory.URL, BotToken: "xoxb-1", AppToken: "xapp-1", HTTP: memory.HTTP, Dialer: memory.Dialer}}
	broken := app.LookAtWays(s.t.Context(), s.settings(), e)
	for _, f := range append(broken, app.LookAtGroups(s.t.Context(), s.settings(), e)...) {
		faults = append(faults, fmt.Sprintf("%s %s: %s", f.Section, f.Text, f.Says))
	}
	if took := time.Since(begin); took > 41*time.Second {
		s.t.Errorf("a look took %s", took)
	}
	return faults, len(broken), out.String()
}

// What the configuration names is looked up, and what is not there is named with what to do: channels, queues and groups.
func TestLook(t *testing.T) {
	t.Parallel()
	missing := setup{
		workspace: func(w *fakeslack.Workspace) {
			w.Channels[0].Members = slices.DeleteFunc(w.Channels[0].Members, func(id string) bool { return id == "U0BOT" })
			w.Channels[1].Archived = true
		},
		config: func(c *config.Config) {
			c.SignIns = strings.Replace(c.SignIns, "sign-ins", "sign-in", 1)
			e := c.Policy.Entitlements[0]
			e.ID, e.Target, e.Steps = "prod-admin", "jit-admins", []store.Step{{By: []string{"usergroup:S0NOBODY"}, Count: 1}}
			e.Escalation = &policy.Escalation{To: []string{"usergroup:S0LEADS"}}
			c.Policy.Entitlements = append(c.Policy.Entitlements, e)
		},
	}
	inBubble(t, setup{}, func(s *sim) {
		if faults, _, log := looked(s, nil); len(faults) != 0 || log != "" {
			t.Errorf("all is there, and it finds %q, %s", faults, log)
		}
	})
	inBubble(t, missing, func(s *sim) {
		faults, ways, log := looked(s, nil)
		want := []string{"slack C0APPROVALS: channel C0APPROVALS: the bot is not in the channel: invite it",
			"slack C0SECURITY: channel C0SECURITY: the channel is archived", "queues ", "entitlements prod-admin: prod-admin: IAM group jit-admins in account production: there is no such group",
			"entitlements usergroup:S0NOBODY: usergroup:S0NOBODY: Slack has no such user group"}
		if len(faults) != len(want) || ways != 3 || log != "" {
			t.Fatalf("%d ways of %q, %s", ways, faults, log)
		}
		for i, w := range want {
			if !strings.HasPrefix(faults[i], w) {
				t.Errorf("got %q, want %q", faults[i], w)
			}
		}
		if !strings.Contains(faults[2], "SQS has no such queue: copy the URL") {
			t.Errorf("got %q", faults[2])
		}
	})
	const power = `{"Statement": {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}}`
	inBubble(t, setup{}, func(s *sim) {
		s.aws.AddGroupPolicy(account, group, "power", power)
		if faults, _, _ := looked(s, nil); len(faults) != 0 {
			t.Errorf("got %q", faults)
		}
		s.aws.AddGroupPolicy(account, group, "keys", `{"Statement": [{"Effect": "Allow", "Action": ["iam:*AccessKey"], "Resource": "arn:aws:iam::*:user/${aws:username}"}]}`)
		if faults, _, _ := looked(s, nil); len(faults) != 1 || !strings.Contains(faults[0], "allow iam:CreateAccessKey, iam:UpdateAccessKey (2 such actions)") {
			t.Errorf("got %q", faults)
		}
		s.aws.AddGroupPolicy(account, group, "no keys", `{"Statement": [{"Effect": "Deny", "Action": "IAM:*", "Resource": ["*"]}]}`)
		if faults, _, _ := looked(s, nil); len(faults) != 0 {
			t.Errorf("denied, and got %q", faults)
		}
	})
	inBubble(t, setup{config: func(c *config.Config) { c.Policy.Entitlements[0].AllowsIAM = true }}, func(s *sim) {
		s.aws.AddGroupPolicy(account, group, "all", `{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`)
		if faults, _, _ := looked(s, nil); len(faults) != 0 {
			t.Errorf("it is meant, and got %q", faults)
		}
	})
	for name, how := range map[string]*fakeaws.Failure{"hangs": {Hang: true}, "does not let us": {Code: "AccessDenied"}, "is down": {Code: "ServiceFailure", Status: 500}} {
		inBubble(t, setup{}, func(s *sim) {
			if faults, _, log := looked(s, func(fakeaws.Call) *fakeaws.Failure { return how }); len(faults) != 0 || strings.Count(log, "cannot be looked up") != 3 {
				t.Errorf("AWS %s: %q, %s", name, faults, log)
			}
		})
	}
}
