package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/store"
)

// sight is what IAM shows of an access key's grant, and what Secrets Manager does once that was asked.
type sight struct {
	user   string                    // the name of the user who has the key; "" if they are gone
	issued *types.AccessKeyMetadata  // the key that the grant names
	others []types.AccessKeyMetadata // the rest of what was made for the grant
	keys   int                       // that the user has

	kept   *kept
	stored []types.AccessKeyMetadata // of the others: in the secret, so the requester may have it
	lost   []types.AccessKeyMetadata // of the others: the secret was lost, and nobody has it
}

// see reads all that there is of a grant's key.
func (c AccessKey) see(ctx context.Context, g store.Grant) (sight, error) {
	s, err := c.seeKeys(ctx, g)
	if err != nil || s.user == "" {
		return s, err
	}
	return s, c.seeSecret(ctx, g, &s)
}

// seeKeys reads IAM alone. Made for the grant is what was made between the plan and a minute after the outcome, in which
// a call that was given up can still land, or after the end if there was none: keys that were made later are no concern
// of ours.
func (c AccessKey) seeKeys(ctx context.Context, g store.Grant) (sight, error) {
	user, err := c.owner(ctx, g)
	if err != nil || user == "" {
		return sight{}, err
	}
	keys, err := keysOf(ctx, c.Accounts[g.Account].IAM, user)
	s := sight{user: user, keys: len(keys)}
	issued, _ := time.Parse(time.RFC3339, g.Effects[IssuedAt]) // zero before the outcome
	if issued.IsZero() {
		issued = g.Ended
	}
	before := strings.Split(g.Effects[KeysBefore], ",")
	for _, k := range keys {
		id := aws.ToString(k.AccessKeyId)
		switch {
		case slices.Contains(before, id):
		case id == g.Effects[IssuedKey]:
			s.issued = &k
		case issued.IsZero() || !aws.ToTime(k.CreateDate).After(issued.Add(unseen)):
			s.others = append(s.others, k)
		}
	}
	return s, err
}

// seeSecret asks Secrets Manager which of the keys are in the secret: each version is named after its key.
func (c AccessKey) seeSecret(ctx context.Context, g store.Grant, s *sight) (err error) {
	if s.kept, err = look(ctx, c.Accounts[g.Account].Secrets, g.Effects[SecretName]); err != nil {
		return err
	}
	s.stored, s.lost = nil, nil
	for _, k := range s.others {
		mine := version(g.ID, aws.ToString(k.AccessKeyId))
		if s.kept != nil && s.kept.grant == g.ID && slices.Contains(s.kept.versions, mine) {
			s.stored = append(s.stored, k)
		} else {
			s.lost = append(s.lost, k)
		}
	}
	return nil
}

// owner returns the name that the user has by now whose key it is, "" for a user who is gone. A name that means nobody,
// or somebody else, says nothing of the user: then IAM is asked whose the key is, and if it does not tell, all users are
// listed.
func (c AccessKey) owner(ctx context.Context, g store.Grant) (string, error) {
	same, err := c.isOwner(ctx, g, g.Target)
	if err != nil || same {
		return g.Target, err
	}
	if name := c.userOf(ctx, g, g.Effects[IssuedKey]); name != "" {
		if same, err := c.isOwner(ctx, g, name); err != nil || same {
			return name, err
		}
	}
	name, err := c.Accounts.userName(ctx, g.Account, store.Subject{User: g.Target, UserID: g.Effects[KeyUser]})
	if errors.Is(err, people.ErrNoUser) {
		return "", nil
	}
	return name, err
}

// userOf returns the name of the user whose key it is, or "" if IAM does not tell: of a key that is not there it may
// say AccessDenied, too, so nothing follows from that.
func (c AccessKey) userOf(ctx context.Context, g store.Grant, key string) string {
	if key == "" {
		return ""
	}
	in := &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(key)}
	out, err := c.Accounts[g.Account].IAM.GetAccessKeyLastUsed(ctx, in)
	if err != nil {
		return ""
	}
	return aws.ToString(out.UserName)
}

