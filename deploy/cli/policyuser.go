package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// userMay is what a person may ask for and approve, and what a program's role asks for that they may not approve.
type userMay struct {
	User         string            `json:"user"`
	Accounts     []string          `json:"accounts"` // of the same person in Slack
	Entitlements []entitlementMay  `json:"entitlements"`
	Barred       map[string]answer `json:"barred,omitempty"` // from approving, by the role that asks
}

type entitlementMay struct {
	ID       string       `json:"id"`
	Ask      answer       `json:"ask"`
	Approves []approveMay `json:"approves"`
}

// answer is yes, no or if: if they are in one of the groups In, and in none of NotIn. An empty list asks for nothing.
type answer struct {
	Is    string   `json:"is"`
	In    []string `json:"in,omitempty"`
	NotIn []string `json:"not_in,omitempty"`
}

// approveMay is a step, from 1, or the escalation after some time.
type approveMay struct {
	Step  int    `json:"step,omitempty"`
	After string `json:"after,omitempty"`
	May   answer `json:"may"`
}

const (
	yes   = "yes"
	no    = "no"
	maybe = "if"
)

// whatMay says what a person may ask for and approve. Where a group decides whose members are not known, it is named.
func whatMay(p *access.Settings, user string, members map[string][]string) (userMay, error) {
	person := p.People.Of(user)
	if person == "" {
		return userMay{}, fmt.Errorf("%s is nobody under people, so may approve nothing and ask for nothing: no tag in AWS and no e-mail address makes an IAM user theirs", user)
	}
	may := userMay{User: user, Accounts: p.People.Accounts(person), Barred: map[string]answer{}}
	for _, e := range p.Entitlements {
		may.Entitlements = append(may.Entitlements, entitlementMay{e.ID, mayAsk(e, may.Accounts, members), mayApprove(e, may.Accounts, members)})
	}
	for _, role := range p.Programs {
		if barred := standing(role.NotBy, may.Accounts, members); barred.Is != no {
			may.Barred[p.NameOf(role)] = barred
		}
	}
	return may, nil
}

func mayAsk(e policy.Entitlement, accounts []string, members map[string][]string) answer {
	excluded, named := standing(e.Excluded, accounts, members), standing(e.Askers, accounts, members)
	if len(e.Askers) == 0 {
		named = answer{Is: yes}
	}
	switch {
	case excluded.Is == yes, named.Is == no:
		return answer{Is: no}
	case excluded.Is == no:
		return named
	}
	return answer{Is: maybe, In: named.In, NotIn: excluded.In}
}

func mayApprove(e policy.Entitlement, accounts []string, members map[string][]string) []approveMay {
	out := []approveMay{}
	for i, step := range e.Steps {
		if may := standing(step.By, accounts, members); may.Is != no {
			out = append(out, approveMay{Step: i + 1, May: may})
		}
	}
	if x := e.Escalation; x != nil {
		if may := standing(x.To, accounts, members); may.Is != no {
			out = append(out, approveMay{After: short(x.After), May: may})
		}
	}
	return out
}

// standing tells whether one of the accounts is among these: yes, no, or the groups on which it depends.
func standing(these, accounts []string, members map[string][]string) answer {
	var open []string
	for _, id := range these {
		group, isGroup := strings.CutPrefix(id, people.UserGroup)
		in, known := members[group]
		switch {
		case !isGroup:
			in = []string{id}
		case !known:
			open = append(open, id)
		}
		if slices.ContainsFunc(in, func(a string) bool { return slices.Contains(accounts, a) }) {
			return answer{Is: yes}
		}
	}
	if len(open) == 0 {
		return answer{Is: no}
	}
	return answer{Is: maybe, In: open}
}

// condition says on which groups an answer depends, or nothing.
func (a answer) condition() string {
	switch {
	case len(a.In) > 0 && len(a.NotIn) > 0:
		return " if in " + either(a.In) + " and not in " + either(a.NotIn)
	case len(a.In) > 0:
		return " if in " + either(a.In)
	case len(a.NotIn) > 0:
		return " unless in " + either(a.NotIn)
	}
	return ""
}

// write says it for people.
func (m userMay) write(out io.Writer, p *access.Settings) {
	for i, e := range m.Entitlements {
		asks := "may ask" + e.Ask.condition()
		if e.Ask.Is == no {
			asks = "may not ask"
		}
		_, _ = fmt.Fprintf(out, "%s: %s, %s\n", e.ID, asks, approves(e.Approves, p.Entitlements[i].Steps))
	}
	if p.MatchTag {
		_, _ = fmt.Fprintf(out, "an IAM user that nobody lists is theirs if its tag in AWS names %s (match_tag)\n", either(m.Accounts))
	}
	if p.MatchEmail {
		_, _ = fmt.Fprintf(out, "an IAM user that nobody lists is theirs if it is called by an e-mail address of theirs in Slack (match_email)\n")
	}
	for _, role := range p.Programs {
		if barred, is := m.Barred[p.NameOf(role)]; is {
			_, _ = fmt.Fprintf(out, "may not approve what the role %s asks for%s\n", p.NameOf(role), barred.condition())
		}
	}
}

func approves(may []approveMay, steps []store.Step) string {
	var out []string
	for _, a := range may {
		name := "approves for others"
		switch {
		case a.After != "":
			name = "after " + a.After + " approves for others"
		case len(steps) > 1:
			name = fmt.Sprintf("approves step %d for others", a.Step)
		}
		out = append(out, name+a.May.condition())
	}
	return cmp.Or(strings.Join(out, ", "), "approves nothing")
}
