package store

import (
	"errors"
	"fmt"
)

// State is where a grant stands in its life.
type State string

// The states of a grant. AWS is changed in Approved and Ending only: both are intents, written before the act.
const (
	Received  State = "received"  // taken in, not yet checked against IAM
	Ignored   State = "ignored"   // nothing to ask for: no such user, or no entitlement
	Merged    State = "merged"    // went into the request or grant that holds the slot
	Asked     State = "asked"     // waits for approvals
	Denied    State = "denied"    // an approver said no
	Lapsed    State = "lapsed"    // nobody decided in time
	Withdrawn State = "withdrawn" // taken back by who asked
	Approved  State = "approved"  // to be given: the intent
	Active    State = "active"    // given, and read back
	Ending    State = "ending"    // to be taken back: the intent
	Ended     State = "ended"     // taken back, and read back
)

// Verb is what happens to a grant.
type Verb string

// The verbs of a grant. Approve, Deny, Withdraw, Revoke and Finish are what people press.
const (
	Receive  Verb = "receive"
	Ignore   Verb = "ignore"
	Merge    Verb = "merge"
	Ask      Verb = "ask"
	Again    Verb = "again" // the same user signed in, or asked, once more
	Vote     Verb = "vote"  // an approval that is not the last one needed
	Approve  Verb = "approve"
	Deny     Verb = "deny"
	Lapse    Verb = "lapse"
	Withdraw Verb = "withdraw"
	Plan     Verb = "plan" // what was there before the first write
	Apply    Verb = "apply"
	Fail     Verb = "fail"     // a try that will be repeated
	Refuse   Verb = "refuse"   // it cannot be given
	Extend   Verb = "extend"   // the same user signed in once more, and so the access ends later
	AskMore  Verb = "ask_more" // the holder asks for a later end
	Agree    Verb = "agree"    // an approval of that, not the last one needed
	Prolong  Verb = "prolong"  // the last one: it is given
	Decline  Verb = "decline"  // an approver says no to it
	Retract  Verb = "retract"  // the holder takes it back
	Expire   Verb = "expire"
	Revoke   Verb = "revoke"
	Finish   Verb = "finish"
	Undo     Verb = "undo"
	Drift    Verb = "drift" // access was found again after its end
	Recheck  Verb = "recheck"
	Clear    Verb = "clear"     // what the undoing left is cleared away
	HandOver Verb = "hand_over" // what has no end is given, and from now on somebody else looks after it
	Mine     Verb = "mine"      // the holder says that the sign-in was theirs
	NotMine  Verb = "not_mine"  // the holder says that it was somebody else's
	Escalate Verb = "escalate"  // the request has waited for long: more people may decide
	Void     Verb = "void"      // approvals no longer count: the approver is being offboarded, or Note says why
	Remind   Verb = "remind"    // the approvers hear again that the request, or an extension, waits
	Soon     Verb = "soon"      // the holder hears that the access ends soon
	Expose   Verb = "expose"    // others than its requester could read the key's secret: its policy was changed
	Protect  Verb = "protect"   // its policy is for the requester alone again
	Rebuild  Verb = "rebuild"   // its record was not what its entries say: it is rebuilt from those that fit, and ends
)

// ErrState says that a verb comes too late, or too early, for the state a grant is in.
var ErrState = errors.New("not possible in this state")

// next is the whole truth about the life of a grant. What is missing cannot happen.
var next = map[State]map[Verb]State{
	"":       {Receive: Received},
	Received: {Ask: Asked, Merge: Merged, Ignore: Ignored, Fail: Received, Rebuild: Ignored},
	// The person of a sign-in that asked nobody answers whether it was theirs.
	Ignored: {Mine: Ignored, NotMine: Ignored},
	Asked: {Again: Asked, Vote: Asked, Approve: Approved, Deny: Denied, Lapse: Lapsed, Withdraw: Withdrawn,
		Mine: Asked, NotMine: Denied, Remind: Asked, Escalate: Asked, Void: Asked, Rebuild: Denied},
	Approved: {Again: Approved, Plan: Approved, Fail: Approved, Extend: Approved, Apply: Active, Refuse: Ending, Expire: Ending, Revoke: Ending, Finish: Ending,
		Mine: Approved, NotMine: Ending, HandOver: Ended, Rebuild: Ending},
	Active: {Again: Active, Extend: Active, Expire: Ending, Revoke: Ending, Finish: Ending, Mine: Active, NotMine: Ending,
		Soon: Active, AskMore: Active, Agree: Active, Prolong: Active, Decline: Active, Retract: Active, Remind: Active, Void: Active,
		Expose: Active, Protect: Active, Rebuild: Ending},
	Denied: {Again: Denied},                                                                              // a sign-in soon after it, of which nobody is asked
	Ending: {Apply: Ending, Fail: Ending, Undo: Ended, Rebuild: Ending},                                  // Apply: the outcome of a try that was already running
	Ended:  {Drift: Ending, Recheck: Ended, Clear: Ended, Expose: Ended, Protect: Ended, Rebuild: Ended}, // the last two: of a key that was handed over
}

// Next returns the state that a verb leads to, or ErrState.
func (s State) Next(v Verb) (State, error) {
	to, ok := next[s][v]
	if !ok {
		return s, fmt.Errorf("%s a grant that is %s: %w", v, orNew(s), ErrState)
	}
	return to, nil
}

// Live tells whether access may be in place: from the approval until the end has been read back.
func (s State) Live() bool { return s == Approved || s == Active || s == Ending }

// Open tells whether the slot is held.
func (s State) Open() bool { return s == Asked || s.Live() }

func orNew(s State) State {
	if s == "" {
		return "new"
	}
	return s
}
