package store

import (
	"fmt"
	"slices"
	"time"
)

// The states of a rotation. AWS is changed in those from Making to Deleting.
const (
	Making    State = "making"    // a new key is to be made, and stored in the secret
	Restoring State = "restoring" // the key from before is to work again, and to be the one in the secret
	Handing   State = "handing"   // every server is to answer that it uses the key
	Proving   State = "proving"   // the other key is to stay unused for the proof window
	Retiring  State = "retiring"  // the other key is to be deactivated
	Resting   State = "resting"   // it is, and is deleted after the grace time
	Deleting  State = "deleting"  // it is to be deleted
	Rotated   State = "rotated"   // it is, or there was none
	Stopped   State = "stopped"   // it could not begin, and nothing was changed; or the user is gone
)

// The verbs of a rotation, beside those of a request and of an alert.
const (
	Begin   Verb = "begin"    // nobody has to approve
	Made    Verb = "made"     // the key is in the secret
	Told    Verb = "told"     // the command is on its way to servers that have not answered
	Heard   Verb = "heard"    // what servers answered
	Heeded  Verb = "heeded"   // all use the key
	Used    Verb = "used"     // the other key is still in use, or works again: the proof window begins anew
	Unused  Verb = "unused"   // it has not been for as long as it takes
	Off     Verb = "off"      // it is deactivated
	Delete  Verb = "delete"   // its time has come, or somebody does not want to wait
	Deleted Verb = "deleted"  // it is
	PutBack Verb = "put_back" // somebody wants the key from before: the two change places
)

// nextTask is the whole truth about the life of a rotation. To put the old key back is the same road with the two keys
// in each other's place, so there is one order in which things are undone, and it is the proven one.
var nextTask = map[State]map[Verb]State{
	"":        {Ask: Asked, Begin: Making},
	Asked:     {Vote: Asked, Approve: Making, Deny: Denied, Lapse: Lapsed, Withdraw: Withdrawn, Remind: Asked, Escalate: Asked, Void: Asked},
	Making:    {Plan: Making, Fail: Making, Made: Handing, Refuse: Stopped},
	Restoring: {Fail: Restoring, Made: Handing, Refuse: Stopped, PutBack: Restoring},
	Handing:   {Told: Handing, Heard: Handing, Again: Handing, Fail: Handing, Heeded: Proving, Done: Rotated, Refuse: Stopped, PutBack: Restoring},
	Proving:   {Used: Proving, Fail: Proving, Unused: Retiring, Refuse: Stopped, PutBack: Restoring},
	Retiring:  {Used: Proving, Fail: Retiring, Off: Resting, Refuse: Stopped, PutBack: Restoring},
	Resting:   {Used: Proving, Fail: Resting, Vote: Resting, Void: Resting, Delete: Deleting, Refuse: Stopped, PutBack: Restoring},
	Deleting:  {Used: Proving, Fail: Deleting, Deleted: Rotated, Refuse: Stopped},
}

// NextTask returns the state that a verb leads a task to, or ErrState.
func (s State) NextTask(v Verb) (State, error) {
	to, ok := nextTask[s][v]
	if !ok {
		return s, fmt.Errorf("%s a task that is %s: %w", v, orNew(s), ErrState)
	}
	return to, nil
}

// After returns the task as it is once e has happened to it; see [Grant.After].
func (t Task) After(e Entry) (Task, error) { return tasks.After(t, e) }

// tasks is the life of a rotation.
var tasks = Machine[Task, *Task]{
	Name: "a task",
	Next: func(t Task, v Verb) (State, bool) {
		to, ok := nextTask[t.State][v]
		return to, ok
	},
	Apply: func(t Task, e Entry, _ State) (Task, error) { return t.applied(e) },
	Work:  func(_ Task, w Work, e Entry, moved bool) Work { return w.after(e, moved || e.Verb == PutBack) },
	Press: func(_ Entry, moved bool) bool { return moved },
}

// applied changes the facts that the verb is about.
func (t Task) applied(e Entry) (Task, error) {
	switch e.Verb {
	case Ask:
		t.Asked = plain(e.At)
	case Begin:
		if len(t.Steps) > 0 {
			return t, ErrSteps
		}
	case Void:
		if t.State == Resting {
			t.Deletion = without(t.Deletion, e.Facts[FactAccounts])
		} else {
			t.Approvals = without(t.Approvals, e.Facts[FactAccounts])
		}
	case Remind:
		t.Reminders = nudged(t.Asked, t.Reminders, e.At)
	case Escalate:
		var err error
		t.Escalation, err = t.Escalation.begun(e.At)
		return t, err
	case Vote, Approve, Delete:
		return t.approved(e)
	case Deny, Lapse, Withdraw, Refuse, Deleted, Done:
		t.Outcome, t.EndedBy, t.Note = e.Verb, e.By, e.Note
	case Plan:
		t.Planned, t.Old, t.Holder, t.Effects = true, e.Facts[FactOld], Person(e.Facts[FactHolder]), merged(t.Effects, e.Facts)
	case Made:
		t.New, t.Old, t.Effects = e.Facts[FactNew], e.Facts[FactOld], merged(t.Effects, e.Facts)
	case Told:
		t.Command, t.Sent = e.Facts[FactCommand], plain(e.At)
	case Again:
		t.Retry = plain(e.At)
		t = t.With(t.Servers)
		for id, s := range t.Servers { // none waits for its turn
			s.Tries = 0
			t.Servers[id] = s
		}
	case Heeded, Used:
		t = t.unapproved()
		t.Since, t.Deletes = plain(e.At), time.Time{}
		t.Used, _ = time.Parse(time.RFC3339, e.Facts[FactUsed]) // it may be unknown
	case Off:
		t.Deletes = plain(e.At.Add(t.Grace))
	case PutBack:
		if !t.Reversible() {
			return t, ErrState
		}
		t = t.unapproved()
		t.New, t.Old, t.Back = t.Old, t.New, !t.Back
		t.Servers, t.Command, t.Sent, t.Since, t.Used, t.Deletes = nil, "", time.Time{}, time.Time{}, time.Time{}, time.Time{}
	}
	return t, nil
}

// approved counts an approval: of the rotation, or of deleting the key before its time. Both need the same. What the program
// deletes in its time needs none.
func (t Task) approved(e Entry) (Task, error) {
	if e.By == Self {
		return t, nil
	}
	given := Approval{By: e.By, At: plain(e.At), Steps: e.Steps}
	if t.State == Resting {
		t.Deletion, t.Voided = append(slices.Clip(t.Deletion), given), Voided{}
		if e.Verb == Delete && len(t.Steps) > 0 && !Met(t.Steps, t.DeletionVoters()) {
			return t, ErrSteps
		}
		return t, nil
	}
	t.Approvals = append(slices.Clip(t.Approvals), given)
	if e.Verb == Approve && !Met(t.Steps, t.Voters()) {
		return t, ErrSteps
	}
	return t, nil
}

// unapproved takes the approvals of a deletion back: the key that they were about works again, or is another one.
func (t Task) unapproved() Task {
	if len(t.Deletion) == 0 {
		return t
	}
	t.Voided = Voided{Seq: t.Chain.Seq + 1}
	for _, a := range t.Deletion {
		t.Voided.By = append(t.Voided.By, a.By)
	}
	t.Deletion = nil
	return t
}
