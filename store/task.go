package store

import (
	"maps"
	"slices"
	"time"
)

// TaskPrefix begins the id of every task.
const TaskPrefix = "task-"

// Fleet is the servers that use a key: those that Systems Manager manages and that have a tag. They are told by a document:
// AWS's own, which then runs the script at Path, or one of the user's.
type Fleet struct {
	Key      string `json:"key,omitempty"` // of the tag; "" for no servers
	Value    string `json:"value,omitempty"`
	Document string `json:"document,omitempty"`
	Path     string `json:"path,omitempty"`
}

// The states of a server of a fleet.
const (
	Running = "running" // the command is on its way
	Answers = "done"    // it uses the key
	Failing = "failed"  // it does not, or has not said so
)

// Server is a managed instance that uses the key, and what it has said of it.
type Server struct {
	Name   string `json:"name,omitempty"`
	State  string `json:"state"`         // Running, Answers or Failing
	Key    string `json:"key,omitempty"` // the id of the key that it says it uses
	Why    string `json:"why,omitempty"` // Systems Manager's word for what went wrong, or one of ours
	Tries  int    `json:"tries,omitempty"`
	Silent bool   `json:"silent,omitempty"` // it is not online
}

// Facts of a grant's handing over: which rotation looks after the key from then on, and in which secret.
const (
	FactRotation = "rotation"
	FactNext     = "next_secret"
)

// Facts of an access key among the effects of its grant.
const (
	FactKey        = "access_key"  // the id of the one that it has issued
	FactKeysBefore = "keys_before" // ids of those that were there, joined by commas: they are not the grant's
)

// Facts of a task's entries that change the task.
const (
	FactOld     = "old"            // the id of the key that is to be retired
	FactNew     = "new"            // the id of the key that servers are to use
	FactVersion = "version"        // of the secret, from before the first write
	FactBefore  = "version_before" // the same where it has no key that could be put back
	FactCommand = "command"        // that told the servers
	FactHolder  = "holder"         // who was given the key that is to be retired, by a grant without an end
	FactUsed    = "last_used"      // when the key that is to be retired was in use, RFC 3339
)

// Task is a piece of long work with steps and a card of its own: the rotation of an IAM user's access key. Its states and
// verbs are in taskstate.go.
type Task struct {
	Head `json:"-"`

	ID string `json:"id"`

	Kind        string        `json:"kind"` // of access that is rotated
	Rule        string        `json:"rule"` // the rotation of the configuration
	Account     string        `json:"account"`
	AccountName string        `json:"account_name,omitempty"`
	User        string        `json:"user"`
	By          string        `json:"by"` // who asked for it, or Self by schedule
	Reason      string        `json:"reason,omitempty"`
	Steps       []Step        `json:"steps,omitempty"` // approvals that are needed; none: nobody has to approve
	Escalation  Escalation    `json:"escalation,omitzero"`
	Lapses      time.Time     `json:"lapses,omitzero"`
	Secret      string        `json:"secret"` // its name
	Fleet       Fleet         `json:"fleet,omitzero"`
	Proof       time.Duration `json:"proof"` // that the key from before is unused
	Grace       time.Duration `json:"grace"` // from its deactivation to its deletion

	State     State             `json:"state"`
	Asked     time.Time         `json:"asked,omitzero"` // when it was opened
	Approvals []Approval        `json:"approvals,omitempty"`
	Planned   bool              `json:"planned,omitempty"` // what was there before is in Effects
	Effects   map[string]string `json:"effects,omitempty"`
	New       string            `json:"new,omitempty"`      // the id of the key that servers are to use
	Old       string            `json:"old,omitempty"`      // the one to be retired; "" if there was none
	Back      bool              `json:"back,omitempty"`     // the two have changed places
	Sent      time.Time         `json:"sent,omitzero"`      // when the servers were told last
	Holder    Person            `json:"holder,omitempty"`   // who was given the old one, and reads the secret from now on
	Since     time.Time         `json:"since,omitzero"`     // the old one has been unused, as far as is known
	Used      time.Time         `json:"used,omitzero"`      // when it was in use although no server should use it
	Deletes   time.Time         `json:"deletes,omitzero"`   // when it is deleted
	Deletion  []Approval        `json:"deletion,omitempty"` // of those who want it deleted before that, where the rotation took approvals
	Voided    Voided            `json:"voided,omitzero"`    // the approvals of a deletion that count no longer
	Command   string            `json:"command,omitempty"`  // that told them
	Outcome   Verb              `json:"outcome,omitempty"`
	EndedBy   string            `json:"ended_by,omitempty"`
	Note      string            `json:"note,omitempty"`

	Work      `json:"-"`
	Telling   `json:"-"`
	Reminding `json:"-"`
	Servers   map[string]Server `json:"-"` // by managed instance id: what they answered
}

func (t *Task) id() string    { return t.ID }
func (t *Task) state() *State { return &t.State }

