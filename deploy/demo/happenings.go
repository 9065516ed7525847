package demo

import (
	"cmp"
	"maps"
	"strings"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/aws/trail"
	"sekisho/store"
)

// happening is what the person at the page did to the world, or the world did, beside what people say in Slack.
type happening struct {
	At   time.Time         `json:"at"`
	What string            `json:"what"` // the page's words have a sentence for it
	With map[string]string `json:"with,omitempty"`

	Times int `json:"times"` // so often in a row, the last time at At
}

// happen notes a happening and tells the page. What fails again and again in an outage is one row.
func (s *stage) happen(what string, with map[string]string) {
	now := happening{At: s.clock.now(), What: what, With: with, Times: 1}
	s.mu.Lock()
	if n := len(s.happened) - 1; n >= 0 && s.happened[n].What == what && with["error"] != "" && maps.Equal(s.happened[n].With, with) {
		now.Times += s.happened[n].Times
		s.happened = s.happened[:n]
	}
	s.happened = last(append(s.happened, now), mostLines)
	s.mu.Unlock()
	s.bell.ring()
}

// put puts a body on the queue, as EventBridge does, and notes what the bot will make of it.
func (s *stage) put(body string) {
	found := trail.Parse([]byte(body), s.settings().Policy.Known)
	what := "put." + string(found.Class)
	if found.Class == trail.Request && s.journal.grant(found.Request.ID).ID != "" {
		what = "put.again"
	}
	s.aws.Send(s.queue, "", body)
	s.happen(what, map[string]string{
		"request": found.Request.ID,
		"user":    cmp.Or(found.User, "?"), "account": cmp.Or(found.Account, "?"), "why": found.Why,
		"address": found.Request.Signin.Address, "mfa": found.Request.Signin.MFA,
	})
}

// explained says of sign-ins that were put on the queue why they made no card, once the ledger has it.
func (s *stage) explained(happened []happening) []happening {
	for i, h := range happened {
		if h.What != "put.request" {
			continue
		}
		switch g := s.journal.grant(h.With["request"]); g.State {
		case store.Ignored:
			h.What, h.With = "put.no_card", maps.Clone(h.With)
			h.With["why"] = g.Note
		case store.Merged:
			h.What = "put.merged"
		}
		happened[i] = h
	}
	return happened
}

// services are those of AWS whose calls are noted, as people call them.
var services = map[string]string{"iam": "IAM", "ssm": "Systems Manager", "secretsmanager": "Secrets Manager"}

// follow notes the calls that changed AWS, or were to, until the context of the page ends. So many were there before.
func (s *stage) follow(seen int) {
	_ = s.aws.Wait(s.ctx, func() bool { // its error is the end
		calls := s.aws.Calls()
		for _, c := range calls[seen:] {
			if services[c.Service] != "" && (c.Write || c.Err == "ServiceFailure") {
				s.happen("call", described(c))
			}
		}
		seen = len(calls)
		s.bell.ring()
		return false
	})
}

func described(c fakeaws.Call) map[string]string {
	words := []string{c.Action} // names have no spaces
	for _, name := range []string{"UserName", "GroupName", "AccessKeyId", "Status", "Name", "SecretId", "DocumentName"} {
		words = append(words, c.Params[name])
	}
	return map[string]string{"service": services[c.Service], "call": strings.Join(strings.Fields(strings.Join(words, " ")), " "), "error": c.Err}
}
