package config

import (
	"regexp"

	"sekisho/handlers/policy"
)

var prolongs = form{regexp.MustCompile(`^(same|ask|always)$`), "what another sign-in does (same, ask or always)", "same"}

// readSignIns reads what the rule says of sign-ins. What it would say of a rule that none asks for has no effect, so it is told.
func (r *reader) readSignIns(s section, e *policy.Entitlement) {
	onLogin, said := s.values["on_login"]
	none := !said || onLogin.node.GetToken().Value == "false" // else it is true, or a mistake that is told
	for _, key := range []string{"prolong", "mfa"} {
		if v, ok := s.values[key]; ok && none {
			r.note(v.from, "%s is about console sign-ins, and none asks for this one: take it away, or write on_login: true", v.name)
		}
	}
	if v, ok := s.values["prolong"]; ok {
		e.Prolong = policy.Prolong(r.word(v, prolongs).value)
	}
	e.MFARequired = s.wordOr("mfa", "optional", wanted).value == "required"
}
