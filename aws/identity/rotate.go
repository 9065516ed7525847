package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Rotation replaces the access key of an IAM user in the secret that servers read it from.
//
// A key is in one of four places: it was there before; it is in the secret, whose version says which key it is; it is on its
// way out, which the task names; or it is of no use, since its secret was lost, and is deleted. While the task is open no
// other worker makes or deletes keys of the user, so there is no fifth.
type Rotation struct {
	Accounts Accounts
	KMSKey   string // that encrypts secrets which are made; Secrets Manager's own if empty
	Now      func() time.Time
}

var _ access.Rotator = Rotation{}

// fault is a reason not to go on that AWS has no code for.
type fault string

// What keeps a rotation from going on, until somebody has mended it.
const (
	newKeyOff     = fault("NewKeyInactive")  // the key that servers are to use is not active, or gone
	secretChanged = fault("SecretChanged")   // the secret has another version than the one with that key
	keyGone       = fault("KeyGone")         // the key that is to be put back
	unsafe        = fault("UnsafeParameter") // of a command
)

func (f fault) Error() string     { return "stands in the way: " + string(f) }
func (f fault) ErrorCode() string { return string(f) }

// Plan implements handlers.Rotator.
func (r Rotation) Plan(ctx context.Context, t store.Task) (map[string]string, error) {
	user, err := r.Accounts.User(ctx, t.Account, t.User)
	if errors.Is(err, people.ErrNoUser) {
		return nil, &handlers.Refused{Code: policy.UserGone}
	}
	if err != nil {
		return nil, err
	}
	clients := r.Accounts[t.Account]
	keys, err := keysOf(ctx, clients.IAM, t.User)
	if err != nil {
		return nil, err
	}
	if len(keys) >= mostKeys {
		return nil, &handlers.Refused{Code: TwoKeys, Facts: map[string]string{"keys": madeAt(keys)}}
	}
	has, err := look(ctx, clients.Secrets, t.Secret)
	if err != nil {
		return nil, err
	}
	facts := map[string]string{KeyUser: user.ID, KeysBefore: "", store.FactOld: "", store.FactVersion: ""}
	if len(keys) > 0 {
		id := aws.ToString(keys[0].AccessKeyId)
		facts[KeysBefore], facts[store.FactOld] = id, id
	}
	switch {
	case has != nil && has.deleted:
		return nil, &handlers.Refused{Code: "InvalidRequestException"}
	case has != nil && len(keys) > 0:
		facts[store.FactVersion] = has.current
	case has != nil:
		facts[store.FactBefore] = has.current
	}
	return facts, checkDocument(ctx, clients.SSM, t.Fleet)
}

