package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// motoSender is the one sender that moto names for all messages.
const motoSender = "AIDAIT2UOQQY3AUEKVGXU"

// postmarks stand between the program and AWS, and say of messages who sent them, as SQS does and moto cannot.
type postmarks struct {
	mu sync.Mutex
	by map[string]string // body -> sender
}

// marked has the program's messages marked.
func (h *house) marked() *postmarks {
	h.t.Helper()
	at := must(url.Parse(h.endpoint))(h.t)
	p := &postmarks{by: map[string]string{}}
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(at)
			r.Out.Host = r.In.Host
			r.Out.Header.Del("Accept-Encoding")
		},
		ModifyResponse: p.mark,
		ErrorHandler:   func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // the program has ended
	})
	h.t.Cleanup(server.Close)
	h.endpoint = server.URL
	return p
}

// mark writes into what SQS answers who sent the messages of which that is known.
func (p *postmarks) mark(res *http.Response) error {
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	var out struct{ Messages []types.Message }
	if json.Unmarshal(body, &out) == nil {
		p.mu.Lock()
		for _, m := range out.Messages {
			if by := p.by[aws.ToString(m.Body)]; by != "" {
				body = bytes.Replace(body, []byte(motoSender), []byte(by), 1)
			}
		}
		p.mu.Unlock()
	}
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res.Header.Set("Content-Length", fmt.Sprint(len(body)))
	return nil
}

// office is where programs ask, and are answered.
type office struct {
	*house
	marks             *postmarks
	requests, replies string
}

