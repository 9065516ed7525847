// Package boltdb keeps the ledger in one file, for one process on one machine. It knows nothing of what a record
// means: package store has the rules, package storetest the promises.
//
// # The file
//
// Buckets: "docs" (id -> version, kind, keys, chain, facts, progress), "entries" (id, NUL, seq -> entry) and "index" with a bucket for each
// index (value, NUL, id -> nothing). A record, its keys and its entries are written in one transaction, which is
// durable when Put returns. The freelist is synced: without it, opening a large ledger would read the whole file.
//
// A new file is made under another name, synced, and linked to its own: a crash leaves a whole file or none. A link,
// where a rename would do for one process, because it fails if a second process was faster; a rename would pull the
// ledger away from under it.
//
// The file is locked while it is open, so whoever has opened it knows that every earlier owner is dead.
//
// # A damaged file
//
// A file that is opened is read first, and nothing of it is changed where it is empty, cut short or no ledger: each command says the same
// of it. The list of free pages is needed for writing alone. Where it cannot be read the ledger can be read and copied, and
// [Open] refuses it. A list that names a page in use is found by reading the whole file ([Reader.Pages]), which is for
// verify and backup: the next write would end on a record.
//
// # The version
//
// Bucket "meta" has the version of the format that a build writes, and the one that a build must know to read it. A newer file opens
// as long as this build knows the latter. A file of the first builds has none: [Open] converts it in one transaction if nothing in
// it is live, and else refuses it and says how to drain it. What it has of records that came to their end can be read, and is
// bound by seals alone until something happens to them again. One of version 2 has records without their kinds: [Open] adds them, some
// thousand in each transaction, and a reader tells them by the ids. One file of each released format is kept under testdata.
//
// # Group commit
//
// A sync costs the same for one Put and for many, so one goroutine writes: it takes all Puts that came while the last
// commit ran, and commits them together. There is no timer; who comes alone is written at once. Each Put is checked in
// the transaction before anything of it is written, and sees those before it, so one that is refused leaves no trace
// and spoils nothing for the others. Only an error of the disk fails a whole group, and the next one starts anew.
//
// # A full disk
//
// What must end has to be written down first, also on a full disk. A megabyte is kept for that in a file beside the ledger.
// When a write fails it is given up for the ledger, which from then on takes only changes of records that it has, until
// it can be made again: nothing new begins, and what has begun ends. Presses are new too, so nobody's is lost: Slack tells
// the person that it was not taken.
//
// # Copies
//
// The lock keeps every other process out, also the operator who wants to look. So the owner answers on a Unix socket
// beside the file ([DB.Serve]) with a copy of the ledger as of one moment, and [Copy] asks there if the file is locked.
// A copy is a long read. Were the file mapped as large as it is, a writer that has to grow it would wait for that read,
// and the end of somebody's access with it; so address space is reserved ahead, as etcd does. bbolt then grows the file
// by 16 MB at a time, most of it a hole that takes no room.
package boltdb
