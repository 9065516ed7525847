package fakeaws_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"sekisho/aws/fakeaws"
)

func cloudIn(a *fakeaws.AWS) cloud { return cloudAt(a.Config(prod), fakeScene{a}) }

// as is the cloud as somebody else sees it, by a new key of theirs.
func as(a *fakeaws.AWS, user string) cloud {
	cfg := a.Config(prod)
	cfg.Credentials = credentials.NewStaticCredentialsProvider(a.AddKey(prod, user), "any", "")
	return cloudAt(cfg, fakeScene{a})
}

// only is a policy that lets one user read; more is put into its statements.
func only(user, more string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:user/%s"},`+
		`"Action":"secretsmanager:GetSecretValue","Resource":"*"}%s]}`, prod, user, more)
}

// The value is read by the operator and by whom the policy names; all others are
// told nothing, not even whether there is a secret.
func TestWhoReadsASecret(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		a.AddUser(prod, "bob", nil)
		c, alice, bob := cloudIn(a), as(a, "alice"), as(a, "bob")
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		_, err := alice.value(t, "s", "AWSCURRENT")
		refused(t, err, "AccessDeniedException", 400)
		if err := c.share(t, "s", only("alice", ""), true); err != nil {
			t.Fatal(err)
		}
		alice.reads(t, "s", "one", "")
		_, err = bob.value(t, "s", "AWSCURRENT")
		_, err2 := bob.value(t, "none", "AWSCURRENT")
		_, err3 := bob.create(t, "mine", token1, "one")
		for _, err := range []error{err, err2, err3, alice.put(t, "s", token2, "two"), alice.forget(t, "s", 7)} {
			refused(t, err, "AccessDeniedException", 400)
		}
		c.reads(t, "s", "one", "")
	})
}

// The user who is made again under the old name is another one.
func TestPolicyNamesTheUserAndNotTheName(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		c := cloudIn(a)
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		if err := c.share(t, "s", only("alice", ""), true); err != nil {
			t.Fatal(err)
		}
		a.DeleteUser(prod, "alice")
		a.AddUser(prod, "alice", nil)
		_, err := as(a, "alice").value(t, "s", "AWSCURRENT")
		refused(t, err, "AccessDeniedException", 400)
	})
}

// What a policy denies, it denies to all, the operator among them.
func TestPolicyDenies(t *testing.T) {
	deny := `,{"Effect":"Deny","Principal":"*","Action":"secretsmanager:Get*","Resource":"*","Condition":` +
		`{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::` + prod + `:user/alice"}}}`
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		c := cloudIn(a)
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		if err := c.share(t, "s", only("alice", deny), true); err != nil {
			t.Fatal(err)
		}
		as(a, "alice").reads(t, "s", "one", "")
		_, err := c.value(t, "s", "AWSCURRENT")
		refused(t, err, "AccessDeniedException", 400)
		if err := c.put(t, "s", token2, "two"); err != nil {
			t.Errorf("what is not denied: %v", err)
		}
	})
}

// What is denied to an account is denied to all of it.
func TestPolicyDeniesAnAccount(t *testing.T) {
	deny := `,{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::` + prod + `:root"},"Action":"*","Resource":"*"}`
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		c := cloudIn(a)
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		if err := c.share(t, "s", only("alice", deny), true); err != nil {
			t.Fatal(err)
		}
		for _, who := range []cloud{c, as(a, "alice")} {
			_, err := who.value(t, "s", "AWSCURRENT")
			refused(t, err, "AccessDeniedException", 400)
		}
	})
}

func TestPolicyOfAnUnknownCondition(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := cloudIn(a)
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		unknown := strings.ReplaceAll(openPolicy, `"Resource":"*"`, `"Resource":"*","Condition":{"Bool":{"aws:ViaAWSService":"false"}}`)
		refused(t, c.share(t, "s", unknown, false), "UnsupportedOperation", 400)
		for _, whole := range []string{`{"AWS":"` + dev + `"}`, `{"AWS":"arn:aws:iam::` + prod + `:root"}`} {
			if err := c.share(t, "s", strings.ReplaceAll(openPolicy, `"Principal":"*"`, `"Principal":`+whole), true); err != nil {
				t.Errorf("%s: %v", whole, err)
			}
		}
		a.AddUser(prod, "alice", nil)
		_, err := as(a, "alice").value(t, "s", "AWSCURRENT") // her account may, but nothing says that she may
		refused(t, err, "AccessDeniedException", 400)
	})
}

