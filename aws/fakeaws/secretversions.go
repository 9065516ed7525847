package fakeaws

import (
	"slices"
	"time"
)

// The two labels that Secrets Manager moves by itself.
const current, previous = "AWSCURRENT", "AWSPREVIOUS"

// No version younger than keptFor is given up to stay within maxVersions, so who
// makes one every ten minutes runs into the quota within a day.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
const (
	maxVersions = 100
	keptFor     = 24 * time.Hour
)

// putSecretValue adds a version, and is repeated without harm with the same token
// and value.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
func (a *AWS) putSecretValue(r *request) (any, error) {
	var in struct {
		SecretId, ClientRequestToken string
		SecretString                 *string
		SecretBinary                 []byte
		VersionStages                []string
	}
	s, err := r.secret(&in, &in.SecretId)
	if err != nil {
		return nil, err
	}
	v := value{in.SecretString, in.SecretBinary}
	if v.none() {
		return nil, refuse("InvalidRequestException", "You must provide either SecretString or SecretBinary.")
	}
	if err := checkVersion(in.ClientRequestToken, v); err != nil {
		return nil, err
	}
	if err := s.present(); err != nil {
		return nil, err
	}
	made := s.version(in.ClientRequestToken)
	switch {
	case made == nil:
		if made, err = s.add(in.ClientRequestToken, v, in.VersionStages, r.now); err != nil {
			return nil, err
		}
	case !made.value.equal(v):
		return nil, s.tokenTaken(in.ClientRequestToken)
	}
	return secretJSON{s.arn, s.name, made.id, made.stages}, nil
}

// add makes a version with some labels; the first one is the current one in any case.
func (s *secret) add(id string, v value, stages []string, now time.Time) (*version, error) {
	if len(s.versions) >= maxVersions {
		s.versions = slices.DeleteFunc(s.versions, func(v *version) bool {
			return len(v.stages) == 0 && now.Sub(v.created) >= keptFor
		})
	}
	if len(s.versions) >= maxVersions {
		return nil, refuse("LimitExceededException", "You've exceeded the quota of %d versions of this secret.", maxVersions)
	}
	if len(stages) == 0 || len(s.versions) == 0 && !slices.Contains(stages, current) {
		stages = append(slices.Clone(stages), current)
	}
	made := &version{id: id, value: v, created: now}
	s.versions = append(s.versions, made)
	s.changed = now
	for _, stage := range stages {
		s.attach(stage, made)
	}
	return made, nil
}

// attach takes a label from the version that has it and gives it to another. The
// version that was the current one becomes the previous one.
func (s *secret) attach(stage string, to *version) {
	from := s.staged(stage)
	if from == to {
		return
	}
	from.detach(stage)
	to.stages = append(to.stages, stage)
	slices.Sort(to.stages)
	if stage == current && from != nil {
		s.attach(previous, from)
	}
}

func (v *version) detach(stage string) {
	if v != nil {
		v.stages = slices.DeleteFunc(slices.Clone(v.stages), func(x string) bool { return x == stage })
	}
}

// staged returns the version that has a label, nil if none has it.
func (s *secret) staged(stage string) *version {
	for _, v := range s.versions {
		if slices.Contains(v.stages, stage) {
			return v
		}
	}
	return nil
}

func (s *secret) version(id string) *version {
	for _, v := range s.versions {
		if v.id == id {
			return v
		}
	}
	return nil
}

// updateSecretVersionStage moves a label, and wants to hear where it was.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
func (a *AWS) updateSecretVersionStage(r *request) (any, error) {
	var in struct{ SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId string }
	s, err := r.secret(&in, &in.SecretId)
	if err != nil {
		return nil, err
	}
	if err := s.present(); err != nil {
		return nil, err
	}
	from, to := s.staged(in.VersionStage), s.version(in.MoveToVersionId)
	if err := checkMove(in.VersionStage, in.MoveToVersionId, in.RemoveFromVersionId, from, to); err != nil {
		return nil, err
	}
	s.changed = r.now
	if to == nil {
		from.detach(in.VersionStage)
	} else {
		s.attach(in.VersionStage, to)
	}
	return secretJSON{ARN: s.arn, Name: s.name}, nil
}

func checkMove(stage, toID, fromID string, from, to *version) error {
	switch {
	case stage == "" || toID == "" && fromID == "":
		return refuse("InvalidParameterException", "You must provide VersionStage, and MoveToVersionId or RemoveFromVersionId.")
	case toID != "" && to == nil:
		return refuse("InvalidParameterException", "Not a valid version: %s", toID)
	case fromID != "" && (from == nil || from.id != fromID):
		return refuse("InvalidParameterException", "Version stage %s not found in version %s", stage, fromID)
	case from != nil && from != to && fromID == "":
		return refuse("InvalidParameterException", "The parameter RemoveFromVersionId can't be empty. Staging label %s is currently attached to version %s,"+
			" so you must explicitly reference that version in RemoveFromVersionId.", stage, from.id)
	case stage == current && to == nil:
		return refuse("InvalidParameterException", "You can only move staging label %s to a different secret version. It can't be completely removed.", current)
	}
	return nil
}
