package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/store"
)

// servers are those that use the key of a rotation.
var servers = []string{"i-0batch1", "i-0batch2", "i-0batch3"}

// mood is how a server takes what it is told.
type mood string

const (
	well   mood = "well"
	silent mood = "silent" // it is cut off from Systems Manager
	fails  mood = "fails"  // its script ends with an error
	wrong  mood = "wrong"  // it goes on with the key that it has, and says so
	stale  mood = "stale"  // it says that it uses the new key, and something on it goes on with the one before
)

var moods = []mood{well, silent, fails, wrong, stale}

// machine is a server as it is in truth.
type machine struct {
	key     string // that it uses
	fetched string // that its script fetched last; "" for none
	mood    mood
}

// fleet is the servers by their ids.
type fleet struct {
	mu  sync.Mutex
	all map[string]machine
}

// change changes a server, and returns it as it is now.
func (f *fleet) change(server string, how func(*machine)) machine {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all == nil {
		f.all = map[string]machine{}
	}
	m := f.all[server]
	how(&m)
	f.all[server] = m
	return m
}

func (f *fleet) get(server string) machine { return f.change(server, func(*machine) {}) }

// told has a server take a key up, as its mood is, and returns the one that it says it uses.
func (m *machine) told(key string) string {
	switch m.mood {
	case wrong:
		return m.key
	case stale:
		m.fetched = key
		return key
	}
	m.key, m.fetched = key, key
	return key
}

// addServers makes the users whose keys are rotated: each has one key, in its secret, and servers that use it, whose role
// alone can read the secret.
func (w *world) addServers() error {
	var errs []error
	for _, r := range w.config.Policy.Rotations {
		w.aws.AddUser(r.Account, r.User, nil)
		key := w.aws.AddKeyAt(r.Account, r.User, w.clock.now().Add(-tooOld-24*time.Hour))
		w.aws.UseKey(key, "s3")
		w.aws.AddSecret(r.Account, r.Secret, key)
		role := r.User + "-server"
		for _, id := range servers {
			w.fleet.change(id, func(m *machine) { *m = machine{key: key, mood: well} })
			w.aws.AddServer(r.Account, fakeaws.Server{ID: id, Role: role, Tags: map[string]string{r.Fleet.Key: r.Fleet.Value},
				Shell: func(run fakeaws.Run) fakeaws.Output { return w.shell(r, run) }})
		}
		_, err := secretsmanager.NewFromConfig(w.awsConfig(r.Account)).PutResourcePolicy(context.Background(), &secretsmanager.PutResourcePolicyInput{
			SecretId: &r.Secret, ResourcePolicy: aws.String(fmt.Sprintf(readable, r.Account, role))})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// readable is the policy of a secret that a role can read.
const readable = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*",
	"Principal": {"AWS": "arn:aws:iam::%s:role/%s"}}]}`

// answersIn is how long a script runs on a server.
const answersIn = 2 * time.Second

// shell does what deploy/key-from-secret.sh does on a server, with its exit codes: it fetches the secret, uses the key, and
// says which.
func (w *world) shell(r access.Rotation, run fakeaws.Run) fakeaws.Output {
	words := strings.Fields(run.Script)
	if len(words) != 3 || words[0] != r.Fleet.Path {
		return fakeaws.Output{Stderr: "no such script", Exit: 127}
	}
	if w.broken.hangsFor("secretsmanager") { // its own call would not come back
		return fakeaws.Output{Stderr: "no answer from Secrets Manager", Exit: 3, Takes: answersIn}
	}
	key, err := keyIn(context.Background(), run.AWS, words[1])
	switch {
	case err != nil:
		return fakeaws.Output{Stderr: err.Error(), Exit: 3}
	case key != words[2]:
		return fakeaws.Output{Stderr: "the secret has another key than " + words[2], Exit: 4}
	case w.fleet.get(run.Server).mood == fails:
		return fakeaws.Output{Stderr: "the reload failed", Exit: 6, Takes: answersIn}
	}
	said := ""
	uses := w.fleet.change(run.Server, func(m *machine) { said = m.told(key) }).key
	w.aws.UseKey(uses, "s3")
	return fakeaws.Output{Stdout: said + "\n", Takes: answersIn}
}

// waitForServers waits until every server that is being told of a key, and can take it, has: a clock that moves on before would have
// it work on with the old one for as long as it moves.
func (s *stage) waitForServers() {
	ctx, cancel := context.WithTimeout(s.ctx, 3*answersIn)
	defer cancel()
	for s.isTelling() && ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
	}
}

// isTelling tells whether a rotation has told servers of a key that one of them has still to take.
func (s *stage) isTelling() bool {
	for _, t := range s.journal.rotations() {
		if t.State == store.Handing && slices.ContainsFunc(servers, func(id string) bool {
			m := s.fleet.get(id)
			return m.mood == well && m.key == t.Old
		}) {
			return true
		}
	}
	return false
}

// work has every server use its key until a moment, as programs do all the time.
func (w *world) work(until time.Time) {
	for _, id := range servers {
		w.aws.UseKeyAt(w.fleet.get(id).key, "s3", until)
	}
}

// keyIn returns the id of the key in a secret, for whoever may read it.
func keyIn(ctx context.Context, as aws.Config, secret string) (key string, err error) {
	out, err := secretsmanager.NewFromConfig(as).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &secret})
	if err != nil {
		return "", err
	}
	return idIn(aws.ToString(out.SecretString)), nil
}

// idIn is the id of the key in what a secret keeps; "" if there is none.
func idIn(text string) string {
	var pair struct {
		ID string `json:"aws_access_key_id"`
	}
	_ = json.Unmarshal([]byte(text), &pair) // what is no key has no id
	return pair.ID
}

// rotatedInto adds the keys that are rotated, the account's secrets, and the servers.
func (s *stage) rotatedInto(out *account, r access.Rotation) {
	user := s.userNow(r.Account, r.User)
	out.Rotated = append(out.Rotated, user)
	out.Keys = append(out.Keys, s.aws.Keys(r.Account, user)...)
	for _, kept := range s.aws.Secrets(r.Account) {
		out.Secrets = append(out.Secrets, awsSecret{kept.Name, idIn(kept.Current), idIn(kept.Previous), !kept.Deletes.IsZero()})
	}
	for _, id := range servers {
		m := s.fleet.get(id)
		out.Servers = append(out.Servers, awsServer{id, m.key, m.mood})
	}
}
