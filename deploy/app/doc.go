// Package app is the one wiring: it joins the ledger, the verbs, Slack and AWS into a running bot. Its edges are
// arguments, so that `serve`, the demo and the tests run the same program.
//
// # Threats, and the tests that show the defence
//
// The tests are named by their folder. That each is there is tested (threats_test.go). That a test sees each defence break
// is tried by hand: `go run ./.ci/mutants` makes the changes of .ci/mutants/list.yaml one at a time.
//
//	one's own request, a second account    access.TestFourEyes access.TestJudge access.TestAnExtensionNeedsAnApproval
//	a stolen approver's session            config.TestMistakesOfRules app.TestTwoStepsWithHighRisk access.TestApproversHearThatTheyHave
//	                                       access.TestApproverHearsBeforeTheGrant bot.TestWhoApprovedHearsOfIt
//	a press replayed, a double click       app.TestPressesWhileAWSHangs bot.TestRedeliveryIsTheSamePress access.TestTwoApproveAtOnce
//	approving what has changed since       access.TestASignInWhileTheRequestIsOpen access.TestAVoteIsBoundToWhatWasShown
//	                                       store.TestTermsBindWhatWasShown
//	rule, user or group changed since      access.TestChangedBetweenPressAndAct access.TestStepsAreUpheldBeforeTheAct
//	                                       access.TestTheRuleChangesItsMind access.TestARequesterWhoHasLeft
//	approving after the end, a race        access.TestDeniedAndLapsed access.TestTooLateBeforeTheSweepSaysSo
//	                                       access.TestTwoApproveAtOnce store.TestWhatEndsStaysEnded
//	asking for a group that can change IAM app.TestLook identity.TestEscapes cli.TestConfigCheckLive
//	a forged body in SQS, a forged press   app.TestForgedEvents app.TestForgedRequestsOfPrograms app.TestForgedPresses app.TestForgedForms
//	                                       access.TestWhatIsIgnored trail.TestParseAccounts
//	a message that is lost                 app.TestNoSignInIsLostWhileTheLedgerCannotBeWritten trail.TestPollerLedgerUnwritten
//	                                       trail.TestRedriveFails cli.TestEventsRedrive
//	a flood of events                      access.TestFloodOfEvents access.TestFlood app.TestStormOfSignIns bot.TestTooManyPresses
//	markup, bidi, zero width, ANSI         bot.TestNothingFromOutsideIsMarkup bot.TestClean bot.TestCodeOf cli.TestLogIsOneLine
//	prolonging for ever, the last moment   access.TestEndlessSignIns access.TestTheLastMillisecond
//	                                       access.TestNoExtensionBeyondTheMaximum store.TestTheEndStaysWithinTheTerm
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
//	a call that takes all its time         access.TestAFormIsSentAndACallTakesAllItsTime access.TestAPressIsJudgedAtTheLastMoment
//	                                       access.TestLimitsAreMadeInOnePlace access.TestAClaimOutlivesTheStepsUnderIt
//	a key under another name, or on again  identity.TestAKeyThatIAMDoesNotTellOfIsNotGone app.TestAKeyThatIsActivatedAfterItsEnd
//	injection through SSM                  identity.TestNothingOddIsSentToServers identity.TestADocumentOfAnotherSchemaIsRefused
//	two bots at once, a revoked token      boltdb.TestSecondProcessIsTold cli.TestServeTwice access.TestClaimsOfTheDead
//	                                       bot.TestRevokedWhileRunning
//	an account leaves the configuration    access.TestAnAccountLeavesTheConfiguration
//	a record that cannot be read           access.TestARecordThatCannotBeRead access.TestAnAlertThatCannotBeRead
//	                                       boltdb.TestABrokenRowIsNamed
//	a ledger file that is damaged          cli.TestEveryCommandNamesTheDamage cli.TestDamagedFreeList boltdb.TestFlippedBits
//	                                       boltdb.TestCutFile boltdb.TestTampering
//	deciding what is another's             access.TestWhoMayPressWhat access.TestJudgeAlert bot.TestOnAHomeTabNobodyApproves
//	                                       bot.TestOnChoicesNobodyApproves
//	a user or group is renamed             access.TestRenamedAtEachStep access.TestRenamedUnderAnOlderBuild
//	                                       access.TestARenameEndsNothingEarly access.TestOneGroupUnderTwoNames
//	                                       access.TestAManagedGroupIsRenamed access.TestAManagedGroupIsNotShown
//	                                       access.TestALeaverWasRenamed access.TestNotMeOfAUserWhoWasRenamed
//	                                       access.TestAnUnknownMemberIsRenamed access.TestARowsUserWasRenamed
//	                                       identity.TestRenamedMeanwhile identity.TestAnAdditionIsNotRepeatedUnseen
//	one who leaves keeps a way in          access.TestOffboard access.TestNothingIsGivenToWhoLeaves access.TestWhoLeavesDecidesNothing
//	                                       access.TestOffboardWhatHasChanged app.TestOffboardingKilledAtEveryStep
//	a person's accounts are remapped       access.TestPersonWithOtherAccountsApprovesNothingOfTheirs
//	                                       access.TestExtensionIsNotOnesOwnUnderAnotherAccount access.TestOffboardingEndsWhatOtherAccountsHold
//	                                       access.TestOffboardingIsFoundByEveryAccount app.TestPersonsAreComparedInOnePlace
//	a role asks for who is behind it       access.TestRoleBars access.TestRoleBarsAsOfNow access.TestRoleBarsAnExtension
//	                                       access.TestRoleLeavesNobody cli.TestConfigCheckOfOthers
//	one press deletes what two approved    access.TestDeletionNeedsTheSameApprovals access.TestDeletionIsAnother
//	                                       access.TestPressesAreBoundToTerms store.TestDeletionTakesTheApprovalsOfItsOwn
//	an offboarded person comes back        access.TestOffboardedPersonIsGivenNothingUntilThatIsLifted access.TestVotesOfALeaverAreVoid
//	                                       access.TestOffboardedPersonSignsIn offboarding.TestNobodyLiftsTheirOwn
//	offboarding by who may not             offboarding.TestWhoMayOffboard offboarding.TestWhomToOffboard app.TestForgedOffboardings
//	shutting others out by the audit       access.TestJudgeRow access.TestNoLongerSo access.TestUndoLeavesOthersAlone
//	                                       access.TestCrashInARemedy bot.TestButtonsOfRows
//	the ledger is edited or rolled back    store.TestTamperedEntriesAreFound store.TestAuditFindsTampering
//	                                       store.TestAuditFindsWhatIsNotAsItWasSealed store.TestAuditFindsWhatWasNeverSealed
//	                                       store.TestCheckHead cli.TestLedgerVerifyFindsTampering
//	                                       cli.TestLedgerVerifyFindsWhatWasDeleted cli.TestLedgerVerifyHead
//	                                       access.TestWhatHappensIsSealed access.TestASealHoldsNothingUp
//	                                       access.TestTheHeadIsPostedDaily store.TestDeleteTakesWhatIsSpent
//	                                       store.TestDeleteKilled store.TestDeleteKeepsWhatIsNotAsItWasSealed
//	                                       store.TestAuditFindsAFalseDeletion
//	                                       access.TestTheHeadIsStoredDaily app.TestTheHeadOfTheDayIsInS3
//	                                       heads.TestNotStored heads.TestAll cli.TestLedgerVerifyWithStoredHeads
//	                                       cli.TestLedgerVerifyFindsEditedFacts cli.TestLedgerVerifyFindsAForgedExtension
//	                                       access.TestAChangedGrantEndsByItsEntries access.TestAChangedRequestGivesNothing
//	                                       access.TestARecordOfWhichNothingFits store.TestFactsAreChangedByEntriesAlone
//	                                       store.TestProgressHoldsNoFacts
//	oversize, deep, hostile JSON or YAML   trail.TestParseBounds trail.TestBodiesThatAreTooLong trail.FuzzParse trail.FuzzParseWish
//	                                       app.TestHostileBodies config.TestLoadStopsReading
//	                                       bot.TestHostilePayloads bot.FuzzPressOf bot.FuzzFilledIn config.TestParseInBoundedTime
//	                                       config.FuzzParse (the operator's own file: bounded, but in more than a second)
//
// # Faults of every day
//
//	two approvers at once                  access.TestTwoApproveAtOnce app.TestPressesWhileAWSHangs
//	approving after the time limit         access.TestDeniedAndLapsed
//	the rules change before the press      access.TestJudge access.TestTheRuleChangesItsMind
//	a requester who has left               access.TestARequesterWhoHasLeft access.TestWishIsDecidedAgain
//	ten thousand entitlements              access.TestTenThousandEntitlements bot.TestSuggestionsAmongTenThousand
//	a reason with markup                   bot.TestNothingFromOutsideIsMarkup bot.TestRequestByHand
//	3,000 runes, an emoji at the cut       bot.TestALongJapaneseReason bot.TestCut bot.TestWorstDrawingsFit
//	a report of yesterday, two presses     access.TestOneReportStands access.TestTwoPressOnARow
//	Slack is down, or refuses a card       app.TestSlackIsDownForHours app.TestRefusedCard access.TestOneMessageWithoutAnAnswer
//	                                       bot.TestWhoseFaultItIs store.TestRefusedMessagesWaitLonger
//	killed while it tells                  access.TestKilledWhileTelling app.TestKilledAtEveryStep
//	an approver in both groups             access.TestTwoSteps app.TestTwoStepsWithHighRisk access.TestTwoAccountsInTwoSteps
package app
