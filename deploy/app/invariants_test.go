package app_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/store"
)

// overrun is how long after its end access may go on while AWS answers.
const overrun = 15 * time.Second

// watch checks, at every call to AWS, that the ledger had the intent before. Then the call fails as the test wishes.
func (s *sim) watch(p *process) {
	s.healthy.Store(time.Now().UnixNano())
	s.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
		switch c.Action {
		case "AddUserToGroup", "RemoveUserFromGroup":
			if c.Account == account && !s.intended(p.db, c) {
				s.violated("%s of %s without an intent", c.Action, c.Params["UserName"])
			}
		}
		if fail := s.fault.Load(); fail != nil {
			return (*fail)(c)
		}
		return nil
	})
}

// intended tells whether a grant, an alert whose remedy was pressed, or an offboarding wants this change, is planned, and is
// claimed. A grant that is revoked while it is given is ending when the call of the running apply goes out.
func (s *sim) intended(db store.DB, c fakeaws.Call) bool {
	user := c.Params["UserName"]
	g, err := s.holder(db, user)
	if err == nil && g.Planned && g.Claim.Owner != "" && (g.State == store.Ending || g.State == store.Approved && c.Action == "AddUserToGroup") {
		return true
	}
	a, err := store.LoadAlert(context.Background(), db, store.MemberAlertID(account, group, userID(user)))
	return err == nil && a.State == store.Acting && a.Claim.Owner != "" && c.Action == "RemoveUserFromGroup" || offboards(db, c)
}

// offboards tells whether an offboarding under way wants a user out of a group.
func offboards(db store.DB, c fakeaws.Call) bool {
	id, err := store.Holder(context.Background(), db, store.OffboardingSlot(person(c.Params["UserName"])))
	if err != nil || c.Action != "RemoveUserFromGroup" {
		return false
	}
	o, err := store.LoadOffboarding(context.Background(), db, id)
	h, found := o.Find(store.Holding{Kind: store.HeldGroup, Account: c.Account, User: c.Params["UserName"], Name: c.Params["GroupName"]})
	return err == nil && found && h.Result == "" && o.State == store.Leaving && o.Claim.Owner != ""
}

// failing makes AWS fail as f says, until it answers again.
func (s *sim) failing(f func(fakeaws.Call) *fakeaws.Failure) {
	s.healthy.Store(0)
	s.fault.Store(&f)
}

func (s *sim) answering() {
	s.fault.Store(nil)
	s.healthy.Store(time.Now().UnixNano())
}

// patrol looks every second whether somebody has access who should not have it any more.
func (s *sim) patrol(ctx context.Context) {
	for ctx.Err() == nil {
		s.notOverdue(s.db())
		time.Sleep(time.Second)
	}
}

// notOverdue checks that whoever has access has a grant for this moment. While AWS does not answer nobody can take it
// away; from when it does, it goes on for a short while at most.
func (s *sim) notOverdue(db store.DB) {
	since := s.healthy.Load()
	if since == 0 {
		return
	}
	for _, user := range s.aws.Members(account, group) {
		if slices.Contains(s.setup.stray, user) {
			continue
		}
		g, err := s.holder(db, user)
		if !slices.Contains(s.aws.Members(account, group), user) { // the bot goes on meanwhile: it has just ended
			continue
		}
		switch late := time.Since(g.Until); {
		case errors.Is(err, store.ErrNotFound) || err == nil && !g.State.Live():
			s.violated("%s has access without a grant", user)
		case err == nil && s.now().Before(g.From):
			s.violated("%s has access %s before its start", user, g.From.Sub(s.now()))
		case err == nil && late >= overrun+s.setup.late && time.Since(time.Unix(0, since)) >= max(overrun, s.setup.overrun):
			s.violated("%s has access %s after its end", user, late)
		}
	}
}

// holder is the grant that holds the slot of a user, which something was begun for in AWS.
func (s *sim) holder(db store.DB, user string) (store.Grant, error) {
	id, err := store.Holder(context.Background(), db, slotOf(user))
	if err != nil {
		return store.Grant{}, err
	}
	return store.LoadGrant(context.Background(), db, id)
}

