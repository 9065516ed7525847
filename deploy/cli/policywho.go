package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sekisho/deploy/config"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
)

type policyWho struct {
	Entitlement string `arg:"" optional:"" placeholder:"ENTITLEMENT" help:"The id of an entitlement."`
	User        string `placeholder:"ID" help:"A Slack user's id, in place of an entitlement."`
	Config      string `required:"" placeholder:"FILE" help:"The configuration."`
	Examples    string `placeholder:"FILE" help:"A file of examples, which says who is in the user groups. Without it they are named as groups."`
	JSON        bool   `name:"json" help:"One JSON object."`
}

// Validate wants one of the two questions.
func (c policyWho) Validate() error {
	if (c.Entitlement == "") == (c.User == "") {
		return errors.New("give an entitlement's id, or --user and a Slack user's id, and not both")
	}
	return nil
}

// Run asks neither AWS nor Slack.
func (c policyWho) Run(s streams) error {
	conf, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	var members map[string][]string
	if c.Examples != "" {
		examples, err := config.LoadExamples(c.Examples, conf)
		if err != nil {
			return err
		}
		members = examples.Members
	}
	if c.User != "" {
		may, err := whatMay(conf.Policy, c.User, members)
		switch {
		case err != nil:
			return err
		case c.JSON:
			return writeJSON(s.out, may)
		}
		may.write(s.out, conf.Policy)
		return nil
	}
	rule, ok := conf.Policy.Rule(c.Entitlement)
	if !ok {
		return fmt.Errorf("%s has no entitlement %q: it has %s", c.Config, c.Entitlement, ids(conf.Policy))
	}
	if c.JSON {
		return writeJSON(s.out, whoMayJSON(conf.Policy, rule, members))
	}
	whoMay(s, conf.Policy, rule, members)
	return nil
}

func ids(p *access.Settings) string {
	var out []string
	for _, e := range p.Entitlements {
		out = append(out, e.ID)
	}
	return strings.Join(out, ", ")
}

// whoMay says who may ask for an entitlement, and who approves it.
func whoMay(s streams, p *access.Settings, e policy.Entitlement, members map[string][]string) {
	line := func(label, text string) { _, _ = fmt.Fprintf(s.out, "  %-9s %s\n", label, text) }
	_, _ = fmt.Fprintf(s.out, "%s: %s %s in %s %s\n", e.ID, e.Kind, e.Target, p.Accounts[e.Account], lasts(e))
	line("asks", cmp.Or(named(e.Askers, members), "everybody"))
	for i, step := range e.Steps {
		label := "approves"
		if len(e.Steps) > 1 {
			label = fmt.Sprintf("step %d", i+1)
		}
		line(label, fmt.Sprintf("%d of %s", step.Count, named(step.By, members)))
	}
	for _, condition := range conditions(e) {
		line("", condition)
	}
	if e.OnLogin && p.MatchTag {
		line("", "signing in as an IAM user counts as whom its tag in AWS names, if nobody lists it (match_tag)")
	}
	if e.OnLogin && p.MatchEmail {
		line("", "signing in as an IAM user counts as who has the e-mail address that it is called, if nobody lists it (match_email)")
	}
	for _, role := range p.Programs {
		if len(role.NotBy) > 0 {
			line("", fmt.Sprintf("if the role %s asks, not approved by %s", p.NameOf(role), named(role.NotBy, members)))
		}
	}
}

// named joins who is meant, groups with those who are in them where that is known.
func named(who []string, members map[string][]string) string {
	out := slices.Clone(who)
	for i, id := range out {
		group, ok := strings.CutPrefix(id, people.UserGroup)
		if in, known := members[group]; ok && known {
			out[i] += " (" + cmp.Or(strings.Join(in, " "), "nobody") + ")"
		}
	}
	return strings.Join(out, " or ")
}

// whoMayJSON is the same for programs.
func whoMayJSON(p *access.Settings, e policy.Entitlement, members map[string][]string) any {
	out := struct {
		entitlementMeaning
		Programs []programMeaning    `json:"programs,omitempty"` // whose requests some may not approve
		Members  map[string][]string `json:"members,omitempty"`  // of user groups, as far as they are known
	}{entitlementMeaning: entitlementOf(p, e), Members: members}
	for _, role := range p.Programs {
		if len(role.NotBy) > 0 {
			out.Programs = append(out.Programs, programMeaning{p.NameOf(role), role.NotBy})
		}
	}
	return out
}

type programMeaning struct {
	Role  string   `json:"role"`
	NotBy []string `json:"not_by"`
}
