package fakeslack

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

var (
	angle    = regexp.MustCompile(`<([^<>]*)>`)
	unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// plain undoes the markup of mrkdwn: dates, mentions, links and escapes. The signs of emphasis
// stay, as they read well enough. The caller holds mu.
// https://docs.slack.dev/messaging/formatting-message-text
func (s *Server) plain(text string) string {
	text = angle.ReplaceAllStringFunc(text, func(tag string) string {
		target, label, labelled := strings.Cut(tag[1:len(tag)-1], "|")
		switch {
		case strings.HasPrefix(target, "!date^"):
			return label
		case strings.HasPrefix(target, "@"):
			return s.mention(target[1:])
		case strings.HasPrefix(target, "!subteam^"):
			return s.groupMention(strings.TrimPrefix(target, "!subteam^"))
		case strings.HasPrefix(target, "!"):
			return "@" + target[1:]
		case strings.HasPrefix(target, "#"):
			return s.channelMention(target[1:])
		case labelled:
			return label + " (" + target + ")"
		}
		return target
	})
	return unescape.Replace(text)
}

func (s *Server) mention(id string) string {
	u, ok := s.users[id]
	switch {
	case !ok:
		return "@" + id
	case u.RealName != "":
		return "@" + u.RealName
	}
	return "@" + u.Name
}

func (s *Server) groupMention(id string) string {
	if g, ok := s.groups[id]; ok {
		return "@" + g.Handle
	}
	return "@" + id
}

func (s *Server) channelMention(id string) string {
	if c, ok := s.channels[id]; ok {
		return "#" + c.Name
	}
	return "#" + id
}

func (p *page) richText(block object) {
	items, _ := block["elements"].([]any)
	for _, item := range items {
		e := item.(object)
		inside, _ := e["elements"].([]any)
		switch e["type"] {
		case "rich_text_list":
			for _, section := range inside {
				leaves, _ := section.(object)["elements"].([]any)
				p.line("- " + p.leaves(leaves))
			}
		case "rich_text_section":
			p.line(p.leaves(inside))
		default: // quoted or preformatted: set off from what the app says itself
			for line := range strings.SplitSeq(p.leaves(inside), "\n") {
				p.line("| " + line)
			}
		}
	}
}

func (p *page) leaves(leaves []any) string {
	var out strings.Builder
	for _, item := range leaves {
		leaf := item.(object)
		switch leaf["type"] {
		case "user":
			out.WriteString(p.names.mention(leaf["user_id"].(string)))
		case "usergroup":
			out.WriteString(p.names.groupMention(leaf["usergroup_id"].(string)))
		case "channel":
			out.WriteString(p.names.channelMention(leaf["channel_id"].(string)))
		case "date":
			fallback, _ := leaf["fallback"].(string)
			out.WriteString(fallback)
		case "emoji":
			fmt.Fprintf(&out, ":%v:", leaf["name"])
		case "link":
			if text, ok := leaf["text"].(string); ok {
				out.WriteString(text + " ")
			}
			fmt.Fprintf(&out, "(%v)", leaf["url"])
		case "broadcast":
			fmt.Fprintf(&out, "@%v", leaf["range"])
		default: // text, and the value of a color
			fmt.Fprint(&out, leaf[richTextFields[leaf["type"].(string)]])
		}
	}
	return out.String()
}

// wide holds the scripts and signs a terminal draws two columns wide: Unicode's East Asian Width
// W and F, rounded to whole blocks. https://www.unicode.org/reports/tr11/
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1},
		{Lo: 0x2e80, Hi: 0x303e, Stride: 1},
		{Lo: 0x3041, Hi: 0x33ff, Stride: 1},
		{Lo: 0x3400, Hi: 0x4dbf, Stride: 1},
		{Lo: 0x4e00, Hi: 0xa4cf, Stride: 1},
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1},
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1},
		{Lo: 0xfe30, Hi: 0xfe4f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1},
		{Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1f300, Hi: 0x1f64f, Stride: 1},
		{Lo: 0x1f900, Hi: 0x1f9ff, Stride: 1},
		{Lo: 0x20000, Hi: 0x3fffd, Stride: 1},
	},
}

// width is how many columns of a terminal the text takes.
func width(text string) (columns int) {
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf): // drawn onto the one before
		case unicode.Is(wide, r):
			columns += 2
		default:
			columns++
		}
	}
	return columns
}

func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(0, columns-width(text)))
}
