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
// Each call has a deadline of its own, a quarter of a step's time: a service that hangs leaves time for the others. It is shorter
// for an account that has not answered lately (handlers.CallTime).
//
// # Access keys
//
// The subject of such a grant is who may read the secret, the target the IAM user whose key it is: systems have users of
// their own, and somebody asks for them. One grant or rotation at a time makes and deletes a user's keys, so a key that
// came up in between can only be ours. Each version of a secret is named after the record and the key's id, and so the
// stored key is known without reading it. A key that was made, is not stored and has never been used is deleted; one that
// has been used is somebody's, and is left alone. Keys are deleted, with the secret, once a grace time has passed in which
// nobody has missed them.
//
// An issued key's secret is made empty, gets the policy that lets its requester alone read it, and only once that has been
// read back a key is made and its secret put in. So nobody else can read it at any moment. After a crash the secret may be
// empty still, or the key lost: the next step goes on from there.
//
// The end begins with one call: the key that the ledger names is deactivated, under the user name that the ledger has. A
// key's id belongs to one user, so a name that has passed on is answered NoSuchEntity and hurts nobody. Then its user is
// found by the unique id and the keys are listed: what that shows is what is said. Nothing of an end waits for Secrets
// Manager. A request that ends while its key is being made has no key in the ledger: there, whatever came up since the plan
// is deactivated where Secrets Manager does not tell what is stored, a key that somebody made by hand in those minutes as
// well. What was there before the plan is never touched.
//
// What lands late, of a call that was given up, is undone for as long as it can: a lost key that comes up, a version with a
// lost key in the secret, a key that was put back and is switched off again. That an old key is proven and its grace time
// over is said once it is so by this machine's clock and by AWS's; one whose use, just before it was switched off, IAM tells
// late works again.
//
// A key without an end is handed over: its secret stays, for its requester alone, until a rotation replaces the key. That
// stores the next one in the rotation's secret, so the requester reads that one from then on, and is told so. Nothing is
// written to their own secret any more: a key in two secrets could be in one of them only after a crash. Until the
// requester has changed over the old key is in use, and so is not switched off. Such a key must be its user's only one, or
// there would be no room for the next.
//
// Who reads the rotation's secret is said by policies that an administrator keeps, as for the servers; this package never
// writes the policy of a secret that is not for one reader. A secret that a rotation makes itself is open to the account's
// identity policies until the administrator's is there. Made beforehand, empty and with its policy, it is never open: the
// rotation puts the key into it.
//
// That the new key is in use is what every server has answered. Where there are no servers it is what IAM knows of its last use,
// and a key that nobody uses replaces none, however long it takes.
//
// # Renames
//
// IAM takes names, and a rename keeps the unique id. So a name is never trusted alone, and a name that means nobody says
// nothing: NoSuchEntity is no end. A membership is read by the ids of both (membership.go): by the groups of the user while
// the name is the user's still, else by the members of the group, which is found among all groups if its name is not its own
// any more. Plan writes down the id of the group; giving refuses another group of the same name; an end removes the user under
// the names that both have now. A grant of a build that wrote down no id goes by the group's name, and a name that means
// no group is then a failure, unless the user is gone or in no group at all.
//
// All users of an account are listed (byid.go) only where a name means nobody or another user: for what must be done to a
// user whatever the name is, as a password that is to go. The SDK does not repeat an addition: between two tries the name can
// pass to another user, so both ids are looked at before each.
//
// # Who leaves
//
// What a user has is read whole, and ended one thing at a time (offboard.go, an offboarding.Closer): memberships, the console
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
// looks as if it had always been there. So for ten minutes after a grant has ended a membership that shows up counts as
// left of that grant, also one that somebody has added by hand: the looks after the end remove it, and so does the end of
// a grant that begins meanwhile. IAM does not say who added a member. What was there longer is neither given nor taken, and
// security is told. And IAM takes names, not unique ids: a name that passes to another user or group between the look and
// the write of one step takes the write with it.
package identity
