package fakeaws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"
)

// service is one of AWS's: how it is spoken to and what it can do.
type service struct {
	protocol
	actions map[string]action
}

// action does one thing, with mu held. It returns the result that the protocol
// puts into words, or a *[refusal], or *[notYet].
type action struct {
	write bool
	do    func(*AWS, *request) (any, error)
}

// services are known by the name that requests are signed for.
var services = map[string]service{
	"iam": {queryProtocol{"2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/"}, iamActions},
	"sts": {queryProtocol{"2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/"}, stsActions},
	"sqs": {jsonProtocol{"1.0", "AmazonSQS", "com.amazonaws.sqs", true}, sqsActions},
	"s3":  {restProtocol{}, s3Actions},

	"ssm":            {jsonProtocol{version: "1.1", target: "AmazonSSM"}, ssmActions},
	"secretsmanager": {jsonProtocol{version: "1.1", target: "secretsmanager"}, secretActions},
}

// protocol is a way of putting calls and answers into HTTP.
type protocol interface {
	// parse finds the action, also where it then refuses the rest.
	parse(req *http.Request, body []byte) (action string, params map[string]string, err error)
	// answer and refuse set headers and return the body.
	answer(h http.Header, requestID, action string, result any) ([]byte, error)
	refuse(h http.Header, requestID string, no *refusal) ([]byte, error)
}

// request is a call on its way.
type request struct {
	Call
	action
	caller principal
	body   []byte
	now    time.Time // when the action is done; Call.At is when it was asked for
	last   bool      // answer now, also with nothing
}

// notYet is returned by an action that would rather wait for a change, and for
// how long at most in all.
type notYet struct{ patience time.Duration }

func (*notYet) Error() string { return "not yet" }

// maxBody is above the 1 MiB of a message, escaped as JSON at its worst.
const maxBody = 8 << 20

// ServeHTTP answers one call of any service.
func (a *AWS) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	if err != nil { // it never came in whole: nothing was asked
		panic(http.ErrAbortHandler)
	}
	a.work()
	speak, r, err := a.read(req, body)
	var result any
	if err == nil {
		result, err = a.handle(req.Context(), r)
	} else {
		a.note(r.Call, err)
	}
	a.reply(w, speak, r.Action, result, err)
}

// reply writes the result or the refusal, or cuts the connection where err is
// neither.
func (a *AWS) reply(w http.ResponseWriter, speak protocol, action string, result any, err error) {
	id := a.requestID()
	w.Header().Set("X-Amzn-Requestid", id)
	status, body := http.StatusOK, []byte(nil)
	var no *refusal
	switch {
	case err == nil:
		body, err = speak.answer(w.Header(), id, action, result)
	case errors.As(err, &no):
		status = no.status
		body, err = speak.refuse(w.Header(), id, no)
	default:
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		panic(fmt.Errorf("encode answer to %s: %w", action, err))
	}
	w.WriteHeader(status)
	w.Write(body)
}

// handle does what the request asks, or fails as the hook wishes.
func (a *AWS) handle(ctx context.Context, r *request) (any, error) {
	if f := a.faultFor(r.Call); f != nil {
		return nil, a.fail(ctx, r, f)
	}
	result, next, err := a.attempt(r)
	var empty *notYet
	if !errors.As(err, &empty) {
		return result, err
	}
	polling, stop := context.WithTimeout(ctx, empty.patience)
	defer stop()
	for errors.As(err, &empty) {
		r.last = next.wait(polling) != nil
		if ctx.Err() != nil { // whoever asked has gone: nothing is taken for them
			a.note(r.Call, ctx.Err())
			return nil, ctx.Err()
		}
		a.work()
		result, next, err = a.attempt(r)
	}
	return result, err
}

// attempt does the action, unless it is not yet time; then it returns when to
// look again.
func (a *AWS) attempt(r *request) (any, news, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	r.now = a.now()
	result, err := r.do(a, r)
	var empty *notYet
	if errors.As(err, &empty) {
		return nil, a.upcoming(), err
	}
	r.Done = r.Write && err == nil
	a.record(r.Call, err)
	return result, news{}, err
}

// credential is the part of a signature that says who asks which service.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
var credential = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/,]+)/\d{8}/([^/,]+)/([^/,]+)/aws4_request,`)

// read makes out who asks for what. The request it returns is never nil, and fit
// for the log also with an error.
func (a *AWS) read(req *http.Request, body []byte) (protocol, *request, error) {
	r := &request{body: body}
	r.At = a.now()
	signed := credential.FindStringSubmatch(req.Header.Get("Authorization"))
	if signed == nil {
		return foreign(req), r, refuse("MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	key, region, name := signed[1], signed[2], signed[3]
	svc, ok := services[name]
	if !ok {
		return foreign(req), r, refuse("UnknownOperationException", "fakeaws has no service %s", name)
	}
	r.Service = name
	var malformed error
	r.Action, r.Params, malformed = svc.parse(req, body)
	hide(r.Params)

	who, ok := a.sign(key, use{r.At, name, region})
	if !ok || who.token != req.Header.Get("X-Amz-Security-Token") {
		return svc, r, refuse("InvalidClientTokenId", "The security token included in the request is invalid.")
	}
	r.caller, r.Account, r.Caller = who, who.account.id, who.arn
	if malformed != nil {
		return svc, r, malformed
	}
	r.action, ok = svc.actions[r.Action]
	if !ok {
		return svc, r, refuse("InvalidAction", "Could not find operation %s", r.Action)
	}
	r.Write = r.action.write
	return svc, r, nil
}

// foreign is how to answer where the service is unknown.
func foreign(req *http.Request) protocol {
	if req.Header.Get("X-Amz-Target") != "" {
		return jsonProtocol{version: "1.0", namespace: "com.amazon.coral.service"}
	}
	return services["sts"].protocol
}

func (a *AWS) requestID() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests++
	return fmt.Sprintf("00000000-0000-4000-8000-%012d", a.requests)
}
