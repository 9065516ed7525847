package fakeaws_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"sekisho/aws/fakeaws"
)

// clause is one thing that AWS does, as its documents say and this package's
// sources cite. It starts from an empty account.
type clause struct {
	name string
	run  func(*testing.T, cloud)
}

// contract is all that is promised of the fake and asked of moto.
var contract = slices.Concat(iamContract, renameContract, roleContract, credentialContract, keyContract, reportContract, secretContract, secretEndContract, ssmContract, sqsContract, s3Contract)

// cloud is any AWS, reached through the SDK, with a way to set a scene.
type cloud struct {
	cfg aws.Config
	iam *iam.Client
	sqs *sqs.Client
	sm  *secretsmanager.Client
	ssm *ssm.Client
	s3  *s3.Client
	scene
}

// scene makes what the cases start from, within one account.
type scene interface {
	user(t *testing.T, name string) (userID string)
	role(t *testing.T, name string) (roleID string)
	dropRole(t *testing.T, name string)
	group(t *testing.T, name string)
	renameUser(t *testing.T, name, to string)
	renameGroup(t *testing.T, name, to string)
	password(t *testing.T, user string)
	key(t *testing.T, user string) (id string)
	policies(t *testing.T, user, own, managed string)
	groupPolicy(t *testing.T, group, name, document string)
	mfa(t *testing.T, user string)
	server(t *testing.T, id string)
	document(t *testing.T, name, content string)
	bucket(t *testing.T, name string, locks bool)
	deleteObject(t *testing.T, bucket, key string)
	// queue hides for a second and gives up after that many receives, unless 0.
	queue(t *testing.T, name string, maxReceive int, dead string) (url string)
}

func cloudAt(cfg aws.Config, s scene) cloud {
	return cloud{cfg, iam.NewFromConfig(cfg), sqs.NewFromConfig(cfg), secretsmanager.NewFromConfig(cfg), ssm.NewFromConfig(cfg), s3.NewFromConfig(cfg, pathStyle), s}
}

// pathStyle has the bucket in the path, as for an endpoint whose names resolve to nothing.
func pathStyle(o *s3.Options) { o.UsePathStyle = true }

func (c cloud) send(t *testing.T, url, body string) {
	t.Helper()
	_, err := c.sqs.SendMessage(context.Background(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body})
	if err != nil {
		t.Errorf("send: %v", err)
	}
}

// The contract, in memory and in no time.
func TestContractInMemory(t *testing.T) {
	for _, c := range contract {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, a *fakeaws.AWS) {
				c.run(t, cloudAt(a.Config(prod), fakeScene{a}))
			})
		})
	}
}

// The contract, over a socket and by the wall clock.
func TestContractOverSocket(t *testing.T) {
	for _, c := range contract {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := fakeaws.New(fakeaws.Options{Accounts: []string{prod}})
			c.run(t, cloudAt(overSocket(t, a, prod), fakeScene{a}))
		})
	}
}

// fakeScene sets the scene by the fake's own methods.
type fakeScene struct{ aws *fakeaws.AWS }

func (s fakeScene) user(_ *testing.T, name string) string { return s.aws.AddUser(prod, name, nil) }
func (s fakeScene) group(_ *testing.T, name string)       { s.aws.AddGroup(prod, name) }
func (s fakeScene) renameUser(_ *testing.T, name, to string) {
	s.aws.RenameUser(prod, name, to)
}
func (s fakeScene) renameGroup(_ *testing.T, name, to string) {
	s.aws.RenameGroup(prod, name, to)
}
func (s fakeScene) password(_ *testing.T, user string)   { s.aws.AddPassword(prod, user) }
func (s fakeScene) key(_ *testing.T, user string) string { return s.aws.AddKey(prod, user) }
func (s fakeScene) mfa(_ *testing.T, user string)        { s.aws.AddMFA(prod, user) }

func (s fakeScene) role(_ *testing.T, name string) string {
	s.aws.AddRole(prod, name, "")
	return s.aws.RoleID(prod, name)
}
func (s fakeScene) dropRole(_ *testing.T, name string) { s.aws.DeleteRole(prod, name) }

func (s fakeScene) document(_ *testing.T, name, content string) {
	s.aws.AddDocument(prod, name, content)
}

func (s fakeScene) server(_ *testing.T, id string) {
	s.aws.AddServer(prod, fakeaws.Server{ID: id, Shell: func(fakeaws.Run) fakeaws.Output { return fakeaws.Output{Takes: time.Second} }})
}

func (s fakeScene) bucket(_ *testing.T, name string, locks bool) { s.aws.AddBucket(prod, name, locks) }

func (s fakeScene) deleteObject(_ *testing.T, bucket, key string) { s.aws.DeleteObject(bucket, key) }

func (s fakeScene) policies(_ *testing.T, user, own, managed string) {
	s.aws.AddUserPolicy(prod, user, own)
	s.aws.AttachUserPolicy(prod, user, "arn:aws:iam::"+prod+":policy/"+managed)
}

func (s fakeScene) groupPolicy(_ *testing.T, group, name, document string) {
	s.aws.AddGroupPolicy(prod, group, name, document)
}

func (s fakeScene) queue(_ *testing.T, name string, maxReceive int, dead string) string {
	return s.aws.AddQueue(prod, name, fakeaws.QueueOptions{Visibility: time.Second, MaxReceive: maxReceive, DeadLetter: dead})
}
