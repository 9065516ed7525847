package identity_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/store"
)

// stepTime is how long the keeper waits for a step, and callTime how long a step waits for one call.
const (
	stepTime = 20 * time.Second
	callTime = 5 * time.Second
)

type fault struct {
	name  string
	fault fakeaws.Failure
	code  string
}

// faults are the ways in which AWS fails for a while. The code is what people are told; "" where AWS said nothing.
var faults = []fault{
	{"denied", fakeaws.Failure{Code: "AccessDenied"}, "AccessDenied"},
	{"denied after the effect", fakeaws.Failure{Code: "AccessDenied", Done: true}, "AccessDenied"},
	{"throttled", fakeaws.Failure{Code: "Throttling"}, "Throttling"},
	{"broken", fakeaws.Failure{Code: "ServiceFailure"}, "ServiceFailure"},
	{"broken after the effect", fakeaws.Failure{Code: "ServiceFailure", Done: true}, "ServiceFailure"},
	{"unavailable", fakeaws.Failure{Code: "ServiceUnavailable"}, "ServiceUnavailable"},
	{"changed by another", fakeaws.Failure{Code: "ConcurrentModification", Status: 409}, "ConcurrentModification"},
	{"cut", fakeaws.Failure{}, ""},
	{"cut after the effect", fakeaws.Failure{Done: true}, ""},
	{"hanging", fakeaws.Failure{Hang: true}, ""},
	{"hanging after the effect", fakeaws.Failure{Hang: true, Done: true}, ""},
}

// verbs are what the keeper asks, and the calls each of them makes.
var verbs = []struct {
	name  string
	calls []string
	do    func(context.Context, world, store.Grant) error
	after []string // members once it has been done again
}{
	{"plan", []string{"GetUser", "GetGroup", "ListGroupsForUser"}, plan, []string{"alice", "bob"}},
	{"check", []string{"GetUser", "ListGroupsForUser"}, check, []string{"alice", "bob"}},
	{"user", []string{"GetUser"}, user, []string{"alice", "bob"}},
	{"give", []string{"GetUser", "GetGroup", "AddUserToGroup", "ListGroupsForUser"}, step, []string{"alice", "bob"}},
	{"take", []string{"GetUser", "RemoveUserFromGroup", "ListGroupsForUser"}, step, []string{"bob"}},
	{"take of whom was renamed", []string{"GetUser", "GetGroup", "RemoveUserFromGroup", "ListGroupsForUser"}, step, []string{"bob"}},
	{"take from what was renamed as well", []string{"GetUser", "GetGroup", "ListGroups", "RemoveUserFromGroup", "ListGroupsForUser"}, step, []string{"bob"}},
	{"check of whom was renamed", []string{"GetUser", "GetGroup"}, check, []string{"alicia", "bob"}},
}

func plan(ctx context.Context, w world, g store.Grant) error {
	_, err := w.kind().Plan(ctx, g, nil)
	return err
}

func check(ctx context.Context, w world, g store.Grant) error {
	right, err := w.kind().Check(ctx, in(store.Ended, g))
	if err != nil && right {
		w.t.Error("what could not be looked at is said to be right")
	}
	return err
}

func user(ctx context.Context, w world, g store.Grant) error {
	_, err := w.accounts.User(ctx, g.Account, g.Subject.User)
	return err
}

func step(ctx context.Context, w world, g store.Grant) error {
	result, err := w.kind().Step(ctx, g)
	if err == nil && result.Again != 0 {
		w.t.Errorf("look again in %s", result.Again)
	}
	return err
}

// Whatever AWS does, the answer is an error that can be tried again and says AWS's own code; and the next try has one
// effect, whether or not the one before had it too.
func TestFaults(t *testing.T) {
	for _, verb := range verbs {
		for _, call := range verb.calls {
			for _, f := range faults {
				t.Run(verb.name+"/"+call+"/"+f.name, func(t *testing.T) {
					bubble(t, fakeaws.Options{}, func(t *testing.T, w world, a *fakeaws.AWS) {
						g := w.atVerb(verb.name)
						a.Fault(onCall(call, f.fault))
						w.wantFailure(func(ctx context.Context) error { return verb.do(ctx, w, g) }, f.code, f.fault.Hang)
						a.Fault(nil)
						if err := verb.do(t.Context(), w, g); err != nil {
							t.Errorf("once more: %v", err)
						}
						w.wantMembers(prod, verb.after...)
					})
				})
			}
		}
	}
}

// atVerb returns a grant that is due for the verb, beside a member who is nobody's business.
func (w world) atVerb(verb string) store.Grant {
	g := w.planned(w.alice())
	w.addUser(prod, "bob", nil)
	w.join(prod, "bob", ops)
	if verb == "give" {
		return g
	}
	w.step(g)
	if strings.Contains(verb, "renamed") {
		w.renameUser(prod, "alice", "alicia")
	}
	if strings.HasSuffix(verb, "as well") {
		w.renameGroup(prod, ops, renamedOps)
		w.addGroup(prod, ops) // wantMembers looks here
		w.join(prod, "bob", ops)
	}
	if strings.HasPrefix(verb, "take") {
		return in(store.Ending, g)
	}
	return g
}

// wantFailure does something that fails, in the time that the keeper gives it.
func (w world) wantFailure(do func(context.Context) error, code string, hangs bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), stepTime)
	defer cancel()
	start := time.Now()
	err := do(ctx)
	var refused *handlers.Refused
	if err == nil || errors.As(err, &refused) {
		w.t.Fatalf("got %v, want an error that is no refusal", err)
	}
	if errors.Is(err, people.ErrNoUser) {
		w.t.Errorf("got %v, which nobody said", err)
	}
	if got := codeOf(err); got != code {
		w.t.Errorf("got the code %q, want %q: %v", got, code, err)
	}
	took := time.Since(start)
	if timeout := errors.Is(err, context.DeadlineExceeded); timeout != hangs || hangs && took != callTime {
		w.t.Errorf("it ended after %s: %v", took, err)
	}
}

// codeOf finds AWS's code in an error, as the keeper does.
func codeOf(err error) string {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		return coded.ErrorCode()
	}
	return ""
}

// onCall fails every call of one action.
func onCall(action string, f fakeaws.Failure) func(fakeaws.Call) *fakeaws.Failure {
	return func(c fakeaws.Call) *fakeaws.Failure {
		if c.Action != action {
			return nil
		}
		return &f
	}
}

// A fault that passes while the SDK tries again is not seen at all. An addition is not tried again by the SDK.
func TestBlip(t *testing.T) {
	for _, f := range []fakeaws.Failure{{Code: "Throttling"}, {Code: "ServiceFailure"}, {}, {Done: true}} {
		bubble(t, fakeaws.Options{}, func(t *testing.T, w world, a *fakeaws.AWS) {
			g := w.planned(w.alice())
			failed := map[string]bool{}
			a.Fault(func(c fakeaws.Call) *fakeaws.Failure {
				if failed[c.Action] || c.Action == "AddUserToGroup" {
					return nil
				}
				failed[c.Action] = true
				return &f
			})
			w.step(g)
			w.wantMembers(prod, "alice")
			w.step(in(store.Ending, g))
			w.wantMembers(prod)
		})
	}
}
