package fakeaws

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"time"
)

var secretActions = map[string]action{
	"CreateSecret":             {do: (*AWS).createSecret, write: true},
	"PutSecretValue":           {do: (*AWS).putSecretValue, write: true},
	"GetSecretValue":           {do: (*AWS).getSecretValue},
	"DescribeSecret":           {do: (*AWS).describeSecret},
	"ListSecretVersionIds":     {do: (*AWS).listSecretVersionIDs},
	"UpdateSecretVersionStage": {do: (*AWS).updateSecretVersionStage, write: true},
	"TagResource":              {do: (*AWS).tagSecret, write: true},
	"PutResourcePolicy":        {do: (*AWS).putResourcePolicy, write: true},
	"GetResourcePolicy":        {do: (*AWS).getResourcePolicy},
	"DeleteSecret":             {do: (*AWS).deleteSecret, write: true},
	"RestoreSecret":            {do: (*AWS).restoreSecret, write: true},
}

// Secret is a secret as it stands in Secrets Manager.
type Secret struct {
	Name, ARN string
	// Current and Previous are the values that AWSCURRENT and AWSPREVIOUS stand at.
	Current, Previous string
	Versions          int
	KMSKey, Policy    string
	Tags              map[string]string
	Deletes           time.Time // the end of its recovery window; the zero time if it stays
}

// Secrets returns the secrets of an account, sorted by name, those among them that
// are to be deleted.
func (a *AWS) Secrets(account string) []Secret {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	acc := a.account(account)
	acc.bury(a.now())
	var out []Secret
	for _, name := range slices.Sorted(maps.Keys(acc.secrets)) {
		s := acc.secrets[name]
		out = append(out, Secret{
			Name: name, ARN: s.arn,
			Current: s.staged(current).text(), Previous: s.staged(previous).text(), Versions: len(s.versions),
			KMSKey: s.kmsKey, Policy: s.policy.text(), Tags: maps.Clone(s.tags), Deletes: s.deletes,
		})
	}
	return out
}

// secret is one of Secrets Manager.
type secret struct {
	name, arn, description, kmsKey string

	tags     map[string]string
	policy   *policy    // nil without one
	versions []*version // the oldest first

	created, changed, accessed time.Time

	deletes time.Time // end of the recovery window, the zero time if it is not to be deleted
	gone    time.Time // when it and its name are gone, the zero time as deletes
}

type version struct {
	id                string
	value             value
	stages            []string // sorted
	created, accessed time.Time
}

// value is what is kept secret: either a text or bytes.
type value struct {
	String *string
	Binary []byte
}

func (v value) none() bool { return v.String == nil && v.Binary == nil }

func (v value) equal(w value) bool {
	if v.String == nil || w.String == nil {
		return v.String == nil && w.String == nil && bytes.Equal(v.Binary, w.Binary)
	}
	return *v.String == *w.String
}

func (v *version) text() string {
	if v == nil || v.value.String == nil {
		return ""
	}
	return *v.value.String
}

// createSecret makes a secret, and is repeated without harm with the same token
// and value. A name is taken until long after the secret was deleted.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
func (a *AWS) createSecret(r *request) (any, error) {
	var in struct {
		Name, ClientRequestToken, Description, KmsKeyId string
		SecretString                                    *string
		SecretBinary                                    []byte
		Tags                                            []tagJSON
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	v := value{in.SecretString, in.SecretBinary}
	if err := r.mayMakeSecret(in.Name, in.ClientRequestToken, v); err != nil {
		return nil, err
	}
	tags, err := tagged(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	acc := r.caller.account
	if s := acc.secret(in.Name, r.now); s != nil {
		return s.createdAgain(in.ClientRequestToken, v)
	}
	s := acc.newSecret(in.Name, r.now)
	s.description, s.kmsKey, s.tags = in.Description, in.KmsKeyId, tags
	if v.none() {
		return secretJSON{ARN: s.arn, Name: s.name}, nil
	}
	s.versions = []*version{{id: in.ClientRequestToken, value: v, stages: []string{current}, created: r.now}}
	return secretJSON{ARN: s.arn, Name: s.name, VersionId: in.ClientRequestToken}, nil
}

// createdAgain is what comes of making a secret that there is.
func (s *secret) createdAgain(token string, v value) (any, error) {
	if err := s.present(); err != nil {
		return nil, refuse("InvalidRequestException",
			"You can't create this secret because a secret with this name is already scheduled for deletion.")
	}
	made := s.version(token)
	switch {
	case made == nil:
		return nil, refuse("ResourceExistsException", "The operation failed because the secret %s already exists.", s.name)
	case !made.value.equal(v):
		return nil, s.tokenTaken(token)
	}
	return secretJSON{ARN: s.arn, Name: s.name, VersionId: token}, nil
}

func (s *secret) tokenTaken(token string) error {
	return refuse("ResourceExistsException",
		"You can't use ClientRequestToken %s because that value is already in use for a version of secret %s.", token, s.arn)
}

var secretName = regexp.MustCompile(`^[A-Za-z0-9/_+=.@!-]{1,512}$`)

func (r *request) mayMakeSecret(name, token string, v value) error {
	if !r.caller.trusted {
		return r.denied(name, "no identity-based policy allows the secretsmanager:CreateSecret action")
	}
	if !secretName.MatchString(name) {
		return refuse("ValidationException",
			"Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!")
	}
	if v.none() {
		return nil
	}
	return checkVersion(token, v)
}

// maxValue is a quota: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
const maxValue = 65536

// checkVersion lets through what a version can be made of.
func checkVersion(token string, v value) error {
	switch {
	case v.String != nil && v.Binary != nil:
		return refuse("InvalidParameterException",
			"You can't specify both a binary secret value and a string secret value in the same secret.")
	case v.String != nil && len(*v.String) > maxValue || len(v.Binary) > maxValue:
		return refuse("ValidationException",
			"1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to %d", maxValue)
	case token == "":
		return refuse("InvalidRequestException", "You must provide a ClientRequestToken value. We recommend a UUID-type value.")
	case len(token) < 32 || len(token) > 64:
		return refuse("InvalidParameterException", "ClientRequestToken must be 32-64 characters long.")
	}
	return nil
}

type secretJSON struct {
	ARN, Name     string
	VersionId     string   `json:",omitempty"`
	VersionStages []string `json:",omitempty"`
}
