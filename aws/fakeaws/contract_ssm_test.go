package fakeaws_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

func (c cloud) say(t *testing.T, in *ssm.SendCommandInput) *types.Command {
	t.Helper()
	return must[*ssm.SendCommandOutput](t)(c.ssm.SendCommand(t.Context(), in)).Command
}

// shell is a command of one line for some servers.
func shell(line string, ids ...string) *ssm.SendCommandInput {
	return &ssm.SendCommandInput{
		DocumentName: new("AWS-RunShellScript"), InstanceIds: ids, Parameters: map[string][]string{"commands": {line}},
	}
}

// outcome waits until what came of a command at a server can be seen, and is final.
func (c cloud) outcome(t *testing.T, command *types.Command, id string) *ssm.GetCommandInvocationOutput {
	t.Helper()
	for range 60 {
		out, err := c.ssm.GetCommandInvocation(t.Context(), &ssm.GetCommandInvocationInput{CommandId: command.CommandId, InstanceId: &id})
		switch {
		case err != nil:
			is[*types.InvocationDoesNotExist](t, err)
		case !slices.Contains([]types.CommandInvocationStatus{"Pending", "InProgress", "Delayed", "Cancelling"}, out.Status):
			return out
		}
		time.Sleep(250 * time.Millisecond)
	}
	t.Fatalf("no outcome of %s at %s", *command.CommandId, id)
	return nil
}

func (c cloud) list(t *testing.T, command *types.Command, details bool) []types.CommandInvocation {
	t.Helper()
	return must[*ssm.ListCommandInvocationsOutput](t)(c.ssm.ListCommandInvocations(t.Context(),
		&ssm.ListCommandInvocationsInput{CommandId: command.CommandId, Details: details})).CommandInvocations
}

const web = "i-0123456789abcdef0"

