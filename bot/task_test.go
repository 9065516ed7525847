package bot

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	oldKey = "AKIASEKISHOEXAMPLE01"
	newKey = "AKIASEKISHOEXAMPLE02"
)

// rotation is one that waits for its approval.
func rotation() store.Task {
	return store.Task{ID: "task-batch-20261122T050000.000Z", Kind: "access-key", Rule: "batch", Account: "123456789012", AccountName: "production",
		User: "svc-batch", By: yamada, Reason: "The key was in a ticket.", Steps: []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}},
		Lapses: signedIn.Add(24 * time.Hour), Secret: "sekisho/svc-batch", Proof: 24 * time.Hour, Grace: 72 * time.Hour, State: store.Asked,
		Fleet: store.Fleet{Key: "sekisho-key", Value: "svc-batch", Path: "/usr/local/sbin/sekisho-key"}}
}

// turned is a rotation with something else about it.
func turned(change func(*store.Task)) store.Task {
	t := rotation()
	change(&t)
	return t
}

// scheduled began by itself, and nobody has to approve it.
func scheduled(t *store.Task) {
	t.State, t.By, t.Reason, t.Steps = store.Making, store.Self, "", nil
}

// escalatesTask lets S0ONCALL decide too after an hour, and who asked.
func escalatesTask(t *store.Task) {
	t.Asked, t.Escalation = signedIn, store.Escalation{At: signedIn.Add(time.Hour), To: []string{"usergroup:S0ONCALL", yamada}}
}

func alone(t *store.Task) { t.Fleet = store.Fleet{} }

// What happens to a rotation.
var (
	planTask  = store.Entry{Verb: store.Plan, Facts: map[string]string{store.FactOld: oldKey, store.FactVersion: "v1"}}
	planHeld  = store.Entry{Verb: store.Plan, Facts: map[string]string{store.FactOld: oldKey, store.FactHolder: kato}}
	planNone  = store.Entry{Verb: store.Plan, Facts: map[string]string{store.FactOld: "", store.FactVersion: ""}}
	made      = store.Entry{Verb: store.Made, Facts: map[string]string{store.FactNew: newKey, store.FactOld: oldKey}}
	madeOne   = store.Entry{Verb: store.Made, Facts: map[string]string{store.FactNew: newKey}}
	madeBack  = store.Entry{Verb: store.Made, Facts: map[string]string{store.FactNew: oldKey, store.FactOld: newKey}}
	servers   = store.Entry{Verb: store.Told, Facts: map[string]string{store.FactCommand: "c-1", "of": "3"}}
	heard     = store.Entry{Verb: store.Heard}
	heeded    = store.Entry{Verb: store.Heeded, Facts: map[string]string{"done": "3", "of": "3", "failed": "0"}}
	unused    = store.Entry{Verb: store.Unused}
	off       = store.Entry{Verb: store.Off, Facts: map[string]string{offKey: oldKey}}
	remove    = store.Entry{Verb: store.Delete}
	deleted   = store.Entry{Verb: store.Deleted}
	putBack   = store.Entry{Verb: store.PutBack, By: sato, Facts: map[string]string{store.FactNew: oldKey}}
	toHeeded  = []store.Entry{approve, planTask, made, servers, heard, heeded}
	toOff     = append(slices.Clip(toHeeded), unused, off)
	usedStill = store.Entry{Verb: store.Used, Facts: map[string]string{store.FactUsed: "2026-11-22T05:05:00Z"}}
)

// voteDelete is the first approval of deleting the key before its time.
var voteDelete = store.Entry{Verb: store.Vote, By: sato, Steps: []int{1}}

// twice are the entries of a rotation that two have to approve, until its old key is deactivated, and more.
func twice(more ...store.Entry) []store.Entry {
	return slices.Concat([]store.Entry{vote, {Verb: store.Approve, By: sato, Steps: []int{1}}}, toOff[1:], more)
}

// undoings are what those hear who have approved a rotation or a deletion, by the name of what undoes it.
func undoings(t *testing.T) map[string]drawing {
	t.Helper()
	two := turned(func(t *store.Task) {
		t.Steps[0].Count, t.Card = 2, store.Card{Channel: cardsChannel, TS: "1763787600.000100"}
	})
	out := map[string]drawing{}
	for name, life := range map[string][]store.Entry{"put-back": twice(putBack), "put-back-void": twice(voteDelete, putBack), "works-again": twice(voteDelete, store.Entry{Verb: store.Used})} {
		task := went(t, two, life...)
		entries := task.Fresh()
		out[name] = drawing{"TaskApprover", about{task: task, entry: entries[len(entries)-1]}}
	}
	return out
}

