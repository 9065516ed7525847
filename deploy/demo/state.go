package demo

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
)

// state is all that the page shows one person: what that person sees in Slack, and the world beside it.
type state struct {
	Lang     string    `json:"lang"`
	World    string    `json:"world"` // another one after each start of the server
	Ahead    int64     `json:"ahead"` // by how many milliseconds the demo's clock is before the real one
	As       string    `json:"as"`
	People   []person  `json:"people"`
	Groups   []group   `json:"groups"`
	Places   []place   `json:"places"` // what the person is in
	All      []channel `json:"channels"`
	Modal    *view     `json:"modal,omitempty"`
	Home     *view     `json:"home,omitempty"`
	Bot      botState  `json:"bot"`
	Down     []string  `json:"down"`
	Hung     string    `json:"hung"` // of AWS: what takes calls and does not answer
	Tags     []person  `json:"taggable"`
	Cloud    []account `json:"cloud"`
	NextTurn time.Time `json:"nextTurn,omitzero"`

	Ledger   []line      `json:"ledger"`   // the newest first
	Happened []happening `json:"happened"` // the newest first
	Tour     int         `json:"tour"`     // how many steps are done
}

// person is somebody to act as; the page's words have what they are, under role.ID.
type person struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Real   string `json:"real"`
	Locale string `json:"locale"`
	Zone   string `json:"zone"`
	Guest  bool   `json:"guest,omitempty"`
	Left   bool   `json:"left,omitempty"`
	App    bool   `json:"app,omitempty"`
}

type group struct {
	ID     string `json:"id"`
	Handle string `json:"handle"`
	Mine   bool   `json:"mine,omitempty"` // the person is in it
}

type channel struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// place is a conversation with what is in it, the oldest first.
type place struct {
	ID       string    `json:"id"`
	Name     string    `json:"name,omitempty"`
	App      bool      `json:"app,omitempty"` // it is the direct message with the app
	Members  int       `json:"members,omitempty"`
	Messages []message `json:"messages"`
}

type message struct {
	TS      string          `json:"ts"`
	User    string          `json:"user"`
	Text    string          `json:"text"`
	Blocks  json.RawMessage `json:"blocks,omitempty"`
	Edited  int             `json:"edited,omitempty"`
	Only    bool            `json:"only,omitempty"` // nobody else sees it
	Replies []message       `json:"replies,omitempty"`
}

type view struct {
	ID     string            `json:"id"`
	Hash   string            `json:"hash"`
	Title  string            `json:"title,omitempty"`
	Submit string            `json:"submit,omitempty"`
	Close  string            `json:"close,omitempty"`
	Blocks json.RawMessage   `json:"blocks"`
	Errors map[string]string `json:"errors,omitempty"`

	Refused int `json:"refused,omitempty"` // how often the app has said errors, which are shown each time
}

// botState is how the bot is, as far as the world can tell.
type botState string

const (
	botWorks  botState = "works"
	botCutOff botState = "unconnected" // it runs, but Slack does not reach it
	botDead   botState = "dead"
)

// account is an AWS account as it is in truth.
type account struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Users  []awsUser  `json:"users"`
	Groups []awsGroup `json:"groups"`

	Rotated []string      `json:"rotated,omitempty"` // users whose keys are rotated
	Keys    []fakeaws.Key `json:"keys,omitempty"`    // that are rotated, of users as whom nobody signs in; where there are none, what follows is null
	Secrets []awsSecret   `json:"secrets"`
	Servers []awsServer   `json:"servers"`
}

// awsSecret is a secret, without what is secret of it: the ids of the keys at its two labels.
type awsSecret struct {
	Name     string `json:"name"`
	Current  string `json:"current"`
	Previous string `json:"previous,omitempty"`
	Deletes  bool   `json:"deletes,omitempty"`
}

type awsServer struct {
	ID   string `json:"id"`
	Key  string `json:"key"` // that it uses
	Mood mood   `json:"mood"`
}

type awsUser struct {
	Name     string        `json:"name"`
	Password bool          `json:"password"`
	Keys     []fakeaws.Key `json:"keys"`
	Tag      string        `json:"tag,omitempty"` // the Slack account that its tag names
}

type awsGroup struct {
	Name    string   `json:"name"`
	Members []string `json:"members"`
}

