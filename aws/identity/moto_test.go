package identity_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// motoDeviates lists the clauses that moto (5.2.1) cannot be held to, because it does not do as AWS does there.
var motoDeviates = map[string]string{
	"an eleventh group is refused":                     "it has no such quota",
	"a group spelt in other letters is the same group": "it looks names up as they are written",
}

// The suite against moto, an AWS that others wrote: that it passes is not only our reading of the documents.
func TestSuiteAgainstMoto(t *testing.T) {
	if testing.Short() {
		t.Skip("moto takes seconds: not with -short")
	}
	url := startMoto(t)
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) {
			if reason := motoDeviates[c.name]; reason != "" {
				t.Skip("moto deviates: " + reason)
			}
			if err := post(url + "/moto-api/reset"); err != nil {
				t.Fatalf("reset moto: %v", err)
			}
			configs := map[string]aws.Config{prod: motoConfig(t, url, prod), dev: motoConfig(t, url, dev)}
			config := func(account string) aws.Config { return configs[account] }
			c.run(newWorld(t, overSocket{t, config}, config))
		})
	}
}

// motoConfig returns a configuration for an account, which moto tells from the role that the keys belong to.
func motoConfig(t *testing.T, url, account string) aws.Config {
	cfg := aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
		BaseEndpoint: &url,
	}
	out := must[*sts.AssumeRoleOutput](t)(sts.NewFromConfig(cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn:         aws.String("arn:aws:iam::" + account + ":role/sekisho"),
		RoleSessionName: aws.String("suite"),
	}))
	keys := out.Credentials
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*keys.AccessKeyId, *keys.SecretAccessKey, *keys.SessionToken)
	return cfg
}

// startMoto runs moto_server until the test ends and returns where it answers.
func startMoto(t *testing.T) (url string) {
	t.Helper()
	program, err := exec.LookPath("moto_server")
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatalf("CI has to run the suite against moto: %v", err)
	case err != nil:
		t.Skip("NOT RUN: the suite against moto, since moto_server is not on the PATH (pip install 'moto[server]')")
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

// overSocket sets the scene by the calls that an administrator makes.
type overSocket struct {
	t      *testing.T
	config func(account string) aws.Config
}

func (s overSocket) iam(account string) *iam.Client { return iam.NewFromConfig(s.config(account)) }

func (s overSocket) addUser(account, name string, tags map[string]string) string {
	in := &iam.CreateUserInput{UserName: &name}
	for key, value := range tags {
		in.Tags = append(in.Tags, types.Tag{Key: &key, Value: &value})
	}
	return *must[*iam.CreateUserOutput](s.t)(s.iam(account).CreateUser(s.t.Context(), in)).User.UserId
}

// deleteUser takes the user out of the groups first, as AWS asks of everybody but the console.
func (s overSocket) deleteUser(account, name string) {
	in := must[*iam.ListGroupsForUserOutput](s.t)(s.iam(account).ListGroupsForUser(s.t.Context(),
		&iam.ListGroupsForUserInput{UserName: &name}))
	for _, g := range in.Groups {
		s.leave(account, name, *g.GroupName)
	}
	must[*iam.DeleteUserOutput](s.t)(s.iam(account).DeleteUser(s.t.Context(), &iam.DeleteUserInput{UserName: &name}))
}

func (s overSocket) addGroup(account, name string) {
	must[*iam.CreateGroupOutput](s.t)(s.iam(account).CreateGroup(s.t.Context(), &iam.CreateGroupInput{GroupName: &name}))
}

func (s overSocket) join(account, user, group string) {
	must[*iam.AddUserToGroupOutput](s.t)(s.iam(account).AddUserToGroup(s.t.Context(),
		&iam.AddUserToGroupInput{UserName: &user, GroupName: &group}))
}

func (s overSocket) leave(account, user, group string) {
	must[*iam.RemoveUserFromGroupOutput](s.t)(s.iam(account).RemoveUserFromGroup(s.t.Context(),
		&iam.RemoveUserFromGroupInput{UserName: &user, GroupName: &group}))
}

func (s overSocket) members(account, group string) (names []string) {
	out := must[*iam.GetGroupOutput](s.t)(s.iam(account).GetGroup(s.t.Context(), &iam.GetGroupInput{GroupName: &group}))
	for _, u := range out.Users {
		names = append(names, *u.UserName)
	}
	slices.Sort(names)
	return names
}

// must fails the test on an error of its setting.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
