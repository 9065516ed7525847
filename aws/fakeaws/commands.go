package fakeaws

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var ssmActions = map[string]action{
	"DescribeInstanceInformation": {do: (*AWS).describeInstanceInformation},
	"DescribeDocument":            {do: (*AWS).describeDocument},
	"GetDocument":                 {do: (*AWS).getDocument},
	"SendCommand":                 {do: (*AWS).sendCommand, write: true},
	"CancelCommand":               {do: (*AWS).cancelCommand, write: true},
	"ListCommands":                {do: (*AWS).listCommands},
	"ListCommandInvocations":      {do: (*AWS).listCommandInvocations},
	"GetCommandInvocation":        {do: (*AWS).getCommandInvocation},
}

// command is a document on its way to some servers.
type command struct {
	sent
	id          string
	document    *document
	values      map[string][]string
	requested   time.Time
	expires     time.Time // what has not begun by then is not begun
	atOnce      int       // how many servers at a time
	errors      int       // how many failures it survives
	freed       time.Time // when a server was last through with it
	invocations []*invocation
}

// sent is a command as it was asked for.
type sent struct {
	DocumentName    string
	DocumentVersion string
	Comment         string
	InstanceIds     []string
	Targets         []filterJSON
	Parameters      map[string][]string `json:",omitempty"`
	TimeoutSeconds  *int
	MaxConcurrency  string
	MaxErrors       string
}

// sendCommand sends a document to servers. That it is sent says nothing of whether
// it arrives, nor, where tags are the target, that there is any server.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
func (a *AWS) sendCommand(r *request) (any, error) {
	var in sent
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	c, err := r.command(in)
	if err != nil {
		return nil, err
	}
	servers, err := r.receivers(in, c.document)
	if err != nil {
		return nil, err
	}
	c.atOnce = share(c.MaxConcurrency, len(servers))
	c.errors = share(c.MaxErrors, len(servers))
	for _, s := range servers {
		c.invocations = append(c.invocations, &invocation{
			command: c, server: s, status: pending, details: pending, code: -1, lost: s.ping(r.now) != "Online",
		})
	}
	acc := r.caller.account
	acc.serial++
	c.id = fmt.Sprintf("00000000-0000-4000-a000-%012d", acc.serial)
	acc.commands = append(acc.commands, c)
	out := c.json()
	out.Status, out.StatusDetails = pending, pending
	return struct{ Command commandJSON }{out}, nil
}

var (
	concurrency = regexp.MustCompile(`^([1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$`)
	failures    = regexp.MustCompile(`^([1-9][0-9]*|0|[1-9][0-9]%|[0-9]%|100%)$`)
)

// command is what is asked for, if it can be sent to anybody.
func (r *request) command(in sent) (*command, error) {
	d, err := r.document(in.DocumentName, in.DocumentVersion)
	if err != nil {
		return nil, err
	}
	values, err := d.fill(in.Parameters)
	if err != nil {
		return nil, err
	}
	in.DocumentVersion = cmp.Or(in.DocumentVersion, "$DEFAULT")
	in.MaxConcurrency, in.MaxErrors = cmp.Or(in.MaxConcurrency, "50"), cmp.Or(in.MaxErrors, "0")
	if in.TimeoutSeconds == nil {
		in.TimeoutSeconds = new(3600)
	}
	switch {
	case *in.TimeoutSeconds < 30 || *in.TimeoutSeconds > 2592000,
		len(in.Comment) > 100, !concurrency.MatchString(in.MaxConcurrency), !failures.MatchString(in.MaxErrors):
		return nil, refuse("ValidationException", "Value at 'timeoutSeconds', 'comment', 'maxConcurrency' or 'maxErrors' failed to satisfy constraint")
	}
	wait := time.Duration(*in.TimeoutSeconds)*time.Second + d.patience(values)
	return &command{sent: in, document: d, values: values, requested: r.now, expires: r.now.Add(wait)}, nil
}

// receivers are the servers meant. One that is named has to be there, and of the
// platform; of those that have a tag, that is seen later.
func (r *request) receivers(in sent, d *document) ([]*server, error) {
	acc := r.caller.account
	switch {
	case (len(in.InstanceIds) == 0) == (len(in.Targets) == 0):
		return nil, refuse("ValidationException", "Either InstanceIds or Targets must be specified, and not both.")
	case len(in.InstanceIds) > 50 || len(in.Targets) > 5:
		return nil, refuse("ValidationException", "There can be 50 instance ids, or 5 targets.")
	case len(in.Targets) > 0:
		return acc.targets(in.Targets)
	}
	var out []*server
	for _, id := range in.InstanceIds {
		s := acc.servers[id]
		switch {
		case s == nil:
			return nil, refuse("InvalidInstanceId", "Instances [[%s]] not in a valid state for account %s", id, acc.id)
		case slices.Contains(out, s):
			return nil, refuse("DuplicateInstanceId", "Instance %s is named twice.", id)
		case s.Platform != d.platform:
			return nil, refuse("UnsupportedPlatformType", "Document %s does not run on the platform of %s.", d.name, id)
		}
		out = append(out, s)
	}
	return out, nil
}

// share is a number, or so many of a hundred of the servers.
func share(of string, servers int) int {
	percent, ok := strings.CutSuffix(of, "%")
	n, _ := strconv.Atoi(percent)
	if ok {
		return max(servers*n/100, min(n, 1))
	}
	return n
}

// cancelCommand stops what has not ended. What has run by then has run.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CancelCommand.html
func (a *AWS) cancelCommand(r *request) (any, error) {
	var in struct {
		CommandId   string
		InstanceIds []string
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	c := r.caller.account.command(in.CommandId)
	if c == nil {
		return nil, refuse("InvalidCommandId", "The command %s does not exist.", in.CommandId)
	}
	for _, id := range in.InstanceIds {
		if c.to(id) == nil {
			return nil, refuse("InvalidInstanceId", "The command %s was not sent to %s.", in.CommandId, id)
		}
	}
	for _, i := range c.invocations {
		if len(in.InstanceIds) == 0 || slices.Contains(in.InstanceIds, i.server.ID) {
			i.cancel(r.now)
		}
	}
	return nil, nil
}

func (acc *account) command(id string) *command {
	for _, c := range acc.commands {
		if c.id == id {
			return c
		}
	}
	return nil
}

// to returns what came of a command at a server, nil if it was not sent there.
func (c *command) to(id string) *invocation {
	for _, i := range c.invocations {
		if i.server.ID == id {
			return i
		}
	}
	return nil
}

type commandJSON struct {
	CommandId, Status, StatusDetails string
	sent
	RequestedDateTime, ExpiresAfter                                float64
	TargetCount, CompletedCount, ErrorCount, DeliveryTimedOutCount int
}
