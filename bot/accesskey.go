package bot

import "sekisho/store"

// accessKey is the card's part for an access key: where it is, and what has become of it. Everybody reads the card, so
// it does not say how to read the secret.
func accessKey(g store.Grant) []string {
	switch {
	case g.Effects["access_key"] == "":
		return nil
	case g.State == store.Active:
		return []string{"card.key_issued"}
	case g.State == store.Ended && !g.Clearing.IsZero():
		return []string{"card.key_off"}
	case g.State == store.Ended:
		return []string{"card.key_deleted"}
	}
	return nil
}

// accessKeyDM says how to read the secret, to the one person who can.
func accessKeyDM(g store.Grant) []string {
	if g.State != store.Active {
		return nil
	}
	return []string{"dm.key_issued"}
}
