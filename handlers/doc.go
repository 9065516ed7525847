// Package handlers is what happens: a request is taken in, people decide, access is given, and it ends. It knows the
// ledger and the ports below, and neither Slack nor AWS nor the words that people read.
//
// # The order of every change
//
// Intent in the ledger, act, read back, outcome in the ledger, then tell people. A crash between any two of these is
// mended by the next sweep, from the ledger alone.
//
//	Receive   request -> received         the record is durable before SQS forgets the message
//	Request   wish -> received            the same for what a person writes, before their form closes
//	Program   wish -> received, ignored   the same for what a program sends: its refusals are in the ledger, too
//	identify  received -> asked           IAM is read: who is this really?
//	judge     asked -> approved           a press, stored first, is judged by the rules
//	give      approved -> active          claim, plan (what was there before), act, read back
//	take      active -> ending -> ended   the same, backwards, retried for ever
//	recheck   ended                       AWS is looked at twice more: a lost call can land late
//	remedy    raised -> acting -> acted   what was pressed on an alert, or on a row of a report (mend.go)
//	begin     -> asked or making          a rotation, by hand or because a key is too old
//	rotate    making -> ... -> rotated    one step of it: plan, make, tell the servers, prove, retire, delete
//	offboard  leaving -> ... -> departed  all that a person has, who leaves, is ended
//	escalate  asked                       nobody has decided for long: others may too
//	remind    asked, active               the reminder that is due becomes an entry
//	audit     once a day: what is stale becomes a report (survey.go reads, audit.go judges, report.go is when, rows.go what of it)
//	show      the Home tabs that are open  (home.go, access.go)
//	tell      the card, its thread and the DM are redrawn from the record
//
// # Where what lives
//
// rules.go, decide.go and judge.go decide and are pure: decide.go whether something can be asked for and what it takes,
// judge.go what a press does. gather.go finds out what they need to know; people.go knows who is who. keeper.go has the
// ports and the writes. The other files are one verb each. lanes.go runs them: four queues with workers of their own, so that ending access waits
// for nothing else (see package store).
//
// # Decisions
//
//   - The IAM user is read before a card is drawn, not after: a forged event, or the root user's alias that equals
//     a user's name, makes no card for the wrong person. While IAM does not answer the request waits in the ledger.
//   - A revoke during a running apply writes its intent at once and the undoing waits for the claim, rather than the
//     press waiting: the extension to end access is durable before anything else.
//   - What ends access is welcome from any card, also an old one; only what gives it must be pressed on the card that
//     stands, with the Terms that it shows.
//   - A sign-in that changes what an open request shows takes back the approvals it had: they were given to something
//     else.
//   - What a request needs is decided when it is asked for, and stands on its card: hours that end before somebody approves
//     change nothing. The rule must still be the same at the press and before AWS is touched, or the approval is refused.
//   - Whom an approval can count for is asked at the press and written down with it; before AWS is touched it is asked
//     again, and the steps must still be met by who is entitled then, each person once.
//   - To a person whose Slack accounts are all gone nothing is given, which is asked at the press and before AWS is touched.
//     What they have ends as it would have.
//   - Where a rule gives by itself, a sign-in is still asked about: events can be forged, so nothing is given until the
//     person behind the user has answered "that was me".
//   - A sign-in that a rule refuses is ignored, not denied: nobody was asked. What it was refused for is in the ledger, and
//     its person reads it, once an hour however often they sign in. Where no rule is meant for them there is nothing to say.
//   - Who is excluded may not ask; they approve if a step names them. A sign-in of theirs goes on to the next rule.
//   - What a person asks for by hand is decided on while their form waits, so that they read there what is wrong; and again
//     once IAM has been read. Then it is a request like any other. Who asked while IAM did not answer hears so at once, as
//     there is no card yet that could tell. A sign-in neither changes nor prolongs it; a request
//     for what is open takes its place, and one for what its person has already is refused: to prolong it takes approval.
//   - What a program asks for through SQS is decided on before the message is deleted, and never without IAM: until it has
//     said whose the sender's id is, nobody is known to have asked. From there on it is what its person asks for by hand.
//   - A role asks for the IAM users that the configuration names it for, and is itself nobody: the person behind the user
//     is the holder, who hears of it and cannot approve. IAM is asked for the role's id each time, as a name can be deleted
//     and made again. Two sessions of a role are one sender.
//   - A program that is refused leaves a record that is ignored for the refusal: nobody saw it happen. A person whose form
//     is refused leaves none: they read why and correct it, and nothing was asked for yet. Of a sender who is not known the
//     record has no reason and no ticket; and no sender has more than a hundred requests an hour taken in, refused or
//     not, as a program in a loop must fill neither the disk nor the channel. What is beyond is answered, not written.
//   - A plan is made with the grant that held the slot before in hand, while AWS may still show it: what is left of that
//     one is no membership of the user's own.
//   - An extension is a vote on the grant that runs (store.Extension), not a request beside it: the slot has one holder, the
//     end is moved in the same write as the last approval, and AWS, which knows no end, is not touched. It is decided by
//     the rule as it is when it is asked for, as if all the time from the start were.
//   - An approval may allow a shorter time than was asked for (store.Grant.Allowed): the shortest that an approver allows is
//     how long access lasts. What is asked for stays as it was, and so do the Terms. A sign-in does not prolong what was
//     limited, and a rule does not extend it by itself: who allowed one hour of four did not allow the second. To go on
//     takes an extension, which somebody agrees to: by as much again, and up to the rule's maximum, which stays.
//   - Who declines an extension says why, as for a denial; its holder reads it until they ask for another. They can take an
//     open one back themselves. Its approvers are reminded of it like of a request.
//   - A request may name a later start (30 days ahead at most), an end instead of a duration, or both. A late
//     approval moves the start, and with it the end of a duration, but no wished end (store.Grant.Term): nobody can approve
//     what has less than a minute left. The hours of a rule are looked at for the wished start.
//   - Until its start such a grant is approved and no more: it holds its slot, AWS is not touched, everything is asked again at
//     the start, and whoever ends it has nothing to undo. A sign-in meanwhile neither begins it sooner nor moves its end, and
//     asks for nothing else: who needs it now finishes it and asks anew. A member who is there before is a stranger.
//   - A reminder is an entry (remind.go). It is due in the lane that tells, once all that has happened is told; one that
//     was missed is not made up for.
//   - Whom a request is escalated to stands apart from its steps: what it needs, what its card binds an approval to and what
//     the rule is held against stay as they are. They count for any step from then on, while the rule still names them, and
//     may revoke what they have approved. It is due in the lane that takes, as no message must hold it up; an extension
//     that waits is not escalated.
//   - Who could count for the first step is written to once, with a link to the card, at a pace that takes nothing from
//     other letters. What is left of that when the first reminder is due is left to it.
//   - A failure is told when it has happened three times in a row, and then hourly: a blip is no news.
//   - Work that has begun is not cancelled by a shutdown. It has a deadline of its own.
//   - Where five requests or more wait for a card they get one together, a digest. Each still is its own record, with
//     its own buttons.
//   - The look at the members of managed groups looks twice before it reports, and a stranger is removed by a later look
//     than the one that reported them, a few at a time: a ledger that was lost must not empty a group at once.
//   - While the clock stands more than a minute behind the ledger nothing is given, since its end would be reckoned wrong.
//     What was given before ends on time all the same: until the machine's clock has caught up, time goes on without it.
//   - A digest is redrawn by one teller at a time, whose turn serves all who stand on it: of two who drew it at once the
//     one with the older records could be the last.
//   - A letter to a single person waits for its turn in the ledger and not among the tellers (letters.go): after a storm
//     of sign-ins there are more of them than Slack takes in an hour.
//   - The audit's report and the mark that it was made are one write. The audit judges AWS's credential report, which may be four
//     hours old, and asks IAM itself about managed users only: never a call for each user of an account. A key that a live grant
//     has issued, or that an open rotation looks after, is in no finding: it has its end.
//
// # The rows of a report
//
//   - Each finding that a report shows is an alert of its own (store.Stale), which the next audit finds again by what it is about. The
//     report is the message that draws them, and is redrawn when one of them changes, by one teller at a time.
//   - The alerts are written first, one by one and as often as it takes, then the report with its mark: no write grows with what is
//     found, and a crash in between leaves rows that the next report takes up.
//   - One report at a time has remedies to press. The one before is drawn once more and keeps the way back only, for what was
//     pressed on it: a key that is missed on Tuesday was deactivated on Monday.
//   - Before AWS is touched the user is read and judged again, by the same rules as in the audit: what is no longer found is let
//     be. So a key that was used, rotated or given meanwhile, and a user made anew, is never touched.
//   - What a remedy is going to do is written down before the first write, so that only what it deactivated is activated again.
//   - A row is pressed by the security group alone, and nobody keeps what is their own, or gives it back to themselves.
//   - A finding that was dealt with since AWS made its credential report, which may be four hours old, is not reported once more.
//   - A rotation is begun as who pressed, by its own rule: the row is no way round its approvals.
//
// # Rotations
//
//   - What a request would do is asked of AWS (Cloud.Plan) before anybody is asked to approve: what cannot be given, as to
//     an IAM user with two keys, is said while the form is open.
//   - What only one can have at a time (Entitlement.Exclusive) has a slot without a person in it: who asks for it while
//     another has it, or waits for it, reads that it is in use.
//   - A rotation (store.Task) is stepped like a grant: claim, plan once, act, read back, outcome. What AWS is touched with is
//     behind the port Rotator; here it is decided when, and who may. judgetask.go is pure, as judge.go is.
//   - It holds the slot of a grant of the same user's key, so a key is issued or rotated, and never both at once.
//   - To put the old key back changes the places of the two keys and goes the same road: told, answered, proven, switched
//     off, deleted. There is no second way of undoing that could be wrong.
//   - Before the key is in the secret there is nothing to put back; once it is to be deleted it is too late.
//   - A key's age is looked at once a day, and the look is noted before its outcome: the schedule may fire as often as it
//     likes. What was denied, or could not begin, is asked again the next day.
//   - How servers are told (the tag, the script) is the configuration's as it is now, not as it was: a wrong path must not
//     leave a rotation stuck half-way. What is approved does not depend on it.
//   - What has no end (Entitlement.Endless) has a time in which to be given; once given its grant ends as handed over, and
//     nothing takes it away again but a rotation, without which the configuration does not allow it.
//   - One that waits for approval is called for, reminded of and escalated like a request. The schedule, which asks for some,
//     is nobody: all whom the first step names are called.
//   - Whose key a rotation retires is found by the key's id (store.HandedOver): they are told where the next one is, once, and it
//     cannot be put back, as no version of this secret ever had theirs.
//   - Between failed tries there are up to five minutes: nobody waits for a rotation, and each try makes a key.
//
// # Offboardings
//
//   - What somebody has is read when it is asked (leaver.go), and again at work: the form shows, the look of the moment counts
//     (offboardlook.go, which is pure but for the reading). What is given in between is ended, too.
//   - Each thing is written down before it is touched (store.Found), and is said to be ended (store.Settled) once IAM does not
//     show it any more. IAM users are worked on side by side: an account that does not answer holds up no other.
//   - What the ledger has given the ledger takes back: requests are denied, grants revoked by who confirmed it, and the grants'
//     own end touches AWS. A group that a live grant gives is left to that; if the user is in it still once the grant has
//     ended, the membership was there before, and goes as well. This and the password are what is taken that was there before.
//   - When nothing is left, IAM is looked at once more a minute later. What shows up then begins it anew.
//   - Keys are deactivated and not deleted, policies of the user's own are left to people: both can be somebody's whom nobody
//     thought of, and a policy that is deleted is lost. A key of a rotation is a machine's, and stays.
//   - Nobody offboards themselves. Who is being offboarded is given nothing, and decides nothing: the slot of the open offboarding
//     is what is asked for, at the press, when a request comes in, and before AWS is touched.
//   - It asks AWS alone, and does not share what it finds out with the roads below: there are few at a time.
//
// # When AWS does not answer
//
// A thousand grants whose ends fall into a week without IAM would be forty million tries, two writes each, if each found
// out alone every fifteen seconds. So what ends access shares what it finds out (outage.go). Tries that go the same road
// fail together: the same kind of work in the same account. Three failures in a row that are the road's (throttled, 5xx,
// cut, silent) shut it, and from then on one try goes out every five seconds, each time another grant's. The others are
// held without a write; each is told of once an hour, as ever. The first answer opens the road for all at once, so that
// nobody waits more than a few seconds for what others know. An answer is anything that is not an outage: who is refused
// for a reason of their own (AccessDenied, a user who is gone) shuts no road, and waits for none but their own pause.
//
// It is kept in memory: after a restart three tries find out again. What begins access does not share: a flood of
// sign-ins would make a long list to hold, and eight workers who wait for AWS are slow enough.
package handlers
