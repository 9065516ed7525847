package access_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const scriptPath = "/usr/local/sbin/sekisho-key"

// onServers has the key be used by servers, which are told by the script.
func onServers(r *access.Rotation) {
	r.Fleet = store.Fleet{Key: "key", Value: batch, Path: scriptPath}
}

// fleet are servers, and what is wrong with them.
type fleet struct {
	aws   *fakeaws.AWS
	mu    sync.Mutex
	bad   map[string]func(fakeaws.Run) fakeaws.Output
	using map[string]string // by server: the key
	lines []string
}

func newFleet(w *world, ids ...string) *fleet {
	f := &fleet{aws: w.aws, bad: map[string]func(fakeaws.Run) fakeaws.Output{}, using: map[string]string{}}
	for _, id := range ids {
		w.aws.AddServer(account, fakeaws.Server{ID: id, Tags: map[string]string{"key": batch}, Shell: f.shell})
	}
	return f
}

func (f *fleet) breaks(id string, how func(fakeaws.Run) fakeaws.Output) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bad[id] = how
}

func (f *fleet) uses(id string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.using[id]
}

// shell does what the script does: it fetches the secret, puts it to use, and says which key it is.
func (f *fleet) shell(r fakeaws.Run) fakeaws.Output {
	f.mu.Lock()
	f.lines = append(f.lines, r.Script)
	how := f.bad[r.Server]
	f.mu.Unlock()
	if how != nil {
		return how(r)
	}
	arn := r.Env["SSM_SecretArn"]
	if arn == "" {
		_, rest, _ := strings.Cut(r.Script, scriptPath+" ")
		arn, _, _ = strings.Cut(rest, " ")
	}
	out, err := secretsmanager.NewFromConfig(r.AWS).GetSecretValue(context.Background(), &secretsmanager.GetSecretValueInput{SecretId: &arn})
	if err != nil {
		return fakeaws.Output{Stderr: err.Error(), Exit: 1}
	}
	var pair struct {
		ID string `json:"aws_access_key_id"`
	}
	if err := json.Unmarshal([]byte(*out.SecretString), &pair); err != nil {
		return fakeaws.Output{Stderr: err.Error(), Exit: 1}
	}
	f.mu.Lock()
	f.using[r.Server] = pair.ID
	f.mu.Unlock()
	f.aws.UseKey(pair.ID, "s3")
	return fakeaws.Output{Stdout: "reloaded\n" + pair.ID + "\n", Stderr: "a warning", Takes: 3 * time.Second}
}

