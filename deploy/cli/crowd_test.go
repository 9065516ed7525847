package cli_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/store"
)

// crowd is people who sign in and press buttons all the time, whether or not anybody is there to hear of it.
type crowd struct {
	h     *house
	leave context.CancelFunc
	all   sync.WaitGroup

	mu      sync.Mutex
	rng     *rand.Rand
	signIns []string        // event ids that SQS has taken
	acked   map[string]bool // ids of presses of which Slack said that they were taken
	failed  int             // presses of which it said that they were not
}

// gather lets the crowd in. It acts by the seed, as far as the program's own timing lets it.
func (h *house) gather(rng *rand.Rand) *crowd {
	ctx, leave := context.WithCancel(context.Background())
	c := &crowd{h: h, leave: leave, rng: rng, acked: map[string]bool{}}
	c.all.Go(func() { c.often(ctx, time.Second, c.signIn) })
	for range 4 {
		c.all.Go(func() { c.often(ctx, 600*time.Millisecond, c.press) })
	}
	c.all.Go(func() { c.often(ctx, 8*time.Second, func() { h.slack.Disconnect("") }) })
	return c
}

// goHome returns when everybody is done with what they were doing.
func (c *crowd) goHome() {
	c.leave()
	c.all.Wait()
}

// often acts again and again, as people do: now and then, this long at most between two times.
func (c *crowd) often(ctx context.Context, pause time.Duration, act func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(c.random(int(pause)))):
			act()
		}
	}
}

func (c *crowd) random(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rng.IntN(n)
}

func (c *crowd) signIn() {
	c.mu.Lock()
	id := fmt.Sprintf("e-%d", len(c.signIns)+1)
	c.mu.Unlock()
	c.h.signIn(holders[c.random(len(holders))], id)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.signIns = append(c.signIns, id)
}

var drawn = regexp.MustCompile(`"action_id":"(\w+)"`)

// press is somebody pressing some button of some card. Often it is not theirs to press, or no longer.
func (c *crowd) press() {
	cards := slices.DeleteFunc(c.h.slack.Messages(approvals), func(m fakeslack.Message) bool { return !drawn.Match(m.Blocks) })
	if len(cards) == 0 {
		return
	}
	card := cards[c.random(len(cards))]
	buttons := drawn.FindAllSubmatch(card.Blocks, -1)
	action := string(buttons[c.random(len(buttons))][1])
	user := c.somebody(action)
	delivery, err := c.h.slack.Click(fakeslack.Press{User: user, Channel: card.Channel, TS: card.TS, Action: action, Block: c.blockOf(card, action), Confirmed: true})
	if err != nil { // redrawn meanwhile
		return
	}
	filled, asks := forms[action]
	if !asks {
		c.note(delivery)
		return
	}
	if form, open := c.h.slack.Modal(user); open {
		if delivery, err := c.h.slack.Submit(user, form.ID, filled); err == nil {
			c.note(delivery)
		}
	}
}

// forms are what the buttons open that are no press yet, and how they are filled in.
var forms = map[string]map[string]string{"deny": {"deny": "not now"}, "decline": {"decline": "not now"}, "approve_with": {"note": "be quick"},
	"ask_more": {"note": "not done yet"}}

// somebody may mostly do it: who finishes is a holder, who decides an approver.
func (c *crowd) somebody(action string) string {
	if action == string(store.Finish) || c.random(10) == 0 {
		return holders[c.random(len(holders))].slack
	}
	return approvers[c.random(len(approvers))]
}

// blockOf names the block of a button, of which a digest has many.
func (c *crowd) blockOf(card fakeslack.Message, action string) string {
	var blocks []struct {
		BlockID  string `json:"block_id"`
		Elements []json.RawMessage
	}
	if err := json.Unmarshal(card.Blocks, &blocks); err != nil {
		return "" // a context block has elements of another shape: then there is one action block only
	}
	var with []string
	for _, b := range blocks {
		for _, e := range b.Elements {
			if found := drawn.FindSubmatch(e); found != nil && string(found[1]) == action {
				with = append(with, b.BlockID)
			}
		}
	}
	if len(with) == 0 {
		return ""
	}
	return with[c.random(len(with))]
}

// note remembers what Slack told the person: that a press was taken is a promise.
func (c *crowd) note(d fakeslack.Delivery) {
	id := pressID(c.h.t, d)
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.Acked {
		c.acked[id] = true
	} else {
		c.failed++
	}
}

// pressID is the id of the record of a press, or what that of a form begins with, behind which stands what the form says.
func pressID(t testing.TB, d fakeslack.Delivery) string {
	var payload struct {
		Type    string
		Trigger string `json:"trigger_id"`
		View    struct{ ID string }
	}
	if err := json.Unmarshal(d.Payload, &payload); err != nil || payload.Trigger == "" {
		t.Errorf("a press without a trigger: %v\n%s", err, d.Payload)
	}
	if payload.Type == "view_submission" {
		return store.PressPrefix + payload.View.ID + "-"
	}
	return store.PressPrefix + payload.Trigger
}
