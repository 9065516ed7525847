package fakeslack

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// textRule is what a text object must be at one place.
type textRule struct {
	max      int
	plain    bool // plain_text only
	required bool
}

// text checks the text object in a field.
// https://docs.slack.dev/reference/block-kit/composition-objects/text-object
func (c *checker) text(o object, key, at string, rule textRule) {
	if o[key] == nil {
		if rule.required {
			c.bad(at, "missing required field: %s", key)
		}
		return
	}
	c.textObject(o[key], at+"/"+key, rule)
}

func (c *checker) textObject(v any, at string, rule textRule) {
	o, ok := v.(object)
	if !ok {
		c.bad(at, "must be a text object")
		return
	}
	switch {
	case o["type"] == "plain_text":
		if o["verbatim"] == true {
			c.bad(at+"/verbatim", "additional property: verbatim")
		}
	case o["type"] == "mrkdwn" && !rule.plain:
		if o["emoji"] == true {
			c.bad(at+"/emoji", "additional property: emoji")
		}
	default:
		c.bad(at+"/type", "unsupported type: %v", o["type"])
	}
	c.runes += utf8.RuneCountInString(c.str(o, "text", at, 1, rule.max))
}

// str checks a string of least to most runes; a least above 0 also makes it required.
func (c *checker) str(o object, key, at string, least, most int) string {
	v, given := o[key]
	if !given || v == nil {
		if least > 0 {
			c.bad(at, "missing required field: %s", key)
		}
		return ""
	}
	at += "/" + key
	s, ok := v.(string)
	if !ok {
		c.bad(at, "must be a string")
		return ""
	}
	switch n := utf8.RuneCountInString(s); {
	case n > most:
		c.bad(at, "must be less than %d characters", most+1)
	case n < least:
		c.bad(at, "must be more than %d characters", least-1)
	}
	return s
}

// items checks an array of least to most items.
func (c *checker) items(o object, key, at string, least, most int) []any {
	list, ok := o[key].([]any)
	if !ok {
		c.bad(at, "missing required field: %s", key)
		return nil
	}
	switch {
	case len(list) > most:
		c.bad(at+"/"+key, "no more than %d items allowed", most)
	case len(list) < least:
		c.bad(at+"/"+key, "no fewer than %d items allowed", least)
	}
	return list
}

// boolean checks a field that may be left out.
func (c *checker) boolean(o object, key, at string) {
	if v, given := o[key]; given {
		if _, ok := v.(bool); !ok {
			c.bad(at+"/"+key, "must be a boolean")
		}
	}
}

// integer checks a whole number of least to most that may be left out.
func (c *checker) integer(o object, key, at string, least, most int64) {
	v, given := o[key]
	if !given {
		return
	}
	number, ok := v.(json.Number)
	n, err := number.Int64()
	if !ok || err != nil || n < least || n > most {
		c.bad(at+"/"+key, "must be a whole number from %d to %d", least, most)
	}
}

// oneOf checks a string that may be left out.
func (c *checker) oneOf(o object, key, at string, allowed ...string) {
	v, given := o[key]
	if !given {
		return
	}
	for _, a := range allowed {
		if v == a {
			return
		}
	}
	c.bad(at+"/"+key, "must be a valid enum value: %v", v)
}

// confirm checks the dialog an element may ask before it acts.
// https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
func (c *checker) confirm(o object, at string) {
	if o["confirm"] == nil {
		return
	}
	at += "/confirm"
	dialog, ok := o["confirm"].(object)
	if !ok {
		c.bad(at, "must be an object")
		return
	}
	c.text(dialog, "title", at, textRule{max: maxConfirmTitle, plain: true, required: true})
	c.text(dialog, "text", at, textRule{max: maxConfirmText, plain: true, required: true})
	c.text(dialog, "confirm", at, textRule{max: maxConfirmButton, plain: true, required: true})
	c.text(dialog, "deny", at, textRule{max: maxConfirmButton, plain: true, required: true})
	c.oneOf(dialog, "style", at, "primary", "danger")
}

// optionRule is what the options of one kind of element may be.
type optionRule struct {
	most   int
	mrkdwn bool // checkboxes and radio buttons may be marked up
	url    bool // overflow menus may link
}

// options checks a list of options, and that no two have the same value.
// https://docs.slack.dev/reference/block-kit/composition-objects/option-object
func (c *checker) options(o object, key, at string, rule optionRule) {
	seen := map[string]bool{}
	for i, item := range c.items(o, key, at, 1, rule.most) {
		here := fmt.Sprintf("%s/%s/%d", at, key, i)
		value := c.option(item, here, rule)
		if seen[value] {
			c.bad(here+"/value", "option value %q already exists", value)
		}
		seen[value] = true
	}
}

func (c *checker) option(v any, at string, rule optionRule) (value string) {
	o, ok := v.(object)
	if !ok {
		c.bad(at, "must be an object")
		return ""
	}
	c.text(o, "text", at, textRule{max: maxOptionText, plain: !rule.mrkdwn, required: true})
	c.text(o, "description", at, textRule{max: maxOptionText, plain: !rule.mrkdwn})
	if o["url"] != nil && !rule.url {
		c.bad(at+"/url", "additional property: url")
	}
	c.str(o, "url", at, 0, maxURL)
	return c.str(o, "value", at, 1, maxOptionValue)
}

// optionsOrGroups checks the choices of a static select or of a suggestion's answer.
func (c *checker) optionsOrGroups(o object, at string) {
	rule := optionRule{most: maxOptions}
	switch {
	case (o["options"] == nil) == (o["option_groups"] == nil):
		c.bad(at, "must define either `options` or `option_groups`")
	case o["options"] != nil:
		c.options(o, "options", at, rule)
	default:
		for i, item := range c.items(o, "option_groups", at, 1, maxOptionGroups) {
			here := fmt.Sprintf("%s/option_groups/%d", at, i)
			group, ok := item.(object)
			if !ok {
				c.bad(here, "must be an object")
				continue
			}
			c.text(group, "label", here, textRule{max: maxOptionText, plain: true, required: true})
			c.options(group, "options", here, rule)
		}
	}
}
