package demo

import (
	"slices"
	"strings"
	"testing"

	"sekisho/handlers/access"
	"sekisho/store"
)

// A program asks with its role; its person is told of it, and another one approves.
func TestProgramAsks(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	s.must(t, action{Do: "program"})
	v := s.sees(t, sato, "there is a card", func(v state) bool { return len(v.Places[0].Messages) == 1 })
	card := v.Places[0].Messages[0]
	if blocks := string(card.Blocks); !strings.Contains(blocks, "production/deployer") || !slices.ContainsFunc(v.Happened, func(h happening) bool { return h.What == "program" }) {
		t.Errorf("the card is %s, and there happened %+v", blocks, v.Happened)
	}
	s.approve(t, miller, card)
	s.sees(t, miller, "the person behind the role is refused", func(v state) bool {
		return slices.ContainsFunc(v.Places[0].Messages, func(m message) bool {
			return strings.Contains(m.Text, "behind this role") ||
				slices.ContainsFunc(m.Replies, func(m message) bool { return strings.Contains(m.Text, "behind this role") })
		})
	})
	s.approve(t, sato, card)
	s.sees(t, sato, "access is given", func(v state) bool { return slices.Equal(members(v, "jit-prod-operators"), []string{"a.mori"}) })
	s.must(t, action{Do: "program"})
	s.sees(t, sato, "the second is refused, and stands in the ledger", func(v state) bool {
		return slices.ContainsFunc(v.Ledger, func(l line) bool { return l.Verb == store.Ignore && l.Note == access.Already })
	})
}
