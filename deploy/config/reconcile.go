package config

import (
	"regexp"
	"strconv"
)

const (
	reconcileExample = "{mode: report, removals: 5}"
	enforce          = "enforce"
)

var (
	mode     = form{regexp.MustCompile(`^(report|` + enforce + `)$`), "what is done about unknown members, report or enforce", "report"}
	removals = form{regexp.MustCompile(`^([1-9]|[1-4][0-9]|50)$`), "a number of removals in one look, from 1 to 50", "5"}
)

// readReconcile reads what is done about members of managed groups whom no grant explains. Unless the file says so,
// nobody is removed: a group may have members from before the bot.
func (r *reader) readReconcile(c *Config, top section) {
	s := section{r: r}
	if v, ok := top.values["reconcile"]; ok {
		s, _ = r.section(v, reconcileExample, "mode", "removals")
	}
	c.Policy.Enforce = s.wordOr("mode", "report", mode).value == enforce
	c.Policy.Removals, _ = strconv.Atoi(s.wordOr("removals", "5", removals).value) // the form lets nothing else through; 0 is told
}