// state is what a person sees now.
func (s *stage) state(as string) state {
	s.mu.Lock()
	c := s.config
	out := state{Lang: s.lang, As: as, Ahead: time.Duration(s.clock.skipped.Load()).Milliseconds(), Down: []string{},
		Bot: botWorks, Happened: reversed(s.happened)}
	for _, service := range []string{"iam", "slack"} {
		if s.down[service] {
			out.Down = append(out.Down, service)
		}
	}
	if s.bot == nil && !s.anew {
		out.Bot = botDead
	} else if s.slack.Sockets() == 0 {
		out.Bot = botCutOff
	}
	s.mu.Unlock()
	s.workspaceInto(&out)
	for id, name := range c.Policy.Accounts {
		out.Cloud = append(out.Cloud, s.account(c, id, name))
	}
	slices.SortFunc(out.Cloud, func(a, b account) int { return strings.Compare(b.Name, a.Name) })
	out.Hung, out.Tags = s.broken.hanging(), taggable(out.Lang)
	out.NextTurn = s.journal.nextTurn()
	out.Ledger, out.Happened = s.journal.newest(), s.explained(out.Happened)
	out.World = s.name
	out.Tour = s.journal.steps(out.Bot == botDead, s.clock.now())
	return out
}

// workspaceInto adds what there is in Slack.
func (s *stage) workspaceInto(out *state) {
	ws := workspace(s.clock.now)
	ws.Users = usersIn(out.Lang)
	if !slices.ContainsFunc(ws.Users, func(u fakeslack.User) bool { return u.ID == out.As && !u.Deleted }) {
		out.As = yamada
	}
	for _, u := range ws.Users {
		if u.Deleted {
			continue // nobody can act as who has left
		}
		out.People = append(out.People, person{ID: u.ID, Name: u.Name, Real: u.RealName, Locale: u.Locale, Zone: u.TZ, Guest: u.Restricted})
	}
	for _, g := range ws.Groups {
		out.Groups = append(out.Groups, group{g.ID, g.Handle, slices.Contains(g.Members, out.As)})
	}
	whispers := s.slack.Ephemerals(out.As)
	for _, c := range ws.Channels {
		out.All = append(out.All, channel{c.ID, c.Name})
		if slices.Contains(c.Members, out.As) {
			out.Places = append(out.Places, place{ID: c.ID, Name: c.Name, Members: len(c.Members), Messages: s.messages(c.ID, whispers)})
		}
	}
	dm := s.slack.DM(out.As)
	out.Places = append(out.Places, place{ID: dm, App: true, Messages: s.messages(dm, whispers)})
	if v, ok := s.slack.Modal(out.As); ok {
		out.Modal = shown(v)
	}
	if v, ok := s.slack.Home(out.As); ok {
		out.Home = shown(v)
	}
}

func shown(v fakeslack.View) *view {
	return &view{v.ID, v.Hash, v.Title, v.Submit, v.Close, v.Blocks, v.Errors, v.Refused}
}

// messages are the newest of a conversation, each with its thread, and what only this person sees among them.
func (s *stage) messages(channel string, whispers []fakeslack.Message) []message {
	all := slices.DeleteFunc(s.slack.Messages(channel), func(m fakeslack.Message) bool { return m.Deleted })
	out := []message{}
	for _, m := range last(all, mostLines) {
		one := told(m)
		for _, r := range s.slack.Thread(channel, m.TS) {
			if !r.Deleted {
				one.Replies = append(one.Replies, told(r))
			}
		}
		out = append(out, one)
	}
	for _, w := range whispers {
		if w.Channel == channel && !w.Deleted {
			out = whisper(out, w)
		}
	}
	slices.SortStableFunc(out, func(a, b message) int { return strings.Compare(a.TS, b.TS) })
	return out
}

// whisper puts what only one person sees where it belongs: into the thread that it answers, or the channel.
func whisper(list []message, w fakeslack.Message) []message {
	one := told(w)
	one.Only = true
	i := slices.IndexFunc(list, func(m message) bool { return m.TS == w.ThreadTS })
	if i < 0 {
		return append(list, one)
	}
	list[i].Replies = append(list[i].Replies, one)
	return list
}

func told(m fakeslack.Message) message {
	return message{TS: m.TS, User: m.User, Text: m.Text, Blocks: m.Blocks, Edited: m.Edited}
}

// account is one as it is in truth, whatever the bot believes.
func (s *stage) account(c config.Config, id, name string) account {
	s.renaming.RLock()
	defer s.renaming.RUnlock()
	out := account{ID: id, Name: name}
	for _, l := range s.everybody() {
		if l.account == id {
			out.Users = append(out.Users, awsUser{l.user, s.aws.HasPassword(id, l.user), s.aws.Keys(id, l.user), s.tagOf(l)})
		}
	}
	for _, rule := range groupsOf(c) {
		if rule.Account == id {
			group := s.groupNow(id, rule.Target)
			out.Groups = append(out.Groups, awsGroup{group, append([]string{}, s.aws.Members(id, group)...)})
		}
	}
	for _, r := range c.Policy.Rotations {
		if r.Account == id {
			s.rotatedInto(&out, r)
		}
	}
	return out
}
