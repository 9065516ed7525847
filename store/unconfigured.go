package store

import (
	"context"
	"strings"
)

// Unconfigured is the kind of the alerts about accounts that the configuration does not name, and in which access still has to end.
// FactOpen is how much. Such an alert has no remedy here: it is closed once the account is named again, or nothing is open.
const Unconfigured AlertKind = "unconfigured"

// FactOpen is how many grants have still to end.
const FactOpen = "open"

// UnconfiguredAlertID is the id of the one alert about an account that the configuration does not name.
func UnconfiguredAlertID(account string) string {
	return AlertPrefix + string(Unconfigured) + "-" + account
}

// SlotsIn returns the ids of at most limit records that hold a slot of an account.
func SlotsIn(ctx context.Context, db DB, account string, limit int) ([]string, error) {
	rows, err := db.List(ctx, SlotIndex, account+"/", limit)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, row := range rows {
		if !strings.HasPrefix(row.Value, account+"/") {
			break
		}
		ids = append(ids, row.ID)
	}
	return ids, nil
}

// SlotAccounts returns what the slots that are held begin with, each once: the accounts, and what others name in an account's place. It
// costs one read for each.
func SlotAccounts(ctx context.Context, db DB) ([]string, error) {
	var out []string
	for from := ""; ; {
		rows, err := db.List(ctx, SlotIndex, from, 1)
		if err != nil || len(rows) == 0 {
			return out, err
		}
		account, _, _ := strings.Cut(rows[0].Value, "/")
		out = append(out, account)
		from = account + "0" // just behind "/"
	}
}
