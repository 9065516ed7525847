package identity

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"sekisho/store"
)

// SSM is what this package calls of the SDK's client of Systems Manager.
type SSM interface {
	DescribeInstanceInformation(context.Context, *ssm.DescribeInstanceInformationInput, ...func(*ssm.Options)) (*ssm.DescribeInstanceInformationOutput, error)
	GetDocument(context.Context, *ssm.GetDocumentInput, ...func(*ssm.Options)) (*ssm.GetDocumentOutput, error)
	SendCommand(context.Context, *ssm.SendCommandInput, ...func(*ssm.Options)) (*ssm.SendCommandOutput, error)
	ListCommandInvocations(context.Context, *ssm.ListCommandInvocationsInput, ...func(*ssm.Options)) (*ssm.ListCommandInvocationsOutput, error)
}

// ShellDocument is AWS's own document, which runs the script at the fleet's path: PATH SECRET_ARN KEY_ID. A document of the
// user's gets the two as its parameters SecretArn and KeyId, in the environment: SSM_SecretArn and SSM_KeyId.
const ShellDocument = "AWS-RunShellScript"

const (
	commandTime = "600" // seconds in which a command has to arrive, and again to be done
	patience    = 30 * time.Minute
)

// Why a server does not use the key, beside what Systems Manager says.
const (
	wrongKey = "wrong_key" // it says that it uses another one, or does not say
	oldAgent = "OldAgent"  // it would not hand over parameters in the environment
)

// What goes into a command. None of it means anything to a shell, so nothing is quoted.
var (
	accessKeyID = regexp.MustCompile(`^AKIA[A-Z0-9]{12,124}$`)
	secretARN   = regexp.MustCompile(`^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,519}$`)
	scriptPath  = regexp.MustCompile(`^(/[A-Za-z0-9_.-]+)+$`)
	statusWord  = regexp.MustCompile(`^[A-Za-z ]{1,64}$`)
)

// managed returns the servers that have the fleet's tag: their names, whether they are silent, and whether their agent is
// too old for a document with an environment.
func managed(ctx context.Context, client SSM, f store.Fleet) (map[string]store.Server, error) {
	out := map[string]store.Server{}
	pages := ssm.NewDescribeInstanceInformationPaginator(client, &ssm.DescribeInstanceInformationInput{MaxResults: aws.Int32(50),
		Filters: []types.InstanceInformationStringFilter{{Key: aws.String("tag:" + f.Key), Values: []string{f.Value}}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list servers with tag %s=%s: %w", f.Key, f.Value, err)
		}
		for _, i := range page.InstanceInformationList {
			s := store.Server{Name: aws.ToString(i.ComputerName), Silent: i.PingStatus != types.PingStatusOnline}
			if older(aws.ToString(i.AgentVersion)) {
				s.Why = oldAgent
			}
			out[aws.ToString(i.InstanceId)] = s
		}
	}
	return out, nil
}

// recentAgent is the first one that hands over parameters in the environment.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html (interpolationType)
var recentAgent = []int{3, 3, 2746, 0}

func older(agent string) bool {
	var version []int
	for part := range strings.SplitSeq(agent, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return true
		}
		version = append(version, n)
	}
	return slices.Compare(version, recentAgent) < 0
}

// answers are what came of the task's last command, by server. One that Systems Manager has forgotten has none.
func answers(ctx context.Context, client SSM, t store.Task) (map[string]store.Server, error) {
	out := map[string]store.Server{}
	if t.Command == "" {
		return out, nil
	}
	pages := ssm.NewListCommandInvocationsPaginator(client, &ssm.ListCommandInvocationsInput{CommandId: aws.String(t.Command), Details: true,
		MaxResults: aws.Int32(50)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		var forgotten *types.InvalidCommandId
		if errors.As(err, &forgotten) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list answers to command %s: %w", t.Command, err)
		}
		for _, i := range page.CommandInvocations {
			out[aws.ToString(i.InstanceId)] = answer(i, t.New)
		}
	}
	return out, nil
}

// answer reads what a server said. That the command succeeded says nothing: the last line must be the id of the key. Of what
// is not one nothing is kept, whatever it is.
func answer(i types.CommandInvocation, want string) store.Server {
	switch i.Status {
	case types.CommandInvocationStatusPending, types.CommandInvocationStatusInProgress, types.CommandInvocationStatusDelayed,
		types.CommandInvocationStatusCancelling:
		return store.Server{State: store.Running}
	case types.CommandInvocationStatusSuccess:
		key := lastLine(i.CommandPlugins)
		switch {
		case key == want:
			return store.Server{State: store.Answers, Key: key}
		case accessKeyID.MatchString(key):
			return store.Server{State: store.Failing, Key: key, Why: wrongKey}
		}
		return store.Server{State: store.Failing, Why: wrongKey}
	}
	why := aws.ToString(i.StatusDetails)
	if !statusWord.MatchString(why) {
		why = string(types.CommandInvocationStatusFailed)
	}
	return store.Server{State: store.Failing, Why: why}
}

// lastLine is the last line of what the last step wrote. Its errors follow in the same text, behind a line of dashes.
func lastLine(steps []types.CommandPlugin) string {
	for _, s := range slices.Backward(steps) {
		said, _, _ := strings.Cut(aws.ToString(s.Output), "\n----------ERROR-------")
		if said = strings.TrimSpace(said); said != "" {
			return strings.TrimSpace(said[strings.LastIndex(said, "\n")+1:])
		}
	}
	return ""
}

// send tells the servers of the fleet, or those named, to fetch the secret and use the key. A secret's ARN is all that they
// get of it: whoever reads the history of commands learns nothing. One server that fails does not keep the others from
// being told, and half of them go on working meanwhile.
func send(ctx context.Context, client SSM, t store.Task, arn string, to []string) (string, error) {
	own := t.Fleet.Document != ""
	if !secretARN.MatchString(arn) || !accessKeyID.MatchString(t.New) || !own && !scriptPath.MatchString(t.Fleet.Path) {
		return "", unsafe
	}
	in := &ssm.SendCommandInput{DocumentName: aws.String(ShellDocument), Comment: aws.String("Sekisho: " + t.New), TimeoutSeconds: aws.Int32(600),
		MaxConcurrency: aws.String("50%"), MaxErrors: aws.String("100%"),
		Parameters: map[string][]string{"commands": {t.Fleet.Path + " " + arn + " " + t.New}, "executionTimeout": {commandTime}}}
	if own {
		in.DocumentName = aws.String(t.Fleet.Document)
		in.Parameters = map[string][]string{"SecretArn": {arn}, "KeyId": {t.New}}
	}
	if in.InstanceIds = to; to == nil {
		in.Targets = []types.Target{{Key: aws.String("tag:" + t.Fleet.Key), Values: []string{t.Fleet.Value}}}
	}
	out, err := client.SendCommand(ctx, in)
	if err != nil {
		return "", fmt.Errorf("send command to %s=%s: %w", t.Fleet.Key, t.Fleet.Value, err)
	}
	return aws.ToString(out.Command.CommandId), nil
}
