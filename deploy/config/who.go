package config

import (
	"regexp"
	"strings"

	"sekisho/handlers/people"
)

const whoExample = "[usergroup:S0LEADS]"

var groupOrUser = form{regexp.MustCompile(`^(` + people.UserGroup + `S|U|W)[A-Z0-9]{2,20}$`),
	"a user group (usergroup: and its Slack id) or a user (the Slack id of somebody under people)", "usergroup:S0LEADS"}

// readWho returns the user groups and users who may do something, in what a sentence about it calls it. Whether one of
// them was wrong, which is told, decides what can be said of all.
func (r *reader) readWho(v value, may string) (who []string, wrong bool) {
	seen := map[string]bool{}
	for _, w := range r.words(v, groupOrUser) {
		_, known := r.persons[w.value]
		switch group := strings.HasPrefix(w.value, people.UserGroup); {
		case w.value == "":
			wrong = true
		case seen[w.value]:
			r.note(w.at, "%s is named twice: once is enough", w.value)
		case !group && !known:
			if wrong = true; !r.doubt {
				r.note(w.at, "%s is nobody under people, and who is not mapped cannot %s: add {slack: %s} there", w.value, may, w.value)
			}
		default:
			who = append(who, w.value)
		}
		seen[w.value] = true
	}
	return who, wrong
}

// readSecurity reads who looks after alerts. Without it nobody may press on them, and each stands until its reason has
// gone: no one is let in by default.
func (r *reader) readSecurity(c *Config, top section) {
	if v, ok := top.values["security"]; ok {
		c.Policy.Security, _ = r.readWho(v, "press on alerts")
	}
}
