package demo

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"sekisho/store"
)

// actsAs has a small app, with a form and a Home tab, in the place of the bot.
func actsAs(t *testing.T, s *stage) {
	t.Helper()
	s.must(t, action{Do: "kill"})
	s.sees(t, yamada, "the bot's connections are gone", func(state) bool { return s.slack.Sockets() == 0 })
	RunApp(t, s.url)
	s.sees(t, yamada, "the app connects", func(state) bool { return s.slack.Sockets() > 0 })
}

// Opening the Home tab tells the app; what it publishes is shown to that person only, and its buttons work.
func TestTheHomeTab(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	actsAs(t, s)
	if v := s.state(yamada); v.Home != nil {
		t.Errorf("a Home tab that nobody has published: %+v", v.Home)
	}
	s.must(t, action{Do: "home", As: yamada})
	v := s.sees(t, yamada, "their Home tab is there", func(v state) bool { return v.Home != nil })
	if other := s.state(sato); other.Home != nil {
		t.Errorf("somebody else sees %s", other.Home.Blocks)
	}
	var blocks []struct {
		BlockID   string `json:"block_id"`
		Accessory struct {
			ActionID string `json:"action_id"`
		}
	}
	if err := json.Unmarshal(v.Home.Blocks, &blocks); err != nil {
		t.Fatal(err)
	}
	s.must(t, action{Do: "click", As: yamada, View: v.Home.ID, Block: blocks[0].BlockID, Action: blocks[0].Accessory.ActionID})
	s.sees(t, yamada, "the button works", func(v state) bool { return strings.Contains(string(v.Home.Blocks), "Fresh home of U0YAMADA") })
}

// A modal carries the labels that the app gives its buttons, and none of others.
func TestTheButtonsOfAModal(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	actsAs(t, s)
	s.must(t, action{Do: "say", As: yamada, Channel: approvals, Text: "/jit request"})
	v := s.sees(t, yamada, "a form is open", func(v state) bool { return v.Modal != nil })
	if v.Modal.Submit != "Submit" || v.Modal.Close != "" {
		t.Errorf("modal %+v", v.Modal)
	}
}

// Somebody is added to a managed group past the bot: the security channel hears of it, and a press takes them out.
func TestAMemberAddedByHand(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	s.must(t, action{Do: "join", Account: production, User: "legacy-batch"})
	for _, wrong := range []action{{Account: production, User: "legacy-batch"}, {Account: production, User: "k.ito"}, {Account: "x", User: "a.mori"}} {
		if wrong.Do = "join"; s.explain(second(s.do(wrong))) == "" {
			t.Errorf("%+v is done", wrong)
		}
	}
	alert := func(v state) []message { return v.Places[1].Messages }
	v := s.sees(t, suzuki, "there is an alert", func(v state) bool { return len(alert(v)) == 1 })
	if !strings.Contains(alert(v)[0].Text, "legacy-batch") || !slices.Equal(members(v, operators), []string{"legacy-batch"}) {
		t.Errorf("the alert says %q, members %v", alert(v)[0].Text, members(v, operators))
	}
	s.must(t, action{Do: "lang", Name: "ja"})
	s.sees(t, suzuki, "the alert in Japanese", func(v state) bool { return strings.Contains(string(alert(v)[0].Blocks), "不明なメンバー") })
	s.sees(t, suzuki, "the bot is back", func(v state) bool { return v.Bot == botWorks })
	s.must(t, action{Do: "click", As: suzuki, Channel: security, TS: alert(v)[0].TS, Action: string(store.Remedy), Confirmed: true})
	s.sees(t, suzuki, "the member is gone", func(v state) bool { return len(members(v, operators)) == 0 })
}

func second[A, B any](_ A, b B) B { return b }

// The bot has a Home tab of its own.
func TestTheBotsHomeTab(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	s.must(t, action{Do: "home", As: yamada})
	v := s.sees(t, yamada, "their Home tab is there", func(v state) bool { return v.Home != nil })
	if !strings.Contains(string(v.Home.Blocks), "Your access and requests") {
		t.Errorf("Home tab %s", v.Home.Blocks)
	}
}
