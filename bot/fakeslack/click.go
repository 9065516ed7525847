package fakeslack

import (
	"errors"
	"fmt"
)

var (
	// ErrNotDrawn is a press on something that is not there to be pressed, now.
	ErrNotDrawn = errors.New("element is not drawn")
	// ErrUnconfirmed is a press whose confirmation dialog was left open.
	ErrUnconfirmed = errors.New("element asks to confirm")
)

// Press is one person using one element.
type Press struct {
	User string

	// Where the element stands: in a message, which may be ephemeral,
	Channel, TS string
	// or in a view, modal or Home tab, by its id.
	View string

	Action string // its action_id
	Block  string // its block_id, needed only when several blocks hold that action

	// Value is what is chosen in anything but a button: an option's value, a user's id, a time in
	// Unix seconds; several checkboxes joined by commas.
	Value string

	Confirmed bool // the answer to the element's confirm dialog, where it has one
}

// Click presses a button or chooses in a menu, as the message or view is drawn now, and delivers
// the block_actions payload. What the person cannot do is an error: ErrNotDrawn, ErrUnconfirmed,
// or another about the place or the choice.
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
func (s *Server) Click(p Press) (Delivery, error) {
	payload, err := s.blockActions(p)
	if err != nil {
		return Delivery{}, fmt.Errorf("click %s: %w", p.Action, err)
	}
	return s.deliver(Delivery{Type: "interactive", Payload: encode(payload)}), nil
}

func (s *Server) blockActions(p Press) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(p.User)
	if err != nil {
		return nil, err
	}
	payload := s.interactive("block_actions", u)
	if p.View != "" {
		return payload, s.pressInView(payload, p)
	}
	return payload, s.pressInMessage(payload, p)
}

func (s *Server) pressInMessage(payload object, p Press) error {
	c, err := s.place(p.User, p.Channel)
	if err != nil {
		return err
	}
	m := s.visible(c, p.User, p.TS)
	if m == nil {
		return fmt.Errorf("no message %s in %s: %w", p.TS, p.Channel, ErrNotDrawn)
	}
	blocks, _ := decodeArray(string(m.Blocks)) // stored by us; none when there are none
	action, key, err := s.press(blocks, p, nil)
	if err != nil {
		return err
	}
	container := object{
		"type":         "message",
		"message_ts":   m.TS,
		"channel_id":   c.ID,
		"is_ephemeral": m.To != "",
	}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	payload["container"] = container
	payload["channel"] = object{"id": c.ID, "name": c.Name}
	payload["response_url"] = s.newResponseURL(p.User, m)
	if m.To == "" { // of an ephemeral message the payload has only the container
		payload["message"] = s.wire(m)
	}
	state := initialState(blocks)
	if _, ok := state[key]; ok {
		state[key] = withoutIDs(action)
	}
	payload["state"] = object{"values": state.wire()}
	s.finishAction(payload, p, action)
	return nil
}

func (s *Server) pressInView(payload object, p Press) error {
	v := s.findView(p.View, "")
	if v == nil || v.user != p.User {
		return fmt.Errorf("no view %s of %s: %w", p.View, p.User, ErrNotDrawn)
	}
	action, key, err := s.press(v.blocks(), p, v.offered)
	if err != nil {
		return err
	}
	if _, ok := v.state[key]; ok {
		v.state[key] = withoutIDs(action)
	}
	payload["container"] = object{"type": "view", "view_id": v.id}
	payload["view"] = s.wireView(v)
	s.finishAction(payload, p, action)
	return nil
}

// visible is a message of the channel, or an ephemeral one that only the user sees.
func (s *Server) visible(c *channel, user, ts string) *Message {
	if m := c.message(ts); m != nil {
		return m
	}
	for _, m := range s.ephemeral[user] {
		if m.Channel == c.ID && m.TS == ts && !m.Deleted {
			return m
		}
	}
	return nil
}

// press finds the element and makes the entry of payload.actions for it.
func (s *Server) press(blocks []any, p Press, offered map[elementKey][]any) (object, elementKey, error) {
	e, key, err := find(blocks, p.Block, p.Action)
	if err != nil {
		return nil, key, err
	}
	if e["confirm"] != nil && !p.Confirmed {
		return nil, key, ErrUnconfirmed
	}
	action := object{"type": "button", "text": e["text"]}
	if e["type"] == "button" {
		for _, field := range []string{"value", "url", "style"} {
			if e[field] != nil {
				action[field] = e[field]
			}
		}
	} else if action, err = s.chosen(e, p.Value, offered[key]); err != nil {
		return nil, key, err
	}
	action["action_id"], action["block_id"] = key.action, key.block
	return action, key, nil
}

// find looks for one element that acts when used: those of inputs act only with dispatch_action.
func find(blocks []any, blockID, actionID string) (found object, at elementKey, err error) {
	for _, item := range blocks {
		block := item.(object)
		if block["type"] == "input" && block["dispatch_action"] != true {
			continue
		}
		for _, e := range elementsOf(block) {
			key := keyOf(block, e)
			if e["type"] == "image" || key.action != actionID || blockID != "" && key.block != blockID {
				continue
			}
			if found != nil {
				return nil, at, fmt.Errorf("action stands in blocks %q and %q: name one", at.block, key.block)
			}
			found, at = e, key
		}
	}
	if found == nil {
		return nil, at, ErrNotDrawn
	}
	return found, at, nil
}

func (s *Server) finishAction(payload object, p Press, action object) {
	stamp := s.timestamp()
	action["action_ts"] = stamp
	payload["trigger_id"] = s.newTrigger(p.User)
	payload["actions"] = []object{action}
}

// withoutIDs is the state that an action leaves in its element.
func withoutIDs(action object) object {
	kind, _ := action["type"].(string)
	return object{"type": kind, fieldsOf[kind].value: action[fieldsOf[kind].value]}
}
