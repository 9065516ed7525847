package identity_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/store"
)

const (
	prod, dev = "111111111111", "222222222222"
	ops       = "jit-ops"
)

// clause is one promise of handlers.Cloud or handlers.Users, as this package keeps it. It starts from two empty accounts.
type clause struct {
	name string
	run  func(world)
}

// suite is everything that is promised while AWS answers; what is promised while it does not is in fault_test.go.
var suite = slices.Concat(planClauses, giveClauses, takeClauses, checkClauses, nameClauses, renameClauses, userClauses, holdClauses, mendClauses)

func TestSuiteInMemory(t *testing.T) {
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, fakeaws.Options{}, func(_ *testing.T, w world, _ *fakeaws.AWS) { c.run(w) })
		})
	}
}

// bubble runs a test with the fake AWS, in memory and in no time.
func bubble(t *testing.T, o fakeaws.Options, test func(*testing.T, world, *fakeaws.AWS)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o.Accounts = []string{prod, dev}
		a := fakeaws.New(o)
		test(t, newWorld(t, inMemory{a}, a.Config), a)
	})
}

// scene is what an administrator does by hand and sees in truth.
type scene interface {
	addUser(account, name string, tags map[string]string) (userID string)
	deleteUser(account, name string)
	addRole(account, name string) (roleID string)
	deleteRole(account, name string)
	addGroup(account, name string)
	groupID(account, name string) string
	deleteGroup(account, name string)
	renameUser(account, name, to string)
	renameGroup(account, name, to string)
	join(account, user, group string)
	leave(account, user, group string)
	members(account, group string) []string
	addKey(account, user string) (id string)
	deleteKey(account, user, id string)
	addPassword(account, user string)
	addPolicy(account, user, policy string)
}

type inMemory struct{ *fakeaws.AWS }

func (s inMemory) addUser(account, name string, tags map[string]string) string {
	return s.AddUser(account, name, tags)
}
func (s inMemory) addRole(account, name string) string {
	s.AddRole(account, name, "")
	return s.RoleID(account, name)
}
func (s inMemory) deleteRole(account, name string)        { s.DeleteRole(account, name) }
func (s inMemory) deleteUser(account, name string)        { s.DeleteUser(account, name) }
func (s inMemory) addGroup(account, name string)          { s.AddGroup(account, name) }
func (s inMemory) groupID(account, name string) string    { return s.GroupID(account, name) }
func (s inMemory) deleteGroup(account, name string)       { s.DeleteGroup(account, name) }
func (s inMemory) renameUser(account, name, to string)    { s.RenameUser(account, name, to) }
func (s inMemory) renameGroup(account, name, to string)   { s.RenameGroup(account, name, to) }
func (s inMemory) join(account, user, group string)       { s.Join(account, user, group) }
func (s inMemory) leave(account, user, group string)      { s.Leave(account, user, group) }
func (s inMemory) addKey(account, user string) string     { return s.AddKey(account, user) }
func (s inMemory) deleteKey(account, user, id string)     { s.DeleteKey(account, user, id) }
func (s inMemory) addPassword(account, user string)       { s.AddPassword(account, user) }
func (s inMemory) addPolicy(account, user, policy string) { s.AddUserPolicy(account, user, policy) }
func (s inMemory) members(account, group string) []string { return s.Members(account, group) }

// world is an AWS, and identity at work on it.
type world struct {
	scene
	t        *testing.T
	accounts identity.Accounts
	wrote    *[]string // what identity asked AWS to change, as "add alice to jit-ops"
}

func newWorld(t *testing.T, s scene, config func(account string) aws.Config) world {
	w := world{scene: s, t: t, accounts: identity.Accounts{}, wrote: new([]string)}
	for _, account := range []string{prod, dev} {
		clients := identity.In(config(account))
		clients.IAM = spy{clients.IAM.(*iam.Client), w.wrote}
		w.accounts[account] = clients
	}
	return w
}

// spy notes what is written. It takes two groups to a page: AWS may cut a page short whenever it likes, and with ten
// groups a user nothing else would ever make a second one.
type spy struct {
	*iam.Client
	wrote *[]string
}

