package demo

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/store"
)

// reported waits for the newest report of an audit that is asked for now.
func (s *stage) reported(t *testing.T, after string) message {
	t.Helper()
	s.must(t, action{Do: "audit"})
	isNew := func(m message) bool { return m.TS > after && strings.Contains(m.Text, "Access audit") }
	v := s.sees(t, suzuki, "there is a report", func(v state) bool { return slices.ContainsFunc(secured(v), isNew) })
	all := secured(v)
	return all[slices.IndexFunc(all, isNew)]
}

// secured are the messages in the security channel.
func secured(v state) []message {
	for _, p := range v.Places {
		if p.ID == security {
			return p.Messages
		}
	}
	return nil
}

// row is the id of the block with the buttons of a finding.
func row(t *testing.T, s *stage, kind store.FindingKind, user string) string {
	t.Helper()
	r, rows := s.journal.reported()
	for i, f := range r.Findings {
		if f.Kind == kind && f.User == user {
			return rows[i].ID
		}
	}
	t.Fatalf("no row about %s of %s: %+v", kind, user, r.Findings)
	return ""
}

// A report is dealt with by buttons and a form, each of which the page shows: a key is deactivated and activated again, somebody
// who has left is shut out, a finding is kept; and the next report leaves out what was dealt with.
func TestTheAuditIsDealtWith(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	report := s.reported(t, "")
	press := func(verb, block string) {
		t.Helper()
		s.must(t, action{Do: "click", As: suzuki, Channel: security, TS: report.TS, Action: verb, Block: block, Confirmed: true})
	}
	says := func(word string) {
		t.Helper()
		s.sees(t, suzuki, "the report says "+word, func(v state) bool {
			return slices.ContainsFunc(secured(v), func(m message) bool { return m.TS == report.TS && strings.Contains(string(m.Blocks), word) })
		})
	}
	active := func(user string) bool {
		return slices.ContainsFunc(s.aws.Keys(production, user), func(k fakeaws.Key) bool { return k.Active })
	}

	own := row(t, s, store.OwnKey, "t.yamada")
	press("remedy", own)
	says("Access key deactivated by")
	if active("t.yamada") {
		t.Error("the key is active")
	}
	press("restore", own)
	says("Access key activated again by")
	if !active("t.yamada") {
		t.Error("the key is not active")
	}
	press("remedy", row(t, s, store.Left, "k.tanaka"))
	says("Console password deleted and access keys deactivated by")
	says("Another row of this user has dealt with it.")

	press("keep_until", own)
	v := s.sees(t, suzuki, "the form opens", func(v state) bool { return v.Modal != nil })
	send := func(until time.Duration) {
		t.Helper()
		s.must(t, action{Do: "submit", As: suzuki, View: v.Modal.ID, Values: map[string]string{"until": time.Now().Add(until).Format(time.DateOnly), "note": "It goes with the next release."}})
	}
	send(-48 * time.Hour)
	s.sees(t, suzuki, "the date is wrong", func(v state) bool { return v.Modal != nil && v.Modal.Errors["until"] != "" })
	send(60 * 24 * time.Hour)
	says("It goes with the next release.")

	next := s.reported(t, report.TS)
	says("A newer report has taken the place of this one.")
	text := string(next.Blocks)
	if !strings.Contains(text, "Kept until a later date: 1") || strings.Contains(text, own) || !strings.Contains(text, "/k.ito/own_key/") {
		t.Errorf("the next report is %s", text)
	}
}
