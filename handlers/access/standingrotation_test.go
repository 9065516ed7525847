package access_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// lossOfRotation is something that made a rotation allowed, and how it is lost.
type lossOfRotation struct {
	code   string
	change func(*world)
}

// rotationMoments are those at which everything about a rotation is asked again. Each returns what people have read, and
// whether the rotation went on, or the vote counted.
var rotationMoments = map[string]struct {
	need int
	act  func(w *world, id string, lose func()) (told string, goesOn bool)
}{
	"vote": {3, func(w *world, id string, lose func()) (string, bool) {
		lose()
		told := w.pressTask(id, "U0CHIEF", store.Approve)
		return told, w.task(id).State == store.Asked && len(w.task(id).Approvals) == 2
	}},
	"press": {2, func(w *world, id string, lose func()) (string, bool) {
		lose()
		told := w.pressTask(id, "U0CHIEF", store.Approve)
		w.wait(10 * time.Second)
		return told + w.task(id).Note, w.task(id).Planned
	}},
	"start": {2, func(w *world, id string, lose func()) (string, bool) {
		w.aws.Fault(failing("ListAccessKeys", fakeaws.Failure{Code: "Throttling"}))
		told := w.pressTask(id, "U0CHIEF", store.Approve)
		w.wait(30 * time.Second) // AWS is tried again within a step, which has asked everything before
		lose()
		w.aws.Fault(nil)
		w.wait(6 * time.Minute)
		return told + w.task(id).Note, w.task(id).Planned
	}},
}

// lossesOfRotation are all that a rotation depends on, and every vote. U0SATO has asked, and U0KATO has approved.
func lossesOfRotation() map[string]lossOfRotation {
	ruled := func(change func(*access.Rotation)) func(*world) {
		return func(w *world) {
			w.govern(func(p *access.Settings) { p.Rotations = slices.Clone(p.Rotations); change(&p.Rotations[0]) })
		}
	}
	persons := func(accounts ...[]string) func(*world) {
		return func(w *world) {
			w.govern(func(p *access.Settings) {
				var persons []people.Person
				for _, slack := range accounts {
					persons = append(persons, people.Person{Slack: slack})
				}
				p.People = people.New(persons)
			})
		}
	}
	sato, kato, chief, others := []string{"U0SATO"}, []string{"U0KATO"}, []string{"U0CHIEF"}, []string{"U0OTHER"}
	out := map[string]lossOfRotation{
		"nothing":                        {"", func(*world) {}},
		"the asker may not rotate":       {access.AskerLost, ruled(func(r *access.Rotation) { r.Rotators = []string{"U0OTHER"} })},
		"the asker is not listed":        {access.AskerGone, persons(kato, chief, others)},
		"the asker is offboarded":        {people.BeingOffboarded, func(w *world) { w.departed("U0SATO") }},
		"a voter is offboarded":          {people.Leaves, func(w *world) { w.departed("U0KATO") }},
		"a voter is not listed":          {policy.NoPerson, persons(sato, chief, others)},
		"a voter is not entitled":        {policy.NotApprover, func(w *world) { w.leads.set(false, "U0CHIEF", "U0OTHER") }},
		"a voter turns out as the asker": {policy.Own, persons([]string{"U0SATO", "U0KATO"}, chief, others)},
		"two turn out to be one":         {policy.Voted, persons(sato, []string{"U0KATO", "U0CHIEF"}, others)},
		"the rule is gone":               {policy.RuleGone, func(w *world) { w.govern(func(p *access.Settings) { p.Rotations = nil }) }},
		"another user":                   {policy.RuleChanged, ruled(func(r *access.Rotation) { r.User = "another" })},
		"another account":                {policy.RuleChanged, ruled(func(r *access.Rotation) { r.Account = other })},
		"another secret":                 {policy.RuleChanged, ruled(func(r *access.Rotation) { r.Secret = "another" })},
		"a longer proof":                 {policy.RuleChanged, ruled(func(r *access.Rotation) { r.Proof *= 2 })},
		"a longer grace":                 {policy.RuleChanged, ruled(func(r *access.Rotation) { r.Grace *= 2 })},
		"other approvers":                {policy.RuleChanged, ruled(func(r *access.Rotation) { r.Steps = twoOf("U0KATO", "U0CHIEF") })},
	}
	for name, as := range map[string]people.Account{"left": {Deleted: true}, "a guest": {Guest: true}, "of another workspace": {Stranger: true}, "a bot": {Bot: true}} {
		turn := func(account string) func(*world) { return func(w *world) { w.leads.turn(as, account) } }
		out["the asker is "+name] = lossOfRotation{access.AskerGone, turn("U0SATO")}
		out["a voter is "+name] = lossOfRotation{policy.VoterGone, turn("U0KATO")}
	}
	return out
}

// TestARotationIsAskedAgain holds the table of all that made a rotation allowed, and of all moments.
func TestARotationIsAskedAgain(t *testing.T) {
	for name, loss := range lossesOfRotation() {
		for moment, m := range rotationMoments {
			t.Run(name+"/"+moment, func(t *testing.T) {
				inRotation(t, func(r *access.Rotation) {
					r.Steps = []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: m.need}}
				}, func(w *world, _ string) {
					w.leads.set(false, "U0KATO", "U0CHIEF", "U0OTHER")
					id := w.begin()
					if refusal := w.pressTask(id, "U0KATO", store.Approve); refusal != "" {
						t.Fatal(refusal)
					}
					told, goesOn := m.act(w, id, func() { loss.change(w) })
					told += w.voided(id)
					if goesOn == (loss.code != "") || !strings.Contains(told, loss.code) {
						t.Errorf("goes on %t: %s, told %q, want %q", goesOn, w.task(id).State, told, loss.code)
					}
				})
			})
		}
	}
	t.Logf("%d losses and %d moments: %d cells", len(lossesOfRotation())-1, len(rotationMoments), (len(lossesOfRotation())-1)*len(rotationMoments))
}

// voided is why approvals of a rotation were taken away.
func (w *world) voided(id string) (told string) {
	w.t.Helper()
	entries, err := w.db.Entries(w.t.Context(), id, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range entries {
		if e.Verb == store.Void {
			told += " " + e.Note
		}
	}
	return told
}
