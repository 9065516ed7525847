package identity_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/store"
)

// denies has every call of an action, or of all actions of a service, denied.
func denies(what string) func(fakeaws.Call) *fakeaws.Failure {
	return func(c fakeaws.Call) *fakeaws.Failure {
		if c.Action == what || c.Service == what {
			return &fakeaws.Failure{Code: "AccessDeniedException"}
		}
		return nil
	}
}

// works tells whether a key does.
func (l *locksmith) works(id string) bool {
	return slices.ContainsFunc(l.Keys(prod, batch), func(k fakeaws.Key) bool { return k.ID == id && k.Active })
}

// A key is switched off at its end whatever else does not answer, and that is done first: the secret that it is in, whose
// answer nobody waits for, or what is asked of another key whose answer was lost. Where it is not known which of two keys
// is in the secret, both are off.
func TestAKeyEndsWhateverElseFails(t *testing.T) {
	for what, over := range map[string]bool{"secretsmanager": true, "GetAccessKeyLastUsed": false} {
		synctest.Test(t, func(t *testing.T) {
			l := newLocksmith(t, 0)
			l.issue()
			other := l.AddKey(prod, batch) // as one whose answer was lost would
			l.Fault(denies(what))
			l.g.State = store.Ending
			before, done := len(l.Calls()), false
			for range 5 {
				r, err := l.kind.Step(t.Context(), l.g)
				done = done || err == nil && r.Again == 0
				time.Sleep(time.Second)
			}
			first := l.Calls()[before]
			if first.Action != "UpdateAccessKey" || first.Params["AccessKeyId"] != l.g.Effects[identity.IssuedKey] {
				t.Errorf("without %s: the end begins with %s", what, first.Action)
			}
			if done != over {
				t.Errorf("without %s: said to be over: %t", what, done)
			}
			if l.works(l.g.Effects[identity.IssuedKey]) || over && l.works(other) {
				t.Errorf("without %s a key works after its end: %+v", what, l.Keys(prod, batch))
			}
			l.Fault(nil)
			for _, state := range []store.State{store.Ending, store.Ended} {
				if _, err := l.settle(state); err != nil {
					t.Fatal(err)
				}
			}
			if left := l.keyIDs(); len(left) > 0 {
				t.Errorf("without %s: %v is left", what, left)
			}
		})
	}
}

// A key that IAM may not be asked about, of a user who was renamed, still works: it is not said to be over before all
// users were looked through, nor while that is denied.
func TestAKeyThatIAMDoesNotTellOfIsNotGone(t *testing.T) {
	for _, issued := range []bool{true, false} { // or ended while it was being made
		synctest.Test(t, func(t *testing.T) {
			l := newLocksmith(t, 0)
			l.issue()
			key := l.g.Effects[identity.IssuedKey]
			if !issued {
				delete(l.g.Effects, identity.IssuedKey)
				delete(l.g.Effects, identity.IssuedAt)
			}
			l.RenameUser(prod, batch, "svc-new")
			denied := map[string]bool{"GetAccessKeyLastUsed": true, "ListUsers": true}
			l.Fault(func(c fakeaws.Call) *fakeaws.Failure {
				if denied[c.Action] {
					return &fakeaws.Failure{Code: "AccessDenied"}
				}
				return nil
			})
			l.g.State = store.Ending
			for range 5 {
				if r, err := l.kind.Step(t.Context(), l.g); err == nil {
					t.Fatalf("issued %t: %+v, and nobody knows whose the key is", issued, r)
				}
			}
			denied["ListUsers"] = false
			if _, err := l.settle(store.Ending); err != nil {
				t.Fatal(err)
			}
			if k := l.Keys(prod, "svc-new"); len(k) != 1 || k[0].ID != key || k[0].Active {
				t.Errorf("issued %t: ended, and the keys are %+v", issued, k)
			}
		})
	}
}

// A call to AWS for a key that it does not know is answered by a plain code: the key is gone, and that is no failure.
func TestALastUseThatIsNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		if err := l.plan(); err != nil {
			t.Fatal(err)
		}
		l.AddKey(prod, batch)
		time.Sleep(2 * time.Minute)
		l.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "GetAccessKeyLastUsed" {
				return &fakeaws.Failure{Code: "NoSuchEntity"}
			}
			return nil
		})
		r, err := l.kind.Step(t.Context(), l.g)
		if err != nil || r.Again == 0 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// A key ends under whatever name its user has by then, also where another has got the old one.
func TestAKeyOfAUserWhoWasRenamedEnds(t *testing.T) {
	for _, taken := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			l := newLocksmith(t, 1)
			l.issue()
			l.RenameUser(prod, batch, "svc-new")
			if taken {
				l.AddUser(prod, batch, nil)
			}
			l.wantRight(store.Active, true)
			for _, state := range []store.State{store.Ending, store.Ended} {
				if _, err := l.settle(state); err != nil {
					t.Fatal(err)
				}
				for _, k := range l.Keys(prod, "svc-new") {
					if ours := k.ID == l.g.Effects[identity.IssuedKey]; k.Active == ours || ours && state == store.Ended {
						t.Errorf("%s, the name taken: %t: %+v is left", state, taken, k)
					}
				}
			}
			if s := l.Secrets(prod)[0]; s.Deletes.IsZero() {
				t.Errorf("the secret stays: %+v", s)
			}
		})
	}
}

