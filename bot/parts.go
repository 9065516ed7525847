package bot

import (
	"slices"

	"sekisho/store"
)

// part is what a kind of access adds to what is said of every grant.
type part struct {
	before func(Pen, store.Grant) []string // what was there before, and so is neither given nor taken
	card   func(Pen, store.Grant) []string // what has become of it, for everybody
	dm     func(Pen, store.Grant) []string // and for who has it
}

// parts are those of each kind. The catalogues have the kind's other words under its name: "card.target.KIND" and
// "card.trouble_take.KIND".
var parts = map[string]part{
	"iam-group":  {before: group},
	"access-key": {card: accessKey, dm: accessKeyDM},
}

// before says what was there before.
func (p Pen) before(g store.Grant) []string { return p.added(parts[g.Kind].before, g) }

// part is what the grant's kind adds to its card.
func (p Pen) part(g store.Grant) []string {
	return slices.Concat(p.before(g), p.added(parts[g.Kind].card, g))
}

// partDM is what it adds for its holder.
func (p Pen) partDM(g store.Grant) []string { return p.added(parts[g.Kind].dm, g) }

func (p Pen) added(say func(Pen, store.Grant) []string, g store.Grant) []string {
	if say == nil {
		return nil
	}
	return say(p, g)
}
