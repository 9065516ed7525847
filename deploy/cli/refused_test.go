package cli_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"sekisho/store"
	"sekisho/store/boltdb"
)

// What the program cannot work with it refuses: one sentence to its operator, which says what to do, and exit code 1.
// DIR stands for the folder of the house, and … for anything.
var refusals = []struct {
	name   string
	set    []string     // beside a sound environment
	scene  func(*house) // beside a sound configuration
	want   string
	opened bool // refused only after the ledger was made
}{
	{name: "no bot token", set: []string{"SLACK_BOT_TOKEN="},
		want: "sekisho: SLACK_BOT_TOKEN is not set to a token that begins with xoxb-: copy it from your Slack app's settings"},
	{name: "no app token", set: []string{"SLACK_APP_TOKEN="},
		want: "sekisho: SLACK_APP_TOKEN is not set to a token that begins with xapp-: copy it from your Slack app's settings"},
	{name: "tokens the wrong way round", set: []string{"SLACK_BOT_TOKEN=" + appToken, "SLACK_APP_TOKEN=" + botToken},
		want: "sekisho: SLACK_BOT_TOKEN is not set to a token that begins with xoxb-: copy it from your Slack app's settings"},
	{name: "bot token that Slack refuses", set: []string{"SLACK_BOT_TOKEN=xoxb-canary-bot-of-old"}, opened: true,
		want: "sekisho: ask Slack who I am: invalid_auth (check SLACK_BOT_TOKEN, which begins with xoxb-)"},
	{name: "app token that Slack refuses", set: []string{"SLACK_APP_TOKEN=xapp-canary-app-of-old"}, opened: true,
		want: "sekisho: connect to Slack: invalid_auth (check SLACK_APP_TOKEN, which begins with xapp- and has the scope connections:write)"},
	{name: "app that was removed", scene: func(h *house) { h.slack.Revoke("token_revoked") }, opened: true,
		want: "sekisho: …: token_revoked (check SLACK_…)"}, // the bot's token or the app's, whichever is asked first
	{name: "Slack's address without http", set: []string{"SLACK_API_URL=localhost:3000/api"},
		want: "sekisho: SLACK_API_URL is not a URL that begins with http:// or https://: write one such as http://127.0.0.1:3000/api/, or nothing for the real one"},
	{name: "AWS's address without http", set: []string{"AWS_ENDPOINT_URL=localhost:5000"},
		want: "sekisho: AWS_ENDPOINT_URL is not a URL that begins with http:// or https://: write one such as http://127.0.0.1:5000, or nothing for the real one"},
	{name: "no region", set: []string{"AWS_REGION="}, want: "sekisho: no AWS region: set AWS_REGION, such as us-east-1"},
	{name: "profile that is not there", set: []string{"AWS_PROFILE=nobody"}, want: "sekisho: read AWS configuration: failed to get shared config profile, nobody"},
	{name: "broken configuration", scene: func(h *house) { h.write("sekisho.yaml", "accounts: [\n") },
		want: "sekisho: read configuration: 1 mistake in DIR/sekisho.yaml\n\nDIR/sekisho.yaml:1:11: this [ is never closed: write ] at its end\n>     1 | accounts: [\n        |           ^"},
	{name: "channel that is not there", scene: func(h *house) { h.replace(approvals, "C0APPROVAL") }, opened: true,
		want: "sekisho: DIR/sekisho.yaml:4: channel C0APPROVAL: Slack has no such channel, or it is private and the bot is not in it: " +
			"copy the id from the channel's details, or invite the bot there"},
	{name: "ledger that is no ledger", scene: func(h *house) { h.write("ledger.db", strings.Repeat("hello ", 9999)) },
		want: "sekisho: open ledger DIR/ledger.db: the file is damaged, or it is no ledger: it does not begin like one: keep it as it is, and go on from a backup", opened: true},
	{name: "ledger in a folder that is not there", scene: func(h *house) { h.ledger += "/below/ledger.db" },
		want: "sekisho: create ledger DIR/ledger.db/below/ledger.db: …: no such file or directory"},
	{name: "ledger in use", scene: (*house).holdLedger, opened: true,
		want: "sekisho: open ledger DIR/ledger.db: in use by another process: stop the other sekisho first, or give this one a file of its own"},
}

func TestServeRefuses(t *testing.T) {
	judged(t, quick)
	t.Parallel()
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newFolder(t)
			if c.scene != nil {
				c.scene(h)
			}
			h.serve(c.set...).refuses(c.want)
			if _, err := os.Lstat(filepath.Join(h.dir, "ledger.db")); !c.opened && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it made a ledger first: %v", err)
			}
		})
	}
}

// A token can be taken away at any time. Both connections hear of it, and the operator once.
func TestServeRefusesLater(t *testing.T) {
	judged(t, quick)
	t.Parallel()
	h := newFolder(t)
	c := h.connected()
	h.await("both connections stand", 30*time.Second, func() bool { return h.slack.Sockets() == 2 })
	h.slack.Revoke("token_revoked")
	c.refuses("sekisho: …: token_revoked (check SLACK_…)")
}

