package fakeslack

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Suggest is a person typing into an external select of their open modal. The options of the
// app's answer are in Delivery.Response, and can then be chosen.
// https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload
func (s *Server) Suggest(user, viewID, blockID, query string) (Delivery, error) {
	v, key, payload, err := s.suggestion(user, viewID, blockID, query)
	if err != nil {
		return Delivery{}, fmt.Errorf("suggest for %s: %w", blockID, err)
	}
	return s.deliver(Delivery{
		Type:    "interactive",
		Payload: encode(payload),
		effect:  func(raw json.RawMessage) error { return v.suggested(key, raw) },
	}), nil
}

func (s *Server) suggestion(user, viewID, blockID, query string) (*view, elementKey, object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var key elementKey
	u, err := s.person(user)
	if err != nil {
		return nil, key, nil, err
	}
	v := s.modals[user]
	if v == nil || v.id != viewID {
		return nil, key, nil, ErrNotDrawn
	}
	e, key := findExternal(v.blocks(), blockID)
	if e == nil {
		return nil, key, nil, ErrNotDrawn
	}
	least, ok := wholeNumber(e["min_query_length"])
	if !ok {
		least = defaultMinQuery
	}
	if utf8.RuneCountInString(query) < least {
		return nil, key, nil, fmt.Errorf("query %q is shorter than %d", query, least)
	}
	payload := s.interactive("block_suggestion", u)
	payload["action_id"], payload["block_id"], payload["value"] = key.action, key.block, query
	payload["container"] = object{"type": "view", "view_id": v.id}
	payload["view"] = s.wireView(v)
	return v, key, payload, nil
}

func findExternal(blocks []any, blockID string) (object, elementKey) {
	for _, item := range blocks {
		block := item.(object)
		for _, e := range elementsOf(block) {
			if strings.HasSuffix(get(e, "type"), "external_select") && block["block_id"] == blockID {
				return e, keyOf(block, e)
			}
		}
	}
	return nil, elementKey{}
}

// suggested keeps the options of a suggestion's answer, inside the limits of a static select.
func (v *view) suggested(key elementKey, raw json.RawMessage) error {
	response, err := decodeResponse(raw)
	if err != nil {
		return err
	}
	if options, ok := response["options"].([]any); ok && len(options) == 0 {
		delete(v.offered, key) // nothing matches
		return nil
	}
	c := newChecker()
	c.optionsOrGroups(response, "")
	if err := c.err(); err != nil {
		return err
	}
	if v.offered == nil {
		v.offered = map[elementKey][]any{}
	}
	v.offered[key] = optionsOf(response)
	return nil
}
