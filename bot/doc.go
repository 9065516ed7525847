// Package bot is what people see and press: the only importer of slack-go, and the only place with sentences for
// people. It draws what the ledger says and stores what people press; it decides nothing.
//
//	words.go    the catalogues, words/en.json and words/ja.json
//	text.go     the one way in which text from outside gets into a message
//	card.go     a grant -> its message (pure; golden files in testdata), with fields.go and buttons.go
//	held.go     what was there before a request is neither given nor taken: the words of that (pure)
//	further.go  the sign-ins that stand beside a request (pure), and who is told of them
//	parts.go    what each kind of access adds to its card; one file a kind
//	ask.go      the question to the person who signed in, whether it was them (pure)
//	remind.go   what people are reminded of (pure)
//	approver.go what who has approved hears of it (pure)
//	call.go     who may decide is asked to
//	home.go     the Home tab (pure)
//	extension.go an extension that waits (pure)
//	alert.go    an alert for the security channel (pure)
//	report.go   what the daily audit has found (pure), with reportrow.go: a row, its buttons and the form of keeping it
//	taskapprover.go who has approved a rotation hears what undoes it (pure)
//	task.go     a rotation -> its message (pure), with tasksteps.go and taskline.go
//	rotate.go   the list and the form of /jit rotate (pure), and what they are answered with
//	offboard.go the form of /jit offboard (pure), and what it is answered with; offboardcard.go is its card (pure)
//	digest.go   many requests on one message (pure)
//	thread.go   an entry -> its line (pure), a refusal -> its sentence (pure)
//	wishform.go what a person may ask for -> the form (pure), a refusal -> its sentence (pure)
//	wish.go     the form as it was sent -> what is asked for (pure)
//	press.go    a payload -> a press (pure)
//	pressform.go the forms that some buttons open first (pure): why it is denied, how long it is approved for
//	bot.go      the parts joined; two connections, so that one stands while Slack closes the other
//	voice.go    handlers.Voice over Slack's Web API, at Slack's pace
//	people.go   what Slack knows of users and user groups, each by itself
//	lately.go   the same by whole lists, for what is only read, with snapshot.go: the last list that Slack has answered
//	socket.go   Socket Mode: store the press, then acknowledge
//	desk.go     what each shortcut and form is answered with
//	sentforms.go a form that is sent twice is taken in once
//	command.go  what each command is, with list.go
//	choices.go  what a command could mean, each with its button (pure); gone once one is pressed
//	tokens.go   which of Slack's answers mean that a token is wrong
//
// # Decisions
//
//   - What people are shown is drawn by a method of Pen, and every one is in one list (drawings_test.go): each drawing there
//     has golden files, and is held to Slack's limits and Slack's own types, in both languages and with the worst data.
//   - Cards, digests and alerts are in their channel's language; what only one person sees is in theirs.
//   - A message whose blocks Slack refuses is sent without them: plain is better than never. The text of an alert says
//     what is to be done as well.
//   - A token that Slack refuses ends the run, whichever of the two it is and whenever that happens: a checkpoint that
//     cannot speak must not look as if it were well.
//   - A button carries its record's id and Terms and nothing else. The text of a message is never read.
//   - What came from outside stands in code spans, from which the characters that end one have been taken, or in
//     plain_text objects. Neither can become a mention, a link or markup
//     (https://docs.slack.dev/messaging/formatting-message-text).
//   - A sentence has a space on both sides of what may be a code span: next to a Japanese letter or full stop Slack
//     does not see one, and what stands in it would be markup (https://github.com/seratch/ChatGPT-in-Slack/issues/61).
//   - An alert mentions who looks after alerts for as long as nobody has, and links to the card that it is about.
//   - A message that is on its way when the program is told to stop has two seconds to arrive: cut off, nobody would know whether
//     Slack has it, and it would be posted again after the next start.
//   - Who is to decide is called in the thread, as a card that is redrawn rings no bell: by their user group, and only
//     those whose approvals are missing.
//   - A Home tab has the holder's own buttons. What others ask for is decided on its card, which shows what one should
//     know and is bound to it.
//   - What people only read (the form's offers, the Home tab, lists, who has left in the audit) goes by whole lists (lately.go): of the user
//     groups with their members, at most once a minute, and of all users, by pages. Lists are asked for at Slack's pace, and only when
//     somebody reads. While Slack has nothing newer the last one is shown, however old. What decides (a form that was sent, a press, before
//     AWS is touched) asks about one user or group, and no answer counts for longer than a minute. A method that Slack turns away is not
//     called before the time that Slack says.
//   - A form opens at once, with a sentence in it, as a trigger lives three seconds; what it offers is drawn when it is known.
//     What it offers counts for nothing when it comes back: handlers decides on it anew.
//   - Whoever cannot decide gets no form: before it opens the press is judged as it would be, and nothing is stored. Where that takes
//     more than a second the form opens, as what it makes is judged as well. On a Home tab the refusal stands in the place of the form.
//   - A card names who may approve while it waits. As it is posted that calls them, which they expect; a card that is redrawn calls nobody.
//   - A form that is sent twice is taken in once, and answered the second time as the first (sentforms.go).
//   - Extend asks how long and why. Typed, or chosen from the list that a typed command shows, it is as long again.
//   - Times in plain text, and days that are chosen, are of the reader's zone in Slack.
//   - Approve is one click. Who wants to allow less time, or say something, has a button beside it that opens a form, which
//     for high risk is the second question. A digest has no such button: it stands in for cards in a storm, and a second
//     look is better taken when that is over.
//   - The card of an offboarding has a line for each thing. Where that is more than people read, what has ended is counted; what
//     does not go on, and what is left to somebody, never is.
//   - What a form asks for is known by its view and by what it says: sent twice it is one request, changed in between two.
//   - Sentences say what has been read back or written down, never what is hoped for.
package bot
