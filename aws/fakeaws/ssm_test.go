package fakeaws_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"sekisho/aws/fakeaws"
)

// fleet adds servers that answer with their id.
func fleet(a *fakeaws.AWS, takes time.Duration, ids ...string) {
	for _, id := range ids {
		a.AddServer(prod, fakeaws.Server{ID: id, Tags: map[string]string{"role": "web", "name": id}, Shell: func(r fakeaws.Run) fakeaws.Output {
			return fakeaws.Output{Stdout: r.Server + "\n", Takes: takes}
		}})
	}
}

func tagged(key string, values ...string) *ssm.SendCommandInput {
	in := shell("uptime")
	in.Targets = []types.Target{{Key: new("tag:" + key), Values: values}}
	return in
}

// states are the statuses of a command's invocations, by server.
func (c cloud) states(t *testing.T, command *types.Command) string {
	var out []string
	for _, i := range c.list(t, command, false) {
		out = append(out, fmt.Sprintf("%s %s/%s", *i.InstanceId, i.Status, *i.StatusDetails))
	}
	return strings.Join(out, ", ")
}

// What is seen of a command as time goes by: nothing, then that it waits, runs, and
// has ended.
func TestLifeOfACommand(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		fleet(a, 10*time.Second, "i-1", "mi-2", "i-3")
		c := cloudIn(a)
		command := c.say(t, tagged("name", "i-1", "mi-2"))
		start := time.Now()
		for _, step := range []struct {
			at   time.Duration
			want string
		}{
			{0, ""},
			{time.Second, "i-1 Pending/Pending, mi-2 Pending/Pending"},
			{2 * time.Second, "i-1 InProgress/InProgress, mi-2 InProgress/InProgress"},
			{11 * time.Second, "i-1 InProgress/InProgress, mi-2 InProgress/InProgress"},
			{12 * time.Second, "i-1 Success/Success, mi-2 Success/Success"},
		} {
			time.Sleep(step.at - time.Since(start))
			if got := c.states(t, command); got != step.want {
				t.Errorf("after %s: %s, want %s", step.at, got, step.want)
			}
		}
		got := c.list(t, command, true)[0]
		if p := got.CommandPlugins[0]; *p.Output != "i-1\n" || p.ResponseCode != 0 || !p.ResponseStartDateTime.Equal(start.Add(2*time.Second)) ||
			!p.ResponseFinishDateTime.Equal(start.Add(12*time.Second)) {
			t.Errorf("plugin %+v", p)
		}
	})
}

// A shell is a program like any other: it reads a secret with its server's own
// credentials, which a policy names by their role, and uses the key in it.
func TestShellAsksAWS(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := cloudIn(a)
		a.AddUser(prod, "web", nil)
		a.AddServer(prod, fakeaws.Server{ID: "i-1", Role: "web-server", Shell: func(r fakeaws.Run) fakeaws.Output {
			out, err := secretsmanager.NewFromConfig(r.AWS).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &r.Script})
			if err != nil {
				return fakeaws.Output{Stderr: err.Error(), Exit: 1}
			}
			return fakeaws.Output{Stdout: fmt.Sprint(a.UseKey(*out.SecretString, "s3"))}
		}})
		key := makeKey(t, c.iam, "web")
		must[*secretsmanager.CreateSecretOutput](t)(c.create(t, "s", token1, *key.AccessKeyId))
		denied := c.outcome(t, c.say(t, shell("s", "i-1")), "i-1")
		if denied.Status != "Failed" || denied.ResponseCode != 1 || !strings.Contains(*denied.StandardErrorContent, "AccessDeniedException") ||
			!strings.HasSuffix(*denied.StandardErrorContent, "failed to run commands: exit status 1") {
			t.Errorf("without a policy: %+v", denied)
		}
		role := strings.ReplaceAll(only("web", ""), "user/web", "role/web-server")
		if err := c.share(t, "s", role, true); err != nil {
			t.Fatal(err)
		}
		if out := c.outcome(t, c.say(t, shell("s", "i-1")), "i-1"); *out.StandardOutputContent != "true" {
			t.Errorf("got %+v", out)
		}
		if u := lastUsed(t, c.iam, *key.AccessKeyId).AccessKeyLastUsed; u.LastUsedDate == nil || *u.ServiceName != "s3" {
			t.Errorf("used %+v", u)
		}
	})
}

// A command to a tag that nobody has is a success.
func TestCommandToNobody(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		fleet(a, 0, "i-1")
		c := cloudIn(a)
		command := c.say(t, tagged("role", "db"))
		time.Sleep(time.Second)
		got := must[*ssm.ListCommandsOutput](t)(c.ssm.ListCommands(t.Context(), &ssm.ListCommandsInput{CommandId: command.CommandId})).Commands[0]
		if got.Status != "Success" || *got.StatusDetails != "NoInstancesInTag" || c.states(t, command) != "" {
			t.Errorf("%s, %s", got.Status, *got.StatusDetails)
		}
	})
}