// went is the rotation after entries, a minute apart.
func went(t *testing.T, task store.Task, entries ...store.Entry) store.Task {
	t.Helper()
	for i, e := range entries {
		e.At = signedIn.Add(time.Duration(i+1) * time.Minute)
		if e.By == "" {
			e.By = store.Self
		}
		var err error
		if task, err = task.After(e); err != nil {
			t.Fatalf("go through %s: %v", e.Verb, err)
		}
	}
	return task
}

// on are servers, each in a way in which one can be.
func on(task store.Task, servers ...store.Server) store.Task {
	all := map[string]store.Server{}
	for i, s := range servers {
		s.Name = fmt.Sprintf("batch-%d", i+1)
		all[fmt.Sprintf("i-0123456789abcde%02d", i+1)] = s
	}
	return task.With(all)
}

var (
	uses    = store.Server{State: store.Answers, Key: newKey}
	running = store.Server{State: store.Running}
	fresh   = store.Server{State: store.Failing} // not told yet
	silent  = store.Server{State: store.Failing, Why: "Offline", Silent: true}
	wrong   = store.Server{State: store.Failing, Why: "wrong_key", Key: oldKey, Tries: 2}
	mute    = store.Server{State: store.Failing, Why: "wrong_key", Tries: 2}
	ancient = store.Server{State: store.Failing, Why: "OldAgent"}
	timeout = store.Server{State: store.Failing, Why: "ExecutionTimedOut", Tries: 1}
	noWord  = store.Server{State: store.Failing, Why: "NoAnswer", Tries: 1}
)

// tasks are the rotations whose cards the golden files show: every state, and what can be missing.
func tasks(t *testing.T) map[string]store.Task {
	t.Helper()
	one, two := rotation(), turned(func(t *store.Task) { t.Steps[0].Count = 2 })
	itself, hand := turned(scheduled), turned(func(t *store.Task) { scheduled(t); t.By = kato; alone(t) })
	handing := went(t, one, approve, planTask, made, servers)
	back := append(slices.Clip(toOff), putBack, madeBack, servers, heeded)
	return map[string]store.Task{
		"asked":            one,
		"asked-1-of-2":     went(t, two, vote),
		"asked-alone":      turned(alone),
		"asked-escalated":  went(t, turned(escalatesTask), escalate),
		"denied":           went(t, one, store.Entry{Verb: store.Deny, By: sato, Note: denied}),
		"lapsed":           went(t, one, store.Entry{Verb: store.Lapse}),
		"withdrawn":        went(t, one, store.Entry{Verb: store.Withdraw, By: yamada}),
		"making":           went(t, one, approve),
		"making-scheduled": itself,
		"making-planned":   went(t, itself, planTask),
		"handing-holder":   went(t, one, approve, planHeld, made, servers),
		"making-trouble":   went(t, one, approve, planTask, failed("ThrottlingException")),
		"handing":          on(handing, uses, running, fresh),
		"handing-unknown":  handing,
		"handing-failed":   on(went(t, handing, failed("ServersSilent")), uses, silent, wrong, mute, ancient, timeout, noWord),
		"handing-none":     went(t, handing, failed("NoServers")),
		"handing-changed":  on(went(t, handing, failed("SecretChanged")), uses, running),
		"handing-fifty":    on(went(t, handing, failed("ServersSilent")), slices.Repeat([]store.Server{timeout}, 50)...),
		"proving":          on(went(t, one, toHeeded...), uses, uses, uses),
		"proving-used":     on(went(t, one, append(slices.Clip(toHeeded), usedStill)...), uses, uses, uses),
		"proving-alone":    went(t, hand, planTask, made, heeded),
		"retiring":         on(went(t, one, append(slices.Clip(toHeeded), unused)...), uses),
		"resting":          on(went(t, one, toOff...), uses, uses),
		"resting-trouble":  on(went(t, one, append(slices.Clip(toOff), failed("NewKeyInactive"))...), uses, uses),
		"resting-1-of-2":   on(went(t, two, twice(voteDelete)...), uses),
		"deleting-2-of-2":  on(went(t, two, twice(voteDelete, store.Entry{Verb: store.Delete, By: kato, Steps: []int{1}})...), uses),
		"proving-again":    on(went(t, two, twice(voteDelete, store.Entry{Verb: store.Used})...), uses),
		"deleting":         on(went(t, one, append(slices.Clip(toOff), remove)...), uses),
		"rotated":          on(went(t, one, append(slices.Clip(toOff), remove, deleted)...), uses),
		"rotated-first":    went(t, hand, planNone, madeOne, store.Entry{Verb: store.Done}),
		"restoring":        went(t, one, append(slices.Clip(toOff), putBack)...),
		"restoring-gone":   went(t, one, append(slices.Clip(toOff), putBack, failed("KeyGone"))...),
		"proving-back":     on(went(t, one, back...), store.Server{State: store.Answers, Key: oldKey}),
		"rotated-back":     went(t, one, append(back, unused, off, remove, deleted)...),
		"stopped":          went(t, one, approve, refused("TwoKeys")),
		"stopped-later":    on(went(t, one, append(slices.Clip(toHeeded), refused(policy.UserGone))...), uses),
		"stopped-handing":  on(went(t, handing, refused(policy.UserGone)), uses, timeout),
	}
}

