package fakeaws_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"
)

// Tokens, which become the ids of versions.
var (
	token1 = strings.Repeat("1", 32)
	token2 = strings.Repeat("2", 64)
	token3 = strings.Repeat("3", 40)
)

func (c cloud) create(t *testing.T, name, token, value string) (*secretsmanager.CreateSecretOutput, error) {
	return c.sm.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, ClientRequestToken: &token, SecretString: &value})
}

func (c cloud) put(t *testing.T, id, token, value string) error {
	_, err := c.sm.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &id, ClientRequestToken: &token, SecretString: &value})
	return err
}

func (c cloud) value(t *testing.T, id, stage string) (string, error) {
	out, err := c.sm.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &id, VersionStage: &stage})
	if err != nil {
		return "", err
	}
	return *out.SecretString, nil
}

// reads fails unless a secret has these two values.
func (c cloud) reads(t *testing.T, id, current, previous string) {
	t.Helper()
	for stage, want := range map[string]string{"AWSCURRENT": current, "AWSPREVIOUS": previous} {
		got, err := c.value(t, id, stage)
		if want == "" {
			is[*types.ResourceNotFoundException](t, err)
			continue
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", stage, got, err, want)
		}
	}
}

func (c cloud) forget(t *testing.T, id string, days int64) error {
	_, err := c.sm.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &id, RecoveryWindowInDays: &days})
	return err
}

func (c cloud) describe(t *testing.T, id string) *secretsmanager.DescribeSecretOutput {
	t.Helper()
	return must[*secretsmanager.DescribeSecretOutput](t)(c.sm.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: &id}))
}

func (c cloud) stage(t *testing.T, id, stage, from, to string) error {
	in := &secretsmanager.UpdateSecretVersionStageInput{SecretId: &id, VersionStage: &stage}
	if from != "" {
		in.RemoveFromVersionId = &from
	}
	if to != "" {
		in.MoveToVersionId = &to
	}
	_, err := c.sm.UpdateSecretVersionStage(t.Context(), in)
	return err
}