// madeAt names keys, each with the second in which it was made.
func madeAt(keys []types.AccessKeyMetadata) string {
	var out []string
	for _, k := range keys {
		out = append(out, fmt.Sprintf("%s=%d", aws.ToString(k.AccessKeyId), aws.ToTime(k.CreateDate).Unix()))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// Made implements handlers.Rotator.
func (r Rotation) Made(ctx context.Context, account, user string) (time.Time, error) {
	client, err := r.Accounts.in(account)
	if err != nil {
		return time.Time{}, err
	}
	keys, err := keysOf(ctx, client, user)
	var oldest time.Time
	for _, k := range keys {
		if made := aws.ToTime(k.CreateDate); k.Status == types.StatusTypeActive && (oldest.IsZero() || made.Before(oldest)) {
			oldest = made
		}
	}
	return oldest, err
}

// Step implements handlers.Rotator.
func (r Rotation) Step(ctx context.Context, t store.Task) (access.Progress, error) {
	s, err := r.stand(ctx, t)
	if err != nil {
		return access.Progress{}, err
	}
	made := r.Now()
	if t.State == store.Making {
		made = made.Add(-unseen)
	}
	if some, err := discard(ctx, r.Accounts[t.Account].IAM, t.User, s.lost, made); err != nil || some {
		return access.Progress{Again: settling}, err
	}
	if t.State != store.Making && s.strayed(t) {
		return access.Progress{Again: settling}, turnBack(ctx, r.Accounts[t.Account].Secrets, t.Secret, s.kept.current, versionOf(t, t.New))
	}
	switch t.State {
	case store.Making:
		return r.make(ctx, t, s)
	case store.Restoring:
		return r.restore(ctx, t, s)
	}
	if r.slipped(t, s) {
		return access.Progress{Again: settling}, turnKey(ctx, r.Accounts[t.Account].IAM, t.User, t.New, types.StatusTypeActive)
	}
	if err := s.works(t); err != nil {
		return access.Progress{}, err
	}
	switch t.State {
	case store.Handing:
		return r.hand(ctx, t, s)
	case store.Proving:
		return r.prove(ctx, t, s)
	case store.Retiring:
		return r.retire(ctx, t, s)
	case store.Resting:
		return r.rest(ctx, t, s)
	case store.Deleting:
		return r.remove(ctx, t, s)
	}
	return access.Progress{}, fmt.Errorf("step %s while %s: %w", t.ID, t.State, store.ErrState)
}

// stand is what AWS shows of a rotation.
type stand struct {
	kept   *kept
	keys   map[string]types.AccessKeyMetadata
	stored *types.AccessKeyMetadata // the key that was made for the task and is in the secret
	lost   []types.AccessKeyMetadata
}

// stand only reads. Lost is what was made between the plan and the outcome and is not in the secret; see [AccessKey.see].
func (r Rotation) stand(ctx context.Context, t store.Task) (stand, error) {
	user, err := r.Accounts.User(ctx, t.Account, t.User)
	if gone := errors.Is(err, people.ErrNoUser); gone || err == nil && user.ID != t.Effects[KeyUser] {
		return stand{}, &handlers.Refused{Code: policy.UserGone}
	}
	if err != nil {
		return stand{}, err
	}
	clients := r.Accounts[t.Account]
	s := stand{keys: map[string]types.AccessKeyMetadata{}}
	if s.kept, err = look(ctx, clients.Secrets, t.Secret); err != nil {
		return stand{}, err
	}
	keys, err := keysOf(ctx, clients.IAM, t.User)
	issued, _ := time.Parse(time.RFC3339, t.Effects[IssuedAt]) // zero before the outcome
	for _, k := range keys {
		id := aws.ToString(k.AccessKeyId)
		s.keys[id] = k
		switch {
		case slices.Contains(strings.Split(t.Effects[KeysBefore], ","), id), id == t.New, id == t.Old:
		case s.kept != nil && s.kept.current == version(t.ID, id):
			s.stored = &k
		case issued.IsZero() || !aws.ToTime(k.CreateDate).After(issued.Add(unseen)):
			s.lost = append(s.lost, k)
		}
	}
	return s, err
}

// versionOf is the version of the secret that has a key of the task.
func versionOf(t store.Task, key string) string {
	if key == t.Effects[KeysBefore] {
		return t.Effects[store.FactVersion]
	}
	return version(t.ID, key)
}

// works is nil if the key that servers are to use is active, and the one that they get. Until it is, the other one is not
// touched: there is never none that works.
func (s stand) works(t store.Task) error {
	switch {
	case !s.active(t.New):
		return newKeyOff
	case s.kept == nil || s.kept.deleted || s.kept.current != versionOf(t, t.New):
		return secretChanged
	}
	return nil
}

// strayed tells whether the secret has a key of the task that was lost: the call that stored it was given up, and landed
// late. Nobody can use that key.
func (s stand) strayed(t store.Task) bool {
	return s.active(t.New) && s.kept != nil && !s.kept.deleted && isFor(s.kept.current, t.ID) &&
		s.kept.current != version(t.ID, t.New) && s.kept.current != version(t.ID, t.Old)
}

// slipped tells whether the key that was put back was switched off just after: a call that was given up before has landed.
// Later it is somebody's doing, which is left to them.
func (r Rotation) slipped(t store.Task, s stand) bool {
	return s.has(t.New) && !s.active(t.New) && r.sinceBack(t) < 2*unseen
}

// sinceBack is how long ago a key was put back.
func (r Rotation) sinceBack(t store.Task) time.Duration {
	at, _ := time.Parse(time.RFC3339, t.Effects[RestoredAt]) // zero where none was
	return r.Now().Sub(at)
}

func (s stand) active(key string) bool { return s.keys[key].Status == types.StatusTypeActive }

func (s stand) has(key string) bool {
	_, ok := s.keys[key]
	return ok
}
