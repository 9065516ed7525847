package bot

import "sekisho/store"

// group says that a membership of an IAM group was there before.
func group(p Pen, g store.Grant) []string {
	if g.Effects["was_member"] != "true" {
		return nil
	}
	return []string{p.Words.Say("card.kept.iam-group", nil)}
}