// turn is an entry of a rotation, and the rotation at the time when it is told.
type turn struct {
	name  string
	task  store.Task
	entry store.Entry
}

// taskLines are the entries of which the thread tells.
func taskLines(t *testing.T) []turn {
	t.Helper()
	var out []turn
	say := func(name string, task store.Task, life ...store.Entry) {
		t.Helper()
		task = went(t, task, life...)
		entries := task.Fresh()
		out = append(out, turn{name, task, entries[len(entries)-1]})
	}
	one, two := rotation(), turned(func(t *store.Task) { t.Steps[0].Count = 2 })
	itself := turned(scheduled)
	then := func(more ...store.Entry) []store.Entry { return slices.Concat(toOff, more) }
	say("remind", one, store.Entry{Verb: store.Remind})
	say("escalate", turned(escalatesTask), escalate)
	say("vote", two, vote)
	say("vote, a step met", turned(func(t *store.Task) {
		t.Steps = append(slices.Clip(t.Steps), store.Step{By: []string{"usergroup:S0CHIEFS"}, Count: 1})
	}), vote)
	say("void, for a reason", two, vote, store.Entry{Verb: store.Void, Note: policy.VoterGone, Facts: map[string]string{store.FactAccounts: kato}})
	say("approve", one, approve)
	say("void", two, vote, store.Entry{Verb: store.Void, By: kato, Facts: map[string]string{store.FactAccounts: sato}})
	say("deny", one, store.Entry{Verb: store.Deny, By: sato, Note: denied})
	say("lapse", one, store.Entry{Verb: store.Lapse})
	say("withdraw", one, store.Entry{Verb: store.Withdraw, By: yamada})
	say("made", one, approve, planTask, made)
	say("heeded", one, toHeeded...)
	say("heeded, no servers", turned(func(t *store.Task) { alone(t); scheduled(t) }), planTask, made, heeded)
	say("again", one, approve, planTask, made, servers, store.Entry{Verb: store.Again, By: sato})
	say("used", one, then(store.Entry{Verb: store.Used})...)
	say("off", one, toOff...)
	say("delete", itself, then(store.Entry{Verb: store.Delete, By: sato})[1:]...)
	say("delete, a vote", two, twice(voteDelete)...)
	say("delete, the last vote", two, twice(voteDelete, store.Entry{Verb: store.Delete, By: kato, Steps: []int{1}})...)
	say("deleted", one, then(remove, deleted)...)
	say("deleted, scheduled", itself, then(remove, deleted)[1:]...)
	say("done", one, approve, planNone, madeOne, store.Entry{Verb: store.Done})
	say("put back", one, then(putBack)...)
	say("refuse", one, approve, refused("TwoKeys"))
	say("fail", one, approve, planTask, failed("ThrottlingException"))
	say("fail, servers", itself, planTask, made, servers, failed("ServersSilent"))
	return out
}

// taskVerbs are all that can happen to a rotation.
func taskVerbs(t *testing.T) []string {
	t.Helper()
	return slices.Concat(constants(t, "../store", "The verbs of a rotation"), constants(t, "../store", "The verbs of a grant"))
}

