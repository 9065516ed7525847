package demo

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"sekisho/bot"
	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
)

// usersIn returns the users of the workspace, with a Slack in the page's language. Some keep their own, whatever that is.
func usersIn(lang string) []fakeslack.User {
	users := workspace(nil).Users
	for i, u := range users {
		if !slices.Contains([]string{mori, miller, park}, u.ID) {
			users[i].Locale = map[string]string{"en": "en-US", "ja": "ja-JP"}[lang]
		}
	}
	return users
}

// language is the page's.
func (s *stage) language() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lang
}

// speak gives the page and the cards another language: the bot is started anew with another configuration. A card that
// nothing happens to would keep its old one, as it may in a real workspace; here all that can be seen is drawn again, and
// only what was said in threads stays as it was said.
func (s *stage) speak(lang string) error {
	s.lever.Lock()
	defer s.lever.Unlock()
	c, err := spoken(lang)
	if err != nil {
		return err
	}
	c.SignIns = s.queue
	s.mu.Lock()
	s.config, s.lang, s.anew = c, lang, s.bot != nil
	s.mu.Unlock()
	s.bell.ring()
	defer s.settled()
	runs := s.dismiss() == nil
	for _, u := range usersIn(lang) {
		s.slack.SetUser(u)
	}
	if !runs {
		return nil
	}
	err = s.worked("spoke", errors.Join(s.redraw(c), s.begin()))
	s.running.Go(s.openHomes)
	return err
}

// openHomes opens the Home tabs that are there again, once the bot is connected: Slack's own client does when it gets
// another language.
func (s *stage) openHomes() {
	if s.slack.Wait(s.ctx, func() bool { return s.slack.Sockets() > 0 }) != nil {
		return
	}
	for _, u := range usersIn("") {
		if _, is := s.slack.Home(u.ID); is {
			_, _ = s.slack.OpenHome(u.ID) // what fails is opened by hand
		}
	}
}

func (s *stage) settled() {
	s.mu.Lock()
	s.anew = false
	s.mu.Unlock()
	s.bell.ring()
}

// goodbye is how long a bot may take to finish what it does.
const goodbye = 3 * time.Second

// dismiss ends the bot as SIGTERM would, so that it notes where its last message stands; one that takes too long is killed.
// The caller holds lever.
func (s *stage) dismiss() error {
	s.mu.Lock()
	b := s.bot
	s.mu.Unlock()
	if b == nil {
		return errNotRunning
	}
	b.stop()
	select {
	case err := <-b.ended:
		b.ended <- err // for drop, which waits for it as well
	case <-time.After(goodbye):
	}
	return s.drop()
}

const (
	mostRedraws = 8 // messages of a kind: what Slack takes at once
	redrawTime  = 5 * time.Second
)

// redraw draws the newest messages of the ledger's records in the language of a configuration. No bot runs meanwhile, so
// none is newer. What Slack does not take now is drawn when something happens to it.
func (s *stage) redraw(c config.Config) error {
	s.mu.Lock()
	down := s.down["slack"]
	s.mu.Unlock()
	if down {
		return nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, redrawTime)
	defer cancel()
	pen := bot.Pen{Words: bot.In(c.Language), Zone: c.Zone}
	voice := bot.New(bot.Slack{URL: s.url, BotToken: botToken, AppToken: appToken}, bot.Place{Cards: c.Channel, Alerts: c.Security, Security: c.Policy.Security, Pen: pen},
		s.clock.now, slog.New(slog.DiscardHandler)).Voice
	cards, alerts := s.journal.drawn()
	for _, grants := range last(cards, mostRedraws) {
		if _, err := voice.Card(ctx, grants[0].Card, grants...); err != nil {
			return err
		}
		if g := grants[0]; len(grants) == 1 && g.DM.TS != "" {
			if _, err := voice.DM(ctx, g); err != nil {
				return err
			}
		}
	}
	for _, a := range last(alerts, mostRedraws) {
		if _, err := voice.Alert(ctx, a, s.journal.cardOf(a.Grant)); err != nil {
			return err
		}
	}
	for _, t := range last(s.journal.rotations(), mostRedraws) {
		if _, err := voice.Task(ctx, t); err != nil {
			return err
		}
	}
	if r, rows := s.journal.reported(); r.Card.TS != "" {
		_, err := voice.Report(ctx, r, rows)
		return err
	}
	return nil
}
