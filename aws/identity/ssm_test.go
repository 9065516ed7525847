package identity

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"sekisho/store"
)

const (
	goodARN  = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:sekisho/svc-batch-AbCdEf"
	goodKey  = "AKIAIOSFODNN7EXAMPLE"
	goodPath = "/usr/local/sbin/sekisho-key"
)

// sender is a Systems Manager that keeps what is sent.
type sender struct {
	SSM
	sent []*ssm.SendCommandInput
}

func (s *sender) SendCommand(_ context.Context, in *ssm.SendCommandInput, _ ...func(*ssm.Options)) (*ssm.SendCommandOutput, error) {
	s.sent = append(s.sent, in)
	return &ssm.SendCommandOutput{Command: &types.Command{CommandId: aws.String("command-1")}}, nil
}

// TestNothingOddIsSentToServers: a shell reads the script's path, the secret's ARN and the key's id. Each of the three is
// refused by itself if it has anything in it that a shell, or another command, could read.
func TestNothingOddIsSentToServers(t *testing.T) {
	odd := []string{"", " ", "a b", "x"}
	for _, c := range " ;&|$`<>(){}[]*?!~#'\"\\\n\r\t\x00%^é\u202e" {
		for _, good := range []string{goodARN, goodKey, goodPath} {
			odd = append(odd, good+string(c)+"reboot", string(c)+good)
		}
	}
	odd = append(odd, goodARN+"\n", goodKey+"\n", goodPath+"\n", goodARN+" "+goodARN, strings.Replace(goodARN, "123456789012", "1234", 1),
		"arn:aws:s3:::bucket/secret:x", "usr/local/sbin/sekisho-key", "/", "//bin/sh", "/bin/sh/", "ASIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7exampl")
	for _, each := range odd {
		refused(t, "ARN", store.Task{New: goodKey, Fleet: store.Fleet{Path: goodPath}}, each)
		refused(t, "key", store.Task{New: each, Fleet: store.Fleet{Path: goodPath}}, goodARN)
		refused(t, "path", store.Task{New: goodKey, Fleet: store.Fleet{Path: each}}, goodARN)
		refused(t, "ARN for a document", store.Task{New: goodKey, Fleet: store.Fleet{Document: "my-fetch"}}, each)
		refused(t, "key for a document", store.Task{New: each, Fleet: store.Fleet{Document: "my-fetch"}}, goodARN)
	}
	to := &sender{}
	id, err := send(t.Context(), to, store.Task{New: goodKey, Fleet: store.Fleet{Key: "key", Value: "v", Path: goodPath}}, goodARN, nil)
	if err != nil || id != "command-1" || len(to.sent) != 1 || to.sent[0].Parameters["commands"][0] != goodPath+" "+goodARN+" "+goodKey {
		t.Errorf("what is in order was not sent: %q, %v, %+v", id, err, to.sent)
	}
}

func refused(t *testing.T, what string, task store.Task, arn string) {
	t.Helper()
	to := &sender{}
	if _, err := send(t.Context(), to, task, arn, []string{"i-1"}); !errors.Is(err, unsafe) || len(to.sent) > 0 {
		t.Errorf("%s: %q, %q, %q are sent: %v", what, task.Fleet.Path, arn, task.New, err)
	}
}

// TestWhatAServerSays: of what a server, or Systems Manager, says only words of Systems Manager and ids of keys are kept.
func TestWhatAServerSays(t *testing.T) {
	failed := func(details string) types.CommandInvocation {
		return types.CommandInvocation{Status: types.CommandInvocationStatusFailed, StatusDetails: aws.String(details)}
	}
	said := func(output string) types.CommandInvocation {
		return types.CommandInvocation{Status: types.CommandInvocationStatusSuccess, CommandPlugins: []types.CommandPlugin{{Output: aws.String(output)}}}
	}
	const other = "AKIAOTHERKEYEXAMPLE"
	for _, c := range []struct {
		answer types.CommandInvocation
		want   store.Server
	}{
		{failed("Undeliverable"), store.Server{State: store.Failing, Why: "Undeliverable"}},
		{failed("Execution Timed Out"), store.Server{State: store.Failing, Why: "Execution Timed Out"}},
		{failed("<!channel> look"), store.Server{State: store.Failing, Why: "Failed"}},
		{failed("a\u202eb"), store.Server{State: store.Failing, Why: "Failed"}},
		{failed(""), store.Server{State: store.Failing, Why: "Failed"}},
		{failed(strings.Repeat("a", 65)), store.Server{State: store.Failing, Why: "Failed"}},
		{said("quiet\n" + goodKey + "\n"), store.Server{State: store.Answers, Key: goodKey}},
		{said(goodKey + "\nand more"), store.Server{State: store.Failing, Why: wrongKey}},
		{said(goodKey[:len(goodKey)-1]), store.Server{State: store.Failing, Key: goodKey[:len(goodKey)-1], Why: wrongKey}},
		{said(other), store.Server{State: store.Failing, Key: other, Why: wrongKey}},
		{said("password: hunter2"), store.Server{State: store.Failing, Why: wrongKey}},
		{said(""), store.Server{State: store.Failing, Why: wrongKey}},
	} {
		if got := answer(c.answer, goodKey); got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.answer, got, c.want)
		}
	}
}
