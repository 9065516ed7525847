package bot

import (
	"strings"

	"sekisho/store"
)

const (
	keyLength  = 128 // of an access key's id
	nameLength = 512 // of a secret's name
	arnLength  = 640 // of its ARN
)

// accessKey says where an access key is, and what has become of it. Everybody reads this, so it does not say how to read
// the secret.
func accessKey(p Pen, g store.Grant) []string {
	key := g.Effects["access_key"]
	d := data{"Key": codeOf(key, keyLength), "Secret": codeOf(g.Effects["secret"], nameLength)}
	switch {
	case key == "":
	case g.State == store.Active, g.Outcome == store.HandOver:
		return []string{p.Words.Say("card.key_issued", d)}
	case g.State == store.Ended && !g.Clearing.IsZero():
		d["At"] = when(g.Clearing, p.Zone)
		return []string{p.Words.Say("card.key_disabled", d)}
	case g.State == store.Ended:
		return []string{p.Words.Say("card.key_deleted", d)}
	}
	return nil
}

// accessKeyDM says how to read the secret, to the one person who can.
func accessKeyDM(p Pen, g store.Grant) []string {
	if g.State != store.Active && g.Outcome != store.HandOver || g.Effects["secret_arn"] == "" {
		return nil
	}
	return []string{p.Words.Say("dm.key_issued", data{"Key": codeOf(g.Effects["access_key"], keyLength),
		"ARN": strings.Trim(codeOf(g.Effects["secret_arn"], arnLength), "`")})}
}
