package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sekisho/store"
)

// ballot reads a table's cell of voters: each one's steps joined by a plus, a dash for one who can count for nothing.
func ballot(t *testing.T, cell string) [][]int {
	t.Helper()
	var out [][]int
	for _, voter := range strings.Fields(cell) {
		var can []int
		for step := range strings.SplitSeq(voter, "+") {
			if n, err := strconv.Atoi(step); err == nil {
				can = append(can, n)
			} else if step != "-" {
				t.Fatalf("%q is no voter", voter)
			}
		}
		out = append(out, can)
	}
	return out
}

// Each voter with the steps that they can count for, and for which they do.
func TestAssignedSteps(t *testing.T) {
	// how many approvals each step needs | voters | assigned
	for line := range strings.Lines(strings.TrimSpace(`
		1      |                     |
		1      | 1                   | 1
		1      | -                   | 0
		1      | 1 1                 | 1 0
		1      | - 1                 | 0 1
		1      | 2                   | 0
		1      | 0                   | 0
		2      | 1 1 1               | 1 1 0
		1 1    | 1 2                 | 1 2
		1 1    | 2 1                 | 2 1
		1 1    | 1+2                 | 1
		1 1    | 2+1                 | 2
		1 1    | 1+2 1               | 2 1
		1 1    | 1+2 2               | 1 2
		1 1    | 1 1+2               | 1 2
		1 1    | 1 1                 | 1 0
		1 1    | 1+2 1+2             | 2 1
		1 1    | 1+2 1+2 1           | 2 1 0
		1 1    | 1 1 2               | 1 0 2
		2 1    | 1+2 1 1             | 2 1 1
		2 1    | 1 1 1+2             | 1 1 2
		1 2    | 2 2 1+2             | 2 2 1
		1 1 1  | 1+2 2+3 2           | 1 3 2
		1 1 1  | 1+2 2+3 2 1         | 1 3 2 0
		1 1 1  | 1+2+3 1+2 1         | 3 2 1
		1 1 1  | 3 3 3               | 3 0 0
		0 1    | 1 2                 | 0 2
		0      | 1                   | 0
		1 1    | 1+1 1               | 1 0
	`)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 3 {
			t.Fatalf("%q is no row", line)
		}
		var need []store.Step
		for _, one := range ballot(t, cells[0]) {
			need = append(need, store.Step{Count: one[0]})
		}
		got := store.Assign(need, ballot(t, cells[1]))
		if want := strings.Join(strings.Fields(cells[2]), " "); strings.Trim(fmt.Sprint(got), "[]") != want {
			t.Errorf("%s: %v, want %s", strings.TrimSpace(line), got, want)
		}
		total := 0
		for _, step := range got {
			total += min(step, 1)
		}
		if met := store.Met(need, ballot(t, cells[1])); met != (total > 0 && total == store.Need(need)) {
			t.Errorf("%s: met %t with %d", strings.TrimSpace(line), met, total)
		}
	}
}

// enough tells by Hall's theorem whether voters are enough: for each set of steps there are as many who can count for one of them
// as the set needs. It assigns nothing, and so shares no mistake with what does.
func enough(need []store.Step, voters [][]int) bool {
	for set := range 1 << len(need) {
		wanted, can := 0, 0
		for i, s := range need {
			if set&(1<<i) != 0 {
				wanted += s.Count
			}
		}
		for _, voter := range voters {
			if slices.ContainsFunc(voter, func(s int) bool { return s >= 1 && s <= len(need) && set&(1<<(s-1)) != 0 }) {
				can++
			}
		}
		if can < wanted {
			return false
		}
	}
	return len(need) > 0
}

// drawn are steps and who votes, each account once. The people of each step are those who can count for it.
func drawn(rt *rapid.T) (need []store.Step, voters [][]int) {
	counts := rapid.SliceOfN(rapid.IntRange(1, 3), 1, 4).Draw(rt, "counts")
	for i, n := range counts {
		need = append(need, store.Step{By: []string{fmt.Sprint("S", i+1)}, Count: n})
	}
	voters = rapid.SliceOfN(rapid.SliceOfNDistinct(rapid.IntRange(0, len(need)+1), 0, len(need)+2, rapid.ID[int]), 0, 8).Draw(rt, "voters")
	return need, voters
}

