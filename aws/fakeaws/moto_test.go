package fakeaws_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// motoDeviates lists the clauses where moto (5.2.1) is known not to do as AWS does.
var motoDeviates = map[string]string{
	"unique id says that it is a user's": "it draws 20 small letters and digits",
	"non-member is removed":              "it answers NoSuchEntity; AWS succeeds (cloud-custodian#4730), so callers accept both",
	"ten groups a user":                  "it has no such quota",
	"pages of groups":                    "it returns all, whatever MaxItems says",
	"pages of members":                   "it returns all, whatever MaxItems says",
	"names are not told apart by case":   "it looks names up as they are written",
	"name outside the pattern":           "it does not look at the pattern of a name it does not know",
	"pages of keys":                      "it returns all, whatever MaxItems says",
	"key that is off signs nothing":      "it does not look at who signs",
	"status of a key outside the model":  "it takes every status",
	"old receipt deletes nothing":        "it deletes by any receipt that the message ever had",
	"forbidden character":                "it takes every character",
}

// The contract against moto, an AWS that others wrote: what both agree on is not
// only our reading of the documents.
func TestContractAgainstMoto(t *testing.T) {
	if testing.Short() {
		t.Skip("moto takes seconds: not with -short")
	}
	url := startMoto(t)
	cfg := aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
		BaseEndpoint: &url,
	}
	for _, c := range contract {
		t.Run(c.name, func(t *testing.T) {
			if reason := motoDeviates[c.name]; reason != "" {
				t.Skip("moto deviates: " + reason)
			}
			if err := post(url + "/moto-api/reset"); err != nil {
				t.Fatalf("reset moto: %v", err)
			}
			c.run(t, cloudAt(cfg, sdkScene{iam.NewFromConfig(cfg), sqs.NewFromConfig(cfg)}))
		})
	}
}

// startMoto runs moto_server until the test ends and returns where it answers.
func startMoto(t *testing.T) (url string) {
	t.Helper()
	program, err := exec.LookPath("moto_server")
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatalf("CI has to run the contract against moto: %v", err)
	case err != nil:
		t.Skip("NOT RUN: the contract against moto, since moto_server is not on the PATH (pip install 'moto[server]')")
	}
	port := freePort(t)
	cmd := exec.CommandContext(t.Context(), program, "-H", "127.0.0.1", "-p", fmt.Sprint(port))
	if err := cmd.Start(); err != nil {
		t.Fatalf("start moto: %v", err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	url = fmt.Sprintf("http://127.0.0.1:%d", port)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		err := post(url + "/moto-api/reset")
		if err == nil {
			return url
		}
		if time.Now().After(deadline) {
			t.Fatalf("moto does not answer: %v", err)
		}
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func post(url string) error {
	res, err := http.Post(url, "", nil)
	if err != nil {
		return err
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", res.Status)
	}
	return nil
}

// sdkScene sets the scene by the calls that an administrator makes.
type sdkScene struct {
	iam *iam.Client
	sqs *sqs.Client
}

func (s sdkScene) user(t *testing.T, name string) string {
	return *must[*iam.CreateUserOutput](t)(s.iam.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})).User.UserId
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