// first is the grant that has the user's slot, or else the first window of it.
func (s *sim) first(db store.DB, user string) (store.Grant, error) {
	ids, err := store.InSlot(context.Background(), db, slotOf(user), 1)
	if err != nil {
		return store.Grant{}, err
	}
	if len(ids) == 0 {
		return store.Grant{}, store.ErrNotFound
	}
	return store.LoadGrant(context.Background(), db, ids[0])
}

func slotOf(user string) string {
	return store.Grant{Account: account, Target: group, Subject: store.Subject{UserID: userID(user)}}.Slot()
}

// atTheEnd checks what must be true once everything is over.
func (s *sim) atTheEnd(db store.DB, ids ...string) {
	if members := s.aws.Members(account, group); len(members) > 0 {
		s.violated("still members: %v", members)
	}
	for _, index := range []string{store.SlotIndex, store.ClaimIndex, string(store.Judge), string(store.Post), string(store.Tell)} {
		if rows, err := db.List(context.Background(), index, "", 9); err != nil || len(rows) > 0 {
			s.violated("left in the index %s: %v, %v", index, rows, err)
		}
	}
	if visible, hidden := s.aws.Depth(s.queue); visible+hidden > 0 {
		s.violated("%d messages left", visible+hidden)
	}
	for _, id := range ids {
		s.checkOver(db, s.grant(db, id))
	}
}

// checkOver checks a request that must be over: its entries follow one another, and its card says what became of it.
func (s *sim) checkOver(db store.DB, g store.Grant) {
	entries, err := db.Entries(context.Background(), g.ID, 0)
	if err = errors.Join(err, g.Chain.Verify(entries)); err != nil {
		s.violated("entries of %s: %v", g.ID, err)
	}
	switch g.State {
	case store.Merged:
		s.checkMerged(db, g)
		return
	case store.Ended:
		s.checkEnded(g, entries)
	case store.Lapsed, store.Denied:
	default:
		s.violated("request %s is %q", g.ID, g.State)
		return
	}
	word := phrase("state." + map[bool]string{true: string(g.State), false: string(g.Outcome)}[g.State != store.Ended && g.Outcome != store.NotMine])
	tells := func(line string) bool { return strings.Contains(line, word) && strings.Contains(line, g.Subject.User) }
	if card := s.card(g); !slices.ContainsFunc(strings.Split(card, "\n"), tells) {
		s.violated("the ledger says %q of %s, the card\n%s", word, g.ID, card)
	}
}

// checkMerged checks that the request is not lost: the one it went into has heard of it, or counts a sign-in like it.
func (s *sim) checkMerged(db store.DB, g store.Grant) {
	if into, err := store.LoadGrant(context.Background(), db, g.Into); err == nil && g.Origin == store.SignIn {
		alike := func(x store.Signin) bool { return x.Address == g.Signin.Address && x.MFA == g.Signin.MFA }
		if alike(into.Signin) || slices.ContainsFunc(into.Besides(), func(f store.Further) bool { return alike(f.Signin) }) {
			return
		}
	}
	entries, err := db.Entries(context.Background(), g.Into, 0)
	if err != nil || !slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Facts["from"] == g.ID }) {
		s.violated("%s was merged into %s, which does not know: %v", g.ID, g.Into, err)
	}
}

// checkEnded checks the times and the entries of a grant that was given.
func (s *sim) checkEnded(g store.Grant, entries []store.Entry) {
	if rule := s.settings().Policy.Entitlements[0]; g.Max.Sub(g.Start) > rule.Longest || g.Until.After(g.Max) {
		s.violated("from %s until %s, at most %s", g.Start, g.Until, g.Max)
	}
	count := map[store.Verb]int{}
	for _, e := range entries {
		count[e.Verb]++
	}
	for _, v := range []store.Verb{store.Approve, store.Plan, store.Apply, store.Undo} {
		if count[v] > 1 {
			s.violated("%d times %s", count[v], v)
		}
	}
}
