package fakeaws_test

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"sekisho/aws/fakeaws"
)

// A server fetches a secret with credentials of its own when it is told to, and from
// then on uses the key in it.
func ExampleAWS_AddServer() {
	const account = "111111111111"
	now := time.Now()
	cloud := fakeaws.New(fakeaws.Options{Accounts: []string{account}, Now: func() time.Time { return now }})
	cloud.AddUser(account, "web", nil)
	key := cloud.AddKey(account, "web")
	cloud.AddServer(account, fakeaws.Server{ID: "i-1", Role: "web-server", Tags: map[string]string{"rotate": "web"},
		Shell: func(r fakeaws.Run) fakeaws.Output {
			out, err := secretsmanager.NewFromConfig(r.AWS).GetSecretValue(context.Background(),
				&secretsmanager.GetSecretValueInput{SecretId: new("web/access-key")})
			if err != nil {
				return fakeaws.Output{Stderr: err.Error(), Exit: 1}
			}
			cloud.UseKey(*out.SecretString, "s3")
			return fakeaws.Output{Stdout: "uses " + *out.SecretString, Takes: 5 * time.Second}
		}})

	ctx, cfg := context.Background(), cloud.Config(account)
	secrets := secretsmanager.NewFromConfig(cfg)
	_, err := secrets.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: new("web/access-key"), SecretString: &key})
	fmt.Println(err)
	_, err = secrets.PutResourcePolicy(ctx, &secretsmanager.PutResourcePolicyInput{SecretId: new("web/access-key"),
		ResourcePolicy: new(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*",` +
			`"Principal":{"AWS":"arn:aws:iam::` + account + `:role/web-server"}}]}`), BlockPublicPolicy: new(true)})
	fmt.Println(err)
	in := shell("fetch")
	in.Targets = tagged("rotate", "web").Targets
	_, err = ssm.NewFromConfig(cfg).SendCommand(ctx, in)
	fmt.Println(err)

	now = now.Add(time.Minute)
	got := cloud.Invocations(account)[0]
	fmt.Println(got.Server, got.Status, got.Stdout == "uses "+key)
	// Output:
	// <nil>
	// <nil>
	// <nil>
	// i-1 Success true
}
