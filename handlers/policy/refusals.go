package policy

// Refusals of a request. They are keys, and the decision has the facts that a sentence about them names.
const (
	NotAsker     = "not_asker"     // the rule names others
	Excluded     = "excluded"      // the rule names them among those who may not
	TooLong      = "too_long"      // longer than the rule's longest
	TooShort     = "too_short"     // less than a minute
	NoReason     = "no_reason"     // the rule wants one
	NoTicket     = "no_ticket"     // the rule wants one, and of this form
	OutsideHours = "outside_hours" // and then nothing can be asked for
	NoMFA        = "no_mfa"        // the rule wants it of a sign-in, and the record does not say that it was used
	NoApprover   = "no_approver"   // nobody but the holder could approve, or too few
	GroupGone    = "group_gone"    // the rule excludes a user group that Slack does not have any more: nobody knows whom
	NotYourUser  = "not_your_user" // the IAM user is not, or no longer, the person's
)

// Refusals of an approval, at the press and again when AWS is touched.
const (
	NotApprover = "not_approver" // not in the rule
	NotSecurity = "not_security" // alerts and offboardings are the security group's
	NoPerson    = "no_person"    // the presser's Slack account is mapped to nobody
	NoHolder    = "no_holder"    // the IAM user is mapped to nobody
	Own         = "own"          // four eyes
	RoleBarred  = "role_barred"  // the presser is behind the role that asks: four eyes as well
	RoleGone    = "role_gone"    // the configuration no longer names the role for this IAM user
	Voted       = "voted"        // one person counts once
	Enough      = "enough"       // others have approved what this person could: it needs someone else
	RuleGone    = "rule_gone"    // the entitlement is no longer in the configuration
	RuleChanged = "rule_changed" // it means something else by now
	UserGone    = "user_gone"    // the IAM user was deleted, renamed, or made anew
	VoterGone   = "voter_gone"   // an approver has no account any more, or is a guest by now
)

// What a decision goes by, beside its refusal.
const (
	ForAll      = "for_all"      // everybody may ask
	Named       = "named"        // among those who may ask
	WithinHours = "within_hours" // of the rule
	MoreSteps   = "more_steps"   // outside of its hours; of what was approved with fewer a refusal
	ByItself    = "by_itself"    // nobody has to approve
)

// Refusals of a wished start or end, and of what AWS would not take.
const (
	Impossible = "impossible" // AWS would not have it now, whoever approves
	StartPast  = "start_past" // the wished start is over
	StartFar   = "start_far"  // it is too far ahead
	EndPast    = "end_past"   // the wished end is over
	EndFirst   = "end_first"  // it is not after the start
)
