package config

import (
	"regexp"
	"strconv"
	"time"
)

const (
	ledgerExample = "{keep: 720h}"
	headsExample  = `{bucket: example-sekisho-heads, account: "345678901234"}`
	leastKept     = 72 * time.Hour // long enough to look into what happened over a weekend
)

var (
	// Without dots, which the name of S3's certificate does not cover.
	bucketName = form{regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`), "a bucket's name (3 to 63 small letters, digits and -)", "example-sekisho-heads"}
	keyPrefix  = form{regexp.MustCompile(`^[\w/.-]{0,128}$`), "the beginning of an object's name (letters, digits and /_.-)", "sekisho/"}
	regionName = form{regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}$`), "an AWS Region's name", "ap-northeast-1"}
	lockDays   = form{regexp.MustCompile(`^[1-9][0-9]{0,3}$`), "a number of days, from 1 to 9999", "400"}
)

// Heads is where the daily head of the ledger is stored, under Object Lock.
type Heads struct {
	Bucket, Account string // "" for nowhere
	Prefix          string // of the objects' names
	Region          string // "" for the program's own
	Days            int    // of the lock
}

// readLedger reads how long the ledger keeps what came to nothing, and where its heads are stored.
func (r *reader) readLedger(c *Config, top section) {
	s := section{r: r}
	if v, ok := top.values["ledger"]; ok {
		s, _ = r.section(v, ledgerExample, "keep", "heads")
	}
	keep := s.wordOr("keep", "720h", timeSpan)
	if c.Policy.Keep = r.span(keep); c.Policy.Keep > 0 && c.Policy.Keep < leastKept {
		r.note(keep.at, "%s is shorter than three days: write 72h or more", keep.value)
	}
	v, ok := s.values["heads"]
	if !ok {
		return
	}
	if s, ok = r.section(v, headsExample, "bucket", "account", "prefix", "region", "days"); !ok {
		return
	}
	c.Heads.Bucket, c.Heads.Account = s.word("bucket", bucketName).value, s.word("account", form{accountID.pattern, accountID.name, `"345678901234"`}).value
	c.Heads.Prefix = s.wordOr("prefix", "sekisho/", keyPrefix).value
	c.Heads.Region = s.wordOr("region", "", regionName).value
	c.Heads.Days, _ = strconv.Atoi(s.wordOr("days", "400", lockDays).value) // the form lets nothing else through
}
