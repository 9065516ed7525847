package bot

import (
	"context"
	"regexp"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/store"
)

// command does what the first word behind /jit says.
func (s *Socket) command(ctx context.Context, c slack.SlashCommand) reply {
	verb, rest, _ := strings.Cut(strings.TrimSpace(c.Text), " ")
	verb, rest = strings.ToLower(verb), linked.ReplaceAllString(strings.TrimSpace(rest), "$1")
	pen := s.penFor(ctx, c.UserID)
	switch verb {
	case "request":
		return reply{then: func(ctx context.Context) { s.openWish(ctx, c.UserID, c.TriggerID, rest) }}
	case "", "list":
		return reply{then: func(ctx context.Context) { s.list(ctx, c) }}
	case "finish", "extend":
		return s.own(ctx, c, pen, onOwn[verb], rest)
	case "revoke":
		return s.revoke(c, pen, rest)
	case "rotate":
		return reply{then: func(ctx context.Context) {
			s.rotate(ctx, c.UserID, c.TriggerID, rest, func(ctx context.Context, m Message) { s.show(ctx, c, m) })
		}}
	case offboardVerb:
		if rest == "" {
			return whisper(pen.Words.Say("jit.whom_offboard", nil))
		}
		return reply{then: func(ctx context.Context) { s.openOffboard(ctx, c.UserID, c.TriggerID, rest) }}
	case "help":
		return reply{then: func(ctx context.Context) { s.help(ctx, c) }}
	}
	said := pen.Words.Say("jit.unknown", data{"Typed": codeOf(verb, 64)})
	return whisper(said + pen.meant(verb, subcommands, "/jit ") + "\n" + pen.Words.Say("jit.help", nil))
}

// subcommands are all words that can stand behind /jit.
var subcommands = []string{"request", "list", "extend", "finish", "revoke", "rotate", offboardVerb, "help"}

// mostSlips is how many letters of a word may be wrong for the bot to see which was meant.
const mostSlips = 2

// meant asks whether a word was meant that is near, as it is typed behind a prefix. It is empty if none is near.
func (p Pen) meant(typed string, words []string, prefix string) string {
	near, ok := access.Nearest(typed, words, mostSlips)
	if !ok {
		return ""
	}
	return " " + p.Words.Say("ask.meant", data{"Meant": codeOf(prefix+near, 80)})
}

// whisper answers a command to the person alone.
func whisper(sentence string) reply {
	return reply{says: map[string]string{"response_type": slack.ResponseTypeEphemeral, "text": sentence}}
}

// help says what can be typed, to who may offboard people that as well.
func (s *Socket) help(ctx context.Context, c slack.SlashCommand) {
	words := s.penFor(ctx, c.UserID).Words
	said := words.Say("jit.help", nil)
	if s.Desk.Offboards(ctx, c.UserID) {
		said += "\n" + words.Say("jit.help_offboard", nil)
	}
	s.show(ctx, c, Message{Text: said})
}

// misunderstood says what was not understood, and what would be.
func misunderstood(pen Pen, key, typed string) reply {
	return whisper(pen.Words.Say(key, data{"Typed": codeOf(typed, 64)}) + "\n" + pen.Words.Say("jit.help", nil))
}

// ownVerb is what a person can type to do to their own access, and what they read.
type ownVerb struct {
	verb                 store.Verb
	nothing, which, done string
}

var onOwn = map[string]ownVerb{
	"finish": {store.Finish, "jit.nothing", "jit.which", "jit.finishing"},
	"extend": {store.AskMore, "jit.nothing_extend", "jit.which_extend", "jit.extending"},
}

