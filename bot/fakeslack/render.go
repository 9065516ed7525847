package fakeslack

import (
	"fmt"
	"strings"
)

// Render is a message as readable text of a terminal: the header underlined, fields two a row,
// buttons as [ Approve ], mentions as names, dates as their fallback.
func (s *Server) Render(m Message) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	blocks, _ := decodeArray(string(m.Blocks)) // stored by us, or none
	if len(blocks) == 0 {
		return s.plain(m.Text) + "\n"
	}
	p := page{names: s}
	p.blocks(blocks)
	return p.String()
}

// RenderView is a modal or Home tab as readable text, its inputs with what stands in them, and
// under them the errors of the last submission.
func (s *Server) RenderView(v View) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := page{names: s, errors: v.Errors, japanese: strings.HasPrefix(s.users[v.User].Locale, "ja")}
	if shown := s.findView(v.ID, ""); shown != nil {
		p.state = shown.state
	}
	if v.Title != "" {
		p.heading(v.Title)
	}
	blocks, _ := decodeArray(string(v.Blocks)) // stored by us
	p.blocks(blocks)
	return p.String()
}

// page collects the lines of one message or view.
type page struct {
	strings.Builder
	names  *Server // whose mu the caller holds
	state  viewState
	errors map[string]string

	japanese bool // who looks at it reads what Slack itself says in that language
}

const ruleWidth = 48

func (p *page) line(text string) { p.WriteString(strings.TrimRight(text, " ") + "\n") }

func (p *page) heading(text string) {
	p.line(text)
	p.line(strings.Repeat("=", width(text)))
}

func (p *page) blocks(blocks []any) {
	for _, item := range blocks {
		block := item.(object)
		switch block["type"] {
		case "header":
			p.heading(p.text(block["text"]))
		case "divider":
			p.line(strings.Repeat("-", ruleWidth))
		case "section":
			p.section(block)
		case "context":
			p.context(block)
		case "actions":
			p.line(p.controls(block))
		case "image":
			p.line("(" + block["alt_text"].(string) + ")")
		case "input":
			p.input(block)
		case "rich_text":
			p.richText(block)
		}
	}
}

func (p *page) section(block object) {
	if block["text"] != nil {
		p.line(p.text(block["text"]))
	}
	fields, _ := block["fields"].([]any)
	p.fields(fields)
	if block["accessory"] != nil {
		p.line(p.controls(block))
	}
}

// fields sets them two a row, the right one in a column of its own.
func (p *page) fields(fields []any) {
	column := 0
	for i := 0; i < len(fields); i += 2 {
		for line := range strings.SplitSeq(p.text(fields[i]), "\n") {
			column = max(column, width(line)+3)
		}
	}
	for i := 0; i < len(fields); i += 2 {
		left := strings.Split(p.text(fields[i]), "\n")
		var right []string
		if i+1 < len(fields) {
			right = strings.Split(p.text(fields[i+1]), "\n")
		}
		for row := range max(len(left), len(right)) {
			p.line(pad(at(left, row), column) + at(right, row))
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

func (p *page) context(block object) {
	var parts []string
	items, _ := block["elements"].([]any)
	for _, item := range items {
		o := item.(object)
		if o["type"] == "image" {
			parts = append(parts, "("+o["alt_text"].(string)+")")
			continue
		}
		parts = append(parts, p.text(o))
	}
	p.line("  " + strings.ReplaceAll(strings.Join(parts, "  "), "\n", "\n  "))
}

// controls draws what can be pressed in a block.
func (p *page) controls(block object) string {
	var parts []string
	for _, e := range elementsOf(block) {
		switch e["type"] {
		case "image":
			parts = append(parts, "("+e["alt_text"].(string)+")")
		case "button":
			parts = append(parts, "[ "+p.text(e["text"])+" ]")
		default:
			parts = append(parts, "[ "+p.value(keyOf(block, e), e)+" ]")
		}
	}
	return strings.Join(parts, " ")
}

func (p *page) input(block object) {
	label := p.text(block["label"])
	if block["optional"] == true {
		label += map[bool]string{false: " (optional)", true: " (任意)"}[p.japanese]
	}
	e := block["element"].(object)
	p.line(label)
	p.line("  [ " + p.value(keyOf(block, e), e) + " ]")
	if block["hint"] != nil {
		p.line("  " + p.text(block["hint"]))
	}
	if problem, ok := p.errors[keyOf(block, e).block]; ok {
		p.line("  ! " + problem)
	}
}

// value is what stands in an element, else its placeholder.
func (p *page) value(key elementKey, e object) string {
	kind, _ := e["type"].(string)
	entered := e[fieldsOf[kind].initial]
	if state, ok := p.state[key]; ok {
		entered = state[fieldsOf[kind].value]
	}
	if entered == nil && e["placeholder"] != nil {
		return p.text(e["placeholder"])
	}
	return p.entered(kind, entered)
}

func (p *page) entered(kind string, value any) string {
	switch v := value.(type) {
	case nil:
		return "..."
	case object:
		return p.text(v["text"])
	case []any:
		var parts []string
		for _, one := range v {
			parts = append(parts, p.entered(kind, one))
		}
		return strings.Join(parts, ", ")
	}
	id := fmt.Sprint(value)
	switch {
	case strings.HasSuffix(kind, "users_select"):
		return p.names.mention(id)
	case strings.HasSuffix(kind, "conversations_select"):
		return p.names.plain("<#" + id + ">")
	}
	return id
}

// text is a text object with the markup of mrkdwn undone.
func (p *page) text(v any) string {
	o, _ := v.(object)
	if o["type"] == "mrkdwn" {
		return p.names.plain(textOf(o))
	}
	return textOf(o)
}
