package app_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sekisho/store"
)

func names(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%04d", prefix, i)
	}
	return out
}

// at are n ends at the same moment.
func at(end time.Time, n int) []time.Time { return slices.Repeat([]time.Time{end}, n) }

// seed puts an active grant for each user into the ledger, and its access into AWS.
func (s *sim) seed(users []string, ends []time.Time) {
	s.t.Helper()
	for i, user := range users {
		s.seedIn(account, "login-"+user, store.Subject{User: user, UserID: userID(user), Person: store.Person(person(user))}, ends[i])
	}
}

func (s *sim) seedIn(account, id string, who store.Subject, end time.Time) {
	s.t.Helper()
	g := store.Grant{ID: id, Origin: store.SignIn, Kind: "iam-group", Entitlement: "prod-operator", Account: account, Subject: who, Target: group,
		Duration: end.Sub(s.begin), Longest: end.Sub(s.begin), Steps: []store.Step{{By: []string{"U0SATO"}, Count: 1}}, Lapses: end}
	for _, e := range []store.Entry{{Verb: store.Receive}, {Verb: store.Ask}, {Verb: store.Approve, Until: end},
		{Verb: store.Plan, Facts: map[string]string{"was_member": "false"}}, {Verb: store.Apply}} {
		var err error
		e.By, e.At, e.Steps = "U0SATO", s.begin, []int{1}
		if g, err = g.After(e); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := store.Save(context.Background(), s.mem, &g); err != nil {
		s.t.Fatal(err)
	}
	s.aws.Join(account, who.User, group)
}
