// Package demo is the wiring's other edges: a made-up Slack and AWS, a clock that can be moved, and three ways to meet the
// bot in them: stories that play themselves in the terminal (Play), a Slack acted in by typing (Slack), and a page of the
// browser with everything on it (Page). The bot is the real one, put together by package app; nothing outside knows of
// this package.
//
// # The page
//
// The world is a stage: its levers (the clock, the faults, killing the bot) are methods of it. A killed bot is one whose
// lifeline is cut: its connections break, its ledger closes, and what it still tries has no effect, as after kill -9. The
// browser is sent the whole state of what one person sees whenever it changes, so a stream that broke has missed nothing,
// and asks for actions one by one; the page itself (page/) is drawn from that state and keeps nothing that matters. What
// it shows of the ledger is read along by a journal, which outlives the bot.
//
// Nobody but the person at this machine can act: the server listens on 127.0.0.1, answers to its own names only, and an
// action needs the token that stands in the page. Text from people is never markup: the scripts make text nodes, and the
// page's policy runs nothing that is not a file of its own.
//
// Where SEKISHO_JUDGES=1 or CI=true is set, the tests play at the page in a real browser, by roles and names in both
// languages, have axe-core judge every view, and keep a picture of each in .ci/artefacts/demo. The pictures of the
// READMEs are taken with `go test ./deploy/demo -run TestPictures -pictures`.
package demo