// refuses expects the child to give up with just these words to its operator.
func (c *child) refuses(want string) {
	c.t.Helper()
	if code := c.code(stopWithin); code != 1 {
		c.t.Errorf("exit code %d", code)
	}
	said := strings.ReplaceAll(strings.Join(c.complaint(), "\n"), c.cmd.Dir, "DIR")
	if !like(said, want) || strings.Count(said, "sekisho:") != 1 {
		c.t.Errorf("it says\n%s\nwant\n%s", said, want)
	}
}

// like tells whether a text is another one in which … stands for anything.
func like(text, pattern string) bool {
	parts := strings.Split(pattern, "…")
	for i, part := range parts {
		at := strings.Index(text, part)
		if at < 0 || i == 0 && at > 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return text == "" || parts[len(parts)-1] == ""
}

func (h *house) write(name, text string) {
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// replace writes something else in the configuration.
func (h *house) replace(old, with string) {
	body := must(os.ReadFile(h.config()))(h.t)
	h.write("sekisho.yaml", strings.ReplaceAll(string(body), old, with))
}

// `config check --live` names all that is not there, by its line.
func TestConfigCheckLive(t *testing.T) {
	judged(t, quick)
	t.Parallel()
	h := newHouse(t, 30, 3)
	check := func() (string, error) {
		cmd := exec.Command(os.Args[0], "config", "check", "--live", h.config())
		cmd.Env = h.environment()
		out, err := cmd.CombinedOutput()
		return strings.ReplaceAll(string(out), h.dir, "DIR"), err
	}
	if out, err := check(); err != nil || strings.Count(out, "DIR/sekisho.yaml:") != 1 { // ok
		t.Errorf("all is there: %v\n%s", err, out)
	}
	const admin = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`
	policy := must(h.iam(staging).CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("admin"), PolicyDocument: aws.String(strings.Replace(admin, `"*"`, `"s3:*"`, 1))}))(t)
	must(h.iam(staging).CreatePolicyVersion(t.Context(), &iam.CreatePolicyVersionInput{PolicyArn: policy.Policy.Arn, PolicyDocument: aws.String(admin), SetAsDefault: true}))(t)
	must(h.iam(staging).AttachGroupPolicy(t.Context(), &iam.AttachGroupPolicyInput{GroupName: aws.String(group), PolicyArn: policy.Policy.Arn}))(t)
	h.replace(alerts, "C0ALERT")
	h.replace("/sign-ins", "/sign-in")
	h.replace("S0LEADS", "S0LEAD")
	h.replace("production, group: "+group, "production, group: jit-admins")
	out, err := check()
	for _, want := range []string{"DIR/sekisho.yaml:4: channel C0ALERT: Slack has no such channel", "DIR/sekisho.yaml:5: queue ", "production-operator: IAM group jit-admins in account production: there is no such group",
		"staging-operator: IAM group jit-operators in account staging: its policies allow iam:AddUserToGroup", "write allows_iam: true",
		"usergroup:S0LEAD: Slack has no such user group"} {
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("%v, no %q in\n%s", err, want, out)
		}
	}
	if strings.Count(out, "DIR/sekisho.yaml:") != 6 {
		t.Error(out)
	}
}

// While access is live the bot stays to end it, even if it has no channel to tell of it.
func TestServeStaysToEndAccess(t *testing.T) {
	judged(t, quick)
	t.Parallel()
	h := newFolder(t)
	h.replace(approvals, "C0APPROVAL")
	g, now := store.Grant{ID: "login-1", Origin: store.SignIn, Kind: "iam-group", Entitlement: "production-operator", Account: production, Target: group,
		Subject: store.Subject{User: "t.yamada", UserID: "AIDAYAMADA", Person: "U0YAMADA"}, Duration: time.Hour, Longest: time.Hour,
		Steps: []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}}, Lapses: time.Now().Add(time.Hour)}, time.Now()
	for _, e := range []store.Entry{{Verb: store.Receive}, {Verb: store.Ask}, {Verb: store.Approve, By: "U0SATO", Steps: []int{1}, Until: now.Add(time.Hour)}} {
		e.At = now
		g = must(g.After(e))(t)
	}
	db := must(boltdb.Open(h.ledger))(t)
	must(0, store.Save(t.Context(), db, &g))(t)
	must(0, db.Close())(t)
	c := h.serve()
	c.awaits("sekisho.yaml:4: channel C0APPROVAL", 30*time.Second)
	c.awaits("goes on without it", 30*time.Second)
	c.stop()
}

// holdLedger is another process, for a lock of the file knows no difference.
func (h *house) holdLedger() {
	db := must(boltdb.Open(h.ledger))(h.t)
	h.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			h.t.Error(err)
		}
	})
}