func (c AccessKey) isOwner(ctx context.Context, g store.Grant, name string) (bool, error) {
	user, err := c.Accounts.User(ctx, g.Account, name)
	if errors.Is(err, people.ErrNoUser) {
		return false, nil
	}
	return err == nil && user.ID == g.Effects[KeyUser], err
}

func (c AccessKey) discard(ctx context.Context, g store.Grant, s sight, made time.Time) (bool, error) {
	return discard(ctx, c.Accounts[g.Account].IAM, s.user, s.lost, made)
}

// discard deletes keys whose secret nobody has, and tells whether there were any, or still seem to be. One that has been
// used is somebody's, made by hand at the wrong moment, and stays. One that was made later than a time is let be for now:
// the call that stores it may be on its way still, from a process that has died meanwhile, and land.
func discard(ctx context.Context, client IAM, user string, keys []types.AccessKeyMetadata, made time.Time) (bool, error) {
	some := false
	for _, k := range keys {
		id := aws.ToString(k.AccessKeyId)
		if aws.ToTime(k.CreateDate).After(made) {
			some = true
			continue
		}
		switch used, err := isUsed(ctx, client, id); {
		case missing(err): // it is listed for a moment longer, or not known everywhere yet
			some = true
			continue
		case err != nil:
			return some, err
		case used:
			continue
		}
		if err := deleteKey(ctx, client, user, id); err != nil {
			return some, err
		}
		some = true
	}
	return some, nil
}

// isUsed tells whether a key has ever been used.
func isUsed(ctx context.Context, client IAM, id string) (bool, error) {
	used, err := client.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(id)})
	if err != nil {
		return false, fmt.Errorf("read last use of key %s: %w", id, err)
	}
	return used.AccessKeyLastUsed != nil && used.AccessKeyLastUsed.LastUsedDate != nil, nil
}

func deleteKey(ctx context.Context, client IAM, user, id string) error {
	_, err := client.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String(user), AccessKeyId: aws.String(id)})
	if err != nil && !missing(err) {
		return fmt.Errorf("delete key %s: %w", id, err)
	}
	return nil
}

// take deactivates the key that the grant names before it looks at anything: a key belongs to one user, so a name that
// means somebody else by now is answered NoSuchEntity, and hurts nobody. Then it looks whether that has worked, under the
// user's present name. Keys are deleted later, with the secret; until then a mistake can be undone.
func (c AccessKey) take(ctx context.Context, g store.Grant) (handlers.Result, error) {
	client, err := c.Accounts.in(g.Account)
	if err != nil {
		return handlers.Result{}, err
	}
	key := g.Effects[IssuedKey]
	if key != "" {
		if err := turnKey(ctx, client, g.Target, key, types.StatusTypeInactive); err != nil {
			return handlers.Result{}, err
		}
	}
	s, err := c.seeKeys(ctx, g)
	switch {
	case err != nil:
		return handlers.Result{}, err
	case s.user == "":
		return handlers.Result{Later: c.Keeping.Grace}, nil
	case s.issued != nil && s.issued.Status == types.StatusTypeActive && s.user != g.Target:
		return handlers.Result{Again: settling}, turnKey(ctx, client, s.user, key, types.StatusTypeInactive)
	case s.issued != nil && s.issued.Status == types.StatusTypeActive:
		return handlers.Result{Again: settling}, nil
	}
	return c.takeOthers(ctx, g, s)
}

// takeOthers ends what else was made for the grant. What is in the secret is deactivated, what was lost is deleted.
// Where Secrets Manager does not tell which is which, all of it is deactivated, and nothing else waits for that answer.
func (c AccessKey) takeOthers(ctx context.Context, g store.Grant, s sight) (handlers.Result, error) {
	off := s.others
	if len(s.others) > 0 && c.seeSecret(ctx, g, &s) == nil {
		off = s.stored
	}
	if slices.ContainsFunc(off, isActive) {
		return handlers.Result{Again: settling}, c.deactivate(ctx, g, s.user, off)
	}
	if some, err := c.discard(ctx, g, s, c.Now()); err != nil || some {
		return handlers.Result{Again: settling}, err
	}
	var ids []string
	for _, k := range append(listed(s.issued), off...) {
		ids = append(ids, aws.ToString(k.AccessKeyId))
	}
	if len(ids) == 0 {
		return handlers.Result{Later: c.Keeping.Grace}, nil
	}
	return handlers.Result{Facts: map[string]string{OffKey: strings.Join(ids, ",")}, Later: c.Keeping.Grace}, nil
}