// newOffice lets the role deployer ask for t.yamada.
func newOffice(t *testing.T) (office, string) {
	h := newHouse(t, 5, 10)
	o := office{h, h.marked(), h.newQueue("requests", nil), h.newQueue("replies", nil)}
	role := must(h.iam(production).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("deployer"), AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`)}))(t)
	h.programs = fmt.Sprintf(", requests: %q, replies: %q, roles: [{role: production/deployer, iam_users: [production/t.yamada]}]", o.requests, o.replies)
	h.configure()
	return o, *role.Role.RoleId
}

// ask sends a request of the sender's; "" leaves it to moto. It returns the state and the refusal of the answer.
func (o office) ask(sender, id, user string) string {
	o.t.Helper()
	body := fmt.Sprintf(`{"id":%q,"entitlement":"production-operator","iam_user":%q,"reason":"Deploy.","duration":"1m"}`, id, user)
	o.marks.mu.Lock()
	o.marks.by[body] = sender
	o.marks.mu.Unlock()
	must(o.sqs().SendMessage(o.t.Context(), &sqs.SendMessageInput{QueueUrl: &o.requests, MessageBody: &body}))(o.t)
	var reply struct{ ID, Sender, State, Refusal, Says string }
	o.await("an answer to "+id, leeway, func() bool {
		got := must(o.sqs().ReceiveMessage(context.WithoutCancel(o.t.Context()), &sqs.ReceiveMessageInput{QueueUrl: &o.replies}))(o.t)
		if len(got.Messages) == 0 {
			return false
		}
		if err := json.Unmarshal([]byte(aws.ToString(got.Messages[0].Body)), &reply); err != nil {
			o.t.Fatal(err)
		}
		must(o.sqs().DeleteMessage(o.t.Context(), &sqs.DeleteMessageInput{QueueUrl: &o.replies, ReceiptHandle: got.Messages[0].ReceiptHandle}))(o.t)
		return true
	})
	if reply.ID != id || sender != "" && reply.Sender != sender || (reply.Refusal == "") != (reply.Says == "") {
		o.t.Errorf("answer %+v to %s of %s", reply, id, sender)
	}
	return strings.TrimSpace(reply.State + " " + reply.Refusal)
}

// A program's whole road: it asks with its own credentials or with a role, a person approves, AWS has the membership, and
// what was refused is in the ledger.
func TestServePrograms(t *testing.T) {
	judged(t, quick)
	t.Parallel()
	o, roleID := newOffice(t)
	c := o.connected()
	yamada, suzuki := holders[0], holders[1]
	for _, x := range []struct{ sender, id, user, want string }{
		{"", "moto", "t.yamada", "refused not_sender"},
		{o.ids["j.ito"], "forged", "t.yamada", "refused not_sender"},
		{roleID + ":t.yamada", "others", "m.suzuki", "refused not_named"},
		{"AROAEXAMPLE:deployer", "session", "t.yamada", "refused not_named"},
		{o.ids["m.suzuki"], "own", "m.suzuki", "accepted"},
		{roleID + ":run-1", "deploy", "t.yamada", "accepted"},
		{roleID + ":run-2", "deploy", "t.yamada", "accepted"},
	} {
		if got := o.ask(x.sender, x.id, x.user); got != x.want {
			t.Errorf("%s: %s, want %s", x.id, got, x.want)
		}
	}
	o.press(yamada.slack, o.awaitCard(yamada, "Pending approval"), "approve")
	for p, asked := range map[person]string{yamada: "role `production/deployer`", suzuki: "the user's own credentials"} {
		card := o.awaitCard(p, "Pending approval")
		if !strings.Contains(o.slack.Render(card), asked) {
			t.Errorf("the card does not say that it was %s:\n%s", asked, o.slack.Render(card))
		}
		o.press("U0SATO", card, "approve")
		o.await("the approved one is a member", leeway, func() bool { return o.isMember(p) })
		o.press(p.slack, o.awaitCard(p, "Active"), "finish")
		o.await("the membership is gone", leeway, func() bool { return !o.isMember(p) })
	}
	o.await("all messages are deleted", leeway, func() bool { return o.depth(o.requests) == 0 })
	c.stop()
	o.audit()
	_, out, _ := run("ledger", "--ledger", o.ledger, "export")
	for text, want := range map[string]int{`"note":"not_sender"`: 2, `"note":"not_named"`: 2, `"role":"production/deployer"`: 1, motoSender: 1} {
		if n := strings.Count(out, text); n != want {
			t.Errorf("%s is in the ledger %d times, want %d:\n%s", text, n, want, out)
		}
	}
}

// The script that makes the queues does so for whom it is told, and a second run changes nothing.
func TestRequestsScript(t *testing.T) {
	judged(t, slow)
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("NOT RUN: it needs the aws command (pip install awscli)")
	}
	t.Parallel()
	h := newHouse(t, 30, 3)
	script := func(senders ...string) string {
		cmd := exec.Command("../requests.sh", senders...)
		cmd.Env = append(os.Environ(), h.environment()...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		return string(out)
	}
	attributes := func() map[string]string {
		all := map[string]string{}
		for _, name := range []string{"sekisho-requests", "sekisho-replies", "sekisho-requests-dead"} {
			at := must(h.sqs().GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &name}))(t)
			got := must(h.sqs().GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: at.QueueUrl, AttributeNames: []types.QueueAttributeName{"All"}}))(t)
			all[name] = got.Attributes["Policy"] + got.Attributes["RedrivePolicy"] + got.Attributes["VisibilityTimeout"] + got.Attributes["MessageRetentionPeriod"]
		}
		return all
	}
	const user, role = "arn:aws:iam::123456789012:user/svc-deploy", "arn:aws:iam::123456789012:role/ci/deployer"
	out, first := script(user, role), attributes()
	if !strings.Contains(out, "requests: ") || !strings.Contains(out, "/sekisho-replies}") || script(user, role) != out || fmt.Sprint(attributes()) != fmt.Sprint(first) {
		t.Errorf("%s%v", out, first)
	}
	requests, replies := first["sekisho-requests"], first["sekisho-replies"]
	if !strings.Contains(requests, user) || !strings.Contains(requests, role) || !strings.Contains(requests, "sqs:SendMessage") || strings.Contains(requests, "sqs:Receive") ||
		!strings.Contains(requests, "sekisho-requests-dead") || !strings.Contains(replies, role) || strings.Contains(replies, "Send") {
		t.Errorf("%v", first)
	}
	if script(role); strings.Contains(attributes()["sekisho-requests"], user) {
		t.Error("who is no longer named may still send")
	}
}
