// Package identity is what can be given and taken: one file for each kind of access, each a handlers.Cloud. It knows
// IAM and the grant that it is shown, and nothing of approvals, times or people. Access keys are also rotated (rotate*.go, a
// handlers.Rotator): with Secrets Manager, which it writes to and never reads secrets from, and Systems Manager, which gets
// a secret's ARN and never a secret.
//
// A kind promises: Plan only reads; Step may be called any number of times, after any crash, and has one effect; what
// was there before is never removed, and so never given either; "done" is said after reading back. IAM is eventually
// consistent, so a change that cannot be seen yet is not an error: it is looked at again
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency).
//
// # Access keys
//
// The subject of such a grant is who may read the secret, the target the IAM user whose key it is: systems have users of
// their own, and somebody asks for them. One grant or rotation at a time makes and deletes a user's keys, so a key that
// came up in between can only be ours. Each version of a secret is named after the record and the key's id, and so the
// stored key is known without reading it. A key that was made, is not stored and has never been used is deleted; one that
// has been used is somebody's, and is left alone. Keys are deactivated at their end, which waits for neither the secret nor
// anything else, and deleted, with the secret, once a grace time has passed in which nobody has missed them.
//
// What lands late, of a call that was given up, is undone for as long as it can: a lost key that comes up, a version with a
// lost key in the secret, a key that was put back and is switched off again. That an old key is proven and its grace time
// over is said once it is so by this machine's clock and by AWS's; one whose use, just before it was switched off, IAM tells
// late works again.
//
// A key without an end is handed over: its secret stays, for its requester alone, until a rotation replaces the key. That
// stores the next one in the rotation's secret, so the requester reads that one from then on, and is told so. Nothing is
// written to their own secret any more: a key in two secrets could be in one of them only after a crash. Who reads the
// rotation's secret is said by policies that an administrator keeps, as for the servers; this package never writes the policy of a
// secret that is not for one reader. Until the requester has changed over the old key is in use, and so is not switched off.
// Such a key must be its user's only one, or there would be no room for the next.
//
// That the new key is in use is what every server has answered. Where there are no servers it is what IAM knows of its last use,
// and a key that nobody uses replaces none, however long it takes.
//
// # Who leaves
//
// What a user has is read whole, and ended one thing at a time (offboard.go, a handlers.Closer): memberships, the console
// password, active keys. Policies of the user's own are read, and not touched. Each end is one call; whether it has ended is read
// with all the rest.
//
// # What is stale
//
// Audit reads what an account's users have, and Mender takes of it what somebody of the security group pressed for: beside "Not me",
// the one place where something that was there before is taken away. Keys are deactivated and never deleted, so that it can be undone.
//
// # What it cannot know
//
// Plan sees a membership, not whose doing it is: one of ours that lands, or is still shown, after its grant has ended
// looks as if it had always been there. And IAM takes names, not unique ids: a name that passes to another user between
// the look and the write of one step takes the write with it.
package identity
