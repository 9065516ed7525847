package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sekisho/bot/fakeslack"
)

// button is one that is drawn.
type button struct {
	Type     string
	ActionID string `json:"action_id"`
	Text     json.RawMessage
	Confirm  json.RawMessage
	block    string // the id of its block
}

// press presses a button. Where it asks for confirmation, the next line answers.
func (d *desk) press(ctx context.Context, rest string) error {
	args, err := words(rest)
	if err != nil {
		return err
	}
	if len(args) != 2 && len(args) != 3 {
		return errors.New("press USER BUTTON [CARD|home|modal]")
	}
	u, err := d.person(args[0])
	if err != nil {
		return err
	}
	where := append(args, "")[2]
	p, b, err := d.aim(u, args[1], where)
	if err != nil {
		return err
	}
	delivery, err := d.slack.Click(p)
	if errors.Is(err, fakeslack.ErrUnconfirmed) {
		if p.Confirmed, err = d.confirm(ctx, b); err != nil || !p.Confirmed {
			return err
		}
		delivery, err = d.slack.Click(p)
	}
	return arrived(delivery, err)
}

// aim finds the button: on the card of a number, in the Home tab or the modal, or on the newest card that has it.
func (d *desk) aim(u fakeslack.User, name, where string) (fakeslack.Press, button, error) {
	switch where {
	case "":
		for _, m := range slices.Backward(d.cards) {
			if b, ok := d.has(u, m, name); ok {
				return fakeslack.Press{User: u.ID, Channel: m.Channel, TS: m.TS, Action: b.ActionID, Block: b.block}, b, nil
			}
		}
		return fakeslack.Press{}, button{}, fmt.Errorf("no card that %s sees has a button %q", u.Name, name)
	case "home", "modal":
		look := map[string]func(string) (fakeslack.View, bool){"home": d.slack.Home, "modal": d.slack.Modal}[where]
		v, _ := look(u.ID) // without one there is no button either
		b, ok := find(v.Blocks, name)
		if !ok {
			return fakeslack.Press{}, button{}, fmt.Errorf("no button %q in the %s of %s", name, where, u.Name)
		}
		return fakeslack.Press{User: u.ID, View: v.ID, Action: b.ActionID, Block: b.block}, b, nil
	}
	n, err := strconv.Atoi(where)
	if err != nil || n < 1 || n > len(d.cards) {
		return fakeslack.Press{}, button{}, fmt.Errorf("no card %q: cards lists them", where)
	}
	m := d.cards[n-1]
	b, ok := d.has(u, m, name)
	if !ok {
		return fakeslack.Press{}, button{}, fmt.Errorf("%s sees no button %q on card %d", u.Name, name, n)
	}
	return fakeslack.Press{User: u.ID, Channel: m.Channel, TS: m.TS, Action: b.ActionID, Block: b.block}, b, nil
}

// has finds a button on a card that the person sees.
func (d *desk) has(u fakeslack.User, m fakeslack.Message, name string) (button, bool) {
	sees := m.Channel == d.slack.DM(u.ID)
	for _, c := range d.ws.Channels {
		sees = sees || c.ID == m.Channel && slices.Contains(c.Members, u.ID)
	}
	if m.Deleted || !sees || m.To != "" && m.To != u.ID {
		return button{}, false
	}
	return find(m.Blocks, name)
}

// find looks for a button by its action id or its label, whatever the case.
func find(blocks json.RawMessage, name string) (button, bool) {
	var list []struct {
		BlockID   string            `json:"block_id"`
		Elements  []json.RawMessage // of actions; those of other blocks are no buttons
		Accessory json.RawMessage
	}
	_ = json.Unmarshal(blocks, &list) // fakeslack has taken them, or there are none
	for _, block := range list {
		for _, raw := range append(block.Elements, block.Accessory) {
			b := button{block: block.BlockID}
			if json.Unmarshal(raw, &b) != nil || b.Type != "button" {
				continue
			}
			if strings.EqualFold(b.ActionID, name) || strings.EqualFold(textOf(b.Text), name) {
				return b, true
			}
		}
	}
	return button{}, false
}

// textOf is what a text object says.
func textOf(raw json.RawMessage) string {
	var text struct{ Text string }
	_ = json.Unmarshal(raw, &text) // none is an empty text
	return text.Text
}

// confirm asks what the button's dialog asks, until the answer is y or n.
func (d *desk) confirm(ctx context.Context, b button) (bool, error) {
	var dialog struct{ Title, Text, Confirm, Deny json.RawMessage }
	if err := json.Unmarshal(b.Confirm, &dialog); err != nil {
		return false, fmt.Errorf("read confirm dialog: %w", err)
	}
	d.printf("\n%s\n%s\n[ %s ] y, [ %s ] n?\n", textOf(dialog.Title), textOf(dialog.Text), textOf(dialog.Confirm), textOf(dialog.Deny))
	for {
		answer, err := d.next(ctx)
		if err != nil {
			return false, err
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
		d.printf("y or n?\n")
	}
}
