package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"sekisho/deploy/app"
	"sekisho/deploy/config"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

type checkCommand struct {
	File   string `arg:"" optional:"" placeholder:"FILE" help:"The configuration, such as sekisho.yaml."`
	Config string `placeholder:"FILE" help:"The same, as other commands take it."`
	JSON   bool   `name:"json" help:"One JSON object, also where there are mistakes."`
	Live   bool   `help:"Look up the channels, queues and groups too, in Slack and AWS, with what serve takes from the environment."`
}

// Validate wants the file in one of the two places.
func (c checkCommand) Validate() error {
	switch {
	case c.File == "" && c.Config == "":
		return errors.New("no configuration: name a file, such as sekisho.yaml, or give it by --config")
	case c.JSON && c.Live:
		return errors.New("--json and --live: give one")
	case c.File != "" && c.Config != "":
		return fmt.Errorf("two configurations, %s and --config %s: give one", c.File, c.Config)
	}
	return nil
}

// Run reads the file as serve would and says what it means. It asks neither AWS nor Slack, unless it is to look.
func (c checkCommand) Run(ctx context.Context, s streams) error {
	file := cmp.Or(c.File, c.Config)
	conf, err := config.Load(file)
	if c.JSON {
		return errors.Join(err, checkJSON(s.out, file, conf, err))
	}
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.out, "%s: ok\n", file)
	summarize(s.out, conf)
	if !c.Live {
		return nil
	}
	edges, err := app.Environment(ctx, conf, os.Getenv, logger(s.err))
	if err != nil {
		return err
	}
	places, err := config.PlacesOf(file)
	if err != nil {
		return err
	}
	var missing []error
	for _, f := range append(app.LookAtWays(ctx, conf, edges), app.LookAtGroups(ctx, conf, edges)...) {
		missing = append(missing, errors.New(places.Of(f.Section, f.Text)+": "+f.Says))
	}
	return errors.Join(missing...)
}

// summarize says what an operator would want to see before a change goes live: who hears of what, who may do what, and
// what a sign-in to each account leads to.
func summarize(out io.Writer, c config.Config) {
	users := 0
	for _, p := range c.People {
		users += len(p.IAM)
	}
	_, _ = fmt.Fprintf(out, "cards     to %s, in %s, with times in %s\n", c.Channel, c.Language, c.Zone)
	_, _ = fmt.Fprintf(out, "alerts    to %s; %s may press on them and revoke anything\n", cmp.Or(c.Security, c.Channel), cmp.Or(either(c.Policy.Security), "nobody"))
	_, _ = fmt.Fprintf(out, "sign-ins  from %s\n", c.SignIns)
	if c.Requests != "" {
		_, _ = fmt.Fprintf(out, "programs  ask by %s; answers go to %s\n", c.Requests, cmp.Or(c.Replies, "the log only"))
		summarizePrograms(out, c.Policy)
	}
	_, _ = fmt.Fprintf(out, "people    %d, IAM users %d; %s\n", len(c.People), users, others(c.Policy))
	summarizeClaims(out, c.Policy)
	_, _ = fmt.Fprintf(out, "groups    members whom no grant explains are %s\n", fate(c.Policy))
	_, _ = fmt.Fprintf(out, "audit     %s: passwords without a sign-in for %s, access keys older than %s or unused for %s; managed users may have %s\n", audits(c),
		short(c.Audit.Password), short(c.Audit.KeyAge), short(c.Audit.KeyUnused), strings.Join(c.Audit.Policies, ", "))
	_, _ = fmt.Fprintf(out, "rotations %s\n", rotations(c.Policy.Rotations))
	if h := c.Heads; h.Bucket != "" {
		_, _ = fmt.Fprintf(out, "heads     of the ledger daily to s3://%s/%s of the account %s, locked for %s\n", h.Bucket, h.Prefix, h.Account, number(h.Days, "day"))
	}
	names := c.Policy.Accounts
	for _, id := range slices.SortedFunc(maps.Keys(names), func(a, b string) int { return cmp.Compare(names[a], names[b]) }) {
		_, _ = fmt.Fprintf(out, "\n%s (%s), by %s\n", names[id], id, cmp.Or(c.Roles[id].ARN, "the program's own credentials"))
		summarizeSignIns(out, c.Policy, id)
		for _, e := range c.Policy.Entitlements {
			if e.Account == id && !e.OnLogin {
				_, _ = fmt.Fprintf(out, "  %s may ask for %s, and no sign-in does: %s\n", cmp.Or(either(e.Askers), "everybody"), e.ID, describe(c.Policy, e))
			}
		}
		summarizeRotations(out, c.Policy, id)
	}
}

