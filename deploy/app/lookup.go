package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"sekisho/aws/identity"
	"sekisho/bot"
	"sekisho/deploy/config"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
)

// lookTime bounds a look at all that the configuration names.
const lookTime = 20 * time.Second

// Fault is something in the configuration that the real services do not have. It stands as Text in a section of the file.
type Fault struct {
	Section, Text string
	Says          string // what is wrong, and what to do
	Fatal         bool   // serve does not start with it
}

// Queues is what a look calls of SQS.
type Queues interface {
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
}

// LookAtWays looks up the channels and queues that the configuration names. It returns the faults, each of which is fatal, within twenty
// seconds. A service that does not answer, or does not let the bot look, is no fault: it is logged.
func LookAtWays(ctx context.Context, c config.Config, e Edges) []Fault {
	ctx, stop := context.WithTimeout(ctx, lookTime)
	defer stop()
	l := &looks{log: e.Log}
	slackBot := bot.New(e.Slack, bot.Place{}, e.Now, e.Log)
	for _, id := range slices.Compact([]string{c.Channel, cmp.Or(c.Security, c.Channel)}) {
		l.look(Fault{Section: "slack", Text: id, Fatal: true}, "channel "+id, func() (string, error) { return channelFault(slackBot.CheckChannel(ctx, id)) })
	}
	for _, url := range []string{c.SignIns, c.Requests, c.Replies} {
		if url != "" {
			queues := Queues(sqs.NewFromConfig(e.AWS(""), inRegionOf(url)))
			l.look(Fault{Section: "queues", Text: url, Fatal: true}, "queue "+url, func() (string, error) { return queueFault(ctx, queues, url) })
		}
	}
	return l.wait()
}

// LookAtGroups does the same with the groups of IAM and of Slack. That one is missing is not fatal: the others can be given and can
// approve. That a member of one could change IAM is, unless the rule says that it is meant.
func LookAtGroups(ctx context.Context, c config.Config, e Edges) []Fault {
	ctx, stop := context.WithTimeout(ctx, lookTime)
	defer stop()
	l := &looks{log: e.Log}
	persons := bot.New(e.Slack, bot.Place{}, e.Now, e.Log).People
	for _, rule := range c.Policy.Entitlements {
		if rule.Kind == "iam-group" {
			what := rule.ID + ": IAM group " + rule.Target + " in account " + c.Policy.Accounts[rule.Account]
			l.look(Fault{Section: "entitlements", Text: rule.ID}, what, func() (string, error) {
				_, err := iam.NewFromConfig(e.AWS(rule.Account)).GetGroup(ctx, &iam.GetGroupInput{GroupName: &rule.Target})
				if _, gone := errors.AsType[*iamtypes.NoSuchEntityException](err); gone {
					return "there is no such group: make it, or write its name as IAM shows it; until then nobody is given it", nil
				}
				return "", err
			})
			if !rule.AllowsIAM {
				l.look(Fault{Section: "entitlements", Text: rule.ID, Fatal: true}, what, func() (string, error) { return escape(ctx, iam.NewFromConfig(e.AWS(rule.Account)), rule.Target) })
			}
		}
	}
	for _, g := range userGroups(c.Policy) {
		l.look(Fault{Section: g.section, Text: g.name}, g.name, func() (string, error) {
			_, err := persons.Members(ctx, strings.TrimPrefix(g.name, "usergroup:"))
			if errors.Is(err, people.ErrNoGroup) {
				return "Slack has no such user group, or it is disabled: nobody is in it", nil
			}
			return "", err
		})
	}
	return l.wait()
}

// escape says by which actions a member of a group could keep access beyond its end.
func escape(ctx context.Context, client identity.GroupPolicies, group string) (string, error) {
	found, err := identity.Escapes(ctx, client, group)
	if _, gone := errors.AsType[*iamtypes.NoSuchEntityException](err); gone {
		return "", nil // which the other look tells
	}
	if err != nil || len(found) == 0 {
		return "", err
	}
	most := found[:min(len(found), 3)]
	return fmt.Sprintf("its policies allow %s (%d such actions), by which a member can keep access beyond its end: take them away, or write allows_iam: true",
		strings.Join(most, ", "), len(found)), nil
}

// channelFault returns what is wrong with a channel. An error is no fault of the configuration.
func channelFault(err error) (string, error) {
	switch {
	case errors.Is(err, bot.ErrNotIn):
		return "the bot is not in the channel: invite it there (/invite @ and the app's name)", nil
	case errors.Is(err, bot.ErrArchived):
		return "the channel is archived: unarchive it, or name another one", nil
	case errors.Is(err, bot.ErrNoChannel):
		return "Slack has no such channel, or it is private and the bot is not in it: copy the id from the channel's details, or invite the bot there", nil
	}
	return "", err
}

func queueFault(ctx context.Context, queues Queues, url string) (string, error) {
	_, err := queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn}})
	if _, gone := errors.AsType[*types.QueueDoesNotExist](err); gone {
		return "SQS has no such queue: copy the URL that deploy/sign-ins.sh or deploy/requests.sh prints, with its Region and account", nil
	}
	return "", err
}

// userGroup is a user group of Slack's and the section that names it.
type userGroup struct{ section, name string }

// userGroups returns those that the rules name.
func userGroups(p *access.Settings) (out []userGroup) {
	add := func(section string, names []string) {
		for _, name := range names {
			if g := (userGroup{section, name}); strings.HasPrefix(name, "usergroup:") && !slices.ContainsFunc(out, func(o userGroup) bool { return o.name == name }) {
				out = append(out, g)
			}
		}
	}
	add("security", p.Security)
	for _, r := range p.Rotations {
		add("rotations", r.Rotators)
		for _, s := range r.Steps {
			add("rotations", s.By)
		}
	}
	for _, e := range p.Entitlements {
		add("entitlements", append(slices.Clone(e.Askers), e.Excluded...))
		if e.Escalation != nil {
			add("entitlements", e.Escalation.To)
		}
		for _, s := range e.Steps {
			add("entitlements", s.By)
		}
	}
	return out
}

// looks are the looks of one time, a few at once.
type looks struct {
	log    *slog.Logger
	parts  sync.WaitGroup
	faults []*Fault
	turns  [8]sync.Mutex // so many at once, each service's pace is not ours to try
	next   int
}

// look does one in its turn: what is asked says what is wrong, or "".
func (l *looks) look(f Fault, what string, ask func() (string, error)) {
	turn := &l.turns[l.next%len(l.turns)]
	l.next++
	l.faults = append(l.faults, &f)
	l.parts.Go(func() {
		turn.Lock()
		defer turn.Unlock()
		says, err := ask()
		if err != nil {
			l.log.Warn("cannot be looked up", "what", what, "err", err)
		}
		if says != "" {
			f.Says = what + ": " + says
		}
	})
}

func (l *looks) wait() (out []Fault) {
	l.parts.Wait()
	for _, f := range l.faults {
		if f.Says != "" {
			out = append(out, *f)
		}
	}
	return out
}
