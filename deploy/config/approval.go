package config

import (
	"regexp"
	"strconv"
	"strings"

	"sekisho/handlers"
)

const (
	stepExample    = "{by: [usergroup:S0LEADS], count: 1}"
	approveExample = "[" + stepExample + "]"
)

var (
	approver = form{regexp.MustCompile(`^(` + handlers.UserGroup + `S|U|W)[A-Z0-9]{2,20}$`),
		"an approver, which is usergroup: with a Slack user group's id, or the Slack id of somebody under people", "usergroup:S0LEADS"}
	howMany = form{regexp.MustCompile(`^[1-9][0-9]?$`), "a number of approvals, from 1 to 99", "1"}
)

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
	by, ok := step.need("by", "[usergroup:S0LEADS]")
	if !ok {
		return nil, need
	}
	words := r.words(by, approver)
	for _, w := range words {
		approvers = append(approvers, w.value)
	}
	if most, source := r.voices(words); need > most && most > 0 {
		r.note(count.at, "%s %s, so %d approvals can never be had: write a smaller count, or name more people", source, plural(most, "person"), need)
	}
	return approvers, need
}

// voices counts the people who can approve, 0 if that cannot be known: who is in a user group is known to Slack only, but
// nobody counts who is not under people. Two Slack accounts of one person are one voice.
func (r *reader) voices(approvers []word) (int, string) {
	persons, seen := map[int]bool{}, map[string]bool{}
	wrong, groups := false, false
	for _, w := range approvers {
		switch person, known := r.persons[w.value]; {
		case w.value == "":
			wrong = true
		case seen[w.value]:
			r.note(w.at, "%s is named twice: one person counts once", w.value)
		case strings.HasPrefix(w.value, handlers.UserGroup):
			groups = true
		case known:
			persons[person] = true
		case len(r.persons) > 0:
			r.note(w.at, "%s is nobody under people, and who is not mapped cannot approve: add {slack: %s} there", w.value, w.value)
			wrong = true
		}
		seen[w.value] = true
	}
	switch {
	case wrong:
		return 0, ""
	case groups:
		return r.listed, `"people" lists`
	}
	return len(persons), `"by" names`
}
