// Package handlers is the engine: it does what is due in the ledger, each record by the [Workflow] of its kind. It knows no kind of record,
// no Slack and no AWS. Package access has the workflows, package policy decides, package people says who is who.
//
// # Order
//
// Every change to the outside keeps one order: intent in the ledger, act, read back, outcome in the ledger, then tell people. A crash
// between any two of these is mended by the next look at the record, from the ledger alone.
//
// # Queues
//
// A record stands in a queue (store.Lane) under the time of its next look. Each queue has its own workers, so that ending access waits for
// nothing else. In the queues that call AWS each account has its own workers: accounts that hang hold up no other. A record to which its
// work wrote nothing rests for a second, or until it changes. What Slack is told in a hurry goes first ([Urgency]).
//
// # Circuit breaker
//
// Calls of one kind of work to one account fail together ([Circuit]), and so do messages to one channel. After three outages in a row one
// try goes out every five seconds, with three seconds for each call, and the others wait without a write. The first answer lets all go on.
// A refusal for the record's own reason is an answer.
//
// # Presses
//
// A press is stored before Slack is acknowledged. The record that it is about is verified, its age is checked, [Engine.Gate] says whether
// the person may press at all, and then the workflow judges. A press that gives something is refused after 15 minutes; one that ends
// access counts at any age.
//
// # Trust
//
// A record is verified before it is acted on ([Engine.Verify]), and all that is live at the start and twice an hour. What has changed is
// sealed once a minute. While the clock stands over a minute behind the ledger nothing is given ([Engine.CheckClock]); revoking goes on.
//
// # Memory
//
// These are kept in memory and may be lost: breakers (three tries find out again), resting records (they are looked at once more), turns of
// letters (Slack's own limit answers), who tells a record (a restart tells it again; each new message is written down before the next), the
// clock's latest time (the ledger has it, at most 30 seconds older).
package handlers
