package access_test

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/store"
)

// newNames are those after a rename.
const newUser, newGroup = "taro.yamada", "operators"

// rename is one that is done while access is on its way, with what the two are called then.
type rename struct {
	name        string
	do          func(*fakeaws.AWS)
	user, group string
}

var renames = []rename{
	{"user", func(a *fakeaws.AWS) { a.RenameUser(account, "t.yamada", newUser) }, newUser, group},
	{"group", func(a *fakeaws.AWS) { a.RenameGroup(account, group, newGroup) }, "t.yamada", newGroup},
	{"both", func(a *fakeaws.AWS) {
		a.RenameUser(account, "t.yamada", newUser)
		a.RenameGroup(account, group, newGroup)
	}, newUser, newGroup},
	{"both, and back", func(a *fakeaws.AWS) {
		a.RenameUser(account, "t.yamada", newUser)
		a.RenameGroup(account, group, newGroup)
		a.RenameUser(account, newUser, "t.yamada")
		a.RenameGroup(account, newGroup, group)
	}, "t.yamada", group},
	{"user, and another has the name", func(a *fakeaws.AWS) {
		a.RenameUser(account, "t.yamada", newUser)
		a.AddUser(account, "t.yamada", nil)
	}, newUser, group},
	{"group, and another has the name", func(a *fakeaws.AWS) {
		a.RenameGroup(account, group, newGroup)
		a.AddGroup(account, group)
	}, "t.yamada", newGroup},
}

// renameSteps bring a grant to where it is renamed, and go on from there until it must be over.
var renameSteps = []struct {
	name string
	run  func(w *world, rename func(), join func())
}{
	{"asked", func(w *world, rename, _ func()) {
		w.signIn("1")
		rename()
		w.press("U0SATO", store.Approve)
		w.wait(5 * time.Hour)
	}},
	{"planned", func(w *world, rename, _ func()) {
		w.aws.Fault(failing("AddUserToGroup", fakeaws.Failure{Code: "Throttling"}))
		w.approved()
		rename()
		w.aws.Fault(nil)
		w.wait(5 * time.Hour)
	}},
	{"planned, and given by a call that seemed lost", func(w *world, rename, _ func()) {
		w.aws.Fault(failing("AddUserToGroup", fakeaws.Failure{Code: "ServiceFailure", Done: true}))
		w.approved()
		rename()
		w.aws.Fault(nil)
		w.wait(5 * time.Hour)
	}},
	{"active", func(w *world, rename, _ func()) {
		w.approved()
		rename()
		w.wait(4*time.Hour + 15*time.Second)
	}},
	{"active, and revoked", func(w *world, rename, _ func()) {
		w.approved()
		rename()
		w.press("U0SATO", store.Revoke)
		w.wait(15 * time.Second)
	}},
	{"ending", func(w *world, rename, _ func()) {
		w.approved()
		w.aws.Fault(failing("RemoveUserFromGroup", fakeaws.Failure{Code: "AccessDenied"}))
		w.wait(4*time.Hour + time.Minute)
		rename()
		w.wait(time.Minute)
		w.aws.Fault(nil)
		w.wait(15 * time.Second)
	}},
	{"ended", func(w *world, rename, join func()) {
		w.approved()
		w.press("U0YAMADA", store.Finish)
		w.wait(5 * time.Second)
		rename()
		join() // a call that was given up lands
		w.wait(time.Minute + 15*time.Second)
	}},
	{"rechecked", func(w *world, rename, join func()) {
		w.approved()
		w.press("U0YAMADA", store.Finish)
		w.wait(2 * time.Minute)
		rename()
		join()
		w.wait(9*time.Minute + 15*time.Second)
	}},
}

// endings tells of each end of access that is written, at the moment when it is.
type endings struct {
	store.DB
	ends func()
}

func (d endings) Put(ctx context.Context, docs ...store.Doc) error {
	for _, doc := range docs {
		if slices.ContainsFunc(doc.Entries, func(e store.Entry) bool { return e.Verb == store.Undo }) {
			d.ends()
		}
	}
	return d.DB.Put(ctx, docs...)
}

// approved signs in and has it approved.
func (w *world) approved() {
	w.t.Helper()
	w.signIn("1")
	if refusal := w.press("U0SATO", store.Approve); refusal != "" {
		w.t.Error(refusal)
	}
	w.wait(5 * time.Second)
}

// Whatever is renamed at whatever step, access ends in time, and the end is not said before the user is out.
func TestRenamedAtEachStep(t *testing.T) {
	for _, r := range renames {
		for _, step := range renameSteps {
			t.Run(step.name+"/"+r.name, func(t *testing.T) {
				inWorld(t, func(w *world) {
					user, in := "t.yamada", group
					member := func() bool { return slices.Contains(w.aws.Members(account, in), user) }
					w.stop()
					w.keeper.DB = endings{w.db, func() {
						if member() {
							t.Errorf("it is written that access has ended, and %s is in %s", user, in)
						}
					}}
					w.run()
					step.run(w, func() {
						r.do(w.aws)
						user, in = r.user, r.group
					}, func() { w.aws.Join(account, user, in) })
					if g := w.grant("1"); g.State != store.Ended && g.State != store.Asked || len(w.aws.Members(account, in)) > 0 {
						t.Errorf("%s (%s %s), members %v", g.State, g.Outcome, g.Note, w.aws.Members(account, in))
					}
				})
			})
		}
	}
}

// What was given runs on: a rename ends nothing early.
func TestARenameEndsNothingEarly(t *testing.T) {
	for _, r := range renames {
		inWorld(t, func(w *world) {
			w.govern(func(p *access.Settings) { p.Enforce, p.Removals = true, 9 })
			w.approved()
			r.do(w.aws)
			w.wait(3 * time.Hour)
			if g := w.grant("1"); g.State != store.Active || !slices.Contains(w.aws.Members(account, r.group), r.user) {
				t.Errorf("%s: %s, members %v", r.name, g.State, w.aws.Members(account, r.group))
			}
			for _, a := range w.voice.alerts {
				if a.Kind == store.Unknown {
					t.Errorf("%s: %s is unknown in %s", r.name, a.Subject.User, a.Target)
				}
			}
		})
	}
}

// A group that means nothing to the names of a grant of an older build, which knows no id, does not end it: the failure is
// told, and tried until the name is back.
func TestRenamedUnderAnOlderBuild(t *testing.T) {
	inWorld(t, func(w *world) {
		w.approved()
		g := w.grant("1")
		delete(g.Effects, store.FactGroup)
		g, err := g.After(store.Entry{Verb: store.Again, By: store.Self, At: time.Now()})
		if err := cmp.Or(err, store.Save(w.t.Context(), w.db, &g)); err != nil {
			t.Fatal(err)
		}
		w.aws.RenameGroup(account, group, newGroup)
		w.wait(5 * time.Hour)
		if g := w.grant("1"); g.State != store.Ending || g.Trouble != "NoSuchEntity" || w.voice.card().Trouble != "NoSuchEntity" {
			t.Errorf("%s, trouble %q, the card says %q", g.State, g.Trouble, w.voice.card().Trouble)
		}
		w.aws.RenameGroup(account, newGroup, group)
		w.wait(15 * time.Second)
		w.is("1", store.Ended, false)
	})
}
