package trail

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sekisho/handlers/access"
)

// The most characters of a program's own words: as many as a person may write in Slack.
const (
	reasonLength = 1000
	ticketLength = 200
	wordLength   = 128
)

var (
	wishRef  = regexp.MustCompile(`^[\w+=,.:/@-]{1,128}$`)
	ruleID   = regexp.MustCompile(`^[a-z0-9-]{1,64}$`) // of an entitlement; package config wants no others
	wishKeys = []string{"duration", "end", "entitlement", "iam_user", "id", "reason", "start", "ticket"}
)

// ParseWish says what the bot does with the body of a message by which a program asks for access:
//
//	{"id":"deploy-4711","entitlement":"prod-operator","iam_user":"t.yamada","reason":"Deploy.","duration":"1h30m","ticket":"OPS-1"}
//
// The first three are needed. It may begin later, "start":"2026-11-23T09:00:00+09:00", and have an "end" instead of a
// duration. The sender is SQS's SenderId, the unique id of whoever sent it, and part of the request's id:
// nobody can take another's. Of a role's session it is the role's id that counts: a program that is started again has
// another session, and asks the same. Whose id that is, and whether they may ask, is for those who can ask IAM.
// Like [Parse] it never panics, and takes time and memory in proportion to the body.
func ParseWish(body []byte, sender string) Finding {
	top, err := readDocument(body)
	if err != nil {
		return Finding{Class: Invalid, Why: err.Error()}
	}
	ref, w, err := readWish(top)
	if err != nil {
		return Finding{Class: Invalid, Why: err.Error()}
	}
	w.Sender = sender
	id, _, _ := strings.Cut(sender, ":")
	sum := sha256.Sum256([]byte(id + "\x00" + ref))
	w.ID = access.WishPrefix + "queue-" + hex.EncodeToString(sum[:16])
	return Finding{Class: Request, Why: "a program asks for " + w.Entitlement, User: w.User, Ref: ref, Wish: w}
}

// readWish reads the fields. There must be no others: a misspelt one would be passed over in silence.
func readWish(top object) (ref string, w access.Wish, err error) {
	for _, key := range slices.Sorted(maps.Keys(top)) {
		if !slices.Contains(wishKeys, key) {
			return "", w, fmt.Errorf("unknown key %q", clean(key, 32))
		}
	}
	var rd reading
	text := func(key string, limit int) string {
		s := rd.text(top, key)
		if utf8.RuneCountInString(s) > limit {
			rd.note(fmt.Errorf("%s is longer than %d characters", key, limit))
		}
		return s
	}
	named := func(key string, form *regexp.Regexp) string {
		s := text(key, wordLength)
		if !form.MatchString(s) {
			rd.note(fmt.Errorf("%s is missing, or has what no %s has", key, key))
		}
		return s
	}
	ref = named("id", wishRef)
	w = access.Wish{Entitlement: named("entitlement", ruleID), User: named("iam_user", userName),
		Reason: text("reason", reasonLength), Ticket: text("ticket", ticketLength)}
	if length := text("duration", wordLength); length != "" {
		w.Duration, err = time.ParseDuration(length)
		if err != nil || w.Duration <= 0 {
			rd.note(fmt.Errorf("duration is no length of time such as 1h30m"))
		}
	}
	moment := func(key string) (t time.Time) {
		if s := text(key, wordLength); s != "" {
			if t, err = time.Parse(time.RFC3339, s); err != nil || t.IsZero() {
				rd.note(fmt.Errorf("%s is no time such as 2026-11-23T09:00:00+09:00", key))
			}
		}
		return t.UTC()
	}
	if w.From, w.To = moment("start"), moment("end"); w.Duration != 0 && !w.To.IsZero() {
		rd.note(errors.New("there is a duration as well as an end"))
	}
	return ref, w, rd.flaw
}

// isWish tells a program's request from what AWS reports.
func isWish(body []byte) bool {
	top, err := readDocument(body)
	return err == nil && (top.has("entitlement") || top.has("iam_user")) && !slices.ContainsFunc([]string{"detail", "detail-type", "eventName", "eventSource"}, top.has)
}
