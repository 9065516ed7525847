package people

import "errors"

// What IAM does not have.
var (
	ErrNoUser = errors.New("no such IAM user")
	ErrNoRole = errors.New("no such IAM role")
)
