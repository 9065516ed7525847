package cli_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"sekisho/aws/fakeaws/moto"
	"sekisho/bot/fakeslack"
)

const (
	production = moto.Account   // by the program's own credentials
	staging    = "210987654321" // by a role
	group      = "jit-operators"
	approvals  = "C0APPROVALS"
	alerts     = "C0ALERTS"

	leeway = 15 * time.Second // within which access ends, while AWS answers (DESIGN.md, invariant 2)
)

// person is somebody in Slack, who may have an IAM user.
type person struct{ slack, iam, account string }

// holders sign in. Yamada also stands among the approvers: that is how own approvals are tried.
var holders = []person{
	{"U0YAMADA", "t.yamada", production},
	{"U0SUZUKI", "m.suzuki", production},
	{"U0ITO", "j.ito", production},
	{"U0TANAKA", "k.tanaka", staging},
	{"U0KATO", "a.kato", staging},
	{"U0ABE", "r.abe", production},
	{"U0MORITA", "y.morita", staging},
	{"U0ONO", "s.ono", production},
	{"U0UENO", "n.ueno", staging},
}

// approvers sign in nowhere.
var approvers = []string{"U0SATO", "U0MORI"}

// house is where the program lives: an AWS, a Slack, a folder. It outlives any child.
type house struct {
	t                    testing.TB
	endpoint             string                // of AWS
	cloud                map[string]aws.Config // by account
	accessKey, secretKey string                // of the program, for AWS
	slack                *fakeslack.Server
	slackURL             string // what SLACK_API_URL says
	dir                  string
	ledger               string
	queue                string            // its URL
	programs             string            // what the configuration says of them behind it, with a comma first; "" for nothing
	dead                 string            // that of its dead-letter queue
	ids                  map[string]string // IAM user -> unique id
}

// newHouse sets the scene with the calls that an administrator makes. A message that is not deleted comes again after
// visibility seconds, at most deliveries times.
func newHouse(t testing.TB, visibility, deliveries int) *house {
	t.Helper()
	m := moto.Start(t)
	h := newFolder(t)
	h.endpoint, h.cloud = m.URL, map[string]aws.Config{production: m.Config(), staging: m.In(t, staging)}
	for account := range h.cloud {
		must(h.iam(account).CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String(group)}))(t)
	}
	for _, p := range holders {
		out := must(h.iam(p.account).CreateUser(t.Context(), &iam.CreateUserInput{UserName: &p.iam}))(t)
		h.ids[p.iam] = *out.User.UserId
	}
	h.dead = h.newQueue("dead", nil)
	h.queue = h.newQueue("sign-ins", map[string]string{
		"VisibilityTimeout": fmt.Sprint(visibility),
		"RedrivePolicy":     fmt.Sprintf(`{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:%s:dead","maxReceiveCount":%d}`, production, deliveries),
	})
	h.configure()
	return h
}

// newFolder is a house with a Slack and no AWS: nothing answers there, and nothing is asked of it.
func newFolder(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, endpoint: "http://127.0.0.1:1", accessKey: accessKey, secretKey: secretKey, dir: t.TempDir(), ids: map[string]string{}}
	h.ledger, h.queue = filepath.Join(h.dir, "ledger.db"), h.endpoint+"/queue"
	t.Cleanup(h.holdsNoSecret) // the last: what is set up later is cleaned up sooner
	h.openSlack()
	h.configure()
	return h
}

func (h *house) openSlack() {
	all := slices.Clone(approvers)
	for _, p := range holders {
		all = append(all, p.slack)
	}
	w := fakeslack.Workspace{BotToken: botToken, AppToken: appToken,
		Groups: []fakeslack.UserGroup{{ID: "S0LEADS", Handle: "leads", Members: append([]string{"U0YAMADA"}, approvers...)}},
		Channels: []fakeslack.Channel{
			{ID: approvals, Name: "approvals", Members: append(all, "U0BOT")},
			{ID: alerts, Name: "alerts", Members: append(all, "U0BOT")},
		}}
	for _, id := range all {
		locale := map[string]string{"U0YAMADA": "ja-JP"}[id]
		w.Users = append(w.Users, fakeslack.User{ID: id, Name: strings.ToLower(id), RealName: id, Locale: locale})
	}
	h.slack = fakeslack.New(w)
	web := httptest.NewServer(h.slack)
	h.slackURL = web.URL + "/api/"
	h.t.Cleanup(func() {
		h.slack.Close() // first, for the server waits for its connections
		web.Close()
	})
}

// configure writes the configuration, with the shortest times that it takes.
func (h *house) configure() {
	var b strings.Builder
	fmt.Fprintf(&b, "accounts:\n  production: {id: %q}\n  staging: {id: %q, role: \"arn:aws:iam::%s:role/sekisho\"}\n", production, staging, staging)
	fmt.Fprintf(&b, "slack: {approvals: %s, security: %s}\nqueues: {sign_ins: %q%s}\npeople:\n", approvals, alerts, h.queue, h.programs)
	for _, p := range holders {
		fmt.Fprintf(&b, "  - {slack: %s, iam_users: [%s/%s]}\n", p.slack, map[string]string{production: "production", staging: "staging"}[p.account], p.iam)
	}
	for _, id := range approvers {
		fmt.Fprintf(&b, "  - {slack: %s}\n", id)
	}
	b.WriteString("entitlements:\n")
	for _, account := range []string{"production", "staging"} {
		fmt.Fprintf(&b, "  - {id: %s-operator, kind: iam-group, account: %s, group: %s, on_login: true,\n", account, account, group)
		b.WriteString("     approve: [{by: [usergroup:S0LEADS]}], within: 1m, duration: {default: 1m, max: 2m}}\n")
	}
	if err := os.WriteFile(h.config(), []byte(b.String()), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) config() string { return filepath.Join(h.dir, "sekisho.yaml") }

func (h *house) iam(account string) *iam.Client { return iam.NewFromConfig(h.cloud[account]) }
func (h *house) sqs() *sqs.Client               { return sqs.NewFromConfig(h.cloud[production]) }

func (h *house) newQueue(name string, attributes map[string]string) string {
	h.t.Helper()
	out := must(h.sqs().CreateQueue(h.t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes}))(h.t)
	return *out.QueueUrl
}

// members are the IAM users in the group of an account, as AWS says.
func (h *house) members(account string) (names []string) {
	h.t.Helper()
	out := must(h.iam(account).GetGroup(context.WithoutCancel(h.t.Context()), &iam.GetGroupInput{GroupName: aws.String(group)}))(h.t)
	for _, u := range out.Users {
		names = append(names, *u.UserName)
	}
	return names
}

func (h *house) isMember(p person) bool { return slices.Contains(h.members(p.account), p.iam) }

// depth is how many messages a queue holds, in hand or not.
func (h *house) depth(url string) (n int) {
	h.t.Helper()
	out := must(h.sqs().GetQueueAttributes(h.t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &url,
		AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}}))(h.t)
	for _, name := range []string{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"} {
		var part int
		must(fmt.Sscan(out.Attributes[name], &part))(h.t)
		n += part
	}
	return n
}

// must fails the test on an error of its setting.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
