package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"sekisho/bot/fakeslack"
)

// word is a sentence of the bot.
func (p *player) word(key string) string { return p.pen().Words.Say(key, nil) }

// votes is how the bot counts approvals.
func (p *player) votes(n, of int) string {
	return p.pen().Words.Say("card.asked_of", map[string]any{"N": n, "M": of})
}

// card is the story's one; none if there is not exactly one.
func (p *player) card() (fakeslack.Message, bool) {
	cards := p.slack.Messages(approvals)
	if len(cards) != 1 {
		return fakeslack.Message{}, false
	}
	return cards[0], true
}

// text is the card as it stands.
func (p *player) text() string {
	m, _ := p.card()
	return p.slack.Render(m)
}

func (p *player) draw() { p.show(p.text()) }

// shows waits until the card says it.
func (p *player) shows(ctx context.Context, words ...string) error {
	return p.until(ctx, fmt.Sprintf("the card says %q", words), func() bool {
		text := p.text()
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	})
}

// thread waits until the card's thread says something, and shows all of it.
func (p *player) thread(ctx context.Context, last string) error {
	var lines []string
	err := p.until(ctx, "the thread says "+last, func() bool {
		card, _ := p.card()
		lines = lines[:0]
		for _, m := range p.slack.Thread(approvals, card.TS) {
			lines = append(lines, strings.TrimSpace(p.slack.Render(m)))
		}
		return slices.Contains(lines, last)
	})
	for _, line := range lines {
		_, _ = fmt.Fprintf(p.out, "  ↳ %s\n", strings.ReplaceAll(line, "\n", "\n    "))
	}
	return err
}

// hears waits until the bot tells who signed in something by direct message, and shows the message.
func (p *player) hears(ctx context.Context, words ...string) error {
	var heard string
	err := p.until(ctx, fmt.Sprintf("a direct message says %q", words), func() bool {
		return slices.ContainsFunc(p.slack.Messages(p.slack.DM(yamada)), func(m fakeslack.Message) bool {
			heard = p.slack.Render(m)
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(heard, w) })
		})
	})
	if err == nil {
		p.show(heard)
	}
	return err
}

// form waits until somebody's form has a field.
func (p *player) form(ctx context.Context, user, field string) error {
	return p.until(ctx, "the form has a field "+field, func() bool {
		v, _ := p.slack.Modal(user)
		return slices.ContainsFunc(inputs(v.Blocks), func(in input) bool { return in.Key == field })
	})
}

// showForm shows somebody's form.
func (p *player) showForm(user string) {
	v, _ := p.slack.Modal(user)
	p.show(p.slack.RenderView(v))
}

func (p *player) members() []string { return p.aws.Members(p.who.Account, p.rule.Target) }

// group tells who is in the group in truth.
func (p *player) group() { p.show(fmt.Sprintf("  AWS IAM  %s: %v", p.rule.Target, p.members())) }

// until waits for something to happen in Slack or AWS.
func (p *player) until(ctx context.Context, what string, happened func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	var one sync.Mutex // both ask, and happened may keep what it saw
	look := func() bool {
		one.Lock()
		defer one.Unlock()
		return happened()
	}
	seen := make(chan error, 2)
	go func() { seen <- p.slack.Wait(ctx, look) }()
	go func() { seen <- p.aws.Wait(ctx, look) }()
	err := <-seen
	cancel()
	<-seen
	if err != nil {
		return fmt.Errorf("waited %s until %s: %w", p.patience, what, err)
	}
	return nil
}

// hastens is until with a clock that goes faster, so that nobody waits for what is looked at again after a while.
func (p *player) hastens(ctx context.Context, by time.Duration, what string, happened func() bool) error {
	ctx, stop := context.WithCancel(ctx)
	var hand sync.WaitGroup
	hand.Go(func() {
		for beat := time.NewTicker(50 * time.Millisecond); ; {
			select {
			case <-beat.C:
				p.skip(by)
			case <-ctx.Done():
				beat.Stop()
				return
			}
		}
	})
	defer hand.Wait()
	defer stop()
	return p.until(ctx, what, happened)
}

// says tells whether the card does.
func (p *player) says(word string) bool { return strings.Contains(p.text(), word) }

// signedIn is the event at another time, and under another id where one is given.
func signedIn(event []byte, id string, at time.Time) []byte {
	decoder := json.NewDecoder(bytes.NewReader(event))
	decoder.UseNumber()
	var whole map[string]any
	if err := decoder.Decode(&whole); err != nil {
		return event // it has been parsed before: not reached
	}
	record := whole
	if inner, ok := whole["detail"].(map[string]any); ok {
		record = inner
	}
	record["eventTime"] = at.UTC().Format(time.RFC3339)
	if id != "" {
		record["eventID"] = id
	}
	out, err := json.Marshal(whole)
	if err != nil {
		return event
	}
	return out
}
