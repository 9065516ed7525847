package config

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
)

const (
	entitlementsExample = "[{id: prod-operator, kind: iam-group, ...}]"
	durationExample     = "{default: 4h, max: 12h}"

	shortest = time.Minute
	longest  = 365 * 24 * time.Hour

	toHandOver = 24 * time.Hour // what has no end is given within it, or not at all
)

// kind is a kind of access, and how its entitlements name what is given.
type kind struct {
	name      string
	key       string
	target    form
	exclusive bool // see handlers.Entitlement
}

// kinds are all that an entitlement can be of. A new kind of access is a new entry.
var kinds = []kind{
	{"iam-group", "group", form{regexp.MustCompile(`^[\w+=,.@-]{1,128}$`), "an IAM group's name", "jit-prod-operators"}, false},
	{"access-key", "user", form{regexp.MustCompile(`^[\w+=,.@-]{1,64}$`), "an IAM user's name", "svc-batch"}, true},
}

var (
	ruleID   = form{regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`), "an id of small letters, digits and -, up to 64", "prod-operator"}
	anyKind  = form{regexp.MustCompile(`.`), "a kind of access", "iam-group"}
	anyName  = form{regexp.MustCompile(`.`), "an account's name", "production"}
	truth    = form{regexp.MustCompile(`^(true|false)$`), "true or false", "true"}
	timeSpan = form{regexp.MustCompile(`^([0-9]{1,6}[hms]){1,3}$`), "a time (hours and minutes, such as 90m or 1h30m; a day is 24h)", "4h"}
)

// rules is what the entitlements read so far have taken.
type rules struct {
	ids     map[string]place
	always  map[string]word // account -> what a sign-in of anybody asks for
	targets map[target]word // in the spelling that came first
}

// target is what an entitlement gives, in small letters.
type target struct{ kind, account, name string }

func (r *reader) readEntitlements(c *Config, top section) {
	v, ok := top.need("entitlements", entitlementsExample)
	if !ok {
		return
	}
	before := rules{map[string]place{}, map[string]word{}, map[target]word{}}
	for _, each := range r.entries(v, "an entitlement", entitlementsExample) {
		keys := []string{"id", "kind", "account"}
		for _, k := range kinds {
			keys = append(keys, k.key)
		}
		s, ok := r.section(each, "{id: prod-operator, kind: iam-group, ...}", append(keys, "on_login", "allows_iam", "request", "exclude", "approve", "escalate", "reason", "ticket",
			"hours", "auto", "risk", "within", "duration", "prolong", "mfa")...)
		if !ok {
			continue
		}
		e := r.readEntitlement(s, c.Policy, before)
		r.readConditions(s, c, &e)
		c.Policy.Entitlements = append(c.Policy.Entitlements, e)
	}
}

func (r *reader) readEntitlement(s section, p *access.Settings, before rules) policy.Entitlement {
	id := s.word("id", ruleID)
	if at, taken := before.ids[id.value]; taken {
		r.note(id.at, "%s is the id of an entitlement already, on line %d: write another one, for buttons and the ledger know it by its id", id.value, at.line)
	} else if id.value != "" {
		before.ids[id.value] = id.at
	}
	out := policy.Entitlement{ID: id.value, Account: r.account(s.word("account", anyName))}
	out.Kind, out.Target, out.Exclusive = r.readKind(s, out.Account, before)
	out.Askers = r.readAskers(s)
	out.OnLogin = r.readOnLogin(s, out.Account, id, before)
	out.Within = r.span(s.wordOr("within", "24h", timeSpan))
	r.readDuration(s, p, &out)
	return out
}

// readConditions reads what a request must be like, and what it takes.
func (r *reader) readConditions(s section, c *Config, e *policy.Entitlement) {
	e.Excluded = r.readExcluded(s, e.Askers)
	e.Steps = r.readApproval(s, c.Policy)
	e.Escalation = r.readEscalation(s, e.Within, e.Steps)
	e.ReasonRequired = s.wordOr("reason", "required", wanted).value == "required"
	e.Ticket = r.readTicket(s)
	e.Hours = r.readHours(s, c.Zone, e.Steps)
	e.Risk = r.readRisk(s, e.Steps)
	e.AllowsIAM = s.wordOr("allows_iam", "false", truth).value == "true"
	e.Auto = r.readAuto(s, *e)
	r.readSignIns(s, e)
}

// readOnLogin tells whether a sign-in to the account asks for the entitlement. It asks for the first that is for
// the person, so none comes to what stands behind one without request and exclude.
func (r *reader) readOnLogin(s section, account string, id word, before rules) bool {
	onLogin := s.wordOr("on_login", "false", truth)
	if onLogin.value != "true" {
		return false
	}
	_, restricted := s.values["request"]
	if _, some := s.values["exclude"]; some {
		restricted = true
	}
	if first, all := before.always[account]; all {
		hint := "say there in request who may ask for it"
		if restricted {
			hint = "put this one, which has request, before it"
		}
		r.note(onLogin.at, "every sign-in to this account asks for %s, of line %d, so none would ask for this one: %s, or take one on_login away",
			first.value, first.at.line, hint)
	} else if !restricted && account != "" {
		before.always[account] = id
	}
	return true
}

// readKind returns the kind of access, what of it is given, and whether to one at a time.
func (r *reader) readKind(s section, account string, before rules) (string, string, bool) {
	written := s.word("kind", anyKind)
	var names []string
	for _, k := range kinds {
		if k.name == written.value {
			name := s.word(k.key, k.target)
			r.spelling(target{k.name, account, strings.ToLower(name.value)}, name, before)
			return k.name, name.value, k.exclusive
		}
		names = append(names, k.name)
	}
	if slices.Sort(names); written.value != "" {
		r.note(written.at, "%s is not a kind of access that can be given: write %s", quote(written.value), series(names, "or"))
	}
	return "", "", false
}

// spelling tells of a target that another entitlement writes in other letters: to IAM it is the same one, and the bot,
// which takes it for two, would end in one what it has given in the other.
func (r *reader) spelling(t target, written word, before rules) {
	if written.value == "" || t.account == "" {
		return
	}
	first, taken := before.targets[t]
	if !taken {
		before.targets[t] = written
	} else if first.value != written.value {
		r.note(written.at, "%s is %s, of line %d, in another spelling: AWS does not tell capitals from small letters, so write the two alike, as AWS shows it",
			quote(written.value), quote(first.value), first.at.line)
	}
}

// span reads a time; 0 is one that is told to be wrong.
func (r *reader) span(written word) time.Duration {
	if written.value == "" {
		return 0
	}
	d, err := time.ParseDuration(written.value)
	switch {
	case err != nil || d > longest:
		r.note(written.at, "%s is longer than a year: write %dh or less", written.value, longest/time.Hour)
	case d < shortest:
		r.note(written.at, "%s is shorter than a minute: write 1m or more", written.value)
	default:
		return d
	}
	return 0
}
