package config

import (
	"slices"

	"github.com/goccy/go-yaml/ast"

	"sekisho/handlers/access"
)

// section is a mapping whose keys are known.
type section struct {
	value
	r      *reader
	keys   []string
	values map[string]value
}

// pairs returns what a mapping has, in its order. A key that comes twice is told.
func (r *reader) pairs(v value, example string) ([]value, bool) {
	node, ok := v.node.(ast.MapNode)
	if !ok {
		r.wrong(v, mapping, example)
		return nil, false
	}
	var out []value
	seen := map[string]int{}
	for each := node.MapRange(); each.Next(); {
		p := behind(each.Key(), each.Value())
		if line, twice := seen[p.key]; twice {
			r.note(p.from, "the key %s comes twice, first on line %d: write it once", p.name, line)
			continue
		}
		seen[p.key] = p.from.line
		out = append(out, p)
	}
	return out, true
}

// section reads a mapping of known keys. One that is misspelt is told once, and read as what was meant.
func (r *reader) section(v value, example string, keys ...string) (section, bool) {
	pairs, ok := r.pairs(v, example)
	s := section{value: v, r: r, keys: keys, values: map[string]value{}}
	for _, p := range pairs {
		if slices.Contains(keys, p.key) {
			s.values[p.key] = p
		}
	}
	for _, p := range pairs {
		if !slices.Contains(keys, p.key) {
			r.unknown(p, s)
		}
	}
	return s, ok
}

// slips is how many letters may be wrong in a word of the file: two in a short one, a third of a long one.
func slips(written string) int { return max(2, len(written)/3) }

func (r *reader) unknown(p value, s section) {
	written, hint := p.name, "the"
	if near, ok := access.Nearest(p.key, s.keys, slips(p.key)); ok {
		hint = "did you mean " + near + "? The"
		if _, ok := s.values[near]; !ok {
			p.key, p.name = near, quote(near)
			s.values[near] = p
		}
	}
	keys := "keys of " + s.name + " are " + series(s.keys, "and")
	if len(s.keys) == 1 {
		keys = "only key of " + s.name + " is " + s.keys[0]
	}
	r.note(p.from, "unknown key %s: %s %s", written, hint, keys)
}

// need returns the value behind a key that must be there.
func (s section) need(key, example string) (value, bool) {
	v, ok := s.values[key]
	if !ok {
		s.r.note(s.at, "%s needs %s: write for example %s: %s", s.name, quote(key), key, example)
	}
	return v, ok
}

// section returns the mapping behind a key that must be there.
func (s section) section(key, example string, keys ...string) (section, bool) {
	v, ok := s.need(key, example)
	if !ok {
		return section{}, false
	}
	return s.r.section(v, example, keys...)
}

// word returns the text behind a key that must be there.
func (s section) word(key string, f form) word {
	v, ok := s.need(key, f.example)
	if !ok {
		return word{at: s.at}
	}
	return s.r.word(v, f)
}

// wordOr returns the text behind a key, or what holds without it.
func (s section) wordOr(key, otherwise string, f form) word {
	v, ok := s.values[key]
	if !ok {
		return word{otherwise, s.at}
	}
	return s.r.word(v, f)
}

// word reads a text. What it is to YAML does not matter: what is written counts.
func (r *reader) word(v value, f form) word {
	if shapeOf(v.node) != text {
		r.wrong(v, text, f.example)
		return word{at: v.at}
	}
	written := v.node.GetToken().Value
	if literal, ok := v.node.(*ast.LiteralNode); ok {
		written = literal.Value.Value
	}
	if !f.pattern.MatchString(written) {
		r.note(v.at, "%s is not %s: %s", quote(written), f.name, v.write(f.example))
		return word{at: v.at}
	}
	return word{written, v.at}
}

// words reads a list of texts. One alone needs no brackets.
func (r *reader) words(v value, f form) []word {
	if shapeOf(v.node) == text {
		return []word{r.word(v, f)}
	}
	var out []word
	for _, each := range r.entries(v, "an entry of "+v.name, "["+f.example+"]") {
		out = append(out, r.word(each, f))
	}
	return out
}

// entries returns what a list has. One with nothing in it is told.
func (r *reader) entries(v value, name, example string) []value {
	node, ok := v.node.(*ast.SequenceNode)
	if !ok {
		r.wrong(v, list, example)
		return nil
	}
	if len(node.Values) == 0 {
		r.note(v.at, "%s has nothing in it: %s", v.name, v.write(example))
	}
	var out []value
	for _, n := range node.Values {
		out = append(out, entry(n, name))
	}
	return out
}
