package identity_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"sekisho/aws/fakeaws/moto"
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
	server := moto.Start(t)
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) {
			if reason := motoDeviates[c.name]; reason != "" {
				t.Skip("moto deviates: " + reason)
			}
			server.Reset(t)
			configs := map[string]aws.Config{prod: server.In(t, prod), dev: server.In(t, dev)}
			config := func(account string) aws.Config { return configs[account] }
			c.run(newWorld(t, overSocket{t, config}, config))
		})
	}
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

func (s overSocket) addRole(account, name string) string {
	return *must[*iam.CreateRoleOutput](s.t)(s.iam(account).CreateRole(s.t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`)})).Role.RoleId
}

func (s overSocket) deleteRole(account, name string) {
	must[*iam.DeleteRoleOutput](s.t)(s.iam(account).DeleteRole(s.t.Context(), &iam.DeleteRoleInput{RoleName: &name}))
}

func (s overSocket) addGroup(account, name string) {
	must[*iam.CreateGroupOutput](s.t)(s.iam(account).CreateGroup(s.t.Context(), &iam.CreateGroupInput{GroupName: &name}))
}

func (s overSocket) groupID(account, name string) string {
	return *must[*iam.GetGroupOutput](s.t)(s.iam(account).GetGroup(s.t.Context(), &iam.GetGroupInput{GroupName: &name})).Group.GroupId
}

// deleteGroup takes everybody out first, as AWS asks of everybody but the console.
func (s overSocket) deleteGroup(account, name string) {
	for _, user := range s.members(account, name) {
		s.leave(account, user, name)
	}
	must[*iam.DeleteGroupOutput](s.t)(s.iam(account).DeleteGroup(s.t.Context(), &iam.DeleteGroupInput{GroupName: &name}))
}

func (s overSocket) renameUser(account, name, to string) {
	must[*iam.UpdateUserOutput](s.t)(s.iam(account).UpdateUser(s.t.Context(), &iam.UpdateUserInput{UserName: &name, NewUserName: &to}))
}

func (s overSocket) renameGroup(account, name, to string) {
	must[*iam.UpdateGroupOutput](s.t)(s.iam(account).UpdateGroup(s.t.Context(), &iam.UpdateGroupInput{GroupName: &name, NewGroupName: &to}))
}

func (s overSocket) join(account, user, group string) {
	must[*iam.AddUserToGroupOutput](s.t)(s.iam(account).AddUserToGroup(s.t.Context(),
		&iam.AddUserToGroupInput{UserName: &user, GroupName: &group}))
}

func (s overSocket) leave(account, user, group string) {
	must[*iam.RemoveUserFromGroupOutput](s.t)(s.iam(account).RemoveUserFromGroup(s.t.Context(),
		&iam.RemoveUserFromGroupInput{UserName: &user, GroupName: &group}))
}

func (s overSocket) addKey(account, user string) string {
	return *must[*iam.CreateAccessKeyOutput](s.t)(s.iam(account).CreateAccessKey(s.t.Context(), &iam.CreateAccessKeyInput{UserName: &user})).AccessKey.AccessKeyId
}

func (s overSocket) deleteKey(account, user, id string) {
	must[*iam.DeleteAccessKeyOutput](s.t)(s.iam(account).DeleteAccessKey(s.t.Context(), &iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: &id}))
}

func (s overSocket) addPassword(account, user string) {
	must[*iam.CreateLoginProfileOutput](s.t)(s.iam(account).CreateLoginProfile(s.t.Context(),
		&iam.CreateLoginProfileInput{UserName: &user, Password: aws.String("Correct-Horse-9")}))
}

func (s overSocket) addPolicy(account, user, policy string) {
	must[*iam.PutUserPolicyOutput](s.t)(s.iam(account).PutUserPolicy(s.t.Context(), &iam.PutUserPolicyInput{UserName: &user, PolicyName: &policy,
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}`)}))
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
