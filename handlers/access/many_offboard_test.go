package access_test

import (
	"fmt"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/store"
)

// Of a person with more IAM users than one write takes all are ended.
func TestOffboardAPersonWithManyUsers(t *testing.T) {
	inOffboarding(t, func(w *world) {
		many := leaver
		for i := range 40 {
			l := people.Login{Account: account, User: fmt.Sprintf("robot-%02d", i)}
			w.aws.AddUser(l.Account, l.User, nil)
			w.aws.AddKey(l.Account, l.User)
			many = append(many[:len(many):len(many)], l)
		}
		w.govern(func(p *access.Settings) {
			p.People = people.New([]people.Person{{Slack: []string{"U0YAMADA", "U0YAMADA2"}, IAM: many}, {Slack: []string{"U0CHIEF"}}})
		})
		id := w.offboard()
		w.wait(10 * time.Minute)
		o := w.offboarding(id)
		if o.State != store.Departed || len(o.Users()) != len(many) {
			t.Errorf("%s with %d users of %d", o.State, len(o.Users()), len(many))
		}
		for _, l := range many {
			w.hasNothing(l)
		}
	})
}
