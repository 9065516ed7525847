// Package policy decides. It is pure: the same [Question] has the same [Decision], and it reads nothing. Whoever asks gathers the question
// first: package handlers from Slack, IAM and the ledger, `sekisho policy test` from a file.
//
// # Parts
//
//   - [Policy] holds the configuration's rules: entitlements, people, security, and the roles that may ask for others.
//   - [Policy.Decide] answers one question. [Policy.SignIn] finds the entitlement that a console sign-in asks for, and decides on it.
//   - [Decision] says yes or no, what it takes, and why. The reasons are keys. Package bot has a sentence for each.
//   - A ballot counts approvals: [Policy.CanBeMet] before anybody is asked, [CheckVotes] afterwards.
//   - [Policy.May] and [Policy.Unchanged] ask again, about what was decided before, with the configuration of now.
//
// # Decisions
//
//   - The first check that refuses gives the answer. Of what a person wrote, every mistake is named.
//   - Persons are compared by [people.Registry.Same] and by nothing else. The approver is never the holder, by any Slack account or IAM
//     user of either.
//   - Where nobody but the holder could approve, the request is refused. Where Slack does not know a user group's members, it is not.
//   - A user group that is gone from Slack has no members among those who may. Among those who may not (Excluded, NotBy) nobody knows
//     who its members were, so it bars everybody (GroupGone).
//   - An excluded person may not ask. They may approve, if a step names them. Their sign-in goes on to the next entitlement.
//   - A rule that demands MFA wants a record that says so. A record that does not say is not enough. A request by hand has no sign-in.
//   - A rule gives by itself (Auto) within its hours, to a person whom the configuration lists. It gives nothing of high risk by itself,
//     nothing to a program, and nothing to a user who is known by a tag or an e-mail address only: a tag in AWS can name anybody.
//   - The hours count at the time of the press, or at the wished start if that is later. Outside of them a rule refuses, or demands more
//     approvals ([Hours]).
//   - Approvals are counted by person. One person counts once, for one step, with all their accounts. Each press counts all of them
//     anew: an approver who has left, lost the right, or turned out to be the holder counts no more ([Vote]).
//   - A role never approves what it asks for: the people behind it are barred (Program.NotBy), by the configuration of now.
package policy
