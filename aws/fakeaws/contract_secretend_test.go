package fakeaws_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"
)

func (c cloud) forget(t *testing.T, id string, days int64) error {
	_, err := c.sm.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &id, RecoveryWindowInDays: &days})
	return err
}

// openPolicy lets everybody read.
const openPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*"}]}`

func (c cloud) share(t *testing.T, id, document string, block bool) error {
	_, err := c.sm.PutResourcePolicy(t.Context(), &secretsmanager.PutResourcePolicyInput{SecretId: &id, ResourcePolicy: &document, BlockPublicPolicy: &block})
	return err
}

// Who else may use a secret, and its end.
var secretEndContract = []clause{
	{"secret is deleted and restored", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		if err := c.forget(t, "s", 7); err != nil {
			t.Fatal(err)
		}
		if d := c.describe(t, "s"); d.DeletedDate == nil || time.Until(*d.DeletedDate).Round(24*time.Hour) != 7*24*time.Hour {
			t.Errorf("deleted %v", d.DeletedDate)
		}
		_, err := c.value(t, "s", "AWSCURRENT")
		for _, err := range []error{err, c.forget(t, "s", 7)} {
			refused(t, err, "InvalidRequestException", 400)
		}
		must[*secretsmanager.RestoreSecretOutput](t)(c.sm.RestoreSecret(t.Context(), &secretsmanager.RestoreSecretInput{SecretId: new("s")}))
		c.reads(t, "s", "one", "")
	}},
	{"name of a secret that is to be deleted", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		if err := c.forget(t, "s", 7); err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{token1, token2} {
			_, err := c.create(t, "s", token, "one")
			refused(t, err, "InvalidRequestException", 400)
			is[*types.InvalidRequestException](t, err)
		}
	}},
	{"secret that is to be deleted is not changed", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		if err := c.forget(t, "s", 7); err != nil {
			t.Fatal(err)
		}
		_, err := c.sm.TagResource(t.Context(), &secretsmanager.TagResourceInput{SecretId: new("s"), Tags: []types.Tag{{Key: new("a"), Value: new("b")}}})
		for _, err := range []error{err, c.put(t, "s", token2, "two"), c.stage(t, "s", "MINE", "", token1), c.share(t, "s", openPolicy, false)} {
			refused(t, err, "InvalidRequestException", 400)
		}
	}},
	{"recovery window", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		_, err := c.sm.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: new("s"),
			RecoveryWindowInDays: new(int64(7)), ForceDeleteWithoutRecovery: new(true)})
		for _, err := range []error{err, c.forget(t, "s", 6), c.forget(t, "s", 31)} {
			refused(t, err, "InvalidParameterException", 400)
		}
		out := must[*secretsmanager.DeleteSecretOutput](t)(c.sm.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: new("s")}))
		if time.Until(*out.DeletionDate).Round(24*time.Hour) != 30*24*time.Hour {
			t.Errorf("deleted at %v", out.DeletionDate)
		}
	}},
	{"secret is deleted by force, also one that is not there", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		if err := c.forget(t, "s", 7); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"s", "none"} {
			must[*secretsmanager.DeleteSecretOutput](t)(c.sm.DeleteSecret(t.Context(),
				&secretsmanager.DeleteSecretInput{SecretId: &id, ForceDeleteWithoutRecovery: new(true)}))
		}
		if got, err := c.value(t, "s", "AWSCURRENT"); err == nil {
			t.Errorf("still %q", got)
		}
	}},
	{"secret is tagged", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		for _, value := range []string{"1", "2"} {
			must[*secretsmanager.TagResourceOutput](t)(c.sm.TagResource(t.Context(),
				&secretsmanager.TagResourceInput{SecretId: new("s"), Tags: []types.Tag{{Key: new("grant"), Value: &value}}}))
		}
		if d := c.describe(t, "s"); len(d.Tags) != 1 || *d.Tags[0].Value != "2" {
			t.Errorf("tags %v", d.Tags)
		}
	}},
	{"value of a secret is too long", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, strings.Repeat("x", 65536)))
		refused(t, c.put(t, "s", token2, strings.Repeat("x", 65537)), "ValidationException", 400)
	}},
	{"resource policy is kept", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		get := func() *string {
			return must[*secretsmanager.GetResourcePolicyOutput](t)(c.sm.GetResourcePolicy(t.Context(),
				&secretsmanager.GetResourcePolicyInput{SecretId: new("s")})).ResourcePolicy
		}
		if p := get(); p != nil {
			t.Errorf("at first %s", *p)
		}
		if err := c.share(t, "s", openPolicy, false); err != nil {
			t.Fatal(err)
		}
		var got, want any
		if err := errors.Join(json.Unmarshal([]byte(*get()), &got), json.Unmarshal([]byte(openPolicy), &want)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}},
	{"public policy is blocked if asked", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		err := c.share(t, "s", openPolicy, true)
		refused(t, err, "PublicPolicyException", 400)
		is[*types.PublicPolicyException](t, err)
	}},
	{"malformed policy", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		for _, document := range []string{"{", `{"Version":"2012-10-17"}`, strings.ReplaceAll(openPolicy, "Allow", "AllowSomething"),
			strings.ReplaceAll(openPolicy, `"*"`, `{"AWS":"arn:aws:iam::`+prod+`:user/nobody"}`)} {
			is[*types.MalformedPolicyDocumentException](t, c.share(t, "s", document, true))
		}
	}},
}
