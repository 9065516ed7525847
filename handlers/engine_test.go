package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/store"
)

// toy is a workflow on alerts: a press asks for the remedy, and its work does it, unless it fails.
type toy struct {
	*handlers.Engine
	mu     sync.Mutex // of what follows
	fails  error
	worked []string
	told   []string
}

// tries notes that a record was worked on, and returns how its account answers.
func (y *toy) tries(id string) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.worked = append(y.worked, id)
	return y.fails
}

// answers sets how the account answers from now on, and returns how often records were worked on until now.
func (y *toy) answers(err error) int {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.fails = err
	return len(y.worked)
}

func (y *toy) work(ctx context.Context, id string) error {
	if err := y.Allow(circuit, id, func(store.Entry) error { return nil }); err != nil {
		return err
	}
	err := y.tries(id)
	if y.Observe(circuit, id, err); err != nil {
		_, saved := handlers.Change(ctx, y.Engine, store.LoadAlert, id, func(a store.Alert) (store.Alert, error) { a.Failed(y.Time()); return a, nil })
		return saved
	}
	_, err = handlers.Change(ctx, y.Engine, store.LoadAlert, id, func(a store.Alert) (store.Alert, error) {
		return a.After(store.Entry{Verb: store.Done, By: store.Self, At: y.Time()})
	})
	return err
}

func (y *toy) tell(ctx context.Context, id string) error {
	_, err := handlers.Change(ctx, y.Engine, store.LoadAlert, id, func(a store.Alert) (store.Alert, error) {
		if a.Told[store.OnCard] < a.Chain.Seq {
			y.mu.Lock()
			y.told = append(y.told, string(a.State))
			y.mu.Unlock()
		}
		a.Told = map[string]uint64{store.OnCard: a.Chain.Seq}
		return a, nil
	})
	return err
}

func (y *toy) judge(ctx context.Context, p store.Press, by people.Account) error {
	a, err := store.LoadAlert(ctx, y.DB, p.On)
	if err != nil {
		return err
	}
	if a, err = a.After(store.Entry{Verb: p.Verb, By: p.By, At: y.Time()}); errors.Is(err, store.ErrState) {
		return y.Refuse(ctx, p, "late", nil)
	} else if err != nil {
		return err
	}
	p = p.Judge(y.Time())
	return y.Save(ctx, &p, &a)
}

var circuit = handlers.Circuit{Account: "123456789012", Kind: "toy"}

var errNoAnswer = context.DeadlineExceeded

// inEngine runs an engine with the toy on a ledger in memory, and stops it at the end.
func inEngine(t *testing.T, test func(*testing.T, *toy)) {
	synctest.Test(t, func(t *testing.T) {
		y := &toy{Engine: handlers.New(handlers.Engine{DB: &store.Mem{}, Now: time.Now, Log: slog.New(slog.DiscardHandler), Owner: "toy",
			Gate: func(_ context.Context, p store.Press) (people.Account, string, error) {
				if p.By == "U0GUEST" {
					return people.Account{Guest: true}, people.Guest, nil
				}
				return people.Account{}, "", nil
			},
			Alarm: func(context.Context, string, string) error { return nil },
		})}
		y.Register(store.KindAlert, handlers.Workflow{Work: y.work, Tell: y.tell, Judge: y.judge, Channel: "toys",
			Account: func(store.Record) string { return circuit.Account }})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { y.Run(ctx); close(ended) }()
		synctest.Wait()
		test(t, y)
		stop()
		<-ended
	})
}

// raise saves an alert that stands, and has somebody press on it.
func (y *toy) raise(t *testing.T, id, by string) (alert func() store.Alert, press func() store.Press) {
	t.Helper()
	a := store.Alert{ID: store.AlertPrefix + id, Account: circuit.Account}
	a, err := a.After(store.Entry{Verb: store.Raise, By: store.Self, At: y.Time()})
	if err == nil {
		err = y.Save(t.Context(), &a)
	}
	p := store.Press{ID: store.PressPrefix + id, By: by, Verb: store.Remedy, On: a.ID}
	if err == nil {
		err = y.Press(t.Context(), p)
	}
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second)
	synctest.Wait()
	return func() store.Alert { a, _ := store.LoadAlert(t.Context(), y.DB, a.ID); return a },
		func() store.Press { p, _ := store.LoadPress(t.Context(), y.DB, p.ID); return p }
}

// A press is judged once, its record is worked on, and people are told: intent, act, outcome, tell.
func TestThePressOfAToy(t *testing.T) {
	inEngine(t, func(t *testing.T, y *toy) {
		alert, press := y.raise(t, "1", "U0SATO")
		if a, p := alert(), press(); a.State != store.Acted || !p.Judged || p.Refusal != "" || len(y.worked) != 1 {
			t.Errorf("%s, judged %t %q, worked %d times", a.State, p.Judged, p.Refusal, len(y.worked))
		}
		if want := []string{"raised", "acting", "acted"}; len(y.told) == 0 || y.told[len(y.told)-1] != "acted" || slices.ContainsFunc(y.told, func(s string) bool { return !slices.Contains(want, s) }) {
			t.Errorf("told %q", y.told)
		}
	})
}

func TestTheGateRefuses(t *testing.T) {
	inEngine(t, func(t *testing.T, y *toy) {
		if alert, press := y.raise(t, "1", "U0GUEST"); alert().State != store.Raised || press().Refusal != people.Guest {
			t.Errorf("%s, %q", alert().State, press().Refusal)
		}
	})
}

func TestAPressOnNothing(t *testing.T) {
	inEngine(t, func(t *testing.T, y *toy) {
		for id, on := range map[string]string{"1": store.AlertPrefix + "none", "2": "login-of-no-workflow"} {
			if err := y.Press(t.Context(), store.Press{ID: store.PressPrefix + id, By: "U0SATO", Verb: store.Remedy, On: on}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		p, err := store.LoadPress(t.Context(), y.DB, store.PressPrefix+"2")
		if err != nil || p.Refusal != handlers.Gone {
			t.Errorf("%q, %v", p.Refusal, err)
		}
	})
}

// Three tries find out that an account does not answer. From then on one goes out every five seconds, and the first answer lets
// all go on.
func TestTheBreakerOfAToy(t *testing.T) {
	inEngine(t, func(t *testing.T, y *toy) {
		y.answers(errNoAnswer)
		var alerts []func() store.Alert
		for i := range 10 {
			alert, _ := y.raise(t, fmt.Sprint(i), "U0SATO")
			alerts = append(alerts, alert)
		}
		before := y.answers(errNoAnswer)
		time.Sleep(time.Minute)
		if tries := y.answers(nil) - before; tries < 6 || tries > 20 {
			t.Errorf("%d tries in a minute without an answer, want one in five seconds", tries)
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		for i, alert := range alerts {
			if a := alert(); a.State != store.Acted {
				t.Errorf("alert %d is %s", i, a.State)
			}
		}
	})
}
