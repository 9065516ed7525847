package app_test

import (
	"strings"
	"testing"
	"time"

	"sekisho/store"
)

// TestForgedEvents: whoever can write to the queue can make a card for the true user at most. What the body says of who
// that is, and of what is to be given, counts for nothing, and AWS is not written to.
func TestForgedEvents(t *testing.T) {
	t.Parallel()
	true1 := signInBody("t.yamada", "true")
	forged := func(id string, oldnew ...string) string {
		return strings.NewReplacer(append(oldnew, `"eventID":"true"`, `"eventID":"`+id+`"`)...).Replace(true1)
	}
	bodies := map[string]string{
		"principal": forged("principal", userID("t.yamada"), userID("other")),
		"root":      forged("root", `"IAMUser"`, `"Root"`),
		"alias":     forged("alias", userID("t.yamada"), account),
		"role":      forged("role", `"IAMUser"`, `"AssumedRole"`),
		"nobody":    forged("nobody", `"userName":"t.yamada"`, `"userName":"nobody"`),
		"path":      forged("path", `"userName":"t.yamada"`, `"userName":"../t.yamada"`),
		"account":   forged("account", account, "999999999999"),
		"mixed":     forged("mixed", `"recipientAccountId":"`+account, `"recipientAccountId":"`+account2),
		"elsewhere": forged("elsewhere", account, account2), // where nobody signs in
		"failure":   forged("failure", `"Success"`, `"Failure"`),
		"source":    forged("source", `"aws.signin"`, `"aws.forged"`),
		"wish":      wishBody("wish", "t.yamada", ""),
		"garbage":   "{",
	}
	alive(t, setup{users: []string{"other"}}, func(s *sim) {
		for _, body := range bodies {
			s.aws.Send(s.queue, "", body)
		}
		s.wait(10 * time.Second)
		if cards := s.slack.Messages(approvals); len(cards) > 0 || s.iamWrites() > 0 {
			t.Errorf("%d cards, %d writes", len(cards), s.iamWrites())
		}
		for id := range bodies {
			if g := s.grant(s.db(), id); g.State != "" && g.State != store.Ignored {
				t.Errorf("%s is %s", id, g.State)
			}
		}
		s.aws.Send(s.queue, "", forged("more", `"principalId":"`+userID("t.yamada")+`",`, "", // which is no lie
			`"eventSource"`, `"target":"admins","group":"admins","state":"approved","until":"2099-01-01T00:00:00Z","eventSource"`))
		s.wait(10 * time.Second)
		g := s.grant(s.db(), "more")
		if g.State != store.Asked || g.Subject != (store.Subject{User: "t.yamada", UserID: userID("t.yamada"), Person: "U0YAMADA"}) || g.Target != group || s.iamWrites() > 0 {
			t.Errorf("it asks for %+v, and %d writes", g, s.iamWrites())
		}
		s.mustPress("U0SATO", store.Deny, "more") // opens a form: the request goes on to its limit
		s.wait(decideIn + time.Minute)
		if s.iamWrites() > 0 {
			t.Errorf("%d writes", s.iamWrites())
		}
	})
}
