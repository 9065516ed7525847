package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers/access"
	"sekisho/store"
)

const (
	watchEvery = 5 * time.Minute // a key that is to stay unused
	restEvery  = time.Hour       // one that is deactivated
)

// prove watches the old key until it has been unused for the proof window, and the new one is in use. A key that nobody uses
// yet is no failure: it is looked at in silence.
func (r Rotation) prove(ctx context.Context, t store.Task, s stand) (access.Progress, error) {
	if !s.has(t.Old) {
		return access.Progress{Verb: store.Unused}, nil
	}
	p, err := r.proof(ctx, t)
	switch {
	case err != nil:
		return access.Progress{}, err
	case p.last.After(t.Since):
		return again(p.last), nil
	case r.sinceBack(t) < unseen: // whatever lands late on the other key is to be seen
		return access.Progress{Again: lookAtServers}, nil
	case p.left > 0:
		return access.Progress{Again: min(watchEvery, p.left)}, nil
	}
	if in, err := r.inUse(ctx, t); err != nil || !in {
		return access.Progress{Again: watchEvery}, err
	}
	return access.Progress{Verb: store.Unused, Facts: lastUse(p.last)}, nil
}

// inUse tells whether the key in the secret is in use: every server has said so, or IAM knows of a use. Of a key that was put
// back one from before is enough: whoever had it can have it again.
func (r Rotation) inUse(ctx context.Context, t store.Task) (bool, error) {
	if t.Answered() {
		return true, nil
	}
	last, _, err := r.used(ctx, t, t.New)
	return !last.IsZero(), err
}

// proof is what IAM says of the use of a key.
type proof struct {
	last time.Time     // use
	left time.Duration // until it has been unused for long enough, if it is not used again
	now  time.Time
}

// proof is that of the old key. A use may have gone unrecorded for as long as IAM's record is coarse. Time has passed once it
// has by this machine's clock and by AWS's: one that was set forward proves nothing.
func (r Rotation) proof(ctx context.Context, t store.Task) (proof, error) {
	p := proof{now: r.Now()}
	last, there, err := r.used(ctx, t, t.Old)
	if err != nil {
		return p, err
	}
	if p.last = last; !there.IsZero() && there.Before(p.now) {
		p.now = there
	}
	since := t.Since
	if quiet := p.last.Add(access.Coarse); !p.last.IsZero() && quiet.After(since) {
		since = quiet
	}
	p.left = since.Add(t.Proof).Sub(p.now)
	return p, nil
}

// used is when a key was last used, as IAM says it, and what time it is there. It says nothing of one that is gone.
func (r Rotation) used(ctx context.Context, t store.Task, key string) (last, there time.Time, err error) {
	out, err := r.Accounts[t.Account].IAM.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(key)})
	switch {
	case missing(err):
		return last, there, nil
	case err != nil:
		return last, there, fmt.Errorf("read last use of key %s: %w", key, err)
	case out.AccessKeyLastUsed != nil:
		last = aws.ToTime(out.AccessKeyLastUsed.LastUsedDate)
	}
	there, _ = middleware.GetServerTime(out.ResultMetadata)
	return last, there, nil
}

// again is that the old key was used all the same, and is watched anew.
func again(last time.Time) access.Progress {
	return access.Progress{Verb: store.Used, Facts: lastUse(last), Again: watchEvery}
}

func lastUse(at time.Time) map[string]string {
	if at.IsZero() {
		return nil
	}
	return map[string]string{store.FactUsed: at.UTC().Format(time.RFC3339)}
}

// retire deactivates the old key, after a last look at its use.
func (r Rotation) retire(ctx context.Context, t store.Task, s stand) (access.Progress, error) {
	if !s.active(t.Old) {
		return access.Progress{Verb: store.Off, Facts: map[string]string{OffKey: t.Old}}, nil
	}
	p, err := r.proof(ctx, t)
	switch {
	case err != nil:
		return access.Progress{}, err
	case p.left > 0:
		return again(p.last), nil
	}
	return access.Progress{Again: settling}, turnKey(ctx, r.Accounts[t.Account].IAM, t.User, t.Old, types.StatusTypeInactive)
}

// rest looks after a key that is deactivated. One that somebody has made work again is somebody's, and proven anew; and so
// is one of whose use, before that, IAM tells only now: it is made to work again. Its time has come once it has by AWS's
// clock as well.
func (r Rotation) rest(ctx context.Context, t store.Task, s stand) (access.Progress, error) {
	switch {
	case s.active(t.Old):
		return again(time.Time{}), nil
	case !s.has(t.Old):
		return access.Progress{Verb: store.Delete}, nil
	}
	p, err := r.proof(ctx, t)
	switch {
	case err != nil:
		return access.Progress{}, err
	case p.last.After(t.Since):
		return r.revive(ctx, t)
	case !p.now.Before(t.Deletes):
		return access.Progress{Verb: store.Delete}, nil
	}
	return access.Progress{Again: min(restEvery, t.Deletes.Sub(p.now))}, nil
}

// revive makes the old key work again. The next look finds that it does, and the proof begins anew.
func (r Rotation) revive(ctx context.Context, t store.Task) (access.Progress, error) {
	return access.Progress{Again: settling}, turnKey(ctx, r.Accounts[t.Account].IAM, t.User, t.Old, types.StatusTypeActive)
}

// remove deletes the old key, unless it works again or was in use after all.
func (r Rotation) remove(ctx context.Context, t store.Task, s stand) (access.Progress, error) {
	switch {
	case !s.has(t.Old):
		return access.Progress{Verb: store.Deleted}, nil
	case s.active(t.Old):
		return again(time.Time{}), nil
	}
	p, err := r.proof(ctx, t)
	switch {
	case err != nil:
		return access.Progress{}, err
	case p.last.After(t.Since):
		return r.revive(ctx, t)
	case p.left > 0:
		return again(p.last), nil
	}
	return access.Progress{Again: settling}, deleteKey(ctx, r.Accounts[t.Account].IAM, t.User, t.Old)
}
