// Package offboarding ends all that a person has who leaves: requests, grants, memberships, keys and console passwords.
//
// # Parts
//
//   - [Offboarder.Leaver] shows what the person has. [Offboarder.Offboard] confirms the offboarding. [Offboarder.Lift] lets the person ask
//     again.
//   - offboard.go does the work: claim, requests and grants, then each IAM user at the same time. look.go reads an IAM user, and decides,
//     pure, what of it is ended.
//   - [Closer] reads and ends what an IAM user has. [Access] takes back what the ledger has given. [Voice] tells people.
//   - [Offboarder.Leaves] tells other workflows whether a person is being offboarded. They never give anything to such a person.
//
// # Decisions
//
//   - What a person has is read for the form, and again at work. The look at work counts: what is given in between is ended, too.
//   - Each thing is written down before it is touched (store.Found). It is said to be ended (store.Settled) once IAM does not show it any
//     more. An account that does not answer holds up no other.
//   - The ledger takes back what it has given. Requests are denied and grants revoked by the person who confirmed the offboarding. The end
//     of the grant touches AWS. A membership that remains after it was there before the grant, and is removed as well.
//   - This membership and the password are the only things removed that were there before. Keys are deactivated, not deleted, because
//     somebody else may use them. Policies of the user's own are left to people, because a deleted policy is lost. A key of a rotation
//     belongs to a machine, and stays.
//   - An IAM user is known by the unique id, too. A renamed user stands on the card anew, under the new name. A user is said to be gone
//     once IAM has shown all users of the account. A user whose name belongs to another person by now is left alone.
//   - When nothing is left, IAM is looked at once more, a minute later. What shows up then begins the offboarding anew.
//   - Nobody offboards themselves, and nobody lifts their own offboarding. Nothing is lifted before all has ended.
//   - The offboarding holds a slot for each Slack account of the person, until it is lifted. IAM users are looked up by their unique ids
//     as well. So a person is found whom the configuration names by another account since.
//   - The person's approvals of what waits become void (store.Void). The people who are needed instead are called.
//   - It asks AWS itself, and does not use the circuit breaker of what ends access: few offboardings run at a time.
package offboarding
