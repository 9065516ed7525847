package fakeaws

import (
	"strings"
	"time"
)

// A secret goes in the background, "with low priority" after its recovery window
// and after "a short delay" without one; AWS names no times, so these are ours.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
const (
	afterWindow = time.Hour
	afterForce  = 10 * time.Second
)

// deleteSecret begins the end of a secret. By force that cannot be undone, and
// succeeds for one that there is not.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
func (a *AWS) deleteSecret(r *request) (any, error) {
	var in struct {
		SecretId                   string
		RecoveryWindowInDays       *int
		ForceDeleteWithoutRecovery bool
	}
	s, err := r.secret(&in, &in.SecretId)
	days := 30
	if in.RecoveryWindowInDays != nil {
		days = *in.RecoveryWindowInDays
	}
	switch {
	case in.ForceDeleteWithoutRecovery && in.RecoveryWindowInDays != nil:
		return nil, refuse("InvalidParameterException", "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
	case days < 7 || days > 30:
		return nil, refuse("InvalidParameterException", "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
	case in.ForceDeleteWithoutRecovery && codeOf(err) == "ResourceNotFoundException":
		return deletedJSON{in.SecretId, in.SecretId, seconds(r.now)}, nil
	case err != nil:
		return nil, err
	case in.ForceDeleteWithoutRecovery:
		s.deletes, s.gone = r.now, r.now.Add(afterForce)
	default:
		if err := s.present(); err != nil {
			return nil, err
		}
		s.deletes = r.now.AddDate(0, 0, days)
		s.gone = s.deletes.Add(afterWindow)
	}
	return deletedJSON{s.arn, s.name, seconds(s.deletes)}, nil
}

// restoreSecret takes back a deletion within its window.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html
func (a *AWS) restoreSecret(r *request) (any, error) {
	var in struct{ SecretId string }
	s, err := r.secret(&in, &in.SecretId)
	if err != nil {
		return nil, err
	}
	if !s.deletes.IsZero() && !r.now.Before(s.deletes) {
		return nil, s.present()
	}
	s.deletes, s.gone = time.Time{}, time.Time{}
	return secretJSON{ARN: s.arn, Name: s.name}, nil
}

// present refuses what cannot be done with a secret that is to be deleted.
func (s *secret) present() error {
	if s.deletes.IsZero() {
		return nil
	}
	return refuse("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.")
}

// bury takes away the secrets whose time is up.
func (acc *account) bury(now time.Time) {
	for name, s := range acc.secrets {
		if !s.gone.IsZero() && !s.gone.After(now) {
			delete(acc.secrets, name)
		}
	}
}

// tagSecret adds tags to those that a secret has, or changes them.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html
func (a *AWS) tagSecret(r *request) (any, error) {
	var in struct {
		SecretId string
		Tags     []tagJSON
	}
	s, err := r.secret(&in, &in.SecretId)
	if err != nil {
		return nil, err
	}
	if err := s.present(); err != nil {
		return nil, err
	}
	tags, err := tagged(s.tags, in.Tags)
	if err != nil {
		return nil, err
	}
	s.tags, s.changed = tags, r.now
	return nil, nil
}

// tagged returns the tags with some more.
// https://docs.aws.amazon.com/general/latest/gr/arg.html#taged-reference-quotas
func tagged(tags map[string]string, more []tagJSON) (map[string]string, error) {
	out := make(map[string]string, len(tags)+len(more))
	for key, value := range tags {
		out[key] = value
	}
	for _, t := range more {
		if t.Key == "" || len(t.Key) > 128 || len(t.Value) > 256 || strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			return nil, refuse("InvalidParameterException", "The tag %q is not valid.", t.Key)
		}
		out[t.Key] = t.Value
	}
	if len(out) > 50 {
		return nil, refuse("InvalidParameterException", "You can't have more than 50 tags.")
	}
	return out, nil
}

type tagJSON struct{ Key, Value string }

type deletedJSON struct {
	ARN, Name    string
	DeletionDate float64
}
