// Package app is the one wiring: it joins the ledger, the verbs, Slack and AWS into a running bot. Its edges are
// arguments, so that `serve`, the demo and the tests run the same program.
//
// # Threats, and the tests that show the defence
//
// The tests are named by their folder. That each is there is tested (threats_test.go). That a test sees each defence break
// is tried by hand: `go run ./.ci/mutants` makes the changes of .ci/mutants/list.yaml one at a time.
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
//	asking for a group that can change IAM app.TestLook identity.TestEscapes cli.TestConfigCheckLive
//	a forged body in SQS, a forged press   app.TestForgedEvents app.TestForgedRequestsOfPrograms app.TestForgedPresses app.TestForgedForms
//	                                       handlers.TestWhatIsIgnored trail.TestParseAccounts
//	a message that is lost                 app.TestNoSignInIsLostWhileTheLedgerCannotBeWritten trail.TestPollerLedgerUnwritten
//	                                       trail.TestRedriveFails cli.TestEventsRedrive
//	a flood of events                      handlers.TestFloodOfEvents handlers.TestFlood app.TestStormOfSignIns bot.TestTooManyPresses
//	markup, bidi, zero width, ANSI         bot.TestNothingFromOutsideIsMarkup bot.TestClean bot.TestCodeOf cli.TestLogIsOneLine
//	prolonging for ever, the last moment   handlers.TestEndlessSignIns handlers.TestTheLastMillisecond
//	                                       handlers.TestNoExtensionBeyondTheMaximum store.TestTheEndStaysWithinTheTerm
//	equal names in two accounts            app.TestTwoAccountsWithEqualNames app.TestRoleOfAnotherAccount app.TestAccountsAreApart
//	                                       store.TestSlot store.TestSlotsAreApart
//	a secret in the log, in Slack, in SSM  identity.TestASecretSaysNothingOfItself app.TestNoSecretLeavesSecretsManager
//	                                       cli.TestLogKeepsSecrets demo.TestNoSecretGetsOut
//	a secret before its policy, or opened  identity.TestTheSecretIsClosedBeforeItHasAValue identity.TestASecretIsExposedByAnyOtherPolicy
//	                                       app.TestASecretThatIsOpenedIsAnAlert
//	an alarm in a flood                    app.TestUrgentInAStorm store.TestAlarmsWaitForNoFindings bot.TestUrgentTurns
//	a service that hangs at the end        app.TestAKeyEndsInTimeWhateverHangs app.TestAMembershipEndsInTimeWhateverHangs
//	                                       app.TestAKeyThatIsBeingIssuedEndsInTimeWhateverHangs
//	another account that hangs             app.TestEightOfTenAccountsHang app.TestAccountsAreApart app.TestAccessIsGivenWhileAnotherAccountHangs
//	                                       app.TestAStrangerIsReportedWhileAnotherAccountHangs
//	a stop while something hangs           app.TestAccessEndsWhileTheBotStops app.TestStopWhileSlackHangs app.TestStopWhileAWSIsSlow
//	                                       cli.TestASecondSignalEndsAtOnce
//	a call that takes all its time         handlers.TestAFormIsSentAndACallTakesAllItsTime handlers.TestAPressIsJudgedAtTheLastMoment
//	                                       handlers.TestLimitsAreMadeInOnePlace handlers.TestAClaimOutlivesTheStepsUnderIt
//	a key under another name, or on again  identity.TestAKeyThatIAMDoesNotTellOfIsNotGone app.TestAKeyThatIsActivatedAfterItsEnd
//	injection through SSM                  identity.TestNothingOddIsSentToServers identity.TestADocumentOfAnotherSchemaIsRefused
//	two bots at once, a revoked token      boltdb.TestSecondProcessIsTold cli.TestServeTwice handlers.TestClaimsOfTheDead
//	                                       bot.TestRevokedWhileRunning
//	an account leaves the configuration    handlers.TestAnAccountLeavesTheConfiguration
//	a record that cannot be read           handlers.TestARecordThatCannotBeRead handlers.TestAnAlertThatCannotBeRead
//	                                       boltdb.TestABrokenRowIsNamed
//	a ledger file that is damaged          cli.TestEveryCommandNamesTheDamage cli.TestDamagedFreeList boltdb.TestFlippedBits
//	                                       boltdb.TestCutFile boltdb.TestTampering
//	deciding what is another's             handlers.TestWhoMayPressWhat handlers.TestJudgeAlert bot.TestOnAHomeTabNobodyApproves
//	                                       bot.TestOnChoicesNobodyApproves
//	a user or group is renamed             handlers.TestRenamedAtEachStep handlers.TestRenamedUnderAnOlderBuild
//	                                       handlers.TestARenameEndsNothingEarly handlers.TestOneGroupUnderTwoNames
//	                                       handlers.TestAManagedGroupIsRenamed handlers.TestAManagedGroupIsNotShown
//	                                       handlers.TestALeaverWasRenamed handlers.TestNotMeOfAUserWhoWasRenamed
//	                                       handlers.TestAnUnknownMemberIsRenamed handlers.TestARowsUserWasRenamed
//	                                       identity.TestRenamedMeanwhile identity.TestAnAdditionIsNotRepeatedUnseen
//	one who leaves keeps a way in          handlers.TestOffboard handlers.TestNothingIsGivenToWhoLeaves handlers.TestWhoLeavesDecidesNothing
//	                                       handlers.TestOffboardWhatHasChanged app.TestOffboardingKilledAtEveryStep
//	a person's accounts are remapped       handlers.TestPersonWithOtherAccountsApprovesNothingOfTheirs
//	                                       handlers.TestExtensionIsNotOnesOwnUnderAnotherAccount handlers.TestOffboardingEndsWhatOtherAccountsHold
//	                                       handlers.TestOffboardingIsFoundByEveryAccount app.TestPersonsAreComparedInOnePlace
//	a role asks for who is behind it       handlers.TestRoleBars handlers.TestRoleBarsAsOfNow handlers.TestRoleBarsAnExtension
//	                                       handlers.TestRoleLeavesNobody cli.TestConfigCheckOfOthers
//	one press deletes what two approved    handlers.TestDeletionNeedsTheSameApprovals handlers.TestDeletionIsAnother
//	                                       handlers.TestPressesAreBoundToTerms store.TestDeletionTakesTheApprovalsOfItsOwn
//	an offboarded person comes back        handlers.TestOffboardedPersonIsGivenNothingUntilThatIsLifted handlers.TestVotesOfALeaverAreVoid
//	                                       handlers.TestOffboardedPersonSignsIn handlers.TestNobodyLiftsTheirOwn
//	offboarding by who may not             handlers.TestWhoMayOffboard handlers.TestWhomToOffboard app.TestForgedOffboardings
//	shutting others out by the audit       handlers.TestJudgeRow handlers.TestNoLongerSo handlers.TestUndoLeavesOthersAlone
//	                                       handlers.TestCrashInARemedy bot.TestButtonsOfRows
//	the ledger is edited or rolled back    store.TestTamperedEntriesAreFound store.TestAuditFindsTampering
//	                                       store.TestAuditFindsWhatIsNotAsItWasSealed store.TestAuditFindsWhatWasNeverSealed
//	                                       store.TestCheckHead cli.TestLedgerVerifyFindsTampering
//	                                       cli.TestLedgerVerifyFindsWhatWasDeleted cli.TestLedgerVerifyHead
//	                                       handlers.TestWhatHappensIsSealed handlers.TestASealHoldsNothingUp
//	                                       handlers.TestTheHeadIsPostedDaily store.TestDeleteTakesWhatIsSpent
//	                                       store.TestDeleteKilled store.TestDeleteKeepsWhatIsNotAsItWasSealed
//	                                       store.TestAuditFindsAFalseDeletion
//	                                       handlers.TestTheHeadIsStoredDaily app.TestTheHeadOfTheDayIsInS3
//	                                       heads.TestNotStored heads.TestAll cli.TestLedgerVerifyWithStoredHeads
//	                                       cli.TestLedgerVerifyFindsEditedFacts cli.TestLedgerVerifyFindsAForgedExtension
//	                                       handlers.TestAChangedGrantEndsByItsEntries handlers.TestAChangedRequestGivesNothing
//	                                       handlers.TestARecordOfWhichNothingFits store.TestFactsAreChangedByEntriesAlone
//	                                       store.TestProgressHoldsNoFacts
//	oversize, deep, hostile JSON or YAML   trail.TestParseBounds trail.TestBodiesThatAreTooLong trail.FuzzParse trail.FuzzParseWish
//	                                       app.TestHostileBodies config.TestLoadStopsReading
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
//	Slack is down, or refuses a card       app.TestSlackIsDownForHours app.TestRefusedCard handlers.TestOneMessageWithoutAnAnswer
//	                                       bot.TestWhoseFaultItIs store.TestRefusedMessagesWaitLonger
//	killed while it tells                  handlers.TestKilledWhileTelling app.TestKilledAtEveryStep
//	an approver in both groups             handlers.TestTwoSteps app.TestTwoStepsWithHighRisk handlers.TestTwoAccountsInTwoSteps
package app
