package fakeslack

import (
	"encoding/json"
	"reflect"
	"slices"
)

// Where each element may stand.
// https://docs.slack.dev/reference/block-kit/block-elements
var (
	choices = []string{"static_select", "external_select", "users_select", "conversations_select", "checkboxes", "radio_buttons",
		"datepicker", "timepicker"}
	multiple = []string{"multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select"}

	accessories    = slices.Concat([]string{"button", "overflow", "image"}, choices, multiple)
	actionElements = slices.Concat([]string{"button", "overflow", "datetimepicker"}, choices)
	inputElements  = slices.Concat([]string{"plain_text_input", "number_input", "datetimepicker"}, choices, multiple)
)

var elementChecks = map[string]func(*checker, object, string){
	"button":                     (*checker).button,
	"checkboxes":                 (*checker).checkboxes,
	"conversations_select":       (*checker).placeSelect,
	"datepicker":                 (*checker).datePicker,
	"datetimepicker":             (*checker).dateTimePicker,
	"external_select":            (*checker).externalSelect,
	"image":                      (*checker).imageElement,
	"multi_conversations_select": (*checker).severalIDs,
	"multi_external_select":      (*checker).severalExternal,
	"multi_static_select":        (*checker).severalStatic,
	"multi_users_select":         (*checker).severalIDs,
	"number_input":               (*checker).numberInput,
	"overflow":                   (*checker).overflow,
	"plain_text_input":           (*checker).plainTextInput,
	"radio_buttons":              (*checker).radioButtons,
	"static_select":              (*checker).staticSelect,
	"timepicker":                 (*checker).timePicker,
	"users_select":               (*checker).usersSelect,
}

func (c *checker) element(v any, at string, allowed []string) {
	e, ok := v.(object)
	if !ok {
		c.bad(at, "must be an element")
		return
	}
	kind, _ := e["type"].(string)
	if !slices.Contains(allowed, kind) {
		c.bad(at+"/type", "unsupported type: %s", kind)
		return
	}
	if kind != "image" {
		c.unique(e, "action_id", at, c.actions)
		c.confirm(e, at)
		c.boolean(e, "focus_on_load", at)
	}
	elementChecks[kind](c, e, at)
}

func (c *checker) button(e object, at string) {
	c.text(e, "text", at, textRule{max: maxButtonText, plain: true, required: true})
	c.str(e, "url", at, 0, maxURL)
	c.str(e, "value", at, 0, maxButtonValue)
	c.str(e, "accessibility_label", at, 0, maxButtonText)
	c.oneOf(e, "style", at, "primary", "danger")
}

func (c *checker) imageElement(e object, at string) {
	if (e["image_url"] == nil) == (e["slack_file"] == nil) {
		c.bad(at, "must define either `image_url` or `slack_file`")
	}
	c.str(e, "image_url", at, 0, maxURL)
	c.str(e, "alt_text", at, 1, maxAltText)
}

func (c *checker) placeholder(e object, at string) {
	c.text(e, "placeholder", at, textRule{max: maxPlaceholder, plain: true})
}

func (c *checker) staticSelect(e object, at string) {
	c.placeholder(e, at)
	c.optionsOrGroups(e, at)
	c.initialOption(e, at)
}

func (c *checker) externalSelect(e object, at string) {
	c.placeholder(e, at)
	c.integer(e, "min_query_length", at, 0, maxText)
	if e["initial_option"] != nil {
		c.option(e["initial_option"], at+"/initial_option", optionRule{})
	}
}

func (c *checker) usersSelect(e object, at string) {
	c.placeholder(e, at)
	c.str(e, "initial_user", at, 0, maxID)
}

func (c *checker) placeSelect(e object, at string) {
	c.placeholder(e, at)
	c.str(e, "initial_conversation", at, 0, maxID)
}

func (c *checker) overflow(e object, at string) {
	c.options(e, "options", at, optionRule{most: maxOverflow, url: true})
}

func (c *checker) radioButtons(e object, at string) {
	c.options(e, "options", at, optionRule{most: maxBoxes, mrkdwn: true})
	c.initialOption(e, at)
}

func (c *checker) checkboxes(e object, at string) {
	c.options(e, "options", at, optionRule{most: maxBoxes, mrkdwn: true})
	c.initialOptions(e, at, maxBoxes)
}

// initialOption must equal one of the options in every field, not in its value alone.
// https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
func (c *checker) initialOption(e object, at string) {
	if e["initial_option"] != nil && !containsOption(optionsOf(e), e["initial_option"]) {
		c.bad(at+"/initial_option", "must be one of the options")
	}
}

func containsOption(options []any, option any) bool {
	return slices.ContainsFunc(options, func(o any) bool { return reflect.DeepEqual(o, option) })
}

func (c *checker) dateTimePicker(e object, at string) {
	// "a UNIX timestamp in seconds ... 10 digits"
	// https://docs.slack.dev/reference/block-kit/block-elements/datetime-picker-element
	c.integer(e, "initial_date_time", at, 1_000_000_000, 9_999_999_999)
}

func (c *checker) plainTextInput(e object, at string) {
	c.placeholder(e, at)
	c.boolean(e, "multiline", at)
	c.integer(e, "min_length", at, 0, maxInputText)
	c.integer(e, "max_length", at, 1, maxInputText)
	least, most := inputLengths(e)
	if least > most {
		c.bad(at+"/min_length", "must be no more than max_length")
	}
	c.str(e, "initial_value", at, 0, most)
}

// inputLengths are the fewest and the most runes a plain_text_input takes.
func inputLengths(e object) (least, most int) {
	most = maxInputText
	if n, ok := wholeNumber(e["max_length"]); ok {
		most = n
	}
	least, _ = wholeNumber(e["min_length"])
	return least, most
}

func wholeNumber(v any) (int, bool) {
	number, _ := v.(json.Number)
	n, err := number.Int64()
	return int(n), err == nil
}

// optionsOf lists the options of an element or a suggestion's answer, out of their groups.
func optionsOf(e object) []any {
	options, _ := e["options"].([]any)
	options = slices.Clip(options) // what the app sent is not appended to
	groups, _ := e["option_groups"].([]any)
	for _, item := range groups {
		group, _ := item.(object)
		inside, _ := group["options"].([]any)
		options = append(options, inside...)
	}
	return options
}
