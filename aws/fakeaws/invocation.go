package fakeaws

import (
	"maps"
	"slices"
	"time"
)

// How long it takes until an invocation is seen by readers, until the command reaches
// a server that is online, and until one that runs is stopped; AWS names no times,
// so these are ours.
const (
	seenAfter   = time.Second
	deliversIn  = 2 * time.Second
	cancelTakes = time.Second
)

// What Systems Manager says of an invocation; the details of most are the same.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
const (
	pending    = "Pending"
	delayed    = "Delayed"
	inProgress = "InProgress"
	success    = "Success"
	failed     = "Failed"
	timedOut   = "TimedOut"
	cancelling = "Cancelling"
	cancelled  = "Cancelled"
)

// invocation is what comes of a command at one server.
type invocation struct {
	command         *command
	server          *server
	status, details string
	code            int
	out             Output
	lost            bool      // it was known to be silent when the command was sent
	started, ends   time.Time // the zero time for not yet, and not known yet
}

// over reports whether nothing will change any more.
func (i *invocation) over() bool {
	return slices.Contains([]string{success, failed, timedOut, cancelled}, i.status)
}

func (i *invocation) waits() bool { return i.status == pending || i.status == delayed }

// end gives the invocation its last status.
func (i *invocation) end(status, details string, at time.Time) {
	i.status, i.details, i.ends = status, details, at
	if i.command.freed.Before(at) {
		i.command.freed = at
	}
}

// advance lets time pass at a server, save that a script begins: see [AWS.work].
func (i *invocation) advance(now time.Time) {
	c := i.command
	arrives := c.requested.Add(deliversIn)
	switch {
	case i.over() || now.Before(arrives):
	case i.status == cancelling && !i.ends.After(now):
		i.end(cancelled, cancelled, i.ends)
	case i.status == inProgress && !i.ends.IsZero() && !i.ends.After(now):
		i.finish()
	case !i.waits():
	case i.lost || i.server.gone:
		i.end(failed, "Undeliverable", arrives)
	case i.server.Platform != c.document.platform:
		i.end(failed, "InvalidPlatform", arrives)
	case c.broken():
		i.end(failed, "Terminated", c.freed)
	case !c.expires.After(now) && !i.mayStart(c.expires):
		i.end(timedOut, "DeliveryTimedOut", c.expires)
	case !i.server.online:
		i.status, i.details = delayed, delayed
	}
}

// finish ends an invocation by what its script answered.
func (i *invocation) finish() {
	i.code = i.out.Exit
	switch patience := i.command.document.patience(i.command.values); {
	case i.out.Takes > patience:
		i.code = 137
		i.end(timedOut, "ExecutionTimedOut", i.ends)
	case i.out.Exit != 0:
		i.end(failed, failed, i.ends)
	default:
		i.end(success, success, i.ends)
	}
}

// failed reports whether an invocation counts as an error of its command.
func (i *invocation) failed() bool { return i.details == failed || i.details == "ExecutionTimedOut" }

// broken reports whether a command has failed more often than it may.
func (c *command) broken() bool { return c.count((*invocation).failed) > c.errors }

// start is when the script of an invocation that waits can begin.
func (i *invocation) start() time.Time {
	at := i.command.requested.Add(deliversIn)
	for _, other := range []time.Time{i.server.since, i.freed()} {
		if at.Before(other) {
			at = other
		}
	}
	return at
}

// freed is when there was last a place for an invocation that had to wait for one.
func (i *invocation) freed() time.Time {
	if len(i.command.invocations) <= i.command.atOnce {
		return time.Time{}
	}
	return i.command.freed
}

// mayStart reports whether the script can begin by a time.
func (i *invocation) mayStart(by time.Time) bool {
	running := i.command.count(func(i *invocation) bool { return i.status == inProgress || i.status == cancelling })
	return i.waits() && i.server.online && !i.start().After(by) && running < i.command.atOnce
}

// cancel stops an invocation that has not ended.
func (i *invocation) cancel(now time.Time) {
	switch {
	case i.waits():
		i.end(cancelled, cancelled, now)
	case i.status == inProgress:
		i.status, i.details, i.ends = cancelling, cancelling, now.Add(cancelTakes)
	}
}

// work lets the servers of all accounts do what is due, each in its shell. Nobody
// may hold mu: a shell asks this AWS as any program does. So all who come to ask for
// something call it first.
func (a *AWS) work() {
	for {
		a.mu.Lock()
		i := a.next()
		a.mu.Unlock()
		if i == nil {
			return
		}
		out := i.server.Shell(i.run())
		a.mu.Lock()
		i.ran(out)
		i.advance(a.now())
		a.announce()
		a.mu.Unlock()
	}
}

// next is the first invocation whose script is to begin; it counts as begun.
func (a *AWS) next() *invocation {
	a.settle()
	now := a.now()
	for _, id := range slices.Sorted(maps.Keys(a.accounts)) {
		for _, c := range a.accounts[id].commands {
			for _, i := range c.invocations {
				i.advance(now)
				if i.mayStart(now) && i.start().Before(c.expires) {
					i.started = i.start()
					i.status, i.details = inProgress, inProgress
					return i
				}
			}
		}
	}
	return nil
}

func (i *invocation) run() Run {
	script, env := i.command.document.run(i.command.values, i.server.Agent)
	return Run{Server: i.server.ID, Command: i.command.id, Script: script, Env: env, At: i.started, AWS: i.server.config.Copy()}
}

// ran takes down what a script answered, which is seen once its time is over.
func (i *invocation) ran(out Output) {
	i.out = out
	if i.status == inProgress { // and not cancelled by the script itself
		i.ends = i.started.Add(min(out.Takes, i.command.document.patience(i.command.values)))
	}
}

// due is when time alone next changes something; the zero time for never.
func (i *invocation) due(now time.Time) time.Time {
	c := i.command
	next := c.expires
	for _, at := range []time.Time{c.requested.Add(seenAfter), c.requested.Add(deliversIn), i.ends, i.server.since.Add(lostAfter)} {
		if at.After(now) && at.Before(next) {
			next = at
		}
	}
	if i.over() || !next.After(now) {
		return time.Time{}
	}
	return next
}
