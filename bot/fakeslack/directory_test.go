package fakeslack_test

import (
	"testing"

	"sekisho/bot/fakeslack"
)

func TestLookupByEmail(t *testing.T) {
	withEmail := func(ws *fakeslack.Workspace) {
		ws.Scopes = []string{"users:read.email"}
		ws.Users = append(ws.Users,
			fakeslack.User{ID: "U6", Name: "left", Email: "left@example.com", Deleted: true},
			fakeslack.User{ID: "U7", Name: "visitor", Email: "visitor@example.net", TeamID: "T0OTHER"})
	}
	bubbleWith(t, withEmail, func(t *testing.T, w *world) {
		u, err := w.api.GetUserByEmail("Yamada@Example.com")
		if err != nil || u.ID != "U1" || u.Profile.Email != "yamada@example.com" {
			t.Errorf("got %+v, %v", u, err)
		}
		for _, email := range []string{"nobody@example.com", "left@example.com", ""} {
			_, err := w.api.GetUserByEmail(email)
			wantError(t, err, "users_not_found")
		}
		if u, err := w.api.GetUserByEmail("visitor@example.net"); err != nil || u.TeamID != "T0OTHER" {
			t.Errorf("stranger: %+v, %v", u, err)
		}
	})
	bubble(t, func(t *testing.T, w *world) {
		_, err := w.api.GetUserByEmail("yamada@example.com")
		wantError(t, err, "missing_scope")
	})
}
