package store_test

import (
	"testing"

	"sekisho/store"
	"sekisho/store/storetest"
)

func TestMemKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.DB { return &store.Mem{} })
	storetest.RunWhole(t, func(*testing.T) *store.Mem { return &store.Mem{} })
}
