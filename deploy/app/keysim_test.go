package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/aws/fakeaws"
	"sekisho/deploy/config"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	batch     = "svc-batch"
	batchKeys = "sekisho/svc-batch"
	proof     = 10 * time.Minute
	grace     = 30 * time.Minute
	script    = "/usr/local/sbin/sekisho-key"
	holder    = "holder" // whoever was given a key, beside the servers
)

// written is what was written somewhere, all of it.
type written struct {
	mu   sync.Mutex
	body bytes.Buffer
}

func (s *written) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.body.Write(p)
}

func (s *written) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.body.String()
}

// overheard is a network whose requests are kept.
type overheard struct {
	http.RoundTripper
	heard *written
}

func (o overheard) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		_, _ = o.heard.Write(append(body, '\n'))
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return o.RoundTripper.RoundTrip(r)
}

func orElse(step, otherwise func(*http.Request) string) func(*http.Request) string {
	if step != nil {
		return step
	}
	return otherwise
}

// keyWrites names the calls that change keys, secrets and servers: to die before or after a look is to die after or before
// the step beside it.
func keyWrites(req *http.Request) string {
	name := awsSteps(req)
	if strings.HasPrefix(name, "IAM") {
		body, err := io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(body))
		form, _ := url.ParseQuery(string(body))
		if name = "IAM " + form.Get("Action"); err != nil {
			return name
		}
	}
	for _, write := range []string{"CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey", "CreateSecret", "PutSecretValue",
		"UpdateSecretVersionStage", "PutResourcePolicy", "DeleteSecret", "SendCommand"} {
		if strings.HasSuffix(name, write) {
			return name
		}
	}
	return ""
}

func noSteps(*http.Request) string { return "" }

// keys is a simulation of an IAM user's access keys, and of whoever uses them.
type keys struct {
	*sim
	before []string          // keys of the user, at the beginning
	mu     sync.Mutex        // guards what follows
	using  map[string]string // by server: the key
	used   map[string]time.Time
	seen   int // calls that were looked at
	worked bool
	lives  int
	issued string    // a key that ends when its time is up, whoever uses it
	until  time.Time // its end

	lasts time.Duration // of what is approved; 0 for the ordinary duration
}

// keySetup is a configuration that issues and rotates keys.
func keySetup() setup {
	return setup{awsStep: keyWrites, slackStep: noSteps, config: func(c *config.Config) {
		c.Keys = config.Keeping{Prefix: "sekisho/", Grace: grace, Recovery: 7}
		c.Policy.Rotations = []access.Rotation{{ID: "batch", Account: account, User: batch, Secret: batchKeys, Rotators: []string{"U0SATO"},
			Fleet: store.Fleet{Key: "key", Value: batch, Path: script}, Within: time.Hour, Proof: proof, Grace: grace}}
		c.Policy.Entitlements = append(c.Policy.Entitlements, keyRule("batch-key"))
	}}
}

func keyRule(id string) policy.Entitlement {
	return policy.Entitlement{ID: id, Kind: "access-key", Account: account, Target: batch, Exclusive: true,
		Steps: []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}}, Within: decideIn, Duration: duration, Longest: longest}
}

// newKeys makes the user with so many keys, the first of them in the secret, and the servers that use it.
func newKeys(s *sim, n int) *keys {
	k := &keys{sim: s, using: map[string]string{}, used: map[string]time.Time{}}
	s.aws.AddUserAs(account, batch, "AIDABATCH")
	for range n {
		k.before = append(k.before, s.aws.AddKeyAt(account, batch, time.Now().Add(-time.Hour)))
	}
	if n > 0 {
		body, _ := json.Marshal(map[string]string{"aws_access_key_id": k.before[0], "aws_secret_access_key": "by hand"})
		_, err := secretsmanager.NewFromConfig(s.aws.Config(account)).CreateSecret(context.Background(), &secretsmanager.CreateSecretInput{
			Name: new(batchKeys), SecretString: new(string(body))})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	for _, id := range []string{"i-1", "i-2"} {
		s.aws.AddServer(account, fakeaws.Server{ID: id, Role: "batch", Tags: map[string]string{"key": batch}, Shell: k.shell})
		if n > 0 {
			k.using[id] = k.before[0]
		}
	}
	return k
}

// shell fetches the secret, and puts the key to use.
func (k *keys) shell(r fakeaws.Run) fakeaws.Output {
	arn := strings.Fields(strings.TrimPrefix(r.Script, script))[0]
	for _, s := range k.aws.Secrets(account) { // which its administrator lets it read
		var pair struct {
			ID string `json:"aws_access_key_id"`
		}
		if s.ARN == arn && json.Unmarshal([]byte(s.Current), &pair) == nil {
			k.mu.Lock()
			k.using[r.Server] = pair.ID
			k.mu.Unlock()
			return fakeaws.Output{Stdout: pair.ID, Takes: 2 * time.Second}
		}
	}
	return fakeaws.Output{Exit: 1}
}

// work is whoever uses keys, minute by minute, and whoever watches that they can.
func (k *keys) work(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		k.mu.Lock()
		using := map[string]string{}
		for server, key := range k.using {
			using[server] = key
		}
		k.mu.Unlock()
		k.mu.Lock()
		over := !time.Now().Before(k.until)
		k.mu.Unlock()
		for server, key := range using {
			if n%3 == 0 && !(over && server == holder) {
				k.use(key, server)
			}
		}
		k.check()
		time.Sleep(time.Minute)
	}
}

