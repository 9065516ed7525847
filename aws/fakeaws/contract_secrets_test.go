package fakeaws_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
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
	{"an empty secret holds its name and its policy", func(t *testing.T, c cloud) {
		in := &secretsmanager.CreateSecretInput{Name: new("s"), Tags: []types.Tag{{Key: new("grant"), Value: new("7")}}}
		must[*secretsmanager.CreateSecretOutput](t)(c.sm.CreateSecret(t.Context(), in))
		in.ClientRequestToken = nil
		_, err := c.sm.CreateSecret(t.Context(), in)
		refused(t, err, "ResourceExistsException", 400)
		if d := c.describe(t, "s"); len(d.VersionIdsToStages) != 0 || len(d.Tags) != 1 || d.LastChangedDate == nil {
			t.Errorf("described as %+v", d)
		}
		_, err = c.sm.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: new("s")})
		is[*types.ResourceNotFoundException](t, err)
		policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"secretsmanager:DeleteSecret","Resource":"*"}]}`
		must[*secretsmanager.PutResourcePolicyOutput](t)(c.sm.PutResourcePolicy(t.Context(),
			&secretsmanager.PutResourcePolicyInput{SecretId: new("s"), ResourcePolicy: &policy, BlockPublicPolicy: new(true)}))
		for range 2 { // the second time changes nothing
			if err := c.put(t, "s", token1, "one"); err != nil {
				t.Fatal(err)
			}
		}
		out := must[*secretsmanager.GetResourcePolicyOutput](t)(c.sm.GetResourcePolicy(t.Context(),
			&secretsmanager.GetResourcePolicyInput{SecretId: new("s")}))
		if !strings.Contains(*out.ResourcePolicy, "DeleteSecret") {
			t.Errorf("policy %s", *out.ResourcePolicy)
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
}
