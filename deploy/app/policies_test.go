package app_test

import (
	"encoding/json"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
	"sekisho/aws/trail"
	"sekisho/deploy/app"
	"sekisho/deploy/config"
	"sekisho/handlers/audit"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// statement is one of a policy document.
type statement struct {
	Sid, Effect      string
	Principal        any
	Action, Resource []string
	Condition        map[string]map[string]string
}

type document struct{ Statement []statement }

// shipped reads a policy document, in which some names stand for others.
func shipped(t *testing.T, file string, names ...string) document {
	t.Helper()
	body, err := os.ReadFile("../" + file)
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal([]byte(strings.NewReplacer(names...).Replace(string(body))), &d); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return d
}

// allows reports whether the document lets an action on a resource be done: some statement allows it, and none denies it. context has
// the condition keys of the request.
func (d document) allows(action, resource string, context map[string]string) bool {
	allowed := false
	for _, s := range d.Statement {
		if slices.Contains(s.Action, action) && slices.ContainsFunc(s.Resource, func(r string) bool { return matches(r, resource) }) && s.holds(context) {
			if s.Effect == "Deny" {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

// matches reports whether a resource is one that a pattern of IAM means, whose * goes over any character.
func matches(pattern, resource string) bool {
	over := strings.NewReplacer("/", "\x00")
	ok, err := path.Match(over.Replace(pattern), over.Replace(resource))
	return ok && err == nil
}

func (s statement) holds(context map[string]string) bool {
	for operator, keys := range s.Condition {
		for key, want := range keys {
			if got, has := context[key]; operator != "StringEquals" && operator != "Bool" || !has || got != want {
				return false
			}
		}
	}
	return true
}

// actions lists those that statements of an effect name.
func (d document) actions(effect string) []string {
	var out []string
	for _, s := range d.Statement {
		if s.Effect == effect {
			out = append(out, s.Action...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out) // two queues are read, and who leaves is taken out of any group
}

// The policies that are shipped allow the calls that the program makes, and not one more: the bot's own, and that of its role in each account.
func TestThePoliciesAreWhatIsCalled(t *testing.T) {
	own, member := shipped(t, "iam-policy.json"), shipped(t, "member-policy.json")
	for file, d := range map[string]document{"iam-policy.json": own, "member-policy.json": member} {
		for _, s := range d.Statement {
			for _, r := range s.Resource {
				if wrong := tooWide(s, r); wrong != "" {
					t.Errorf("%s: %s: %s %s", file, s.Sid, r, wrong)
				}
			}
		}
		if denied := d.actions("Deny"); !slices.Equal(denied, []string{"secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"}) {
			t.Errorf("%s denies %v", file, denied)
		}
	}
	called := append(methods[stscreds.AssumeRoleAPIClient]("sts:"), methods[trail.Queue]("sqs:")...)
	called = append(called, methods[trail.Replies]("sqs:")...)
	called = append(called, methods[app.Queues]("sqs:")...)
	called = append(called, storesHeads(t)...)
	same(t, "iam-policy.json", own, called)
	called = append(methods[identity.GroupPolicies]("iam:"), methods[identity.IAM]("iam:")...)
	called = append(called, methods[identity.Secrets]("secretsmanager:")...)
	called = append(called, methods[identity.SSM]("ssm:")...)
	same(t, "member-policy.json", member, append(called, "secretsmanager:TagResource")) // that CreateSecret with tags needs
}

func same(t *testing.T, file string, d document, called []string) {
	t.Helper()
	slices.Sort(called)
	if called = slices.Compact(called); !slices.Equal(d.actions("Allow"), called) {
		t.Errorf("%s: allowed %v\ncalled  %v", file, d.actions("Allow"), called)
	}
}

// tooWide returns what is wrong with the resource of a statement that allows more than is needed, or "".
func tooWide(s statement, r string) string {
	has := func(action string) bool { return slices.Contains(s.Action, action) }
	open := strings.Contains(r, "*")
	switch {
	case s.Effect == "Deny":
		if r != "*" {
			return "is not everything"
		}
	case (!strings.HasPrefix(r, "arn:") || strings.Contains(r, "::*")) && !readsAll(s):
		return "names no account"
	case (has("iam:CreateAccessKey") || has("iam:DeleteAccessKey")) && open:
		return "is more than the users whose keys are made"
	case (has("secretsmanager:PutSecretValue") || has("secretsmanager:PutResourcePolicy")) && strings.HasSuffix(r, ":secret:*"):
		return "is more than the secrets of keys"
	case has("secretsmanager:PutResourcePolicy") && s.Condition["Bool"]["secretsmanager:BlockPublicPolicy"] != "true":
		return "can be opened to everybody"
	case has("ssm:SendCommand") && open && len(s.Condition["StringEquals"]) == 0:
		return "is every server"
	case has("iam:AddUserToGroup") && open:
		return "is more than the managed groups"
	case has("sqs:SendMessage") && !strings.HasSuffix(r, "-replies"):
		return "is asked by itself"
	case has("sts:AssumeRole") && open:
		return "is more than the roles of the accounts"
	}
	return ""
}

// readsAll reports whether a statement has only what AWS does not let one narrow down.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
// and .../list_awsidentityandaccessmanagementiam.html
func readsAll(s statement) bool {
	return slices.Equal(s.Action, []string{"ssm:DescribeInstanceInformation", "ssm:ListCommandInvocations"}) ||
		slices.Equal(s.Action, []string{"iam:GenerateCredentialReport", "iam:GetCredentialReport"}) ||
		slices.Equal(s.Action, []string{"iam:ListUsers", "iam:ListGroups"})
}

// The role of an account is the bot's alone, and shows the external id that the configuration has.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
func TestWhoMayAssumeTheRoleOfAnAccount(t *testing.T) {
	c, err := config.Load("../sekisho.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := shipped(t, "member-trust.json")
	who, _ := json.Marshal(d.Statement[0].Principal)
	if s := d.Statement[0]; len(d.Statement) != 1 || string(who) != `{"AWS":"arn:aws:iam::123456789012:role/sekisho"}` || !slices.Equal(s.Action, []string{"sts:AssumeRole"}) {
		t.Errorf("got %+v", d)
	}
	for account, role := range c.Roles {
		if d.Statement[0].holds(nil) || !d.Statement[0].holds(map[string]string{"sts:ExternalId": role.ExternalID}) {
			t.Errorf("%s: %+v with the external id %q", account, d.Statement[0].Condition, role.ExternalID)
		}
	}
}

// The policies that are shipped allow what the configuration that is shipped needs: its queues in their Region, its roles, its groups,
// its users' keys, its secrets and servers.
func TestThePoliciesAreWhatTheConfigurationNeeds(t *testing.T) {
	c, err := config.Load("../sekisho.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own, member := shipped(t, "iam-policy.json"), shipped(t, "member-policy.json")
	const production, region = "123456789012", "ap-northeast-1"
	needs := func(d document, action, resource string, context map[string]string) {
		t.Helper()
		if !d.allows(action, resource, context) {
			t.Errorf("%s of %s is not allowed", action, resource)
		}
	}
	for url, action := range map[string]string{c.SignIns: "sqs:ReceiveMessage", c.Requests: "sqs:ReceiveMessage", c.Replies: "sqs:SendMessage"} {
		needs(own, action, queueARN(url), nil)
	}
	needs(shipped(t, "redrive-policy.json"), "sqs:SendMessage", queueARN(c.SignIns), nil)
	for _, role := range c.Roles {
		needs(own, "sts:AssumeRole", role.ARN, nil)
	}
	for _, e := range c.Policy.Entitlements {
		switch at := "arn:aws:iam::" + e.Account; {
		case e.Account != production: // whose document has its own account and group in place of the examples
			there := shipped(t, "member-policy.json", production, e.Account, "jit-prod-operators", e.Target)
			needs(there, "iam:AddUserToGroup", at+":group/"+e.Target, nil)
		case e.Kind == "iam-group":
			needs(member, "iam:AddUserToGroup", at+":group/"+e.Target, nil)
		default:
			needs(member, "iam:CreateAccessKey", at+":user/"+e.Target, nil)
			needs(member, "secretsmanager:CreateSecret", "arn:aws:secretsmanager:"+region+":"+e.Account+":secret:"+c.Keys.Prefix+e.Target+"/access-key-1-AbCdEf", nil)
		}
	}
	for _, r := range c.Policy.Rotations {
		needs(member, "iam:CreateAccessKey", "arn:aws:iam::"+r.Account+":user/"+r.User, nil)
		needs(member, "secretsmanager:PutSecretValue", "arn:aws:secretsmanager:"+region+":"+r.Account+":secret:"+r.Secret+"-AbCdEf", nil)
		needs(member, "ssm:SendCommand", "arn:aws:ec2:"+region+":"+r.Account+":instance/i-1", map[string]string{"ssm:resourceTag/" + r.Fleet.Key: r.Fleet.Value})
	}
	for _, p := range c.Policy.Programs {
		needs(member, "iam:GetRole", "arn:aws:iam::"+p.Account+":role/"+p.Role, nil)
	}
}

func queueARN(url string) string {
	parts := strings.Split(url, "/")
	region := "us-east-1" // of the fake
	if host := strings.Split(parts[2], "."); host[0] == "sqs" {
		region = host[1]
	}
	return "arn:aws:sqs:" + region + ":" + parts[3] + ":" + parts[4]
}

// neverCalled are the actions that no call of the test below is about, and why.
var neverCalled = map[string]string{
	"secretsmanager:TagResource":              "it is no call of its own: CreateSecret with tags needs it",
	"iam:ListMFADevices":                      "a remedy of the report asks for it: identity.TestMenderLooks",
	"iam:ListAttachedGroupPolicies":           "serve asks it at its start: TestLook",
	"iam:ListGroupPolicies":                   "the same",
	"iam:GetGroupPolicy":                      "the same",
	"iam:GetPolicy":                           "the same, against moto: cli.TestConfigCheckLive",
	"iam:GetPolicyVersion":                    "the same, against moto: cli.TestConfigCheckLive",
	"iam:ListUsers":                           "only where a name means nobody, of a leaver: identity.TestRenamedMeanwhile",
	"secretsmanager:UpdateSecretVersionStage": "only where the old key is put back",
	"ssm:GetDocument":                         "only where servers have a document of one's own: identity.TestADocumentOfAnotherSchemaIsRefused",
	"sqs:GetQueueAttributes":                  "serve asks it at its start: TestLook",
	"s3:GetObjectRetention":                   "it is no call of its own: HeadObject shows the lock to whoever may",
	"s3:PutObjectRetention":                   "it is no call of its own: PutObject with a lock needs it",
}

// Each call that the bot makes is one that the policies allow to whoever makes it: the bot itself, or its role in the account. All
// kinds of work are done, so each action that is allowed is called.
func TestEachCallIsAllowed(t *testing.T) {
	t.Parallel()
	names := []string{"ap-northeast-1", "us-east-1", "sekisho-sign-ins", "sign-ins", "sekisho-requests", "requests", "sekisho-replies", "replies",
		"jit-prod-operators", group, "resourceTag/sekisho-key", "resourceTag/key", "example-sekisho-heads", headBucket}
	own, member := shipped(t, "iam-policy.json", names...), shipped(t, "member-policy.json", names...)
	of := map[string]document{account: member, account2: shipped(t, "member-policy.json", append(names, account, account2)...)}
	seen, wrong := map[string]bool{}, map[string]bool{}
	for _, c := range callsOfEverything(t) {
		d, who := own, "the bot"
		if strings.Contains(c.Caller, "assumed-role/sekisho-member/") {
			d, who = of[c.Account], "its role"
		}
		action, resources, context := judged(c)
		for _, r := range resources {
			if says := who + " is not allowed " + action + " of " + r; !d.allows(action, r, context) && !wrong[says] {
				wrong[says] = true
				t.Error(says)
			}
		}
		seen[action] = true
	}
	for _, action := range append(own.actions("Allow"), member.actions("Allow")...) {
		if !seen[action] && neverCalled[action] == "" {
			t.Errorf("nothing has called %s", action)
		}
	}
}

// judged returns what a call needs to be allowed.
func judged(c fakeaws.Call) (action string, resources []string, context map[string]string) {
	p, at := c.Params, ":"+c.Account+":"
	action = c.Service + ":" + c.Action
	switch c.Service {
	case "sts":
		return action, []string{p["RoleArn"]}, nil
	case "sqs":
		return action, []string{queueARN(p["QueueUrl"])}, nil
	case "s3":
		return strings.Replace(action, "HeadObject", "GetObject", 1), []string{"arn:aws:s3:::" + p["Bucket"] + "/" + p["Key"]}, nil
	case "secretsmanager":
		name := p["SecretId"] + p["Name"]
		if !strings.HasPrefix(name, "arn:") {
			name = "arn:aws:secretsmanager:us-east-1" + at + "secret:" + name + "-AbCdEf"
		}
		return action, []string{name}, map[string]string{"secretsmanager:BlockPublicPolicy": p["BlockPublicPolicy"]}
	case "ssm":
		return action, commanded(c), map[string]string{"ssm:resourceTag/key": batch}
	}
	for _, of := range []struct{ param, kind string }{{"GroupName", "group"}, {"UserName", "user"}, {"RoleName", "role"}} {
		if name := p[of.param]; name != "" {
			return action, []string{"arn:aws:iam:" + at + of.kind + "/" + name}, nil
		}
	}
	if c.Action == "GetAccessKeyLastUsed" { // whose user IAM finds by the key
		return action, []string{"arn:aws:iam:" + at + "user/" + batch}, nil
	}
	return action, []string{"*"}, nil
}

// commanded returns the resources of a call of Systems Manager.
func commanded(c fakeaws.Call) []string {
	const documents = "arn:aws:ssm:us-east-1::document/"
	switch c.Action {
	case "SendCommand":
		return []string{documents + c.Params["DocumentName"], "arn:aws:ec2:us-east-1:" + c.Account + ":instance/i-1"}
	case "GetDocument":
		return []string{documents + c.Params["Name"]}
	}
	return []string{"*"}
}

// callsOfEverything returns the calls of a bot that acts by a role in each account and does one of each kind of work, without those
// that the test makes itself.
func callsOfEverything(t *testing.T) []fakeaws.Call {
	t.Helper()
	var requests, replies string
	how := keySetup()
	how.slackStep, how.users = nil, []string{"other", "leaver"}
	how.config = func(c *config.Config) {
		keySetup().config(c)
		withHeads(c)
		c.Audit = &audit.Settings{Report: c.Policy.Head}
		there := c.Policy.Entitlements[0]
		there.ID, there.Account = "staging-operator", account2
		c.Policy.Entitlements = append(c.Policy.Entitlements, there)
		c.Requests, c.Replies = requests, replies
		c.Policy.Programs = []policy.Program{{Account: account, Role: "deployer", Users: []people.Login{{Account: account, User: "t.yamada"}}}}
		c.Roles = map[string]config.Role{}
		for _, id := range []string{account, account2} {
			c.Roles[id] = config.Role{ARN: "arn:aws:iam::" + id + ":role/sekisho-member", ExternalID: "sekisho-7f3a91"}
		}
	}
	var calls []fakeaws.Call
	inBubble(t, how, func(s *sim) {
		for _, id := range []string{account, account2} {
			s.aws.AddRole(id, "sekisho-member", "sekisho-7f3a91")
		}
		s.aws.AddRole(account, "deployer", "")
		s.aws.AddBucket(account2, headBucket, true, account)
		requests, replies = s.aws.AddQueue(account, "requests", fakeaws.QueueOptions{Visibility: 30 * time.Second}), s.aws.AddQueue(account, "replies", fakeaws.QueueOptions{})
		s.lifetime(func(s *sim) {
			s.everything(t, requests)
			calls = s.aws.Calls()
		})
	})
	return calls
}

// everything has the bot do one of each kind of work.
func (s *sim) everything(t *testing.T, requests string) {
	k := &keys{sim: s, using: map[string]string{}, used: map[string]time.Time{}}
	s.aws.AddUserAs(account, batch, "AIDABATCH")
	old := s.aws.AddKeyAt(account, batch, time.Now().Add(-time.Hour))
	s.aws.AddSecret(account, batchKeys, old)
	s.aws.AddServer(account, fakeaws.Server{ID: "i-1", Role: "batch", Tags: map[string]string{"key": batch}, Shell: k.shell})

	s.given("1") // a sign-in, and one whose user is renamed as soon as the access has ended
	s.signInOf("other", "2")
	s.wait(3 * time.Second)
	s.mustPress("U0SATO", store.Approve, "2")
	s.wait(8 * time.Second)
	s.wait(duration + 10*time.Second)
	s.aws.RenameUser(account, "other", "another")
	s.aws.Send(requests, s.aws.RoleID(account, "deployer")+":run", wishBody("3", "t.yamada", "")) // a program
	k.approved(false)                                                                             // a key, to its deletion
	s.wait(time.Hour)
	s.jit(t, "U0SATO", "rotate batch")
	form, _ := s.slack.Modal("U0SATO")
	if d, err := s.slack.Submit("U0SATO", form.ID, map[string]string{"reason": "x"}); err != nil || d.Problem != "" {
		t.Fatalf("%+v, %v: %s", d, err, s.slack.RenderView(form))
	}
	s.wait(2 * time.Hour)
	if ids := k.ids(); slices.Contains(ids, old) || len(ids) != 1 {
		t.Errorf("keys %v: the rotation has not come to its end", ids)
	}
	s.until(9, 5) // the report, and the head of the day
	s.aws.AddPassword(account, "leaver")
	s.jit(t, "U0CHIEF", "offboard production/leaver")
	s.wait(5 * time.Second)
	form, _ = s.slack.Modal("U0CHIEF")
	if d, err := s.slack.Submit("U0CHIEF", form.ID, map[string]string{"reason": "x"}); err != nil || d.Problem != "" {
		t.Fatalf("%+v, %v: %s", d, err, s.slack.RenderView(form))
	}
	s.wait(3 * time.Minute)
	if s.aws.HasPassword(account, "leaver") {
		t.Error("the offboarding has not come to its end")
	}
	s.aws.RenameGroup(account2, group, "jit-renamed") // the next look finds it by its id
	s.wait(6 * time.Minute)
	s.aws.RenameGroup(account2, "jit-renamed", group)
	s.wait(time.Minute)
}