func (s spy) AddUserToGroup(ctx context.Context, in *iam.AddUserToGroupInput, o ...func(*iam.Options)) (*iam.AddUserToGroupOutput, error) {
	*s.wrote = append(*s.wrote, "add "+*in.UserName+" to "+*in.GroupName)
	return s.Client.AddUserToGroup(ctx, in, o...)
}

func (s spy) RemoveUserFromGroup(ctx context.Context, in *iam.RemoveUserFromGroupInput, o ...func(*iam.Options)) (*iam.RemoveUserFromGroupOutput, error) {
	*s.wrote = append(*s.wrote, "remove "+*in.UserName+" from "+*in.GroupName)
	return s.Client.RemoveUserFromGroup(ctx, in, o...)
}

func (s spy) ListGroupsForUser(ctx context.Context, in *iam.ListGroupsForUserInput, o ...func(*iam.Options)) (*iam.ListGroupsForUserOutput, error) {
	short := *in
	short.MaxItems = aws.Int32(2)
	return s.Client.ListGroupsForUser(ctx, &short, o...)
}

// kind is what is tested, found as the program finds it.
func (w world) kind() access.Cloud {
	return identity.Kinds(w.accounts, identity.Keeping{Grace: 24 * time.Hour, Recovery: 7}, time.Now)[identity.KindGroup]
}

// alice makes the user and the group, and returns an approved grant of the one to the other.
func (w world) alice() store.Grant {
	w.addGroup(prod, ops)
	return grant(w.addUser(prod, "alice", nil))
}

func grant(userID string) store.Grant {
	return store.Grant{ID: "g1", Kind: identity.KindGroup, Account: prod, Target: ops, State: store.Approved,
		Subject: store.Subject{User: "alice", UserID: userID}}
}

// anew deletes the grant's user and makes another one of the same name.
func (w world) anew(g store.Grant) {
	w.deleteUser(g.Account, g.Subject.User)
	w.addUser(g.Account, g.Subject.User, nil)
}

// in returns the grant in another state.
func in(s store.State, g store.Grant) store.Grant {
	g.State = s
	return g
}

// planned returns the grant with what Plan saw, as the ledger has it before the first write.
func (w world) planned(g store.Grant) store.Grant {
	w.t.Helper()
	facts, err := w.kind().Plan(w.t.Context(), g, nil)
	if err != nil {
		w.t.Fatalf("plan: %v", err)
	}
	g.Planned, g.Effects = true, facts
	return g
}

// wantPlan compares with what Plan finds of the group.
func (w world) wantPlan(g store.Grant, was string) {
	w.t.Helper()
	want := map[string]string{identity.WasMember: was, identity.GroupID: w.groupID(g.Account, g.Target)}
	if diff := cmp.Diff(want, w.planned(g).Effects); diff != "" {
		w.t.Errorf("plan (-want +got):\n%s", diff)
	}
}

// step takes a step that has to come out as done.
func (w world) step(g store.Grant) {
	w.t.Helper()
	result, err := w.kind().Step(w.t.Context(), g)
	if err != nil || result.Again != 0 {
		w.t.Fatalf("step while %s: %+v, %v; want done", g.State, result, err)
	}
}

// stepRefused takes a step that has to be refused with that code.
func (w world) stepRefused(g store.Grant, code string) {
	w.t.Helper()
	_, err := w.kind().Step(w.t.Context(), g)
	wantRefused(w.t, err, code)
}

func (w world) wantCheck(g store.Grant, want bool) {
	w.t.Helper()
	if got, err := w.kind().Check(w.t.Context(), g); err != nil || got != want {
		w.t.Errorf("check while %s: %t, %v; want %t", g.State, got, err, want)
	}
}

// wantMembers compares with who is in the group in truth.
func (w world) wantMembers(account string, want ...string) {
	w.t.Helper()
	if got := w.members(account, ops); !slices.Equal(got, want) {
		w.t.Errorf("members of %s in %s: %v, want %v", ops, account, got, want)
	}
}

func (w world) wantWrites(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, *w.wrote); diff != "" {
		w.t.Errorf("written (-want +got):\n%s", diff)
	}
}

func wantRefused(t *testing.T, err error, code string) {
	t.Helper()
	var refused *handlers.Refused
	if !errors.As(err, &refused) || refused.Code != code {
		t.Errorf("got %v, want the refusal %s", err, code)
	}
}
