package fakeslack

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// fields are where an element keeps its value: in the state of its view, and in itself what stands there at first.
type fields struct{ value, initial string }

var fieldsOf = map[string]fields{
	"checkboxes":                 {"selected_options", "initial_options"},
	"conversations_select":       {"selected_conversation", "initial_conversation"},
	"datepicker":                 {"selected_date", "initial_date"},
	"datetimepicker":             {"selected_date_time", "initial_date_time"},
	"external_select":            {"selected_option", "initial_option"},
	"multi_conversations_select": {"selected_conversations", "initial_conversations"},
	"multi_external_select":      {"selected_options", "initial_options"},
	"multi_static_select":        {"selected_options", "initial_options"},
	"multi_users_select":         {"selected_users", "initial_users"},
	"number_input":               {"value", "initial_value"},
	"plain_text_input":           {"value", "initial_value"},
	"radio_buttons":              {"selected_option", "initial_option"},
	"static_select":              {"selected_option", "initial_option"},
	"timepicker":                 {"selected_time", "initial_time"},
	"users_select":               {"selected_user", "initial_user"},
}

// chosen is the state of element e once a person has entered value: typed text, a number, an id, a day (2026-11-22), a time
// (14:05), a moment in Unix seconds, an option's value, or several ids or options joined by commas. Empty is nothing
// chosen. Options of an external select are those last offered, and those that stood in it at first.
func (s *Server) chosen(e object, value string, offered []any) (object, error) {
	kind, _ := e["type"].(string)
	field := cmp.Or(fieldsOf[kind].value, "selected_option") // an overflow menu chooses, and keeps nothing
	out := object{"type": kind, field: nil}
	if value == "" {
		return out, nil
	}
	var err error
	out[field], err = s.entered(e, kind, value, offered)
	return out, err
}

func (s *Server) entered(e object, kind, value string, offered []any) (any, error) {
	switch kind {
	case "plain_text_input":
		return typed(e, value)
	case "number_input":
		return counted(e, value)
	case "users_select":
		return s.known(value, s.isUser)
	case "conversations_select":
		return s.known(value, s.isChannel)
	case "multi_users_select":
		return each(e, value, func(id string) (any, error) { return s.known(id, s.isUser) })
	case "multi_conversations_select":
		return each(e, value, func(id string) (any, error) { return s.known(id, s.isChannel) })
	case "datepicker":
		return moment(value, time.DateOnly)
	case "timepicker":
		return moment(value, hourMinute)
	case "datetimepicker":
		_, err := strconv.ParseInt(value, 10, 64)
		return json.Number(value), err
	case "checkboxes", "multi_static_select":
		return each(e, value, func(v string) (any, error) { return pick(optionsOf(e), v) })
	case "multi_external_select":
		return each(e, value, func(v string) (any, error) { return pick(onOffer(e, offered), v) })
	case "external_select":
		return pick(onOffer(e, offered), value)
	}
	return pick(optionsOf(e), value)
}

func onOffer(e object, offered []any) []any {
	kind, _ := e["type"].(string)
	switch first := e[fieldsOf[kind].initial].(type) {
	case object:
		return append(slices.Clip(offered), first)
	case []any:
		return append(slices.Clip(offered), first...)
	}
	return offered
}

// each reads several values, and no more of them than the element takes.
func each(e object, values string, one func(string) (any, error)) (any, error) {
	var out []any
	var errs []error
	for v := range strings.SplitSeq(values, ",") {
		picked, err := one(v)
		out, errs = append(out, picked), append(errs, err)
	}
	if most, ok := wholeNumber(e["max_selected_items"]); ok && len(out) > most {
		errs = append(errs, fmt.Errorf("%d chosen where %d fit", len(out), most))
	}
	return out, errors.Join(errs...)
}

// known lets through the id of somebody or something that is there.
func (s *Server) known(id string, is func(string) bool) (any, error) {
	if !is(id) {
		return nil, fmt.Errorf("no user or conversation %q", id)
	}
	return id, nil
}

func (s *Server) isUser(id string) bool { _, ok := s.users[id]; return ok }

func (s *Server) isChannel(id string) bool { return s.channels[id] != nil }

// typed lets through what the input's own lengths let a person send.
func typed(e object, value string) (string, error) {
	least, most := inputLengths(e)
	if n := utf8.RuneCountInString(value); n < least || n > most {
		return "", fmt.Errorf("%d characters typed where %d to %d fit", n, least, most)
	}
	return value, nil
}

// pick chooses an option by its value, or as a person does by what it says.
func pick(options []any, value string) (any, error) {
	i := slices.IndexFunc(options, func(o any) bool { return o.(object)["value"] == value })
	if i < 0 {
		i = slices.IndexFunc(options, func(o any) bool { return textOf(o.(object)["text"]) == value })
	}
	if i < 0 {
		return nil, fmt.Errorf("no option %q", value)
	}
	return options[i], nil
}

func isEmpty(value object) bool {
	kind, _ := value["type"].(string)
	switch v := value[fieldsOf[kind].value].(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}
