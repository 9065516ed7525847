package identity_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// reads tells whether somebody with a new key of this user can read the secret.
func (l *locksmith) reads(user string) bool {
	c := l.Config(prod)
	id := l.AddKey(prod, user)
	c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: id, SecretAccessKey: "x"}, nil
	})
	_, err := secretsmanager.NewFromConfig(c).GetSecretValue(l.t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(l.g.Effects[identity.SecretName])})
	return err == nil
}

// Who gets the name of the requester later does not get the secret, whatever their own policies allow.
func TestTheNameOfTheRequesterPassesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		l.issue()
		rules, err := secretsmanager.NewFromConfig(l.Config(prod)).GetResourcePolicy(t.Context(), &secretsmanager.GetResourcePolicyInput{
			SecretId: aws.String(l.g.Effects[identity.SecretName])})
		if said := aws.ToString(rules.ResourcePolicy); err != nil || !strings.Contains(said, `{"StringNotEquals":{"aws:userid":"`+l.g.Subject.UserID+`"}}`) {
			t.Errorf("everybody but the requester is denied by %s, %v", said, err)
		}
		l.DeleteUser(prod, "alice")
		l.AddUser(prod, "alice", nil)
		if l.reads("alice") {
			t.Error("another user of the name reads the secret")
		}
		if _, err := l.settle(store.Ending); err != nil || l.works(l.g.Effects[identity.IssuedKey]) {
			t.Errorf("the key works after its end, %v", err)
		}
	})
}

// Whoever may read every secret by their own policies is denied this one.
func TestAnAdministratorDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		l.issue()
		id := aws.String(l.g.Effects[identity.SecretName])
		_, err := secretsmanager.NewFromConfig(l.Config(prod)).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: id})
		if err == nil || !strings.Contains(err.Error(), "explicit deny") {
			t.Errorf("not denied: %v", err)
		}
	})
}

// A policy that names the requester beside somebody else is none: whoever put it before us would read the secret.
func TestAPolicyThatLetsOthersReadIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		l.AddUser(prod, "alice2", nil)
		l.AddUser(prod, "mallory", nil)
		if err := l.plan(); err != nil {
			t.Fatal(err)
		}
		secrets := secretsmanager.NewFromConfig(l.Config(prod))
		for range 30 {
			l.kind.Step(t.Context(), l.g)
			time.Sleep(time.Second)
			if len(l.Secrets(prod)) > 0 {
				break
			}
		}
		_, err := secrets.PutResourcePolicy(t.Context(), &secretsmanager.PutResourcePolicyInput{SecretId: aws.String(l.g.Effects[identity.SecretName]),
			ResourcePolicy: aws.String(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*",
			"Principal": {"AWS": ["arn:aws:iam::` + prod + `:user/alice", "arn:aws:iam::` + prod + `:user/alice2", "arn:aws:iam::` + prod + `:user/mallory"]}}]}`)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.settle(store.Approved); err != nil {
			t.Fatal(err)
		}
		if !l.reads("alice") || l.reads("mallory") || l.reads("alice2") {
			t.Error("the requester alone is to read")
		}
	})
}

// A requester who is made anew between two looks of one step is somebody else: nobody is let read the secret.
func TestTheRequesterIsMadeAnewWhileTheKeyIsHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		if err := l.plan(); err != nil {
			t.Fatal(err)
		}
		anew := false
		l.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "ListAccessKeys" && !anew && len(l.Secrets(prod)) > 0 { // who asked has been looked at
				anew = true
				l.DeleteUser(prod, "alice")
				l.AddUser(prod, "alice", nil)
			}
			return nil
		})
		_, err := l.settle(store.Approved)
		wantRefused(t, err, policy.UserGone)
		if l.reads("alice") {
			t.Error("another user of the name reads the secret")
		}
		for _, c := range l.Calls() {
			if c.Action == "PutResourcePolicy" {
				t.Errorf("a policy was written: %+v", c)
			}
		}
	})
}

// Secrets Manager is asked to refuse a policy that would let everybody read, whatever we think it says.
func TestAPolicyForEverybodyIsBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocksmith(t, 0)
		l.issue()
		written := 0
		for _, c := range l.Calls() {
			if c.Action != "PutResourcePolicy" {
				continue
			}
			if written++; c.Params["BlockPublicPolicy"] != "true" {
				t.Errorf("not asked for: %+v", c)
			}
		}
		if written == 0 {
			t.Error("no policy was written")
		}
	})
}
