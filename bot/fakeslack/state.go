package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// elementKey names an element within its message or view.
type elementKey struct{ block, action string }

// viewState is what stands in the elements of a view, in the shape payloads carry it.
// https://docs.slack.dev/reference/views#view-state-values
type viewState map[elementKey]object

func (v viewState) wire() object {
	out := object{}
	for key, value := range v {
		block, ok := out[key.block].(object)
		if !ok {
			block = object{}
			out[key.block] = block
		}
		block[key.action] = value
	}
	return out
}

// elementsOf lists the elements of one block, images and the element of an input included.
func elementsOf(block object) []object {
	var items []any
	switch block["type"] {
	case "actions":
		items, _ = block["elements"].([]any)
	case "section":
		items = []any{block["accessory"]}
	case "input":
		items = []any{block["element"]}
	}
	var out []object
	for _, item := range items {
		if e, ok := item.(object); ok {
			out = append(out, e)
		}
	}
	return out
}

func keyOf(block, element object) elementKey {
	var key elementKey
	key.block, _ = block["block_id"].(string)
	key.action, _ = element["action_id"].(string)
	return key
}

// valueField names where the state of an element keeps its value.
var valueField = map[string]string{
	"checkboxes":       "selected_options",
	"datetimepicker":   "selected_date_time",
	"external_select":  "selected_option",
	"plain_text_input": "value",
	"radio_buttons":    "selected_option",
	"static_select":    "selected_option",
	"users_select":     "selected_user",
}

// initialField names where the element itself says what stands in it at first.
var initialField = map[string]string{
	"checkboxes":       "initial_options",
	"datetimepicker":   "initial_date_time",
	"external_select":  "initial_option",
	"plain_text_input": "initial_value",
	"radio_buttons":    "initial_option",
	"static_select":    "initial_option",
	"users_select":     "initial_user",
}

func initialState(blocks []any) viewState {
	state := viewState{}
	for _, item := range blocks {
		block := item.(object)
		for _, e := range elementsOf(block) {
			kind, _ := e["type"].(string)
			if field, ok := valueField[kind]; ok {
				state[keyOf(block, e)] = object{"type": kind, field: e[initialField[kind]]}
			}
		}
	}
	return state
}

// chosen is the state of element e once a person has entered value: typed text, a user's id, a
// time in Unix seconds, an option's value, or several of those joined by commas. Empty is nothing
// chosen. Options of an external select are those last offered.
func (s *Server) chosen(e object, value string, offered []any) (object, error) {
	kind, _ := e["type"].(string)
	out := object{"type": kind, valueField[kind]: nil}
	if value == "" {
		return out, nil
	}
	var err error
	switch kind {
	case "plain_text_input":
		out["value"], err = typed(e, value)
	case "users_select":
		if _, ok := s.users[value]; !ok {
			err = fmt.Errorf("no user %q", value)
		}
		out["selected_user"] = value
	case "datetimepicker":
		_, err = strconv.ParseInt(value, 10, 64)
		out["selected_date_time"] = json.Number(value)
	case "checkboxes":
		var picked []any
		for v := range strings.SplitSeq(value, ",") {
			option, e := pick(optionsOf(e), v)
			picked, err = append(picked, option), errors.Join(err, e)
		}
		out["selected_options"] = picked
	case "external_select":
		out["selected_option"], err = pick(offered, value)
	default:
		out["selected_option"], err = pick(optionsOf(e), value)
	}
	return out, err
}

// typed lets through what the input's own lengths let a person send.
func typed(e object, value string) (string, error) {
	least, most := inputLengths(e)
	if n := utf8.RuneCountInString(value); n < least || n > most {
		return "", fmt.Errorf("%d characters typed where %d to %d fit", n, least, most)
	}
	return value, nil
}

func pick(options []any, value string) (any, error) {
	i := slices.IndexFunc(options, func(o any) bool { return o.(object)["value"] == value })
	if i < 0 {
		return nil, fmt.Errorf("no option %q", value)
	}
	return options[i], nil
}

// fill enters values, by block id, into the inputs of a view and checks that it may be submitted.
func (s *Server) fill(v *view, values map[string]string) (viewState, error) {
	state := maps.Clone(v.state)
	left := maps.Clone(values)
	for _, item := range v.blocks() {
		block := item.(object)
		if block["type"] != "input" {
			continue
		}
		e := block["element"].(object)
		key := keyOf(block, e)
		if value, ok := left[key.block]; ok {
			entered, err := s.chosen(e, value, v.offered[key])
			if err != nil {
				return nil, fmt.Errorf("fill %s: %w", key.block, err)
			}
			state[key] = entered
			delete(left, key.block)
		}
		if block["optional"] != true && isEmpty(state[key]) {
			return nil, fmt.Errorf("fill %s: it is required", key.block)
		}
	}
	if len(left) > 0 {
		return nil, fmt.Errorf("fill view: no input with block id %q", slices.Sorted(maps.Keys(left)))
	}
	return state, nil
}

func isEmpty(value object) bool {
	kind, _ := value["type"].(string)
	switch v := value[valueField[kind]].(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}
