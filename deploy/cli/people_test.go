package cli_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"sekisho/bot/fakeslack"
)

// signIn puts a console sign-in on the queue, as EventBridge does.
func (h *house) signIn(p person, eventID string) {
	h.t.Helper()
	h.send(h.event(p, eventID))
}

func (h *house) send(body string) {
	h.t.Helper()
	must(h.sqs().SendMessage(context.WithoutCancel(h.t.Context()), &sqs.SendMessageInput{QueueUrl: &h.queue, MessageBody: &body}))(h.t)
}

func (h *house) event(p person, eventID string) string {
	type object = map[string]any
	body, err := json.Marshal(object{"source": "aws.signin", "account": p.account, "detail": object{
		"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "eventID": eventID,
		"eventTime": time.Now().UTC().Format(time.RFC3339), "recipientAccountId": p.account, "sourceIPAddress": "203.0.113.9",
		"userIdentity":        object{"type": "IAMUser", "principalId": h.ids[p.iam], "accountId": p.account, "userName": p.iam},
		"responseElements":    object{"ConsoleLogin": "Success"},
		"additionalEventData": object{"MFAUsed": "Yes"},
	}})
	if err != nil {
		h.t.Fatal(err)
	}
	return string(body)
}

// await waits until something is true, of Slack or of AWS, and fails the test if it takes too long.
func (h *house) await(what string, patience time.Duration, ok func() bool) {
	h.t.Helper()
	over := time.After(patience)
	for !ok() {
		select {
		case <-time.After(100 * time.Millisecond):
		case <-over:
			h.t.Fatalf("after %s still not: %s", patience, what)
		}
	}
}

// card is the newest card about somebody; an empty message if there is none.
func (h *house) card(p person) fakeslack.Message {
	for _, m := range slices.Backward(h.slack.Messages(approvals)) {
		if !m.Deleted && strings.Contains(m.Text, "`"+p.iam+"`") {
			return m
		}
	}
	return fakeslack.Message{}
}

// awaitCard waits until the newest card about somebody says where the request stands.
func (h *house) awaitCard(p person, state string) fakeslack.Message {
	h.t.Helper()
	h.await(fmt.Sprintf("the card about %s says %q", p.iam, state), leeway, func() bool {
		return strings.HasPrefix(h.card(p).Text, state+":")
	})
	return h.card(p)
}

// press is somebody pressing a button of a message, which the program has to take.
func (h *house) press(user string, m fakeslack.Message, action string) {
	h.t.Helper()
	d, err := h.slack.Click(fakeslack.Press{User: user, Channel: m.Channel, TS: m.TS, Action: action})
	if err != nil || !d.Acked || d.Problem != "" {
		h.t.Fatalf("%s presses %s: acknowledged %t, %s, %v", user, action, d.Acked, d.Problem, err)
	}
}

// giveAccess lets somebody sign in and be approved, and returns once AWS says that they are a member.
func (h *house) giveAccess(p person, eventID string) {
	h.t.Helper()
	h.signIn(p, eventID)
	h.press(approvers[0], h.awaitCard(p, "Pending approval"), "approve")
	h.await(p.iam+" is a member", leeway, func() bool { return h.isMember(p) })
}
