package demo

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// files are the page, as it is served.
//
//go:embed page
var files embed.FS

// catalogue has the words of the page by language. A file that cannot be read is found by the tests.
var catalogue = map[string]map[string]string{"en": readWords("en"), "ja": readWords("ja")}

func readWords(lang string) map[string]string {
	out := map[string]string{}
	raw, err := files.ReadFile(path.Join("page", "words", lang+".json"))
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		panic(fmt.Sprintf("read words of %s: %v", lang, err))
	}
	return out
}

// sentence is an error for the person at the page, who reads it in the page's language.
type sentence struct {
	key  string
	with []string // names and values
}

// say names a sentence, and what stands in for the {names} in it.
func say(key string, with ...string) *sentence { return &sentence{key, with} }

// in is the sentence in a language.
func (s *sentence) in(lang string) string {
	var pairs []string
	for i := 0; i+1 < len(s.with); i += 2 {
		pairs = append(pairs, "{"+s.with[i]+"}", s.with[i+1])
	}
	return strings.NewReplacer(pairs...).Replace(catalogue[lang][s.key])
}

func (s *sentence) Error() string { return s.in("en") }
