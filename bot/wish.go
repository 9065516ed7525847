package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
)

// filled is what stands in the form of a request.
type filled struct {
	opened time.Time
	drawn  string // the entitlement that the form was drawn for
	access.Wish
}

// filledIn reads the form of a request. Like a press it is a claim: what the form offered counts for nothing.
func filledIn(cb slack.InteractionCallback) (filled, error) {
	opened, drawn, _ := strings.Cut(cb.View.PrivateMetadata, " ")
	at, err := time.Parse(opening, opened)
	if err != nil || cb.View.State == nil || isNoID(cb.User.ID) || isNoID(cb.View.ID) {
		return filled{}, fmt.Errorf("read form %q of %q: %w", clean(cb.View.PrivateMetadata, 64), clean(cb.User.ID, 64), errPress)
	}
	field := func(block, action string) slack.BlockAction { return cb.View.State.Values[block][action] }
	w := access.Wish{By: cb.User.ID, Entitlement: field(targetField, targetField).SelectedOption.Value,
		Reason: cut(field(reasonField, reasonField).Value, reasonLength),
		Ticket: cut(strings.TrimSpace(field(ticketField, ticketField).Value), ticketLength)}
	if clean(w.Reason, 1) == "" { // a reason that nobody can see is none
		w.Reason = ""
	}
	for block := range cb.View.State.Values {
		if strings.HasPrefix(block, userField+":") {
			w.User = field(block, userField).SelectedOption.Value
		}
	}
	w.Duration = spanOf(field(periodField+":"+drawn, periodField).SelectedOption.Value)
	w.From, w.To = momentOf(field(startsField, startsField)), momentOf(field(endsField, endsField))
	said := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %q %q %d %d", w.Entitlement, w.User, w.Duration, w.Reason, w.Ticket, w.From.Unix(), w.To.Unix()))
	w.ID = strings.Join([]string{access.WishPrefix + opened, cb.View.ID, hex.EncodeToString(said[:4])}, "-")
	if isNoID(w.ID) {
		return filled{}, fmt.Errorf("read form of view %q: %w", clean(cb.View.ID, 64), errPress)
	}
	return filled{at, drawn, w}, nil
}

// spanOf reads a duration in seconds. None is the rule's own, and what is no number is too short for any.
func spanOf(seconds string) time.Duration {
	n, err := strconv.ParseInt(seconds, 10, 32) // 68 years
	switch {
	case seconds == "":
		return 0
	case err != nil:
		return -1
	}
	return time.Duration(n) * time.Second
}

// fieldOf is the block at which a refusal is shown: the one that it is about, if the form has it.
func fieldOf(cb slack.InteractionCallback, f filled, refusal string) string {
	prefix := targetField
	switch refusal {
	case policy.StartPast, policy.StartFar, policy.OutsideHours:
		prefix = startsField
	case access.Already, access.Waits, access.InUse: // at another time it could be had
		if !f.From.IsZero() {
			prefix = startsField
		}
	case policy.EndPast, policy.EndFirst:
		prefix = endsField
	case policy.TooLong, policy.TooShort:
		if prefix = endsField; !f.To.IsZero() {
			break
		}
		prefix = periodField + ":" + f.drawn
	case policy.NoReason:
		prefix = reasonField
	case policy.NoTicket:
		prefix = ticketField
	case access.NoUser, policy.NotYourUser:
		prefix = userField + ":"
	}
	var blocks []string
	for block := range cb.View.State.Values {
		if strings.HasPrefix(block, prefix) {
			blocks = append(blocks, block)
		}
	}
	if len(blocks) == 0 {
		return targetField
	}
	return slices.Min(blocks)
}