// What an administrator makes by hand once a request has come to nothing is theirs, though nobody has used it yet.
func TestAKeyMadeByHandAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		if err := l.plan(); err != nil {
			t.Fatal(err)
		}
		if _, err := l.settle(store.Ending); err != nil {
			t.Fatal(err)
		}
		l.g.Ended = time.Now()
		late := l.AddKey(prod, batch) // by a call that was given up
		l.wantRight(store.Ended, false)
		l.DeleteKey(prod, batch, late)
		time.Sleep(5 * time.Minute)
		theirs := l.AddKey(prod, batch)
		l.wantRight(store.Ended, true)
		if _, err := l.settle(store.Ending); err != nil || !l.works(theirs) {
			t.Errorf("the key of an administrator is gone, %v", err)
		}
	})
}

// A secret that somebody schedules for deletion before its key is handed over is not given: the key ends instead.
func TestASecretThatIsDeletedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		if err := l.plan(); err != nil {
			t.Fatal(err)
		}
		for len(l.Secrets(prod)) == 0 {
			l.kind.Step(t.Context(), l.g)
			time.Sleep(time.Second)
		}
		_, err := secretsmanager.NewFromConfig(l.Config(prod)).DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{
			SecretId: aws.String(l.g.Effects[identity.SecretName])})
		if err != nil {
			t.Fatal(err)
		}
		_, err = l.settle(store.Approved)
		wantRefused(t, err, "ResourceExistsException")
		if _, err := l.settle(store.Ending); err != nil || slices.ContainsFunc(l.Keys(prod, batch), func(k fakeaws.Key) bool { return k.Active }) {
			t.Errorf("%v, keys %+v", err, l.Keys(prod, batch))
		}
	})
}

// A request that is ended while its secret is being written leaves no key, and not for good the secret that lands.
func TestEndedWhileTheSecretIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 1)
		before := l.keyIDs()
		if err := l.plan(); err != nil {
			t.Fatal(err)
		}
		l.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "CreateSecret" {
				return &fakeaws.Failure{Hang: true, Done: true, Delay: 40 * time.Second}
			}
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), stepTime)
		defer cancel()
		if r, err := l.kind.Step(ctx, l.g); err == nil {
			t.Fatalf("%+v", r)
		}
		if _, err := l.settle(store.Ending); err != nil {
			t.Fatal(err)
		}
		l.g.Ended = time.Now()
		time.Sleep(time.Minute)
		l.wantRight(store.Ended, true)
		if got := l.keyIDs(); !sameKeys(got, before) || len(l.Secrets(prod)) != 1 {
			t.Errorf("keys %v, were %v, secrets %v", got, before, l.Secrets(prod))
		}
		if _, err := l.settle(store.Ended); err != nil || l.Secrets(prod)[0].Deletes.IsZero() {
			t.Errorf("the secret stays, %v", err)
		}
	})
}

// A user of the same name in another account is another one.
func TestTheSameNameInTwoAccounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 1)
		l.AddUser(dev, batch, nil)
		l.AddUser(dev, "alice", nil)
		l.AddKey(dev, batch)
		before := l.Keys(dev, batch)
		l.issue()
		for _, state := range []store.State{store.Ending, store.Ended} {
			if _, err := l.settle(state); err != nil {
				t.Fatal(err)
			}
		}
		if got := l.Keys(dev, batch); !slices.Equal(got, before) || len(l.Secrets(dev)) > 0 {
			t.Errorf("keys %v, were %v", got, before)
		}
	})
}

// A key is made by one call and no other: where the answer is lost, the next step looks first whether there is one.
func TestNoCallToMakeAKeyIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		rotator := identity.Rotators(identity.Accounts{prod: identity.In(l.Config(prod))}, identity.Keeping{}, time.Now)[identity.KindAccessKey]
		task := store.Task{ID: store.TaskPrefix + "1", Account: prod, User: batch, Secret: "prod/batch", State: store.Making}
		var err error
		if task.Effects, err = rotator.Plan(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		if err := l.plan(); err != nil {
			t.Fatal(err)
		}
		calls := 0
		l.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action != "CreateAccessKey" {
				return nil
			}
			calls++
			return &fakeaws.Failure{} // cut, as what the SDK repeats
		})
		for name, step := range map[string]func() error{
			"issue": func() (err error) {
				for calls == 0 && err == nil { // the secret and its policy come first
					_, err = l.kind.Step(t.Context(), l.g)
				}
				return err
			},
			"rotation": func() error { _, err := rotator.Step(t.Context(), task); return err },
		} {
			if calls = 0; step() == nil || calls != 1 {
				t.Errorf("%s: %d calls", name, calls)
			}
		}
	})
}
