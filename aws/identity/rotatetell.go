package identity

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"time"

	"sekisho/handlers/access"
	"sekisho/store"
)

const (
	lookAtServers = 5 * time.Second  // while a command runs
	lookForSilent = time.Minute      // for those that may come back
	firstPause    = 30 * time.Second // before a server that failed is told again; then twice as long, and so on
	longestPause  = time.Hour
	mostAtOnce    = 50 // servers that a command can name: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
)

// Facts of how far the servers are.
const (
	ServersDone   = "done"
	ServersOf     = "of"
	ServersFailed = "failed"  // how many
	ServersNamed  = "servers" // ids, joined by commas
)

// What keeps servers from being all told.
const (
	noServers     = "NoServers"     // none has the tag
	serversSilent = "ServersSilent" // some are not online, or fail
)

// hand tells the servers which key to use, and hears what they use, until all use it.
func (r Rotation) hand(ctx context.Context, t store.Task, s stand) (access.Progress, error) {
	if t.Fleet.Key == "" {
		return r.heeded(t), nil
	}
	client := r.Accounts[t.Account].SSM
	now, err := r.servers(ctx, client, t)
	if err != nil {
		return access.Progress{}, err
	}
	seen := t.With(now)
	running, waiting := seen.Count(store.Running), r.turn(seen)
	p := access.Progress{Servers: now, Again: lookForSilent}
	if running > 0 || len(waiting) > 0 {
		p.Again = lookAtServers
	}
	switch {
	case len(now) == 0:
		p.Waits = noServers
	case len(seen.Stragglers()) == 0:
		p = r.heeded(seen)
		p.Servers = now
	case t.Command != "" && !maps.Equal(now, t.Servers):
		p.Verb, p.Facts = store.Heard, counts(seen)
	case running > 0:
	case len(waiting) > 0:
		return r.tell(ctx, client, seen, s.kept.arn, waiting)
	default:
		p.Waits, p.Facts = serversSilent, counts(seen)
		p.Facts[ServersNamed] = strings.Join(seen.Stragglers(), ",")
	}
	return p, nil
}

// heeded is what has come of it once all servers use the key: without another one to retire, that is all. It is said once no
// call that was given up can make a key any more, since nobody looks then.
func (r Rotation) heeded(t store.Task) access.Progress {
	issued, err := time.Parse(time.RFC3339, t.Effects[IssuedAt])
	left := issued.Add(unseen).Sub(r.Now())
	switch {
	case t.Old != "":
		return access.Progress{Verb: store.Heeded, Facts: counts(t)}
	case err == nil && left > 0:
		return access.Progress{Again: left}
	}
	return access.Progress{Verb: store.Done, Facts: counts(t)}
}

func counts(t store.Task) map[string]string {
	return map[string]string{ServersDone: strconv.Itoa(t.Count(store.Answers)), ServersFailed: strconv.Itoa(t.Count(store.Failing)),
		ServersOf: strconv.Itoa(len(t.Servers))}
}

// turn returns the servers that are to be told now: online, not at it, and not before their pause is over.
func (r Rotation) turn(t store.Task) []string {
	var out []string
	for _, id := range t.Stragglers() {
		s := t.Servers[id]
		pause := min(longestPause, firstPause<<min(max(0, s.Tries-1), 10))
		if s.State == store.Failing && !s.Silent && s.Why != oldAgent && (s.Tries == 0 || !r.Now().Before(t.Sent.Add(pause))) {
			out = append(out, id)
		}
	}
	return out[:min(len(out), mostAtOnce)]
}

// tell sends the command: the first time to all that have the tag, later to those that have not answered.
func (r Rotation) tell(ctx context.Context, client SSM, t store.Task, arn string, ids []string) (access.Progress, error) {
	to := ids
	if t.Command == "" {
		to = nil
	}
	command, err := send(ctx, client, t, arn, to)
	if err != nil {
		return access.Progress{}, err
	}
	t = t.With(t.Servers)
	for _, id := range ids {
		s := t.Servers[id]
		s.State, s.Why, s.Key, s.Tries = store.Running, "", "", s.Tries+1
		t.Servers[id] = s
	}
	return access.Progress{Verb: store.Told, Servers: t.Servers, Again: lookAtServers,
		Facts: map[string]string{store.FactCommand: command, ServersOf: strconv.Itoa(len(ids))}}, nil
}

// servers are those that have the tag, with what they answered to the last command.
func (r Rotation) servers(ctx context.Context, client SSM, t store.Task) (map[string]store.Server, error) {
	there, err := managed(ctx, client, t.Fleet)
	if err != nil {
		return nil, err
	}
	said, err := answers(ctx, client, t)
	if err != nil {
		return nil, err
	}
	out := map[string]store.Server{}
	for id, s := range there {
		out[id] = r.heard(t, t.Servers[id], s, said[id])
	}
	return out, nil
}

// heard is a server as it is now: as it was before, as Systems Manager knows it, and by what it answered, if it did. What
// has once said that it uses the key is not asked again.
func (r Rotation) heard(t store.Task, before, now store.Server, said store.Server) store.Server {
	old := now.Why == oldAgent && t.Fleet.Document != ""
	now.Tries, now.State = before.Tries, before.State
	now.Key, now.Why = before.Key, before.Why
	switch {
	case before.State == store.Answers && before.Key == t.New:
		now.Silent = false
		return now
	case said.State != "":
		now.State, now.Key, now.Why = said.State, said.Key, said.Why
	case before.State == store.Running && r.Now().Sub(t.Sent) < patience:
	case before.State == store.Running:
		now.State, now.Why = store.Failing, "NoAnswer"
	case before.State == "":
		now.State = store.Failing
	}
	if old {
		now.State, now.Key, now.Why = store.Failing, "", oldAgent
	}
	if now.Silent && now.State != store.Answers {
		now.State, now.Why = store.Failing, "Offline"
	}
	return now
}
