package access_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/store"
)

// odd is a voice to which Slack has no answer about one grant.
type odd struct {
	*voice
	id    string
	tries int
}

func (o *odd) Card(ctx context.Context, at store.Card, grants ...store.Grant) (store.Card, error) {
	if grants[0].ID == o.id {
		o.tries++
		return at, fmt.Errorf("odd: %w", handlers.ErrSilent)
	}
	return o.voice.Card(ctx, at, grants...)
}

// A message that Slack has no answer to, for whatever is in it, is tried on and on, and holds up no other for long.
func TestOneMessageWithoutAnAnswer(t *testing.T) {
	inWorld(t, func(w *world) {
		w.stop()
		o := &odd{voice: w.voice, id: "login-1"}
		w.keeper.Voice = o
		w.run()
		w.signIn("1")
		w.wait(time.Minute)
		for i := range 5 {
			user := fmt.Sprint("user", i)
			id := w.aws.AddUser(account, user, map[string]string{"sekisho:slack-user-id": "U0OTHER"})
			w.receive(access.Request{ID: "login-" + user, Origin: store.SignIn, Account: account, User: user,
				Signin: store.Signin{At: time.Now(), Address: "203.0.113.9", MFA: "yes", Principal: id}})
			begun := time.Now()
			for w.grant(user).Card.TS == "" && time.Since(begun) < time.Minute {
				w.wait(time.Second)
			}
			if waited := time.Since(begun); waited > 15*time.Second {
				t.Errorf("%s waits %s for another's card", user, waited)
			}
			w.wait(time.Minute)
		}
		if o.tries < 20 {
			t.Errorf("tried %d times in minutes", o.tries)
		}
	})
}
