package cli_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"sekisho/aws/fakeaws"
)

// A sign-in that the bot could not take in is back on its queue by one command, and what cannot be read stays where it is.
func TestEventsRedrive(t *testing.T) {
	a := fakeaws.New(fakeaws.Options{Accounts: []string{production}})
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	url, dead := a.AddQueue(production, "sign-ins", fakeaws.QueueOptions{}), a.AddQueue(production, "sign-ins-dead", fakeaws.QueueOptions{})
	a.Send(dead, "", `{"source":"aws.signin","account":"`+production+`","detail":{"eventID":"e-1","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","recipientAccountId":"`+production+
		`","userIdentity":{"type":"IAMUser","userName":"t.yamada","accountId":"`+production+`"},"responseElements":{"ConsoleLogin":"Success"}}}`)
	a.Send(dead, "", "garbage")
	accessKey, secretKey := a.Credentials(production)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey} {
		t.Setenv(name, value)
	}
	config := written(t, `accounts: {production: {id: "`+production+`"}}
slack: {approvals: C0APPROVALS}
queues: {sign_ins: `+url+`}
people: [{slack: U0YAMADA, iam_users: [production/t.yamada]}, {slack: U0SATO}]
entitlements:
  - {id: ops, kind: iam-group, account: production, group: jit-ops, on_login: true, approve: [{by: U0SATO}], duration: {default: 1h, max: 4h}}
`)
	code, out, errOut := run("events", "redrive", "--config", config)
	if code != 0 || errOut != "" || !strings.Contains(out, "stays: invalid: ") || !strings.HasSuffix(out, "1 sign-in moved back to "+url+", 1 message left on "+dead+"\n") {
		t.Errorf("exit %d\n%s%s", code, out, errOut)
	}
	back, _ := a.Depth(url)
	if visible, hidden := a.Depth(dead); back != 1 || visible+hidden != 1 {
		t.Errorf("%d messages are back, %d left", back, visible+hidden)
	}
	for _, from := range []string{"not-a-url", "https://", "https://sqs.us-east-1.amazonaws.com", "ftp://x/y", "https:///123456789012/sign-ins-dead"} {
		code, out, errOut := run("events", "redrive", "--config", config, "--from", from)
		if code != 2 || out != "" || !strings.Contains(errOut, "is no URL of a queue: write one such as https://sqs.") {
			t.Errorf("%s: exit %d\n%s%s", from, code, out, errOut)
		}
	}
	code, _, errOut = run("events", "redrive", "--config", config, "--from", url+"-none")
	if code != 1 || !strings.Contains(errOut, "no such queue") || !strings.Contains(errOut, "say with --from where the dead letters are") {
		t.Errorf("exit %d\n%s", code, errOut)
	}
}
