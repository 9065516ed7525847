package identity_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers/access"
	"sekisho/store"
)

// onFleet is a rotation of a user without a key, whose next one servers are told of.
func onFleet(document string) store.Task {
	return store.Task{ID: store.TaskPrefix + "1", Kind: identity.KindAccessKey, Account: prod, User: batch, Secret: "sekisho/svc-batch",
		Fleet: store.Fleet{Key: "key", Value: batch, Document: document, Path: "/usr/local/sbin/sekisho-key"}, State: store.Making}
}

// rotator returns what rotates keys, with other clients of IAM and Systems Manager between it and AWS.
func rotator(a *fakeaws.AWS, change func(*identity.Clients)) access.Rotator {
	clients := identity.In(a.Config(prod))
	change(&clients)
	return identity.Rotators(identity.Accounts{prod: clients}, identity.Keeping{}, time.Now)[identity.KindAccessKey]
}

// oddIDs is an IAM whose keys have ids that a shell would run.
type oddIDs struct{ identity.IAM }

const shellWord = ";reboot"

func (o oddIDs) CreateAccessKey(ctx context.Context, in *iam.CreateAccessKeyInput, opts ...func(*iam.Options)) (*iam.CreateAccessKeyOutput, error) {
	out, err := o.IAM.CreateAccessKey(ctx, in, opts...)
	if err == nil {
		out.AccessKey.AccessKeyId = aws.String(aws.ToString(out.AccessKey.AccessKeyId) + shellWord)
	}
	return out, err
}

func (o oddIDs) ListAccessKeys(ctx context.Context, in *iam.ListAccessKeysInput, opts ...func(*iam.Options)) (*iam.ListAccessKeysOutput, error) {
	out, err := o.IAM.ListAccessKeys(ctx, in, opts...)
	if err == nil {
		for i, k := range out.AccessKeyMetadata {
			out.AccessKeyMetadata[i] = types.AccessKeyMetadata{AccessKeyId: aws.String(aws.ToString(k.AccessKeyId) + shellWord), CreateDate: k.CreateDate, Status: k.Status}
		}
	}
	return out, err
}

// Whatever is no id of a key goes into no command: on the servers a shell reads it.
func TestWhatIsNoKeyIsNotSentToServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := fakeaws.New(fakeaws.Options{Accounts: []string{prod}})
		a.AddUser(prod, batch, nil)
		a.AddServer(prod, fakeaws.Server{ID: "i-1", Tags: map[string]string{"key": batch},
			Shell: func(fakeaws.Run) fakeaws.Output { return fakeaws.Output{} }})
		r, task := rotator(a, func(c *identity.Clients) { c.IAM = oddIDs{c.IAM} }), onFleet("")
		facts, err := r.Plan(t.Context(), task)
		if err != nil {
			t.Fatal(err)
		}
		task.Effects, task.Planned = facts, true
		for range 60 {
			var p access.Progress
			if p, err = r.Step(t.Context(), task); p.Verb == store.Made {
				task.State, task.New = store.Handing, p.Facts[store.FactNew]
			}
			if task.State == store.Handing && err != nil {
				break
			}
			time.Sleep(max(p.Again, time.Second))
		}
		if !strings.HasSuffix(task.New, shellWord) || err == nil || !strings.Contains(err.Error(), "UnsafeParameter") {
			t.Errorf("the key is %q, %v", task.New, err)
		}
		for _, c := range a.Calls() {
			if c.Action == "SendCommand" {
				t.Errorf("it was sent: %+v", c)
			}
		}
	})
}

// otherSchema is a Systems Manager whose documents are of another schema.
type otherSchema struct {
	identity.SSM
	schema string
}

func (o otherSchema) GetDocument(ctx context.Context, in *ssm.GetDocumentInput, opts ...func(*ssm.Options)) (*ssm.GetDocumentOutput, error) {
	out, err := o.SSM.GetDocument(ctx, in, opts...)
	if err == nil {
		out.Content = aws.String(strings.Replace(aws.ToString(out.Content), `"2.2"`, `"`+o.schema+`"`, 1))
	}
	return out, err
}

// What a document of another schema does with parameters is not known: no rotation begins with one.
func TestADocumentOfAnotherSchemaIsRefused(t *testing.T) {
	const document = `{"schemaVersion": "2.2", "description": "fetch", "parameters": {
		"SecretArn": {"type": "String", "interpolationType": "ENV_VAR"}, "KeyId": {"type": "String", "interpolationType": "ENV_VAR"}},
		"mainSteps": [{"action": "aws:runShellScript", "name": "fetch", "inputs": {"runCommand": ["/opt/fetch"]}}]}`
	for _, schema := range []string{"2.2", "2.0", "1.2", "0.3"} {
		synctest.Test(t, func(t *testing.T) {
			a := fakeaws.New(fakeaws.Options{Accounts: []string{prod}})
			a.AddUser(prod, batch, nil)
			a.AddDocument(prod, "my-fetch", document)
			r := rotator(a, func(c *identity.Clients) { c.SSM = otherSchema{c.SSM, schema} })
			if _, err := r.Plan(t.Context(), onFleet("my-fetch")); schema != "2.2" {
				wantRefused(t, err, identity.UnsafeDocument)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}
