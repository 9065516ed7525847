package bot

import (
	"embed"
	"fmt"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed words/*.json
var catalogues embed.FS

// Words speaks one language.
type Words struct{ localizer *i18n.Localizer }

// data fills the places of a sentence.
type data map[string]any

var bundle = func() *i18n.Bundle {
	b := i18n.NewBundle(language.English)
	for _, lang := range []string{"en", "ja"} {
		if _, err := b.LoadMessageFileFS(catalogues, "words/"+lang+".json"); err != nil {
			panic(err) // embedded: the tests would have seen it
		}
	}
	return b
}()

// In returns the words of a locale such as "ja-JP"; English for one that there is no catalogue of.
func In(locale string) Words { return Words{i18n.NewLocalizer(bundle, locale)} }

// Say returns a sentence. A missing one shows its key: ugly, but nothing else is lost with it.
func (w Words) Say(key string, d data) string {
	s, err := w.localizer.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: d})
	if err != nil {
		return key
	}
	return s
}

// Span writes a duration in words, to the second.
func (w Words) Span(d time.Duration) string {
	parts := []string{}
	for _, unit := range []struct {
		key string
		n   int
	}{
		{"time.hours", int(d.Hours())},
		{"time.minutes", int(d.Minutes()) % 60},
		{"time.seconds", int(d.Seconds()) % 60},
	} {
		if unit.n > 0 || unit.key == "time.seconds" && len(parts) == 0 {
			s, err := w.localizer.Localize(&i18n.LocalizeConfig{MessageID: unit.key, PluralCount: unit.n})
			if err != nil {
				s = fmt.Sprint(unit.n, " ", unit.key)
			}
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}
