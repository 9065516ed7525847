package fakeaws

import (
	"context"
	"slices"
	"time"
)

// NoAnswer stands in [Call].Err where the caller was left without an answer.
const NoAnswer = "(no answer)"

// Call is one request, as [AWS.Calls] keeps it and a hook of [AWS.Fault] sees it.
type Call struct {
	Account string            // of the credentials; "" if they are unknown
	Caller  string            // ARN
	Service string            // as it is signed: "iam", "sts", "sqs"
	Action  string            // "AddUserToGroup"
	Params  map[string]string // by AWS's names; what is no string as JSON, what is secret as [Hidden]
	At      time.Time         // when it came in
	Write   bool              // it is of a kind that changes something
	Done    bool              // it took effect, whatever the caller was told
	// Late marks the landing of an effect that [Failure].Delay held back. It is no
	// request: the one that caused it is an earlier entry.
	Late bool
	Err  string // the error code answered, [NoAnswer], or "" for success
}

// Hidden stands in [Call].Params for a value that is to be kept secret, as in the
// records of CloudTrail. So what has [Canary] among the calls has leaked.
const Hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"

func hide(params map[string]string) {
	for _, name := range []string{"SecretString", "SecretBinary"} {
		if _, ok := params[name]; ok {
			params[name] = Hidden
		}
	}
}

// Calls returns what was asked so far, in the order of the effects.
func (a *AWS) Calls() []Call {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	return slices.Clone(a.calls)
}

// Wait returns nil once done reports true, or the context's error. It looks again
// after every call and every change of the scene, and when the passing of time
// alone changes something: a late effect lands, a message becomes visible again.
// It does not poll.
func (a *AWS) Wait(ctx context.Context, done func() bool) error {
	for {
		// First the news, then the look: so no change falls between them.
		a.work()
		next := a.news()
		if done() {
			return nil
		}
		if err := next.wait(ctx); err != nil {
			return err
		}
	}
}

// news tells when it is worth looking again.
type news struct {
	changed <-chan struct{}
	in      time.Duration // until time alone changes something; 0 for never
}

// wait returns nil when there is news and an error when the context ends.
func (n news) wait(ctx context.Context) error {
	var due <-chan time.Time
	if n.in > 0 {
		timer := time.NewTimer(n.in)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-n.changed:
		return nil
	case <-due:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *AWS) news() news {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	return a.upcoming()
}

// upcoming returns the next news; mu is held and all that is due has landed.
func (a *AWS) upcoming() news {
	now := a.now()
	var due time.Time
	if len(a.late) > 0 {
		due = a.late[0].at
	}
	for _, acc := range a.accounts {
		due = earliest(due, acc.due(now))
	}
	n := news{changed: a.changed}
	if !due.IsZero() {
		n.in = due.Sub(now)
	}
	return n
}

// due returns when time alone next changes something; the zero time for never.
func (acc *account) due(now time.Time) time.Time {
	due := acc.iam.due(now)
	for _, q := range acc.queues {
		due = earliest(due, q.due(now))
	}
	acc.bury(now)
	for _, s := range acc.secrets {
		due = earliest(due, s.gone)
	}
	for _, c := range acc.commands {
		for _, i := range c.invocations {
			due = earliest(due, i.due(now))
		}
	}
	return due
}

// announce wakes all who wait; mu is held.
func (a *AWS) announce() {
	close(a.changed)
	a.changed = make(chan struct{})
}

// record keeps a call and wakes all who wait; mu is held.
func (a *AWS) record(c Call, err error) {
	c.Err = codeOf(err)
	a.calls = append(a.calls, c)
	a.announce()
}

// note is record for those who do not hold mu.
func (a *AWS) note(c Call, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.record(c, err)
}
