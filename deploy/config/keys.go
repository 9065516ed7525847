package config

import (
	"regexp"
	"strconv"
	"time"
)

// Keeping is how access keys are kept, and for how long once they have ended.
type Keeping struct {
	Prefix   string        // of the secrets' names
	KMSKey   string        // that encrypts them; Secrets Manager's own if empty
	Grace    time.Duration // from the deactivation to the deletion
	Recovery int64         // days in which a deleted secret can be restored
}

const keysExample = "{prefix: sekisho/, grace: 24h, recovery: 7}"

var (
	secretPrefix = form{regexp.MustCompile(`^[\w/+=.@-]{0,128}$`), "the beginning of a secret's name (letters, digits and /_+=.@-)", "sekisho/"}
	kmsKey       = form{regexp.MustCompile(`^(alias/[\w/-]{1,240}|[0-9a-f-]{36}|mrk-[0-9a-f]{32}|arn:aws[\w-]*:kms:[\w:/-]{1,300})$`), "a KMS key's alias, id or ARN", "alias/sekisho"}
	recovery     = form{regexp.MustCompile(`^([7-9]|[12][0-9]|30)$`), "a number of days, from 7 to 30", "7"}
)

// readKeys reads how access keys are kept.
func (r *reader) readKeys(c *Config, top section) {
	s := section{r: r}
	if v, ok := top.values["access_keys"]; ok {
		s, _ = r.section(v, keysExample, "prefix", "kms_key", "grace", "recovery")
	}
	c.Keys.Prefix = s.wordOr("prefix", "", secretPrefix).value
	c.Keys.KMSKey = s.wordOr("kms_key", "", kmsKey).value
	c.Keys.Grace = r.span(s.wordOr("grace", "24h", timeSpan))
	c.Keys.Recovery, _ = strconv.ParseInt(s.wordOr("recovery", "7", recovery).value, 10, 64) // the form lets nothing else through; 0 is told
}
