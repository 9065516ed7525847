package bot

import (
	"slices"

	"sekisho/store"
)

// part is what a kind of access adds to what is said of every grant.
type part struct {
	card func(Pen, store.Grant) []string // what has become of it, for everybody
	dm   func(Pen, store.Grant) []string // and for who has it
}

// parts are those of each kind. The catalogues have the kind's other words under its name: "card.target.KIND",
// "card.trouble_take.KIND", and "held.*.KIND" for a kind whose access can have been there before.
var parts = map[string]part{
	"iam-group":  {},
	"access-key": {card: accessKey, dm: accessKeyDM},
}

// part is what the grant's kind adds to its card.
func (p Pen) part(g store.Grant) []string {
	return slices.Concat(p.heldNote(g), p.added(parts[g.Kind].card, g))
}

// partDM is what it adds for its holder.
func (p Pen) partDM(g store.Grant) []string { return p.added(parts[g.Kind].dm, g) }

func (p Pen) added(say func(Pen, store.Grant) []string, g store.Grant) []string {
	if say == nil {
		return nil
	}
	return say(p, g)
}
