package bot

import "sekisho/store"

// group is the card's part for membership of an IAM group.
func group(g store.Grant) []string {
	if g.Effects["was_member"] == "true" {
		return []string{"card.kept.iam-group"}
	}
	return nil
}
