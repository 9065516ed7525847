package fakeaws_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"sekisho/aws/fakeaws"
)

// withOps runs f in a bubble with alice and the group ops.
func withOps(t *testing.T, f func(*testing.T, *fakeaws.AWS, *iam.Client)) {
	t.Helper()
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		a.AddGroup(prod, "ops")
		f(t, a, iamOf(a, prod))
	})
}

// firstly returns a hook that fails the first n calls.
func firstly(n int, f fakeaws.Failure) func(fakeaws.Call) *fakeaws.Failure {
	return func(fakeaws.Call) *fakeaws.Failure {
		if n--; n < 0 {
			return nil
		}
		return &f
	}
}

// outcomes returns of each call the error and whether it took effect.
func outcomes(a *fakeaws.AWS) (out []string) {
	for _, c := range a.Calls() {
		line := c.Action + " " + c.Err
		if c.Late {
			line += "late "
		}
		if c.Done {
			line += "done"
		}
		out = append(out, line)
	}
	return out
}

// The SDK's own retryer gets over what passes.
func TestRetried(t *testing.T) {
	for name, f := range map[string]fakeaws.Failure{
		"throttled":   {Code: "Throttling"},
		"broken":      {Code: "ServiceFailure"},
		"unavailable": {Code: "Busy", Status: 503},
		"cut":         {},
		"cut after":   {Done: true},
	} {
		t.Run(name, func(t *testing.T) {
			withOps(t, func(t *testing.T, a *fakeaws.AWS, c *iam.Client) {
				a.Fault(firstly(2, f))
				if err := add(c, "alice", "ops"); err != nil {
					t.Error(err)
				}
				if n := len(a.Calls()); n != 3 {
					t.Errorf("%d calls, want 3", n)
				}
				if got := a.Members(prod, "ops"); !slices.Equal(got, []string{"alice"}) {
					t.Errorf("members %v", got)
				}
			})
		})
	}
}

