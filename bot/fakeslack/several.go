package fakeslack

import "fmt"

// severalStatic, severalExternal and severalIDs are selects of which several may be chosen.
// https://docs.slack.dev/reference/block-kit/block-elements/multi-select-menu-element
func (c *checker) severalStatic(e object, at string) {
	c.several(e, at)
	c.optionsOrGroups(e, at)
	c.initialOptions(e, at, maxOptions)
}

func (c *checker) severalExternal(e object, at string) {
	c.several(e, at)
	c.integer(e, "min_query_length", at, 0, maxText)
	if e["initial_options"] == nil {
		return
	}
	for i, o := range c.items(e, "initial_options", at, 1, maxOptions) {
		c.option(o, fmt.Sprintf("%s/initial_options/%d", at, i), optionRule{})
	}
}

func (c *checker) severalIDs(e object, at string) {
	c.several(e, at)
	kind, _ := e["type"].(string)
	if field := fieldsOf[kind].initial; e[field] != nil {
		c.items(e, field, at, 1, maxOptions)
	}
}

func (c *checker) several(e object, at string) {
	c.placeholder(e, at)
	c.integer(e, "max_selected_items", at, 1, maxOptions)
}

// initialOptions must each equal one of the options.
func (c *checker) initialOptions(e object, at string, most int) {
	if e["initial_options"] == nil {
		return
	}
	for i, o := range c.items(e, "initial_options", at, 1, most) {
		if !containsOption(optionsOf(e), o) {
			c.bad(fmt.Sprintf("%s/initial_options/%d", at, i), "must be one of the options")
		}
	}
}
