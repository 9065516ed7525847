package bot

import "sekisho/store"

// parts has what each kind of access adds to its card: keys of sentences, which name nothing from outside. The
// catalogues have the kind's other words under its name: "card.target.KIND" and "card.trouble_take.KIND".
var parts = map[string]func(store.Grant) []string{
	"iam-group": group,
}

// part is what the grant's kind adds, said.
func (p Pen) part(g store.Grant) []string {
	add, ok := parts[g.Kind]
	if !ok {
		return nil
	}
	var out []string
	for _, key := range add(g) {
		out = append(out, p.Words.Say(key, nil))
	}
	return out
}