func TestMetIsHallsTheorem(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		need, voters := drawn(rt)
		want := enough(need, voters)
		if got := store.Met(need, voters); got != want {
			rt.Fatalf("%v by %v: met %t, by Hall's theorem %t", need, voters, got, want)
		}
		shuffled := rapid.Permutation(voters).Draw(rt, "shuffled")
		if got := store.Met(need, shuffled); got != want {
			rt.Fatalf("%v by %v: met %t, and %t in another order", need, voters, want, got)
		}
		if want && !store.Met(need, append(slices.Clone(voters), []int{1})) {
			rt.Fatalf("%v by %v: met, and not with one more", need, voters)
		}
	})
}

// A request, an extension, a rotation and the deletion of its key are approved with the vote that makes them enough, and before that
// whoever says so is refused. What is waited for are the people of the steps that are not full.
func TestTheLastVoteApproves(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		need, voters := drawn(rt)
		g, task := asked(), begun()
		g.Steps, task.State, task.Steps, task.Asked = need, store.Asked, need, noon
		active, old := after(asked(), noon, store.Approve, store.Apply), taskAfter(begun(), noon, store.Plan, store.Made, store.Heeded, store.Unused, store.Off)
		active.Extension.Steps, old.Steps = need, need
		active = must(active.After(store.Entry{Verb: store.AskMore, By: "U1", At: noon, Until: noon.Add(8 * time.Hour)}))
		for i, can := range voters {
			e := store.Entry{By: fmt.Sprint("U", i), At: noon, Steps: can}
			want := error(nil)
			if !enough(need, voters[:i+1]) {
				want = store.ErrSteps
			}
			for name, try := range map[string]func(e store.Entry) error{
				"a request": func(e store.Entry) error {
					e.Verb, e.Until = store.Approve, noon.Add(time.Hour)
					_, err := g.After(e)
					return err
				},
				"an extension": func(e store.Entry) error {
					e.Verb, e.Until = store.Prolong, noon.Add(8*time.Hour)
					_, err := active.After(e)
					return err
				},
				"a rotation": func(e store.Entry) error { e.Verb = store.Approve; _, err := task.After(e); return err },
				"a deletion": func(e store.Entry) error { e.Verb = store.Delete; _, err := old.After(e); return err },
			} {
				if err := try(e); !errors.Is(err, want) || (err == nil) != (want == nil) {
					rt.Fatalf("%s that needs %v, by %v: %v, want %v", name, need, voters[:i+1], err, want)
				}
			}
			if want == nil {
				return
			}
			e.Verb = store.Vote
			g, task, old = must(g.After(e)), must(task.After(e)), must(old.After(e))
			e.Verb = store.Agree
			active = must(active.After(e))
			waits := open(need, voters[:i+1])
			for name, got := range map[string][]string{"a request": g.Missing(), "an extension": active.Missing(), "a rotation": task.Missing(), "a deletion": old.MissingForDeletion()} {
				if !slices.Equal(got, waits) {
					rt.Fatalf("%s that needs %v, by %v, waits for %v, want %v", name, need, voters[:i+1], got, waits)
				}
			}
		}
	})
}

// open are the people of the steps that are not full by the assignment.
func open(need []store.Step, voters [][]int) (out []string) {
	left := make([]int, len(need)+1)
	for _, step := range store.Assign(need, voters) {
		left[step]++
	}
	for i, s := range need {
		if left[i+1] < s.Count {
			out = append(out, s.By...)
		}
	}
	return out
}

