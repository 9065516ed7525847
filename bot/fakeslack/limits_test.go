package fakeslack_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"sekisho/bot/fakeslack"
)

type obj = map[string]any

// long is n characters that take three bytes each: limits count runes.
func long(n int) string { return strings.Repeat("申", n) }

func text(kind, s string) obj { return obj{"type": kind, "text": s} }

func pt(s string) obj { return text("plain_text", s) }

// with is an object with one more field.
func with(o obj, key string, value any) obj {
	o[key] = value
	return o
}

func repeat(n int, item func(i int) obj) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = item(i)
	}
	return list
}

func option(i int) obj { return obj{"text": pt("x"), "value": fmt.Sprint(i)} }

func section() obj { return obj{"type": "section", "text": text("mrkdwn", "x")} }

func actions(elements ...any) obj { return obj{"type": "actions", "elements": elements} }

func press() obj { return obj{"type": "button", "text": pt("x")} }

func menu(kind string) obj { return obj{"type": kind, "options": []any{option(0)}} }

func input(element obj) obj {
	return obj{"type": "input", "label": pt("x"), "element": element}
}

func typing() obj { return obj{"type": "plain_text_input"} }

func confirming(key string, n int) obj {
	dialog := obj{"title": pt("x"), "text": pt("x"), "confirm": pt("x"), "deny": pt("x")}
	return actions(with(press(), "confirm", with(dialog, key, pt(long(n)))))
}

func grouped(groups, options, label int) obj {
	return actions(obj{"type": "static_select", "option_groups": repeat(groups, func(int) obj {
		return obj{"label": pt(long(label)), "options": repeat(options, option)}
	})})
}

// blockLimits has one block per limit, made n large.
var blockLimits = []struct {
	name  string
	limit int
	block func(n int) obj
}{
	{"section text", 3000, func(n int) obj { return obj{"type": "section", "text": text("mrkdwn", long(n))} }},
	{"section fields", 10, func(n int) obj {
		return obj{"type": "section", "fields": repeat(n, func(int) obj { return pt("x") })}
	}},
	{"section field", 2000, func(n int) obj { return obj{"type": "section", "fields": []any{pt(long(n))}} }},
	{"header", 150, func(n int) obj { return obj{"type": "header", "text": pt(long(n))} }},
	{"context elements", 10, func(n int) obj {
		return obj{"type": "context", "elements": repeat(n, func(int) obj { return pt("x") })}
	}},
	{"context text", 3000, func(n int) obj { return obj{"type": "context", "elements": []any{pt(long(n))}} }},
	{"actions elements", 25, func(n int) obj { return actions(repeat(n, func(int) obj { return press() })...) }},
	{"block_id", 255, func(n int) obj { return with(section(), "block_id", long(n)) }},
	{"action_id", 255, func(n int) obj { return actions(with(press(), "action_id", long(n))) }},
	{"image url", 3000, func(n int) obj { return obj{"type": "image", "alt_text": "x", "image_url": long(n)} }},
	{"image alt_text", 2000, func(n int) obj { return obj{"type": "image", "alt_text": long(n), "image_url": "x"} }},
	{"image title", 2000, func(n int) obj {
		return obj{"type": "image", "alt_text": "x", "image_url": "x", "title": pt(long(n))}
	}},

	{"button text", 75, func(n int) obj { return actions(with(press(), "text", pt(long(n)))) }},
	{"button value", 2000, func(n int) obj { return actions(with(press(), "value", long(n))) }},
	{"button url", 3000, func(n int) obj { return actions(with(press(), "url", long(n))) }},
	{"button label", 75, func(n int) obj { return actions(with(press(), "accessibility_label", long(n))) }},
	{"confirm title", 100, func(n int) obj { return confirming("title", n) }},
	{"confirm text", 300, func(n int) obj { return confirming("text", n) }},
	{"confirm confirm", 30, func(n int) obj { return confirming("confirm", n) }},
	{"confirm deny", 30, func(n int) obj { return confirming("deny", n) }},

	{"static_select options", 100, func(n int) obj {
		return actions(obj{"type": "static_select", "options": repeat(n, option)})
	}},
	{"option groups", 100, func(n int) obj { return grouped(n, 1, 1) }},
	{"option group options", 100, func(n int) obj { return grouped(1, n, 1) }},
	{"option group label", 75, func(n int) obj { return grouped(1, 1, n) }},
	{"placeholder", 150, func(n int) obj { return actions(with(menu("static_select"), "placeholder", pt(long(n)))) }},
	{"overflow options", 5, func(n int) obj { return actions(obj{"type": "overflow", "options": repeat(n, option)}) }},
	{"checkboxes options", 10, func(n int) obj {
		return actions(obj{"type": "checkboxes", "options": repeat(n, option)})
	}},
	{"radio_buttons options", 10, func(n int) obj {
		return actions(obj{"type": "radio_buttons", "options": repeat(n, option)})
	}},
	{"option text", 75, func(n int) obj {
		return actions(with(menu("overflow"), "options", []any{with(option(0), "text", pt(long(n)))}))
	}},
	{"option value", 75, func(n int) obj {
		return actions(with(menu("overflow"), "options", []any{with(option(0), "value", long(n))}))
	}},
	{"option description", 75, func(n int) obj {
		return actions(with(menu("overflow"), "options", []any{with(option(0), "description", pt(long(n)))}))
	}},
	{"option url", 3000, func(n int) obj {
		return actions(with(menu("overflow"), "options", []any{with(option(0), "url", long(n))}))
	}},

	{"input label", 2000, func(n int) obj { return with(input(typing()), "label", pt(long(n))) }},
	{"input hint", 2000, func(n int) obj { return with(input(typing()), "hint", pt(long(n))) }},
	{"initial_value", 3000, func(n int) obj { return input(with(typing(), "initial_value", long(n))) }},
	{"initial_value in max_length", 7, func(n int) obj {
		return input(with(with(typing(), "max_length", 7), "initial_value", long(n)))
	}},
	{"max_length", 3000, func(n int) obj { return input(with(typing(), "max_length", n)) }},
	{"min_length", 3000, func(n int) obj { return input(with(typing(), "min_length", n)) }},
	{"initial_date_time", 9_999_999_999, func(n int) obj {
		return actions(obj{"type": "datetimepicker", "initial_date_time": n})
	}},
}

