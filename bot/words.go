package bot

import (
	"embed"
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
	return w.say(&i18n.LocalizeConfig{MessageID: key, TemplateData: d})
}

func (w Words) say(c *i18n.LocalizeConfig) string {
	s, err := w.localizer.Localize(c)
	if err != nil {
		return c.MessageID
	}
	return s
}

// Span writes a duration in words, to the second.
func (w Words) Span(d time.Duration) string {
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	span := ""
	for _, unit := range []struct {
		key string
		n   int
	}{{"time.hours", hours}, {"time.minutes", minutes}, {"time.seconds", seconds}} {
		switch part := w.say(&i18n.LocalizeConfig{MessageID: unit.key, PluralCount: unit.n}); {
		case unit.n <= 0:
		case span == "":
			span = part
		default:
			span = w.Say("time.joined", data{"Long": span, "Short": part})
		}
	}
	if span == "" {
		return w.say(&i18n.LocalizeConfig{MessageID: "time.seconds", PluralCount: 0})
	}
	return span
}
