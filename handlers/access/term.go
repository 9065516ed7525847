package access

import (
	"time"

	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	farthest  = 30 * 24 * time.Hour // ahead that access can be asked for
	justStart = 5 * time.Minute     // a form takes a while to fill in: a start that has passed since is none
)

// term reads the wished start and end of a wish, or says what is wrong with them. How long it may last is the rule's to say.
func (w Wish) term(now time.Time) (from, to time.Time, refusal string) {
	from, to = w.From.UTC().Round(0), w.To.UTC().Round(0)
	switch {
	case !from.IsZero() && now.Sub(from) > justStart:
		return from, to, policy.StartPast
	case from.Sub(now) > farthest:
		return from, to, policy.StartFar
	case !to.IsZero() && !to.After(now):
		return from, to, policy.EndPast
	case !to.IsZero() && !to.After(from):
		return from, to, policy.EndFirst
	case !from.After(now):
		from = time.Time{}
	}
	return from, to, ""
}

// termFacts are what an entry says of a request: these keys and values, and what is wished of its start and end.
func termFacts(g store.Grant, facts ...string) map[string]string {
	out := map[string]string{}
	for i := 0; i+1 < len(facts); i += 2 {
		out[facts[i]] = facts[i+1]
	}
	for key, at := range map[string]time.Time{"starts": g.From, "ends": g.To} {
		if !at.IsZero() {
			out[key] = at.UTC().Format(time.RFC3339)
		}
	}
	return out
}

// lapses is when nobody can approve a request any more: at its time limit, and at the latest when too little is left of what
// is asked for.
func lapses(g store.Grant, limit time.Time) time.Time {
	if last := g.To.Add(-store.ShortestTerm); !g.To.IsZero() && last.Before(limit) {
		return last
	}
	return limit
}
