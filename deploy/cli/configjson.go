package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"

	"sekisho/deploy/config"
	"sekisho/handlers/access"
	"sekisho/handlers/audit"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// checked is a configuration for programs. It calls things as the file does, and has what holds where the file says nothing.
type checked struct {
	File     string           `json:"file"`
	OK       bool             `json:"ok"`
	Mistakes []config.Mistake `json:"mistakes,omitempty"`
	Warnings []string         `json:"warnings,omitempty"`
	Meaning  *meaning         `json:"meaning,omitempty"` // nil if there are mistakes
}

type meaning struct {
	Slack        slackMeaning         `json:"slack"`
	Queues       queues               `json:"queues"`
	Security     []string             `json:"security"`
	Reconcile    reconcile            `json:"reconcile"`
	People       int                  `json:"people"`
	IAMUsers     int                  `json:"iam_users"`
	Accounts     []accountMeaning     `json:"accounts"`
	Entitlements []entitlementMeaning `json:"entitlements"`
	Rotations    []rotationMeaning    `json:"rotations"`
	Audit        auditMeaning         `json:"audit"`
	Heads        *headsMeaning        `json:"heads,omitempty"`
}

type slackMeaning struct {
	Approvals  string `json:"approvals"`
	Security   string `json:"security"`
	Language   string `json:"language"`
	Zone       string `json:"zone"`
	MatchTag   bool   `json:"match_tag"`
	MatchEmail bool   `json:"match_email"`
}

type queues struct {
	SignIns  string `json:"sign_ins"`
	Requests string `json:"requests,omitempty"`
	Replies  string `json:"replies,omitempty"`
	Roles    []role `json:"roles,omitempty"`
}

type role struct {
	Role     string   `json:"role"`
	IAMUsers []string `json:"iam_users"`
	NotBy    []string `json:"not_by"`
}

type reconcile struct {
	Mode     string `json:"mode"`
	Removals int    `json:"removals"`
}

type accountMeaning struct {
	Name string `json:"name"`
	ID   string `json:"id"`
	Role string `json:"role,omitempty"` // the program's own credentials if empty
}

// entitlementMeaning is a rule. Request is null if everybody may ask, and Duration is "none" if it has no end.
type entitlementMeaning struct {
	ID       string           `json:"id"`
	Kind     string           `json:"kind"`
	Account  string           `json:"account"`
	Target   string           `json:"target"`
	OnLogin  bool             `json:"on_login"`
	Request  []string         `json:"request"`
	Exclude  []string         `json:"exclude,omitempty"`
	Approve  []store.Step     `json:"approve"`
	Escalate *escalateMeaning `json:"escalate,omitempty"`
	Hours    *hoursMeaning    `json:"hours,omitempty"`
	Auto     *autoMeaning     `json:"auto,omitempty"`
	Prolong  string           `json:"prolong"`
	MFA      string           `json:"mfa"`
	Risk     string           `json:"risk"`
	IAM      bool             `json:"allows_iam"`
	Reason   string           `json:"reason"`
	Ticket   string           `json:"ticket,omitempty"` // an example
	Within   string           `json:"within"`
	Duration any              `json:"duration"`
}

type escalateMeaning struct {
	After string   `json:"after"`
	To    []string `json:"to"`
}

type hoursMeaning struct {
	Within  string `json:"within"`
	Outside any    `json:"outside"` // "refuse", or how many approvals more
}

type autoMeaning struct {
	Max string   `json:"max"`
	By  []string `json:"by"` // null: all who may ask
}

type durationMeaning struct {
	Default string `json:"default"`
	Max     string `json:"max"`
}

type rotationMeaning struct {
	ID        string           `json:"id"`
	Account   string           `json:"account"`
	User      string           `json:"user"`
	Secret    string           `json:"secret"`
	OlderThan string           `json:"older_than,omitempty"` // by hand only if empty
	By        []string         `json:"by"`
	Approve   []store.Step     `json:"approve"`
	Escalate  *escalateMeaning `json:"escalate,omitempty"`
	Within    string           `json:"within"`
	Proof     string           `json:"proof"`
	Grace     string           `json:"grace"`
}

type auditMeaning struct {
	Password  string   `json:"password"`
	KeyAge    string   `json:"key_age"`
	KeyUnused string   `json:"key_unused"`
	Policies  []string `json:"policies"`
	At        string   `json:"at"` // of the zone of slack, or "none"
}

type headsMeaning struct {
	Bucket  string `json:"bucket"`
	Account string `json:"account"`
	Prefix  string `json:"prefix"`
	Days    int    `json:"days"`
}

