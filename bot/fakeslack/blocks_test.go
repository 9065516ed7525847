package fakeslack_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"sekisho/bot/fakeslack"
)

// badBlocks are wrong in another way than by size.
var badBlocks = map[string]obj{
	"unknown block":         {"type": "carousel"},
	"no type":               {"text": pt("x")},
	"empty section":         {"type": "section"},
	"empty text":            {"type": "section", "text": pt("")},
	"text type":             {"type": "section", "text": text("markdown", "x")},
	"text is a string":      {"type": "section", "text": "x"},
	"text is a number":      {"type": "section", "text": obj{"type": "plain_text", "text": 1}},
	"emoji in mrkdwn":       {"type": "section", "text": with(text("mrkdwn", "x"), "emoji", true)},
	"verbatim in plain":     {"type": "section", "text": with(pt("x"), "verbatim", true)},
	"no fields":             {"type": "section", "fields": []any{}},
	"bare accessory":        with(section(), "accessory", "x"),
	"input as accessory":    with(section(), "accessory", typing()),
	"mrkdwn header":         {"type": "header", "text": text("mrkdwn", "x")},
	"no header":             {"type": "header"},
	"empty context":         {"type": "context", "elements": []any{}},
	"button in context":     {"type": "context", "elements": []any{press()}},
	"empty actions":         {"type": "actions", "elements": []any{}},
	"actions without":       {"type": "actions"},
	"unknown element":       actions(obj{"type": "workflow_button"}),
	"input in actions":      actions(typing()),
	"button text mrkdwn":    actions(with(press(), "text", text("mrkdwn", "x"))),
	"button without text":   actions(obj{"type": "button"}),
	"button style":          actions(with(press(), "style", "default")),
	"same action_id":        actions(with(press(), "action_id", "a"), with(press(), "action_id", "a")),
	"confirm without deny":  actions(with(press(), "confirm", obj{"title": pt("x"), "text": pt("x"), "confirm": pt("x")})),
	"confirm text mrkdwn":   with(confirming("title", 1), "elements", []any{with(press(), "confirm", obj{"title": pt("x"), "text": text("mrkdwn", "x"), "confirm": pt("x"), "deny": pt("x")})}),
	"no options":            actions(obj{"type": "static_select"}),
	"options and groups":    actions(with(menu("static_select"), "option_groups", []any{})),
	"same option value":     actions(obj{"type": "radio_buttons", "options": []any{option(1), option(1)}}),
	"initial_option":        actions(with(menu("static_select"), "initial_option", option(5))),
	"initial_options":       actions(with(menu("checkboxes"), "initial_options", []any{option(5)})),
	"url outside overflow":  actions(obj{"type": "static_select", "options": []any{with(option(0), "url", "x")}}),
	"mrkdwn select option":  actions(obj{"type": "static_select", "options": []any{with(option(0), "text", text("mrkdwn", "x"))}}),
	"short time":            actions(obj{"type": "datetimepicker", "initial_date_time": 999_999_999}),
	"image without alt":     {"type": "image", "image_url": "x"},
	"image without url":     {"type": "image", "alt_text": "x"},
	"button in input":       input(press()),
	"input without label":   {"type": "input", "element": typing()},
	"input without element": {"type": "input", "label": pt("x")},
	"optional is a string":  with(input(typing()), "optional", "true"),
	"min over max_length":   input(with(with(typing(), "min_length", 5), "max_length", 4)),
	"rich text unknown":     {"type": "rich_text", "elements": []any{obj{"type": "rich_text_table"}}},
	"rich text empty text":  richText(obj{"type": "text", "text": ""}),
	"rich text user":        richText(obj{"type": "user"}),
	"rich text leaf":        richText(obj{"type": "marquee"}),
	"rich text date":        richText(obj{"type": "date", "format": "{date}"}),
	"rich text list":        {"type": "rich_text", "elements": []any{obj{"type": "rich_text_list", "elements": []any{}}}},
}

func richText(leaves ...any) obj {
	return obj{"type": "rich_text", "elements": []any{obj{"type": "rich_text_section", "elements": leaves}}}
}

func TestBadBlocks(t *testing.T) {
	for name, block := range badBlocks {
		if err := check(block); err == nil {
			t.Errorf("%s passes", name)
		} else if !strings.Contains(err.Error(), "[json-pointer:/blocks/0") {
			t.Errorf("%s: %v points nowhere", name, err)
		}
	}
	if check(with(section(), "block_id", "b"), with(section(), "block_id", "b")) == nil {
		t.Error("the same block_id twice passes")
	}
	if fakeslack.CheckMessage([]byte(`{}`)) == nil || fakeslack.CheckView([]byte(`[]`)) == nil {
		t.Error("other JSON passes")
	}
}

