package cli_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"sekisho/bot/fakeslack"
	"sekisho/store"
	"sekisho/store/boltdb"
)

// The disk of the ledger is full for a while. A press that cannot be written down is not acknowledged, so that Slack tells
// the person; a sign-in stays on the queue; the operator reads why. With room again everything goes on, without a restart.
func TestServeDiskFull(t *testing.T) {
	judged(t, slow)
	t.Parallel()
	for name, place := range map[string]func(*house) disk{"small disk": smallDisk, "limit on files": limitOnFiles} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 1, 1000)
			d := place(h)
			c := h.connected()
			d.of(c)
			live, late := holders[0], holders[1]
			h.giveAccess(live, "e-1")
			over := time.Now().Add(time.Minute)

			d.fill()
			acked := h.pressUntilFull(h.card(live))
			c.awaits(`"press not taken in"`, leeway)
			h.signIn(late, "e-2")
			c.awaits(`"no message is received until the ledger can be written"`, leeway)
			c.awaits(d.complaint(), leeway)
			time.Sleep(time.Until(over.Add(leeway))) // the scene: access runs over meanwhile
			if d.spared() && h.isMember(live) {
				t.Error("access goes on for want of room")
			}
			if h.depth(h.queue) != 1 {
				t.Error("the sign-in is gone from the queue")
			}

			d.free()
			h.await("what ran over has ended", leeway, func() bool { return !h.isMember(live) })
			h.press(approvers[0], h.awaitCard(late, "Pending approval"), "approve")
			h.await("the late one is a member", leeway, func() bool { return h.isMember(late) })
			h.await("all sign-ins are taken in", leeway, func() bool { return h.depth(h.queue) == 0 })
			c.stop()
			h.audit()
			h.judgedAll(acked)
		})
	}
}

// pressUntilFull presses what changes nothing until presses are not taken: up to then the file has room inside. One that is not
// taken says little: what was written just before it may give room back.
func (h *house) pressUntilFull(card fakeslack.Message) (acked []string) {
	h.t.Helper()
	refused := 0
	for range 200 {
		d, err := h.slack.Click(fakeslack.Press{User: "U0ITO", Channel: card.Channel, TS: card.TS, Action: "finish"})
		if err != nil {
			h.t.Fatal(err)
		}
		if d.Acked {
			acked, refused = append(acked, pressID(h.t, d)), 0
			continue
		}
		h.t.Logf("%d presses were taken before; then Slack says %q after %s", len(acked), d.Problem, d.Took.Round(time.Millisecond))
		if refused++; refused == 2 {
			return acked
		}
	}
	h.t.Fatal("the disk is never full")
	return nil
}

// judgedAll checks that presses which were acknowledged are judged.
func (h *house) judgedAll(ids []string) {
	h.t.Helper()
	h.look(func(db *boltdb.DB) {
		for _, id := range ids {
			if p, err := store.LoadPress(h.t.Context(), db, id); err != nil || !p.Judged {
				h.t.Errorf("press %s was acknowledged, and is not judged: %v", id, err)
			}
		}
	})
}

// disk is where the ledger is.
type disk interface {
	of(c *child)
	fill()
	free()
	complaint() string // of the system, when it is full
	spared() bool      // the room of the ledger's spare is room for the ledger
}

// tmpfs is a disk of its own.
type tmpfs struct {
	h    *house
	path string
}

// smallDisk moves the ledger of the house to a disk of a few megabytes. Only root may mount one.
func smallDisk(h *house) disk {
	d := tmpfs{h, filepath.Join(h.dir, "disk")}
	must(0, os.Mkdir(d.path, 0o700))(h.t)
	if err := syscall.Mount("none", d.path, "tmpfs", 0, "size=4m"); errors.Is(err, syscall.EPERM) {
		h.t.Skipf("NOT RUN: %s needs to mount a disk, which only root may", h.t.Name())
	} else if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { must(0, syscall.Unmount(d.path, syscall.MNT_DETACH))(h.t) })
	h.ledger = filepath.Join(d.path, "ledger.db")
	return d
}

func (tmpfs) of(*child)         {}
func (tmpfs) complaint() string { return "no space left on device" }
func (tmpfs) spared() bool      { return true }

func (d tmpfs) fill() {
	ballast := must(os.Create(filepath.Join(d.path, "ballast")))(d.h.t)
	var err error
	for err == nil {
		_, err = ballast.Write(make([]byte, 1024))
	}
	if must(0, ballast.Close())(d.h.t); !errors.Is(err, syscall.ENOSPC) {
		d.h.t.Fatal(err)
	}
}

func (d tmpfs) free() { must(0, os.Remove(filepath.Join(d.path, "ballast")))(d.h.t) }

// limit is on the size of the files that a child may write.
type limit struct {
	h *house
	c *child
}

func limitOnFiles(h *house) disk { return &limit{h: h} }

func (l *limit) of(c *child)     { l.c = c }
func (*limit) complaint() string { return "file too large" }
func (*limit) spared() bool      { return false }
func (l *limit) free()           { l.set(^uint64(0)) }

// fill allows what is written already. The file claims to be larger than that: its end is a hole.
func (l *limit) fill() {
	var s syscall.Stat_t
	must(0, syscall.Stat(l.h.ledger, &s))(l.h.t)
	l.set(uint64(s.Blocks) * 512)
}

const fileSize = 1 // RLIMIT_FSIZE

func (l *limit) set(most uint64) {
	l.h.t.Helper()
	bounds := syscall.Rlimit{Cur: most, Max: ^uint64(0)}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(l.c.cmd.Process.Pid), fileSize, uintptr(unsafe.Pointer(&bounds)), 0, 0, 0)
	if errno != 0 {
		l.h.t.Fatalf("limit files to %d bytes: %v", most, errno)
	}
}
