package fakeaws_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"sekisho/aws/fakeaws"
)

func TestAssumeRoleIntoAnotherAccount(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		role := a.AddRole(dev, "sekisho", "shared-secret")
		a.AddUser(dev, "alice", nil)
		cfg := a.Config(prod)
		cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role,
			func(o *stscreds.AssumeRoleOptions) {
				o.RoleSessionName = "test"
				o.ExternalID = new("shared-secret")
			}))

		who := must[*sts.GetCallerIdentityOutput](t)(sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil))
		got := []string{*who.Account, *who.Arn}
		if diff := cmp.Diff([]string{dev, "arn:aws:sts::222222222222:assumed-role/sekisho/test"}, got); diff != "" {
			t.Error(diff)
		}
		c := iam.NewFromConfig(cfg)
		if _, err := c.GetUser(t.Context(), &iam.GetUserInput{UserName: new("alice")}); err != nil {
			t.Errorf("get dev's alice: %v", err)
		}
		_, err := c.GetUser(t.Context(), &iam.GetUserInput{})
		refused(t, err, "ValidationError", 400) // a role's session is no user
	})
}

func TestAssumeRoleRefused(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		guarded := a.AddRole(dev, "guarded", "shared-secret")
		c := stsOf(a, prod)
		try := func(in sts.AssumeRoleInput, code string, status int) {
			t.Helper()
			_, err := c.AssumeRole(t.Context(), &in)
			refused(t, err, code, status)
		}
		session := new("test")
		try(sts.AssumeRoleInput{RoleArn: new("arn:aws:iam::222222222222:role/none"), RoleSessionName: session}, "AccessDenied", 403)
		try(sts.AssumeRoleInput{RoleArn: &guarded, RoleSessionName: session}, "AccessDenied", 403)
		try(sts.AssumeRoleInput{RoleArn: &guarded, RoleSessionName: session, ExternalId: new("other")}, "AccessDenied", 403)
		try(sts.AssumeRoleInput{RoleArn: &guarded, RoleSessionName: new("a b")}, "ValidationError", 400)
		try(sts.AssumeRoleInput{RoleArn: &guarded, RoleSessionName: session, DurationSeconds: new(int32(899))}, "ValidationError", 400)
	})
}

func TestCallerIdentity(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		for _, account := range []string{prod, dev} {
			who := must[*sts.GetCallerIdentityOutput](t)(stsOf(a, account).GetCallerIdentity(t.Context(), nil))
			if *who.Account != account || *who.Arn != "arn:aws:iam::"+account+":user/operator" {
				t.Errorf("in %s got %s, %s", account, *who.Account, *who.Arn)
			}
		}
	})
}

func TestUnknownKey(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		cfg := a.Config(prod)
		cfg.Credentials = credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", "")
		_, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
		refused(t, err, "InvalidClientTokenId", 403)

		id, secret := a.Credentials(prod)
		cfg.Credentials = credentials.NewStaticCredentialsProvider(id, secret, "a token that is not its own")
		_, err = iam.NewFromConfig(cfg).GetUser(t.Context(), &iam.GetUserInput{})
		refused(t, err, "InvalidClientTokenId", 403)

		calls := a.Calls()
		if len(calls) != 2 || calls[0].Account != "" || calls[0].Err != "InvalidClientTokenId" {
			t.Errorf("log %+v", calls)
		}
	})
}
