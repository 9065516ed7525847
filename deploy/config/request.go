package config

import (
	"regexp"
	"slices"

	"sekisho/handlers/policy"
)

const ticketExample = "{pattern: 'OPS-[0-9]+', example: OPS-123}"

var (
	wanted  = form{regexp.MustCompile(`^(required|optional)$`), "required or optional", "required"}
	anyText = form{regexp.MustCompile(`.`), "a text", "OPS-123"}
)

// readAskers returns who may ask for an entitlement. A request that is there names somebody, for nobody would be
// everybody.
func (r *reader) readAskers(s section) []string {
	v, ok := s.values["request"]
	if !ok {
		return nil
	}
	request, ok := r.section(v, "{by: "+whoExample+"}", "by")
	if !ok {
		return nil
	}
	by, ok := request.need("by", whoExample)
	if !ok {
		return nil
	}
	askers, _ := r.readWho(by, "ask")
	return askers
}

// readExcluded returns who may not ask. Who is named in request as well is both, which nobody can mean.
func (r *reader) readExcluded(s section, askers []string) []string {
	v, ok := s.values["exclude"]
	if !ok {
		return nil
	}
	out, _ := r.readWho(v, "ask anyway")
	for _, w := range out {
		if slices.Contains(askers, w) {
			r.note(v.at, "%s may ask by request and may not by exclude: take one of the two away", w)
		}
	}
	return out
}

// readTicket returns how a ticket must look. The example is what people are shown, so it is held against the pattern.
func (r *reader) readTicket(s section) *policy.Ticket {
	v, ok := s.values["ticket"]
	if !ok {
		return nil
	}
	t, ok := r.section(v, ticketExample, "pattern", "example")
	if !ok {
		return nil
	}
	pattern, example := t.word("pattern", form{anyText.pattern, "a pattern", "'OPS-[0-9]+'"}), t.word("example", anyText)
	if pattern.value == "" || example.value == "" {
		return nil
	}
	if _, err := regexp.Compile(pattern.value); err != nil {
		r.note(pattern.at, "%s is not a regular expression (%v): write for example pattern: 'OPS-[0-9]+'", quote(pattern.value), err)
		return nil
	}
	whole := regexp.MustCompile(`\A(?:` + pattern.value + `)\z`)
	if !whole.MatchString(example.value) {
		r.note(example.at, "%s does not match the pattern, which holds for the whole of a ticket: change one of the two", quote(example.value))
	}
	return &policy.Ticket{Pattern: whole, Example: example.value}
}
