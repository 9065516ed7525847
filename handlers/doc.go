// Package handlers is what happens: a request is taken in, people decide, access is given, and it ends. It knows the
// ledger and the ports below, and neither Slack nor AWS nor the words that people read.
//
// # The order of every change
//
// Intent in the ledger, act, read back, outcome in the ledger, then tell people. A crash between any two of these is
// mended by the next sweep, from the ledger alone.
//
//	Receive  request -> received     the record is durable before SQS forgets the message
//	identify received -> asked       IAM is read: who is this really?
//	judge    asked -> approved       a press, stored first, is judged by [Policy]
//	give     approved -> active      plan (what was there before), claim, act, read back
//	take     active -> ending -> ended   the same, backwards, retried for ever
//	tell     the card and its thread are redrawn from the record
//
// # Where what lives
//
// rules.go decides and is pure. keeper.go has the ports and the writes. The other files are one verb each. lanes.go
// runs them: four queues with workers of their own, so that ending access waits for nothing else (see package store).
//
// # Decisions
//
//   - The IAM user is read before a card is drawn, not after: a forged event, or the root user's alias that equals
//     a user's name, makes no card for the wrong person. While IAM does not answer the request waits in the ledger.
//   - A revoke during a running apply writes its intent at once and the undoing waits for the claim, rather than the
//     press waiting: the wish to end access is durable before anything else.
//   - A failure is told when it has happened three times in a row, and then hourly: a blip is no news.
//   - Work that has begun is not cancelled by a shutdown. It has a deadline of its own.
package handlers
