package demo

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"time"
)

// signin is somebody signing in to the console by hand.
type signin struct {
	account, user, userID string
	address               netip.Addr
	mfa                   string // "yes", "no", or "" where the record does not say
	at                    time.Time
}

// record is what EventBridge would put on the queue: the built-in event, of somebody else.
func (in signin) record() (string, error) {
	var event map[string]any
	if err := json.Unmarshal(builtIn, &event); err != nil {
		return "", fmt.Errorf("read the built-in event: %w", err)
	}
	at := in.at.UTC().Format(time.RFC3339)
	event["id"], event["account"], event["time"] = uuid(), in.account, at
	detail, ok := event["detail"].(map[string]any)
	if !ok {
		return "", fmt.Errorf("read the built-in event: it has no detail")
	}
	more := map[string]any{"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No"}
	if used := map[string]string{"no": "No", "yes": "Yes"}[in.mfa]; used != "" {
		more["MFAUsed"] = used
	}
	maps.Copy(detail, map[string]any{
		"userIdentity": map[string]any{
			"type": "IAMUser", "principalId": in.userID, "accountId": in.account, "userName": in.user,
			"arn": "arn:aws:iam::" + in.account + ":user/" + in.user,
		},
		"eventTime": at, "eventID": uuid(), "sourceIPAddress": in.address.String(), "recipientAccountId": in.account,
		"additionalEventData": more,
	})
	out, err := json.MarshalIndent(event, "", "  ")
	return string(out), err
}

// uuid is a new one, of version 4, as CloudTrail's event ids are.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
