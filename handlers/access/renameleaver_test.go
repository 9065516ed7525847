package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/store"
)

// leaverRenames rename a leaver's IAM user, and say what it is called then.
var leaverRenames = []struct {
	name, user string
	do         func(*fakeaws.AWS)
}{
	{"renamed", newUser, func(a *fakeaws.AWS) { a.RenameUser(account, "t.yamada", newUser) }},
	{"renamed, and another has the name", newUser, func(a *fakeaws.AWS) {
		a.RenameUser(account, "t.yamada", newUser)
		a.AddUser(account, "t.yamada", nil)
		a.AddPassword(account, "t.yamada")
	}},
	{"renamed, and back", "t.yamada", func(a *fakeaws.AWS) {
		a.RenameUser(account, "t.yamada", newUser)
		a.RenameUser(account, newUser, "t.yamada")
	}},
}

// A leaver whose IAM user was renamed is offboarded all the same, if the ledger knows the user's unique id: from what runs, from
// what is over, or from the look before.
func TestALeaverWasRenamed(t *testing.T) {
	for _, r := range leaverRenames {
		for _, when := range []string{"while access runs", "after access was over", "while it is ended", "before the last look"} {
			t.Run(r.name+" "+when, func(t *testing.T) {
				inOffboarding(t, func(w *world) {
					if when != "while it is ended" && when != "before the last look" {
						w.approved()
					}
					if when == "after access was over" {
						w.press("U0YAMADA", store.Finish)
						w.wait(time.Hour)
					}
					if when == "while it is ended" {
						w.aws.Fault(failing("DeleteLoginProfile", fakeaws.Failure{Code: "AccessDenied"}))
					}
					ahead := when != "while it is ended" && when != "before the last look"
					if ahead {
						r.do(w.aws)
					}
					id := w.offboard()
					if !ahead {
						w.wait(20 * time.Second)
						r.do(w.aws)
						if when == "before the last look" { // something comes to light late
							w.aws.AddPassword(account, r.user)
						}
					}
					w.aws.Fault(nil)
					w.wait(5 * time.Minute)
					if o := w.offboarding(id); o.State != store.Departed {
						t.Errorf("%s: %v", o.State, results(o))
					}
					w.hasNothing(people.Login{Account: account, User: r.user})
					w.hasNothing(leaver[1])
					if r.user != "t.yamada" && slices.Contains(w.users(), "t.yamada") && w.aws.HasPassword(account, "t.yamada") {
						t.Error("the user who has the person's name by now has a password still")
					}
				})
			})
		}
	}
}

// users are the names of the account's users.
func (w *world) users() (out []string) {
	w.t.Helper()
	users, err := w.auditor().Reader.Inventory(w.t.Context(), account, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, u := range users.Users {
		out = append(out, u.User)
	}
	return out
}

// The form shows what a user has who was renamed.
func TestTheFormShowsALeaverWhoWasRenamed(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.approved()
		w.aws.RenameUser(account, "t.yamada", newUser)
		shown, refusal, err := w.offboarder.Leaver(w.t.Context(), "U0CHIEF", "U0YAMADA")
		if err != nil || refusal != "" || len(shown.Users) != 2 || shown.Users[0].User != newUser || shown.Users[0].Gone || len(shown.Users[0].Held) != 4 {
			t.Errorf("%+v, %q, %v", shown, refusal, err)
		}
	})
}

// That a user is gone is said only once IAM has shown all users: what it does not show is not known.
func TestALeaverIsNotGoneWhileIAMDoesNotSay(t *testing.T) {
	for _, f := range []fakeaws.Failure{{Code: "AccessDenied"}, {Code: "ServiceFailure"}, {}} {
		inOffboarding(t, func(w *world) {
			w.approved()
			w.aws.RenameUser(account, "t.yamada", newUser)
			w.aws.Fault(failing("ListUsers", f))
			id := w.offboard()
			w.wait(5 * time.Minute)
			o := w.offboarding(id)
			user, _ := o.Find(store.Holding{Kind: store.HeldUser, Account: account, User: "t.yamada"})
			if o.State != store.Leaving || user.Result != "" || user.Work.Trouble == "" {
				t.Errorf("%s: %v", o.State, results(o))
			}
			w.aws.Fault(nil)
			w.wait(5 * time.Minute)
			if o := w.offboarding(id); o.State != store.Departed {
				t.Errorf("%s: %v", o.State, results(o))
			}
			w.hasNothing(people.Login{Account: account, User: newUser})
		})
	}
}

