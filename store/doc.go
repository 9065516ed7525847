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
//   - [Report]: what the daily audit of credentials has found, as far as it is shown. What becomes of it is in the alerts.
//   - [Mark]: a time that must survive a restart; or that access was approved from an address ("seen-ACCOUNT/USERID/ADDRESS").
//   - [Seal]: what other records had come to, and the hash of the seal before.
//
// The kind of a record is stored with it. One of a kind that this build does not know, or that its id is not made for, is broken, and no
// grant; a grant whose kind was edited is rebuilt by its entries, and ends.
//
// A record is changed by compare-and-swap on its version and by nothing else. What happened to it stands beside it
// as entries, each with the hash of the one before: [Machine.After] is the only way to add one.
//
// A record has two bodies. Its facts are what is true of it: who, what, until when, by whose approval. Only an entry changes them
// ([ErrBeside]). Its progress is how far the work has come: claim, tries, messages, what servers answered; it is decoded into nothing
// but that, so that it can state no fact. Each entry holds the facts that it changed and the SHA-256 of all of them as they are
// stored, so that entries alone rebuild the facts, byte for byte. Facts that no entry changes keep the bytes that they have.
//
// [Verify] compares a record with its entries, each step with its table, and each end with what was approved. A record is verified
// whenever it is about to be acted on ([Sound]). A grant that is not what its entries say is rebuilt from those that fit
// ([Rebuilt]), and ends. Who can write to the file can make entries that fit: those the seals tell. Progress is bound by nothing: who
// edits a claim or a pause can hold up an end.
//
// # Seals
//
// A chain binds the entries of one record. That a record was there at all, or that nobody has put back an older copy of it,
// a seal tells ([Sealer]): once a minute, at a start and at a stop the heads of all records that have changed are written into
// one seal or more, each of which has the hash of the one before. A press has no entries; the digest of it is sealed as it came,
// and once more as it was judged. Of the marks those are sealed that are never moved (SeenPrefix): the others are times, and
// say nothing of what somebody did.
//
//   - What has changed is found by an index row that each record has under the time of its last change, with what it has come to:
//     nothing is scanned, no record is read for it, and none is written once more. A sweep lists the last hour anew and
//     skips what it has sealed, as a change may be committed later than its time: a survey of the audit takes long, and a
//     process can stand still between the two. Where the process stood still for longer, the sweep before the last counts. What
//     was sealed is remembered; after a start it is read from the last seals. What is later still is not sealed before
//     its next change, and [Audit] names it.
//   - The number of a seal is its id, so two engines on one ledger make one chain: the second finds it taken.
//   - A seal holds a thousand records and about 256 KB at most, as an item of DynamoDB has 400 KB. It is a write of its own.
//   - Sign-ins that were ignored and presses that were judged are deleted after a time ([Sealer.Delete]), and nothing else ever is.
//     A seal says so first, with what they had come to, and only what was sealed like that before is deleted: [Audit] accepts
//     no other gap. The event of a deleted sign-in that comes once more is too old to ask for anything; it is ignored anew.
//   - Seals that are gone are missed by the records: what changed over more than an hour is not in none, nor all in the first seal of
//     a ledger. A disk that was full for so long looks the same, as no seal can be written to it. What was sealed within that time at the
//     end, and seals made anew one by one, [Audit] does not miss.
//   - Whoever can write to the file can make all seals anew. So a head is also kept where they cannot write, and
//     compared ([CheckHead]).
//
// # Lanes
//
// A record that wants to be looked at stands in the index of a [Lane] under the time when that is. Each lane has
// workers of its own, where a first sketch of this house had one: what ends access (take) never queues
// behind what begins it (give), behind Slack's user groups (judge), behind Slack's posts (tell), or behind looks at keys to
// which nothing has happened (look). In the lanes that call AWS each account has workers of its own. A storm of requests that have no card (post) holds up nothing else that is told. What is
// told in a hurry stands in a second lane beside tell: alarms, answers to presses, cards that do not show yet what was decided
// or has ended, and what a look has found, of which there can be hundreds. Nothing scans: the cost of a sweep is the number of rows that are due.
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
// A grant holds its [Grant.Slot] (account, user id, target) from its plan until its access has ended, so at most one of a slot
// is live. Before that it holds a window of the slot, by its wished start: several can be asked for and approved, and each begins
// once the slot is free. Whether windows overlap is for package handlers to say.
package store
