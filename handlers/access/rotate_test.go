package access_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	batch     = "svc-batch"
	keySecret = "prod/svc-batch"
	proof     = 24 * time.Hour
	grace     = 72 * time.Hour
)

// inRotation runs a test with a user who has a key, in a secret or not, and a rule to rotate it.
func inRotation(t *testing.T, change func(*access.Rotation), test func(w *world, old string)) {
	t.Helper()
	inWorld(t, func(w *world) {
		w.aws.AddUser(account, batch, nil)
		old := w.aws.AddKey(account, batch)
		w.keep(old)
		rule := access.Rotation{ID: "batch", Account: account, User: batch, Secret: keySecret, Rotators: []string{"U0SATO"},
			Within: 24 * time.Hour, Proof: proof, Grace: grace}
		if change != nil {
			change(&rule)
		}
		w.govern(func(p *access.Settings) { p.Rotations = []access.Rotation{rule} })
		test(w, old)
	})
}

// The windows of a rotation in a hurry, for tests in which it is looked at minute by minute: days would prove nothing more.
const (
	soonProven  = 2 * time.Hour
	soonDeleted = 6 * time.Hour
)

func hurried(r *access.Rotation) { r.Proof, r.Grace = soonProven, soonDeleted }

// keep puts a key into the secret, as an administrator did once.
func (w *world) keep(key string) {
	w.t.Helper()
	body, _ := json.Marshal(map[string]string{"aws_access_key_id": key, "aws_secret_access_key": "by hand"})
	_, err := secretsmanager.NewFromConfig(w.aws.Config(account)).CreateSecret(w.t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String(keySecret), SecretString: aws.String(string(body))})
	if err != nil {
		w.t.Fatal(err)
	}
}

// kept is the id of the key that whoever reads the secret gets.
func (w *world) kept() string {
	for _, s := range w.aws.Secrets(account) {
		var pair struct {
			ID string `json:"aws_access_key_id"`
		}
		if s.Name == keySecret && json.Unmarshal([]byte(s.Current), &pair) == nil {
			return pair.ID
		}
	}
	return ""
}

// rotate begins a rotation, whose new key is used from then on by whoever reads the secret.
func (w *world) rotate() string {
	w.t.Helper()
	id := w.begin()
	w.putToUse(id)
	return id
}

// putToUse uses the new key of a rotation, if there is one yet, as whoever reads the secret does.
func (w *world) putToUse(id string) {
	w.t.Helper()
	w.aws.UseKey(w.task(id).New, "s3")
}

// begin begins a rotation, which must be possible.
func (w *world) begin() string {
	w.t.Helper()
	t, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", "leak suspected")
	if err != nil || d.Refusal != "" {
		w.t.Fatalf("rotate: %q, %v", d.Refusal, err)
	}
	w.wait(10 * time.Second)
	return t.ID
}

