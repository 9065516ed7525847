// Package audit looks for stale credentials once a day, reports them to security, and does what is pressed on a row of the report.
//
// # Parts
//
//   - [Rules] judge an account's credentials. They are pure. [Survey] reads what they need: `sekisho audit` runs it alone.
//   - [Workflow] makes the report and draws it. Each finding of a report is an alert of its own (store.Stale), a row.
//   - [Workflow.Mend] does what was pressed on a row. It asks the same rules again first.
//
// # Decisions
//
//   - The audit judges AWS's credential report, which may be four hours old. It asks IAM itself about managed users only: never a call for
//     each user of an account. A finding that was dealt with since AWS made that report is not reported once more.
//   - A key that a live grant issued, or that an open rotation looks after, is in no finding: it has its end.
//   - The alerts are written first, one by one, then the report with the mark that it was made. No write grows with what is found. After a
//     crash in between the next report takes up the rows.
//   - An account that cannot be read is tried again for an hour. Then the report says so. What could not be read is never said to be gone.
//   - One report at a time has remedies to press. The one before is drawn once more and keeps the way back only.
//   - Before AWS is touched the user is read and judged again. A key that was used, rotated or given meanwhile, and a user who was made
//     anew, is never touched.
//   - The plan of a remedy is written before the first call, so that only what it deactivated is activated again. Nothing is given back to
//     a person who is being offboarded.
//   - A rotation is begun as the person who pressed, by its own rule: the row is no way round its approvals.
//   - One teller at a time draws a report: of two who drew it at once the one with the older rows could be the last.
package audit