// TestRefusalSaysWhere reads a refusal as slack-go's users do.
func TestRefusalSaysWhere(t *testing.T) {
	w := onSocket(t, workspace())
	_, _, err := w.api.PostMessage("C1", slack.MsgOptionText("x", false), slack.MsgOptionBlocks(
		slack.NewDividerBlock(), slack.NewHeaderBlock(plain(long(151)))))
	wantError(t, err, "invalid_blocks")
	var refused slack.SlackErrorResponse
	want := "[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]"
	if !errors.As(err, &refused) || len(refused.ResponseMetadata.Messages) != 1 || refused.ResponseMetadata.Messages[0] != want {
		t.Errorf("refused with %+v", refused)
	}
	var full []slack.Block
	for range 5 {
		full = append(full, slack.NewSectionBlock(plain(long(2600)), nil, nil))
	}
	_, _, err = w.api.PostMessage("C1", slack.MsgOptionText("x", false), slack.MsgOptionBlocks(full...))
	wantError(t, err, "msg_blocks_too_long")
}

// TestGoodBlocks has every block and element at its plainest, as slack-go writes them.
func TestGoodBlocks(t *testing.T) {
	w := onSocket(t, workspace())
	choice := slack.NewOptionBlockObject("a", plain("A"), nil)
	external := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain("x"), "e")
	external.MinQueryLength = new(int)
	external.InitialOption = choice
	blocks := []slack.Block{
		slack.NewImageBlock("https://x.test/i.png", "alt", "i", plain("title")),
		slack.NewContextBlock("c", slack.NewImageBlockElement("https://x.test/i.png", "alt"), plain("x")),
		slack.NewSectionBlock(mrkdwn("x"), nil, slack.NewAccessory(slack.NewImageBlockElement("https://x.test/i.png", "alt"))),
		slack.NewActionBlock("a", external, slack.NewOptionsSelectBlockElement(slack.OptTypeUser, nil, "u")),
		slack.NewInputBlock("in", plain("x"), plain("hint"), slack.NewRadioButtonsBlockElement("r", choice)),
		slack.NewRichTextBlock("rt",
			slack.NewRichTextSection(
				slack.NewRichTextSectionUserElement("U1", nil), slack.NewRichTextSectionTextElement(" in ", nil),
				slack.NewRichTextSectionChannelElement("C1", nil), slack.NewRichTextSectionEmojiElement("ok", 1, nil),
				slack.NewRichTextSectionLinkElement("https://x.test", "there", nil),
				slack.NewRichTextSectionUserGroupElement("S1"), slack.NewRichTextSectionBroadcastElement("here")),
			slack.NewRichTextList(slack.RTEListBullet, 0, slack.NewRichTextSection(slack.NewRichTextSectionTextElement("item", nil)))),
	}
	_, _, err := w.api.PostMessage("C1", slack.MsgOptionText("x", false), slack.MsgOptionBlocks(blocks...))
	if err != nil {
		t.Fatal(err)
	}
	want := `(alt)
  (alt)  x
x
(alt)
[ A ] [ ... ]
x
  [ ... ]
  hint
@山田 太郎 in #access:ok:there (https://x.test)@leads@here
- item
`
	if diff := cmp.Diff(want, w.Render(w.Messages("C1")[0])); diff != "" {
		t.Error(diff)
	}
}

// TestCheckerNeverPanics feeds it any JSON that has the names of real blocks in it.
func TestCheckerNeverPanics(t *testing.T) {
	leaf := rapid.OneOf(
		rapid.Just[any](nil), rapid.Just[any](true), rapid.Just[any](7),
		rapid.Just[any]("x"), rapid.Just[any](pt("x")), rapid.Just[any]([]any{pt("x")}),
		rapid.Just[any]([]any{press(), typing(), "x"}), rapid.Just[any](press()),
	)
	keys := rapid.SampledFrom([]string{"text", "fields", "elements", "element", "label", "accessory", "options", "option_groups", "block_id", "title", "confirm"})
	kinds := rapid.SampledFrom([]string{"section", "header", "context", "actions", "input", "image", "rich_text", "divider", "?"})
	rapid.Check(t, func(r *rapid.T) {
		block := rapid.MapOf(keys, leaf).Draw(r, "block")
		if block == nil {
			block = obj{}
		}
		block["type"] = kinds.Draw(r, "type")
		_ = check(block)
		_ = checkView(obj{"type": "home", "blocks": []any{block}})
	})
}
