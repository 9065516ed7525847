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

// inSecurity runs a test where U0CHIEF and U0SATO look after alerts. Chief has another account, and neither tags nor names
// count for anything else than what a test is about.
func inSecurity(t *testing.T, test func(w *world)) {
	t.Helper()
	inWorld(t, func(w *world) {
		w.govern(func(p *access.Settings) {
			p.MatchTag, p.Security = false, []string{"U0CHIEF", "U0CHIEF2", "U0SATO"}
			persons := slices.DeleteFunc(team(), func(p people.Person) bool { return p.Slack[0] == "U0CHIEF" })
			p.People = people.New(append(persons, people.Person{Slack: []string{"U0CHIEF", "U0CHIEF2"}}))
		})
		test(w)
	})
}

const aLook = 5*time.Minute + 15*time.Second // at the groups

// spareInGroup puts the spare user into the group by hand, and waits until that is reported.
func (w *world) spareInGroup(tag string) (userID string) {
	w.t.Helper()
	userID = w.tagged(tag)
	w.aws.Join(account, spare, group)
	w.wait(aLook)
	return userID
}

// suspect is the alert about a user's membership.
func (w *world) suspect(userID string) store.Alert {
	w.t.Helper()
	return w.alert("member-" + store.MemberKey(account, group, userID))
}

// Nobody says that a membership stays of a user whom AWS has tagged as theirs, by any account of theirs, whether or not tags
// count, and whenever the tag was set. Others do.
func TestNobodyKeepsTheMembershipOfTheirOwnSpareUser(t *testing.T) {
	retag := func(tag string) func(*world) {
		return func(w *world) { w.aws.TagUser(account, spare, slackTag, tag) }
	}
	for name, c := range map[string]struct {
		tag    string
		change func(w *world)
		want   string
	}{
		"tagged with the presser":                 {"U0CHIEF", nil, policy.Own},
		"tagged with the presser's other account": {"U0CHIEF2", nil, policy.Own},
		"tagged since it was reported":            {"", retag("U0CHIEF2"), policy.Own},
		"no longer tagged since":                  {"U0CHIEF2", retag(""), policy.Own},
		"tagged with a colleague since":           {"U0CHIEF", retag("U0OTHER"), policy.Own},
		"renamed since": {"", func(w *world) {
			retag("U0CHIEF")(w)
			w.aws.RenameUser(account, spare, "renamed")
			w.aws.AddUser(account, spare, nil) // another user has the name
		}, policy.Own},
		"tags count": {"U0CHIEF", func(w *world) { w.govern(func(p *access.Settings) { p.MatchTag = true }) }, policy.Own},
		"named by the presser's address": {"", func(w *world) {
			w.govern(func(p *access.Settings) { p.MatchEmail = true })
			w.aws.Leave(account, spare, group)
			w.aws.AddUser(account, "h.chief@example.com", nil)
			w.aws.Join(account, "h.chief@example.com", group)
			w.wait(aLook)
		}, policy.Own},
		"deleted since":         {"", func(w *world) { w.aws.DeleteUser(account, spare) }, policy.UserGone},
		"a colleague's":         {"U0OTHER", nil, ""},
		"nobody's":              {"", nil, ""},
		"of an unknown account": {"U0NOBODY", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inSecurity(t, func(w *world) {
				w.spareInGroup(c.tag)
				if c.change != nil {
					c.change(w)
				}
				before := w.voice.alerts[len(w.voice.alerts)-1]
				if got := w.pressAlert("U0CHIEF", store.Keep); got != c.want {
					t.Errorf("%q, want %q", got, c.want)
				}
				a := w.alert(strings.TrimPrefix(before.ID, store.AlertPrefix))
				if (a.State == store.Kept) != (c.want == "") {
					t.Errorf("it is %s", a.State)
				}
				if c.want == policy.Own {
					if got := w.pressAlert("U0SATO", store.Keep); got != "" {
						t.Errorf("somebody else: %q", got)
					}
				}
			})
		})
	}
}

