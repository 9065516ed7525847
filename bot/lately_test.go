package bot

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/people"
)

// crowded is a workspace with 25 more user groups and 450 more people, of whom one has left, and with Slack's limits.
func crowded(ws *fakeslack.Workspace) {
	ws.PerMinute = map[string]int{"usergroups.list": 20, "usergroups.users.list": 20, "users.list": 20, "users.info": 100}
	for i := range 25 {
		ws.Groups = append(ws.Groups, fakeslack.UserGroup{ID: fmt.Sprint("S0TEAM", i), Members: []string{fmt.Sprint("U0USER", i)}})
	}
	for i := range 450 {
		ws.Users = append(ws.Users, fakeslack.User{ID: fmt.Sprint("U0USER", i), Deleted: i == 321})
	}
}

// Who is in 25 user groups one call says, as often as it is read in a minute; and nobody is asked while nobody reads.
func TestManyGroupsAreOneCall(t *testing.T) {
	inSlackWith(t, crowded, func(t *testing.T, w *world) {
		for range 2 {
			for i := range 25 {
				members, err := w.people.Lately().Members(t.Context(), fmt.Sprint("S0TEAM", i))
				if err != nil || !slices.Equal(members, []string{fmt.Sprint("U0USER", i)}) {
					t.Fatalf("group %d: %v, %v", i, members, err)
				}
			}
		}
		time.Sleep(time.Hour)
		if lists, single := w.called("usergroups.list"), w.called("usergroups.users.list"); lists != 1 || single != 0 {
			t.Errorf("%d lists, %d single calls", lists, single)
		}
		if _, err := w.people.Lately().Members(t.Context(), "S0GONE"); !errors.Is(err, people.ErrNoGroup) {
			t.Errorf("a group that is gone: %v", err)
		}
		w.SetGroup(fakeslack.UserGroup{ID: "S0TEAM1", Members: []string{sato}})
		time.Sleep(time.Minute)
		if members, err := w.people.Lately().Members(t.Context(), "S0TEAM1"); err != nil || !slices.Equal(members, []string{sato}) {
			t.Errorf("a minute later: %v, %v", members, err)
		}
	})
}

// Of 450 people it is known who has left, and of a stranger, whom the list does not have, what they are.
func TestManyPeopleAreAFewPages(t *testing.T) {
	inSlackWith(t, crowded, func(t *testing.T, w *world) {
		w.SetUser(fakeslack.User{ID: "U0AWAY", TeamID: "T0ELSEWHERE"})
		for i := range 450 {
			got, err := w.people.Lately().Account(t.Context(), fmt.Sprint("U0USER", i))
			if err != nil || got != (people.Account{Deleted: i == 321}) {
				t.Fatalf("user %d: %+v, %v", i, got, err)
			}
		}
		if got, err := w.people.Lately().Account(t.Context(), "U0AWAY"); err != nil || !got.Stranger {
			t.Errorf("stranger: %+v, %v", got, err)
		}
		if pages, single := w.called("users.list"), w.called("users.info"); pages != 3 || single != 1 {
			t.Errorf("%d pages, %d single calls", pages, single)
		}
	})
}

// What is only read goes on while Slack does not answer; what decides asks anew, and has no older answer than a minute.
func TestStaleAnswersAreForReading(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		both := func(lately, now []string) {
			t.Helper()
			if got, err := w.people.Lately().Members(t.Context(), "S0LEADS"); err != nil || !slices.Equal(got, lately) {
				t.Errorf("read: %v, %v", got, err)
			}
			if got, err := w.people.Members(t.Context(), "S0LEADS"); (err != nil) != (now == nil) || !slices.Equal(got, now) {
				t.Errorf("decided by: %v, %v", got, err)
			}
		}
		if _, err := w.people.Lately().Members(t.Context(), "S0LEADS"); err != nil {
			t.Fatal(err)
		}
		w.SetGroup(fakeslack.UserGroup{ID: "S0LEADS", Members: []string{kato}})
		time.Sleep(time.Second)
		both([]string{sato, kato}, []string{kato})
		w.failing(func(fakeslack.Call) *fakeslack.Failure { return &fakeslack.Failure{Error: "internal_error"} })
		time.Sleep(time.Hour)
		both([]string{sato, kato}, nil)
		w.failing(func(fakeslack.Call) *fakeslack.Failure { return &fakeslack.Failure{Hang: true} })
		began := time.Now()
		if got, err := w.people.Lately().Members(t.Context(), "S0LEADS"); err != nil || len(got) != 2 || time.Since(began) > groupsPatience {
			t.Errorf("while Slack hangs: %v, %v, after %s", got, err, time.Since(began))
		}
		w.failing(nil)
		time.Sleep(loadTime) // the fake world has no time-out of a call
		both([]string{kato}, []string{kato})
	})
}

// A method that Slack has turned away is not called again before the time that Slack has said, neither for a list nor for one alone.
func TestRetryAfterIsKept(t *testing.T) {
	for method, ask := range map[string]func(w *world, t *testing.T) error{
		"usergroups.list": func(w *world, t *testing.T) error {
			_, err := w.people.Lately().Members(t.Context(), "S0LEADS")
			return err
		},
		"users.list": func(w *world, t *testing.T) error {
			_, err := w.people.Lately().Account(t.Context(), sato)
			return err
		},
		"usergroups.users.list": func(w *world, t *testing.T) error { _, err := w.people.Members(t.Context(), "S0LEADS"); return err },
		"users.info":            func(w *world, t *testing.T) error { _, err := w.people.Account(t.Context(), sato); return err },
		"users.lookupByEmail": func(w *world, t *testing.T) error {
			_, err := w.people.ByEmail(t.Context(), "x@example.com")
			return err
		},
	} {
		t.Run(method, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				free := time.Now().Add(40 * time.Second)
				w.failing(func(c fakeslack.Call) *fakeslack.Failure {
					if c.Method != method || !time.Now().Before(free) {
						return nil
					}
					if w.called(method) > 1 {
						t.Errorf("called again with %s to go", time.Until(free))
					}
					return &fakeslack.Failure{RetryAfter: time.Until(free)}
				})
				for time.Now().Before(free) {
					_ = ask(w, t)
					time.Sleep(5 * time.Second)
				}
				if err := ask(w, t); err != nil || w.called(method) != 2 {
					t.Errorf("then: %v, after %d calls", err, w.called(method))
				}
			})
		})
	}
}