func (w *world) task(id string) store.Task {
	w.t.Helper()
	t, err := store.LoadTask(w.t.Context(), w.db, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

// stands checks the state of a task and the keys of its user: + for an active one, - for another.
func (w *world) stands(id string, state store.State, keys ...string) {
	w.t.Helper()
	task := w.task(id)
	if task.State != state {
		w.t.Errorf("%s is %s (%s, trouble %q), want %s", id, task.State, task.Note, task.Trouble, state)
	}
	var got []string
	for _, k := range w.aws.Keys(account, batch) {
		got = append(got, map[bool]string{true: "+", false: "-"}[k.Active]+k.ID)
	}
	slices.Sort(got)
	slices.Sort(keys)
	if !slices.Equal(got, keys) {
		w.t.Errorf("keys are %v, want %v", got, keys)
	}
	entries, err := w.db.Entries(w.t.Context(), id, 0)
	if err != nil || task.Chain.Verify(entries) != nil {
		w.t.Errorf("entries of %s: %v, %v", id, err, task.Chain.Verify(entries))
	}
}

// pressTask presses a button on a task's card, and returns the refusal.
func (w *world) pressTask(id, user string, verb store.Verb) string {
	w.t.Helper()
	t := w.task(id)
	w.n++
	return w.pressed(store.Press{ID: store.PressPrefix + time.Now().Format("150405.000") + string(verb) + user, By: user, Verb: verb, On: id,
		Terms: t.Terms(), Card: t.Card})
}

func TestRotateByHand(t *testing.T) {
	inRotation(t, nil, func(w *world, old string) {
		w.aws.UseKey(old, "s3")
		id := w.rotate()
		fresh := w.task(id).New
		w.stands(id, store.Proving, "+"+old, "+"+fresh)
		if fresh == "" || fresh == old || w.kept() != fresh {
			t.Fatalf("the secret has %s, the new key is %s", w.kept(), fresh)
		}
		w.wait(proof)
		w.stands(id, store.Proving, "+"+old, "+"+fresh) // the last use is known to a quarter of an hour
		w.wait(20 * time.Minute)
		w.stands(id, store.Resting, "-"+old, "+"+fresh)
		w.wait(grace - time.Hour)
		w.stands(id, store.Resting, "-"+old, "+"+fresh)
		w.wait(time.Hour + time.Minute)
		w.stands(id, store.Rotated, "+"+fresh)
		if last := w.voice.tasks[len(w.voice.tasks)-1]; last.State != store.Rotated {
			t.Errorf("the card says %s", last.State)
		}
		if _, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", "leak suspected"); err != nil || d.Refusal != "" {
			t.Errorf("the next one: %q, %v", d.Refusal, err)
		}
	})
}

func TestAKeyInUseIsNeverTouched(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		id := w.rotate()
		for range 20 { // a batch that runs now and then goes on with the old key
			w.wait(soonProven / 2)
			if !w.aws.UseKey(old, "s3") {
				t.Fatal("the old key was switched off in its proof window")
			}
		}
		w.stands(id, store.Proving, "+"+old, "+"+w.task(id).New)
		w.wait(10 * time.Minute)
		if task := w.task(id); time.Since(task.Used) > 15*time.Minute || !time.Now().Before(access.Proven(task)) {
			t.Errorf("in use %s, watched until %s", task.Used, access.Proven(task))
		}
		last := time.Now().Add(-10 * time.Minute)
		for w.task(id).State == store.Proving {
			w.wait(time.Minute)
		}
		w.wait(10 * time.Second)
		w.stands(id, store.Resting, "-"+old, "+"+w.task(id).New)
		if !slices.Contains(w.voice.lines, store.Used) {
			t.Error("nobody was told that it is still in use")
		}
		if unused := time.Since(last); unused < soonProven || unused > soonProven+time.Hour {
			t.Errorf("switched off %s after its last use", unused)
		}
	})
}

// slow is a rotator of whom each step takes a while.
type slow struct {
	access.Rotator
	began time.Time
}

func (s *slow) Step(ctx context.Context, t store.Task) (access.Progress, error) {
	s.began = time.Now()
	p, err := s.Rotator.Step(ctx, t)
	time.Sleep(15 * time.Second)
	return p, err
}

// A step that takes long, or a clock that jumps meanwhile, does not put the next look off.
func TestTheNextLookIsReckonedFromTheLast(t *testing.T) {
	inRotation(t, nil, func(w *world, _ string) {
		s := &slow{Rotator: w.keeper.Rotators["access-key"]}
		w.keeper.Rotators["access-key"] = s
		id := w.rotate()
		w.wait(10 * time.Minute)
		task := w.task(id)
		if after := task.Retry.Sub(s.began); task.State != store.Proving || after != 5*time.Minute {
			t.Errorf("%s, to be looked at %s after the last look", task.State, after)
		}
	})
}

func TestPutTheOldKeyBack(t *testing.T) {
	for _, after := range []time.Duration{0, soonProven - time.Hour, soonProven + time.Hour, soonProven + soonDeleted - time.Hour} {
		inRotation(t, hurried, func(w *world, old string) {
			w.aws.UseKey(old, "s3")
			id := w.rotate()
			fresh := w.task(id).New
			w.wait(after)
			if refusal := w.pressTask(id, "U0SATO", store.PutBack); refusal != "" {
				t.Fatalf("after %s: %s", after, refusal)
			}
			w.wait(10 * time.Second)
			w.stands(id, store.Proving, "+"+old, "+"+fresh)
			if w.kept() != old {
				t.Errorf("the secret has %s, want the old %s", w.kept(), old)
			}
			w.wait(soonProven + time.Hour)
			w.stands(id, store.Resting, "+"+old, "-"+fresh)
			w.wait(soonDeleted)
			w.stands(id, store.Rotated, "+"+old)
			if refusal := w.pressTask(id, "U0SATO", store.PutBack); refusal != access.Late {
				t.Errorf("after the end: %q", refusal)
			}
		})
	}
}

