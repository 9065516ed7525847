package bot

import "sekisho/store"

// part is what a kind of access adds to what is said of every grant: keys of sentences, whose places are filled with the
// grant's effects by their names.
type part struct {
	card func(store.Grant) []string // on the card and in its thread, where everybody reads
	dm   func(store.Grant) []string // to the person who has it
}

// parts are those of each kind. The catalogues have the kind's other words under its name: "card.target.KIND" and
// "card.trouble_take.KIND".
var parts = map[string]part{
	"iam-group":  {card: group},
	"access-key": {card: accessKey, dm: accessKeyDM},
}

// part is what the grant's kind adds to the card, said.
func (p Pen) part(g store.Grant) []string { return p.sayPart(g, parts[g.Kind].card) }

// partDM is what it adds to what its holder reads.
func (p Pen) partDM(g store.Grant) []string { return p.sayPart(g, parts[g.Kind].dm) }

func (p Pen) sayPart(g store.Grant, keys func(store.Grant) []string) []string {
	if keys == nil {
		return nil
	}
	d := data{}
	for name, value := range g.Effects {
		d[name] = codeOf(value, effectLength)
	}
	var out []string
	for _, key := range keys(g) {
		out = append(out, p.Words.Say(key, d))
	}
	return out
}

// effectLength is as long as an effect is shown: an ARN with the longest name of a secret.
const effectLength = 640
