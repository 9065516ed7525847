package access_test

import (
	"errors"
	"testing"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// inRoleWorld has two roles, of which the first may ask for t.yamada.
func inRoleWorld(t *testing.T, test func(w *world, deployer, other string)) {
	t.Helper()
	inWorld(t, func(w *world) {
		w.aws.AddRole(account, "deployer", "")
		w.aws.AddRole(account, "other", "")
		w.aws.AddUser(account, "h.sato", nil)
		w.govern(func(p *access.Settings) {
			p.Programs = []policy.Program{{Account: account, Role: "gone", Users: []people.Login{{Account: account, User: "t.yamada"}}},
				{Account: account, Role: "deployer", Users: []people.Login{{Account: account, User: "t.yamada"}}}}
		})
		test(w, w.aws.RoleID(account, "deployer")+":", w.aws.RoleID(account, "other")+":")
	})
}

// from is what a role's session asks for.
func from(sender string) func(*access.Wish) {
	return func(x *access.Wish) { x.Sender = sender }
}

// TestRoleAsks: for the user that it is named for, whose person is the holder and cannot approve; and the role is nobody.
func TestRoleAsks(t *testing.T) {
	inRoleWorld(t, func(w *world, deployer, _ string) {
		if d := w.asks(w.sent("1", from(deployer+"run-4711"))); d.Refusal != "" {
			t.Fatalf("refused: %+v", d)
		}
		g := w.wished("1")
		if g.State != store.Asked || !g.Program || g.Role != "production/deployer" || g.Subject != (store.Subject{User: "t.yamada", UserID: w.userID, Person: "U0YAMADA"}) || w.voice.posts != 1 {
			t.Errorf("asked: %+v", g)
		}
		entries, err := w.db.Entries(w.t.Context(), g.ID, 0)
		if err != nil || entries[0].By != store.Self || entries[0].Facts["sender"] != deployer+"run-4711" || entries[0].Facts["role"] != "production/deployer" {
			t.Errorf("%+v, %v", entries, err)
		}
		for _, own := range []string{"U0YAMADA", "U0YAMADA2"} {
			if refusal := w.press(own, store.Approve); refusal != policy.Own {
				t.Errorf("approved by %s: %q", own, refusal)
			}
		}
		if refusal := w.press("U0SATO", store.Approve); refusal != "" || !w.member() {
			t.Errorf("approved: %q, member %t", refusal, w.member())
		}
	})
}

// TestRoleIsRefused: nobody is what their session is called, and no role asks for a user that it is not named for.
func TestRoleIsRefused(t *testing.T) {
	inRoleWorld(t, func(w *world, deployer, other string) {
		for name, c := range map[string]struct{ sender, user, want string }{
			"a role that is not named":     {other + "run", "t.yamada", access.NotNamed},
			"a session of a role's name":   {other + "deployer", "t.yamada", access.NotNamed},
			"a session of a role's id":     {other + deployer + "run", "t.yamada", access.NotNamed},
			"a role's name":                {"deployer:run", "t.yamada", access.NotNamed},
			"a role's id and no session":   {deployer[:len(deployer)-1], "t.yamada", access.NotSender},
			"another user":                 {deployer + "run", "h.sato", access.NotNamed},
			"a user of another's spelling": {deployer + "run", "T.YAMADA", access.NotNamed},
		} {
			w.refused(name, w.sent(name, func(x *access.Wish) { x.Sender, x.User = c.sender, c.user }), c.want)
		}
		w.aws.DeleteUser(account, "t.yamada")
		w.refused("a user that is gone", w.sent("gone", from(deployer+"run")), access.NoUser)
	})
}

// TestRoleMadeAgain: it is the id that counts which IAM has under the name now.
func TestRoleMadeAgain(t *testing.T) {
	inRoleWorld(t, func(w *world, old, _ string) {
		w.aws.DeleteRole(account, "deployer")
		w.refused("a role that is gone", w.sent("gone", from(old+"run")), access.NotNamed)
		w.aws.AddRole(account, "deployer", "")
		w.refused("the one before", w.sent("old", from(old+"run")), access.NotNamed)
		if d := w.asks(w.sent("new", from(w.aws.RoleID(account, "deployer")+":run"))); d.Refusal != "" {
			t.Errorf("the new one: %+v", d)
		}
	})
}

// TestRoleWaitsForIAM: while IAM does not say whose the id is, nothing is decided; nor about the one role that it does not
// answer for, unless another is it.
func TestRoleWaitsForIAM(t *testing.T) {
	inRoleWorld(t, func(w *world, deployer, other string) {
		down := func(action, role string) {
			w.aws.Fault(func(c fakeaws.Call) *fakeaws.Failure {
				if c.Action != action || role != "" && c.Params["RoleName"] != role {
					return nil
				}
				return &fakeaws.Failure{Code: "AccessDenied"}
			})
		}
		waits := func(x access.Wish) {
			t.Helper()
			if d, err := w.keeper.Program(w.t.Context(), x); err == nil {
				t.Errorf("decided: %+v", d)
			}
			if _, err := store.LoadGrant(w.t.Context(), w.db, x.ID); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("in the ledger: %v", err)
			}
		}
		down("GetRole", "")
		waits(w.sent("1", from(deployer+"run")))
		down("GetUser", "")
		waits(w.sent("1", from(deployer+"run")))
		down("GetRole", "gone")
		waits(w.sent("2", from(other+"run")))
		if d := w.asks(w.sent("1", from(deployer+"run"))); d.Refusal != "" {
			t.Errorf("it is another one: %+v", d)
		}
	})
}

// TestRoleAsksAgain for what a sign-in has asked for: the card shows what is asked for now, and by whom.
func TestRoleAsksAgain(t *testing.T) {
	inRoleWorld(t, func(w *world, deployer, _ string) {
		w.signIn("1")
		before := w.grant("1")
		w.asks(w.sent("2", from(deployer+"run")))
		g := w.grant("1")
		if g.Role != "production/deployer" || g.Terms() == before.Terms() || w.wished("2").State != store.Merged {
			t.Errorf("%+v", g)
		}
		entries, err := w.db.Entries(w.t.Context(), g.ID, 2)
		if err != nil || len(entries) != 1 || entries[0].By != store.Self || entries[0].Facts["program"] != "production/deployer" {
			t.Errorf("%+v, %v", entries, err)
		}
	})
}
