package identity_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/store"
)

const batch = "svc-batch"

// locksmith is an AWS in which alice asks for a key of a system's user, and the kind at work on it.
type locksmith struct {
	*fakeaws.AWS
	t    *testing.T
	kind access.Cloud
	g    store.Grant
}

func newLocksmith(t *testing.T, keys int) *locksmith {
	t.Helper()
	a := fakeaws.New(fakeaws.Options{Accounts: []string{prod, dev}})
	id := a.AddUser(prod, "alice", nil)
	a.AddUser(prod, batch, nil)
	for range keys {
		a.UseKey(a.AddKey(prod, batch), "s3")
	}
	accounts := identity.Accounts{prod: identity.In(a.Config(prod)), dev: identity.In(a.Config(dev))}
	keeping := identity.Keeping{Prefix: "sekisho/", Grace: 24 * time.Hour, Recovery: 7}
	return &locksmith{AWS: a, t: t, kind: identity.Kinds(accounts, keeping, time.Now)[identity.KindAccessKey],
		g: store.Grant{ID: "request-1", Kind: identity.KindAccessKey, Account: prod, Target: batch, State: store.Approved,
			Subject: store.Subject{User: "alice", UserID: id}}}
}

// plan commits what Plan saw.
func (l *locksmith) plan() error {
	facts, err := l.kind.Plan(l.t.Context(), l.g, nil)
	if err == nil {
		l.g.Planned, l.g.Effects = true, facts
	}
	return err
}

// settle takes steps as the keeper does, until done or refused, whatever fails on the way.
func (l *locksmith) settle(state store.State) (handlers.Result, error) {
	l.t.Helper()
	l.g.State = state
	for range 200 {
		ctx, cancel := context.WithTimeout(l.t.Context(), stepTime)
		r, err := l.kind.Step(ctx, l.g)
		cancel()
		var refused *handlers.Refused
		switch {
		case errors.As(err, &refused):
			return r, err
		case err == nil && r.Again == 0:
			for name, value := range r.Facts {
				l.g.Effects[name] = value
			}
			return r, nil
		}
		time.Sleep(max(r.Again, time.Second))
		if state == store.Approved && l.stored() != "" && !slices.Contains(l.keyIDs(), l.stored()) {
			l.t.Errorf("the key in the secret, %s, is none of %v", l.stored(), l.keyIDs())
		}
	}
	l.t.Fatalf("%s: it never comes to an end", state)
	return handlers.Result{}, nil
}

// issue plans and gives.
func (l *locksmith) issue() {
	l.t.Helper()
	if err := l.plan(); err != nil {
		l.t.Fatalf("plan: %v", err)
	}
	if _, err := l.settle(store.Approved); err != nil {
		l.t.Fatalf("give: %v", err)
	}
}

func (l *locksmith) keyIDs() []string {
	var out []string
	for _, k := range l.Keys(prod, batch) {
		out = append(out, k.ID)
	}
	return out
}

// stored is the id of the key in the one secret, "" while there is none; its secret must be the one that goes with it.
func (l *locksmith) stored() string {
	l.t.Helper()
	secrets := l.Secrets(prod)
	switch {
	case len(secrets) > 1:
		l.t.Fatalf("there are %d secrets", len(secrets))
	case len(secrets) == 0 || secrets[0].Versions == 0:
		return ""
	}
	var pair struct {
		ID     string `json:"aws_access_key_id"`
		Secret string `json:"aws_secret_access_key"`
	}
	if err := json.Unmarshal([]byte(secrets[0].Current), &pair); err != nil || !strings.HasPrefix(pair.Secret, fakeaws.Canary) {
		l.t.Fatalf("the secret is %q, %v", secrets[0].Current, err)
	}
	return pair.ID
}

// wantIssued holds what must be so once a key is given: one key more than before, in the secret, and no other.
func (l *locksmith) wantIssued(before []string) {
	l.t.Helper()
	key := l.stored()
	if got, want := l.keyIDs(), append(slices.Clone(before), key); !sameKeys(got, want) {
		l.t.Errorf("the keys are %v, want %v", got, want)
	}
	if l.g.Effects[identity.IssuedKey] != key {
		l.t.Errorf("the key issued is said to be %s, the secret has %s", l.g.Effects[identity.IssuedKey], key)
	}
}

