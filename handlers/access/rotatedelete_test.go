package access_test

import (
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// byTwo wants two of the leads, or the chief, of whom U0SATO asks.
func byTwo(r *access.Rotation) {
	hurried(r)
	r.Rotators = append(r.Rotators, "U0OTHER")
	r.Steps = []store.Step{{By: []string{"usergroup:S0LEADS", "U0CHIEF"}, Count: 2}}
}

// resting is a rotation that two have approved, and whose old key is deactivated.
func (w *world) resting(old string) string {
	w.t.Helper()
	id := w.begin()
	for _, lead := range []string{"U0KATO", "U0YAMADA"} {
		if refusal := w.pressTask(id, lead, store.Approve); refusal != "" {
			w.t.Fatalf("%s approves: %s", lead, refusal)
		}
	}
	w.wait(10 * time.Second)
	w.putToUse(id)
	w.wait(soonProven + time.Hour)
	w.stands(id, store.Resting, "-"+old, "+"+w.task(id).New)
	return id
}

// TestDeletionNeedsTheSameApprovals: what two had to approve is not deleted before its time by one.
func TestDeletionNeedsTheSameApprovals(t *testing.T) {
	inRotation(t, byTwo, func(w *world, old string) {
		id := w.resting(old)
		for user, want := range map[string]string{
			"U0SATO": policy.Own, "U0OTHER": policy.NotApprover, "U0GUEST": people.Guest, "U0NOBODY": policy.NoPerson,
		} {
			if refusal := w.pressTask(id, user, store.Delete); refusal != want {
				t.Errorf("%s deletes: %q, want %q", user, refusal, want)
			}
		}
		if refusal := w.pressTask(id, "U0YAMADA", store.Delete); refusal != "" {
			t.Errorf("the first: %q", refusal)
		}
		w.wait(time.Minute)
		w.stands(id, store.Resting, "-"+old, "+"+w.task(id).New)
		if task := w.task(id); len(task.Deletion) != 1 || len(task.Approvals) != 2 || w.voice.said(store.Vote) != 2 {
			t.Errorf("approvals %v, of the deletion %v, %d lines", task.Approvals, task.Deletion, w.voice.said(store.Vote))
		}
		for _, own := range []string{"U0YAMADA", "U0YAMADA2"} {
			if refusal := w.pressTask(id, own, store.Delete); refusal != policy.Voted {
				t.Errorf("%s once more: %q", own, refusal)
			}
		}
		w.wait(time.Minute)
		w.stands(id, store.Resting, "-"+old, "+"+w.task(id).New)
		if refusal := w.pressTask(id, "U0CHIEF", store.Delete); refusal != "" {
			t.Errorf("the second: %q", refusal)
		}
		w.wait(time.Minute)
		w.stands(id, store.Rotated, "+"+w.task(id).New)
	})
}

// TestDeletionInItsTime needs nobody, however many have approved that it come sooner.
func TestDeletionInItsTime(t *testing.T) {
	inRotation(t, byTwo, func(w *world, old string) {
		id := w.resting(old)
		w.pressTask(id, "U0KATO", store.Delete)
		w.wait(soonDeleted + time.Hour)
		w.stands(id, store.Rotated, "+"+w.task(id).New)
	})
}

// TestDeletionByWhoMayNow: a vote of somebody who is no longer entitled, has left, or is being offboarded does not count.
func TestDeletionByWhoMayNow(t *testing.T) {
	for name, change := range map[string]func(w *world){
		"left Slack":   func(w *world) { w.leads.leave("U0KATO") },
		"left a group": func(w *world) { w.leads.set(false, "U0YAMADA") },
		"being offboarded": func(w *world) {
			w.aws.AddUser(account, "j.kato", nil)
			w.govern(func(p *access.Settings) {
				p.People = people.New([]people.Person{{Slack: []string{"U0YAMADA"}}, {Slack: []string{"U0CHIEF"}}, {Slack: []string{"U0SATO"}},
					{Slack: []string{"U0KATO"}, IAM: []people.Login{{Account: account, User: "j.kato"}}}})
			})
			if refusal, err := w.offboarder.Offboard(w.t.Context(), "U0CHIEF", "U0KATO", "left"); err != nil || refusal != "" {
				w.t.Fatalf("%q, %v", refusal, err)
			}
			w.wait(0)
		},
		"no person any more": func(w *world) {
			w.govern(func(p *access.Settings) {
				p.People = people.New([]people.Person{{Slack: []string{"U0YAMADA"}}, {Slack: []string{"U0CHIEF"}}, {Slack: []string{"U0SATO"}}})
			})
		},
		"the second account of the next": func(w *world) {
			w.govern(func(p *access.Settings) {
				p.People = people.New([]people.Person{{Slack: []string{"U0YAMADA", "U0KATO"}}, {Slack: []string{"U0CHIEF"}}, {Slack: []string{"U0SATO"}}})
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			inRotation(t, byTwo, func(w *world, old string) {
				id := w.resting(old)
				if refusal := w.pressTask(id, "U0KATO", store.Delete); refusal != "" {
					t.Fatal(refusal)
				}
				change(w)
				w.pressTask(id, "U0YAMADA", store.Delete)
				w.wait(time.Minute)
				if task := w.task(id); task.State != store.Resting || len(w.aws.Keys(account, batch)) != 2 {
					t.Errorf("%s, keys %v", task.State, w.aws.Keys(account, batch))
				}
			})
		})
	}
}

// TestDeletionUnderAnotherRule: what the rule asks for now is not what was approved.
func TestDeletionUnderAnotherRule(t *testing.T) {
	approvals := func(steps []store.Step) func(*access.Settings) {
		return func(p *access.Settings) {
			p.Rotations = slices.Clone(p.Rotations)
			p.Rotations[0].Steps = steps
		}
	}
	inRotation(t, byTwo, func(w *world, old string) {
		id := w.resting(old)
		w.govern(approvals([]store.Step{{By: []string{"U0KATO", "U0CHIEF"}, Count: 1}}))
		if refusal := w.pressTask(id, "U0KATO", store.Delete); refusal != policy.RuleChanged {
			t.Errorf("fewer approvals: %q", refusal)
		}
		w.wait(time.Second)
		w.govern(func(p *access.Settings) { p.Rotations = nil })
		if refusal := w.pressTask(id, "U0KATO", store.Delete); refusal != policy.RuleGone {
			t.Errorf("no rule: %q", refusal)
		}
	})
	inRotation(t, hurried, func(w *world, old string) {
		id := w.rotate()
		w.wait(soonProven + time.Hour)
		w.govern(approvals(twoOf("usergroup:S0LEADS")))
		if refusal := w.pressTask(id, "U0SATO", store.Delete); refusal != policy.RuleChanged {
			t.Errorf("nobody had to approve it, and two have to by now: %q", refusal)
		}
	})
}

// TestDeletionIsAnother: approvals of deleting one key are none of deleting the other, nor of deleting one that works again.
func TestDeletionIsAnother(t *testing.T) {
	inRotation(t, byTwo, func(w *world, old string) {
		id := w.resting(old)
		w.pressTask(id, "U0KATO", store.Delete)
		if refusal := w.pressTask(id, "U0OTHER", store.PutBack); refusal != "" {
			t.Fatal(refusal)
		}
		w.wait(time.Minute)
		fresh := w.task(id).Old
		w.aws.UseKey(old, "s3")
		w.wait(soonProven + time.Hour)
		w.stands(id, store.Resting, "+"+old, "-"+fresh)
		if refusal := w.pressTask(id, "U0CHIEF", store.Delete); refusal != "" {
			t.Fatal(refusal)
		}
		w.wait(time.Minute)
		w.stands(id, store.Resting, "+"+old, "-"+fresh)
	})
	inRotation(t, byTwo, func(w *world, old string) {
		id := w.resting(old)
		w.pressTask(id, "U0KATO", store.Delete)
		w.aws.SetKey(account, batch, old, true)
		w.wait(70 * time.Minute)
		if task := w.task(id); task.State != store.Proving || len(task.Deletion) > 0 {
			t.Fatalf("%s, %v", task.State, task.Deletion)
		}
		if got := w.voice.undone; !slices.Equal(got, []undone{{"U0KATO", store.Used}}) {
			t.Errorf("told %v", got)
		}
	})
}

// TestPutBackIsToldToItsApprovers in a new message to each, but not to who did it; the thread has it as well.
func TestPutBackIsToldToItsApprovers(t *testing.T) {
	inRotation(t, byTwo, func(w *world, old string) {
		id := w.resting(old)
		w.pressTask(id, "U0CHIEF", store.Delete)
		w.voice.setDown(true)
		if refusal := w.pressTask(id, "U0OTHER", store.PutBack); refusal != "" {
			t.Fatal(refusal)
		}
		w.wait(time.Minute)
		w.voice.setDown(false)
		w.wait(time.Minute)
		want := []undone{{"U0KATO", store.PutBack}, {"U0YAMADA", store.PutBack}, {"U0CHIEF", store.PutBack}}
		if got := w.voice.undone; !slices.Equal(got, want) || w.voice.said(store.PutBack) != 1 || w.task(id).Untold() {
			t.Errorf("told %v, %d lines, untold %t", got, w.voice.said(store.PutBack), w.task(id).Untold())
		}
	})
	inRotation(t, func(r *access.Rotation) { byTwo(r); r.Rotators = append(r.Rotators, "U0YAMADA2") }, func(w *world, old string) {
		id := w.resting(old)
		for range 2 {
			w.pressTask(id, "U0YAMADA2", store.PutBack)
			w.wait(time.Minute)
		}
		if got := w.voice.undone; !slices.Equal(got, []undone{{"U0KATO", store.PutBack}, {"U0KATO", store.PutBack}}) {
			t.Errorf("told %v", got)
		}
	})
}

// TestPressesAreBoundToTerms: a press on a rotation that shows something else by now is answered so, and does nothing.
func TestPressesAreBoundToTerms(t *testing.T) {
	pressed := func(w *world, id, user string, verb store.Verb) string {
		task := w.task(id)
		other := task
		other.Grace++
		w.n++
		return w.pressed(store.Press{ID: store.PressPrefix + "terms-" + string(verb) + time.Now().Format("150405"), By: user, Verb: verb, On: id,
			Terms: other.Terms(), Card: task.Card})
	}
	inRotation(t, byTwo, func(w *world, old string) {
		id := w.begin()
		if refusal := pressed(w, id, "U0KATO", store.Approve); refusal != access.Changed || len(w.task(id).Approvals) > 0 {
			t.Errorf("vote: %q, %v", refusal, w.task(id).Approvals)
		}
		w.pressTask(id, "U0KATO", store.Approve)
		w.wait(time.Second)
		if refusal := pressed(w, id, "U0YAMADA", store.Approve); refusal != access.Changed || w.task(id).State != store.Asked {
			t.Errorf("approve: %q, %s", refusal, w.task(id).State)
		}
	})
	inRotation(t, byTwo, func(w *world, old string) {
		id := w.resting(old)
		for verb, user := range map[store.Verb]string{store.Delete: "U0KATO", store.PutBack: "U0OTHER"} {
			if refusal := pressed(w, id, user, verb); refusal != access.Changed {
				t.Errorf("%s: %q", verb, refusal)
			}
		}
		if task := w.task(id); task.State != store.Resting || len(task.Deletion) > 0 {
			t.Errorf("%s, %v", task.State, task.Deletion)
		}
	})
	inRotation(t, hurried, func(w *world, old string) {
		id := w.rotate()
		w.wait(soonProven + time.Hour)
		if refusal := pressed(w, id, "U0SATO", store.Delete); refusal != access.Changed || w.task(id).State != store.Resting {
			t.Errorf("delete, without approvals: %q, %s", refusal, w.task(id).State)
		}
	})
}