// rotatable are rotations to choose from: the second is under way, the third needs approvals.
func rotatable(n int) []access.Rotatable {
	var out []access.Rotatable
	for i := range n {
		t := rotation()
		r := access.Rotatable{AccountName: t.AccountName, Busy: i == 1, Rotation: access.Rotation{ID: fmt.Sprint("batch-", i+1), Account: t.Account,
			User: fmt.Sprint("svc-batch-", i+1), Secret: t.Secret, Fleet: t.Fleet, Proof: t.Proof, Grace: t.Grace}}
		if i == 2 {
			r.Steps, r.Fleet = t.Steps, store.Fleet{}
		}
		out = append(out, r)
	}
	return out
}

// worstTask makes everything of a rotation that comes from outside as long as it can be, or longer, out of one text.
func worstTask(t store.Task, text string) store.Task {
	g := worst(store.Grant{ID: t.ID, State: t.State, Work: t.Work, Note: t.Note}, text)
	t.ID, t.Rule, t.Account, t.AccountName, t.User, t.Secret = store.TaskPrefix+g.ID, g.Entitlement, g.Account, g.AccountName, g.Subject.User, fill(text, 600)
	t.Reason, t.Trouble, t.Note, t.Approvals = g.Reason, g.Trouble, g.Note, g.Approvals
	if len(t.Steps) > 0 {
		t.Steps = g.Steps
	}
	if len(t.Deletion) > 0 {
		t.Deletion = g.Approvals
	}
	t.Proof, t.Grace = g.Duration, g.Longest
	t.Escalation.To = slices.Repeat([]string{"usergroup:S0" + strings.Repeat("A", 20)}, 99*min(1, len(t.Escalation.To)))
	for _, s := range []*string{&t.Fleet.Key, &t.Fleet.Value, &t.New, &t.Old} {
		if *s != "" {
			*s = fill(text, 256)
		}
	}
	servers := map[string]store.Server{}
	for i := range 50 * min(1, len(t.Servers)) {
		servers[fmt.Sprintf("%02d%s", i, fill(text, 100))] = store.Server{Name: fill(text, 255), State: store.Failing, Why: fill(text, 255), Key: fill(text, 255)}
	}
	return t.With(servers)
}

func worstRotatable(r access.Rotatable, text string) access.Rotatable {
	r.Account, r.AccountName, r.User, r.Secret = "123456789012", fill(text, 128), fill(text, 64), fill(text, 600)
	r.Proof, r.Grace, r.Fleet = 99999*time.Hour, 99999*time.Hour, store.Fleet{Key: fill(text, 128), Value: fill(text, 256)}
	return r
}

// outsideTask fills everything of a rotation that somebody else can write.
func outsideTask(t store.Task, text func(field string) string) store.Task {
	g, _ := outside(store.Grant{Work: t.Work, Note: t.Note, EndedBy: t.EndedBy, Reason: t.Reason, Approvals: t.Approvals}, store.Entry{}, text)
	t.ID, t.Rule, t.Account, t.AccountName, t.User, t.Secret = g.ID, g.Entitlement, g.Account, g.AccountName, g.Subject.User, text("secret")
	t.Work, t.EndedBy, t.Reason, t.Approvals = g.Work, g.EndedBy, g.Reason, g.Approvals
	if !slices.Contains(reasons, t.Note) { // which are ours
		t.Note = g.Note
	}
	if t.By != store.Self {
		t.By = text("who asked")
	}
	for _, s := range []*string{&t.Fleet.Key, &t.Fleet.Value, &t.New, &t.Old} {
		if *s != "" {
			*s = text("fleet or key")
		}
	}
	servers := map[string]store.Server{}
	for i, id := range slices.Sorted(maps.Keys(t.Servers)) {
		s := t.Servers[id]
		s.Name = text("name")
		if s.Key != "" {
			s.Key = text("key")
		}
		if s.Why != "" && !slices.Contains(serverReasons, s.Why) {
			s.Why = text("why")
		}
		servers[fmt.Sprintf("%02d%s", i, text("server"))] = s
	}
	return t.With(servers)
}

func outsideRotatable(r access.Rotatable, text func(field string) string) access.Rotatable {
	r.Account, r.AccountName, r.User, r.Secret = text("account"), text("account name"), text("user"), text("secret")
	if r.Fleet.Key != "" {
		r.Fleet.Key, r.Fleet.Value = text("tag"), text("value")
	}
	return r
}

// outsideEntry is an entry whose every word is somebody else's.
func outsideEntry(e store.Entry, text func(field string) string) store.Entry {
	e.By, e.Facts = text("by"), maps.Clone(e.Facts)
	if !slices.Contains(reasons, e.Note) {
		e.Note = text("note")
	}
	for key := range e.Facts {
		e.Facts[key] = text(key)
	}
	return e
}