func isActive(k types.AccessKeyMetadata) bool { return k.Status == types.StatusTypeActive }

// listed is a list of a key, if there is one.
func listed(k *types.AccessKeyMetadata) []types.AccessKeyMetadata {
	if k == nil {
		return nil
	}
	return []types.AccessKeyMetadata{*k}
}

// deactivate switches off those of the keys that are active.
func (c AccessKey) deactivate(ctx context.Context, g store.Grant, user string, keys []types.AccessKeyMetadata) error {
	client := c.Accounts[g.Account].IAM
	var errs []error
	for _, k := range keys {
		if isActive(k) {
			errs = append(errs, turnKey(ctx, client, user, aws.ToString(k.AccessKeyId), types.StatusTypeInactive))
		}
	}
	return errors.Join(errs...)
}

// turnKey switches a key on or off. One that is gone is off.
func turnKey(ctx context.Context, client IAM, user, id string, to types.StatusType) error {
	_, err := client.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: aws.String(user), AccessKeyId: aws.String(id), Status: to})
	if err != nil && !missing(err) {
		return fmt.Errorf("make key %s %s: %w", id, to, err)
	}
	return nil
}

// clear deletes what has ended and has not been missed: the key, and its secret with the time in which that can be
// restored. A key that works again is let be: Check finds it, and it ends anew. The key goes also while Secrets Manager
// does not answer.
func (c AccessKey) clear(ctx context.Context, g store.Grant) (handlers.Result, error) {
	s, err := c.seeKeys(ctx, g)
	if err != nil {
		return handlers.Result{}, err
	}
	if s.issued != nil {
		return c.remove(ctx, g, s.user, *s.issued)
	}
	if err := c.seeSecret(ctx, g, &s); err != nil {
		return handlers.Result{}, err
	}
	if len(s.stored) > 0 {
		return c.remove(ctx, g, s.user, s.stored[0])
	}
	if some, err := c.discard(ctx, g, s, c.Now()); err != nil || some {
		return handlers.Result{Again: settling}, err
	}
	if s.kept == nil || s.kept.deleted || s.kept.grant != g.ID {
		return handlers.Result{}, nil
	}
	secrets := c.Accounts[g.Account].Secrets
	return handlers.Result{Again: settling}, bury(ctx, secrets, g.Effects[SecretName], c.Keeping.Recovery)
}

// remove deletes a key that is off.
func (c AccessKey) remove(ctx context.Context, g store.Grant, user string, k types.AccessKeyMetadata) (
	handlers.Result, error) {
	if isActive(k) {
		return handlers.Result{Again: settling}, nil
	}
	return handlers.Result{Again: settling}, deleteKey(ctx, c.Accounts[g.Account].IAM, user, aws.ToString(k.AccessKeyId))
}

// Check implements handlers.Cloud. A user who is gone has no access. After the end no key may work that was made for the
// grant: neither its own nor one that is listed only now, since its answer was lost. One that was never stored and is used
// all the same is somebody's.
func (c AccessKey) Check(ctx context.Context, g store.Grant) (bool, error) {
	s, err := c.seeKeys(ctx, g)
	if err != nil {
		return false, err
	}
	active := s.issued != nil && isActive(*s.issued)
	if g.State != store.Ended || active || !slices.ContainsFunc(s.others, isActive) {
		return active == (g.State == store.Active), nil
	}
	if err := c.seeSecret(ctx, g, &s); err != nil {
		return false, err
	}
	if slices.ContainsFunc(s.stored, isActive) {
		return false, nil
	}
	for _, k := range s.lost {
		if !isActive(k) {
			continue
		}
		used, err := isUsed(ctx, c.Accounts[g.Account].IAM, aws.ToString(k.AccessKeyId))
		if err != nil || !used {
			return false, unlessMissing(err)
		}
	}
	return true, nil
}

// unlessMissing passes over what is listed for a moment longer than it is there.
func unlessMissing(err error) error {
	if missing(err) {
		return nil
	}
	return err
}
