package demo

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sekisho/bot/fakeslack"
)

// draw prints what came or changed since it was called last, the oldest first.
func (d *desk) draw() {
	d.once("app", fmt.Sprint(d.slack.Sockets() > 0), func() {
		if d.slack.Sockets() > 0 {
			d.printf("\n── the app is connected ──\n")
		} else if len(d.drawn) > 1 { // not at the very start
			d.printf("\n── the app is not connected ──\n")
		}
	})
	for _, m := range d.messages() {
		d.once(keyOf(m), fmt.Sprint(m.Edited, m.Deleted), func() { d.message(m) })
		if n := d.number[keyOf(m)]; n > 0 {
			d.cards[n-1] = m
		}
	}
	for _, u := range d.ws.Users {
		d.view("modal of "+u.Name, d.slack.Modal, u.ID)
		d.view("Home tab of "+u.Name, d.slack.Home, u.ID)
	}
}

// once prints a thing again only when its version is another one.
func (d *desk) once(key, version string, print func()) {
	if d.drawn[key] != version {
		d.drawn[key] = version
		print()
	}
}

// messages are all there are for anybody to see, in the order they came.
func (d *desk) messages() []fakeslack.Message {
	var out []fakeslack.Message
	collect := func(channel string) {
		for _, m := range d.slack.Messages(channel) {
			out = append(out, m)
			out = append(out, d.slack.Thread(channel, m.TS)...)
		}
	}
	for _, c := range d.ws.Channels {
		collect(c.ID)
	}
	for _, u := range d.ws.Users {
		collect(d.slack.DM(u.ID))
		out = append(out, d.slack.Ephemerals(u.ID)...)
	}
	slices.SortStableFunc(out, func(x, y fakeslack.Message) int { return cmp.Compare(x.TS, y.TS) })
	return out
}

func keyOf(m fakeslack.Message) string { return m.Channel + " " + m.TS + " " + m.To }

// message prints one message. What the app says at the top level of a channel is a card, and gets a number.
func (d *desk) message(m fakeslack.Message) {
	text := strings.TrimRight(d.slack.Render(m), "\n")
	if m.ThreadTS != "" && m.To == "" {
		parent := d.number[m.Channel+" "+m.ThreadTS+" "]
		d.printf("\n  ↳ card %d: %s\n", parent, strings.ReplaceAll(text, "\n", "\n    "))
		return
	}
	if i := slices.IndexFunc(d.ws.Users, func(u fakeslack.User) bool { return u.ID == m.User }); i >= 0 {
		d.printf("\n%s in %s: %s\n", d.ws.Users[i].Name, d.place(m), text)
		return
	}
	n, known := d.number[keyOf(m)]
	if !known {
		d.cards = append(d.cards, m)
		n = len(d.cards)
		d.number[keyOf(m)] = n
	}
	switch {
	case m.Deleted:
		d.printf("\n── card %d, deleted ──\n", n)
	case known:
		d.printf("\n── card %d, changed ──\n%s\n", n, text)
	default:
		d.printf("\n── card %d, %s ──\n%s\n", n, d.place(m), text)
	}
}

// place names where a message stands.
func (d *desk) place(m fakeslack.Message) string {
	name := m.Channel
	for _, c := range d.ws.Channels {
		if c.ID == m.Channel {
			name = "#" + c.Name
		}
	}
	for _, u := range d.ws.Users {
		if d.slack.DM(u.ID) == m.Channel {
			name = "DM to " + u.Name
		}
	}
	for _, u := range d.ws.Users {
		if u.ID == m.To {
			name += ", only for " + u.Name
		}
	}
	return name
}

// view prints a modal or a Home tab, and under it the names by which its inputs are filled.
func (d *desk) view(name string, look func(user string) (fakeslack.View, bool), user string) {
	v, there := look(user)
	version := ""
	if there {
		version = fmt.Sprint(v.ID, v.Hash, v.Errors, v.Refused)
	}
	d.once(name, version, func() {
		if !there {
			d.printf("\n── %s, closed ──\n", name)
			return
		}
		d.printf("\n── %s ──\n%s", name, d.slack.RenderView(v))
		keys := ""
		for _, in := range inputs(v.Blocks) {
			if in.Element.Type == "datetimepicker" {
				keys += in.Key + "=YYYY-MM-DDThh:mm "
				continue
			}
			keys += in.Key + "=... "
		}
		if keys != "" {
			d.printf("(fill %s, then submit)\n", keys)
		}
	})
}

// input is a block of a view that takes a value.
type input struct {
	Type     string
	Key      string `json:"block_id"`
	Dispatch bool   `json:"dispatch_action"` // the app hears of a choice at once
	Element  struct {
		Type     string
		ActionID string `json:"action_id"`
	}
}

// inputs are those of a view, in their order.
func inputs(blocks json.RawMessage) []input {
	var list []input
	_ = json.Unmarshal(blocks, &list) // fakeslack has taken them
	return slices.DeleteFunc(list, func(in input) bool { return in.Type != "input" })
}
