// Package identity is what can be given and taken: one file for each kind of access, each a handlers.Cloud. It knows
// IAM and the grant that it is shown, and nothing of approvals, times or people.
//
// A kind promises: Plan only reads; Step may be called any number of times, after any crash, and has one effect; what
// was there before is never removed; "done" is said after reading back. IAM is eventually consistent, so a change that
// cannot be seen yet is not an error: it is looked at again
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency).
package identity