var secretContract = []clause{
	{"secret is made and read", func(t *testing.T, c cloud) {
		out := must[*secretsmanager.CreateSecretOutput](t)(c.sm.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
			Name: new("alice/access-key-1"), ClientRequestToken: &token1, SecretString: new("サインイン"), Description: new("hers"),
			KmsKeyId: new("alias/keys"), Tags: []types.Tag{{Key: new("grant"), Value: new("7")}},
		}))
		if *out.VersionId != token1 || !strings.HasSuffix((*out.ARN)[:len(*out.ARN)-6], ":secret:alice/access-key-1-") {
			t.Errorf("version %s of %s", *out.VersionId, *out.ARN)
		}
		for _, id := range []string{"alice/access-key-1", *out.ARN, (*out.ARN)[:len(*out.ARN)-7]} {
			c.reads(t, id, "サインイン", "")
		}
		d := c.describe(t, *out.ARN)
		if *d.Description != "hers" || *d.KmsKeyId != "alias/keys" || len(d.Tags) != 1 || *d.Tags[0].Value != "7" || d.DeletedDate != nil ||
			time.Since(*d.CreatedDate) > time.Minute || !slices.Equal(d.VersionIdsToStages[token1], []string{"AWSCURRENT"}) {
			t.Errorf("described as %+v", d)
		}
	}},
	{"making a secret is idempotent by token and value", func(t *testing.T, c cloud) {
		first := must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		again := must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		if *first.ARN != *again.ARN || *again.VersionId != token1 {
			t.Errorf("made again as %s, %s", *again.ARN, *again.VersionId)
		}
		_, err := c.create(t, "s", token1, "two")
		_, err2 := c.create(t, "s", token2, "one")
		for _, err := range []error{err, err2} {
			refused(t, err, "ResourceExistsException", 400)
			is[*types.ResourceExistsException](t, err)
		}
		c.reads(t, "s", "one", "")
	}},
	{"length of a token", func(t *testing.T, c cloud) {
		for _, token := range []string{token1[1:], token2 + "2"} {
			_, err := c.create(t, "s", token, "one")
			refused(t, err, "InvalidParameterException", 400)
		}
	}},
	{"name of a secret outside the pattern", func(t *testing.T, c cloud) {
		_, err := c.create(t, "a b", token1, "one")
		refused(t, err, "ValidationException", 400)
	}},
	{"secret without a value", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.sm.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: new("s")}))
		c.reads(t, "s", "", "")
		if err := c.put(t, "s", token1, "one"); err != nil {
			t.Fatal(err)
		}
		c.reads(t, "s", "one", "")
	}},
	{"binary value", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.sm.CreateSecret(t.Context(),
			&secretsmanager.CreateSecretInput{Name: new("s"), SecretBinary: []byte{0, 255}}))
		out := must[*secretsmanager.GetSecretValueOutput](t)(c.sm.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: new("s")}))
		if string(out.SecretBinary) != "\x00\xff" || out.SecretString != nil {
			t.Errorf("got %v, %v", out.SecretBinary, out.SecretString)
		}
	}},
	{"missing secret", func(t *testing.T, c cloud) {
		_, err := c.value(t, "none", "AWSCURRENT")
		for _, err := range []error{err, c.put(t, "none", token1, "one"), c.forget(t, "none", 7)} {
			is[*types.ResourceNotFoundException](t, err)
		}
	}},
	{"status of a missing secret", func(t *testing.T, c cloud) {
		_, err := c.value(t, "none", "AWSCURRENT")
		refused(t, err, "ResourceNotFoundException", 400)
	}},
	{"the old value stays as the previous one", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		for i, token := range []string{token2, token2, token3} {
			if err := c.put(t, "s", token, []string{"two", "two", "three"}[i]); err != nil {
				t.Fatal(err)
			}
		}
		c.reads(t, "s", "three", "two")
		refused(t, c.put(t, "s", token3, "four"), "ResourceExistsException", 400)
		c.reads(t, "s", "three", "two")
		out := must[*secretsmanager.GetSecretValueOutput](t)(c.sm.GetSecretValue(t.Context(),
			&secretsmanager.GetSecretValueInput{SecretId: new("s"), VersionId: &token1}))
		if *out.SecretString != "one" || len(out.VersionStages) != 0 {
			t.Errorf("first version: %s at %v", *out.SecretString, out.VersionStages)
		}
		_, err := c.sm.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: new("s"), VersionId: new(strings.Repeat("4", 32))})
		is[*types.ResourceNotFoundException](t, err)
	}},
	{"version is listed while it has a label", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		for token, value := range map[string]string{token2: "two", token3: "three"} {
			if err := c.put(t, "s", token, value); err != nil {
				t.Fatal(err)
			}
		}
		count := func(all bool) int {
			return len(must[*secretsmanager.ListSecretVersionIdsOutput](t)(c.sm.ListSecretVersionIds(t.Context(),
				&secretsmanager.ListSecretVersionIdsInput{SecretId: new("s"), IncludeDeprecated: &all})).Versions)
		}
		if labelled, all := count(false), count(true); labelled != 2 || all != 3 {
			t.Errorf("%d versions with a label, %d in all", labelled, all)
		}
	}},
	{"label of our own", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		_, err := c.sm.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{
			SecretId: new("s"), ClientRequestToken: &token2, SecretString: new("two"), VersionStages: []string{"NEXT"}})
		if err != nil {
			t.Fatal(err)
		}
		c.reads(t, "s", "one", "")
		if got, err := c.value(t, "s", "NEXT"); got != "two" {
			t.Errorf("NEXT: %q, %v", got, err)
		}
	}},
	{"the old value is put back", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		if err := c.put(t, "s", token2, "two"); err != nil {
			t.Fatal(err)
		}
		is[*types.InvalidParameterException](t, c.stage(t, "s", "AWSCURRENT", "", token1))
		c.reads(t, "s", "two", "one")
		if err := c.stage(t, "s", "AWSCURRENT", token2, token1); err != nil {
			t.Fatal(err)
		}
		c.reads(t, "s", "one", "two")
	}},
	{"the current value is not taken away", func(t *testing.T, c cloud) {
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		is[*types.InvalidParameterException](t, c.stage(t, "s", "AWSCURRENT", token1, ""))
		c.reads(t, "s", "one", "")
	}},
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

// openPolicy lets everybody read.
const openPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*"}]}`

func (c cloud) share(t *testing.T, id, document string, block bool) error {
	_, err := c.sm.PutResourcePolicy(t.Context(), &secretsmanager.PutResourcePolicyInput{SecretId: &id, ResourcePolicy: &document, BlockPublicPolicy: &block})
	return err
}
