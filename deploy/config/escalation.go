package config

import (
	"slices"
	"time"

	"sekisho/handlers/policy"
	"sekisho/store"
)

const escalateExample = "{after: 1h, to: " + whoExample + "}"

// readEscalation returns who may decide too on what has waited for long. It must come before the request's end, and bring
// somebody who may not decide from the start.
func (r *reader) readEscalation(s section, within time.Duration, steps []store.Step) *policy.Escalation {
	v, ok := s.values["escalate"]
	if !ok {
		return nil
	}
	x, ok := r.section(v, escalateExample, "after", "to")
	if !ok {
		return nil
	}
	after := x.word("after", timeSpan)
	out := &policy.Escalation{After: r.span(after)}
	if out.After > 0 && within > 0 && out.After >= within {
		r.note(after.at, "after is not shorter than within, after which the request ends: write a shorter time, or a longer within")
	}
	to, ok := x.need("to", whoExample)
	if !ok {
		return nil
	}
	out.To, _ = r.readWho(to, "approve")
	for _, w := range out.To {
		lacks := func(step store.Step) bool { return !slices.Contains(step.By, w) }
		if len(steps) > 0 && !slices.ContainsFunc(steps, lacks) {
			r.note(to.at, "%s may approve from the start: name others, or take it away", w)
		}
	}
	return out
}
