package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sekisho/deploy/config"
	"sekisho/handlers"
)

type policyCommands struct {
	Test policyTest `cmd:"" help:"Put the questions of a file to the rules, and compare the answers with those expected there."`
	Who  policyWho  `cmd:"" help:"Say who may ask for an entitlement and who approves it, or what a person may."`
}

type policyTest struct {
	File   string `arg:"" placeholder:"FILE" help:"The examples, such as policy-examples.yaml."`
	Config string `required:"" placeholder:"FILE" help:"The configuration."`
}

// Run asks neither AWS nor Slack: who is in a user group is in the file of the examples.
func (c policyTest) Run(s streams) error {
	conf, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	examples, err := config.LoadExamples(c.File, conf)
	if err != nil {
		return err
	}
	wrong := 0
	for _, e := range examples.List {
		var d handlers.Decision
		if e.SignIn != "" {
			d = conf.Policy.SignIn(e.SignIn, e.Question)
		} else {
			d = conf.Policy.Decide(e.Question)
		}
		want, got := compared(e, d)
		if slices.Equal(want, got) {
			continue
		}
		wrong++
		_, _ = fmt.Fprintf(s.out, "%s:%d: %s\n  expected  %s\n  answered  %s\n  because   %s\n", c.File, e.Line,
			asked(e, conf), strings.Join(want, ", "), strings.Join(got, ", "), because(d))
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d examples are answered differently", wrong, len(examples.List))
	}
	_, _ = fmt.Fprintf(s.out, "%s: all %d examples are answered as expected\n", c.File, len(examples.List))
	return nil
}

// compared writes what an example expects, and what the decision says of the same.
func compared(e config.Example, d handlers.Decision) (want, got []string) {
	add := func(list *[]string, refused string, auto bool, rule, approve string) {
		if refused != "" {
			*list = append(*list, "refused: "+refused)
		} else {
			*list = append(*list, "allowed")
		}
		if e.Rule != "" {
			*list = append(*list, "rule: "+cmp.Or(rule, "none"))
		}
		if e.Refused == "" && refused == "" {
			if auto {
				*list = append(*list, "by itself")
			}
			if e.Steps != nil {
				*list = append(*list, "approve: "+approve)
			}
		}
	}
	add(&want, e.Refused, e.Auto, e.Rule, approvals(e.Steps))
	add(&got, d.Refusal, d.Auto > 0, d.Rule, approvals(d.Steps))
	return want, got
}

// asked says what an example asks.
func asked(e config.Example, c config.Config) string {
	q := e.Question
	what := "asks for " + q.Entitlement
	if e.SignIn != "" {
		what = "signs in to " + c.Policy.Accounts[e.SignIn]
	}
	text := fmt.Sprintf("%s %s, %s", cmp.Or(q.Person, "nobody"), what, q.When.Format("Mon 2006-01-02 15:04 MST"))
	if e.Name != "" {
		text = e.Name + ": " + text
	}
	return text
}

