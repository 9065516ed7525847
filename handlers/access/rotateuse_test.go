package access_test

import (
	"slices"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/store"
)

// Where no server answers, the old key is touched only once IAM knows of a use of the new one. A key that nobody uses is
// watched in silence.
func TestAKeyThatNobodyUsesReplacesNone(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		id := w.begin()
		fresh := w.task(id).New
		w.wait(soonProven - 2*time.Minute)
		said := w.task(id).Chain.Seq
		for range 3 {
			w.wait(soonProven + soonDeleted)
			w.stands(id, store.Proving, "+"+old, "+"+fresh)
			if refusal := w.pressTask(id, "U0SATO", store.Delete); refusal != access.Late {
				t.Errorf("delete now: %q", refusal)
			}
		}
		if task := w.task(id); task.Chain.Seq != said || task.Trouble != "" || slices.Contains(w.voice.lines, store.Fail) {
			t.Errorf("%d entries about a key that nobody uses, trouble %q", task.Chain.Seq-said, task.Trouble)
		}
		w.putToUse(id)
		w.wait(6 * time.Minute)
		w.stands(id, store.Resting, "-"+old, "+"+fresh)
		w.wait(soonDeleted)
		w.stands(id, store.Rotated, "+"+fresh)
	})
}

// That the new key is in use does not shorten the proof of the old one.
func TestTheNewKeyIsUsedWhileTheOldOneIsProven(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		id := w.begin()
		w.wait(6 * soonProven)
		w.putToUse(id)
		w.aws.UseKey(old, "s3")
		w.wait(soonProven)
		w.stands(id, store.Proving, "+"+old, "+"+w.task(id).New)
		w.wait(20 * time.Minute)
		w.stands(id, store.Resting, "-"+old, "+"+w.task(id).New)
	})
}

// The key from before goes the same road back: what it was used for before the rotation shows that somebody has it.
func TestPuttingBackAKeyThatWasUsedBefore(t *testing.T) {
	for _, used := range []bool{true, false} {
		inRotation(t, hurried, func(w *world, old string) {
			if used {
				w.aws.UseKey(old, "s3")
			}
			id := w.begin()
			fresh := w.task(id).New
			if refusal := w.pressTask(id, "U0SATO", store.PutBack); refusal != "" {
				t.Fatal(refusal)
			}
			w.wait(3 * soonProven)
			if used {
				w.stands(id, store.Resting, "+"+old, "-"+fresh)
				return
			}
			w.stands(id, store.Proving, "+"+old, "+"+fresh)
			w.aws.UseKey(old, "s3")
			w.wait(6 * time.Minute)
			w.stands(id, store.Resting, "+"+old, "-"+fresh)
		})
	}
}

// What stands in the configuration by now proves nothing: servers that are named after nobody was told have not answered,
// and those that have answered need not be asked of IAM.
func TestServersThatAreNamedLaterHaveNotAnswered(t *testing.T) {
	inRotation(t, hurried, func(w *world, old string) {
		id := w.begin()
		w.govern(func(p *access.Settings) {
			p.Rotations = slices.Clone(p.Rotations)
			onServers(&p.Rotations[0])
		})
		w.wait(3 * soonProven)
		w.stands(id, store.Proving, "+"+old, "+"+w.task(id).New)
	})
}