// One at a time, and none after the first that fails.
func TestConcurrencyAndErrors(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := cloudIn(a)
		fleet(a, 10*time.Second, "i-1", "i-3", "i-4")
		a.AddServer(prod, fakeaws.Server{ID: "i-2", Tags: map[string]string{"role": "web"}, Shell: func(fakeaws.Run) fakeaws.Output {
			return fakeaws.Output{Exit: 7, Takes: 10 * time.Second}
		}})
		in := tagged("role", "web")
		in.MaxConcurrency = new("1")
		command := c.say(t, in)
		time.Sleep(15 * time.Second)
		if got, want := c.states(t, command), "i-1 Success/Success, i-2 InProgress/InProgress, i-3 Pending/Pending, i-4 Pending/Pending"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		time.Sleep(10 * time.Second)
		if got, want := c.states(t, command), "i-1 Success/Success, i-2 Failed/Failed, i-3 Failed/Terminated, i-4 Failed/Terminated"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestScriptThatTakesTooLong(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := cloudIn(a)
		fleet(a, time.Hour, "i-1")
		in := shell("sleep 3600", "i-1")
		in.Parameters["executionTimeout"] = []string{"30"}
		command := c.say(t, in)
		time.Sleep(33 * time.Second)
		if got := c.states(t, command); got != "i-1 TimedOut/ExecutionTimedOut" {
			t.Error(got)
		}
	})
}

// Parameters are put into the text as they are, and an agent that is recent enough
// hands over those that say so.
func TestParametersOfADocument(t *testing.T) {
	for agent, want := range map[string]string{"": "$(x);", "3.3.2746.0": "$(x);", "3.10.0.0": "$(x);", "3.3.987.0": ""} {
		bubble(t, func(t *testing.T, a *fakeaws.AWS) {
			c := cloudIn(a)
			a.AddDocument(prod, "rotate", strings.ReplaceAll(rotateDocument, "[a-z;$ ]", "[a-z;$() ]"))
			var got fakeaws.Run
			a.AddServer(prod, fakeaws.Server{ID: "i-1", Agent: agent, Shell: func(r fakeaws.Run) fakeaws.Output {
				got = r
				return fakeaws.Output{}
			}})
			in := &ssm.SendCommandInput{DocumentName: new("rotate"), InstanceIds: []string{"i-1"}, Parameters: map[string][]string{"Secret": {"$(x);"}}}
			out := c.outcome(t, c.say(t, in), "i-1")
			if got.Script != "set -eu\necho '$(x);'" || got.Env["SSM_Secret"] != want || *out.PluginName != "rotate" {
				t.Errorf("agent %q: %q, %v", agent, got.Script, got.Env)
			}
			in.Parameters["Secret"] = []string{"ARN"}
			_, err := c.ssm.SendCommand(t.Context(), in)
			refused(t, err, "InvalidParameters", 400)
		})
	}
}

func TestOutputIsCutOff(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := cloudIn(a)
		long := strings.Repeat("関", 30000)
		a.AddServer(prod, fakeaws.Server{ID: "i-1", Shell: func(fakeaws.Run) fakeaws.Output { return fakeaws.Output{Stdout: long, Stderr: long} }})
		command := c.say(t, shell("yes", "i-1"))
		out := c.outcome(t, command, "i-1")
		plugin := c.list(t, command, true)[0].CommandPlugins[0]
		for text, want := range map[*string]int{out.StandardOutputContent: 24000, out.StandardErrorContent: 8000, plugin.Output: 2500} {
			if n := len([]rune(*text)); n != want || !strings.HasSuffix(*text, "--output truncated--") {
				t.Errorf("%d characters, want %d", n, want)
			}
		}
		if a.Invocations(prod)[0].Stdout != long {
			t.Error("in truth it is cut off too")
		}
	})
}

func TestCancelWhileItRuns(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := cloudIn(a)
		fleet(a, time.Minute, "i-1", "i-2")
		command := c.say(t, shell("sleep 60", "i-1", "i-2"))
		time.Sleep(3 * time.Second)
		must[*ssm.CancelCommandOutput](t)(c.ssm.CancelCommand(t.Context(),
			&ssm.CancelCommandInput{CommandId: command.CommandId, InstanceIds: []string{"i-1"}}))
		if got := c.states(t, command); got != "i-1 Cancelling/Cancelling, i-2 InProgress/InProgress" {
			t.Error(got)
		}
		time.Sleep(time.Minute)
		if got := c.states(t, command); got != "i-1 Cancelled/Cancelled, i-2 Success/Success" {
			t.Error(got)
		}
	})
}

// Who waits is woken when a server is through, without asking again and again.
func TestWaitForAServer(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := cloudIn(a)
		fleet(a, time.Minute, "i-1")
		c.say(t, shell("uptime", "i-1"))
		start := time.Now()
		if err := a.Wait(t.Context(), func() bool { return a.Invocations(prod)[0].Status == "Success" }); err != nil || time.Since(start) != 62*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

// The history of commands can be read by many: what is sent is there in full.
func TestCommandsAreAmongTheCalls(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := cloudIn(a)
		fleet(a, 0, "i-1")
		c.say(t, shell("echo hello", "i-1"))
		calls := a.Calls()
		i := slices.IndexFunc(calls, func(c fakeaws.Call) bool { return c.Action == "SendCommand" })
		var params map[string][]string
		if err := json.Unmarshal([]byte(calls[i].Params["Parameters"]), &params); err != nil || params["commands"][0] != "echo hello" {
			t.Errorf("%v in %v", err, calls[i].Params)
		}
	})
}