// because writes the reasons of a decision in their order.
func because(d handlers.Decision) string {
	var out []string
	for _, r := range d.Why {
		text := r.Key
		for _, k := range slices.Sorted(maps.Keys(r.Facts)) {
			text += fmt.Sprintf(" (%s %s)", k, r.Facts[k])
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

type policyWho struct {
	Entitlement string `arg:"" optional:"" placeholder:"ENTITLEMENT" help:"The id of an entitlement."`
	User        string `placeholder:"ID" help:"A Slack user's id, in place of an entitlement."`
	Config      string `required:"" placeholder:"FILE" help:"The configuration."`
	Examples    string `placeholder:"FILE" help:"A file of examples, which says who is in the user groups. Without it they are named as groups."`
}

// Run asks neither AWS nor Slack.
func (c policyWho) Run(s streams) error {
	if (c.Entitlement == "") == (c.User == "") {
		return fmt.Errorf("give an entitlement's id, or --user and a Slack user's id")
	}
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
		return whatMay(s, conf.Policy, c.User, members)
	}
	rule, ok := conf.Policy.Rule(c.Entitlement)
	if !ok {
		return fmt.Errorf("%s has no entitlement %q: it has %s", c.Config, c.Entitlement, ids(conf.Policy))
	}
	whoMay(s, conf.Policy, rule, members)
	return nil
}

func ids(p *handlers.Policy) string {
	var out []string
	for _, e := range p.Entitlements {
		out = append(out, e.ID)
	}
	return strings.Join(out, ", ")
}

// whoMay says who may ask for an entitlement, and who approves it.
func whoMay(s streams, p *handlers.Policy, e handlers.Entitlement, members map[string][]string) {
	line := func(label, text string) { _, _ = fmt.Fprintf(s.out, "  %-9s %s\n", label, text) }
	_, _ = fmt.Fprintf(s.out, "%s: %s %s in %s for %s, at most %s\n", e.ID, e.Kind, e.Target, p.Accounts[e.Account], short(e.Duration), short(e.Longest))
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
}

// named joins who is meant, groups with those who are in them where that is known.
func named(who []string, members map[string][]string) string {
	out := slices.Clone(who)
	for i, id := range out {
		group, ok := strings.CutPrefix(id, handlers.UserGroup)
		if in, known := members[group]; ok && known {
			out[i] += " (" + cmp.Or(strings.Join(in, " "), "nobody") + ")"
		}
	}
	return strings.Join(out, " or ")
}

// whatMay says what a person may ask for and approve. Where a group decides whose members are not known, it is named.
func whatMay(s streams, p *handlers.Policy, user string, members map[string][]string) error {
	person := p.People.Of(user)
	if person == "" {
		return fmt.Errorf("%s is nobody under people, so may approve nothing and request nothing: a sign-in is known by the IAM user's tag", user)
	}
	accounts := p.People.Accounts(person)
	for _, e := range p.Entitlements {
		asks := "may ask"
		switch excluded, named := standing(e.Excluded, accounts, members), standing(e.Askers, accounts, members); {
		case excluded == yes, len(e.Askers) > 0 && named == no:
			asks = "may not ask"
		case len(e.Askers) > 0 && named != yes && excluded != no:
			asks = "may ask if in " + named + " and not in " + excluded
		case len(e.Askers) > 0 && named != yes:
			asks = "may ask if in " + named
		case excluded != no:
			asks = "may ask unless in " + excluded
		}
		_, _ = fmt.Fprintf(s.out, "%s: %s, %s\n", e.ID, asks, approves(e, accounts, members))
	}
	return nil
}

const (
	yes = "yes"
	no  = "no"
)

// standing tells whether one of the accounts is among these: yes, no, or the groups on which it depends.
func standing(these, accounts []string, members map[string][]string) string {
	var open []string
	for _, id := range these {
		group, isGroup := strings.CutPrefix(id, handlers.UserGroup)
		in, known := members[group]
		switch {
		case !isGroup:
			in = []string{id}
		case !known:
			open = append(open, id)
		}
		if slices.ContainsFunc(in, func(a string) bool { return slices.Contains(accounts, a) }) {
			return yes
		}
	}
	return cmp.Or(strings.Join(open, " or "), no)
}

func approves(e handlers.Entitlement, accounts []string, members map[string][]string) string {
	var out []string
	add := func(name string, by []string) {
		if in := standing(by, accounts, members); in == yes {
			out = append(out, name)
		} else if in != no {
			out = append(out, name+" if in "+in)
		}
	}
	for i, step := range e.Steps {
		name := "approves for others"
		if len(e.Steps) > 1 {
			name = fmt.Sprintf("approves step %d for others", i+1)
		}
		add(name, step.By)
	}
	if x := e.Escalation; x != nil {
		add("after "+short(x.After)+" approves for others", x.To)
	}
	return cmp.Or(strings.Join(out, ", "), "approves nothing")
}