func sameKeys(a, b []string) bool {
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func TestAccessKeyIsIssuedAndEnds(t *testing.T) {
	for keys := range 2 {
		synctest.Test(t, func(t *testing.T) {
			l := newLocksmith(t, keys)
			before := l.keyIDs()
			l.issue()
			l.wantIssued(before)
			l.wantRight(store.Active, true)
			if r, err := l.settle(store.Ending); err != nil || r.Later != 24*time.Hour {
				t.Fatalf("take: %+v, %v", r, err)
			}
			l.wantRight(store.Ended, true)
			if k := l.Keys(prod, batch); len(k) != keys+1 || slices.ContainsFunc(k, func(k fakeaws.Key) bool { return k.Active == (k.ID == l.stored()) }) {
				t.Errorf("ended, but not cleared away: %+v", k)
			}
			if _, err := l.settle(store.Ended); err != nil {
				t.Fatalf("clear: %v", err)
			}
			if got := l.keyIDs(); !sameKeys(got, before) || l.Secrets(prod)[0].Deletes.IsZero() {
				t.Errorf("cleared away: keys %v, secret %+v", got, l.Secrets(prod)[0])
			}
		})
	}
}

func (l *locksmith) wantRight(state store.State, want bool) {
	l.t.Helper()
	l.g.State = state
	if right, err := l.kind.Check(l.t.Context(), l.g); err != nil || right != want {
		l.t.Errorf("check while %s: %t, %v, want %t", state, right, err, want)
	}
}

// The requester reads the secret, and nobody else does, though their own policies allow it.
func TestTheRequesterAloneReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		l.AddUser(prod, "bob", nil)
		l.issue()
		for user, may := range map[string]bool{"alice": true, "bob": false} {
			c := l.Config(prod)
			id := l.AddKey(prod, user)
			c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: id, SecretAccessKey: "x"}, nil
			})
			_, err := secretsmanager.NewFromConfig(c).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(l.g.Effects[identity.SecretName])})
			if may != (err == nil) {
				t.Errorf("%s reads: %v", user, err)
			}
		}
	})
}

// The secret is made without a value, its policy is written and read back, and only then is there a key to be put in.
func TestTheSecretIsClosedBeforeItHasAValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		l.issue()
		var order []string
		for _, c := range l.Calls() {
			last := len(order) > 0 && order[len(order)-1] == c.Action
			if (c.Write || c.Action == "GetResourcePolicy") && !last {
				order = append(order, c.Action)
			}
			if _, value := c.Params["SecretString"]; value && c.Action == "CreateSecret" {
				t.Error("the secret is made with its value")
			}
		}
		want := []string{"CreateSecret", "GetResourcePolicy", "PutResourcePolicy", "GetResourcePolicy", "CreateAccessKey", "PutSecretValue",
			"GetResourcePolicy"}
		if !slices.Equal(order, want) {
			t.Errorf("the order is %v, want %v", order, want)
		}
	})
}

// Nobody is told of a key before Secrets Manager has shown who can read it.
func TestDoneIsSaidAfterThePolicyIsReadBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		if err := l.plan(); err != nil {
			t.Fatal(err)
		}
		l.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "GetResourcePolicy" {
				return &fakeaws.Failure{Code: "AccessDeniedException"}
			}
			return nil
		})
		for range 10 {
			if r, err := l.kind.Step(t.Context(), l.g); err == nil && r.Again == 0 {
				t.Fatalf("done, with %v", r.Facts)
			}
			time.Sleep(time.Second)
		}
		l.Fault(nil)
		if _, err := l.settle(store.Approved); err != nil {
			t.Fatal(err)
		}
		l.wantIssued(nil)
	})
}

// A key without an end must be its user's only one, also when another comes up once it is planned.
func TestNotAloneIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 1)
		l.g.Endless = true
		wantRefused(t, l.plan(), identity.NotAlone)

		l = newLocksmith(t, 0)
		l.g.Endless = true
		if err := l.plan(); err != nil {
			t.Fatal(err)
		}
		theirs := l.AddKey(prod, batch)
		l.UseKey(theirs, "s3")
		_, err := l.settle(store.Approved)
		wantRefused(t, err, identity.NotAlone)
		if got := l.keyIDs(); !slices.Equal(got, []string{theirs}) {
			t.Errorf("keys %v", got)
		}
	})
}

func TestTwoKeysAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 2)
		wantRefused(t, l.plan(), identity.TwoKeys)

		l = newLocksmith(t, 1) // and when the second is made between the plan and the issue
		if err := l.plan(); err != nil {
			t.Fatal(err)
		}
		theirs := l.AddKey(prod, batch)
		l.UseKey(theirs, "s3")
		_, err := l.settle(store.Approved)
		wantRefused(t, err, identity.TwoKeys)
		if _, err := l.settle(store.Ending); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(l.keyIDs(), theirs) || len(l.Secrets(prod)) != 0 {
			t.Errorf("keys %v, secrets %v", l.keyIDs(), l.Secrets(prod))
		}
	})
}

func TestASecretOfSomebodyElseIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		if err := l.plan(); err != nil {
			t.Fatal(err)
		}
		theirs := secretsmanager.NewFromConfig(l.Config(prod))
		if _, err := theirs.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String(l.g.Effects[identity.SecretName]), SecretString: aws.String("x")}); err != nil {
			t.Fatal(err)
		}
		_, err := l.settle(store.Approved)
		wantRefused(t, err, "ResourceExistsException")
		l.settle(store.Ending)
		l.settle(store.Ended)
		if s := l.Secrets(prod); len(s) != 1 || s[0].Current != "x" || !s[0].Deletes.IsZero() || len(l.keyIDs()) != 0 {
			t.Errorf("secrets %+v, keys %v", s, l.keyIDs())
		}
	})
}

func TestANameThatIsBeingDeletedIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		if err := l.plan(); err != nil {
			t.Fatal(err)
		}
		theirs, name := secretsmanager.NewFromConfig(l.Config(prod)), aws.String(l.g.Effects[identity.SecretName])
		theirs.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: name, SecretString: aws.String("x")})
		theirs.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: name})
		_, err := l.settle(store.Approved)
		var refused *handlers.Refused
		if !errors.As(err, &refused) || len(l.keyIDs()) != 0 {
			t.Errorf("%v, keys %v", err, l.keyIDs())
		}
	})
}

// What a person made and uses is not taken for what the bot has lost; a key that they switched on again after its end is
// found, and is deleted only while it is off.
func TestKeysMadeByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		l.issue()
		time.Sleep(time.Hour)
		theirs := l.AddKey(prod, batch)
		l.settle(store.Ending)
		if !slices.Contains(l.keyIDs(), theirs) {
			t.Error("a key made long after the issue is gone")
		}
		l.SetKey(prod, batch, l.g.Effects[identity.IssuedKey], true)
		l.wantRight(store.Ended, false)
		r, err := l.kind.Step(t.Context(), l.g)
		if err != nil || r.Again == 0 || !slices.Contains(l.keyIDs(), l.g.Effects[identity.IssuedKey]) {
			t.Errorf("switched on again, and to be deleted: %+v, %v, keys %v", r, err, l.keyIDs())
		}
		if _, err := l.settle(store.Ending); err != nil || l.works(l.g.Effects[identity.IssuedKey]) {
			t.Errorf("ended anew: %v, keys %+v", err, l.Keys(prod, batch))
		}
	})
}

// Each call of issuing and of ending fails in every way, at each of its turns, and no key is orphaned, none from before
// is touched, and the end is an end.
func TestAccessKeyFaults(t *testing.T) {
	points := 0
	for _, keys := range []int{0, 1} {
		calls := countCalls(t, keys)
		for n := range calls {
			for _, f := range append(faults[:len(faults):len(faults)], late) {
				points++
				synctest.Test(t, func(t *testing.T) { faulty(t, keys, n, f.fault) })
				if t.Failed() {
					t.Fatalf("user with %d keys, call %d of %d, %s", keys, n+1, calls, f.name)
				}
			}
		}
	}
	t.Logf("%d points of failure", points)
}

// late is a call that was given up for lost, as by a process that died, and has its effect when nobody expects it.
var late = fault{"landing late", fakeaws.Failure{Hang: true, Done: true, Delay: stepTime + 1500*time.Millisecond}, ""}

// countCalls counts those of a life in which nothing fails.
func countCalls(t *testing.T, keys int) int {
	calls := 0
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, keys)
		l.Fault(func(fakeaws.Call) *fakeaws.Failure { calls++; return nil })
		l.live()
	})
	return calls
}

// faulty is a life in which one call fails. At no call is there something to read in a secret without its policy.
func faulty(t *testing.T, keys, n int, f fakeaws.Failure) {
	l := newLocksmith(t, keys)
	calls := 0
	l.Fault(func(c fakeaws.Call) *fakeaws.Failure {
		for _, s := range l.Secrets(prod) {
			if s.Current != "" && !strings.Contains(s.Policy, `{"StringNotEquals":{"aws:userid":"`+l.g.Subject.UserID+`"}}`) {
				t.Errorf("at %s others can read %s", c.Action, s.Name)
			}
		}
		if calls++; calls == n+1 {
			return &f
		}
		return nil
	})
	l.live()
}

// live issues a key, and lets it end and be cleared away, and looks at each station what there is.
func (l *locksmith) live() {
	l.t.Helper()
	before := l.keyIDs()
	for range 10 {
		ctx, cancel := context.WithTimeout(l.t.Context(), stepTime)
		facts, err := l.kind.Plan(ctx, l.g, nil)
		if cancel(); err == nil {
			l.g.Planned, l.g.Effects = true, facts
			break
		}
	}
	if _, err := l.settle(store.Approved); err != nil {
		l.t.Fatalf("give: %v", err)
	}
	l.wantIssued(before)
	for _, state := range []store.State{store.Ending, store.Ended} {
		if _, err := l.settle(state); err != nil {
			l.t.Fatalf("%s: %v", state, err)
		}
	}
	if got := l.keyIDs(); !sameKeys(got, before) || l.Secrets(prod)[0].Deletes.IsZero() {
		l.t.Errorf("cleared away: keys %v, before %v, secret to be deleted %s", got, before, l.Secrets(prod)[0].Deletes)
	}
	if leaks := fmt.Sprintf("%+v %#v", l.g, l.g); strings.Contains(leaks, fakeaws.Canary) {
		l.t.Errorf("a secret is in the record: %s", leaks)
	}
}
