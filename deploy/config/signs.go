package config

import (
	"strings"

	"github.com/goccy/go-yaml/token"
)

// signs are what the parser understands and a configuration has no use for. Anchors and aliases make a short file a long
// one, tags make text something else.
var signs = map[token.Type]string{
	token.AnchorType: "an anchor", token.AliasType: "an alias", token.TagType: "a tag", token.MergeKeyType: "a merge",
	token.MappingKeyType: "the mark of a key", token.DirectiveType: "a directive",
}

var closing = map[string]string{"[": "]", "{": "}"}

// refuseSigns tells of those, of what the scanner could not read, and of mistakes for which the parser has no words that
// would help.
func (r *reader) refuseSigns(tokens token.Tokens) {
	var open []*token.Token
	for _, t := range tokens {
		if sign, ok := signs[t.Type]; ok {
			r.note(position(t), "%s is %s to YAML, and a configuration does without: write out what it stands for, or quote it if it is a text", quote(t.Value), sign)
		}
		switch t.Type {
		case token.InvalidType:
			r.refuseInvalid(t)
		case token.SequenceStartType, token.MappingStartType:
			if open = append(open, t); len(open) == maxDepth+1 {
				r.note(position(t), "more than %d brackets within each other: nothing in a configuration is that deep", maxDepth)
			}
		case token.SequenceEndType, token.MappingEndType:
			if len(open) == 0 {
				r.note(position(t), "this %s closes nothing: take it away, or write where it begins", t.Value)
				return // the scanner has lost count as well, and takes signs behind this for text
			}
			open = open[:len(open)-1]
		case token.SequenceEntryType:
			if n := t.Next; n != nil && n.Type == token.SequenceEntryType && n.Position.Line == t.Position.Line {
				r.note(position(n), "a list within a list: one dash is enough")
			}
		case token.MappingValueType:
			if len(open) == 0 {
				r.refuseColon(t)
			}
		}
	}
	if n := len(open); n > 0 && n <= maxDepth {
		bracket := open[n-1]
		r.note(position(bracket), "this %s is never closed: write %s at its end", bracket.Value, closing[bracket.Value])
	}
}

func (r *reader) refuseInvalid(t *token.Token) {
	hint := ""
	if sign := strings.TrimSpace(t.Value); sign == "@" || sign == "`" {
		hint = ", so quote the text that begins with it"
	}
	r.note(position(t), "this is not YAML: %s%s", brief(t.Error), hint)
}

// refuseColon tells of a colon outside of brackets whose key is none.
func (r *reader) refuseColon(colon *token.Token) {
	key := colon.Prev
	if key == nil {
		return
	}
	if line := colon.Position.Line; key.Position.Line < line {
		text := r.line(line)
		column := len(text) - len(strings.TrimLeft(text, " ")) + 1
		r.note(place{line, column}, "this line does not fit the one above, which has its value already: indent the two alike, or quote the text if both are meant as one")
		return
	}
	if before := key.Prev; before != nil && before.Type == token.MappingValueType && before.Position.Line == key.Position.Line {
		r.note(position(key), "a second key on this line: quote the text behind the first colon, or begin a new line")
	}
}