func (t *Task) leads(from State, v Verb) (State, bool) { return tasks.leads(*t, from, v) }

func (t *Task) progress() any {
	return &struct {
		*Work
		*Telling
		*Reminding
		Servers *map[string]Server `json:"servers"`
	}{&t.Work, &t.Telling, &t.Reminding, &t.Servers}
}

// Voided are approvals that something has made void: who gave them reads so.
type Voided struct {
	By  []string `json:"by,omitempty"`  // Slack accounts
	Seq uint64   `json:"seq,omitempty"` // of the entry that made them void
}

// Slot is what a grant of the user's access key holds as well: one of them at a time makes and deletes the user's keys.
func (t Task) Slot() string { return exclusive(t.Account, t.Kind, t.User) }

// Terms is a digest of what is approved and of the two keys: a press that was meant for them as they were is answered
// "changed" once they have changed places.
func (t Task) Terms() string {
	return digestOf(t.ID, t.Rule, t.Account, t.User, t.Steps, t.Reason, t.Secret, t.Proof, t.Grace, t.Back)
}

// Open tells whether the rotation is not over.
func (t Task) Open() bool { return len(nextTask[t.State]) > 0 && t.State != "" }

// Voters are the steps that each approval can count for.
func (t Task) Voters() [][]int { return votersOf(t.Approvals) }

// DeletionVoters are the steps that each approval of the deletion can count for.
func (t Task) DeletionVoters() [][]int { return votersOf(t.Deletion) }

// Reversible tells whether the old key can be put back: it is known, and so is the version of the secret that has it.
func (t Task) Reversible() bool {
	_, ok := nextTask[t.State][PutBack]
	return ok && t.Old != "" && t.Effects[FactVersion] != ""
}

// With returns the task with what servers have answered.
func (t Task) With(servers map[string]Server) Task {
	t.Servers = maps.Clone(servers)
	return t
}

// Count is how many servers are in a state.
func (t Task) Count(state string) int {
	n := 0
	for _, s := range t.Servers {
		if s.State == state {
			n++
		}
	}
	return n
}

// Stragglers are the ids of the servers that do not use the key yet, in order.
func (t Task) Stragglers() []string {
	var out []string
	for id, s := range t.Servers {
		if s.State != Answers {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// Answered tells whether there are servers, and every one has said that it uses the key.
func (t Task) Answered() bool { return len(t.Servers) > 0 && len(t.Stragglers()) == 0 }

// Lagging tells whether some server is silent, or was told more than once in vain.
func (t Task) Lagging() bool {
	for _, s := range t.Servers {
		if s.State != Answers && (s.Silent || s.Tries > 1) {
			return true
		}
	}
	return false
}

// Due tells when the task wants to be looked at in a lane, and whether it does at all.
func (t Task) Due(lane Lane) (time.Time, bool) {
	switch lane {
	case Take:
		if at, ok := t.Escalates(); ok {
			return at, true
		}
		if t.State == Asked {
			return t.Lapses, true
		}
		return later(t.Retry, t.Claim.End), t.Open()
	case Tell:
		if t.Untold() {
			return t.TellAt, true
		}
		reminder, at := t.NextReminder()
		return at, reminder != ""
	case Redraw:
		return t.TellAt, t.Presses()
	}
	return time.Time{}, false
}

// Untold tells whether somebody has not heard what happened.
func (t Task) Untold() bool {
	return t.Telling.behind(t.Chain.Seq, OnCard, InThread) || t.State == Asked && t.Telling.behind(t.Chain.Seq, ToDeciders) ||
		t.Holder != "" && t.Telling.behind(t.Chain.Seq, InDM) || len(t.Approvals)+len(t.Voided.By) > 0 && t.Telling.behind(t.Chain.Seq, ToApprovers)
}

// Recovered takes note that what troubled the work is over, which its card has to show.
func (t *Task) Recovered(now time.Time) {
	if t.Trouble != "" {
		t.Told = maps.Clone(t.Told)
		delete(t.Told, OnCard)
		t.TellAt = plain(now)
	}
	t.Trouble, t.TroubleAt, t.Tries = "", time.Time{}, 0
}

func (t *Task) keys() []Key {
	keys := laneKeys(t.Due)
	if t.Open() {
		keys = append(keys, Key{Index: SlotIndex, Value: t.Slot(), Unique: true})
	}
	keys = append(keys, t.personKeys()...)
	return append(append(keys, t.Work.keys()...), t.Chain.changedKeys()...)
}

// KeyKind is the kind of access that rotations are of.
const KeyKind = "access-key"

// KeySlot returns the slot of an IAM user's access key: a grant of it, or its rotation, holds it.
func KeySlot(account, user string) string {
	return Task{Account: account, Kind: KeyKind, User: user}.Slot()
}

// TaskID returns the id of a rotation that begins at a time: of two, the later has the greater one.
func TaskID(rule string, at time.Time) string {
	return TaskPrefix + rule + "-" + at.UTC().Format("20060102T150405.000Z")
}
