package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Submit enters values, by the block_id of an input, into the user's open modal and submits it.
// Inputs without a value keep what stands in them. A value the client would not send, such as none
// for a required input, is an error. Unless the app's answer says otherwise, the modal closes; with
// an answer that is missing or unusable it stays open, and Delivery.Problem is set.
// https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
func (s *Server) Submit(user, viewID string, values map[string]string) (Delivery, error) {
	v, payload, err := s.submission(user, viewID, values)
	if err != nil {
		return Delivery{}, fmt.Errorf("submit view %s: %w", viewID, err)
	}
	return s.deliver(Delivery{
		Type:    "interactive",
		Payload: encode(payload),
		effect:  func(raw json.RawMessage) error { return s.submitted(v, raw) },
	}), nil
}

func (s *Server) submission(user, viewID string, values map[string]string) (*view, object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(user)
	if err != nil {
		return nil, nil, err
	}
	v := s.modals[user]
	if v == nil || v.id != viewID {
		return nil, nil, ErrNotDrawn
	}
	if v.spec["submit"] == nil {
		return nil, nil, errors.New("view has no submit button")
	}
	state, err := s.fill(v, values)
	if err != nil {
		return nil, nil, err
	}
	v.state, v.errors = state, nil
	payload := s.interactive("view_submission", u)
	payload["trigger_id"] = s.newTrigger(user)
	payload["view"] = s.wireView(v)
	payload["response_urls"] = []any{}
	return v, payload, nil
}

// submitted does what the acknowledgement of a view_submission asks for. It changes nothing when
// the modal has been replaced meanwhile.
// https://docs.slack.dev/surfaces/modals#modal_responses
func (s *Server) submitted(v *view, raw json.RawMessage) error {
	response, err := decodeResponse(raw)
	if err != nil {
		return err
	}
	if s.modals[v.user] != v {
		return nil
	}
	switch action := response["response_action"]; action {
	case nil, "clear":
		delete(s.modals, v.user)
	case "errors":
		if v.errors, err = readErrors(v, response["errors"]); err == nil {
			v.refused++
		}
	case "update":
		spec, refused := s.readView(string(encode(response["view"])), "modal")
		if refused != nil {
			return refused
		}
		s.redrawView(v, spec)
	default:
		return fmt.Errorf("unknown response_action %v", action)
	}
	return err
}

// readErrors takes messages for inputs only: any other key makes Slack say that it had trouble
// connecting. https://docs.slack.dev/surfaces/modals#displaying_errors
func readErrors(v *view, given any) (map[string]string, error) {
	byBlock, _ := given.(object)
	if len(byBlock) == 0 {
		return nil, errors.New("response has no errors")
	}
	out := map[string]string{}
	for _, id := range slices.Sorted(maps.Keys(byBlock)) {
		text, ok := byBlock[id].(string)
		isInput := slices.ContainsFunc(v.blocks(), func(b any) bool {
			block := b.(object)
			return block["type"] == "input" && block["block_id"] == id
		})
		if !ok || !isInput {
			return nil, fmt.Errorf("error for %q, which is no input", id)
		}
		out[id] = text
	}
	return out, nil
}

// CloseModal is the person closing the open modal. The app hears of it only when the view asked
// for that with notify_on_close; else the Delivery is empty.
func (s *Server) CloseModal(user string) (Delivery, error) {
	v, payload, err := s.closing(user)
	if err != nil {
		return Delivery{}, fmt.Errorf("close modal of %s: %w", user, err)
	}
	if v.spec["notify_on_close"] != true {
		return Delivery{}, nil
	}
	return s.deliver(Delivery{Type: "interactive", Payload: encode(payload)}), nil
}

func (s *Server) closing(user string) (*view, object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(user)
	if err != nil {
		return nil, nil, err
	}
	v := s.modals[user]
	if v == nil {
		return nil, nil, ErrNotDrawn
	}
	delete(s.modals, user)
	s.notify()
	payload := s.interactive("view_closed", u)
	payload["view"], payload["is_cleared"] = s.wireView(v), false
	return v, payload, nil
}
