package bot

import "sekisho/store"

// parts has what each kind of access adds to its card: keys of sentences. The catalogues have the kind's other words
// under its name: "card.target.KIND" and "card.trouble_take.KIND".
var parts = map[string]func(store.Grant) []string{
	"iam-group": group,
}
