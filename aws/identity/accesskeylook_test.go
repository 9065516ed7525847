package identity_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/aws/identity"
	"sekisho/handlers/access"
	"sekisho/store"
)

// looks is what a look at an issued key shows.
func (l *locksmith) looks(state store.State) access.Sight {
	l.t.Helper()
	l.g.State = state
	seen, err := l.kind.(access.Guard).Look(l.t.Context(), l.g)
	if err != nil {
		l.t.Fatal(err)
	}
	return seen
}

func (l *locksmith) secrets() *secretsmanager.Client {
	return secretsmanager.NewFromConfig(l.Config(prod))
}

func (l *locksmith) putPolicy(policy string) {
	l.t.Helper()
	_, err := l.secrets().PutResourcePolicy(l.t.Context(), &secretsmanager.PutResourcePolicyInput{
		SecretId: aws.String(l.g.Effects[identity.SecretName]), ResourcePolicy: &policy})
	if err != nil {
		l.t.Fatal(err)
	}
}

// A secret is its requester's alone while everybody else is denied, by whatever name the requester goes, and exposed by any
// other policy.
func TestASecretIsExposedByAnyOtherPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 1)
		l.AddUser(prod, "mallory", nil)
		l.issue()
		own := l.Secrets(prod)[0].Policy
		swap := func(old, with string) string {
			if !strings.Contains(own, old) {
				t.Fatalf("no %s in %s", old, own)
			}
			return strings.Replace(own, old, with, 1)
		}
		deny := own[strings.Index(own, `,{"Action"`)+1 : len(own)-len(`],"Version":"2012-10-17"}`)]
		for name, c := range map[string]struct {
			policy  string
			exposed bool
		}{
			"ours":                    {own, false},
			"written differently":     {swap(`"Statement":[`, "\"Statement\" : [\n"), false},
			"it allows somebody else": {swap("user/alice", "user/mallory"), false}, // who is denied all the same
			"nobody is denied":        {strings.Replace(own, ","+deny, "", 1), true},
			"denied to another":       {swap(l.g.Subject.UserID, "AIDAMALLORY"), true},
			"the requester is denied": {swap(`"StringNotEquals"`, `"StringEquals"`), true},
			"one statement more":      {swap(`"Statement":[`, `"Statement":[`+strings.Replace(deny, "Deny", "Allow", 1)+","), true},
		} {
			l.putPolicy(c.policy)
			if seen := l.looks(store.Active); seen.Exposed != c.exposed || seen.Works == "" || seen.Gone {
				t.Errorf("%s: %+v\n%s", name, seen, c.policy)
			}
		}
		l.putPolicy(own)
		l.RenameUser(prod, "alice", "alice.suzuki")
		if seen := l.looks(store.Active); seen.Exposed {
			t.Error("exposed once the requester is renamed")
		}
		l.DeleteUser(prod, "alice.suzuki")
		if seen := l.looks(store.Active); seen.Exposed {
			t.Error("exposed once the requester is deleted")
		}
	})
}

// What rests after its end is looked at for whether it works, and its secret is not asked for.
func TestALookAtAKeyThatRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		l.issue()
		if _, err := l.settle(store.Ending); err != nil {
			t.Fatal(err)
		}
		l.Fault(denies("secretsmanager"))
		if seen := l.looks(store.Ended); seen.Works != "" || seen.Gone || seen.Exposed {
			t.Errorf("it rests: %+v", seen)
		}
		l.SetKey(prod, batch, l.g.Effects[identity.IssuedKey], true)
		if seen := l.looks(store.Ended); seen.Works != l.g.Effects[identity.IssuedKey] {
			t.Errorf("activated: %+v", seen)
		}
		l.DeleteKey(prod, batch, l.g.Effects[identity.IssuedKey])
		if seen := l.looks(store.Ended); !seen.Gone || seen.Works != "" {
			t.Errorf("deleted: %+v", seen)
		}
	})
}

// The policy is put back for the requester as they are called now, and for nobody if they are gone.
func TestThePolicyIsPutBack(t *testing.T) {
	for _, fate := range []string{"same", "renamed", "gone", "another of the name"} {
		synctest.Test(t, func(t *testing.T) {
			l := newLocksmith(t, 1)
			l.AddUser(prod, "mallory", nil)
			l.issue()
			name := "alice"
			switch fate {
			case "renamed":
				name = "alice.suzuki"
				l.RenameUser(prod, "alice", name)
			case "gone":
				l.DeleteUser(prod, "alice")
			case "another of the name":
				l.DeleteUser(prod, "alice")
				l.AddUser(prod, "alice", nil)
			}
			l.putPolicy(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + prod +
				`:user/mallory"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}`)
			if seen := l.looks(store.Active); !seen.Exposed || !l.reads("mallory") {
				t.Fatalf("%s: %+v", fate, seen)
			}
			a := store.Alert{ID: "alert-1", Kind: store.Exposed, Account: prod, Subject: l.g.Subject, Effects: l.g.Effects}
			remedy := identity.Remedies(identity.Accounts{prod: identity.In(l.Config(prod))})[store.Exposed]
			for range 3 {
				r, err := remedy.Do(t.Context(), a)
				if err != nil {
					t.Fatalf("%s: %v", fate, err)
				}
				if r.Again == 0 {
					break
				}
				time.Sleep(r.Again)
			}
			if seen := l.looks(store.Active); seen.Exposed || l.reads("mallory") {
				t.Errorf("%s: %+v after %s", fate, seen, l.Secrets(prod)[0].Policy)
			}
			if fate == "same" || fate == "renamed" {
				if !l.reads(name) {
					t.Errorf("%s: the requester does not read", fate)
				}
			}
			if fate == "another of the name" && l.reads("alice") {
				t.Error("another user of the name reads")
			}
		})
	}
}
