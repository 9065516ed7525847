package store

// Table is the table of states, for the tests outside.
var Table = next
