package demo

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/policy"
)

// action is what the page asks for, as one small JSON object. Which fields count depends on Do.
type action struct {
	Do string `json:"do"`
	As string `json:"as"` // who acts, a Slack user id

	Channel   string            `json:"channel"`
	TS        string            `json:"ts"`
	View      string            `json:"view"`
	Block     string            `json:"block"`
	Action    string            `json:"action"`
	Value     string            `json:"value"`
	Confirmed bool              `json:"confirmed"`
	Values    map[string]string `json:"values"`
	Text      string            `json:"text"` // to write, to look for, or a record

	Account string `json:"account"`
	User    string `json:"user"` // an IAM user
	Address string `json:"address"`
	MFA     string `json:"mfa"` // "yes", "no", or "" where the record does not say

	Name string `json:"name"` // of a service, a span, a language, a server, a key or a secret
	On   bool   `json:"on"`
}

// slackActions are a person's in Slack, and fail as it does while Slack is down.
var slackActions = map[string]func(*stage, action) (json.RawMessage, error){
	"click": func(s *stage, a action) (json.RawMessage, error) {
		return done(s.slack.Click(fakeslack.Press{User: a.As, Channel: a.Channel, TS: a.TS, View: a.View,
			Action: a.Action, Block: a.Block, Value: a.Value, Confirmed: a.Confirmed}))
	},
	"submit":   func(s *stage, a action) (json.RawMessage, error) { return done(s.slack.Submit(a.As, a.View, a.Values)) },
	"close":    func(s *stage, a action) (json.RawMessage, error) { return done(s.slack.CloseModal(a.As)) },
	"home":     func(s *stage, a action) (json.RawMessage, error) { return done(s.slack.OpenHome(a.As)) },
	"shortcut": func(s *stage, a action) (json.RawMessage, error) { return done(s.slack.Shortcut(a.As, a.Name)) },
	"suggest": func(s *stage, a action) (json.RawMessage, error) {
		d, err := s.slack.Suggest(a.As, a.View, a.Block, a.Text)
		if _, err := done(d, err); err != nil {
			return nil, err
		}
		return d.Response, nil
	},
	"say": (*stage).write,
}

// worldActions are of the world beside Slack.
var worldActions = map[string]func(*stage, action) error{
	"signin": (*stage).signIn,
	"record": func(s *stage, a action) error {
		if strings.TrimSpace(a.Text) == "" {
			return say("error.no_record")
		}
		s.put(a.Text)
		return nil
	},
	"program": (*stage).program,
	"join":    (*stage).join,
	"server":  (*stage).turnServer,
	"key":     (*stage).turnKey,
	"open":    (*stage).openSecret,
	"audit":   (*stage).audit,
	"fault":   (*stage).fault,
	"hang":    (*stage).hang,
	"tag":     (*stage).tag,
	"kill":    func(s *stage, _ action) error { return s.worked("killed", s.kill()) },
	"start":   func(s *stage, _ action) error { return s.worked("started", s.startBot()) },
	"skip":    (*stage).skip,
	"lang": func(s *stage, a action) error {
		if catalogue[a.Name] == nil {
			return say("error.action")
		}
		return s.speak(a.Name)
	},
	"tour": func(s *stage, _ action) error {
		s.journal.restart()
		s.bell.ring()
		return nil
	},
}

// do does what the page asks for. The error is a sentence for the person there; an answer is only needed by few.
func (s *stage) do(a action) (json.RawMessage, error) {
	if a.Do == "rename" {
		return nil, s.rename(a)
	}
	s.renaming.RLock()
	defer s.renaming.RUnlock()
	if act, ok := worldActions[a.Do]; ok {
		return nil, act(s, a)
	}
	if a.Do == "read" {
		return s.read(a)
	}
	act, ok := slackActions[a.Do]
	s.mu.Lock()
	down, dead := s.down["slack"], s.bot == nil
	s.mu.Unlock()
	switch {
	case !ok:
		return nil, say("error.action")
	case down:
		return nil, say("error.slack_down")
	}
	answer, err := act(s, a)
	if errors.Is(err, errNoAnswer) && dead {
		err = say("error.bot_dead")
	}
	return answer, err
}

var errNoAnswer = say("error.no_answer")

// explain is an error in the language of the page.
func (s *stage) explain(err error) string {
	var own *sentence
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &own):
		own = say("error.other", "why", err.Error())
	}
	return own.in(s.language())
}