// readable lets the servers read the secret, as their administrator does.
func (w *world) readable() {
	w.t.Helper()
	_, err := secretsmanager.NewFromConfig(w.aws.Config(account)).PutResourcePolicy(w.t.Context(), &secretsmanager.PutResourcePolicyInput{
		SecretId: aws.String(keySecret), BlockPublicPolicy: aws.Bool(true),
		ResourcePolicy: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*","Principal":{"AWS":["arn:aws:iam::` +
			account + `:role/i-1","arn:aws:iam::` + account + `:role/i-2","arn:aws:iam::` + account + `:role/mi-3"]}}]}`)})
	if err != nil {
		w.t.Fatal(err)
	}
}

func inFleet(t *testing.T, change func(*access.Rotation), test func(w *world, f *fleet, old string)) {
	t.Helper()
	inRotation(t, func(r *access.Rotation) {
		if onServers(r); change != nil {
			change(r)
		}
	}, func(w *world, old string) {
		f := newFleet(w, "i-1", "i-2", "mi-3")
		w.readable()
		test(w, f, old)
	})
}

func TestEveryServerIsToldAndAnswers(t *testing.T) {
	inFleet(t, nil, func(w *world, f *fleet, old string) {
		id := w.rotate()
		w.wait(time.Minute)
		task := w.task(id)
		w.stands(id, store.Proving, "+"+old, "+"+task.New)
		for _, s := range []string{"i-1", "i-2", "mi-3"} {
			if f.uses(s) != task.New || task.Servers[s].State != store.Answers {
				t.Errorf("%s uses %s: %+v", s, f.uses(s), task.Servers[s])
			}
		}
		if refusal := w.pressTask(id, "U0SATO", store.PutBack); refusal != "" {
			t.Fatal(refusal)
		}
		w.wait(time.Minute)
		w.stands(id, store.Proving, "+"+old, "+"+task.New)
		for _, s := range []string{"i-1", "i-2", "mi-3"} {
			if f.uses(s) != old {
				t.Errorf("%s uses %s, want the old key", s, f.uses(s))
			}
		}
		if len(f.lines) != 6 {
			t.Errorf("%d scripts: %v", len(f.lines), f.lines)
		}
	})
}

// Whatever is wrong with a server stops the retirement, says which it is, and is mended by the server alone.
func TestAServerThatDoesNotAnswer(t *testing.T) {
	const other = "AKIAIOSFODNN7EXAMPLE"
	says := func(o fakeaws.Output) func(w *world, f *fleet) {
		return func(_ *world, f *fleet) { f.breaks("i-2", func(fakeaws.Run) fakeaws.Output { return o }) }
	}
	mended := func(_ *world, f *fleet) { f.breaks("i-2", nil) }
	online := func(on bool) func(w *world, f *fleet) {
		return func(w *world, _ *fleet) { w.aws.SetOnline(account, "i-2", on); w.wait(6 * time.Minute) }
	}
	for _, c := range []struct {
		name, why, key string
		wrong, mend    func(w *world, f *fleet)
	}{
		{"offline", "Offline", "", online(false), online(true)},
		{"another key", "wrong_key", other, says(fakeaws.Output{Stdout: other + "\n"}), mended},
		{"something else", "wrong_key", "", says(fakeaws.Output{Stdout: "secret stuff\nwJalrXUtnFEMI/K7MDENG\n"}), mended},
		{"nothing", "wrong_key", "", says(fakeaws.Output{}), mended},
		{"a failure", "Failed", "", says(fakeaws.Output{Stderr: "no", Exit: 1}), mended},
		{"too late", "ExecutionTimedOut", "", says(fakeaws.Output{Takes: time.Hour}), mended},
	} {
		inFleet(t, hurried, func(w *world, f *fleet, old string) {
			c.wrong(w, f)
			id := w.rotate()
			w.wait(2 * soonProven)
			task := w.task(id)
			w.stands(id, store.Handing, "+"+old, "+"+task.New)
			if got := task.Servers["i-2"]; got.Why != c.why || got.Key != c.key || got.State != store.Failing {
				t.Errorf("%s: %+v", c.name, got)
			}
			if task.Trouble != "ServersSilent" {
				t.Errorf("%s: told is %q", c.name, task.Trouble)
			}
			w.sayWhich(id, "i-2")
			body, _ := json.Marshal(task)
			if strings.Contains(string(body), "wJalr") {
				t.Errorf("%s: the ledger has what the server said", c.name)
			}
			c.mend(w, f)
			if refusal := w.pressTask(id, "U0SATO", store.Again); refusal != "" && w.task(id).State == store.Handing {
				t.Errorf("%s: again: %s", c.name, refusal)
			}
			w.wait(3 * time.Minute)
			w.stands(id, store.Proving, "+"+old, "+"+task.New)
			w.wait(soonProven + soonDeleted + 2*time.Hour)
			w.stands(id, store.Rotated, "+"+task.New)
		})
	}
}

// Try again is at once, also where there is news of the servers to be written down first.
func TestTryAgainIsAtOnce(t *testing.T) {
	inFleet(t, nil, func(w *world, f *fleet, old string) {
		w.aws.SetOnline(account, "i-2", false)
		id := w.rotate()
		w.wait(2 * time.Hour)
		w.stands(id, store.Handing, "+"+old, "+"+w.task(id).New)
		w.aws.SetOnline(account, "i-2", true)
		if refusal := w.pressTask(id, "U0SATO", store.Again); refusal != "" {
			t.Fatal(refusal)
		}
		w.wait(20 * time.Second)
		w.stands(id, store.Proving, "+"+old, "+"+w.task(id).New)
	})
}

// sayWhich checks that an entry names the server that stops a rotation.
func (w *world) sayWhich(id, server string) {
	w.t.Helper()
	entries, err := w.db.Entries(w.t.Context(), id, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	var last store.Entry
	fails := 0
	for _, e := range entries {
		if e.Verb == store.Fail {
			last, fails = e, fails+1
		}
	}
	if last.Facts["servers"] != server || fails > 60 {
		w.t.Errorf("%d times told, last %+v", fails, last)
	}
}

const ownDocument = `{"schemaVersion": "2.2", "description": "fetch", "parameters": {
"SecretArn": {"type": "String", "interpolationType": "%s", "allowedPattern": "^arn:aws:[a-zA-Z0-9:/_+=.@-]+$"},
"KeyId": {"type": "String", "interpolationType": "ENV_VAR", "allowedPattern": "^AKIA[A-Z0-9]+$"}},
"mainSteps": [{"action": "aws:runShellScript", "name": "fetch", "inputs": {"runCommand": ["/opt/fetch"], "timeoutSeconds": "60"}}]}`

func TestADocumentOfTheUsers(t *testing.T) {
	own := func(r *access.Rotation) { r.Fleet.Path, r.Fleet.Document = "", "my-fetch" }
	inFleet(t, own, func(w *world, f *fleet, old string) {
		w.aws.AddDocument(account, "my-fetch", fmt.Sprintf(ownDocument, "ENV_VAR"))
		w.aws.AddServer(account, fakeaws.Server{ID: "i-4", Agent: "3.3.1802.0", Tags: map[string]string{"key": batch}, Shell: f.shell})
		id := w.rotate()
		w.wait(2 * time.Hour)
		task := w.task(id)
		w.stands(id, store.Handing, "+"+old, "+"+task.New)
		if got := task.Servers["i-4"]; got.Why != "OldAgent" || task.Count(store.Answers) != 3 || f.uses("i-4") != "" {
			t.Errorf("the one with an old agent: %+v", got)
		}
		if got := task.Servers["i-4"]; got.Tries != 0 || w.commands() != 1 {
			t.Errorf("it cannot be told, and was %d times, by %d commands", got.Tries, w.commands())
		}
		w.aws.RemoveServer(account, "i-4")
		w.wait(2 * time.Minute)
		w.stands(id, store.Proving, "+"+old, "+"+task.New)
	})
	inFleet(t, own, func(w *world, f *fleet, old string) {
		w.aws.AddDocument(account, "my-fetch", fmt.Sprintf(ownDocument, ""))
		_, d, err := w.keeper.Rotate(w.t.Context(), "U0SATO", "batch", "leak suspected")
		if err != nil || d.Refusal != policy.Impossible || d.Why[0].Facts["code"] != "UnsafeDocument" {
			t.Errorf("a document that puts text in: %+v, %v", d, err)
		}
	})
}

// commands counts those that were sent.
func (w *world) commands() int {
	n := 0
	for _, c := range w.aws.Calls() {
		if c.Action == "SendCommand" {
			n++
		}
	}
	return n
}

// What a server has said of the other key, before the two changed places, is no answer.
func TestAnAnswerAboutTheOtherKeyIsNone(t *testing.T) {
	inFleet(t, hurried, func(w *world, f *fleet, old string) {
		w.aws.SetOnline(account, "i-1", false)
		w.aws.SetOnline(account, "i-2", false)
		id := w.rotate()
		w.wait(time.Minute)
		task := w.task(id)
		task = task.With(task.Servers)
		task.Servers["i-2"] = store.Server{State: store.Answers, Key: old}
		if err := store.Save(t.Context(), w.db, &task); err != nil {
			t.Fatal(err)
		}
		w.aws.SetOnline(account, "i-1", true)
		w.wait(soonProven + time.Hour)
		w.stands(id, store.Handing, "+"+old, "+"+task.New)
		if got := w.task(id).Servers["i-2"]; got.State != store.Failing {
			t.Errorf("who has not heard of the key: %+v", got)
		}
	})
}

func TestATagThatNoServerHas(t *testing.T) {
	inRotation(t, func(r *access.Rotation) { onServers(r); hurried(r) }, func(w *world, old string) {
		id := w.rotate()
		w.wait(2 * soonProven)
		task := w.task(id)
		w.stands(id, store.Handing, "+"+old, "+"+task.New)
		if task.Trouble != "NoServers" {
			t.Errorf("told is %q", task.Trouble)
		}
	})
}

// Almost the id of the key is another one.
func TestAServerThatAnswersAlmostTheKey(t *testing.T) {
	for _, almost := range []func(key string) string{func(key string) string { return key + "A" }, func(key string) string { return key[:len(key)-1] }} {
		inFleet(t, hurried, func(w *world, f *fleet, old string) {
			f.breaks("i-2", func(r fakeaws.Run) fakeaws.Output {
				words := strings.Fields(r.Script)
				return fakeaws.Output{Stdout: almost(words[len(words)-1]) + "\n"}
			})
			id := w.rotate()
			w.wait(soonProven)
			w.stands(id, store.Handing, "+"+old, "+"+w.task(id).New)
			if got := w.task(id).Servers["i-2"]; got.Why != "wrong_key" {
				t.Errorf("%+v", got)
			}
		})
	}
}
