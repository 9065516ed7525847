package store

// Table is the table of states, for the tests outside.
var Table = next

// TaskTable is that of tasks.
var TaskTable = nextTask

// OffboardingTable is that of offboardings.
var OffboardingTable = nextOffboarding

// Kinds is how many kinds of record there are.
var Kinds = len(kinds)
