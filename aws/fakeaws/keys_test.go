package fakeaws_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"sekisho/aws/fakeaws"
)

// What was lost on the way back was made all the same, and is found by looking.
func TestLostAnswerOfCreateAccessKey(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		a.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action != "CreateAccessKey" {
				return nil
			}
			return &fakeaws.Failure{Done: true}
		})
		once := func(o *iam.Options) { o.RetryMaxAttempts = 1 }
		_, err := iamOf(a, prod).CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: new("alice")}, once)
		if err == nil || len(a.Keys(prod, "alice")) != 1 || len(a.Canaries()) != 2 {
			t.Errorf("%v; keys %v; %d secrets given", err, a.Keys(prod, "alice"), len(a.Canaries()))
		}
	})
}

// Readers see a key, and what becomes of it, after the lag; it signs at once.
func TestKeysLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := fakeaws.New(fakeaws.Options{Accounts: []string{prod}, Lag: 5 * time.Second})
		a.AddUser(prod, "alice", nil)
		c := iamOf(a, prod)
		expect := func(now, later string) {
			t.Helper()
			if got := strings.Join(keys(t, c, "alice", 100), ","); got != now {
				t.Errorf("at once: %q, want %q", got, now)
			}
			time.Sleep(5 * time.Second)
			if got := strings.Join(keys(t, c, "alice", 100), ","); got != later {
				t.Errorf("after the lag: %q, want %q", got, later)
			}
		}
		id := *makeKey(t, c, "alice").AccessKeyId
		if !a.UseKey(id, "s3") {
			t.Error("the new key does not sign")
		}
		expect("", id+" Active")
		a.SetKey(prod, "alice", id, false)
		expect(id+" Active", id+" Inactive")
		a.DeleteKey(prod, "alice", id)
		expect(id+" Inactive", "")
	})
}

// Of the uses within 15 minutes the first is recorded, with its service.
func TestLastUseIsCoarse(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		id := a.AddKey(prod, "alice")
		start := time.Now()
		for _, step := range []struct {
			after   time.Duration
			service string
			want    time.Duration
			by      string
		}{
			{0, "s3", 0, "s3"},
			{15*time.Minute - 1, "ec2", 0, "s3"},
			{15 * time.Minute, "ec2", 15 * time.Minute, "ec2"},
			{29 * time.Minute, "s3", 15 * time.Minute, "ec2"},
			{3 * time.Hour, "s3", 3 * time.Hour, "s3"},
		} {
			time.Sleep(step.after - time.Since(start))
			if !a.UseKey(id, step.service) {
				t.Error("not taken")
			}
			got := lastUsed(t, iamOf(a, prod), id).AccessKeyLastUsed
			if !got.LastUsedDate.Equal(start.Add(step.want)) || *got.ServiceName != step.by {
				t.Errorf("used after %s: recorded %s, %s", step.after, got.LastUsedDate.Sub(start), *got.ServiceName)
			}
		}
	})
}

func TestKeyThatIsOffIsNotUsed(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		id := a.AddKeyAt(prod, "alice", time.Now().AddDate(-1, 0, 0))
		a.SetKey(prod, "alice", id, false)
		if a.UseKey(id, "s3") || a.UseKey("AKIAIOSFODNN7EXAMPLE", "s3") {
			t.Error("taken")
		}
		if got := lastUsed(t, iamOf(a, prod), id); got.AccessKeyLastUsed.LastUsedDate != nil {
			t.Errorf("recorded %v", got.AccessKeyLastUsed.LastUsedDate)
		}
		_, err := iamOf(a, dev).GetAccessKeyLastUsed(t.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id})
		refused(t, err, "NoSuchEntity", 404)
	})
}

func TestCanaries(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		if len(a.Canaries()) != 0 {
			t.Errorf("given out before anybody asked: %v", a.Canaries())
		}
		secret := *makeKey(t, iamOf(a, prod), "alice").SecretAccessKey
		if got := a.Canaries(); !slices.Contains(got, secret) || !strings.HasPrefix(secret, fakeaws.Canary) || len(secret) != 40 {
			t.Errorf("%q is not among %q", secret, got)
		}
	})
}

// A name that is left out is that of the caller.
func TestKeyOfTheCaller(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		made := must[*iam.CreateAccessKeyOutput](t)(iamOf(a, prod).CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{}))
		if *made.AccessKey.UserName != "operator" {
			t.Errorf("made for %s", *made.AccessKey.UserName)
		}
		if _, err := iamOf(a, prod).DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{AccessKeyId: made.AccessKey.AccessKeyId}); err != nil {
			t.Error(err)
		}
	})
}

func TestSignInIsCoarse(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		a.AddPassword(prod, "alice")
		seen := func() *time.Time {
			return must[*iam.GetUserOutput](t)(iamOf(a, prod).GetUser(t.Context(), &iam.GetUserInput{UserName: new("alice")})).User.PasswordLastUsed
		}
		if seen() != nil {
			t.Error("used before the first sign-in")
		}
		start := time.Now()
		for _, want := range []time.Duration{0, 0, 6 * time.Minute} {
			a.SignIn(prod, "alice")
			if got := seen().Sub(start); got != want {
				t.Errorf("recorded %s, want %s", got, want)
			}
			time.Sleep(3 * time.Minute)
		}
	})
}
