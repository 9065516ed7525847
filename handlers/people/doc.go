// Package people says who is who, and who is there. [Registry] is the configuration: persons with their Slack accounts and IAM users.
// [Directory] is Slack: accounts and user groups.
//
// A person is compared by [Registry.Same] alone. It asks the configuration of now about both sides: a record has its person by the Slack
// account that was the first one when it was written. A test type-checks the program and finds other comparisons.
//
// What Slack says of an account is asked anew for each decision. [Directory.Lately] is for what people only read.
package people