func TestNotRetried(t *testing.T) {
	withOps(t, func(t *testing.T, a *fakeaws.AWS, c *iam.Client) {
		a.Fault(firstly(1, fakeaws.Failure{Code: "AccessDenied"}))
		refused(t, add(c, "alice", "ops"), "AccessDenied", 403)
		if diff := cmp.Diff([]string{"AddUserToGroup AccessDenied"}, outcomes(a)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestGivenUp(t *testing.T) {
	withOps(t, func(t *testing.T, a *fakeaws.AWS, c *iam.Client) {
		a.Fault(firstly(9, fakeaws.Failure{Code: "ServiceFailure"}))
		err := add(c, "alice", "ops")
		refused(t, err, "ServiceFailure", 500)
		is[*types.ServiceFailureException](t, err)
		if got := a.Members(prod, "ops"); len(got) != 0 {
			t.Errorf("members %v", got)
		}
	})
}

// An error answered after the effect: what the caller believes is wrong.
func TestRefusedAfterTheEffect(t *testing.T) {
	withOps(t, func(t *testing.T, a *fakeaws.AWS, c *iam.Client) {
		a.Fault(firstly(1, fakeaws.Failure{Code: "AccessDenied", Done: true}))
		refused(t, add(c, "alice", "ops"), "AccessDenied", 403)
		if got := a.Members(prod, "ops"); !slices.Equal(got, []string{"alice"}) {
			t.Errorf("members %v", got)
		}
		if diff := cmp.Diff([]string{"AddUserToGroup AccessDenieddone"}, outcomes(a)); diff != "" {
			t.Error(diff)
		}
	})
}

// The write that timed out lands after the removal that was to undo it.
func TestLandsAfterItsRemoval(t *testing.T) {
	withOps(t, func(t *testing.T, a *fakeaws.AWS, c *iam.Client) {
		a.Fault(firstly(1, fakeaws.Failure{Hang: true, Done: true, Delay: time.Minute}))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		start := time.Now()
		if err := addIn(ctx, c, "alice", "ops"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(start); waited != 20*time.Second {
			t.Errorf("hung for %v", waited)
		}
		if err := remove(c, "alice", "ops"); err != nil {
			t.Fatal(err)
		}
		if got := members(t, c, "ops", 100); len(got) != 0 {
			t.Errorf("members %v", got)
		}
		err := a.Wait(t.Context(), func() bool { return slices.Equal(a.Members(prod, "ops"), []string{"alice"}) })
		if err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("landed after %v", waited)
		}
		want := []string{"AddUserToGroup (no answer)", "RemoveUserFromGroup done", "GetGroup ", "AddUserToGroup late done"}
		if diff := cmp.Diff(want, outcomes(a)); diff != "" {
			t.Error(diff)
		}
	})
}

// What lands late may find that it cannot any more.
func TestLandsOnNothing(t *testing.T) {
	withOps(t, func(t *testing.T, a *fakeaws.AWS, c *iam.Client) {
		a.Fault(firstly(1, fakeaws.Failure{Code: "AccessDenied", Done: true, Delay: time.Minute}))
		refused(t, add(c, "alice", "ops"), "AccessDenied", 403)
		a.DeleteUser(prod, "alice")
		time.Sleep(time.Minute)
		if diff := cmp.Diff([]string{"AddUserToGroup AccessDenied", "AddUserToGroup NoSuchEntitylate "}, outcomes(a)); diff != "" {
			t.Error(diff)
		}
	})
}

// Effects land in the order of their times, whatever order they were held back in.
func TestLandingsInOrder(t *testing.T) {
	withOps(t, func(t *testing.T, a *fakeaws.AWS, c *iam.Client) {
		a.Fault(func(call fakeaws.Call) *fakeaws.Failure {
			delay := map[string]time.Duration{"AddUserToGroup": 2 * time.Minute, "RemoveUserFromGroup": time.Minute}
			return &fakeaws.Failure{Code: "AccessDenied", Done: true, Delay: delay[call.Action]}
		})
		refused(t, add(c, "alice", "ops"), "AccessDenied", 403)
		refused(t, remove(c, "alice", "ops"), "AccessDenied", 403)
		time.Sleep(time.Hour)
		if got := a.Members(prod, "ops"); !slices.Equal(got, []string{"alice"}) {
			t.Errorf("members %v", got)
		}
	})
}

// An answer to ReceiveMessage that is lost leaves the messages hidden.
func TestReceivedByNobody(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		url := a.AddQueue(prod, "events", fakeaws.QueueOptions{Visibility: 30 * time.Second})
		a.Send(url, "", "hello")
		a.Fault(firstly(1, fakeaws.Failure{Code: "AccessDenied", Done: true}))
		c := sqsOf(a, prod)
		_, err := c.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, WaitTimeSeconds: 20})
		refused(t, err, "AccessDenied", 403)
		start := time.Now()
		for !t.Failed() && len(receive(t, c, url, 20)) == 0 {
		}
		if waited := time.Since(start); waited != 30*time.Second {
			t.Errorf("came back after %v", waited)
		}
	})
}

func TestFaultOnQueue(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		url := a.AddQueue(prod, "events", fakeaws.QueueOptions{})
		a.Fault(func(fakeaws.Call) *fakeaws.Failure { return &fakeaws.Failure{Code: "Throttling"} })
		_, err := sqsOf(a, prod).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url})
		refused(t, err, "Throttling", 400)
		if n := len(a.Calls()); n != 3 {
			t.Errorf("%d calls, want 3", n)
		}
	})
}

func TestWait(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		a.AddGroup(prod, "ops")
		joined := make(chan error)
		go func() {
			joined <- a.Wait(t.Context(), func() bool { return len(a.Members(prod, "ops")) == 1 })
		}()
		synctest.Wait()
		a.Join(prod, "alice", "ops")
		if err := <-joined; err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := a.Wait(ctx, func() bool { return false }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