func TestDeleteNow(t *testing.T) {
	inRotation(t, nil, func(w *world, old string) {
		id := w.rotate()
		if refusal := w.pressTask(id, "U0SATO", store.Delete); refusal != access.Late {
			t.Errorf("while it is proven: %q", refusal)
		}
		w.wait(proof + time.Hour)
		if refusal := w.pressTask(id, "U0KATO", store.Delete); refusal != access.NotRotator {
			t.Errorf("by another: %q", refusal)
		}
		w.wait(time.Second)
		if refusal := w.pressTask(id, "U0SATO", store.Delete); refusal != "" {
			t.Error(refusal)
		}
		w.wait(10 * time.Second)
		w.stands(id, store.Rotated, "+"+w.task(id).New)
	})
}

// What somebody does by hand in the middle never leads to a user without a key that works.
func TestByHandInTheMiddle(t *testing.T) {
	inRotation(t, nil, func(w *world, old string) {
		id := w.rotate()
		fresh := w.task(id).New
		w.aws.SetKey(account, batch, old, false)
		w.wait(proof + time.Hour)
		w.stands(id, store.Resting, "-"+old, "+"+fresh)
		w.aws.SetKey(account, batch, old, true) // somebody missed it
		w.wait(2 * time.Hour)
		w.stands(id, store.Proving, "+"+old, "+"+fresh)
		w.aws.SetKey(account, batch, fresh, false)
		w.wait(3 * proof)
		w.stands(id, store.Proving, "+"+old, "-"+fresh)
		if trouble := w.task(id).Trouble; trouble != "NewKeyInactive" {
			t.Errorf("told is %q", trouble)
		}
		w.aws.SetKey(account, batch, fresh, true)
		w.wait(proof + time.Hour)
		w.stands(id, store.Resting, "-"+old, "+"+fresh)
		w.aws.DeleteKey(account, batch, old)
		w.wait(2 * time.Hour)
		w.stands(id, store.Rotated, "+"+fresh)
	})
}

func TestRotationsThatAreRefused(t *testing.T) {
	lone := func(r *access.Rotation) { r.Steps = []store.Step{{By: []string{"U0SATO"}, Count: 1}} }
	for _, c := range []struct {
		name, by, rule, want string
		change               func(*access.Rotation)
		before               func(w *world)
	}{
		{name: "two keys", want: policy.Impossible, before: func(w *world) { w.aws.AddKey(account, batch) }},
		{name: "no such rotation", rule: "x", want: policy.RuleGone},
		{name: "a guest", by: "U0GUEST", want: people.Guest},
		{name: "nobody", by: "U0X", want: policy.NoPerson},
		{name: "another", by: "U0KATO", want: policy.NotAsker},
		{name: "nobody but oneself approves", want: policy.NoApprover, change: lone},
		{name: "it runs", want: access.InUse, before: func(w *world) { w.rotate() }},
	} {
		inRotation(t, c.change, func(w *world, _ string) {
			if c.before != nil {
				c.before(w)
			}
			by, rule := c.by, c.rule
			if by == "" {
				by = "U0SATO"
			}
			if rule == "" {
				rule = "batch"
			}
			if _, d, err := w.keeper.Rotate(w.t.Context(), by, rule, "leak suspected"); err != nil || d.Refusal != c.want {
				t.Errorf("%s: %q, %v, want %q", c.name, d.Refusal, err, c.want)
			}
		})
	}
}

func TestRotateWithApproval(t *testing.T) {
	two := func(r *access.Rotation) { r.Steps = twoOf("usergroup:S0LEADS", "U0CHIEF") }
	inRotation(t, two, func(w *world, old string) {
		id := w.rotate()
		w.stands(id, store.Asked, "+"+old)
		for _, p := range []struct {
			user string
			verb store.Verb
			want string
		}{
			{"U0SATO", store.Approve, policy.Own},
			{"U0OTHER", store.Approve, policy.NotApprover},
			{"U0KATO", store.PutBack, access.Late},
			{"U0KATO", store.Withdraw, access.NotYours},
			{"U0KATO", store.Approve, ""},
			{"U0KATO", store.Approve, policy.Voted},
			{"U0CHIEF", store.Approve, ""},
			{"U0YAMADA", store.Approve, access.Late},
		} {
			w.wait(time.Second)
			if got := w.pressTask(id, p.user, p.verb); got != p.want {
				t.Errorf("%s by %s: %q, want %q", p.verb, p.user, got, p.want)
			}
		}
		w.wait(10 * time.Second)
		w.stands(id, store.Proving, "+"+old, "+"+w.task(id).New)
	})
}

