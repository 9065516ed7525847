package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Rotator rotates one kind of access key. It touches AWS, and nothing else does for a rotation.
type Rotator interface {
	// Plan only reads. What it returns is committed before the first write and never asked again: store.FactOld, which is
	// "" for a user without a key, store.FactVersion, and what else it needs to know its own work from what was there
	// before. It refuses what cannot begin.
	Plan(ctx context.Context, t store.Task) (map[string]string, error)
	// Step does what the state of the task is for, any number of times with one effect, and reads back. It does not wait.
	Step(ctx context.Context, t store.Task) (Progress, error)
	// Made is when the user's oldest active key was made, the zero time if there is none.
	Made(ctx context.Context, account, user string) (time.Time, error)
}

// Progress is what came of a step of a rotation that did not fail.
type Progress struct {
	Verb    store.Verb              // what has happened, "" for nothing yet
	Facts   map[string]string       // of it
	Servers map[string]store.Server // as they are known now; nil for no news of them
	Waits   string                  // why it does not go on: a code that people hear like that of a failure; "" if it does
	Again   time.Duration           // look once more after this
}

// Coarse is how coarse the last use of a key is that AWS tells: of all uses within it IAM records the first.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html#id_credentials_understanding_the_report_format
const Coarse = 15 * time.Minute

// Proven is when the key that is to be retired has been unused for the proof window, at the latest, if it stays so: a use may
// have gone unrecorded for as long as AWS's record is coarse.
func Proven(t store.Task) time.Time { return t.Since.Add(Coarse + t.Proof) }

// Rotation is an IAM user whose access key is rotated, and the rule for it.
type Rotation struct {
	ID         string
	Account    string // twelve digits
	User       string
	Secret     string        // name of the one that servers read
	OlderThan  time.Duration // of the key, when its rotation begins by itself; 0: never
	Fleet      store.Fleet
	Rotators   []string           // who may begin it, and press on it: Slack user ids and "usergroup:" ids
	Steps      []store.Step       // approvals that are needed; none: nobody has to approve
	Escalation *policy.Escalation // nil: nobody else decides, however long it waits
	Within     time.Duration
	Proof      time.Duration // that the key from before is unused
	Grace      time.Duration // from its deactivation to its deletion
}

// RotationOf returns the rotation of an IAM user's key.
func (p *Settings) RotationOf(account, user string) (Rotation, bool) {
	i := slices.IndexFunc(p.Rotations, func(r Rotation) bool { return r.Account == account && strings.EqualFold(r.User, user) })
	if i < 0 {
		return Rotation{}, false
	}
	return p.Rotations[i], true
}

// RotatedUsers returns the IAM users whose access keys are rotated.
func (p *Settings) RotatedUsers() []people.Login {
	var out []people.Login
	for _, r := range p.Rotations {
		out = append(out, people.Login{Account: r.Account, User: r.User})
	}
	return out
}

// Rotation returns a rotation by its id.
func (p *Settings) Rotation(id string) (Rotation, bool) {
	i := slices.IndexFunc(p.Rotations, func(r Rotation) bool { return r.ID == id })
	if i < 0 {
		return Rotation{}, false
	}
	return p.Rotations[i], true
}