// done is what the person sees of an action in Slack.
func done(d fakeslack.Delivery, err error) (json.RawMessage, error) {
	var s *sentence
	switch {
	case errors.Is(err, fakeslack.ErrNotDrawn):
		s = say("error.not_drawn")
	case errors.Is(err, fakeslack.ErrUnconfirmed):
		s = say("error.unconfirmed")
	case err != nil:
		s = say("error.slack", "why", err.Error())
	case d.Problem != "":
		s = errNoAnswer
	default:
		return nil, nil
	}
	return nil, s
}

// escaped is what Slack makes of what people type: https://docs.slack.dev/messaging/formatting-message-text#escaping
var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// write is a person writing in a conversation; a text that begins with / is a command.
func (s *stage) write(a action) (json.RawMessage, error) {
	text := strings.TrimSpace(a.Text)
	switch {
	case text == "":
		return nil, say("error.empty")
	case strings.HasPrefix(text, "/"):
		command, rest, _ := strings.Cut(text, " ")
		return done(s.slack.Slash(a.As, a.Channel, command, strings.TrimSpace(rest)))
	}
	_, err := s.slack.Say(a.As, a.Channel, escaped.Replace(text))
	return done(fakeslack.Delivery{}, err)
}

// signIn has somebody sign in to the console: all the bot hears of it is a record on its queue.
func (s *stage) signIn(a action) error {
	l, ok := s.login(a.Account, a.User)
	address, err := netip.ParseAddr(a.Address)
	switch {
	case !ok:
		return say("error.no_login", "user", a.User)
	case err != nil:
		return say("error.no_address", "address", a.Address)
	case !s.aws.HasPassword(a.Account, a.User):
		return say("error.no_password", "user", a.User)
	}
	body, err := signin{account: l.account, user: l.user, userID: l.userID, address: address, mfa: a.MFA, at: s.clock.now()}.record()
	if err != nil {
		return err
	}
	s.put(body)
	return nil
}

// program has a program ask with its role, for the IAM user that the role is named for: SQS says who sent the message.
func (s *stage) program(action) error {
	c := s.settings()
	p := c.Policy.Programs[0]
	user, role := p.Users[0].User, c.Policy.Accounts[p.Account]+"/"+p.Role
	body, err := json.Marshal(map[string]string{"id": "release-" + strings.ToLower(rand.Text()[:8]), "entitlement": c.Policy.Entitlements[0].ID,
		"iam_user": user, "reason": "Release 214.", "duration": "1h"})
	if err != nil {
		return err
	}
	s.aws.Send(s.asking, s.aws.RoleID(p.Account, p.Role)+":release", string(body))
	s.happen("program", map[string]string{"user": user, "role": role})
	return nil
}

// join puts a user into the managed group of their account, past the bot. The bot, which looks at its groups every five
// minutes, looks at once.
func (s *stage) join(a action) error {
	rules := groupsOf(s.settings())
	i := slices.IndexFunc(rules, func(e policy.Entitlement) bool { return e.Account == a.Account })
	_, ok := s.login(a.Account, a.User)
	switch {
	case i < 0 || !ok:
		return say("error.no_login", "user", a.User)
	}
	group := s.groupNow(a.Account, rules[i].Target)
	if slices.Contains(s.aws.Members(a.Account, group), a.User) {
		return say("error.member", "user", a.User)
	}
	s.aws.Join(a.Account, a.User, group)
	s.happen("joined", map[string]string{"user": a.User, "group": group})
	s.glance()
	return nil
}

// audit has the bot look for stale credentials now, and not only in the morning.
func (s *stage) audit(action) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bot == nil {
		return say("error.bot_dead")
	}
	s.running.Go(s.bot.audit)
	return nil
}

// skip moves the clock by a span, or to when the first access begins or ends.
func (s *stage) skip(a action) error {
	spans := map[string]time.Duration{"15m": 15 * time.Minute, "1h": time.Hour}
	d := spans[a.Name]
	if a.Name == "end" {
		turn := s.journal.nextTurn()
		if turn.IsZero() {
			return say("error.no_end")
		}
		d = max(turn.Sub(s.clock.now()), 0) + time.Second
	}
	if d == 0 {
		return say("error.action")
	}
	s.waitForServers()
	s.pass(d)
	s.happen("skipped", map[string]string{"to": s.clock.now().UTC().Format(time.RFC3339)})
	return nil
}

// worked tells the page what has happened, if it has.
func (s *stage) worked(what string, err error) error {
	if err == nil {
		s.happen(what, nil)
	}
	return err
}
