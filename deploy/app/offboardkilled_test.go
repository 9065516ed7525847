package app_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"sekisho/deploy/config"
	"sekisho/handlers/people"
	"sekisho/store"
)

// offboardSetup is a configuration in which Yamada has a user in each of two accounts.
func offboardSetup() setup {
	how := keySetup()
	configure := how.config
	how.config = func(c *config.Config) {
		configure(c)
		c.Policy.People = people.New([]people.Person{{Slack: []string{"U0SATO"}}, {Slack: []string{"U0CHIEF"}},
			{Slack: []string{"U0YAMADA"}, IAM: []people.Login{{Account: account, User: "t.yamada"}, {Account: account2, User: "yamada"}}}})
	}
	how.awsStep = func(req *http.Request) string {
		switch name := awsSteps(req); name {
		case "IAM Action=AddUserToGroup", "IAM Action=RemoveUserFromGroup", "IAM Action=DeleteLoginProfile":
			return name
		}
		return keyWrites(req)
	}
	return how
}

// leaves has somebody with access that was given to them, and with what nobody gave, be offboarded until that is over.
func leaves(k *keys) {
	k.aws.AddUserAs(account2, "yamada", "AIDAYAMADA2")
	for id, user := range map[string]string{account: "t.yamada", account2: "yamada"} {
		k.aws.AddGroup(id, "staff")
		k.aws.Join(id, user, "staff")
		k.aws.AddPassword(id, user)
		k.aws.AddKey(id, user)
	}
	g := store.Grant{ID: "login-1", Origin: store.SignIn, Kind: "iam-group", Entitlement: "prod-operator", Account: account, Target: group,
		Subject:  store.Subject{User: "t.yamada", UserID: "AIDAYAMADA", Person: "U0YAMADA"},
		Duration: duration, Longest: longest, Steps: []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}}, Lapses: time.Now().Add(decideIn)}
	for _, e := range []store.Entry{{Verb: store.Receive}, {Verb: store.Ask}, {Verb: store.Approve, Until: time.Now().Add(duration)}} {
		var err error
		e.By, e.At, e.Steps = "U0SATO", time.Now(), []int{1}
		if g, err = g.After(e); err != nil {
			k.t.Fatal(err)
		}
	}
	k.save(&g)
	time.Sleep(10 * time.Second)
	o := store.Offboarding{ID: store.OffboardingPrefix + "1", Person: "U0YAMADA", By: "U0CHIEF", Reason: "last day"}
	entries := []store.Entry{{Verb: store.Begin, By: "U0CHIEF"}}
	for id, user := range map[string]string{account: "t.yamada", account2: "yamada"} {
		entries = append(entries, store.Entry{Verb: store.Found, Facts: store.Holding{Kind: store.HeldUser, Account: id, User: user}.Facts()})
	}
	for _, e := range entries {
		var err error
		e.At = time.Now()
		if o, err = o.After(e); err != nil {
			k.t.Fatal(err)
		}
	}
	k.save(&o)
	for range 4 * 60 {
		time.Sleep(time.Minute)
		var err error
		if o, err = store.LoadOffboarding(context.Background(), k.mem, o.ID); err != nil {
			k.t.Fatal(err)
		}
		if !o.Open() {
			break
		}
	}
	k.hasLeft(o)
}

// hasLeft checks that nothing is left of what somebody had, and that the ledger says all of it.
func (k *keys) hasLeft(o store.Offboarding) {
	entries, err := k.mem.Entries(context.Background(), o.ID, 0)
	if err != nil || o.Chain.Verify(entries) != nil || o.State != store.Departed {
		k.violated("the offboarding is %s, with %v left; %v", o.State, o.ToEnd(), err)
	}
	g, err := store.LoadGrant(context.Background(), k.mem, "login-1")
	if err != nil || g.State != store.Ended {
		k.violated("the grant is %s (%s %s), %v", g.State, g.Outcome, g.Note, err)
	}
	kinds := map[store.HoldingKind]int{}
	for _, h := range o.Holdings {
		if h.Result == store.WasEnded {
			kinds[h.Kind]++
		}
	}
	if kinds[store.HeldKey] != 2 || kinds[store.HeldPassword] != 2 || kinds[store.HeldGroup] < 2 || kinds[store.HeldUser] != 2 {
		k.violated("the ledger has %v", kinds)
	}
	for id, user := range map[string]string{account: "t.yamada", account2: "yamada"} {
		if groups := k.aws.Groups(id, user); len(groups) > 0 || k.aws.HasPassword(id, user) {
			k.violated("%s is in %v, password %t", user, groups, k.aws.HasPassword(id, user))
		}
		for _, key := range k.aws.Keys(id, user) {
			if key.Active {
				k.violated("%s of %s is active", key.ID, user)
			}
		}
	}
	for _, key := range k.aws.Keys(account, batch) {
		if !key.Active {
			k.violated("the key of another user is off")
		}
	}
}

func TestOffboardingKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	if out := everywhereIn(t, "offboarding", offboardSetup(), 1, leaves); out.points*stride() < 60 {
		t.Errorf("only %d points in %v: the job did not run", out.points, out.steps)
	}
}