// own takes in a verb as a press of its button if there is one access that it can mean, else shows what it could mean.
func (s *Socket) own(ctx context.Context, c slack.SlashCommand, pen Pen, v ownVerb, target string) reply {
	a, err := s.Desk.Access(ctx, c.UserID, 0)
	if err != nil {
		s.Log.Warn("nothing looked up", "by", c.UserID, "verb", v.verb, "err", err)
		return whisper(pen.Words.Say("jit.failed", nil))
	}
	var meant, possible []store.Grant
	for _, g := range a.Held {
		if _, err := g.State.Next(v.verb); err != nil || !isCalled(g, target) {
			continue
		}
		meant = append(meant, g)
		if _, later := g.Later(); v.verb != store.AskMore || later {
			possible = append(possible, g)
		}
	}
	switch {
	case len(meant) == 0 && target != "":
		return misunderstood(pen, "jit.no_such", target)
	case len(meant) == 0:
		return whisper(pen.Words.Say(v.nothing, nil))
	case len(possible) == 0:
		refusal := access.AtMax
		switch {
		case meant[0].Extension.Open():
			refusal = access.Extending
		case meant[0].AlreadyHeld():
			refusal = access.HeldBefore
		}
		return whisper(pen.Refusal(store.Press{Verb: v.verb, Refusal: refusal}))
	case len(possible) > 1:
		return reply{then: func(ctx context.Context) {
			s.show(ctx, c, pen.Choices(pen.Words.Say(v.which, nil), v.verb, possible))
		}}
	}
	done := pen.Words.Say(v.done, data{"Target": code(possible[0].Target)})
	if v.verb == store.Finish && isHeld(possible[0]) {
		done = pen.held("finishing", possible[0])
	}
	return s.typed(ctx, c, v.verb, possible[0], done)
}

// isCalled tells whether a person means a grant by a name: of what it gives, or of the rule.
func isCalled(g store.Grant, name string) bool {
	return name == "" || strings.EqualFold(name, g.Target) || strings.EqualFold(name, g.Entitlement)
}

// typed takes in what was typed as the press of the button that it stands for.
func (s *Socket) typed(ctx context.Context, c slack.SlashCommand, verb store.Verb, g store.Grant, done string) reply {
	p := store.Press{ID: store.PressPrefix + c.TriggerID, By: c.UserID, Team: c.TeamID, Verb: verb, On: g.ID, Terms: g.Terms()}
	if verb == store.AskMore {
		p.Terms = g.ExtensionTerms()
	}
	if isNoID(c.TriggerID) {
		return reply{none: true}
	}
	if err := s.Desk.Press(ctx, p); err != nil {
		s.Log.Error("press not taken in", "id", p.ID, "err", err)
		return reply{none: true}
	}
	return whisper(done)
}

var (
	// mentioned is a person as Slack writes one whom somebody chose while typing, with should_escape in the manifest
	// (https://docs.slack.dev/interactivity/implementing-slash-commands#escaping).
	mentioned = regexp.MustCompile(`^<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>$`)

	// linked is a name with a dot in it that Slack took for an address.
	linked = regexp.MustCompile(`^<http[^>|]*\|([^>]*)>$`)
)

// revoke shows what the person may revoke: what they approved, or of somebody's access.
func (s *Socket) revoke(c slack.SlashCommand, pen Pen, whom string) reply {
	of, title, none := "", pen.Words.Say("jit.revoke", nil), pen.Words.Say("jit.nothing_revoke", nil)
	if whom != "" {
		m := mentioned.FindStringSubmatch(whom)
		if m == nil {
			return misunderstood(pen, "jit.whom", whom)
		}
		of = m[1]
		who := data{"Who": mention(of)}
		title, none = pen.Words.Say("jit.revoke_of", who), pen.Words.Say("jit.nothing_revoke_of", who)
	}
	return reply{then: func(ctx context.Context) {
		grants, refusal, err := s.Desk.Revocable(ctx, c.UserID, of)
		m := pen.Choices(title, store.Revoke, grants)
		switch {
		case err != nil:
			s.Log.Warn("nothing looked up", "by", c.UserID, "verb", store.Revoke, "err", err)
			m = Message{Text: pen.Words.Say("jit.failed", nil)}
		case refusal != "":
			m = Message{Text: pen.Refusal(store.Press{Verb: store.Revoke, Refusal: refusal})}
		case len(grants) == 0:
			m = Message{Text: none}
		}
		s.show(ctx, c, m)
	}}
}
