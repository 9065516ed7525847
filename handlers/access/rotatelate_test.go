package access_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// nth has one call of an action fail, the first if n is 1, and all others be.
func nth(action string, n int, f fakeaws.Failure) func(fakeaws.Call) *fakeaws.Failure {
	return func(c fakeaws.Call) *fakeaws.Failure {
		if c.Action != action {
			return nil
		}
		if n--; n != 0 {
			return nil
		}
		return &f
	}
}

// lands is a call that was given up, and has its effect so much later.
func lands(after time.Duration) fakeaws.Failure {
	return fakeaws.Failure{Hang: true, Done: true, Delay: after}
}

// A key that is refused a secret is deleted before the rotation stops: nobody looks again then.
func TestAKeyThatIsRefusedASecret(t *testing.T) {
	inRotation(t, func(r *access.Rotation) { r.Secret = "prod/other" }, func(w *world, old string) {
		w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "CreateSecret" { // of a name that was another secret's until now
				return &fakeaws.Failure{Code: "InvalidRequestException"}
			}
			return nil
		})
		id := w.rotate()
		w.wait(5 * time.Minute)
		w.stands(id, store.Stopped, "+"+old)
	})
}

// A value that lands late brings a key that was lost and deleted into the secret: who reads it gets the one that works, also
// where the rotation stops since somebody has made a key by hand.
func TestAKeyThatWasLostLandsInTheSecret(t *testing.T) {
	for _, byHand := range []bool{false, true} {
		inRotation(t, hurried, func(w *world, old string) {
			w.aws.Fault(nth("PutSecretValue", 1, lands(70*time.Second)))
			id := w.rotate()
			for range 30 {
				w.wait(2 * time.Second)
				if byHand && len(w.aws.Keys(account, batch)) == 1 { // the lost key is deleted
					w.aws.UseKey(w.aws.AddKey(account, batch), "s3")
					byHand = false
				}
			}
			w.wait(10 * time.Minute)
			task := w.task(id)
			if kept := w.kept(); task.State == store.Stopped && kept != old || task.State != store.Stopped && kept != task.New {
				t.Errorf("%s (%s): the secret has %s, there are %+v", task.State, task.Note, kept, w.aws.Keys(account, batch))
			}
		})
	}
}

// A value that lands when the next key is in use is undone: the one that it brings has long been deleted.
func TestAKeyThatWasLostLandsAfterTheNext(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		w.aws.Fault(nth("PutSecretValue", 1, lands(5*time.Minute)))
		id := w.rotate()
		w.wait(4 * time.Minute)
		w.stands(id, store.Proving, "+"+old, "+"+w.task(id).New)
		w.wait(10 * time.Minute)
		if fresh := w.task(id).New; w.kept() != fresh {
			t.Errorf("the secret has %s, want %s", w.kept(), fresh)
		}
		w.putToUse(id)
		w.wait(soonProven + soonDeleted + time.Hour)
		w.stands(id, store.Rotated, "+"+w.task(id).New)
	})
}

// A secret that somebody schedules for deletion while the new key goes into it has a key that works when they restore it.
func TestASecretIsDeletedAndRestored(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		secrets, scheduled := secretsmanager.NewFromConfig(w.aws.Config(account)), false
		w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "DescribeSecret" && w.kept() != old && !scheduled { // the key is in it, and nobody has seen that
				return &fakeaws.Failure{Code: "InternalServiceError", Status: 500}
			}
			return nil
		})
		id := w.rotate()
		if _, err := secrets.DeleteSecret(w.t.Context(), &secretsmanager.DeleteSecretInput{SecretId: aws.String(keySecret)}); err != nil {
			t.Fatal(err)
		}
		w.aws.Fault(nil)
		w.wait(10 * time.Minute)
		w.stands(id, store.Making, "+"+old, "+"+w.kept())
		if _, err := secrets.RestoreSecret(w.t.Context(), &secretsmanager.RestoreSecretInput{SecretId: aws.String(keySecret)}); err != nil {
			t.Fatal(err)
		}
		w.wait(10 * time.Minute)
		w.stands(id, store.Proving, "+"+old, "+"+w.task(id).New)
		if w.kept() != w.task(id).New {
			t.Errorf("the secret has %s, want %s", w.kept(), w.task(id).New)
		}
	})
}