// A name comes free some time after the secret is gone, and the ARN is a new one.
func TestNameOfASecretComesFree(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := cloudIn(a)
		old := must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		if err := c.forget(t, "s", 7); err != nil {
			t.Fatal(err)
		}
		time.Sleep(7*24*time.Hour + time.Minute)
		_, err := c.create(t, "s", token1, "one")
		_, err2 := c.sm.RestoreSecret(t.Context(), &secretsmanager.RestoreSecretInput{SecretId: new("s")})
		for _, err := range []error{err, err2} {
			refused(t, err, "InvalidRequestException", 400)
		}
		time.Sleep(time.Hour)
		anew := must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		if *anew.ARN == *old.ARN {
			t.Error("the ARN is the old one")
		}
		must[*secretsmanager.DeleteSecretOutput](t)(c.sm.DeleteSecret(t.Context(),
			&secretsmanager.DeleteSecretInput{SecretId: new("s"), ForceDeleteWithoutRecovery: new(true)}))
		_, err = c.create(t, "s", token1, "one")
		is[*types.InvalidRequestException](t, err)
		if err := a.Wait(t.Context(), func() bool { return len(a.Secrets(prod)) == 0 }); err != nil {
			t.Error(err)
		}
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
	})
}

// Who puts a value every ten minutes runs into the quota; every fifteen is slow enough.
func TestQuotaOfVersions(t *testing.T) {
	for every, want := range map[time.Duration]bool{10 * time.Minute: false, 15 * time.Minute: true} {
		bubble(t, func(t *testing.T, a *fakeaws.AWS) {
			c := cloudIn(a)
			must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
			var err error
			for i := 0; i < 300 && err == nil; i++ {
				time.Sleep(every)
				err = c.put(t, "s", fmt.Sprintf("%032d", i), "x")
			}
			if (err == nil) != want {
				t.Errorf("every %s: %v", every, err)
			}
			if err != nil {
				is[*types.LimitExceededException](t, err)
			}
		})
	}
}

func TestPagesOfVersions(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := cloudIn(a)
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, "one"))
		for _, token := range []string{token2, token3} {
			if err := c.put(t, "s", token, "x"); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		in := &secretsmanager.ListSecretVersionIdsInput{SecretId: new("s"), MaxResults: new(int32(2)), IncludeDeprecated: new(true)}
		for pages := secretsmanager.NewListSecretVersionIdsPaginator(c.sm, in); pages.HasMorePages(); {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range page.Versions {
				got = append(got, *v.VersionId)
			}
		}
		if !slices.Equal(got, []string{token1, token2, token3}) {
			t.Errorf("versions %v", got)
		}
	})
}

// The calls are a record that may be shown: no value stands in it. What stands in
// Secrets Manager is seen by a method of its own.
func TestValuesAreNotAmongTheCalls(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		a.AddUser(prod, "alice", nil)
		c := cloudIn(a)
		secret := *makeKey(t, c.iam, "alice").SecretAccessKey
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, secret))
		if err := c.put(t, "s", token2, secret+"!"); err != nil {
			t.Fatal(err)
		}
		if calls := fmt.Sprint(a.Calls()); strings.Contains(calls, fakeaws.Canary) || !strings.Contains(calls, fakeaws.Hidden) {
			t.Errorf("calls %s", calls)
		}
		s := a.Secrets(prod)[0]
		if s.Name != "s" || s.Current != secret+"!" || s.Previous != secret || s.Versions != 2 || !s.Deletes.IsZero() {
			t.Errorf("stands as %+v", s)
		}
	})
}
