// Package fakeslack is a Slack workspace with one app installed, for the demo and the tests.
//
// It serves the part of Slack's Web API that the bot calls and Socket Mode, on a real socket
// (mount the Server) or in memory (Server.Memory, which a testing/synctest bubble survives).
// People act through methods: Click, Submit, Slash, Suggest, Shortcut, OpenHome, CloseModal, Say.
// What they would see is read back with Messages, Thread, Ephemerals, Modal, Home and Render.
//
//	s := fakeslack.New(fakeslack.Workspace{BotToken: "xoxb-1", AppToken: "xapp-1", Users: ..., Channels: ...})
//	defer s.Close()
//	m := s.Memory()
//	api := slack.New("xoxb-1", slack.OptionAppLevelToken("xapp-1"), slack.OptionAPIURL(m.URL), slack.OptionHTTPClient(m.HTTP))
//	app := socketmode.New(api, socketmode.OptionDialer(m.Dialer))
//
// It is meant to be as strict as Slack. Where Slack's answer is documented, the code names the
// page; where the documentation is silent, the fake takes the reading that hurts the bot more and
// says so in a comment. It does not import slack-go, so the two cannot share a mistake: its own
// tests run slack-go against it, unmodified, and where SEKISHO_JUDGES=1 or CI=true is set also
// Bolt, Slack's own library.
//
// # Promises
//
//   - An accepted message or view was inside every limit of Block Kit that checkBlocks knows.
//   - A person can only press what is drawn at that moment, and only submit what the client would
//     let them submit. Everything else is an error of the acting method, never a payload.
//   - One envelope goes to one socket, and an acknowledgement counts only on that socket, within
//     three seconds, and under 20 KB.
//   - Ids and timestamps come from counters and Workspace.Now; nothing is random.
//   - After Close no goroutine of the fake is left.
//
// # Time
//
// What people see (timestamps) is taken from Workspace.Now. How long things last (3 s for an
// acknowledgement and a trigger, 30 minutes for a response URL, rates) is measured with package
// time, so a demo may move its clock without expiring a press in flight, and a synctest bubble
// needs no clock of its own. Make the Server inside the bubble.
//
// # What it does not know
//
// Signed HTTP requests from Slack (only Socket Mode delivers), files, attachments, reactions,
// message history, stacked modals (views.push), shortcuts on messages, inputs of files, rich
// text, addresses and URLs, video, tables and the newer blocks: what it does not know it refuses,
// it never ignores it. Unknown fields of known blocks do pass. Tiers of rate limits are not modelled, only
// the pace of posts in a channel. Of Enterprise Grid and Slack Connect there is a user's foreign
// team id and nothing more.
package fakeslack