// While AWS does not say whose the user is, nothing is kept; once it does, the press counts, or does not.
func TestNothingIsKeptWithoutTheTag(t *testing.T) {
	for tag, want := range map[string]string{"U0CHIEF": policy.Own, "": ""} {
		for _, f := range []fakeaws.Failure{{Code: "AccessDenied"}, {Code: "Throttling"}, {Hang: true}} {
			inSecurity(t, func(w *world) {
				id := w.spareInGroup("")
				w.aws.TagUser(account, spare, slackTag, tag)
				w.aws.Fault(failing("GetUser", f))
				a := w.voice.alerts[len(w.voice.alerts)-1]
				p := store.Press{ID: store.PressPrefix + "keep", By: "U0CHIEF", Verb: store.Keep, On: a.ID, Terms: a.Terms(), Card: a.Card,
					Until: time.Now().Add(keptFor), Note: "x"}
				if err := w.keeper.Press(t.Context(), p); err != nil {
					t.Fatal(err)
				}
				w.wait(time.Minute)
				if a := w.suspect(id); a.State != store.Raised {
					t.Errorf("%+v: it is %s", f, a.State)
				}
				w.aws.Fault(nil)
				w.wait(time.Minute)
				p, err := store.LoadPress(t.Context(), w.db, p.ID)
				if a := w.suspect(id); err != nil || !p.Judged || p.Refusal != want || (a.State == store.Kept) != (want == "") {
					t.Errorf("%+v, tagged %q: judged %t, %q, it is %s, %v", f, tag, p.Judged, p.Refusal, a.State, err)
				}
			})
		}
	}
}

// The alert about an unknown member says whose the user is by the tag. It is raised all the same while AWS does not say.
func TestAnUnknownMemberIsSomebodysByTheTag(t *testing.T) {
	for tag, want := range map[string]store.Subject{"U0CHIEF2": {Person: "U0CHIEF", KnownBy: store.ByTag}, "U0NOBODY": {}, "": {}} {
		inSecurity(t, func(w *world) {
			if a := w.suspect(w.spareInGroup(tag)); a.Subject.Person != want.Person || a.Subject.KnownBy != want.KnownBy {
				t.Errorf("tagged %q: %+v", tag, a.Subject)
			}
		})
	}
	inSecurity(t, func(w *world) {
		w.aws.Fault(failing("GetUser", fakeaws.Failure{Hang: true}))
		if a := w.suspect(w.spareInGroup("U0CHIEF")); a.State != store.Raised || a.Subject.Person != "" {
			t.Errorf("%s, %+v", a.State, a.Subject)
		}
	})
}

// Of a group's members the tag is read of those only whom no grant explains, and once.
func TestTheTagIsReadOfSuspectsOnly(t *testing.T) {
	inSecurity(t, func(w *world) {
		w.signIn("1")
		w.press("U0SATO", store.Approve)
		w.wait(aLook)
		w.aws.AddUser(account, "m1", nil)
		w.aws.AddUser(account, "m2", nil)
		w.aws.Join(account, "m1", group)
		w.aws.Join(account, "m2", group)
		before := len(w.aws.Calls())
		w.wait(time.Hour)
		n := 0
		for _, c := range w.aws.Calls()[before:] {
			if c.Action == "GetUser" {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%d calls of GetUser for two suspects in an hour", n)
		}
	})
}

// Nobody keeps, or gives back, what the audit has found of a user whom AWS has tagged as theirs.
func TestNobodyKeepsAFindingOfTheirOwnSpareUser(t *testing.T) {
	inAudit(t, func(w *world) {
		w.govern(func(p *access.Settings) { p.MatchTag, p.Security = false, []string{"U0CHIEF", "U0SATO"} })
		w.tagged("U0CHIEF")
		w.aws.AddPasswordAt(account, spare, time.Now().Add(-100*aDay))
		w.aws.AddMFA(account, spare)
		w.aws.AddKeyAt(account, spare, time.Now().Add(-100*aDay))
		w.wait(aDay + soon)
		old := w.row(store.IdlePassword)
		if got := w.pressRow("U0CHIEF", old, store.Keep); got != policy.Own {
			t.Errorf("kept: %q", got)
		}
		if got := w.pressRow("U0SATO", old, store.Keep); got != "" {
			t.Errorf("kept by somebody else: %q", got)
		}
		w.must("U0SATO", w.row(store.IdleKey), store.Remedy)
		off := w.rowIs(store.IdleKey, store.Acted)
		if got := w.pressRow("U0CHIEF", off, store.Restore); got != policy.Own {
			t.Errorf("given back: %q", got)
		}
		w.aws.DeleteUser(account, spare)
		if got := w.pressRow("U0CHIEF", off, store.Restore); got != policy.UserGone {
			t.Errorf("given back to who is gone: %q", got)
		}
	})
}