var ssmContract = []clause{
	{"command is run", func(t *testing.T, c cloud) {
		c.server(t, web)
		out := c.outcome(t, c.say(t, shell("uptime", web)), web)
		if out.Status != "Success" || *out.StatusDetails != "Success" || out.ResponseCode != 0 || *out.InstanceId != web ||
			*out.DocumentName != "AWS-RunShellScript" || *out.PluginName != "aws:runShellScript" {
			t.Errorf("got %+v", out)
		}
	}},
	{"command is taken before it is run", func(t *testing.T, c cloud) {
		c.server(t, web)
		in := shell("uptime", web)
		in.Comment, in.TimeoutSeconds = new("rotation 7"), new(int32(60))
		out := c.say(t, in)
		if out.Status != "Pending" || *out.StatusDetails != "Pending" || *out.Comment != "rotation 7" || *out.MaxConcurrency != "50" || *out.MaxErrors != "0" ||
			*out.TimeoutSeconds != 60 || out.ExpiresAfter.Sub(*out.RequestedDateTime) != time.Hour+time.Minute {
			t.Errorf("got %+v", out)
		}
	}},
	{"nothing came of a command where it was not sent", func(t *testing.T, c cloud) {
		c.server(t, web)
		command := c.say(t, shell("uptime", web))
		c.outcome(t, command, web)
		_, err := c.ssm.GetCommandInvocation(t.Context(),
			&ssm.GetCommandInvocationInput{CommandId: command.CommandId, InstanceId: new("i-0123456789abcdef1")})
		refused(t, err, "InvocationDoesNotExist", 400)
	}},
	{"command is listed", func(t *testing.T, c cloud) {
		c.server(t, web)
		command := c.say(t, shell("uptime", web))
		c.outcome(t, command, web)
		out := must[*ssm.ListCommandsOutput](t)(c.ssm.ListCommands(t.Context(), &ssm.ListCommandsInput{CommandId: command.CommandId}))
		if got := out.Commands; len(got) != 1 || got[0].Status != "Success" || got[0].TargetCount != 1 || got[0].CompletedCount != 1 || got[0].ErrorCount != 0 {
			t.Errorf("got %+v", got)
		}
	}},
	{"invocations are listed", func(t *testing.T, c cloud) {
		c.server(t, web)
		command := c.say(t, shell("uptime", web))
		c.outcome(t, command, web)
		for details, plugins := range map[bool]int{false: 0, true: 1} {
			got := c.list(t, command, details)
			if len(got) != 1 || got[0].Status != "Success" || *got[0].InstanceId != web || len(got[0].CommandPlugins) != plugins {
				t.Errorf("got %+v", got)
			}
		}
	}},
	{"servers are described", func(t *testing.T, c cloud) {
		c.server(t, web)
		out := must[*ssm.DescribeInstanceInformationOutput](t)(c.ssm.DescribeInstanceInformation(t.Context(), &ssm.DescribeInstanceInformationInput{}))
		if got := out.InstanceInformationList; len(got) != 1 || *got[0].InstanceId != web || got[0].PingStatus != "Online" ||
			got[0].ResourceType != "EC2Instance" || got[0].PlatformType != "Linux" || *got[0].AgentVersion == "" {
			t.Errorf("got %+v", got)
		}
	}},
	{"no such command", func(t *testing.T, c cloud) {
		none := new("00000000-0000-4000-8000-000000000000")
		_, err := c.ssm.ListCommands(t.Context(), &ssm.ListCommandsInput{CommandId: none})
		refused(t, err, "InvalidCommandId", 400)
	}},
	{"no such command at a server", func(t *testing.T, c cloud) {
		none := new("00000000-0000-4000-8000-000000000000")
		_, err := c.ssm.GetCommandInvocation(t.Context(), &ssm.GetCommandInvocationInput{CommandId: none, InstanceId: new(web)})
		refused(t, err, "InvocationDoesNotExist", 400)
	}},
	{"no such document", func(t *testing.T, c cloud) {
		c.server(t, web)
		_, err := c.ssm.DescribeDocument(t.Context(), &ssm.DescribeDocumentInput{Name: new("none")})
		refused(t, err, "InvalidDocument", 400)
		is[*types.InvalidDocument](t, err)
	}},
	{"command that cannot be sent", func(t *testing.T, c cloud) {
		c.server(t, web)
		send := func(change func(*ssm.SendCommandInput)) error {
			in := shell("uptime", web)
			change(in)
			_, err := c.ssm.SendCommand(t.Context(), in)
			return err
		}
		refused(t, send(func(in *ssm.SendCommandInput) { in.DocumentName = new("none") }), "InvalidDocument", 400)
		refused(t, send(func(in *ssm.SendCommandInput) { in.InstanceIds = []string{"i-0ffffffffffffffff"} }), "InvalidInstanceId", 400)
		refused(t, send(func(in *ssm.SendCommandInput) { in.Parameters = nil }), "InvalidParameters", 400)
		refused(t, send(func(in *ssm.SendCommandInput) { in.Parameters["user"] = []string{"root"} }), "InvalidParameters", 400)
		refused(t, send(func(in *ssm.SendCommandInput) { in.Parameters["executionTimeout"] = []string{"never"} }), "InvalidParameters", 400)
		refused(t, send(func(in *ssm.SendCommandInput) { in.TimeoutSeconds = new(int32(29)) }), "ValidationException", 400)
		refused(t, send(func(in *ssm.SendCommandInput) { in.InstanceIds = nil }), "ValidationException", 400)
	}},
	{"command is cancelled", func(t *testing.T, c cloud) {
		c.server(t, web)
		command := c.say(t, shell("uptime", web))
		must[*ssm.CancelCommandOutput](t)(c.ssm.CancelCommand(t.Context(), &ssm.CancelCommandInput{CommandId: command.CommandId}))
		if out := c.outcome(t, command, web); out.Status != "Cancelled" {
			t.Errorf("got %s", out.Status)
		}
		_, err := c.ssm.CancelCommand(t.Context(), &ssm.CancelCommandInput{CommandId: new("00000000-0000-4000-8000-000000000000")})
		refused(t, err, "InvalidCommandId", 400)
	}},
	{"document of our own", func(t *testing.T, c cloud) {
		c.document(t, "rotate", rotateDocument)
		d := must[*ssm.DescribeDocumentOutput](t)(c.ssm.DescribeDocument(t.Context(), &ssm.DescribeDocumentInput{Name: new("rotate")})).Document
		if *d.Name != "rotate" || d.Status != "Active" || d.DocumentType != "Command" || *d.SchemaVersion != "2.2" || *d.DocumentVersion != "1" ||
			len(d.Parameters) != 1 || *d.Parameters[0].Name != "Secret" || d.Parameters[0].Type != "String" {
			t.Errorf("described as %+v", d)
		}
		g := must[*ssm.GetDocumentOutput](t)(c.ssm.GetDocument(t.Context(), &ssm.GetDocumentInput{Name: new("rotate")}))
		if *g.Content != rotateDocument || *g.DocumentVersion != "1" {
			t.Errorf("content %s", *g.Content)
		}
	}},
	{"version of a document that there is not", func(t *testing.T, c cloud) {
		c.document(t, "rotate", rotateDocument)
		_, err := c.ssm.DescribeDocument(t.Context(), &ssm.DescribeDocumentInput{Name: new("rotate"), DocumentVersion: new("7")})
		refused(t, err, "InvalidDocumentVersion", 400)
	}},
}

// rotateDocument hands its parameter over in the environment, and puts it into the
// text as well, to see what that does.
const rotateDocument = `{
  "schemaVersion": "2.2",
  "description": "fetch a secret",
  "parameters": {"Secret": {"type": "String", "description": "its ARN", "interpolationType": "ENV_VAR", "allowedPattern": "^[a-z;$ ]+$"}},
  "mainSteps": [{"action": "aws:runShellScript", "name": "rotate", "inputs": {"timeoutSeconds": "60", "runCommand": ["set -eu", "echo '{{ Secret }}'"]}}]
}`
