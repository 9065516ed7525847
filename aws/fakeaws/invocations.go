package fakeaws

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// How much of an output is shown, in characters, with the mark of what is cut off.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html
// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-rc-setting-up.html
const (
	maxStdout = 24000
	maxStderr = 8000
	maxOutput = 2500
	cutMark   = "\n--output truncated--"
)

// Invocation is what comes of a command at one server, in truth and in full.
type Invocation struct {
	Command, Document, Server string
	Parameters                map[string][]string
	Status, Details           string
	Output
}

// Invocations returns all there were in an account, the oldest command first.
func (a *AWS) Invocations(account string) []Invocation {
	a.work()
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []Invocation
	for _, c := range a.account(account).commands {
		for _, i := range c.invocations {
			out = append(out, Invocation{c.id, c.DocumentName, i.server.ID, c.values, i.status, i.details, i.out})
		}
	}
	return out
}

// seen returns the commands whose invocations readers see, the latest first.
func (acc *account) seen(now time.Time) []*command {
	var out []*command
	for _, c := range slices.Backward(acc.commands) {
		if !now.Before(c.requested.Add(seenAfter)) {
			out = append(out, c)
		}
	}
	return out
}

// listCommandInvocations shows a page of what came of one command, or of all; at
// first it shows nothing.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListCommandInvocations.html
func (a *AWS) listCommandInvocations(r *request) (any, error) {
	var in struct {
		CommandId, InstanceId, NextToken string
		Details                          bool
		MaxResults                       *int
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	acc := r.caller.account
	if in.CommandId != "" && acc.command(in.CommandId) == nil {
		return nil, refuse("InvalidCommandId", "The command %s does not exist.", in.CommandId)
	}
	var all []*invocation
	for _, c := range acc.seen(r.now) {
		for _, i := range c.invocations {
			if (in.CommandId == "" || c.id == in.CommandId) && (in.InstanceId == "" || i.server.ID == in.InstanceId) {
				all = append(all, i)
			}
		}
	}
	shown, next, err := cut(all, window{in.MaxResults, 1, 50, 50}, in.NextToken, "InvalidNextToken")
	if err != nil {
		return nil, err
	}
	out := struct {
		CommandInvocations []invocationJSON
		NextToken          string `json:",omitempty"`
	}{NextToken: next}
	for _, i := range shown {
		out.CommandInvocations = append(out.CommandInvocations, i.json(in.Details))
	}
	return out, nil
}

func (i *invocation) json(details bool) invocationJSON {
	c := i.command
	out := invocationJSON{
		CommandId: c.id, InstanceId: i.server.ID, Comment: c.Comment, DocumentName: c.DocumentName, DocumentVersion: c.DocumentVersion,
		RequestedDateTime: seconds(c.requested), Status: i.status, StatusDetails: i.details, CommandPlugins: []pluginJSON{},
	}
	if details {
		out.CommandPlugins = append(out.CommandPlugins, pluginJSON{
			Name: c.document.step, Status: i.status, StatusDetails: i.details, ResponseCode: i.code, Output: i.output(),
			ResponseStartDateTime: seconds(i.started), ResponseFinishDateTime: seconds(i.finished()),
		})
	}
	return out
}

// output is what a reader of the list gets to see, once the script is through.
func (i *invocation) output() string {
	stdout, stderr := i.streams()
	if stderr != "" {
		stdout += "\n----------ERROR-------\n" + stderr
	}
	return head(stdout, maxOutput)
}

// streams are what was written, to which the agent adds how it went wrong.
func (i *invocation) streams() (stdout, stderr string) {
	switch {
	case i.finished().IsZero() || i.started.IsZero():
		return "", ""
	case i.details == failed:
		return i.out.Stdout, i.out.Stderr + fmt.Sprintf("failed to run commands: exit status %d", i.out.Exit)
	}
	return i.out.Stdout, i.out.Stderr
}

func (i *invocation) finished() time.Time {
	if !i.over() {
		return time.Time{}
	}
	return i.ends
}

// head is the beginning of a text.
func head(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-len(cutMark)]) + cutMark
}

// getCommandInvocation shows what came of a command at one server. At first there
// is nothing to show, which is an error.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html
func (a *AWS) getCommandInvocation(r *request) (any, error) {
	var in struct{ CommandId, InstanceId, PluginName string }
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	c := r.caller.account.command(in.CommandId)
	if c == nil || c.to(in.InstanceId) == nil || r.now.Before(c.requested.Add(seenAfter)) {
		return nil, refuse("InvocationDoesNotExist", "")
	}
	if in.PluginName != "" && in.PluginName != c.document.step {
		return nil, refuse("InvalidPluginName", "The plugin %s is not part of the document.", in.PluginName)
	}
	i := c.to(in.InstanceId)
	stdout, stderr := i.streams()
	out := resultJSON{
		CommandId: c.id, InstanceId: i.server.ID, Comment: c.Comment, DocumentName: c.DocumentName, DocumentVersion: c.DocumentVersion,
		PluginName: c.document.step, Status: i.status, StatusDetails: i.details, ResponseCode: i.code,
		StandardOutputContent: head(stdout, maxStdout), StandardErrorContent: head(stderr, maxStderr),
	}
	if !i.started.IsZero() {
		out.ExecutionStartDateTime = i.started.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	if end := i.finished(); !end.IsZero() && !i.started.IsZero() {
		out.ExecutionEndDateTime = end.UTC().Format("2006-01-02T15:04:05.000Z")
		out.ExecutionElapsedTime = fmt.Sprintf("PT%.3fS", end.Sub(i.started).Seconds())
	}
	return out, nil
}

type invocationJSON struct {
	CommandId, InstanceId, Comment, DocumentName, DocumentVersion, Status, StatusDetails string

	RequestedDateTime float64
	CommandPlugins    []pluginJSON
}

type pluginJSON struct {
	Name, Status, StatusDetails, Output string

	ResponseCode           int
	ResponseStartDateTime  float64 `json:",omitempty"`
	ResponseFinishDateTime float64 `json:",omitempty"`
}

type resultJSON struct {
	CommandId, InstanceId, Comment, DocumentName, DocumentVersion, PluginName, Status, StatusDetails string

	ResponseCode int

	ExecutionStartDateTime, ExecutionEndDateTime, ExecutionElapsedTime string
	StandardOutputContent, StandardErrorContent                        string
}
