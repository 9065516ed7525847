package fakeaws_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"sekisho/aws/fakeaws/moto"
)

// motoDeviates lists the clauses where moto (5.2.1) is known not to do as AWS does.
var motoDeviates = map[string]string{
	"unique id says that it is a user's":      "it draws 20 small letters and digits",
	"non-member is removed":                   "it answers NoSuchEntity; AWS succeeds (cloud-custodian#4730), so callers accept both",
	"ten groups a user":                       "it has no such quota",
	"pages of groups":                         "it returns all, whatever MaxItems says",
	"pages of members":                        "it returns all, whatever MaxItems says",
	"names are not told apart by case":        "it looks names up as they are written",
	"name outside the pattern":                "it does not look at the pattern of a name it does not know",
	"a role's name is not told apart by case": "it looks names up as they are written",
	"role's name outside the pattern":         "it does not look at the pattern of a name it does not know",
	"message says who sent it":                "it names one sender, AIDAIT2UOQQY3AUEKVGXU, for all",
	"pages of keys":                           "it returns all, whatever MaxItems says",
	"key that is off signs nothing":           "it does not look at who signs",
	"status of a key outside the model":       "it takes every status",
	"old receipt deletes nothing":             "it deletes by any receipt that the message ever had",
	"forbidden character":                     "it takes every character",
}

// The contract against moto, an AWS that others wrote: what both agree on is not
// only our reading of the documents.
func TestContractAgainstMoto(t *testing.T) {
	if testing.Short() {
		t.Skip("moto takes seconds: not with -short")
	}
	server := moto.Start(t)
	cfg := server.Config()
	for _, c := range contract {
		t.Run(c.name, func(t *testing.T) {
			if reason := motoDeviates[c.name]; reason != "" {
				t.Skip("moto deviates: " + reason)
			}
			server.Reset(t)
			c.run(t, cloudAt(cfg, sdkScene{iam.NewFromConfig(cfg), sqs.NewFromConfig(cfg)}))
		})
	}
}

// sdkScene sets the scene by the calls that an administrator makes.
type sdkScene struct {
	iam *iam.Client
	sqs *sqs.Client
}

func (s sdkScene) user(t *testing.T, name string) string {
	return *must[*iam.CreateUserOutput](t)(s.iam.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})).User.UserId
}

func (s sdkScene) role(t *testing.T, name string) string {
	return *must[*iam.CreateRoleOutput](t)(s.iam.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name,
		AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`)})).Role.RoleId
}

func (s sdkScene) dropRole(t *testing.T, name string) {
	must[*iam.DeleteRoleOutput](t)(s.iam.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: &name}))
}

func (s sdkScene) group(t *testing.T, name string) {
	must[*iam.CreateGroupOutput](t)(s.iam.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: &name}))
}

func (s sdkScene) password(t *testing.T, user string) {
	must[*iam.CreateLoginProfileOutput](t)(s.iam.CreateLoginProfile(t.Context(),
		&iam.CreateLoginProfileInput{UserName: &user, Password: new("correct horse battery staple")}))
}

func (s sdkScene) key(t *testing.T, user string) string {
	return *must[*iam.CreateAccessKeyOutput](t)(s.iam.CreateAccessKey(t.Context(),
		&iam.CreateAccessKeyInput{UserName: &user})).AccessKey.AccessKeyId
}

func (s sdkScene) queue(t *testing.T, name string, maxReceive int, dead string) string {
	attributes := map[string]string{"VisibilityTimeout": "1"}
	if maxReceive > 0 {
		attributes["RedrivePolicy"] = fmt.Sprintf(
			`{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:%s","maxReceiveCount":%d}`, dead, maxReceive)
	}
	return *must[*sqs.CreateQueueOutput](t)(s.sqs.CreateQueue(t.Context(),
		&sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})).QueueUrl
}
