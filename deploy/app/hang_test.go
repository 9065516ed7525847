package app_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/deploy/config"
	"sekisho/store"
)

// awsActions are all calls that the bot makes to give access and to take it back, as the interfaces of the SDK's clients
// name them: a call that is added there hangs here, too.
func awsActions() []string {
	var out []string
	for _, client := range []reflect.Type{reflect.TypeFor[identity.IAM](), reflect.TypeFor[identity.Secrets](), reflect.TypeFor[identity.SSM]()} {
		for i := range client.NumMethod() {
			out = append(out, client.Method(i).Name)
		}
	}
	return out
}

// hangs has an action hang, for ever or the first time only.
func hangs(action string, once bool) func(fakeaws.Call) *fakeaws.Failure {
	hung := false
	return func(c fakeaws.Call) *fakeaws.Failure {
		if c.Action != action || once && hung {
			return nil
		}
		hung = true
		return &fakeaws.Failure{Hang: true}
	}
}

// Each action of AWS hangs in turn, from just before the end of a key: the key is off 15 seconds after its end all the same.
// What switches it off hangs once. While IAM answers its end is written as well, whatever Secrets Manager does.
func TestAKeyEndsInTimeWhateverHangs(t *testing.T) {
	t.Parallel()
	secrets := reflect.TypeFor[identity.Secrets]()
	for _, action := range awsActions() {
		inBubble(t, keySetup(), func(s *sim) {
			k := newKeys(s, 1)
			k.run(k.lean())
			g := k.approved(false)
			k.wait(time.Until(g.Until) - time.Second)
			g = k.reload(g)
			if key := g.Effects["access_key"]; g.State != store.Active || !k.active(key) {
				t.Fatalf("%s: the grant is %s, keys %v", action, g.State, k.aws.Keys(account, batch))
			}
			k.failing(hangs(action, action == "UpdateAccessKey"))
			k.wait(time.Until(g.Until) + overrun)
			if k.active(g.Effects["access_key"]) {
				t.Errorf("%s hangs: the key works %s after its end", action, overrun)
			}
			_, ofSecrets := secrets.MethodByName(action)
			if g = k.reload(g); ofSecrets && g.State != store.Ended {
				t.Errorf("%s hangs: the grant is %s (%s)", action, g.State, g.Trouble)
			}
			k.answering()
			k.wait(2*time.Minute + grace)
			k.issueIsOver(k.reload(g))
			k.end(k.process.Load())
			for _, f := range s.failed {
				t.Errorf("%s hangs: %s", action, f)
			}
			time.Sleep(time.Minute)
		})
	}
}

// Each action of Secrets Manager hangs in turn while a key is issued, so that it is not known which key is in the secret, if
// one is: whatever came up since the plan is off 15 seconds after the end, and what was there before works.
func TestAKeyThatIsBeingIssuedEndsInTimeWhateverHangs(t *testing.T) {
	t.Parallel()
	secrets := reflect.TypeFor[identity.Secrets]()
	for i := range secrets.NumMethod() {
		action := secrets.Method(i).Name
		for _, created := range []string{"", "CreateSecret", "CreateAccessKey", "PutSecretValue"} { // from after which call on
			inBubble(t, keySetup(), func(s *sim) {
				k := newKeys(s, 1)
				k.run(k.lean())
				hang, seen := hangs(action, false), created == ""
				k.failing(func(c fakeaws.Call) *fakeaws.Failure {
					if seen {
						return hang(c)
					}
					seen = c.Action == created
					return nil
				})
				g := k.approved(false)
				k.wait(time.Until(g.Until) + overrun)
				for _, key := range k.aws.Keys(account, batch) {
					if was := key.ID == k.before[0]; key.Active != was {
						t.Errorf("%s hangs after %q: %s, there before: %t, active: %t", action, created, key.ID, was, key.Active)
					}
				}
				k.wait(overrun) // each look waits for the answer that does not come
				if g = k.reload(g); g.State != store.Ended {
					t.Errorf("%s hangs after %q: the grant is %s (%s)", action, created, g.State, g.Trouble)
				}
				k.answering()
				k.wait(15*time.Minute + grace)
				k.issueIsOver(k.reload(g))
				k.end(k.process.Load())
				for _, f := range s.failed {
					t.Errorf("%s hangs after %q: %s", action, created, f)
				}
				time.Sleep(time.Minute)
			})
		}
	}
}

// The same for a membership. What its end cannot do without hangs once: names pass on, so who the user is and which group it
// is are read first.
func TestAMembershipEndsInTimeWhateverHangs(t *testing.T) {
	t.Parallel()
	for _, action := range awsActions() {
		once := slices.Contains([]string{"GetUser", "ListGroupsForUser", "RemoveUserFromGroup"}, action)
		alive(t, setup{overrun: time.Minute}, func(s *sim) {
			s.signIn("1")
			s.wait(5 * time.Second)
			s.mustPress("U0SATO", store.Approve, "1")
			s.wait(5 * time.Second)
			s.is("1", store.Active, true)
			until := s.grant(s.db(), "1").Until
			s.wait(time.Until(until) - time.Second)
			s.failing(hangs(action, once))
			s.wait(time.Until(until) + overrun)
			if s.member() {
				t.Errorf("%s hangs: a member %s after the end", action, overrun)
			}
			s.answering()
			s.wait(settled)
			s.is("1", store.Ended, false)
		})
		if t.Failed() {
			t.Fatalf("it was %s", action)
		}
	}
}

func (k *keys) reload(g store.Grant) store.Grant {
	g, err := store.LoadGrant(context.Background(), k.mem, g.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	return g
}

// active tells whether a key of the user works.
func (k *keys) active(id string) bool {
	return slices.ContainsFunc(k.aws.Keys(account, batch), func(key fakeaws.Key) bool { return key.ID == id && key.Active })
}

// graceOf is a setup in which deactivated keys rest for a time.
func graceOf(d time.Duration) setup {
	how := keySetup()
	how.config = func(c *config.Config) {
		keySetup().config(c)
		c.Keys.Grace = d
	}
	return how
}
