package config

import (
	"regexp"

	"sekisho/handlers"
	"sekisho/handlers/audit"
)

const auditExample = `{password: 2160h, key_age: 2160h, key_unused: 1080h, at: "09:00"}`

var (
	auditTime  = form{regexp.MustCompile(`^(([01]?[0-9]|2[0-3]):[0-5][0-9]|` + none + `)$`), "a time of the day, from 00:00 to 23:59, or none for no report", `"09:00"`}
	policyName = form{regexp.MustCompile(`^[\w+=,.@-]{1,128}$`), "a policy's name", "IAMUserChangePassword"}
)

// readAudit reads what is stale, and when it is reported. IAMUserChangePassword is what the console attaches to a user who
// has to change the first password, and allows nothing else.
func (r *reader) readAudit(c *Config, top section) {
	s := section{r: r}
	if v, ok := top.values["audit"]; ok {
		s, _ = r.section(v, auditExample, "password", "key_age", "key_unused", "policies", "at")
	}
	a := &audit.Settings{Policies: []string{"IAMUserChangePassword"}}
	a.Password = r.span(s.wordOr("password", "2160h", timeSpan))
	a.KeyAge = r.span(s.wordOr("key_age", "2160h", timeSpan))
	a.KeyUnused = r.span(s.wordOr("key_unused", "1080h", timeSpan))
	if v, ok := s.values["policies"]; ok {
		a.Policies = nil
		for _, name := range r.words(v, policyName) {
			a.Policies = append(a.Policies, name.value)
		}
	}
	at := s.wordOr("at", "09:00", auditTime)
	head := handlers.Daily{At: 9 * 60, Zone: c.Zone} // where no report is made
	if at.value != none {
		head.At = minutes(at)
		a.Report = &head
	}
	c.Audit, c.Policy.Head = a, &head
}
