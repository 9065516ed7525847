package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sekisho/deploy/config"
	"sekisho/handlers/policy"
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
		var d policy.Decision
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
func compared(e config.Example, d policy.Decision) (want, got []string) {
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
func because(d policy.Decision) string {
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
