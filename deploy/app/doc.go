// Package app is the one wiring: it joins the ledger, the verbs, Slack and AWS into a running bot. Its edges are
// arguments, so that `serve`, the demo and the tests run the same program.
//
// # Threats, and the tests that show the defence
//
// The tests are named by their folder. That each is there is tested (threats_test.go).
//
//	one's own request, a second account    handlers.TestFourEyes handlers.TestJudge handlers.TestAnExtensionNeedsAnApproval
//	a stolen approver's session            config.TestMistakesOfRules app.TestTwoStepsWithHighRisk handlers.TestApproversHearThatTheyHave
//	                                       handlers.TestApproverHearsBeforeTheGrant bot.TestWhoApprovedHearsOfIt
//	a press replayed, a double click       app.TestPressesWhileAWSHangs bot.TestRedeliveryIsTheSamePress handlers.TestTwoApproveAtOnce
//	approving what has changed since       handlers.TestASignInWhileTheRequestIsOpen handlers.TestAVoteIsBoundToWhatWasShown
//	                                       store.TestTermsBindWhatWasShown
//	rule, user or group changed since      handlers.TestChangedBetweenPressAndAct handlers.TestStepsAreUpheldBeforeTheAct
//	                                       handlers.TestTheRuleChangesItsMind handlers.TestARequesterWhoHasLeft
//	approving after the end, a race        handlers.TestDeniedAndLapsed handlers.TestTooLateBeforeTheSweepSaysSo
//	                                       handlers.TestTwoApproveAtOnce store.TestWhatEndsStaysEnded
//	a forged body in SQS, a forged press   app.TestForgedEvents app.TestForgedRequestsOfPrograms app.TestForgedPresses app.TestForgedForms
//	                                       handlers.TestWhatIsIgnored trail.TestParseAccounts
//	a flood of events                      handlers.TestFloodOfEvents handlers.TestFlood app.TestStormOfSignIns bot.TestTooManyPresses
//	markup, bidi, zero width, ANSI         bot.TestNothingFromOutsideIsMarkup bot.TestClean bot.TestCodeOf cli.TestLogIsOneLine
//	prolonging for ever, the last moment   handlers.TestEndlessSignIns handlers.TestTheLastMillisecond
//	                                       handlers.TestNoExtensionBeyondTheMaximum store.TestTheEndStaysWithinTheTerm
//	equal names in two accounts            app.TestTwoAccountsWithEqualNames app.TestRoleOfAnotherAccount app.TestAccountsAreApart
//	                                       store.TestSlot
//	two bots at once, a revoked token      boltdb.TestSecondProcessIsTold cli.TestServeTwice handlers.TestClaimsOfTheDead
//	                                       bot.TestRevokedWhileRunning
//	deciding what is another's             handlers.TestWhoMayPressWhat handlers.TestJudgeAlert bot.TestOnAHomeTabNobodyApproves
//	                                       bot.TestOnChoicesNobodyApproves
//	one who leaves keeps a way in          handlers.TestOffboard handlers.TestNothingIsGivenToWhoLeaves handlers.TestWhoLeavesDecidesNothing
//	                                       handlers.TestOffboardWhatHasChanged app.TestOffboardingKilledAtEveryStep
//	offboarding by who may not             handlers.TestWhoMayOffboard handlers.TestWhomToOffboard app.TestForgedOffboardings
//	shutting others out by the audit       handlers.TestJudgeRow handlers.TestNoLongerSo handlers.TestUndoLeavesOthersAlone
//	                                       handlers.TestCrashInARemedy bot.TestButtonsOfRows
//	oversize, deep, hostile JSON or YAML   trail.TestParseBounds trail.FuzzParse trail.FuzzParseWish app.TestHostileBodies
//	                                       bot.TestHostilePayloads bot.FuzzPressOf bot.FuzzFilledIn config.TestParseInBoundedTime
//	                                       config.FuzzParse (the operator's own file: bounded, but in more than a second)
//
// # Faults of every day
//
//	two approvers at once                  handlers.TestTwoApproveAtOnce app.TestPressesWhileAWSHangs
//	approving after the time limit         handlers.TestDeniedAndLapsed
//	the rules change before the press      handlers.TestJudge handlers.TestTheRuleChangesItsMind
//	a requester who has left               handlers.TestARequesterWhoHasLeft handlers.TestWishIsDecidedAgain
//	ten thousand entitlements              handlers.TestTenThousandEntitlements bot.TestSuggestionsAmongTenThousand
//	a reason with markup                   bot.TestNothingFromOutsideIsMarkup bot.TestRequestByHand
//	3,000 runes, an emoji at the cut       bot.TestALongJapaneseReason bot.TestCut bot.TestWorstDrawingsFit
//	a report of yesterday, two presses     handlers.TestOneReportStands handlers.TestTwoPressOnARow
//	an approver in both groups             handlers.TestTwoSteps app.TestTwoStepsWithHighRisk handlers.TestTwoAccountsInTwoSteps
package app
