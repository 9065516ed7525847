package config

import (
	"regexp"
	"strconv"
	"strings"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	stepExample    = "{by: " + whoExample + ", count: 1}"
	approveExample = "[" + stepExample + "]"
	mostSteps      = 5 // as many as a card has room for
)

var (
	howMany = form{regexp.MustCompile(`^([1-9]|10)$`), "a number of approvals, from 1 to 10", "1"}
	level   = form{regexp.MustCompile(`^(low|high)$`), "a risk, low or high", "low"}
)

// readApproval returns the steps of an approval. Each of them, and all together, can be met by the people that are listed.
func (r *reader) readApproval(s section, p *access.Settings) []store.Step {
	v, ok := s.need("approve", approveExample)
	if !ok {
		return nil
	}
	var out []store.Step
	told := len(r.list)
	for i, each := range r.entries(v, "a step of approve", approveExample) {
		if i == mostSteps {
			r.note(each.at, "a step more than %d: put some of them into one, with all who may approve in by, and in count how many of them must", mostSteps)
			return nil
		}
		if step, ok := r.readStep(each); ok {
			out = append(out, step)
		}
	}
	if len(r.list) > told || len(out) == 0 || r.doubt {
		return out // what would follow from a mistake is not told too
	}
	need := 0
	for _, step := range out {
		need += step.Count
	}
	if need > r.listed {
		r.note(v.at, `"people" lists %s, so %d approvals of different people can never be had: write smaller counts, or add people`, plural(r.listed, "person"), need)
	} else if !p.CanBeMet(out, policy.Question{}) {
		r.note(v.at, "the steps name too few people for all of them, as one person counts for one step only: name more people, or write smaller counts")
	}
	return out
}

func (r *reader) readStep(v value) (store.Step, bool) {
	s, ok := r.section(v, stepExample, "by", "count")
	if !ok {
		return store.Step{}, false
	}
	count := s.wordOr("count", "1", howMany)
	need, _ := strconv.Atoi(count.value) // the form lets nothing else through; 0 is told
	by, ok := s.need("by", whoExample)
	if !ok {
		return store.Step{}, false
	}
	approvers, wrong := r.readWho(by, "approve")
	if most, source := r.voices(approvers); !wrong && need > most && most > 0 {
		r.note(count.at, "%s %s, so %d approvals can never be had: write a smaller count, or name more people", source, plural(most, "person"), need)
	}
	return store.Step{By: approvers, Count: need}, len(approvers) > 0 && need > 0
}

// voices counts the people who can approve, 0 if that cannot be known: who is in a user group is known to Slack only, but
// nobody counts who is not under people. Two Slack accounts of one person are one voice.
func (r *reader) voices(approvers []string) (int, string) {
	persons := map[int]bool{}
	for _, a := range approvers {
		if strings.HasPrefix(a, people.UserGroup) {
			return r.listed, `"people" lists`
		}
		persons[r.persons[a]] = true
	}
	return len(persons), `"by" names`
}

// readAuto returns when the rule gives by itself. Beyond what it says it must know when to stop: max is not optional.
func (r *reader) readAuto(s section, e policy.Entitlement) *policy.Auto {
	v, ok := s.values["auto"]
	if !ok {
		return nil
	}
	if e.Risk == store.High {
		r.note(v.from, "%s of what is risk: high, which people have to approve: take one of the two away", v.name)
	}
	a, ok := r.section(v, "{max: 1h}", "max", "by")
	if !ok {
		return nil
	}
	most := a.word("max", timeSpan)
	out := &policy.Auto{Longest: r.span(most)}
	if e.Longest > 0 && out.Longest > e.Longest {
		r.note(most.at, "max is longer than the max of duration, which nothing outlasts: write that or less")
	}
	if by, ok := a.values["by"]; ok {
		out.Members, _ = r.readWho(by, "be given anything")
	}
	return out
}

// readRisk wants two people for what can do much harm: the session of one can be stolen.
func (r *reader) readRisk(s section, steps []store.Step) store.Risk {
	risk := s.wordOr("risk", "low", level)
	if risk.value != string(store.High) {
		return ""
	}
	if len(steps) == 1 && steps[0].Count == 1 {
		r.note(risk.at, "risk: high with one approval: write count: 2 or another step, so that one approver whose Slack account was stolen is not enough")
	}
	return store.High
}
