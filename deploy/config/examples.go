package config

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	examplesExample = "[{who: U01ABCDEF, asks: prod-operator, at: 2026-11-24 10:00, expect: {rule: prod-operator}}]"
	expectExample   = "{refused: outside_hours}"
	nobody          = "nobody"
)

var (
	groupID    = regexp.MustCompile(`^S[A-Z0-9]{2,20}$`)
	whoever    = form{regexp.MustCompile(`^([UW][A-Z0-9]{2,20}|nobody)$`), "a Slack user's id, or nobody for an IAM user of nobody's", "U01ABCDEF"}
	moment     = form{regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}`), "a time, in the zone of slack unless it says another", "2026-11-24 10:00"}
	usedMFA    = form{regexp.MustCompile(`^(yes|no|unknown)$`), "whether MFA was used (yes, no or unknown)", "yes"}
	refusalKey = form{regexp.MustCompile(`^[a-z_]+$`), "the key of a refusal", "outside_hours"}
)

// Examples are questions to the rules with the answers that are expected.
type Examples struct {
	Members map[string][]string // of user groups, by their Slack id
	List    []Example
}

// Example is a question, and the answer that is expected. What it does not say is not compared.
type Example struct {
	Line     int
	Name     string
	SignIn   string // the account that is signed in to, by its twelve digits; "" for a request
	Question policy.Question
	Refused  string
	Rule     string
	Steps    []store.Step
	Auto     bool
}

// LoadExamples reads the file at path, which speaks of what a configuration has.
func LoadExamples(path string, c Config) (Examples, error) {
	source, err := read(path)
	if err != nil {
		return Examples{}, fmt.Errorf("read examples: %w", err)
	}
	r := &reader{accounts: map[string]string{}, persons: map[string]int{}, listed: len(c.People)}
	r.file = path
	for id, name := range c.Policy.Accounts {
		r.accounts[name] = id
	}
	for i, p := range c.People {
		for _, id := range p.Slack {
			r.persons[id] = i
		}
	}
	var out Examples
	if root := r.tree(source); root != nil {
		file := value{node: root, at: place{1, 1}, name: "the file"}
		if top, ok := r.section(file, "examples: [...]", "groups", "examples"); ok {
			out = r.readExamples(top, c)
		}
	}
	if err := r.err(); err != nil {
		return Examples{}, fmt.Errorf("read examples: %w", err)
	}
	return out, nil
}

func (r *reader) readExamples(top section, c Config) Examples {
	out := Examples{Members: r.readGroups(top)}
	at := top.at
	if v, ok := top.values["groups"]; ok {
		at = v.from
	}
	for _, e := range c.Policy.Entitlements {
		r.readKnown(out, e.Groups(), e.ID, at)
	}
	for _, p := range c.Policy.Programs {
		r.readKnown(out, p.Groups(), c.Policy.NameOf(p), at)
	}
	v, ok := top.need("examples", examplesExample)
	if !ok {
		return out
	}
	for _, each := range r.entries(v, "an example", examplesExample) {
		s, ok := r.section(each, "{who: U01ABCDEF, ...}", "name", "who", "guest", "asks", "role", "signs_in", "at", "for", "reason", "ticket", "mfa", "expect")
		if ok {
			e := r.readExample(s, c)
			e.Question.Members = out.Members
			out.List = append(out.List, e)
		}
	}
	return out
}

// readKnown notes each group that a rule names and whose members the examples do not say, once.
func (r *reader) readKnown(out Examples, groups []string, named string, at place) {
	for _, group := range groups {
		if _, known := out.Members[group]; !known {
			r.note(at, "groups does not say who is in %s, which %s names: write %s: [U01ABCDEF], or %s: [] for nobody", group, named, group, group)
			out.Members[group] = nil
		}
	}
}

func (r *reader) readGroups(top section) map[string][]string {
	out := map[string][]string{}
	v, ok := top.values["groups"]
	if !ok {
		return out
	}
	pairs, _ := r.pairs(v, "{S01LEADS: [U01ABCDEF]}")
	for _, p := range pairs {
		if !groupID.MatchString(p.key) {
			r.note(p.from, "%s is not a user group's Slack id: write for example S01LEADS: [U01ABCDEF]", p.name)
			continue
		}
		out[p.key] = []string{}
		if sequence, ok := p.node.(*ast.SequenceNode); ok && len(sequence.Values) == 0 {
			continue // nobody is in it
		}
		for _, w := range r.words(p, slackUser) {
			out[p.key] = append(out[p.key], w.value)
		}
	}
	return out
}

func (r *reader) readExample(s section, c Config) Example {
	who := s.word("who", whoever)
	out := Example{Line: s.at.line, Name: s.wordOr("name", "", anyText).value}
	q := policy.Question{Origin: store.Requested, Person: c.Policy.People.Of(who.value), When: r.moment(s.word("at", moment), c.Zone)}
	q.Account.Guest = s.wordOr("guest", "false", truth).value == "true"
	q.Reason, q.Ticket = s.wordOr("reason", "", anyText).value, s.wordOr("ticket", "", anyText).value
	if v, ok := s.values["for"]; ok {
		q.Duration = r.span(r.word(v, timeSpan))
	}
	asks, request := s.values["asks"]
	signsIn, signIn := s.values["signs_in"]
	switch {
	case request == signIn:
		r.note(s.at, "an example needs one of asks and signs_in: write asks: and an entitlement's id, or signs_in: and an account's name")
	case signIn:
		out.SignIn = r.account(r.word(signsIn, anyName))
		for _, key := range []string{"guest", "role", "for", "reason", "ticket"} {
			if v, ok := s.values[key]; ok {
				r.note(v.from, "%s of a sign-in, which says nothing of the kind: take it away, or write asks in place of signs_in", v.name)
			}
		}
		if q.MFA = s.wordOr("mfa", "yes", usedMFA).value; q.MFA == "unknown" {
			q.MFA = ""
		}
		q.Origin = store.SignIn // of somebody who is not listed it is nobody's
	default:
		id := r.word(asks, ruleID)
		if _, known := c.Policy.Rule(id.value); !known && id.value != "" {
			r.note(id.at, "%s is the id of no entitlement", quote(id.value))
		}
		if v, ok := s.values["mfa"]; ok {
			r.note(v.from, "%s of a request, which has no sign-in: take it away, or write signs_in in place of asks", v.name)
		}
		q.Entitlement = id.value
		r.readRole(s, c, &q)
	}
	out.Question = q
	r.readExpected(s, &out)
	return out
}

// readRole reads by which role a program asks.
func (r *reader) readRole(s section, c Config, q *policy.Question) {
	v, ok := s.values["role"]
	if !ok {
		return
	}
	written := r.word(v, iamRole)
	for _, p := range c.Policy.Programs {
		if c.Policy.NameOf(p) == written.value {
			q.Program, q.NotBy = true, p.NotBy
			return
		}
	}
	if written.value != "" {
		r.note(written.at, "%s is none of the roles under queues: write the name of one of them, or add it there", quote(written.value))
	}
}

// readExpected reads the answer: a refusal, or what it takes.
func (r *reader) readExpected(s section, out *Example) {
	e, ok := s.section("expect", expectExample, "refused", "rule", "approve", "auto")
	if !ok {
		return
	}
	out.Refused = e.wordOr("refused", "", refusalKey).value
	out.Rule = e.wordOr("rule", "", ruleID).value
	out.Auto = e.wordOr("auto", "false", truth).value == "true"
	if v, ok := e.values["approve"]; ok {
		for _, each := range r.entries(v, "a step of approve", approveExample) {
			if step, ok := r.readStep(each); ok {
				out.Steps = append(out.Steps, step)
			}
		}
	}
	_, takes := e.values["approve"]
	if len(e.values) == 0 || out.Refused != "" && (takes || out.Auto) {
		r.note(e.at, "expect says a refusal, or what it takes: write refused: and its key, or rule:, approve: and auto:")
	}
}

func (r *reader) moment(written word, zone *time.Location) time.Time {
	if written.value == "" {
		return time.Time{}
	}
	text := strings.Replace(written.value, "T", " ", 1)
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05Z07:00"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t
		}
	}
	r.note(written.at, "%s is no time of the calendar: write for example at: 2026-11-24 10:00, or 2026-11-24 10:00+09:00", quote(written.value))
	return time.Time{}
}
