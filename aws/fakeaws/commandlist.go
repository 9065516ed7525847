package fakeaws

import "slices"

// listCommands shows a page of the commands, or one, with how they went in sum.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListCommands.html
func (a *AWS) listCommands(r *request) (any, error) {
	var in struct {
		CommandId, NextToken string
		MaxResults           *int
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	acc := r.caller.account
	if in.CommandId != "" && acc.command(in.CommandId) == nil {
		return nil, refuse("InvalidCommandId", "The command %s does not exist.", in.CommandId)
	}
	all := slices.DeleteFunc(acc.seen(r.now), func(c *command) bool { return in.CommandId != "" && c.id != in.CommandId })
	shown, next, err := cut(all, window{in.MaxResults, 1, 50, 50}, in.NextToken, "InvalidNextToken")
	if err != nil {
		return nil, err
	}
	out := struct {
		Commands  []commandJSON
		NextToken string `json:",omitempty"`
	}{NextToken: next}
	for _, c := range shown {
		out.Commands = append(out.Commands, c.json())
	}
	return out, nil
}

// json sums a command up.
func (c *command) json() commandJSON {
	status, details := c.sum()
	return commandJSON{
		CommandId: c.id, Status: status, StatusDetails: details, sent: c.sent,
		RequestedDateTime: seconds(c.requested), ExpiresAfter: seconds(c.expires),
		TargetCount:           len(c.invocations),
		CompletedCount:        c.count((*invocation).over),
		ErrorCount:            c.count((*invocation).failed),
		DeliveryTimedOutCount: c.count(is("DeliveryTimedOut")),
	}
}

// sum is how the command as a whole is doing. One that had no server to go to is a
// success.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
func (c *command) sum() (status, details string) {
	all := len(c.invocations)
	switch waiting := c.count((*invocation).waits); {
	case all == 0:
		return success, "NoInstancesInTag"
	case c.count(is(cancelling)) > 0:
		return cancelling, cancelling
	case waiting == all:
		return pending, pending
	case waiting > 0 || c.count(is(inProgress)) > 0:
		return inProgress, inProgress
	case c.broken():
		return failed, failed
	case c.count(is(cancelled)) == all:
		return cancelled, cancelled
	case c.count(is("ExecutionTimedOut")) == all:
		return timedOut, "ExecutionTimedOut"
	case c.count(is("DeliveryTimedOut")) == all:
		return timedOut, "DeliveryTimedOut"
	case c.count(is(success)) > 0:
		return success, success
	}
	return failed, "Incomplete"
}

func (c *command) count(which func(*invocation) bool) int {
	n := 0
	for _, i := range c.invocations {
		if which(i) {
			n++
		}
	}
	return n
}

func is(details string) func(*invocation) bool {
	return func(i *invocation) bool { return i.details == details }
}
