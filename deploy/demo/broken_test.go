package demo

import (
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/bot/fakeslack"
)

// A story fails at the step before which the bot died, whichever that is, and names it.
func TestADeadBot(t *testing.T) {
	t.Parallel()
	for name, scene := range scenes {
		for dies := 1; dies < len(scene.said); dies++ {
			p, _ := played(t)
			steps := scene.story(p).steps
			if strings.HasPrefix(steps[dies].tells.en, "The bot is stopped and started") {
				continue // as the dead one is
			}
			t.Run(name+"/"+steps[dies].tells.en, func(t *testing.T) {
				t.Parallel()
				for _, s := range steps[:dies] {
					if err := p.happens(t.Context(), s); err != nil {
						t.Fatal(err)
					}
				}
				p.bot.life.cut()
				if err := p.until(t.Context(), "the connections are gone", func() bool { return p.slack.Sockets() == 0 }); err != nil {
					t.Fatal(err)
				}
				p.patience = 300 * time.Millisecond
				if err := p.happens(t.Context(), steps[dies]); err == nil || !strings.Contains(err.Error(), steps[dies].tells.en) {
					t.Errorf("%v, want an error that names the step", err)
				}
			})
		}
	}
}

// A bot that lives but cannot do a thing fails its story at the first step that needs it.
func TestABotThatCannot(t *testing.T) {
	t.Parallel()
	slackDoesNot := func(method string) func(*player) {
		return func(p *player) {
			p.slack.Fault(func(c fakeslack.Call) *fakeslack.Failure {
				if c.Method == method {
					return &fakeslack.Failure{Status: 500}
				}
				return nil
			})
		}
	}
	iamDoesNot := func(action string) func(*player) {
		return func(p *player) {
			p.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
				if c.Action == action {
					return &fakeaws.Failure{Code: "ServiceFailure"}
				}
				return nil
			})
		}
	}
	for _, c := range []struct {
		name  string
		story string
		fault func(*player)
		want  string
	}{
		{"post a card", "sign-in", slackDoesNot("chat.postMessage"), "A card appears"},
		{"answer one person", "sign-in", slackDoesNot("chat.postEphemeral"), "The bot answers only them"},
		{"give", "sign-in", iamDoesNot("AddUserToGroup"), "Another approver presses Approve"},
		{"take back", "sign-in", iamDoesNot("RemoveUserFromGroup"), "The end has come"},
		{"open a form", "request", slackDoesNot("views.open"), "types /jit request"},
		{"fill a form", "request", slackDoesNot("views.update"), "types /jit request"},
		{"redraw a card", "request", slackDoesNot("chat.update"), "one of two"},
		{"finish", "request", iamDoesNot("RemoveUserFromGroup"), "Finish now"},
		{"redraw a denied card", "denial", slackDoesNot("chat.update"), "has to say why"},
		{"redraw an extended card", "extension", slackDoesNot("chat.update"), "is given it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, _ := played(t)
			c.fault(p)
			p.patience = 3 * time.Second // on a busy machine what works takes more than one
			for _, s := range scenes[c.story].story(p).steps {
				if err := p.happens(t.Context(), s); err != nil {
					p.bot.life.cut() // or it tries on for a while
					if !strings.Contains(err.Error(), c.want) {
						t.Errorf("%v, want an error that names %q", err, c.want)
					}
					return
				}
			}
			t.Error("the story is told to its end")
		})
	}
}