func TestRotateBySchedule(t *testing.T) {
	due := func(r *access.Rotation) { r.OlderThan = 6 * 24 * time.Hour }
	inRotation(t, due, func(w *world, old string) {
		tasks := func() []string {
			var ids []string
			for d, err := w.db.(*store.Mem).Next(w.t.Context(), ""); err == nil; d, err = w.db.(*store.Mem).Next(w.t.Context(), d.ID) {
				if d.Kind == store.KindTask {
					ids = append(ids, d.ID)
				}
			}
			return ids
		}
		looks := 0
		for _, c := range w.aws.Calls() {
			if c.Action == "ListAccessKeys" {
				looks++
			}
		}
		w.wait(5 * 24 * time.Hour)
		if ids := tasks(); len(ids) > 0 {
			t.Fatalf("begun early: %v", ids)
		}
		for _, c := range w.aws.Calls() {
			if c.Action == "ListAccessKeys" {
				looks--
			}
		}
		if looks < -6 {
			t.Errorf("%d looks at the key in 5 days", -looks)
		}
		other, cancel := context.WithCancel(context.Background()) // the schedule fires twice
		ended := make(chan struct{})
		second := w.newKeeper()
		go func() { second.Run(other); close(ended) }()
		w.wait(48 * time.Hour)
		cancel()
		<-ended
		if ids := tasks(); len(ids) != 1 || w.task(ids[0]).By != store.Self {
			t.Fatalf("begun: %v", ids)
		}
		w.putToUse(tasks()[0])
		w.stop() // and the schedule fires once more, from another process at the same time
		w.keeper = w.newKeeper()
		w.run()
		w.wait(4 * 24 * time.Hour)
		if ids := tasks(); len(ids) != 1 {
			t.Errorf("begun twice: %v", ids)
		}
		w.stands(tasks()[0], store.Rotated, "+"+w.task(tasks()[0]).New)
	})
}

func TestRotateThroughFaults(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault func(n int, c fakeaws.Call) *fakeaws.Failure
	}{
		{"the answer of CreateAccessKey is lost", func(n int, c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "CreateAccessKey" && n == 1 {
				return &fakeaws.Failure{Done: true}
			}
			return nil
		}},
		{"Secrets Manager is down once the key is made", func(n int, c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "PutSecretValue" && n <= 40 {
				return &fakeaws.Failure{Code: "InternalServiceError", Status: 500}
			}
			return nil
		}},
		{"PutSecretValue is throttled", func(n int, c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "PutSecretValue" && n <= 20 {
				return &fakeaws.Failure{Code: "ThrottlingException", Status: 400}
			}
			return nil
		}},
		{"the answer of PutSecretValue is lost", func(n int, c fakeaws.Call) *fakeaws.Failure {
			if c.Action == "PutSecretValue" && n <= 3 {
				return &fakeaws.Failure{Done: true}
			}
			return nil
		}},
	} {
		inRotation(t, nil, func(w *world, old string) {
			counts := map[string]int{}
			w.aws.Fault(func(call fakeaws.Call) *fakeaws.Failure {
				counts[call.Action]++
				return c.fault(counts[call.Action], call)
			})
			id := w.rotate()
			w.wait(3 * time.Hour)
			fresh := w.task(id).New
			w.stands(id, store.Proving, "+"+old, "+"+fresh)
			if w.kept() != fresh {
				t.Errorf("%s: the secret has %s, want %s", c.name, w.kept(), fresh)
			}
		})
	}
}

func TestASecretThatIsToBeDeleted(t *testing.T) {
	inRotation(t, nil, func(w *world, old string) {
		_, err := secretsmanager.NewFromConfig(w.aws.Config(account)).DeleteSecret(w.t.Context(), &secretsmanager.DeleteSecretInput{
			SecretId: aws.String(keySecret), RecoveryWindowInDays: aws.Int64(7)})
		if err != nil {
			t.Fatal(err)
		}
		if _, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", "leak suspected"); err != nil || d.Refusal != policy.Impossible {
			t.Errorf("%q, %v", d.Refusal, err)
		}
	})
}