// What somebody else stores in the secret is theirs: the old key stays until they have put it right.
func TestASecretThatSomebodyChanges(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		id := w.rotate()
		fresh := w.task(id).New
		secrets := secretsmanager.NewFromConfig(w.aws.Config(account))
		_, err := secrets.PutSecretValue(w.t.Context(), &secretsmanager.PutSecretValueInput{SecretId: aws.String(keySecret),
			SecretString: aws.String(`{"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE"}`)})
		if err != nil {
			t.Fatal(err)
		}
		w.wait(soonProven + soonDeleted)
		w.stands(id, store.Proving, "+"+old, "+"+fresh)
		if trouble := w.task(id).Trouble; trouble != "SecretChanged" || w.kept() != "AKIAIOSFODNN7EXAMPLE" {
			t.Errorf("told is %q, the secret has %s", trouble, w.kept())
		}
	})
}

// Another user who has got the name is none of the rotation's.
func TestARotationOfAUserWhoIsMadeAnew(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		id := w.rotate()
		w.aws.DeleteUser(account, batch)
		w.aws.AddUser(account, batch, nil)
		theirs := w.aws.AddKey(account, batch)
		w.wait(soonProven)
		w.stands(id, store.Stopped, "+"+theirs)
		if note := w.task(id).Note; note != policy.UserGone {
			t.Errorf("stopped since %q", note)
		}
	})
}

// A user who had no key has one in the end, also if a call that was given up makes another just after.
func TestAKeyThatIsMadeLate(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.AddUser(account, batch, nil)
		w.govern(func(p *access.Settings) {
			p.Rotations = []access.Rotation{{ID: "batch", Account: account, User: batch, Secret: keySecret, Rotators: []string{"U0SATO"},
				Within: time.Hour, Proof: proof, Grace: grace}}
		})
		w.aws.Fault(nth("CreateAccessKey", 1, lands(50*time.Second)))
		id := w.rotate()
		w.wait(10 * time.Minute)
		w.stands(id, store.Rotated, "+"+w.kept())
	})
}

// IAM tells late of a use just before the old key was switched off: whoever used it can go on, and the proof begins anew.
func TestAUseThatIsToldLate(t *testing.T) {
	for _, deleting := range []bool{false, true} {
		inRotation(t, hurried, func(w *world, old string) {
			id := w.rotate()
			fresh := w.task(id).New
			w.wait(soonProven + 10*time.Minute)
			w.stands(id, store.Resting, "-"+old, "+"+fresh)
			w.aws.SetKey(account, batch, old, true)
			w.aws.UseKeyAt(old, "s3", time.Now().Add(-20*time.Minute))
			w.aws.SetKey(account, batch, old, false)
			if deleting {
				if refusal := w.pressTask(id, "U0SATO", store.Delete); refusal != "" {
					t.Fatal(refusal)
				}
				w.wait(time.Minute)
			} else {
				w.wait(time.Hour + time.Minute)
			}
			w.stands(id, store.Proving, "+"+old, "+"+fresh)
			w.wait(soonProven + soonDeleted + 2*time.Hour)
			w.stands(id, store.Rotated, "+"+fresh)
		})
	}
}

// The old key is put back in the moment in which it is switched off, by a call that is given up and lands when servers use
// it again.
func TestPutBackWhileItIsSwitchedOff(t *testing.T) {
	for _, after := range []time.Duration{21 * time.Second, 35 * time.Second, 50 * time.Second} {
		inFleet(t, hurried, func(w *world, f *fleet, old string) {
			w.aws.Fault(nth("UpdateAccessKey", 1, lands(after)))
			id := w.rotate()
			fresh := w.task(id).New
			for w.task(id).State != store.Retiring {
				w.wait(time.Second)
			}
			w.wait(2 * time.Second)
			if refusal := w.pressTask(id, "U0SATO", store.PutBack); refusal != "" {
				t.Fatal(refusal)
			}
			w.wait(3 * time.Minute)
			w.stands(id, store.Proving, "+"+old, "+"+fresh)
			for _, server := range []string{"i-1", "i-2", "mi-3"} {
				if f.uses(server) != old {
					t.Errorf("after %s: %s uses %s, want %s", after, server, f.uses(server), old)
				}
			}
		})
	}
}