// summarizePrograms says for whom roles ask.
func summarizePrograms(out io.Writer, p *access.Settings) {
	for _, role := range p.Programs {
		var users []string
		for _, l := range role.Users {
			users = append(users, p.Accounts[l.Account]+"/"+l.User)
		}
		name := p.NameOf(role)
		_, _ = fmt.Fprintf(out, "          the role %s for %s%s\n", name, strings.Join(users, ", "), notBy(role.NotBy))
		if len(role.NotBy) == 0 {
			_, _ = fmt.Fprintf(out, "          warning: %s\n", approvedByAll(name))
		}
	}
}

func approvedByAll(role string) string {
	return role + " has no not_by, so people who can act as the role may approve what they ask for by it: name them"
}

// warnings returns what an operator should think about, for programs.
func warnings(p *access.Settings) []string {
	var out []string
	for _, role := range p.Programs {
		if len(role.NotBy) == 0 {
			out = append(out, approvedByAll(p.NameOf(role)))
		}
	}
	if p.MatchTag {
		out = append(out, claimedByTag)
	}
	if p.MatchEmail {
		out = append(out, claimedByEmail)
	}
	return out
}

// notBy says who may not approve what a role asks for.
func notBy(who []string) string {
	if len(who) == 0 {
		return ""
	}
	return "; what it asks for is not approved by " + either(who)
}

// summarizeSignIns says what a sign-in asks for: each takes those it names from the ones behind it.
func summarizeSignIns(out io.Writer, p *access.Settings, account string) {
	rest := "a sign-in"
	for _, e := range p.OnLogin(account) {
		who := rest
		if len(e.Askers) > 0 {
			who += " of " + either(e.Askers)
		}
		_, _ = fmt.Fprintf(out, "  %s asks for %s: %s\n", who, e.ID, describe(p, e))
		if len(e.Askers) == 0 && len(e.Excluded) == 0 {
			return // package config sees to it that none comes behind it
		}
		rest = "any other sign-in"
	}
	_, _ = fmt.Fprintf(out, "  %s asks for nothing\n", rest)
}

func describe(p *access.Settings, e policy.Entitlement) string {
	text := fmt.Sprintf("%s %s %s; %s to approve, within %s", e.Kind, e.Target, lasts(e), approvals(e.Steps), short(e.Within))
	if rotation, ok := p.RotationOf(e.Account, e.Target); ok && e.Endless {
		text += fmt.Sprintf("\n    once %s has rotated it, whoever has it reads the secret %s: allow their IAM users to", rotation.ID, rotation.Secret)
	}
	for _, condition := range conditions(e) {
		text += "\n    " + condition
	}
	return text
}

// lasts says how long what is given stays.
func lasts(e policy.Entitlement) string {
	if e.Endless {
		return "without an end"
	}
	return "for " + short(e.Duration) + ", at most " + short(e.Longest)
}

// approvals says how many of whom are needed.
func approvals(steps []store.Step) string {
	var out []string
	for _, s := range steps {
		out = append(out, fmt.Sprintf("%d of %s", s.Count, either(s.By)))
	}
	return strings.Join(out, " and ")
}

