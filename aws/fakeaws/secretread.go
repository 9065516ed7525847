package fakeaws

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// secret decodes a request and finds the secret whose name or ARN it then holds, as
// far as the caller may do with it what he asks for. Who may not is not told whether
// there is one.
func (r *request) secret(in any, id *string) (*secret, error) {
	if err := r.decode(in); err != nil {
		return nil, err
	}
	s := r.caller.account.secret(*id, r.now)
	if err := r.mayTouch(s, *id); err != nil {
		return nil, err
	}
	if s == nil {
		return nil, refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	return s, nil
}

// secret finds a secret by its name, its ARN, or an ARN without the six characters
// at its end.
func (acc *account) secret(id string, now time.Time) *secret {
	acc.bury(now)
	if s := acc.secrets[id]; s != nil {
		return s
	}
	for _, s := range acc.secrets {
		if strings.HasPrefix(s.arn, id) && (len(id) == len(s.arn) || len(id) == len(s.arn)-len("-123456")) {
			return s
		}
	}
	return nil
}

// getSecretValue is the only call that shows a value.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (a *AWS) getSecretValue(r *request) (any, error) {
	var in struct{ SecretId, VersionId, VersionStage string }
	s, err := r.secret(&in, &in.SecretId)
	if err != nil {
		return nil, err
	}
	if err := s.present(); err != nil {
		return nil, err
	}
	v, err := s.asked(in.VersionId, in.VersionStage)
	if err != nil {
		return nil, err
	}
	day := r.now.UTC().Truncate(24 * time.Hour)
	s.accessed, v.accessed = day, day
	return struct {
		secretJSON
		SecretString *string `json:",omitempty"`
		SecretBinary []byte  `json:",omitempty"`
		CreatedDate  float64
	}{secretJSON{s.arn, s.name, v.id, v.stages}, v.value.String, v.value.Binary, seconds(v.created)}, nil
}

// asked is the version of an id, or at a label, or at both.
func (s *secret) asked(id, stage string) (*version, error) {
	if id == "" {
		stage = cmp.Or(stage, current)
		if v := s.staged(stage); v != nil {
			return v, nil
		}
		return nil, refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: %s", stage)
	}
	v := s.version(id)
	switch {
	case v == nil:
		return nil, refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for VersionId: %s", id)
	case stage != "" && s.staged(stage) != v:
		return nil, refuse("InvalidRequestException", "You provided a VersionStage that is not associated to the provided VersionId.")
	}
	return v, nil
}

// describeSecret shows all but values, also of a secret that is to be deleted.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
func (a *AWS) describeSecret(r *request) (any, error) {
	var in struct{ SecretId string }
	s, err := r.secret(&in, &in.SecretId)
	if err != nil {
		return nil, err
	}
	out := describedJSON{
		ARN: s.arn, Name: s.name, Description: s.description, KmsKeyId: s.kmsKey,
		CreatedDate: seconds(s.created), LastChangedDate: seconds(s.changed),
		LastAccessedDate: seconds(s.accessed), DeletedDate: seconds(s.deletes),
		VersionIdsToStages: make(map[string][]string),
	}
	for _, v := range s.versions {
		if len(v.stages) > 0 {
			out.VersionIdsToStages[v.id] = v.stages
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.tags)) {
		out.Tags = append(out.Tags, tagJSON{key, s.tags[key]})
	}
	return out, nil
}

// listSecretVersionIDs shows a page of the versions, without those that have no
// label unless they are asked for.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html
func (a *AWS) listSecretVersionIDs(r *request) (any, error) {
	var in struct {
		SecretId, NextToken string
		MaxResults          *int
		IncludeDeprecated   bool
	}
	s, err := r.secret(&in, &in.SecretId)
	if err != nil {
		return nil, err
	}
	shown := slices.DeleteFunc(slices.Clone(s.versions), func(v *version) bool {
		return len(v.stages) == 0 && !in.IncludeDeprecated
	})
	shown, next, err := cut(shown, window{in.MaxResults, 1, 100, 100}, in.NextToken, "InvalidNextTokenException")
	if err != nil {
		return nil, err
	}
	out := struct {
		ARN, Name string
		Versions  []versionJSON
		NextToken string `json:",omitempty"`
	}{ARN: s.arn, Name: s.name, NextToken: next}
	for _, v := range shown {
		out.Versions = append(out.Versions, versionJSON{v.id, v.stages, seconds(v.created), seconds(v.accessed)})
	}
	return out, nil
}

type versionJSON struct {
	VersionId        string
	VersionStages    []string `json:",omitempty"`
	CreatedDate      float64
	LastAccessedDate float64 `json:",omitempty"`
}

type describedJSON struct {
	ARN, Name          string
	Description        string              `json:",omitempty"`
	KmsKeyId           string              `json:",omitempty"`
	CreatedDate        float64             `json:",omitempty"`
	LastChangedDate    float64             `json:",omitempty"`
	LastAccessedDate   float64             `json:",omitempty"`
	DeletedDate        float64             `json:",omitempty"`
	Tags               []tagJSON           `json:",omitempty"`
	VersionIdsToStages map[string][]string `json:",omitempty"`
}
