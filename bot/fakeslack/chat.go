package fakeslack

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// body is what a message says, checked and with ids filled in.
type body struct {
	text      string
	blocks    json.RawMessage // nil when there are none
	hasBlocks bool            // the argument was given, if only as []
}

// readBody checks the text and the blocks of a message as all three methods of chat do.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors
func (s *Server) readBody(args map[string]string, maxText int) (body, *refusal) {
	b := body{text: args["text"]}
	if utf8.RuneCountInString(b.text) > maxText {
		return b, refuse("msg_too_long")
	}
	given := args["blocks"]
	b.hasBlocks = given != "" && given != "null"
	if !b.hasBlocks {
		if b.text == "" {
			return b, refuse("no_text")
		}
		return b, nil
	}
	list, err := decodeArray(given)
	if err != nil {
		return b, refuse("invalid_blocks_format")
	}
	if b.text == "" && len(list) == 0 {
		return b, refuse("no_text")
	}
	c := newChecker()
	c.blocks(list, "/blocks", maxMessageBlocks)
	switch {
	case len(c.problems) > 0:
		return b, &refusal{code: "invalid_blocks", problems: c.problems}
	case c.runes >= blockTextLimit:
		return b, refuse("msg_blocks_too_long")
	}
	if len(list) > 0 {
		s.fillIDs(list)
		b.blocks = encode(list)
	}
	return b, nil
}

// fillIDs names the blocks and elements that the app left unnamed, as Slack does: payloads
// always carry both ids.
func (s *Server) fillIDs(blocks []any) {
	for _, item := range blocks {
		block := item.(object)
		if block["block_id"] == nil || block["block_id"] == "" {
			block["block_id"] = s.id("b")
		}
		for _, e := range elementsOf(block) {
			if e["type"] != "image" && (e["action_id"] == nil || e["action_id"] == "") {
				e["action_id"] = s.id("a")
			}
		}
	}
}

// encode is for what came from JSON or is made of strings: it cannot fail.
func encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("fakeslack: encode: " + err.Error())
	}
	return raw
}

// conversation finds where to post: a channel the bot is in, or a person's direct message.
func (s *Server) conversation(id string) (*channel, *refusal) {
	c, ok := s.channels[id]
	if u, isUser := s.users[id]; !ok && isUser && !u.Bot && !u.Deleted {
		c, ok = s.dm(id), true
	}
	switch {
	case !ok:
		return nil, refuse("channel_not_found")
	case !c.has(s.ws.BotUser):
		return nil, refuse("not_in_channel")
	case c.Archived:
		return nil, refuse("is_archived")
	case c.Restricted:
		return nil, refuse("restricted_action")
	}
	return c, nil
}

// https://docs.slack.dev/reference/methods/chat.postMessage
func (s *Server) postMessage(call Call) (object, *refusal) {
	c, refused := s.conversation(call.Args["channel"])
	if refused != nil {
		return nil, refused
	}
	b, refused := s.readBody(call.Args, maxPostText)
	if refused != nil {
		return nil, refused
	}
	thread := call.Args["thread_ts"]
	if refused := c.canReply(thread); refused != nil {
		return nil, refused
	}
	if wait := s.ws.PostEvery - time.Since(c.lastPost); wait > 0 {
		return nil, &refusal{code: "ratelimited", retryAfter: wait}
	}
	c.lastPost = time.Now()
	m := s.add(c, Message{
		ThreadTS:    thread,
		User:        s.ws.BotUser,
		Text:        b.text,
		Blocks:      b.blocks,
		UnfurlLinks: call.Args["unfurl_links"] == "true", // off unless asked for
		UnfurlMedia: call.Args["unfurl_media"] != "false",
	})
	return object{"channel": c.ID, "ts": m.TS, "message": s.wire(m)}, nil
}

// canReply refuses a thread that is not there. Slack warns against answering a reply and does
// not say what becomes of either; the fake takes both for mistakes.
func (c *channel) canReply(thread string) *refusal {
	if thread == "" {
		return nil
	}
	parent := c.message(thread)
	switch {
	case parent == nil:
		return refuse("thread_not_found")
	case parent.ThreadTS != "":
		return refuse("cannot_reply_to_message")
	}
	return nil
}

// updateMessage redraws a message of the bot's. Blocks that are not given stay as they are.
// https://docs.slack.dev/reference/methods/chat.update
func (s *Server) updateMessage(call Call) (object, *refusal) {
	c, ok := s.channels[call.Args["channel"]]
	if !ok {
		return nil, refuse("channel_not_found")
	}
	if c.Archived {
		return nil, refuse("is_inactive")
	}
	m := c.message(call.Args["ts"])
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case m.User != s.ws.BotUser:
		return nil, refuse("cant_update_message")
	}
	b, refused := s.readBody(call.Args, maxUpdateText)
	if refused != nil {
		return nil, refused
	}
	m.redraw(b)
	return object{"channel": c.ID, "ts": m.TS, "text": m.Text, "message": s.wire(m)}, nil
}

func (m *Message) redraw(b body) {
	m.Text = b.text
	if b.hasBlocks {
		m.Blocks = b.blocks
	}
	m.Edited++
}

// https://docs.slack.dev/reference/methods/chat.postEphemeral
func (s *Server) postEphemeral(call Call) (object, *refusal) {
	c, refused := s.conversation(call.Args["channel"])
	if refused != nil {
		return nil, refused
	}
	to := call.Args["user"]
	if !c.has(to) {
		return nil, refuse("user_not_in_channel")
	}
	b, refused := s.readBody(call.Args, maxPostText)
	if refused != nil {
		return nil, refused
	}
	m := s.add(c, Message{
		ThreadTS: call.Args["thread_ts"],
		User:     s.ws.BotUser,
		To:       to,
		Text:     b.text,
		Blocks:   b.blocks,
	})
	return object{"message_ts": m.TS}, nil
}

// permalink links to a message in a conversation that the app is in. Of a reply it also says under what.
// https://docs.slack.dev/reference/methods/chat.getPermalink
func (s *Server) permalink(call Call) (object, *refusal) {
	c, ok := s.channels[call.Args["channel"]]
	if !ok || !c.has(s.ws.BotUser) {
		return nil, refuse("channel_not_found")
	}
	m := c.message(call.Args["message_ts"])
	if m == nil {
		return nil, refuse("message_not_found")
	}
	link := s.origin + "/archives/" + c.ID + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.ThreadTS != "" {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + c.ID
	}
	return object{"channel": c.ID, "permalink": link}, nil
}