// conditions are what an entitlement has beyond what every one has.
func conditions(e policy.Entitlement) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if len(e.Excluded) > 0 {
		add("not for %s", either(e.Excluded))
	}
	if e.Escalation != nil {
		add("%s", escalates(*e.Escalation))
	}
	if h := e.Hours; h != nil && h.Refuse {
		add("refused outside of %s", h)
	} else if h != nil {
		add("outside of %s: %s to approve", h, approvals(e.StepsNow(false)))
	}
	if a := e.Auto; a != nil {
		add("given to %s without an approver for at most %s%s; after a sign-in, once they say that it was them",
			cmp.Or(either(a.Members), "all who may ask"), short(a.Longest), during(e.Hours))
	}
	switch e.Prolong {
	case policy.ProlongAlways:
		add("another sign-in prolongs it, wherever it is from")
	case policy.ProlongAsk:
		add("another sign-in asks for an extension, wherever it is from")
	}
	if e.MFARequired {
		add("a sign-in without MFA is refused; a request by hand has no sign-in")
	}
	if e.Risk == store.High {
		add("high risk: approvers are asked twice")
	}
	if e.AllowsIAM {
		add("whoever has it can change IAM, and so keep access beyond its end")
	}
	if !e.ReasonRequired {
		add("a request needs no reason")
	}
	if e.Ticket != nil {
		add("a request needs a ticket such as %s", e.Ticket.Example)
	}
	return out
}

// escalates says who may decide too, and from when on.
func escalates(x policy.Escalation) string {
	return fmt.Sprintf("after %s without a decision %s may decide too", short(x.After), either(x.To))
}

func during(h *policy.Hours) string {
	if h == nil {
		return ""
	}
	return ", within those hours"
}

// either joins those of whom one is enough.
func either(who []string) string { return strings.Join(who, " or ") }

// others says how a person is known to be behind an IAM user who is not in the file.
func others(p *access.Settings) string {
	switch {
	case p.MatchTag && p.MatchEmail:
		return "other IAM users are known by their tag, or by a name that is an e-mail address in Slack"
	case p.MatchTag:
		return "other IAM users are known by their tag"
	case p.MatchEmail:
		return "other IAM users are known by a name that is an e-mail address in Slack"
	}
	return "other IAM users are nobody's, and nobody can approve for them"
}

// summarizeClaims says who in AWS can say whose an IAM user is.
func summarizeClaims(out io.Writer, p *access.Settings) {
	if p.MatchTag {
		_, _ = fmt.Fprintf(out, "          %s\n", claimedByTag)
	}
	if p.MatchEmail {
		_, _ = fmt.Fprintf(out, "          %s\n", claimedByEmail)
	}
}

const claimedByEmail = `match_email is on: who may create or rename users in IAM can make one anybody's who is listed; its card says "by the user's e-mail address", and no rule gives it anything by itself`

const claimedByTag = `match_tag is on: who may tag users in IAM (iam:TagUser) can make one anybody's who is listed, by sekisho:slack-user-id; its card says "by a tag in AWS", and no rule gives it anything by itself`

// fate says what comes of members whom no grant explains.
func fate(p *access.Settings) string {
	if p.Enforce {
		return fmt.Sprintf("removed, at most %d in one look", p.Removals)
	}
	return "reported"
}

// audits says when and where it is told what is stale.
func audits(c config.Config) string {
	report := c.Audit.Report
	if report == nil {
		return "by hand only, with sekisho audit"
	}
	return fmt.Sprintf("daily at %02d:%02d %s to %s", report.At/60, report.At%60, report.Zone, cmp.Or(c.Security, c.Channel))
}

// short writes 4h for 4h0m0s.
func short(d time.Duration) string {
	text := d.String()
	if d%time.Minute == 0 {
		text = strings.TrimSuffix(text, "0s")
	}
	if d%time.Hour == 0 {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
