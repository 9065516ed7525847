package app_test

import (
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"sekisho/aws/fakeaws"
	"sekisho/deploy/app"
	"sekisho/deploy/config"
	"sekisho/handlers/access"
)

// In another account the bot acts by the role that is named for it, and shows the external id that the role asks for.
func TestRoleOfAnotherAccount(t *testing.T) {
	cloud := fakeaws.New(fakeaws.Options{Accounts: []string{account, account2}})
	server := httptest.NewServer(cloud)
	defer server.Close()
	key, secret := cloud.Credentials(account)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret} {
		t.Setenv(name, value)
	}
	cloud.AddGroup(account2, group)
	cloud.AddUser(account2, "t.yamada", nil)
	cloud.Join(account2, "t.yamada", group)
	role := cloud.AddRole(account2, "sekisho", "sekisho-7f3a91")
	members := func(external string) int {
		c := config.Config{Policy: &access.Settings{}, Roles: map[string]config.Role{account2: {ARN: role, ExternalID: external}}}
		tokens := map[string]string{app.BotToken: "xoxb-1", app.AppToken: "xapp-1"}
		e, err := app.Environment(t.Context(), c, func(name string) string { return tokens[name] }, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		name := group
		out, err := iam.NewFromConfig(e.AWS(account2)).GetGroup(t.Context(), &iam.GetGroupInput{GroupName: &name})
		if err != nil {
			return -1
		}
		return len(out.Users)
	}
	for external, want := range map[string]int{"sekisho-7f3a91": 1, "another-bots": -1, "": -1} {
		if got := members(external); got != want {
			t.Errorf("with external id %q: %d members, want %d", external, got, want)
		}
	}
}