// A clock that is set forward proves nothing of a key, and its grace time is not over either.
func TestAClockThatIsSetForwardRetiresNothing(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		id := w.rotate()
		w.wait(time.Hour)
		w.ahead.Store(int64(30 * 24 * time.Hour))
		w.wait(soonProven - time.Hour - time.Minute)
		w.stands(id, store.Proving, "+"+old, "+"+w.task(id).New)
	})
	inRotation(t, hurried, func(w *world, old string) {
		id := w.rotate()
		w.wait(soonProven + time.Minute)
		fresh := w.task(id).New
		w.stands(id, store.Resting, "-"+old, "+"+fresh)
		w.ahead.Store(int64(30 * 24 * time.Hour))
		w.wait(soonDeleted - 5*time.Minute)
		w.stands(id, store.Resting, "-"+old, "+"+fresh)
		w.wait(10 * time.Minute)
		w.stands(id, store.Rotated, "+"+fresh)
	})
}

// The old key is used in the moment between its proof and its end: the last look sees that.
func TestAUseInTheLastMoment(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		id := w.rotate()
		fresh, used := w.task(id).New, false
		w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "DescribeSecret" && !used && w.task(id).State == store.Retiring {
				used = w.aws.UseKey(old, "s3")
			}
			return nil
		})
		w.wait(soonProven + 10*time.Minute)
		w.stands(id, store.Proving, "+"+old, "+"+fresh)
		if !used {
			t.Error("there was no such moment")
		}
		for _, c := range w.aws.Calls() {
			if c.Action == "UpdateAccessKey" {
				t.Errorf("a key in use was switched off: %+v", c)
			}
		}
	})
}

// IAM records the first use in a quarter of an hour: what it tells may be that much too early, so a use counts for that much longer.
func TestAUseCountsForLonger(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		id := w.rotate()
		since := w.task(id).Since
		w.wait(10 * time.Minute)
		w.aws.UseKey(old, "s3")
		used := time.Now()
		for !time.Now().After(used.Add(access.Coarse + soonProven - 2*time.Minute)) {
			w.wait(time.Minute)
			if state := w.task(id).State; state != store.Proving {
				t.Fatalf("%s after the use, %s after the proof began, it is %s", time.Since(used), time.Since(since), state)
			}
		}
		w.wait(access.Coarse)
		w.stands(id, store.Resting, "-"+old, "+"+w.task(id).New)
	})
}

// A secret that somebody has changed before the new key was made is not written over.
func TestASecretThatSomebodyChangesBeforeTheKeyIsMade(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		w.aws.Fault(failing("CreateAccessKey", fakeaws.Failure{Code: "ServiceUnavailable", Status: 503}))
		id := w.begin()
		if task := w.task(id); task.State != store.Making || !task.Planned {
			t.Fatalf("it is %s, planned %t", task.State, task.Planned)
		}
		_, err := secretsmanager.NewFromConfig(w.aws.Config(account)).PutSecretValue(w.t.Context(), &secretsmanager.PutSecretValueInput{SecretId: aws.String(keySecret),
			SecretString: aws.String(`{"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE"}`)})
		if err != nil {
			t.Fatal(err)
		}
		w.aws.Fault(nil)
		w.wait(time.Hour)
		w.stands(id, store.Stopped, "+"+old)
		if note := w.task(id).Note; note != "SecretChanged" || w.kept() != "AKIAIOSFODNN7EXAMPLE" {
			t.Errorf("stopped since %q, the secret has %s", note, w.kept())
		}
	})
}
