package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// threeRegions stands before the aws command: an account has three Regions, and in the third nobody may make a rule.
const threeRegions = `#!/bin/sh
case "$*" in
*describe-regions*) echo us-east-1 eu-north-1 me-south-1 ;;
*put-rule*me-south-1*) echo "AccessDeniedException: an SCP denies events:PutRule" >&2; exit 254 ;;
*) exec %q "$@" ;;
esac
`

// The script that brings sign-ins to the queue does all that it can: where one Region refuses, the others send, the URL is printed, and
// the Region is named at the end. The same goes for an account without a trail that is logging.
func TestSignInsScript(t *testing.T) {
	judged(t, slow)
	real, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("NOT RUN: it needs the aws command (pip install awscli)")
	}
	t.Parallel()
	h := newHouse(t, 30, 3)
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "aws"), fmt.Appendf(nil, threeRegions, real), 0o755); err != nil {
		t.Fatal(err)
	}
	command := func(name string, args ...string) (string, error) {
		cmd := exec.Command(name, args...)
		cmd.Env = append(append(os.Environ(), h.environment()...), "PATH="+bin+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	aws := func(args ...string) string {
		out, err := command(real, append([]string{"--endpoint-url", h.endpoint, "--region", "us-east-1", "--output", "text"}, args...)...)
		if err != nil {
			t.Fatalf("%v: %s", args, out)
		}
		return out
	}
	check := func(says string, want ...string) {
		t.Helper()
		last := 0
		for _, w := range want {
			at := strings.Index(says, w)
			if at < last {
				t.Errorf("%q is not in its place in:\n%s", w, says)
			}
			last = max(at, last)
		}
	}
	const sent, refused, trail = "eu-north-1: sign-ins are sent on", "me-south-1: no sign-in is sent on", "no trail of CloudTrail is logging"
	says, err := command("../sign-ins.sh")
	if err == nil {
		t.Error("what was refused is no failure")
	}
	check(says, "us-east-1: sign-ins are sent on", sent, "AccessDenied", "queues: {sign_ins: ", refused, trail)

	aws("s3api", "create-bucket", "--bucket", "trail")
	aws("cloudtrail", "create-trail", "--name", "all", "--s3-bucket-name", "trail", "--is-multi-region-trail")
	aws("cloudtrail", "start-logging", "--name", "all")
	if says, err = command("../sign-ins.sh"); err == nil || strings.Contains(says, trail) {
		t.Errorf("with a trail: %v\n%s", err, says)
	}
	for name, state := range map[string]string{"sekisho-sign-ins": "ENABLED", "sekisho-aws-login": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"} {
		if got := aws("events", "describe-rule", "--name", name, "--query", "State"); strings.TrimSpace(got) != state {
			t.Errorf("%s: %s", name, got)
		}
		at := must(h.sqs().GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: new("sekisho-sign-ins")}))(t)
		got := must(h.sqs().GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: at.QueueUrl, AttributeNames: []types.QueueAttributeName{"Policy"}}))(t)
		if !strings.Contains(got.Attributes["Policy"], ":rule/"+name+`"`) {
			t.Errorf("%s may not send: %s", name, got.Attributes["Policy"])
		}
	}
	for range 2 { // one statement for all accounts of the organization
		if says, err := command("../sign-ins.sh", "permit", "o-a1b2c3d4e5"); err != nil {
			t.Fatal(says)
		}
	}
	policy := aws("events", "describe-event-bus", "--query", "Policy")
	if strings.Count(policy, "PutEvents") != 1 || !strings.Contains(policy, `"aws:PrincipalOrgID": "o-a1b2c3d4e5"`) {
		t.Error(policy)
	}
	if says, err := command("../sign-ins.sh", "permit", "everybody"); err == nil || !strings.Contains(says, "not the id of an organization") {
		t.Error(says)
	}
}
