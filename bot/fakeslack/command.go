package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// errNoCommands keeps commands and shortcuts from an app that was not installed with them.
var errNoCommands = errors.New("app has no scope commands")

// Slash is a person typing "/command text" in a channel. The app need not be in it. A payload in
// the acknowledgement is shown to the person, or with response_type in_channel to everybody. The
// command has should_escape: "@name" of a user comes to the app as "<@ID|name>".
// https://docs.slack.dev/interactivity/implementing-slash-commands
func (s *Server) Slash(user, channel, command, text string) (Delivery, error) {
	c, payload, err := s.slash(user, channel, command, text)
	if err != nil {
		return Delivery{}, fmt.Errorf("type %s: %w", command, err)
	}
	return s.deliver(Delivery{
		Type:    "slash_commands",
		Payload: encode(payload),
		effect:  func(raw json.RawMessage) error { return s.answered(c, user, raw) },
	}), nil
}

func (s *Server) slash(user, in, command, text string) (*channel, object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.place(user, in)
	if err != nil {
		return nil, nil, err
	}
	if !s.hasScope("commands") {
		return nil, nil, errNoCommands
	}
	u := s.users[user]
	return c, object{
		"token":                 verificationToken,
		"team_id":               u.TeamID,
		"team_domain":           "fake",
		"channel_id":            c.ID,
		"channel_name":          c.Name,
		"user_id":               u.ID,
		"user_name":             u.Name,
		"command":               command,
		"text":                  s.escapeMentions(text),
		"api_app_id":            s.ws.AppID,
		"is_enterprise_install": "false",
		"response_url":          s.newResponseURL(user, &Message{Channel: c.ID}),
		"trigger_id":            s.newTrigger(user),
	}, nil
}

// escapeMentions writes users as Slack does. The caller holds mu.
func (s *Server) escapeMentions(text string) string {
	words := strings.Split(text, " ")
	for i, word := range words {
		name, ok := strings.CutPrefix(word, "@")
		for _, u := range s.users {
			if ok && u.Name == name {
				words[i] = "<@" + u.ID + "|" + u.Name + ">"
			}
		}
	}
	return strings.Join(words, " ")
}

// answered shows what the acknowledgement of a command says, if it says anything.
func (s *Server) answered(c *channel, user string, raw json.RawMessage) error {
	response, err := decodeResponse(raw)
	if err != nil || len(response) == 0 {
		return err
	}
	b, refused := s.readBody(bodyArgs(response), maxPostText)
	if refused != nil {
		return refused
	}
	m := Message{User: s.ws.BotUser, Text: b.text, Blocks: b.blocks, To: user}
	if response["response_type"] == "in_channel" {
		m.To = ""
	}
	s.add(c, m)
	return nil
}

// bodyArgs makes the JSON of a response look like the arguments of chat.postMessage.
func bodyArgs(o object) map[string]string {
	text, _ := o["text"].(string)
	args := map[string]string{"text": text}
	if o["blocks"] != nil {
		args["blocks"] = string(encode(o["blocks"]))
	}
	return args
}

// Shortcut is a person choosing the app's global shortcut.
// https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
func (s *Server) Shortcut(user, callbackID string) (Delivery, error) {
	payload, err := s.shortcut(user, callbackID)
	if err != nil {
		return Delivery{}, fmt.Errorf("choose shortcut %s: %w", callbackID, err)
	}
	return s.deliver(Delivery{Type: "interactive", Payload: encode(payload)}), nil
}

func (s *Server) shortcut(user, callbackID string) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(user)
	if err != nil {
		return nil, err
	}
	if !s.hasScope("commands") {
		return nil, errNoCommands
	}
	payload := s.interactive("shortcut", u)
	payload["callback_id"] = callbackID
	payload["action_ts"] = s.timestamp()
	payload["trigger_id"] = s.newTrigger(user)
	return payload, nil
}

// OpenHome is a person opening the app's Home tab: the event app_home_opened.
// https://docs.slack.dev/reference/events/app_home_opened
func (s *Server) OpenHome(user string) (Delivery, error) {
	payload, err := s.homeOpened(user)
	if err != nil {
		return Delivery{}, fmt.Errorf("open home: %w", err)
	}
	return s.deliver(Delivery{Type: "events_api", Payload: encode(payload)}), nil
}

func (s *Server) homeOpened(user string) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.person(user); err != nil {
		return nil, err
	}
	event := object{
		"type":     "app_home_opened",
		"user":     user,
		"channel":  s.dm(user).ID,
		"tab":      "home",
		"event_ts": s.timestamp(),
	}
	if v := s.homes[user]; v != nil {
		event["view"] = s.wireView(v)
	}
	return object{
		"type":       "event_callback",
		"token":      verificationToken,
		"team_id":    s.ws.TeamID,
		"api_app_id": s.ws.AppID,
		"event_id":   s.id("Ev"),
		"event_time": s.ws.Now().Unix(),
		"event":      event,
	}, nil
}
