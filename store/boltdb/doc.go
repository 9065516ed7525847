// Package boltdb keeps the ledger in one file, for one process on one machine. It knows nothing of what a record
// means: package store has the rules, package storetest the promises.
//
// # The file
//
// Buckets: "docs" (id -> version, keys, body), "entries" (id, NUL, seq -> entry) and "index" with a bucket for each
// index (value, NUL, id -> nothing). A record, its keys and its entries are written in one transaction, which is
// durable when Put returns. The freelist is synced: without it, opening a large ledger would read the whole file.
//
// A new file is made under another name, synced, and linked to its own: a crash leaves a whole file or none. A link,
// where a rename would do for one process, because it fails if a second process was faster; a rename would pull the
// ledger away from under it.
//
// The file is locked while it is open, so whoever has opened it knows that every earlier owner is dead.
package boltdb
