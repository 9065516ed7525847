package fakeslack

import (
	"fmt"
	"maps"
	"slices"
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

func initialState(blocks []any) viewState {
	state := viewState{}
	for _, item := range blocks {
		block := item.(object)
		for _, e := range elementsOf(block) {
			kind, _ := e["type"].(string)
			if f, ok := fieldsOf[kind]; ok {
				state[keyOf(block, e)] = object{"type": kind, f.value: e[f.initial]}
			}
		}
	}
	return state
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