// checkJSON writes what a configuration means, or every mistake in it.
func checkJSON(out io.Writer, file string, c config.Config, wrong error) error {
	mistakes := config.Mistakes(wrong)
	if wrong != nil && mistakes == nil { // it could not be read at all
		return nil
	}
	answer := checked{File: file, OK: wrong == nil, Mistakes: mistakes}
	if answer.OK {
		answer.Meaning, answer.Warnings = meaningOf(c), warnings(c.Policy)
	}
	return writeJSON(out, answer)
}

func meaningOf(c config.Config) *meaning {
	p := c.Policy
	m := meaning{
		Slack: slackMeaning{Approvals: c.Channel, Security: cmp.Or(c.Security, c.Channel), Language: c.Language, Zone: c.Zone.String(),
			MatchTag: p.MatchTag, MatchEmail: p.MatchEmail},
		Queues:       queues{c.SignIns, c.Requests, c.Replies, rolesOf(p)},
		Security:     slices.Concat([]string{}, p.Security),
		Reconcile:    reconcile{"report", p.Removals},
		People:       len(c.People),
		Entitlements: []entitlementMeaning{},
		Rotations:    []rotationMeaning{},
		Audit:        auditOf(c.Audit),
	}
	if h := c.Heads; h.Bucket != "" {
		m.Heads = &headsMeaning{h.Bucket, h.Account, h.Prefix, h.Days}
	}
	if p.Enforce {
		m.Reconcile.Mode = "enforce"
	}
	for _, person := range c.People {
		m.IAMUsers += len(person.IAM)
	}
	for _, id := range slices.SortedFunc(maps.Keys(p.Accounts), func(a, b string) int { return cmp.Compare(p.Accounts[a], p.Accounts[b]) }) {
		m.Accounts = append(m.Accounts, accountMeaning{p.Accounts[id], id, c.Roles[id].ARN})
	}
	for _, e := range p.Entitlements {
		m.Entitlements = append(m.Entitlements, entitlementOf(p, e))
	}
	for _, r := range p.Rotations {
		m.Rotations = append(m.Rotations, rotationOf(p, r))
	}
	return &m
}

func entitlementOf(p *access.Settings, e policy.Entitlement) entitlementMeaning {
	m := entitlementMeaning{ID: e.ID, Kind: e.Kind, Account: p.Accounts[e.Account], Target: e.Target, OnLogin: e.OnLogin,
		Request: e.Askers, Exclude: e.Excluded, Approve: e.Steps, Escalate: escalateOf(e.Escalation), Prolong: string(cmp.Or(e.Prolong, policy.ProlongSame)),
		MFA: required(e.MFARequired), Risk: string(cmp.Or(e.Risk, "low")), IAM: e.AllowsIAM, Reason: required(e.ReasonRequired), Within: short(e.Within),
		Duration: durationMeaning{short(e.Duration), short(e.Longest)}}
	if e.Endless {
		m.Duration = "none"
	}
	if h := e.Hours; h != nil {
		m.Hours = &hoursMeaning{Within: h.String(), Outside: h.More}
		if h.Refuse {
			m.Hours.Outside = "refuse"
		}
	}
	if e.Auto != nil {
		m.Auto = &autoMeaning{short(e.Auto.Longest), e.Auto.Members}
	}
	if e.Ticket != nil {
		m.Ticket = e.Ticket.Example
	}
	return m
}

func rotationOf(p *access.Settings, r access.Rotation) rotationMeaning {
	m := rotationMeaning{ID: r.ID, Account: p.Accounts[r.Account], User: r.User, Secret: r.Secret, By: r.Rotators,
		Approve: slices.Concat([]store.Step{}, r.Steps), Escalate: escalateOf(r.Escalation), Within: short(r.Within), Proof: short(r.Proof), Grace: short(r.Grace)}
	if r.OlderThan > 0 {
		m.OlderThan = short(r.OlderThan)
	}
	return m
}

func rolesOf(p *access.Settings) []role {
	var out []role
	for _, r := range p.Programs {
		m := role{Role: p.NameOf(r), NotBy: slices.Concat([]string{}, r.NotBy)}
		for _, l := range r.Users {
			m.IAMUsers = append(m.IAMUsers, p.Accounts[l.Account]+"/"+l.User)
		}
		out = append(out, m)
	}
	return out
}

func auditOf(a *audit.Settings) auditMeaning {
	m := auditMeaning{short(a.Password), short(a.KeyAge), short(a.KeyUnused), slices.Concat([]string{}, a.Policies), "none"}
	if a.Report != nil {
		m.At = fmt.Sprintf("%02d:%02d", a.Report.At/60, a.Report.At%60)
	}
	return m
}

func escalateOf(x *policy.Escalation) *escalateMeaning {
	if x == nil {
		return nil
	}
	return &escalateMeaning{short(x.After), x.To}
}

func required(is bool) string {
	if is {
		return "required"
	}
	return "optional"
}
