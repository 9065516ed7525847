package store

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// TaskPrefix begins the id of every task.
const TaskPrefix = "task-"

// The states of a rotation. AWS is changed in those from Making to Deleting.
const (
	Making    State = "making"    // a new key is to be made, and stored in the secret
	Restoring State = "restoring" // the key from before is to work again, and to be the one in the secret
	Handing   State = "handing"   // every server is to answer that it uses the key
	Proving   State = "proving"   // the other key is to stay unused for the proof window
	Retiring  State = "retiring"  // the other key is to be deactivated
	Resting   State = "resting"   // it is, and is deleted after the grace time
	Deleting  State = "deleting"  // it is to be deleted
	Rotated   State = "rotated"   // it is
	Stopped   State = "stopped"   // it could not begin, and nothing was changed
)

// The verbs of a rotation, beside those of a request.
const (
	Begin   Verb = "begin"    // nobody has to approve
	Made    Verb = "made"     // the key is in the secret
	Told    Verb = "told"     // the command is on its way to servers that have not answered
	Heard   Verb = "heard"    // what servers answered
	Heeded  Verb = "heeded"   // all use the key
	Used    Verb = "used"     // the other key is still in use: the proof window begins anew
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
	Asked:     {Vote: Asked, Approve: Making, Deny: Denied, Lapse: Lapsed, Withdraw: Withdrawn},
	Making:    {Plan: Making, Fail: Making, Made: Handing, Refuse: Stopped, PutBack: Restoring},
	Restoring: {Fail: Restoring, Made: Handing},
	Handing:   {Told: Handing, Heard: Handing, Fail: Handing, Heeded: Proving, PutBack: Restoring},
	Proving:   {Used: Proving, Fail: Proving, Unused: Retiring, PutBack: Restoring},
	Retiring:  {Fail: Retiring, Used: Proving, Off: Resting, PutBack: Restoring},
	Resting:   {Delete: Deleting, Used: Proving, Fail: Resting, PutBack: Restoring},
	Deleting:  {Fail: Deleting, Deleted: Rotated},
}

// Server is a managed instance that uses the key, and what it has said of it.
type Server struct {
	Name   string `json:"name,omitempty"`
	State  string `json:"state"`         // "running", "done" or "failed"
	Key    string `json:"key,omitempty"` // the id of the key that it says it uses
	Why    string `json:"why,omitempty"` // SSM's word for what went wrong, or "wrong_key"
	Tries  int    `json:"tries,omitempty"`
	Silent bool   `json:"silent,omitempty"` // it is not online
}

// Task is a piece of long work with steps and a card of its own: the rotation of an IAM user's access key.
type Task struct {
	ID      string `json:"id"`
	Version uint64 `json:"-"`
	Chain   Chain  `json:"chain"`

	Kind        string        `json:"kind"` // of access that is rotated
	Rule        string        `json:"rule"` // the rotation of the configuration
	Account     string        `json:"account"`
	AccountName string        `json:"account_name,omitempty"`
	User        string        `json:"user"`
	UserID      string        `json:"user_id,omitempty"`
	By          string        `json:"by"` // who asked for it, or Self by schedule
	Reason      string        `json:"reason,omitempty"`
	Steps       []Step        `json:"steps,omitempty"` // approvals that are needed
	Lapses      time.Time     `json:"lapses,omitzero"`
	Secret      string        `json:"secret"`
	Proof       time.Duration `json:"proof"` // that the key from before is unused
	Grace       time.Duration `json:"grace"` // from its deactivation to its deletion

	State     State             `json:"state"`
	Approvals []Approval        `json:"approvals,omitempty"`
	New       string            `json:"new,omitempty"`   // the id of the key that servers are to use
	Old       string            `json:"old,omitempty"`   // the one to be retired; "" if there was none
	Back      bool              `json:"back,omitempty"`  // the two have changed places
	Since     time.Time         `json:"since,omitzero"`  // the old one has been unused, as far as is known
	Delete    time.Time         `json:"delete,omitzero"` // when it is deleted
	Command   string            `json:"command,omitempty"`
	Servers   map[string]Server `json:"servers,omitempty"` // by managed instance id
	Effects   map[string]string `json:"effects,omitempty"`
	Outcome   Verb              `json:"outcome,omitempty"`
	EndedBy   string            `json:"ended_by,omitempty"`
	Note      string            `json:"note,omitempty"`

	Work
	Telling

	fresh []Entry
}

// Fresh returns the entries that have not been written yet.
func (t Task) Fresh() []Entry { return t.fresh }

// Slot is what a grant of the user's access key holds as well: one of them at a time makes and deletes the user's keys.
func (t Task) Slot() string { return exclusive(t.Account, t.Kind, t.User) }

// Terms is a digest of what is approved and of the two keys: a press that was meant for them as they were is answered
// "changed" once they have changed places.
func (t Task) Terms() string {
	return digestOf(t.ID, t.Rule, t.Account, t.User, t.UserID, t.Steps, t.Reason, t.Secret, t.Proof, t.Grace, t.Back)
}

// Open tells whether the rotation is not over.
func (t Task) Open() bool { return len(nextTask[t.State]) > 0 && t.State != "" }

// Met tells whether the rotation has all approvals that it needs.
func (t Task) Met() bool { return Met(t.Steps, votersOf(t.Approvals)) }

// After returns the task as it is once e has happened to it; see [Grant.After].
func (t Task) After(e Entry) (Task, error) {
	to, ok := nextTask[t.State][e.Verb]
	if !ok {
		return t, fmt.Errorf("%s a task that is %s: %w", e.Verb, orNew(t.State), ErrState)
	}
	switch e.Verb {
	case Vote, Approve:
		t.Approvals = append(slices.Clip(t.Approvals), Approval{By: e.By, At: plain(e.At), Steps: e.Steps})
		if e.Verb == Approve && !t.Met() {
			return t, fmt.Errorf("approve %s: %w", t.ID, ErrSteps)
		}
	case Deny, Lapse, Withdraw, Refuse, Deleted:
		t.Outcome, t.EndedBy, t.Note = e.Verb, e.By, e.Note
	case Plan:
		t.Effects = merged(t.Effects, e.Facts)
	case Made:
		t.New, t.Effects = e.Facts["new"], merged(t.Effects, e.Facts)
	case Heeded, Used:
		t.Since = plain(e.At)
	case Off:
		t.Delete = plain(e.At.Add(t.Grace))
	case PutBack:
		t.New, t.Old, t.Back = t.Old, t.New, !t.Back
		t.Servers, t.Command, t.Since, t.Delete = nil, "", time.Time{}, time.Time{}
	}
	t.Work = t.Work.after(e, to != t.State)
	t.State, t.Telling = to, t.Telling.after(e)
	e.Record, e.State = t.ID, to
	t.fresh = append(slices.Clip(t.fresh), t.Chain.link(e))
	return t, nil
}

// With returns the task with what servers have answered.
func (t Task) With(servers map[string]Server) Task {
	t.Servers = maps.Clone(servers)
	return t
}

func (t *Task) saved() { t.Version, t.fresh = t.Version+1, nil }
