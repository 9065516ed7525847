package fakeaws_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

var roleContract = []clause{
	{"role has a unique id", func(t *testing.T, c cloud) {
		id, other := c.role(t, "deployer"), c.role(t, "auditor")
		got := c.readRole(t, "deployer")
		if *got.RoleId != id || id == other || !strings.HasPrefix(id, "AROA") || *got.RoleName != "deployer" || !strings.HasSuffix(*got.Arn, ":role/deployer") {
			t.Errorf("%s, %+v", id, got)
		}
		if got.CreateDate == nil || got.MaxSessionDuration == nil || !strings.Contains(*got.AssumeRolePolicyDocument, "%22sts%3AAssumeRole%22") {
			t.Errorf("%+v", got)
		}
	}},
	{"role made again has another id", func(t *testing.T, c cloud) {
		before := c.role(t, "deployer")
		c.dropRole(t, "deployer")
		_, err := c.iam.GetRole(t.Context(), &iam.GetRoleInput{RoleName: new("deployer")})
		is[*types.NoSuchEntityException](t, err)
		if after := c.role(t, "deployer"); after == before || *c.readRole(t, "deployer").RoleId != after {
			t.Errorf("before %s, after %s", before, after)
		}
	}},
	{"missing role", func(t *testing.T, c cloud) {
		c.user(t, "deployer")
		_, err := c.iam.GetRole(t.Context(), &iam.GetRoleInput{RoleName: new("deployer")})
		refused(t, err, "NoSuchEntity", 404)
		is[*types.NoSuchEntityException](t, err)
	}},
	{"a role's name is not told apart by case", func(t *testing.T, c cloud) {
		id := c.role(t, "Deployer")
		if got := c.readRole(t, "dEPLOYER"); *got.RoleId != id || *got.RoleName != "Deployer" {
			t.Errorf("%+v", got)
		}
	}},
	{"role's name outside the pattern", func(t *testing.T, c cloud) {
		for _, name := range []string{"a b", "ci/deployer", strings.Repeat("x", 65)} {
			_, err := c.iam.GetRole(t.Context(), &iam.GetRoleInput{RoleName: &name})
			refused(t, err, "ValidationError", 400)
		}
	}},
	{"session has the id of its role", func(t *testing.T, c cloud) {
		id := c.role(t, "deployer")
		if got := c.as(t, "deployer", "run-4711").self(t); got != id+":run-4711" {
			t.Errorf("session %s of role %s", got, id)
		}
	}},
}

func (c cloud) readRole(t *testing.T, name string) *types.Role {
	t.Helper()
	return must[*iam.GetRoleOutput](t)(c.iam.GetRole(t.Context(), &iam.GetRoleInput{RoleName: &name})).Role
}

// as is the same AWS for a session of a role.
func (c cloud) as(t *testing.T, role, session string) cloud {
	t.Helper()
	out := must[*sts.AssumeRoleOutput](t)(sts.NewFromConfig(c.cfg).AssumeRole(t.Context(),
		&sts.AssumeRoleInput{RoleArn: c.readRole(t, role).Arn, RoleSessionName: &session})).Credentials
	c.cfg.Credentials = credentials.NewStaticCredentialsProvider(*out.AccessKeyId, *out.SecretAccessKey, *out.SessionToken)
	c.iam, c.sqs = iam.NewFromConfig(c.cfg), sqs.NewFromConfig(c.cfg)
	return c
}

// self is the unique id of who calls.
func (c cloud) self(t *testing.T) string {
	t.Helper()
	return *must[*sts.GetCallerIdentityOutput](t)(sts.NewFromConfig(c.cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})).UserId
}
