package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
)

// turnServer changes how a server takes what it is told. One that is well again uses the key that it fetched last.
func (s *stage) turnServer(a action) error {
	to := mood(a.Value)
	if !slices.Contains(servers, a.Name) || !slices.Contains(moods, to) {
		return say("error.action")
	}
	s.fleet.change(a.Name, func(m *machine) {
		if m.mood = to; to == well && m.fetched != "" {
			m.key = m.fetched
		}
	})
	for _, r := range s.settings().Policy.Rotations {
		s.aws.SetOnline(r.Account, a.Name, to != silent)
	}
	s.happen("server", map[string]string{"server": a.Name, "mood": string(to)})
	return nil
}

// turnKey switches a key of a rotation on or off in the IAM console, past the bot.
func (s *stage) turnKey(a action) error {
	for _, r := range s.settings().Policy.Rotations {
		if s.hasKey(r, a.Name) {
			s.aws.SetKey(r.Account, s.userNow(r.Account, r.User), a.Name, a.On)
			s.happen("key"+map[bool]string{false: "_off", true: "_on"}[a.On], map[string]string{"key": a.Name})
			return nil
		}
	}
	return say("error.no_key", "key", a.Name)
}

func (s *stage) hasKey(r access.Rotation, id string) bool {
	return slices.ContainsFunc(s.aws.Keys(r.Account, s.userNow(r.Account, r.User)), func(k fakeaws.Key) bool { return k.ID == id })
}

// reading is the command that reads a secret, up to the name of that.
const reading = "aws secretsmanager get-secret-value --region us-east-1 --query SecretString --output text --secret-id "

// read runs the command that the bot names in its DM, with the credentials of an IAM user. The answer is what a terminal
// would show, but for the secret itself: that stays here.
func (s *stage) read(a action) (json.RawMessage, error) {
	l, ok := s.login(a.Account, a.User)
	switch {
	case !ok:
		return nil, say("error.no_login", "user", a.User)
	case s.broken.hangsFor("secretsmanager"):
		return nil, say("error.hangs")
	}
	as := s.aws.Config(a.Account)
	as.Credentials = credentials.NewStaticCredentialsProvider(l.keyID, "any", "")
	key, err := keyIn(s.ctx, as, a.Name)
	with, shows := map[string]string{"user": a.User, "secret": a.Name, "key": key}, masked(key)
	var refused smithy.APIError
	switch {
	case errors.As(err, &refused):
		with["error"], shows = refused.ErrorCode(), refused.ErrorCode()
	case err != nil:
		return nil, err
	}
	s.happen("read", with)
	return json.Marshal("$ " + reading + a.Name + "\n" + shows)
}

// everybody is the policy of a secret that all of an account can read.
const everybody = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*", "Principal": "*"}]}`

// openSecret gives a secret a policy by hand that lets everybody read it.
func (s *stage) openSecret(a action) error {
	if s.broken.hangsFor("secretsmanager") {
		return say("error.hangs")
	}
	_, err := secretsmanager.NewFromConfig(s.aws.Config(a.Account)).PutResourcePolicy(s.ctx,
		&secretsmanager.PutResourcePolicyInput{SecretId: &a.Name, ResourcePolicy: aws.String(everybody)})
	switch missing := new(types.ResourceNotFoundException); {
	case errors.As(err, &missing):
		return say("error.no_such", "name", a.Name)
	case err != nil:
		return err
	}
	s.happen("opened", map[string]string{"secret": a.Name})
	return nil
}

// masked is a secret with a key in it, without what is secret of it.
func masked(key string) string {
	return fmt.Sprintf(`{"aws_access_key_id":"%s","aws_secret_access_key":"****"}`, key)
}