// Whose approvals a void takes away, by the Slack accounts that it names.
func TestWhoseApprovalsAreVoid(t *testing.T) {
	for _, c := range []struct{ accounts, left string }{
		{"", "U7 U8 U9"}, {"U8", "U7 U9"}, {"U7 U9", "U8"}, {"U9 U8 U7", ""}, {"U1", "U7 U8 U9"}, {"U", "U7 U8 U9"}, {"U88", "U7 U8 U9"},
		{"u8", "U7 U8 U9"}, {"  U8   U8 ", "U7 U9"}, {"U7,U8", "U7 U8 U9"}, {"U7\nU8", "U9"},
	} {
		void := store.Entry{Verb: store.Void, By: store.Self, At: noon, Facts: map[string]string{store.FactAccounts: c.accounts}}
		given := []store.Approval{{By: "U7", Steps: []int{1}}, {By: "U8", Steps: []int{1}}, {By: "U9", Steps: []int{1}}}
		g, active, task, old := asked(), extending(), begun(), resting(t)
		g.Approvals, active.Extension.Approvals, task.State, task.Approvals, old.Deletion = given, given, store.Asked, given, given
		for name, got := range map[string][]store.Approval{"a request": must(g.After(void)).Approvals, "an extension": must(active.After(void)).Extension.Approvals,
			"a rotation": must(task.After(void)).Approvals, "a deletion": must(old.After(void)).Deletion} {
			var left []string
			for _, a := range got {
				left = append(left, a.By)
			}
			if strings.Join(left, " ") != c.left || len(given) != 3 {
				t.Errorf("%q void of %s: left %v, want %q", c.accounts, name, left, c.left)
			}
		}
		if approvals := must(active.After(void)).Approvals; len(approvals) != 1 {
			t.Errorf("%q void of an extension: the request has %d approvals", c.accounts, len(approvals))
		}
		if approvals := must(old.After(void)).Approvals; len(approvals) != 2 {
			t.Errorf("%q void of a deletion: the rotation has %d approvals", c.accounts, len(approvals))
		}
	}
}

// Who is waited for: those of the steps that are not full, each once, and those whom it was escalated to.
func TestWhoIsWaitedFor(t *testing.T) {
	ops, admins := store.Step{By: []string{"U7", "usergroup:SOPS"}, Count: 1}, store.Step{By: []string{"U7", "U8"}, Count: 2}
	for _, c := range []struct {
		name      string
		steps     []store.Step
		voters    string
		escalated bool
		want      string
		after0    string // whom the steps need before any vote
	}{
		{"nothing is needed", nil, "", false, "", ""},
		{"nothing is needed, escalated", nil, "", true, "", ""},
		{"one step", []store.Step{ops}, "", false, "U7 usergroup:SOPS", "U7 usergroup:SOPS"},
		{"two steps with one person", []store.Step{ops, admins}, "", false, "U7 usergroup:SOPS U8", "U7 usergroup:SOPS U8"},
		{"the first is full", []store.Step{ops, admins}, "1", false, "U7 U8", "U7 usergroup:SOPS U8"},
		{"the second is half full", []store.Step{ops, admins}, "2", false, "U7 usergroup:SOPS U8", "U7 usergroup:SOPS U8"},
		{"the second is full", []store.Step{ops, admins}, "2 2", false, "U7 usergroup:SOPS", "U7 usergroup:SOPS U8"},
		{"all are full", []store.Step{ops, admins}, "1 2 2", false, "", "U7 usergroup:SOPS U8"},
		{"all are full, escalated", []store.Step{ops, admins}, "1 2 2", true, "", "U7 usergroup:SOPS U8"},
		{"who could do both makes room", []store.Step{ops, admins}, "1+2 1 2", false, "", "U7 usergroup:SOPS U8"},
		{"escalated", []store.Step{admins}, "1", true, "U7 U8 usergroup:SONCALL", "U7 U8"},
		{"escalated to somebody of the steps", []store.Step{{By: []string{"usergroup:SONCALL", "U8"}, Count: 1}}, "", true, "usergroup:SONCALL U8 U7", "usergroup:SONCALL U8"},
	} {
		escalation := store.Escalation{At: noon, To: []string{"U7", "usergroup:SONCALL"}}
		if c.escalated {
			escalation.Since = noon
		}
		var given []store.Approval
		for i, can := range ballot(t, c.voters) {
			given = append(given, store.Approval{By: fmt.Sprint("U2", i), Steps: can})
		}
		g, task := asked(), begun()
		g.Steps, g.Approvals, g.Escalation = c.steps, given, escalation
		task.State, task.Steps, task.Approvals, task.Escalation = store.Asked, c.steps, given, escalation
		if strings.Join(g.Missing(), " ") != c.want || strings.Join(task.Missing(), " ") != c.want {
			t.Errorf("%s: a request waits for %v, a rotation for %v, want %s", c.name, g.Missing(), task.Missing(), c.want)
		}
		if strings.Join(g.MissingAfter(0), " ") != c.after0 || strings.Join(task.MissingAfter(0), " ") != c.after0 {
			t.Errorf("%s: before any vote %v and %v, want %s", c.name, g.MissingAfter(0), task.MissingAfter(0), c.after0)
		}
		if got := g.MissingAfter(len(given)); (len(got) == 0) != (c.want == "") {
			t.Errorf("%s: after all votes %v", c.name, got)
		}
		for _, state := range []store.State{"", store.Received, store.Denied, store.Approved, store.Active, store.Ending, store.Ended} {
			if g.State = state; g.Missing() != nil {
				t.Errorf("%s: a request that is %q waits for %v", c.name, state, g.Missing())
			}
		}
		for _, state := range []store.State{"", store.Making, store.Handing, store.Proving, store.Resting, store.Deleting, store.Rotated} {
			if task.State = state; task.Missing() != nil {
				t.Errorf("%s: a rotation that is %q waits for %v", c.name, state, task.Missing())
			}
		}
	}
}