// use is a use of a key that must work.
func (k *keys) use(key, by string) {
	if !k.aws.UseKey(key, "s3") {
		k.violated("%s cannot use its key %s", by, key)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.used[key] = time.Now()
}

// check looks at what must be true at every moment: a user who had a key that works has one, the key in the secret works,
// and none was switched off or deleted within its proof window.
//
// The secret is read before the keys: the bot goes on meanwhile, and a key that was in the secret a moment ago works for the
// proof window at least, while one that is in it a moment later may have been activated in between.
func (k *keys) check() {
	kept := k.kept(batchKeys)
	active := []string{}
	for _, key := range k.aws.Keys(account, batch) {
		if key.Active {
			active = append(active, key.ID)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.worked = k.worked || len(active) > 0; k.worked && len(active) == 0 && len(k.before) > 0 {
		k.violated("no key works")
	}
	if kept != "" && !slices.Contains(active, kept) {
		k.violated("the key %s in the secret does not work", kept)
	}
	calls := k.aws.Calls()
	for _, c := range calls[k.seen:] {
		off := c.Action == "DeleteAccessKey" || c.Action == "UpdateAccessKey" && c.Params["Status"] == "Inactive"
		id := c.Params["AccessKeyId"]
		if last := k.used[id]; off && c.Done && !last.IsZero() && c.At.After(last) && c.At.Sub(last) < proof && id != k.issued {
			k.violated("%s of %s, %s after its last use", c.Action, id, c.At.Sub(last))
		}
	}
	k.seen = len(calls)
}

// kept is the id of the key in a secret.
func (k *keys) kept(name string) string {
	for _, s := range k.aws.Secrets(account) {
		var pair struct {
			ID string `json:"aws_access_key_id"`
		}
		if s.Name == name && json.Unmarshal([]byte(s.Current), &pair) == nil {
			return pair.ID
		}
	}
	return ""
}

// ids are the user's keys.
func (k *keys) ids() []string {
	var out []string
	for _, key := range k.aws.Keys(account, batch) {
		out = append(out, key.ID)
	}
	slices.Sort(out)
	return out
}

// leaks looks for every secret that AWS has given out in all that the bot has written, anywhere, and returns how many it
// has looked for.
func (k *keys) leaks() int {
	var ledger strings.Builder
	for d, err := k.mem.Next(context.Background(), ""); err == nil; d, err = k.mem.Next(context.Background(), d.ID) {
		entries, _ := json.Marshal(d.Entries)
		ledger.Write(append(d.Facts, entries...))
	}
	calls, _ := json.Marshal(k.aws.Calls())
	commands, _ := json.Marshal(k.aws.Invocations(account))
	given := k.aws.Canaries()
	for name, text := range map[string]string{"the ledger": ledger.String(), "the log": k.log.String(), "Slack": k.traffic.String(),
		"calls": string(calls), "commands": string(commands)} {
		if len(text) < 20 && (k.setup.slackStep == nil || name == "the ledger") {
			k.violated("nothing is in %s: %q", name, text)
		}
		if strings.Contains(text, fakeaws.Canary) {
			k.violated("a secret is in %s", name)
		}
		for _, secret := range given {
			if strings.Contains(text, secret) {
				k.violated("%s is in %s", secret, name)
			}
		}
	}
	return len(given)
}
