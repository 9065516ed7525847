package fakeaws_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"sekisho/aws/fakeaws"
)

// A client of the SDK works as it does on AWS; the test sets the scene, looks at
// what was asked, and decides what fails.
func Example() {
	cloud := fakeaws.New(fakeaws.Options{Accounts: []string{"111111111111"}})
	cloud.AddUser("111111111111", "alice", nil)
	cloud.AddGroup("111111111111", "ops")
	first := true
	cloud.Fault(func(fakeaws.Call) *fakeaws.Failure {
		if !first {
			return nil
		}
		first = false
		return &fakeaws.Failure{Code: "Throttling"}
	})

	client := iam.NewFromConfig(cloud.Config("111111111111"))
	_, err := client.AddUserToGroup(context.Background(), &iam.AddUserToGroupInput{
		UserName: new("alice"), GroupName: new("ops"),
	})
	fmt.Println(err, cloud.Members("111111111111", "ops"))
	for _, c := range cloud.Calls() {
		fmt.Printf("%s %q\n", c.Action, c.Err)
	}
	// Output:
	// <nil> [alice]
	// AddUserToGroup "Throttling"
	// AddUserToGroup ""
}
