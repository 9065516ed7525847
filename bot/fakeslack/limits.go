package fakeslack

import "time"

// The limits of Block Kit, in runes or items.
// https://docs.slack.dev/reference/block-kit
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
	maxID            = 255 // action_id, block_id, callback_id, external_id

	maxText        = 3000
	maxHeader      = 150
	maxFields      = 10
	maxField       = 2000
	maxContext     = 10
	maxActions     = 25
	maxURL         = 3000
	maxAltText     = 2000
	maxImageTitle  = 2000
	maxInputLabel  = 2000
	maxInputText   = 3000
	maxPlaceholder = 150

	maxButtonText  = 75
	maxButtonValue = 2000

	maxConfirmTitle  = 100
	maxConfirmText   = 300
	maxConfirmButton = 30

	// Sources give 150 or 75 for an option's value; the smaller is the safe one.
	maxOptionValue  = 75
	maxOptionText   = 75
	maxOptions      = 100
	maxOptionGroups = 100
	maxOverflow     = 5
	maxBoxes        = 10 // checkboxes and radio buttons
	defaultMinQuery = 3  // of an external select

	maxViewTitle    = 24 // also its submit and close
	maxViewMetadata = 3000
	maxViewBytes    = 250 << 10
)

// maxRequestLength keeps a runaway client from filling the memory; it is no limit of Slack's.
const maxRequestLength = 1 << 20

// blockTextLimit is how much text all blocks of a message may hold together. Slack documents no
// number: people measured refusals from 13,297 runes (https://github.com/slackapi/bolt-js/issues/2509)
// down to 11,341 (issue 2867 there), as containers count too. Cards that keep far below are safe.
const blockTextLimit = 13000

// Message text: chat.postMessage cuts at 40,000, chat.update refuses past 4,000. The fake refuses
// both: a cut message is a bug nobody sees.
// https://docs.slack.dev/reference/methods/chat.postMessage, .../chat.update
const (
	maxPostText   = 40000
	maxUpdateText = 4000
)

// Socket Mode and interactivity.
// https://docs.slack.dev/apis/events-api/using-socket-mode
// https://docs.slack.dev/interactivity/handling-user-interaction
const (
	ackWithin       = 3 * time.Second
	maxAckBytes     = 20 << 10 // at or over this an acknowledgement is dropped without a word
	maxSockets      = 10
	warningAhead    = 10 * time.Second // from a disconnect "warning" to the end
	pingEvery       = 10 * time.Second
	triggerLife     = 3 * time.Second
	responseURLLife = 30 * time.Minute
	responseURLUses = 5
)
