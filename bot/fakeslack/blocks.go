package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// CheckMessage says what Slack would refuse in the blocks of one message, nil if nothing.
func CheckMessage(blocks []byte) error {
	list, err := decodeArray(string(blocks))
	if err != nil {
		return fmt.Errorf("decode blocks: %w", err)
	}
	c := newChecker()
	c.blocks(list, "/blocks", maxMessageBlocks)
	if len(c.problems) == 0 && c.runes >= blockTextLimit {
		c.bad("/blocks", "text of all blocks is %d characters", c.runes)
	}
	return c.err()
}

// CheckView says what Slack would refuse in a modal or Home view, nil if nothing.
func CheckView(view []byte) error {
	spec, err := decodeObject(string(view))
	if err != nil {
		return fmt.Errorf("decode view: %w", err)
	}
	return checkView(spec).err()
}

// checker walks blocks and notes everything wrong with them, in the words of Slack's
// response_metadata.messages, each with a pointer to its place.
type checker struct {
	problems []string
	runes    int             // of all text seen
	hasInput bool            // an input block was seen
	blockIDs map[string]bool // must be unique in a message or view
	actions  map[string]bool // must be unique in a block
}

func newChecker() *checker { return &checker{blockIDs: map[string]bool{}} }

func (c *checker) err() error {
	if len(c.problems) == 0 {
		return nil
	}
	return errors.New("check blocks: " + strings.Join(c.problems, "; "))
}

func (c *checker) bad(at, format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

// blockChecks holds the blocks the fake knows.
// https://docs.slack.dev/reference/block-kit/blocks
var blockChecks = map[string]func(*checker, object, string){
	"actions":   (*checker).actionsBlock,
	"context":   (*checker).contextBlock,
	"divider":   func(*checker, object, string) {},
	"header":    (*checker).headerBlock,
	"image":     (*checker).imageBlock,
	"input":     (*checker).inputBlock,
	"rich_text": (*checker).richTextBlock,
	"section":   (*checker).sectionBlock,
}

func (c *checker) blocks(list []any, at string, most int) {
	if len(list) > most {
		c.bad(at, "no more than %d items allowed", most)
		return
	}
	for i, item := range list {
		here := fmt.Sprintf("%s/%d", at, i)
		block, ok := item.(object)
		if !ok {
			c.bad(here, "must be an object")
			continue
		}
		kind, _ := block["type"].(string)
		check, ok := blockChecks[kind]
		if !ok {
			c.bad(here+"/type", "unsupported type: %s", kind)
			continue
		}
		c.actions = map[string]bool{}
		c.unique(block, "block_id", here, c.blockIDs)
		check(c, block, here)
	}
}

// unique checks an id that may be left out but not given twice.
func (c *checker) unique(o object, key, at string, seen map[string]bool) {
	id := c.str(o, key, at, 0, maxID)
	if id == "" {
		return
	}
	if seen[id] {
		c.bad(at+"/"+key, "%s %q already exists", key, id)
	}
	seen[id] = true
}

func (c *checker) headerBlock(b object, at string) {
	c.text(b, "text", at, textRule{max: maxHeader, plain: true, required: true})
}

func (c *checker) sectionBlock(b object, at string) {
	if b["text"] == nil && b["fields"] == nil {
		c.bad(at, "must define either `text` or `fields`")
	}
	c.text(b, "text", at, textRule{max: maxText})
	if b["fields"] != nil {
		for i, field := range c.items(b, "fields", at, 1, maxFields) {
			c.textObject(field, fmt.Sprintf("%s/fields/%d", at, i), textRule{max: maxField})
		}
	}
	if b["accessory"] != nil {
		c.element(b["accessory"], at+"/accessory", accessories)
	}
}

func (c *checker) contextBlock(b object, at string) {
	for i, item := range c.items(b, "elements", at, 1, maxContext) {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		if o, ok := item.(object); ok && o["type"] == "image" {
			c.imageElement(o, here)
			continue
		}
		c.textObject(item, here, textRule{max: maxText})
	}
}

func (c *checker) actionsBlock(b object, at string) {
	for i, item := range c.items(b, "elements", at, 1, maxActions) {
		c.element(item, fmt.Sprintf("%s/elements/%d", at, i), actionElements)
	}
}

func (c *checker) imageBlock(b object, at string) {
	c.imageElement(b, at)
	c.text(b, "title", at, textRule{max: maxImageTitle, plain: true})
}

func (c *checker) inputBlock(b object, at string) {
	c.hasInput = true
	c.text(b, "label", at, textRule{max: maxInputLabel, plain: true, required: true})
	c.text(b, "hint", at, textRule{max: maxInputLabel, plain: true})
	c.boolean(b, "optional", at)
	c.boolean(b, "dispatch_action", at)
	c.element(b["element"], at+"/element", inputElements)
}

// checkView checks a modal or Home view, its blocks included.
// https://docs.slack.dev/reference/views/modal-views, .../home-tab-views
func checkView(spec object) *checker {
	c := newChecker()
	const at = "/view"
	c.str(spec, "private_metadata", at, 0, maxViewMetadata)
	c.str(spec, "callback_id", at, 0, maxID)
	c.str(spec, "external_id", at, 0, maxID)
	list := c.items(spec, "blocks", at, 1, maxViewBlocks)
	c.blocks(list, at+"/blocks", maxViewBlocks)
	switch spec["type"] {
	case "modal":
		c.text(spec, "title", at, textRule{max: maxViewTitle, plain: true, required: true})
		c.text(spec, "submit", at, textRule{max: maxViewTitle, plain: true})
		c.text(spec, "close", at, textRule{max: maxViewTitle, plain: true})
		if c.hasInput && spec["submit"] == nil {
			c.bad(at+"/submit", "missing required field: submit")
		}
	case "home":
	default:
		c.bad(at+"/type", "unsupported type: %v", spec["type"])
	}
	return c
}

// decodeArray and decodeObject keep numbers as written: a time as a float64 would come back as
// 1.7e+09.
func decodeArray(text string) (list []any, err error) {
	return list, decodeJSON(text, &list)
}

func decodeObject(text string) (o object, err error) {
	return o, decodeJSON(text, &o)
}

func decodeJSON(text string, into any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}
