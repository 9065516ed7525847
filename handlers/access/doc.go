// Package access has the workflows: a request is taken in, people decide, access is given, and it ends; keys are rotated. The audit of
// credentials is package audit, and package offboarding ends what a leaver has. It knows the ledger, the engine (package handlers) and the
// ports below, and neither Slack nor AWS nor the words that people read.
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
//	inspect   active, ended               every five minutes: is a key's secret closed, is a key that has ended still off?
//	remedy    raised -> acting -> acted   what was pressed on an alert, or on a row of a report (mend.go)
//	begin     -> asked or making          a rotation, by hand or because a key is too old
//	rotate    making -> ... -> rotated    one step of it: plan, make, tell the servers, prove, retire, delete
//	escalate  asked                       nobody has decided for long: others may too
//	remind    asked, active               the reminder that is due becomes an entry
//	seal      once a minute, at a start and at a stop: what records have come to is sealed (seals.go)
//	verify    at a start and twice an hour: what is live is compared with its entries (live.go)
//	show      the Home tabs that are open  (home.go, access.go)
//	tell      the card, its thread and messages to single persons are drawn from the record
//
// # Where what lives
//
// Package policy decides whether something can be asked for and what it takes, package people who is who. judge.go is pure as well: it
// says what a press does. standing.go asks that again of what was asked for before. gather.go finds out what they need to know. keeper.go
// has the ports, and registers the workflows with the engine. The other files are one verb each.
//
// # Decisions
//
//   - A person is compared by [people.Registry.Same] alone, which asks the configuration as it is now about both sides: a record has
//     its person by the account that was the first one when it was written. A grant is also the person's whose IAM user it is by the
//     configuration now, and the ledger has it under both. A test type-checks the program and finds other comparisons.
//   - The IAM user is read before a card is drawn, not after: a forged event, or the root user's alias that equals
//     a user's name, makes no card for the wrong person. While IAM does not answer the request waits in the ledger.
//   - A revoke during a running apply writes its intent at once and the undoing waits for the claim, rather than the
//     press waiting: the extension to end access is durable before anything else.
//   - What ends access is welcome from any card, also an old one; only what gives it must be pressed on the card that
//     stands, with the Terms that it shows.
//   - What was asked for and approved stays on the card as it was (store.Further): later sign-ins stand beside it, each address
//     and MFA once, the newest few. One from somewhere else that comes while a request is open takes back its approvals, or
//     those of an extension that waits: they were given without it. Each who gave one is told in a new message to decide again.
//   - A further sign-in prolongs access if its address and MFA are as they were approved, both known; else it asks, by an
//     extension, which the rule's approvers decide on (Entitlement.Prolong says otherwise). Nothing is asked for where an
//     extension waits, for what an approver has limited, or where the access would not be given now.
//   - Its holder is asked about it, and who approved hears of it, each in a new message: a few within a quarter of an hour, as
//     a storm changes the messages that stand. Sign-ins alike within a minute are counted, and told once.
//   - A sign-in that a rule refuses stands beside what its user has, or waits for: whoever has signed in uses it as well.
//   - What was asked for by hand is not about a sign-in: none changes or prolongs it. The thread and its holder are told.
//   - A rule that demands MFA wants the record to say that it was used: unknown is not enough. It demands nothing of a request
//     by hand, which has no sign-in.
//   - An address is first seen until access from it was approved, by a mark in the write of the approval: who is denied and
//     tries again does not become known by that.
//   - What a request needs is decided when it is asked for, and stands on its card. Everything that made it allowed is asked
//     again at each press of Approve, when AWS is touched and when the access is prolonged (standing.go): the question is
//     gathered anew, and the same function decides. Who may ask, who is excluded, the hours, what the rule demands of a request,
//     whose the IAM user is, that the person is a full member of the workspace and is not being offboarded; and that the rule
//     is the same. What is not so any more the presser reads; once it is approved the grant is refused, and its holder is told.
//   - The hours are those of the press, or of a wished start that is later; of prolonging those of now. Hours that have ended
//     before somebody approves refuse the approval; where the rule demands more approvals outside of them, it becomes a vote,
//     and the card says how many are missing.
//   - Votes are counted anew as well: one by an account that is gone or a guest's, by who is nobody or the holder by now, is no
//     longer entitled or is being offboarded is taken away at the next press (store.Void), and counts for nothing when AWS is
//     touched; of two by one person the first counts. An access whose votes are lost goes on until its end, and no sign-in prolongs it.
//   - Of a rotation the same is asked at each press of Approve and before it is planned, also whether who asked for it still
//     may. Once it has begun it goes on: half of it is worse than either end.
//   - What somebody had before they lost the right to it ends as it would have.
//   - A press that is taken up more than 15 minutes after it was made (by Slack's clock, or by its arrival if that was earlier)
//     gives nothing, prolongs nothing, keeps nothing and gives nothing back (late.go): nobody expects it any more. Whoever pressed
//     reads so in a message of their own, once for each card. What ends or refuses (Deny, Revoke, Finish, Withdraw, Retract,
//     Decline, "Not me", a remedy) counts at any age. An old key that is put back works again, so that is a gift as well: it is
//     pressed again. A form has no time of Slack's; it counts from its arrival.
//   - A sign-in that is taken up more than an hour after it happened (by CloudTrail, by the queue or by its arrival, whichever was
//     first; a time to come counts as now) gets no card and prolongs nothing; so does one that IAM has not answered for by then.
//     Its person reads so, once an hour at most, with how to ask. A program's message counts from its time in the queue, and is
//     refused after an hour as well: the program has gone on without it.
//   - What a person asks for by hand lapses at its rule's time limit, counted from when it was sent, also where IAM never answers;
//     they are told. A rule gives it by itself within 15 minutes of that only: nobody expects access to appear later.
//   - Access is given to people of the configuration only, by all of whose accounts nobody approves for himself. Whose an IAM
//     user is that the configuration lists under nobody, its tag says (Policy.MatchTag) or its name (Policy.MatchEmail), each
//     only where that is allowed, and only if it leads to one of these people. An e-mail address could be cheated with in the
//     same way as a tag: one's own second Slack account, which nobody has listed, would be another person. Both are claims of
//     somebody in AWS (Subject.KnownBy): the card says so, it is part of the Terms, and no rule gives anything by itself.
//   - Nobody says that a membership, or what an audit has found, stays of an IAM user whom AWS says is theirs, whether or not tags
//     count elsewhere. The tag is read of suspects when they are reported, and at the press, as it may have changed; a press
//     waits while AWS does not answer. Of a row of the audit it is read at the press alone: never a call for each user.
//   - A tag or a name that leads to another person before AWS is touched refuses the approval. A sign-in whose user has become
//     another person's neither prolongs a grant that runs nor takes it over.
//   - To a person of whose Slack accounts none is a member of the workspace (gone, guest, bot, stranger) nothing is given, which
//     is asked when a request comes in and wherever it is asked again. While Slack does not say so when a request comes in, the
//     card is drawn, and the press asks again.
//   - Where a rule gives by itself, a sign-in is still asked about: events can be forged, so nothing is given until the
//     person behind the user has answered "that was me".
//   - A sign-in that a rule refuses is ignored, not denied: nobody was asked. What it was refused for is in the ledger, and
//     its person reads it, once an hour however often they sign in, and
//     is asked whether it was them: a "not me" alarms security. Where no rule is meant for them there is nothing to say.
//   - Who is excluded may not ask; they approve if a step names them. A sign-in of theirs goes on to the next rule.
//   - What a person asks for by hand is decided on while their form waits, so that they read there what is wrong; and again
//     once IAM has been read. Then it is a request like any other. Who asked while IAM did not answer hears so at once, as
//     there is no card yet that could tell. A sign-in neither changes nor prolongs it; a request takes the place of what a sign-in
//     has asked for, and one that overlaps what its person has, or has asked for by hand, is refused: to prolong it takes approval,
//     and to change it who asked takes it back first.
//   - Windows of the same access that do not overlap can all be had (window.go). A grant whose start has come waits while another
//     has its slot, and says so; the end of one never ends another. No extension and no sign-in prolongs access into a window that another
//     request has, or waits for.
//   - An approver is not worn down: a sign-in within an hour of a denial asks nobody, it stands in the thread of what was denied
//     and its person reads why (further.go); and no person has more than twenty requests an hour taken in.
//   - What a role asks for is not approved by the people who can act as it (Program.NotBy), or one person would both ask and
//     approve. The configuration of the press, of AWS's touch and of each extension decides, not that of the request; where
//     it no longer names the role for the IAM user, or a user group of it does not answer, nobody approves.
//   - What a program asks for through SQS is decided on before the message is deleted, and never without IAM: until it has
//     said whose the sender's id is, nobody is known to have asked. From there on it is what its person asks for by hand.
//   - A role asks for the IAM users that the configuration names it for, and is itself nobody: the person behind the user
//     is the holder, who hears of it and cannot approve. IAM is asked for the role's id each time, as a name can be deleted
//     and made again. Two sessions of a role are one sender.
//   - A program that is refused leaves a record that is ignored for the refusal: nobody saw it happen. A person whose form
//     is refused leaves none: they read why and correct it, and nothing was asked for yet. Of a sender who is not known the
//     record has no reason and no ticket; and no sender has more than a hundred requests an hour taken in, refused or
//     not, as a program in a loop must fill neither the disk nor the channel. What is beyond is answered, not written.
//   - The head of the seals is posted in the security channel once a day, when the audit's report is due, or at nine: where who can
//     write to the ledger's file cannot take it back. It is posted, and then noted; a kill in between posts it once more.
//   - Where the configuration names a bucket (Keeper.HeadStore), it is stored there as well, where who holds the whole machine cannot
//     take it back either. Each has a mark and a loop of its own: neither waits for the other. What could not be stored for a day is
//     said with the next head in the channel, also where nothing was sealed since. While the clock stands behind the ledger none is
//     stored, as a lock until a wrong time stays.
//   - What came to nothing, ignored sign-ins and judged presses that nobody is still to be told of, is deleted after a time that the
//     configuration says, a month otherwise, and not while the clock stands behind the ledger. The event or press that comes
//     once more by then is too old to give anything.
//   - A seal is made before anything acts, and after the last write of an orderly stop; each of the two has two seconds. Where it
//     cannot be written, as on a full disk, the next one makes up for it, and nothing waits: an hour less of proof is
//     better than access that does not end.
//   - What was there before a grant is an outcome of its own (store.Grant.AlreadyHeld): it is neither given nor extended nor
//     taken, and no message says so. Where it defeats a managed group security hears of it in the write of the outcome, as the
//     grant explains no membership that it has found. Security may remove the member at once; "enforce" does so once the
//     grant is over, as the access is approved for as long.
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
//   - Until its start such a grant is approved and no more: it holds its window, AWS is not touched, everything is asked again at
//     the start, and whoever ends it has nothing to undo. A sign-in meanwhile neither begins it sooner nor moves its end: it asks
//     for access of its own. A member who is there before is a stranger.
//   - A reminder is an entry (remind.go). It is due in the lane that tells, once all that has happened is told; one that
//     was missed is not made up for.
//   - Whom a request is escalated to stands apart from its steps: what it needs, what its card binds an approval to and what
//     the rule is held against stay as they are. They count for any step from then on, while the rule still names them, and
//     may revoke what they have approved. It is due in the lane that takes, as no message must hold it up; an extension
//     that waits is not escalated.
//   - Who could count for the first step is written to once, with a link to the card, at a pace that takes nothing from
//     other letters. What is left of that when the first reminder is due is left to it.
//   - A failure is told when it has happened three times in a row, and then hourly: a blip is no news. That AWS does not answer,
//     whatever its codes, is told once of each grant; what that leaves overdue in an account is one alert (overdue.go) with how
//     much it is, counted anew once an hour, and closed once nothing is.
//   - Pauses between failed tries fit what waits for them: ten seconds at most for what ends, two minutes for what begins. A request that
//     waits for access to end is woken when it has ended (store.Awaiting), and looks by itself every five minutes: a crash may
//     have come between the end and the waking.
//   - What came of a call is written down however long the call took: the time of a call ends no write (outside.go).
//   - A stop takes ten seconds at most. Telling and judging are cut off at once, as they are repeated after a start. What begins
//     access may finish what runs. What ends access goes on until all else is over, also with what comes due meanwhile. Calls that
//     are still out after seven seconds are cut off: their intents stand in the ledger.
//   - A claim is longer than all steps under it together, with a margin for clocks that differ (work.go).
//   - Where five requests or more wait for a card they get one together, a digest. Each still is its own record, with
//     its own buttons.
//   - The look at the members of managed groups looks twice before it reports, and a stranger is removed by a later look
//     than the one that reported them, a few at a time: a ledger that was lost must not empty a group at once.
//   - A grant's group has a unique id, as its user has (store.FactGroup). What a live grant gives is known by both, whatever the
//     names are by now: a group that was renamed in IAM and in the configuration is not given twice, has no unknown member by
//     that, and is not taken from a grant by the end of another one.
//   - A managed group that cannot be read is an alert (unreadable.go): at once if AWS has said that there is no such group, or that
//     it may not be read, and on the third look otherwise. A mark keeps the group's id and since when it cannot be read, so
//     that a restart forgets neither. Such an alert has no button: it is closed when the group is read, or given up.
//   - An account that the configuration does not name, although access in it has still to end, is an alert from the start on
//     (unconfigured.go), and the trouble of what cannot be ended there. It is closed once the account is named again, or nothing is open.
//   - An editor of a user group in Slack can make approvers. The members who have come into a group that decides, and those who have
//     gone, are posted in the security channel, and then noted (memberchange.go). It is a look every five minutes.
//   - What is only read goes by the directory's lists (Directory.Lately), which may be old; nothing is decided by them.
//   - What nobody who is there can approve is refused when it is asked for (unapprovable.go): Slack is asked about approvers one by one, until
//     there are enough, for half a second while a form waits. Who has left, is a guest or is being offboarded does not count. What Slack
//     does not say refuses nothing, as the press asks again. A rule that nobody at all could approve is an alert, which the look at the
//     groups closes; of what waits already it is asked with each reminder. What only its holder could approve is none.
//   - A user group that Slack does not have any more is empty for those who may, and no outage. For those who may not (Excluded, NotBy)
//     nobody knows whom it named, so nobody may (GroupGone), which is an alert too.
//   - A record is verified before it is acted on, told of or pressed on. A grant that somebody has edited in the file ends as its last
//     entry that fits has it, never as edited, in one write with an alert; a request that waits is denied. Where no entry fits, and of
//     other records, nothing is done but the alert, and who presses reads so. A rotation that was edited makes, switches and deletes no
//     key. A person whose offboarding was edited stays barred, and nobody lifts that; what was not ended yet has to be ended in AWS.
//   - A record that cannot be read is an alert that names it (tampered.go), wherever it was come upon, and is closed when it can be. It
//     holds up nothing else: whoever lists records passes over it, and no claim on it keeps the program from starting. Of a
//     member whose grant is such a record it is not known whether they may be there: they are no unknown member.
//   - All that is live is verified at the start and then twice an hour, one record after the other (live.go): an end that was moved makes
//     nothing due. What is live is found by any of its rows of store.Live, and a row that is missing is put back. A live record may have
//     been made to say that it has ended: so what had changed before the stop is verified at the start, as far back as the longest grant.
//     One of which the row of its last change was removed as well is found by `ledger verify`, and by the look at a managed group, where
//     its user is an unknown member.
//   - A record to which its work has written nothing rests for a second, or until it changes: a row that is forged in an index would be
//     worked on without a pause.
//   - An alert that is raised again is a new message: the old one has come to its end, and an edit rings no bell.
//   - A stranger is kept until a date and for a reason, as a finding is, and reported again by the first look after it; nobody is
//     removed before. What was kept before there were dates is reported by the next look. The message from before says that a
//     newer one stands.
//   - While the clock stands more than a minute behind the ledger nothing is given, since its end would be reckoned wrong.
//     What was given before ends all the same: until the machine's clock has caught up, time goes on without it.
//   - Access ends because this program ends it: while it does not run nothing is taken back. What is overdue by then is taken back
//     first once it runs again.
//   - A digest is redrawn by one teller at a time, whose turn serves all who stand on it: of two who drew it at once the
//     one with the older records could be the last.
//   - An alarm and an answer to a press wait for no storm, nor does the card of what was decided or has ended: they have workers
//     of their own, and go first where Slack takes one call after the other. A new card goes before what is said in threads. One
//     turn in four goes to the least urgent. Alerts that a look has found do not hold up those about what somebody does.
//   - What presses and is told already, slowly, hurries from then on: a record is told by one worker at a time.
//   - A message that Slack refuses is tried again after a second, then after twice as long each time, up to an hour. Where it is not
//     the message's fault (unsaid.go) nothing is written: Slack does not answer, or takes nothing in the channel. Three such tries
//     shut the road for all messages to that channel, as with AWS below, and one goes out every five seconds until one is taken.
//   - Whoever asked hears by a new message that access was given, was denied, lapsed or has ended (renew.go): Slack tells nobody of
//     one that is redrawn. The message from before says that it goes on there, so that one alone has buttons. Who was asked to
//     decide reads in that message once it is decided; it rings no bell, as nothing is left for them to do.
//   - Each new message is written down before the next one is sent (hearing.go): a process that is killed while it tells has one
//     said twice at most. What is redrawn is not, as it is the same when it is drawn twice.
//   - A letter to a single person waits for its turn in the ledger and not among the tellers (letters.go): after a storm
//     of sign-ins there are more of them than Slack takes in an hour.
//   - A key that works again after its end is ended anew and told, whoever holds its slot by then: it is named by the ledger, and
//     nobody else has issued it. Its grace time begins anew, as somebody may miss it. The alert is in the write of the intent,
//     and is over with its outcome.
//   - A secret that others could read is an entry of its grant, and so its card says it; the alert is in the same write. Nothing is
//     changed by the bot itself, as it may have been an administrator's purpose: the security group puts the policy back.
//   - An issued key is looked at by a due time in its record, without an entry while nothing has changed. Where Secrets
//     Manager does not answer the look is made again a minute later.
//   - A grace time that is over before AWS has been looked at for the last time is over all the same: key and secret go when the card
//     says, and what lands late is looked for afterwards.
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
//   - To delete a deactivated key before its time takes the approvals that the rotation took, on a ballot of their own (store.
//     Task.Deletion): they are void once the key works again, or the two change places, and who gave them is told. Where nobody
//     had to approve it is one press. In its time the key is deleted without anybody.
//   - To put the old key back is one press, as it is the way out when servers fail; all who approved read so in a new message.
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
// # Who leaves
//
//   - A person who is offboarded (package offboarding) is given nothing, and decides nothing, until security lifts it. [Leavers] is asked
//     at the press, when a request comes in, and before AWS is touched.
//   - A sign-in of such a person makes no card but an alert (store.Returned), at most once an hour (leavers.go).
//
// # When AWS does not answer
//
// A thousand grants whose ends fall into a week without IAM would be forty million tries, two writes each, if each found out alone every
// fifteen seconds. So what ends access shares what it finds out, by the engine's circuit breaker. Each grant is told of an outage once: it
// has two entries in its life, the beginning and the end that came late. What begins access does not share: a flood of sign-ins would make
// a long list to hold, and an account's own eight workers who wait for AWS are slow enough.
package access
