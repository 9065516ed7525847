// Package store is the ledger: what is true. It holds the records, the table of states, the chain of entries
// and the contract of a backend. It knows no Slack, no AWS and no clock: every time in it was given to it.
//
// # Records
//
//   - [Grant]: one request for access and its whole life. Key "login-<eventID>" for a console sign-in, so that a
//     redelivered event finds its own record.
//   - [Press]: a button or form as it came in. It is stored before Slack is told "received" and judged afterwards.
//     Its key is made of what Slack sends the same again, so that a redelivery finds it too.
//   - [Alert]: something that somebody must see, with a remedy that can be pressed; a row of the audit's report as well (stale.go).
//   - [Task]: a piece of long work with steps and a card of its own: the rotation of an access key.
//   - [Offboarding]: the end of all that a person has who leaves, one line for each thing. A person has one open at a time.
//   - [Report]: what the daily audit of credentials has found. It holds no more than is shown; what becomes of it is in the alerts
//     that are its rows.
//   - [Mark]: a time that must survive a restart.
//
// A record is changed by compare-and-swap on its version and by nothing else. What happened to it stands beside it
// as entries, each with the hash of the one before: [Grant.After] is the only way to add one.
//
// # Lanes
//
// A record that wants to be looked at stands in the index of a [Lane] under the time when that is. There are four,
// each with workers of its own, where a first sketch of this house had one: what ends access (take) never queues
// behind what begins it (give), behind Slack's user groups (judge), or behind Slack's posts (tell). Nothing scans: the
// cost of a sweep is the number of rows that are due.
//
// # Approvals
//
// A grant needs the approvals of all its steps ([Step]). An approval is kept with the steps that it can count for, as they
// were found at the press, so that who counts for what is reckoned from the record alone ([Assign]): one person counts for
// one step, and so that as many count as can. No grant is approved before that, whoever asks ([ErrSteps]). A rule that
// gives by itself has an approval of its own, by [Rule], for no longer than the card said. What waits for long can be
// escalated ([Escalation]): others may decide too, and nothing else of it changes.
//
// # People
//
// A grant stands under its person, and while it waits under each of those who may approve it, the newest first
// (person.go), and so does a rotation: what concerns one person is read without looking through the others'.
//
// # Slots
//
// A request holds its [Grant.Slot] (account, user id, target) from "asked" until its access has ended, so there is one
// open card and at most one live grant for each. Another request for the slot is merged into the one that holds it, or
// waits until a grant that is ending has ended.
package store
