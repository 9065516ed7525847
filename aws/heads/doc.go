// Package heads keeps the daily head of the ledger's seals in S3, where whoever holds the bot's machine cannot take it back: each
// is an object of its own under Object Lock, in compliance mode, which not even the root user of the bucket's account can shorten.
//
//   - The number and the hash are the object's name. So a list says what was stored, and an object put over another one hides nothing.
//   - An object is put only where there is none (If-None-Match), and read back: its bytes, its mode and how long it is kept. One that is
//     there already, with the same bytes and such a lock, counts as stored: it is ours, from before a crash.
//   - Object Lock keeps versions, and not names: anybody who may can put a delete marker over an object, or a newer version. So all
//     versions are listed.
//   - What somebody stores with the bot's credentials looks like the bot's own. So a head that the ledger does not have is a fault,
//     whoever stored it.
//
// Facts are of https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html (compliance mode; new versions and delete
// markers), .../object-lock-managing.html#object-lock-put-object (a checksum is needed), .../conditional-writes.html (412, and 409 for
// two at once) and https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html (the lock is shown to who has
// s3:GetObjectRetention).
package heads
