package fakeaws_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"sekisho/aws/fakeaws/moto"
)

// motoDeviates lists the clauses where moto (5.2.1) is known not to do as AWS does.
var motoDeviates = map[string]string{
	"unique id says that it is a user's":          "it draws 20 small letters and digits",
	"non-member is removed":                       "it answers NoSuchEntity; AWS succeeds (cloud-custodian#4730), so callers accept both",
	"ten groups a user":                           "it has no such quota",
	"pages of groups":                             "it returns all, whatever MaxItems says",
	"pages of members":                            "it returns all, whatever MaxItems says",
	"names are not told apart by case":            "it looks names up as they are written",
	"name outside the pattern":                    "it does not look at the pattern of a name it does not know",
	"a role's name is not told apart by case":     "it looks names up as they are written",
	"role's name outside the pattern":             "it does not look at the pattern of a name it does not know",
	"message says who sent it":                    "it names one sender, AIDAIT2UOQQY3AUEKVGXU, for all",
	"pages of keys":                               "it returns all, whatever MaxItems says",
	"pages of users":                              "it returns all, whatever MaxItems says",
	"pages of an account's groups":                "it returns all, whatever MaxItems says",
	"nothing stands under another path":           "it lists all groups, whatever PathPrefix says",
	"path prefix that is none":                    "it takes every prefix",
	"key that is off signs nothing":               "it does not look at who signs",
	"deleted key signs nothing":                   "it does not look at who signs",
	"status of a key outside the model":           "it takes every status",
	"old receipt deletes nothing":                 "it deletes by any receipt that the message ever had",
	"name of a secret outside the pattern":        "it takes every name",
	"status of a missing secret":                  "it answers 404",
	"version is listed while it has a label":      "it lists all, whatever IncludeDeprecated says",
	"the current value is not taken away":         "it takes AWSCURRENT away",
	"name of a secret that is to be deleted":      "it answers as for one that stays, or succeeds",
	"secret that is to be deleted is not changed": "it changes it",
	"value of a secret is too long":               "it has no such quota",
	"public policy is blocked if asked":           "it does not look at BlockPublicPolicy",
	"malformed policy":                            "it does not look into the policy",
	"command is taken before it is run":           "it has run at once, and counts no time for it to run",
	"invocations are listed":                      "it does not know the call",
	"servers are described":                       "it does not know the call",
	"command is cancelled":                        "it does not know the call",
	"no such command at a server":                 "it answers InvalidCommandId, which AWS has for a malformed one",
	"command that cannot be sent":                 "it sends every command, of any document to any server",
	"version of a document that there is not":     "it answers InvalidDocument",
	"report says N/A of what there is not":        "it writes not_supported, and the user's date for the password's",
	"keys stand in a report by their ids":         "it has them in the order in which they were made",
	"report says when it was made":                "it says 2015",
	"report of the root user":                     "it leaves the root user out",
	"young report stays as it is":                 "it makes a new one each time",
	"lock that has ended":                         "it takes every date",
	"lock without an end":                         "it takes half a lock",
	"checksum of something else":                  "it does not compare it",
	"bucket of somebody else":                     "it does not look at ExpectedBucketOwner",
	"forbidden character":                         "it takes every character",
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
			c.run(t, cloudAt(cfg, sdkScene{iam.NewFromConfig(cfg), sqs.NewFromConfig(cfg), ssm.NewFromConfig(cfg), s3.NewFromConfig(cfg, pathStyle)}))
		})
	}
}

// sdkScene sets the scene by the calls that an administrator makes.
type sdkScene struct {
	iam *iam.Client
	sqs *sqs.Client
	ssm *ssm.Client
	s3  *s3.Client
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

func (s sdkScene) renameUser(t *testing.T, name, to string) {
	must[*iam.UpdateUserOutput](t)(s.iam.UpdateUser(t.Context(), &iam.UpdateUserInput{UserName: &name, NewUserName: &to}))
}

func (s sdkScene) renameGroup(t *testing.T, name, to string) {
	must[*iam.UpdateGroupOutput](t)(s.iam.UpdateGroup(t.Context(), &iam.UpdateGroupInput{GroupName: &name, NewGroupName: &to}))
}

func (s sdkScene) password(t *testing.T, user string) {
	must[*iam.CreateLoginProfileOutput](t)(s.iam.CreateLoginProfile(t.Context(),
		&iam.CreateLoginProfileInput{UserName: &user, Password: new("correct horse battery staple")}))
}

func (s sdkScene) key(t *testing.T, user string) string {
	return *must[*iam.CreateAccessKeyOutput](t)(s.iam.CreateAccessKey(t.Context(),
		&iam.CreateAccessKeyInput{UserName: &user})).AccessKey.AccessKeyId
}

// document is a policy that says something.
const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}`

func (s sdkScene) groupPolicy(t *testing.T, group, name, document string) {
	must[*iam.PutGroupPolicyOutput](t)(s.iam.PutGroupPolicy(t.Context(), &iam.PutGroupPolicyInput{GroupName: &group, PolicyName: &name, PolicyDocument: &document}))
}

func (s sdkScene) policies(t *testing.T, user, own, managed string) {
	must[*iam.PutUserPolicyOutput](t)(s.iam.PutUserPolicy(t.Context(),
		&iam.PutUserPolicyInput{UserName: &user, PolicyName: &own, PolicyDocument: new(document)}))
	made := must[*iam.CreatePolicyOutput](t)(s.iam.CreatePolicy(t.Context(),
		&iam.CreatePolicyInput{PolicyName: &managed, PolicyDocument: new(document)}))
	must[*iam.AttachUserPolicyOutput](t)(s.iam.AttachUserPolicy(t.Context(),
		&iam.AttachUserPolicyInput{UserName: &user, PolicyArn: made.Policy.Arn}))
}

func (s sdkScene) mfa(t *testing.T, user string) {
	made := must[*iam.CreateVirtualMFADeviceOutput](t)(s.iam.CreateVirtualMFADevice(t.Context(),
		&iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: &user}))
	must[*iam.EnableMFADeviceOutput](t)(s.iam.EnableMFADevice(t.Context(), &iam.EnableMFADeviceInput{
		UserName: &user, SerialNumber: made.VirtualMFADevice.SerialNumber,
		AuthenticationCode1: new("234567"), AuthenticationCode2: new("987654"),
	}))
}

// server makes none: moto runs nothing, and takes every id for a server's.
func (s sdkScene) server(*testing.T, string) {}

func (s sdkScene) document(t *testing.T, name, content string) {
	must[*ssm.CreateDocumentOutput](t)(s.ssm.CreateDocument(t.Context(),
		&ssm.CreateDocumentInput{Name: &name, Content: &content, DocumentType: "Command", DocumentFormat: "JSON"}))
}

func (s sdkScene) bucket(t *testing.T, name string, locks bool) {
	must[*s3.CreateBucketOutput](t)(s.s3.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name, ObjectLockEnabledForBucket: &locks}))
}

func (s sdkScene) deleteObject(t *testing.T, bucket, key string) {
	must[*s3.DeleteObjectOutput](t)(s.s3.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}))
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
