package demo

import "testing"

// What cannot be done is told in a sentence, and changes nothing.
func TestActionsThatCannotBe(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	card := s.signsIn(t, production, "t.yamada")
	for _, c := range []struct {
		action
		want *sentence
	}{
		{action{}, say("error.action")},
		{action{Do: "dance"}, say("error.action")},
		{action{Do: "start"}, errAlreadyRuns},
		{action{Do: "skip", Name: "end"}, say("error.no_end")},
		{action{Do: "skip", Name: "year"}, say("error.action")},
		{action{Do: "fault", Name: "s3", On: true}, say("error.action")},
		{action{Do: "hang", Name: "s3"}, say("error.action")},
		{action{Do: "lang", Name: "fr"}, say("error.action")},
		{action{Do: "record", Text: " "}, say("error.no_record")},
		{action{Do: "signin", Account: production, User: "nobody", Address: "203.0.113.24"}, say("error.no_login", "user", "nobody")},
		{action{Do: "signin", Account: production, User: "t.yamada", Address: "here"}, say("error.no_address", "address", "here")},
		{action{Do: "server", Name: "i-0other", Value: "silent"}, say("error.action")},
		{action{Do: "server", Name: servers[0], Value: "angry"}, say("error.action")},
		{action{Do: "key", Name: "AKIAEXAMPLE"}, say("error.no_key", "key", "AKIAEXAMPLE")},
		{action{Do: "read", Account: production, User: "nobody"}, say("error.no_login", "user", "nobody")},
		{action{Do: "open", Account: production, Name: "sekisho/none"}, say("error.no_such", "name", "sekisho/none")},
		{action{Do: "say", As: sato, Channel: approvals, Text: " "}, say("error.empty")},
		{action{Do: "say", As: park, Channel: security, Text: "hello"}, nil},
		{action{Do: "say", As: "U0NOBODY", Channel: approvals, Text: "hello"}, nil},
		{action{Do: "click", As: sato, Channel: approvals, TS: card.TS, Action: "dance"}, say("error.not_drawn")},
		{action{Do: "click", As: sato, Channel: approvals, TS: "1.0", Action: "approve"}, say("error.not_drawn")},
		{action{Do: "submit", As: sato, View: "V1"}, say("error.not_drawn")},
		{action{Do: "close", As: sato}, say("error.not_drawn")},
		{action{Do: "suggest", As: sato, View: "V1"}, say("error.not_drawn")},
	} {
		_, err := s.do(c.action)
		switch {
		case err == nil:
			t.Errorf("%+v is done", c.action)
		case c.want != nil && s.explain(err) != c.want.in("en"):
			t.Errorf("%+v: %q, want %q", c.action, s.explain(err), c.want.in("en"))
		}
	}
	s.must(t, action{Do: "kill"})
	click := action{Do: "click", As: sato, Channel: approvals, TS: card.TS, Action: "approve"}
	if _, err := s.do(action{Do: "kill"}); s.explain(err) != errNotRunning.in("en") {
		t.Errorf("a second death: %v", err)
	}
	if _, err := s.do(click); s.explain(err) != say("error.bot_dead").in("en") {
		t.Errorf("a press on a dead bot: %v", err)
	}
	s.must(t, action{Do: "fault", Name: "slack", On: true})
	if _, err := s.do(click); s.explain(err) != say("error.slack_down").in("en") {
		t.Errorf("a press in a dead Slack: %v", err)
	}
}
