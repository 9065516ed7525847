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
	"github.com/aws/smithy-go"

	"sekisho/handlers"
	"sekisho/store"
)

// sight is what AWS shows of an access key's grant.
type sight struct {
	user   string // who has the key; "" if they are gone, or the name is another's now
	kept   *kept
	stored *types.AccessKeyMetadata  // the grant's key
	lost   []types.AccessKeyMetadata // made for the grant, and of no use
	keys   int                       // that the user has
}

// see only reads. Where Secrets Manager does not answer, it still shows the grant's key if that is known. Lost is what was
// made between the plan and a minute after the outcome, in which a call that was given up can still land, or after the end if
// there was none, and is not in the secret: keys that were made later are no concern of ours.
func (c AccessKey) see(ctx context.Context, g store.Grant) (sight, error) {
	user, err := c.owner(ctx, g)
	if err != nil || user == "" {
		return sight{}, err
	}
	clients := c.Accounts[g.Account]
	s := sight{user: user}
	s.kept, err = look(ctx, clients.Secrets, g.Effects[SecretName])
	keys, unlisted := keysOf(ctx, clients.IAM, user)
	issued, _ := time.Parse(time.RFC3339, g.Effects[IssuedAt]) // zero before the outcome
	if issued.IsZero() {
		issued = g.Ended
	}
	before := strings.Split(g.Effects[KeysBefore], ",")
	s.keys = len(keys)
	for _, k := range keys {
		id := aws.ToString(k.AccessKeyId)
		switch {
		case slices.Contains(before, id):
		case id == g.Effects[IssuedKey], s.kept != nil && s.kept.grant == g.ID && s.kept.current == version(g.ID, id):
			s.stored = &k
		case err == nil && (issued.IsZero() || !aws.ToTime(k.CreateDate).After(issued.Add(unseen))):
			s.lost = append(s.lost, k)
		}
	}
	return s, errors.Join(err, unlisted)
}

// owner is the name of the user whose key it is: after a rename another one, which the key itself tells. It is "" for a user
// who is gone, and for one whom the bot may not ask about.
func (c AccessKey) owner(ctx context.Context, g store.Grant) (string, error) {
	same, err := c.isOwner(ctx, g, g.Target)
	if err != nil || same {
		return g.Target, err
	}
	key := g.Effects[IssuedKey]
	if key == "" {
		return "", nil
	}
	out, err := c.Accounts[g.Account].IAM.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(key)})
	var said smithy.APIError
	if missing(err) || errors.As(err, &said) && said.ErrorCode() == "AccessDenied" { // which of the two, of a key that is not there, is not documented
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read whose key %s is: %w", key, err)
	}
	name := aws.ToString(out.UserName)
	if same, err = c.isOwner(ctx, g, name); !same {
		return "", err
	}
	return name, nil
}

func (c AccessKey) isOwner(ctx context.Context, g store.Grant, name string) (bool, error) {
	user, err := c.Accounts.User(ctx, g.Account, name)
	if errors.Is(err, handlers.ErrNoUser) {
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
		used, err := client.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: k.AccessKeyId})
		switch {
		case missing(err): // it is listed for a moment longer, or not known everywhere yet
			some = true
			continue
		case err != nil:
			return some, fmt.Errorf("read last use of key %s: %w", id, err)
		case used.AccessKeyLastUsed != nil && used.AccessKeyLastUsed.LastUsedDate != nil:
			continue
		}
		if err := deleteKey(ctx, client, user, id); err != nil {
			return some, err
		}
		some = true
	}
	return some, nil
}

func deleteKey(ctx context.Context, client IAM, user, id string) error {
	_, err := client.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String(user), AccessKeyId: aws.String(id)})
	if err != nil && !missing(err) {
		return fmt.Errorf("delete key %s: %w", id, err)
	}
	return nil
}

// take deactivates the key, before anything else and whatever else does not answer. It is deleted later, with its secret;
// until then a mistake can be undone.
func (c AccessKey) take(ctx context.Context, g store.Grant) (handlers.Result, error) {
	s, err := c.see(ctx, g)
	if s.stored != nil && s.stored.Status == types.StatusTypeActive {
		return handlers.Result{Again: settling}, errors.Join(err, c.deactivate(ctx, g, s))
	}
	if err != nil || s.user == "" {
		return handlers.Result{Later: c.Keeping.Grace}, err
	}
	some, err := c.discard(ctx, g, s, c.Now())
	if err != nil || some {
		return handlers.Result{Again: settling}, err
	}
	if s.stored == nil {
		return handlers.Result{Later: c.Keeping.Grace}, nil
	}
	return handlers.Result{Facts: map[string]string{OffKey: aws.ToString(s.stored.AccessKeyId)}, Later: c.Keeping.Grace}, nil
}

func (c AccessKey) deactivate(ctx context.Context, g store.Grant, s sight) error {
	return turnKey(ctx, c.Accounts[g.Account].IAM, s.user, aws.ToString(s.stored.AccessKeyId), types.StatusTypeInactive)
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
// restored. A key that somebody has activated again meanwhile is deactivated again, and waited for once more.
func (c AccessKey) clear(ctx context.Context, g store.Grant) (handlers.Result, error) {
	s, err := c.see(ctx, g)
	if err != nil {
		return handlers.Result{}, err
	}
	if s.stored != nil {
		if s.stored.Status == types.StatusTypeActive {
			return handlers.Result{Later: c.Keeping.Grace}, c.deactivate(ctx, g, s)
		}
		return handlers.Result{Again: settling}, deleteKey(ctx, c.Accounts[g.Account].IAM, s.user, aws.ToString(s.stored.AccessKeyId))
	}
	secrets := c.Accounts[g.Account].Secrets
	has, err := look(ctx, secrets, g.Effects[SecretName])
	if err != nil || has == nil || has.deleted || has.grant != g.ID {
		return handlers.Result{}, err
	}
	return handlers.Result{Again: settling}, bury(ctx, secrets, g.Effects[SecretName], c.Keeping.Recovery)
}

// Check implements handlers.Cloud. A user who is gone has no access. A key that is listed only after the end, since its
// answer was lost, is not as it should be.
func (c AccessKey) Check(ctx context.Context, g store.Grant) (bool, error) {
	s, err := c.see(ctx, g)
	active := s.stored != nil && s.stored.Status == types.StatusTypeActive
	late := g.State == store.Ended && !g.ToClear() && len(s.lost) > 0
	return err == nil && active == (g.State == store.Active) && !late, err
}
