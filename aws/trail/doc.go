// Package trail turns what comes by SQS into requests: it reads console sign-ins, as CloudTrail records them and
// EventBridge brings them to a queue, and says which of them ask for access; and from a queue of its own, what programs
// ask for.
//
// [Parse] is the whole judgement, a pure function of one message body. The bot acts on it through [Poller], and a person
// can see it beforehand through [Explainer], which is what `sekisho events explain` prints: both are the same function.
// Its answer is one of three:
//
//   - [Request]: an IAM user signed in to the console, or by `aws login`. Every condition of the rule in judge holds.
//   - [Ignore]: the body was read and is something else: another event, a failure, the root user, a role.
//   - [Invalid]: the body cannot be read without guessing. It is no event at all, or it claims to be a console sign-in
//     and a field has the wrong type, a key stands twice, or it names two accounts.
//
// # A body is a hint
//
// Anybody who can write to the queue can forge a body, so a request only ever asks, and nothing of it has been checked
// against AWS: whether principalId is this user's, or the user exists, is for those who can ask IAM. What this
// package does promise is that two readers cannot see two things in one body. Keys match exactly, unlike in encoding/json,
// which takes "TYPE" for "type" and the last of two. A doubled key is refused in every object that is read here: the
// body, the envelope's detail, userIdentity, responseElements, additionalEventData, and the whole record where its id
// is a hash. Elsewhere in the record it is not looked for, for nothing is decided there.
//
// An IAM user signs in to the account that holds the user, so recipientAccountId, userIdentity.accountId and the
// account of the envelope are one and the same. Any of them will do, but two that differ are Invalid: to choose one
// would give a forger the other.
//
// # What wraps an event
//
// Where an SNS topic stands before the queue and raw message delivery is off, the event is the Message of a notification. It is
// unwrapped, once, and judged as it would be without. Other wraps, log files, digests and notices of files in S3, are Invalid on a queue,
// with what they are and what to do: one message is one event. The Explainer takes the events out of those that people have as files.
//
// # What programs ask for
//
// [ParseWish] reads their bodies, and [Answerer] tells them what came of it. Such a body is a claim too, all but for its
// sender, whom SQS vouches for: the unique id of an IAM user, which must be that of the user in the body, or that of a role
// with its session's name, which the session's holder chose and which counts for nothing. Whether a role may ask for the
// user is for those who know the configuration. It asks as a person does who types, and as for them somebody has to
// approve. A key that is not known is refused: whoever wrote it believes that it counts. What cannot be read is not
// answered, for it has no id that could be trusted to be the program's: it goes to the dead-letter queue, and is counted.
//
// # How old it is
//
// A message carries the time at which it came into its queue, by SQS's word. A sign-in counts from then or from CloudTrail's
// time, whichever was first, as a body can say any time; what a program asks for counts from then. What is more than an hour
// old asks for nothing: see package handlers.
//
// # When the ledger cannot be written
//
// SQS gives a message up that was received too often, whatever the reason. So a [Poller] receives none while the last one could not be
// stored for want of a ledger, and tries that one until it can: its receipt holds, as nobody else receives it. What is on the
// dead-letter queue all the same [Redrive] moves back, which is what `sekisho events redrive` does.
//
// # Text from outside
//
// Every text in a [Finding] but a program's reason and ticket is printable ASCII and short, so that it can be logged and put on a terminal as it is; what
// AWS writes in these fields is nothing else. Any other character becomes a question mark. It is not left out: the rest
// would close up and might spell a name that was never there. It is still somebody else's text: whoever shows it in
// Slack escapes it.
//
// # What it does not know
//
// It knows no configuration (an account is known if the caller says so), no IAM, no ledger and no Slack, and keeps no
// state: that a sign-in was seen before is found by [handlers.Request].ID, which is the same for every delivery of
// the same record.
package trail
