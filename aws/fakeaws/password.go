package fakeaws

import "time"

// frozenFor is how long the password of a user cannot be taken away whose name was
// another one's before: AWS says "several minutes". The same error has been seen for
// a password made seconds ago (hashicorp/terraform-provider-aws#4143); that one is
// left to [AWS.Fault].
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html#API_DeleteLoginProfile_Errors
const frozenFor = 5 * time.Minute

// password is what lets a user sign in to the console: a "login profile" in IAM's words.
type password struct{ created time.Time }

// AddPassword lets a user sign in to the console.
func (a *AWS) AddPassword(account, user string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	u := a.account(account).user(user)
	if u.password != nil {
		panic("fakeaws: there is a password of " + user)
	}
	u.password = &password{a.now()}
}

// HasPassword tells whether a user can sign in to the console.
func (a *AWS) HasPassword(account, user string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	return a.account(account).user(user).password != nil
}

// getLoginProfile tells when a user got his password; without a name, the caller.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html
func (a *AWS) getLoginProfile(r *request) (any, error) {
	u, err := r.withPassword()
	if err != nil {
		return nil, err
	}
	return loginProfileResult{loginProfileXML{u.name, stamp(u.password.created), false}}, nil
}

// deleteLoginProfile takes a user's password away; a session he has goes on.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html
func (a *AWS) deleteLoginProfile(r *request) (any, error) {
	u, err := r.withPassword()
	if err != nil {
		return nil, err
	}
	if r.now.Before(u.frozenUntil) {
		return nil, refuse("EntityTemporarilyUnmodifiable", "The user with name %s cannot be modified now.", u.name)
	}
	u.password = nil
	return nil, nil
}

// withPassword is the user asked for, who has a password.
func (r *request) withPassword() (*user, error) {
	u, err := r.userOrCaller()
	if err != nil {
		return nil, err
	}
	if u.password == nil {
		return nil, refuse("NoSuchEntity", "Login Profile for User %s cannot be found.", u.name)
	}
	return u, nil
}

type loginProfileResult struct{ LoginProfile loginProfileXML }

type loginProfileXML struct {
	UserName, CreateDate  string
	PasswordResetRequired bool
}
