package fakeslack

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Message is a message as people see it.
type Message struct {
	Channel  string
	TS       string
	ThreadTS string // of the message it replies to, "" at the top level
	User     string // who wrote it
	To       string // who alone sees it, "" unless it is ephemeral
	Text     string // what notifications show, and everyone when there are no blocks
	Blocks   json.RawMessage

	Edited  int // how often chat.update or a response URL changed it
	Deleted bool

	UnfurlLinks, UnfurlMedia bool
}

type channel struct {
	Channel
	messages []*Message
	lastPost time.Time // by package time
}

func (c *channel) has(user string) bool { return slices.Contains(c.Members, user) }

func (c *channel) message(ts string) *Message {
	for _, m := range c.messages {
		if m.TS == ts && !m.Deleted {
			return m
		}
	}
	return nil
}

// Messages are the top level of a channel, oldest first, deleted ones marked.
func (s *Server) Messages(channel string) []Message {
	return s.list(channel, func(m *Message) bool { return m.ThreadTS == "" })
}

// Thread are the replies to one message, oldest first.
func (s *Server) Thread(channel, ts string) []Message {
	return s.list(channel, func(m *Message) bool { return m.ThreadTS == ts })
}

func (s *Server) list(channel string, which func(*Message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.channels[channel]
	if !ok {
		return nil
	}
	return snapshot(c.messages, which)
}

// Ephemerals are what only the user sees, in all channels, oldest first.
func (s *Server) Ephemerals(user string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return snapshot(s.ephemeral[user], func(*Message) bool { return true })
}

func snapshot(messages []*Message, which func(*Message) bool) []Message {
	var out []Message
	for _, m := range messages {
		if which(m) {
			out = append(out, *m)
		}
	}
	return out
}

// Say is a person writing to a channel; ts is the message's. The app hears nothing of it.
func (s *Server) Say(user, channel, text string) (ts string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.place(user, channel)
	if err != nil {
		return "", fmt.Errorf("say in %s: %w", channel, err)
	}
	m := s.add(c, Message{User: user, Text: text})
	s.notify()
	return m.TS, nil
}

// add puts a message at the end of a channel, or of a person's ephemeral ones.
func (s *Server) add(c *channel, m Message) *Message {
	m.Channel, m.TS = c.ID, s.timestamp()
	if m.To != "" {
		s.ephemeral[m.To] = append(s.ephemeral[m.To], &m)
	} else {
		c.messages = append(c.messages, &m)
	}
	return &m
}

// wire is a message as payloads and answers carry it.
// https://docs.slack.dev/reference/events/message
func (s *Server) wire(m *Message) object {
	out := object{
		"type": "message",
		"user": m.User,
		"team": s.ws.TeamID,
		"ts":   m.TS,
		"text": m.Text,
	}
	if m.User == s.ws.BotUser {
		out["bot_id"], out["app_id"] = s.botID(), s.ws.AppID
	}
	if m.Blocks != nil {
		out["blocks"] = m.Blocks
	}
	if m.ThreadTS != "" {
		out["thread_ts"] = m.ThreadTS
	}
	if m.Edited > 0 {
		out["edited"] = object{"user": m.User, "ts": m.TS}
	}
	return out
}

// place finds a channel the person can see.
func (s *Server) place(user, id string) (*channel, error) {
	if _, err := s.person(user); err != nil {
		return nil, err
	}
	c, ok := s.channels[id]
	switch {
	case !ok:
		return nil, fmt.Errorf("no channel %q", id)
	case !c.has(user):
		return nil, fmt.Errorf("user %s is not in channel %s", user, id)
	}
	return c, nil
}

// person finds somebody who can act.
func (s *Server) person(id string) (User, error) {
	u, ok := s.users[id]
	switch {
	case !ok:
		return u, fmt.Errorf("no user %q", id)
	case u.Deleted:
		return u, fmt.Errorf("user %s is deleted", id)
	}
	return u, nil
}
