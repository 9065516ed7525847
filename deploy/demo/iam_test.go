package demo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/store"
)

// answers reports whether a call to AWS comes back.
func answers(t *testing.T, call func(context.Context) error) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err := call(ctx)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	return err == nil
}

// TestHang: what hangs takes calls and never answers, the rest does, and the page shows it.
func TestHang(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	users, secrets := iam.NewFromConfig(s.awsConfig(production)), secretsmanager.NewFromConfig(s.awsConfig(production))
	listUsers := func(ctx context.Context) error { _, err := users.ListUsers(ctx, &iam.ListUsersInput{}); return err }
	describe := func(ctx context.Context) error {
		_, err := secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: aws.String("sekisho/svc-batch")})
		return err
	}
	for _, c := range []struct {
		name         string
		iam, secrets bool
	}{{"", true, true}, {"aws", false, false}, {"iam", false, true}, {"secretsmanager", true, false}, {"ssm", true, true}, {"", true, true}} {
		s.must(t, action{Do: "hang", Name: c.name})
		if got := s.state(sato).Hung; got != c.name {
			t.Errorf("the page shows %q, want %q", got, c.name)
		}
		if answers(t, listUsers) != c.iam || answers(t, describe) != c.secrets {
			t.Errorf("hang %q: IAM answers %t, Secrets Manager %t", c.name, !c.iam, !c.secrets)
		}
	}
	var what []string
	for _, h := range s.state(sato).Happened {
		if h.What == "hangs" || h.What == "answers" {
			what = append(what, h.What+" "+h.With["hung"])
		}
	}
	if want := []string{"answers ssm", "hangs ssm", "hangs secretsmanager", "hangs iam", "hangs aws"}; !slices.Equal(what, want) {
		t.Errorf("happened %v, want %v", what, want)
	}
	s.must(t, action{Do: "fault", Name: "iam", On: true})
	s.must(t, action{Do: "hang", Name: "iam"})
	s.must(t, action{Do: "hang"})
	if _, err := users.ListUsers(t.Context(), &iam.ListUsersInput{}, func(o *iam.Options) { o.RetryMaxAttempts = 1 }); err == nil || !strings.Contains(err.Error(), "ServiceFailure") {
		t.Errorf("IAM, which was down before it hung: %v", err)
	}
}

// TestRename: the page calls users and groups what IAM calls them now, and what is done to them goes on.
func TestRename(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	card := s.signsIn(t, production, "t.yamada")
	s.approve(t, sato, card)
	s.sees(t, sato, "access is given", func(v state) bool { return slices.Contains(members(v, "jit-prod-operators"), "t.yamada") })
	s.must(t, action{Do: "rename", Value: "user", Account: production, Name: "t.yamada", Text: "taro"})
	s.must(t, action{Do: "rename", Value: "group", Account: production, Name: "jit-prod-operators", Text: "operators"})
	v := s.state(sato)
	if got := members(v, "operators"); !slices.Equal(got, []string{"taro"}) || !slices.ContainsFunc(v.Cloud[0].Users, func(u awsUser) bool { return u.Name == "taro" }) {
		t.Errorf("members %v of %+v", got, v.Cloud)
	}
	for _, c := range []struct {
		kind, name, to string
		want           *sentence
	}{
		{"user", "t.yamada", "x", say("error.no_such", "name", "t.yamada")},
		{"user", "taro", "A.Mori", say("error.name_taken", "name", "A.Mori")},
		{"user", "taro", "taro", say("error.name_taken", "name", "taro")},
		{"user", "taro", "two words", say("error.no_name", "name", "two words")},
		{"user", "taro", "", say("error.no_name", "name", "")},
		{"group", "operators", unmanaged, say("error.name_taken", "name", unmanaged)},
		{"group", "operators", "jit-prod-admins", say("error.name_taken", "name", "jit-prod-admins")},
	} {
		if _, err := s.do(action{Do: "rename", Value: c.kind, Account: production, Name: c.name, Text: c.to}); s.explain(err) != c.want.in("en") {
			t.Errorf("%s to %s: %q", c.name, c.to, s.explain(err))
		}
	}
	s.must(t, action{Do: "join", Account: production, User: "a.mori"})
	if got := members(s.state(sato), "operators"); !slices.Contains(got, "a.mori") {
		t.Errorf("members %v", got)
	}
	s.must(t, action{Do: "rename", Value: "user", Account: production, Name: "svc-batch", Text: "svc-nightly"})
	if keys := s.state(sato).Cloud[0].Keys; len(keys) != 1 {
		t.Errorf("keys %+v", keys)
	}
	s.must(t, action{Do: "rename", Value: "group", Account: production, Name: "operators", Text: "jit-prod-operators"})
	s.must(t, action{Do: "rename", Value: "user", Account: production, Name: "taro", Text: "t.yamada"})
	if got := members(s.state(sato), "jit-prod-operators"); !slices.Contains(got, "t.yamada") {
		t.Errorf("named back: members %v", got)
	}
}

// TestTag: the card of somebody whom only a tag knows says so; without the tag the user is nobody's.
func TestTag(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	for _, c := range []struct {
		action
		want *sentence
	}{
		{action{Do: "tag", Account: production, User: "nobody", Value: mori}, say("error.no_login", "user", "nobody")},
		{action{Do: "tag", Account: production, User: "legacy-batch", Value: "U0NOBODY"}, say("error.action")},
	} {
		if _, err := s.do(c.action); s.explain(err) != c.want.in("en") {
			t.Errorf("%+v: %q", c.action, s.explain(err))
		}
	}
	tag := func(v state) string {
		i := slices.IndexFunc(v.Cloud[0].Users, func(u awsUser) bool { return u.Name == "legacy-batch" })
		return v.Cloud[0].Users[i].Tag
	}
	for _, id := range []string{park, tanaka, botUser, ""} {
		s.must(t, action{Do: "tag", Account: production, User: "legacy-batch", Value: id})
		if got := tag(s.state(sato)); got != id {
			t.Errorf("the page shows the tag %q, want %q", got, id)
		}
	}
	s.must(t, action{Do: "tag", Account: production, User: "legacy-batch", Value: suzuki})
	s.signsIn(t, production, "legacy-batch")
	s.sees(t, sato, "the card has the person of the tag", func(v state) bool {
		return strings.Contains(string(v.Places[0].Messages[0].Blocks), suzuki) && strings.Contains(string(v.Places[0].Messages[0].Blocks), "by a tag in AWS") &&
			slices.ContainsFunc(v.Ledger, func(l line) bool { return l.Verb == store.Ask })
	})
}