// What a rule approves by itself, to the nanosecond, and that nobody's vote makes it more.
func TestWhatARuleApproves(t *testing.T) {
	for _, c := range []struct {
		auto, longest time.Duration
		risk          store.Risk
		want          bool
	}{
		{time.Hour, time.Hour - 1, "", true}, {time.Hour, time.Hour, "", true}, {time.Hour, time.Hour + 1, "", false},
		{time.Hour, time.Hour, store.High, false}, {0, time.Hour, "", false}, {0, 1, "", false},
	} {
		g := asked()
		g.Auto, g.Longest, g.Risk = c.auto, c.longest, c.risk
		g.Approvals = []store.Approval{{By: store.Rule}}
		if got := g.Met(); got != c.want || !g.ByRule() {
			t.Errorf("a rule for %s of what lasts %s, risk %q: met %t", c.auto, c.longest, c.risk, got)
		}
		if g.Approvals = []store.Approval{{By: "U9"}}; g.Met() || g.ByRule() {
			t.Errorf("a vote that counts for nothing, with a rule for %s: met %t, by rule %t", c.auto, g.Met(), g.ByRule())
		}
		if g.Approvals = []store.Approval{{By: "U9", Steps: []int{1}}}; !g.Met() || g.ByRule() {
			t.Errorf("a vote that counts: met %t, by rule %t", g.Met(), g.ByRule())
		}
	}
}

// What voids the approvals of a deletion names those who gave them.
func TestTheVoidedOfADeletion(t *testing.T) {
	for _, c := range []struct {
		from store.State
		verb store.Verb
		want string
	}{{store.Resting, store.Used, "U8"}, {store.Resting, store.PutBack, "U8"}, {store.Deleting, store.Used, "U8 U7"}} {
		task, e := readyTask(t, c.from, c.verb)
		next := must(task.After(e))
		if strings.Join(next.Voided.By, " ") != c.want || next.Voided.Seq != next.Chain.Seq || next.Deletion != nil || len(next.Approvals) != 2 {
			t.Errorf("%s while %s: voided %+v at %d, left %v and %v", c.verb, c.from, next.Voided, next.Chain.Seq, next.Deletion, next.Approvals)
		}
	}
}
