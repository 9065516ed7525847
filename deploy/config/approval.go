package config

import (
	"regexp"
	"strconv"
	"strings"

	"sekisho/handlers"
)

const (
	stepExample    = "{by: " + whoExample + ", count: 1}"
	approveExample = "[" + stepExample + "]"
)

var howMany = form{regexp.MustCompile(`^([1-9]|10)$`), "a number of approvals, from 1 to 10", "1"}

// readApproval returns who may approve and how many of them must.
func (r *reader) readApproval(s section) (approvers []string, need int) {
	v, ok := s.need("approve", approveExample)
	if !ok {
		return nil, 0
	}
	steps := r.entries(v, "a step of approve", approveExample)
	if len(steps) > 1 {
		r.note(steps[1].at, "a second step: write one, with all who may approve in by, and in count how many of them must")
	}
	if len(steps) == 0 {
		return nil, 0
	}
	step, ok := r.section(steps[0], stepExample, "by", "count")
	if !ok {
		return nil, 0
	}
	count := step.wordOr("count", "1", howMany)
	need, _ = strconv.Atoi(count.value) // the form lets nothing else through; 0 is told
	by, ok := step.need("by", whoExample)
	if !ok {
		return nil, need
	}
	approvers, wrong := r.readWho(by, "approve")
	if most, source := r.voices(approvers); !wrong && need > most && most > 0 {
		r.note(count.at, "%s %s, so %d approvals can never be had: write a smaller count, or name more people", source, plural(most, "person"), need)
	}
	return approvers, need
}

// voices counts the people who can approve, 0 if that cannot be known: who is in a user group is known to Slack only, but
// nobody counts who is not under people. Two Slack accounts of one person are one voice.
func (r *reader) voices(approvers []string) (int, string) {
	persons := map[int]bool{}
	for _, a := range approvers {
		if strings.HasPrefix(a, handlers.UserGroup) {
			return r.listed, `"people" lists`
		}
		persons[r.persons[a]] = true
	}
	return len(persons), `"by" names`
}
