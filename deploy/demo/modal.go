package demo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sekisho/bot/fakeslack"
)

// fill keeps values for the open modal; they are entered when it is submitted.
func (d *desk) fill(_ context.Context, rest string) error {
	args, err := words(rest)
	if err != nil {
		return err
	}
	name := ""
	if len(args) > 0 && !strings.Contains(args[0], "=") {
		name, args = args[0], args[1:]
	}
	v, err := d.open(name)
	if err != nil {
		return err
	}
	values := map[string]string{}
	for _, pair := range args {
		key, value, _ := strings.Cut(pair, "=")
		if values[key], err = d.offer(v, key, value); err != nil {
			return err
		}
	}
	if d.filled[v.ID] == nil {
		d.filled[v.ID] = map[string]string{}
	}
	maps.Copy(d.filled[v.ID], values)
	return nil
}

// entered is what is typed as Slack has it: a moment by the clock of this machine becomes Unix seconds, which will do as well.
func (in input) entered(typed string) string {
	at, err := time.ParseInLocation("2006-01-02T15:04", typed, time.Local)
	if in.Element.Type != "datetimepicker" || err != nil {
		return typed
	}
	return strconv.FormatInt(at.Unix(), 10)
}

// offer checks that an input is there, and returns the value as Slack has it. One whose options the app suggests is typed
// into, so that they are; a choice that the app wants to hear of at once is made.
func (d *desk) offer(v fakeslack.View, key, value string) (string, error) {
	all := inputs(v.Blocks)
	i := slices.IndexFunc(all, func(in input) bool { return in.Key == key })
	if i < 0 {
		return "", fmt.Errorf("no input %q in the modal", key)
	}
	in := all[i]
	if in.Element.Type == "external_select" {
		if err := arrived(d.slack.Suggest(v.User, v.ID, key, value)); err != nil {
			return "", err
		}
	}
	value = in.entered(value)
	if !in.Dispatch || in.Element.Type == "plain_text_input" {
		return value, nil
	}
	return value, arrived(d.slack.Click(fakeslack.Press{User: v.User, View: v.ID, Block: key, Action: in.Element.ActionID, Value: value}))
}

func (d *desk) submit(_ context.Context, name string) error {
	v, err := d.open(name)
	if err != nil {
		return err
	}
	return arrived(d.slack.Submit(v.User, v.ID, d.filled[v.ID]))
}

func (d *desk) closeModal(_ context.Context, name string) error {
	v, err := d.open(name)
	if err != nil {
		return err
	}
	return arrived(d.slack.CloseModal(v.User))
}

// open is the modal of a person, or without a name the only one there is.
func (d *desk) open(name string) (fakeslack.View, error) {
	if name != "" {
		u, err := d.person(name)
		if err != nil {
			return fakeslack.View{}, err
		}
		v, there := d.slack.Modal(u.ID)
		if !there {
			return v, fmt.Errorf("%s has no modal open", name)
		}
		return v, nil
	}
	var found []fakeslack.View
	for _, u := range d.ws.Users {
		if v, there := d.slack.Modal(u.ID); there {
			found = append(found, v)
		}
	}
	switch len(found) {
	case 0:
		return fakeslack.View{}, errors.New("no modal is open")
	case 1:
		return found[0], nil
	}
	return fakeslack.View{}, errors.New("several modals are open: name the user")
}