func TestBlockLimits(t *testing.T) {
	for _, l := range blockLimits {
		t.Run(l.name, func(t *testing.T) {
			if err := check(l.block(l.limit)); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			if err := check(l.block(l.limit + 1)); err == nil {
				t.Error("one past the limit passes")
			}
		})
	}
}

func check(blocks ...any) error {
	raw, err := json.Marshal(blocks)
	if err != nil {
		return err
	}
	return fakeslack.CheckMessage(raw)
}

func TestMessageSize(t *testing.T) {
	sections := func(n int) []any { return repeat(n, func(int) obj { return section() }) }
	if err := check(sections(50)...); err != nil {
		t.Error(err)
	}
	if check(sections(51)...) == nil {
		t.Error("51 blocks pass")
	}
	full := func(last int) []any {
		blocks := repeat(4, func(int) obj { return obj{"type": "section", "text": pt(long(3000))} })
		return append(blocks, obj{"type": "section", "text": pt(long(last))})
	}
	if err := check(full(999)...); err != nil {
		t.Error(err)
	}
	if check(full(1000)...) == nil {
		t.Error("13,000 characters pass")
	}
}

func TestViewLimits(t *testing.T) {
	modal := func() obj { return obj{"type": "modal", "title": pt("x"), "blocks": []any{section()}} }
	for name, l := range map[string]struct {
		limit int
		view  func(n int) obj
	}{
		"title":            {24, func(n int) obj { return with(modal(), "title", pt(long(n))) }},
		"submit":           {24, func(n int) obj { return with(modal(), "submit", pt(long(n))) }},
		"close":            {24, func(n int) obj { return with(modal(), "close", pt(long(n))) }},
		"private_metadata": {3000, func(n int) obj { return with(modal(), "private_metadata", long(n)) }},
		"callback_id":      {255, func(n int) obj { return with(modal(), "callback_id", long(n)) }},
		"external_id":      {255, func(n int) obj { return with(modal(), "external_id", long(n)) }},
		"modal blocks": {100, func(n int) obj {
			return with(modal(), "blocks", repeat(n, func(int) obj { return section() }))
		}},
		"home blocks": {100, func(n int) obj {
			return obj{"type": "home", "blocks": repeat(n, func(int) obj { return section() })}
		}},
	} {
		if err := checkView(l.view(l.limit)); err != nil {
			t.Errorf("%s at the limit: %v", name, err)
		}
		if checkView(l.view(l.limit+1)) == nil {
			t.Errorf("%s one past the limit passes", name)
		}
	}
	for name, bad := range map[string]obj{
		"no blocks":       with(modal(), "blocks", []any{}),
		"no title":        with(modal(), "title", nil),
		"mrkdwn title":    with(modal(), "title", text("mrkdwn", "x")),
		"unknown type":    with(modal(), "type", "sheet"),
		"input no submit": with(modal(), "blocks", []any{input(typing())}),
	} {
		if checkView(bad) == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func checkView(view obj) error {
	raw, err := json.Marshal(view)
	if err != nil {
		return err
	}
	return fakeslack.CheckView(raw)
}