// A user who has another person's name by now is left alone, and so is one whom only the name makes the person's.
func TestALeaverHasAnothersName(t *testing.T) {
	inOffboarding(t, func(w *world) {
		w.approved()
		w.govern(func(p *access.Settings) {
			persons := []people.Person{{Slack: []string{"U0YAMADA"}, IAM: leaver}, {Slack: []string{"U0CHIEF"}},
				{Slack: []string{"U0SATO"}, IAM: []people.Login{{Account: account, User: newUser}}}}
			p.People = people.New(persons)
		})
		w.aws.RenameUser(account, "t.yamada", newUser)
		id := w.offboard()
		w.wait(5 * time.Minute)
		o := w.offboarding(id)
		user, _ := o.Find(store.Holding{Kind: store.HeldUser, Account: account, User: "t.yamada"})
		if o.State != store.Departed || user.Result != store.WasGone || !w.aws.HasPassword(account, newUser) {
			t.Errorf("%s: %v; password %t", o.State, results(o), w.aws.HasPassword(account, newUser))
		}
	})
}

// "Not me" shuts the user out who signed in, whatever the name is by now, and nobody else.
func TestNotMeOfAUserWhoWasRenamed(t *testing.T) {
	for _, r := range leaverRenames {
		for _, approved := range []bool{false, true} {
			t.Run(fmt.Sprint(r.name, ", approved ", approved), func(t *testing.T) {
				inWorld(t, func(w *world) {
					w.aws.AddPassword(account, "t.yamada")
					w.aws.AddKey(account, "t.yamada")
					w.signIn("1")
					if approved {
						w.press("U0SATO", store.Approve)
					}
					w.press("U0YAMADA", store.NotMine)
					r.do(w.aws)
					if refusal := w.pressAlert("U0CHIEF", store.Remedy); refusal != "" {
						t.Error(refusal)
					}
					w.wait(15 * time.Second)
					a := w.alert("not-me-login-1")
					if a.State != store.Acted || a.Effects["user"] != "" || a.Effects["inactive_keys"] == "" {
						t.Errorf("%s, %v", a.State, a.Effects)
					}
					w.hasNothing(people.Login{Account: account, User: r.user})
					if r.user != "t.yamada" && slices.Contains(w.users(), "t.yamada") && !w.aws.HasPassword(account, "t.yamada") {
						t.Error("another user was shut out, who has the name by now")
					}
				})
			})
		}
	}
}

// A remedy that fails because IAM does not say who was renamed goes on, and does not say that the user is gone.
func TestNotMeIsNotGoneWhileIAMDoesNotSay(t *testing.T) {
	inWorld(t, func(w *world) {
		w.aws.AddPassword(account, "t.yamada")
		w.signIn("1")
		w.press("U0YAMADA", store.NotMine)
		w.aws.RenameUser(account, "t.yamada", newUser)
		w.aws.Fault(failing("ListUsers", fakeaws.Failure{Code: "AccessDenied"}))
		w.pressAlert("U0CHIEF", store.Remedy)
		w.wait(time.Minute)
		if a := w.alert("not-me-login-1"); a.State != store.Acting || a.Trouble != "AccessDenied" {
			t.Errorf("%s, trouble %q", a.State, a.Trouble)
		}
		w.aws.Fault(nil)
		w.wait(15 * time.Second)
		if a := w.alert("not-me-login-1"); a.State != store.Acted || w.aws.HasPassword(account, newUser) {
			t.Errorf("%s, password %t", a.State, w.aws.HasPassword(account, newUser))
		}
	})
}

// A row of the audit's report finds its user after a rename, at the press, once it is planned, and to undo it.
func TestARowsUserWasRenamed(t *testing.T) {
	rename := func(w *world) {
		w.aws.RenameUser(account, "t.yamada", newUser)
		w.aws.AddUser(account, "t.yamada", nil)
	}
	for _, when := range []string{"before the press", "once it is planned", "before it is undone"} {
		t.Run(when, func(t *testing.T) {
			stale(t, func(w *world) {
				keys, row := w.active("t.yamada"), w.row(store.OwnKey)
				switch when {
				case "before the press":
					rename(w)
					w.must("U0CHIEF", row, store.Remedy)
				case "once it is planned":
					w.aws.Fault(failing("UpdateAccessKey", fakeaws.Failure{Code: "AccessDenied"}))
					w.must("U0CHIEF", row, store.Remedy)
					rename(w)
					w.aws.Fault(nil)
					w.wait(time.Minute)
				default:
					w.must("U0CHIEF", row, store.Remedy)
					rename(w)
				}
				a := w.rowIs(store.OwnKey, store.Acted)
				if len(w.active(newUser)) > 0 || a.Effects[store.FactKeys] != keys[0] {
					t.Errorf("%v active, %v", w.active(newUser), a.Effects)
				}
				w.must("U0CHIEF", a, store.Restore)
				w.rowIs(store.OwnKey, store.Raised)
				if !slices.Equal(w.active(newUser), keys) {
					t.Errorf("undone: %v active", w.active(newUser))
				}
			})
		})
	}
}
