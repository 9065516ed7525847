package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/store"
)

// receipt shows the thread under the card, to its last line.
func (s *story) receipt(ctx context.Context) error {
	last, thread := s.pen().Words.Say("thread.undo", nil), []string{}
	err := s.until(ctx, "the thread says so", func() bool {
		thread = thread[:0]
		for _, m := range s.slack.Thread(approvals, s.card) {
			thread = append(thread, strings.TrimSpace(s.slack.Render(m)))
		}
		return slices.Contains(thread, last)
	})
	for _, line := range thread {
		_, _ = fmt.Fprintf(s.out, "  ↳ %s\n", line)
	}
	return err
}

// press presses Approve on the card.
func (s *story) press(user string) error {
	d, err := s.slack.Click(fakeslack.Press{User: user, Channel: approvals, TS: s.card, Action: string(store.Approve)})
	if err == nil && !d.Acked {
		err = errors.New("the press was not acknowledged within three seconds")
	}
	return err
}

// shows waits until there is one card, and it says the state.
func (s *story) shows(ctx context.Context, state store.State) error {
	word := s.pen().Words.Say("state."+string(state), nil)
	return s.until(ctx, "the card says "+word, func() bool {
		cards := s.slack.Messages(approvals)
		if len(cards) != 1 {
			return false
		}
		s.card = cards[0].TS
		return strings.Contains(cards[0].Text, word)
	})
}

// text is the card as it stands.
func (s *story) text() string { return s.slack.Render(s.slack.Messages(approvals)[0]) }

func (s *story) draw() { s.show(s.text()) }

func (s *story) members() []string { return s.aws.Members(s.who.Account, s.rule.Target) }

// group tells who is in the group in truth.
func (s *story) group() { s.show(fmt.Sprintf("  AWS IAM  %s: %v", s.rule.Target, s.members())) }

// skip moves the clock; whoever looks at it is told, so that nobody waits for the next tick.
func (s *story) skip(d time.Duration) {
	s.clock.skip(d)
	s.bot.poke()
}

// until waits for something to happen in Slack or AWS.
func (s *story) until(ctx context.Context, what string, happened func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var one sync.Mutex // both ask, and happened may keep what it saw
	look := func() bool {
		one.Lock()
		defer one.Unlock()
		return happened()
	}
	seen := make(chan error, 2)
	go func() { seen <- s.slack.Wait(ctx, look) }()
	go func() { seen <- s.aws.Wait(ctx, look) }()
	err := <-seen
	cancel()
	<-seen
	if err != nil {
		return fmt.Errorf("waited %s until %s: %w", patience, what, err)
	}
	return nil
}

// signedIn is the event at another time and under another id.
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
	record["eventID"], record["eventTime"] = id, at.UTC().Format(time.RFC3339)
	out, err := json.Marshal(whole)
	if err != nil {
		return event
	}
	return out
}
