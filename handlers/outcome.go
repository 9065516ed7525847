package handlers

import (
	"time"

	"sekisho/store"
)

// Result is what came of a step that did not fail.
type Result struct {
	Again time.Duration     // not settled yet: look once more after this; 0 for done
	Later time.Duration     // it has ended, and what is left of it is to be cleared away after this; 0 for nothing
	Facts map[string]string // what was really done
}

// Outcome is what came of a try at a remedy.
type Outcome struct {
	Result
	Verb store.Verb // that happened to the alert
	Note string
}
