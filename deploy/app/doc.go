// Package app is the one wiring: it joins the ledger, the verbs, Slack and AWS into a running bot. Its edges are
// arguments, so that `serve`, the demo and the tests run the same program.
package app
