package fakeslack

import (
	"fmt"
	"unicode/utf8"
)

// richTextFields names the field each leaf of a rich text must have.
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
var richTextFields = map[string]string{
	"broadcast": "range",
	"channel":   "channel_id",
	"color":     "value",
	"emoji":     "name",
	"link":      "url",
	"text":      "text",
	"user":      "user_id",
	"usergroup": "usergroup_id",
}

func (c *checker) richTextBlock(b object, at string) {
	for i, item := range c.items(b, "elements", at, 1, maxRichText) {
		c.richTextElement(item, fmt.Sprintf("%s/elements/%d", at, i))
	}
}

// maxRichText is a guard of the fake's: Slack documents no number of rich text elements.
const maxRichText = 1000

func (c *checker) richTextElement(v any, at string) {
	e, ok := v.(object)
	if !ok {
		c.bad(at, "must be an object")
		return
	}
	switch e["type"] {
	case "rich_text_section", "rich_text_preformatted", "rich_text_quote":
		for i, leaf := range c.items(e, "elements", at, 0, maxRichText) {
			c.richTextLeaf(leaf, fmt.Sprintf("%s/elements/%d", at, i))
		}
	case "rich_text_list":
		if e["style"] == nil {
			c.bad(at, "missing required field: style")
		}
		c.oneOf(e, "style", at, "bullet", "ordered")
		for i, item := range c.items(e, "elements", at, 1, maxRichText) {
			here := fmt.Sprintf("%s/elements/%d", at, i)
			if section, ok := item.(object); !ok || section["type"] != "rich_text_section" {
				c.bad(here, "must be a rich_text_section")
				continue
			}
			c.richTextElement(item, here)
		}
	default:
		c.bad(at+"/type", "unsupported type: %v", e["type"])
	}
}

func (c *checker) richTextLeaf(v any, at string) {
	leaf, ok := v.(object)
	if !ok {
		c.bad(at, "must be an object")
		return
	}
	kind, _ := leaf["type"].(string)
	if kind == "date" {
		if leaf["timestamp"] == nil {
			c.bad(at, "missing required field: timestamp")
		}
		c.str(leaf, "format", at, 1, maxText)
		return
	}
	field, ok := richTextFields[kind]
	if !ok {
		c.bad(at+"/type", "unsupported type: %s", kind)
		return
	}
	text := c.str(leaf, field, at, 1, blockTextLimit)
	if kind == "text" {
		c.runes += utf8.RuneCountInString(text)
	}
}
