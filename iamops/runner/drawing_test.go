package runner_test

import (
	"testing"
	"testing/synctest"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
)

// slowDisk is a journal whose next write takes until it is let go.
type slowDisk struct {
	*notes
	writing, let chan struct{}
}

func (d *slowDisk) Append(line any) error {
	if r, _ := line.(rotation.Record); r.Decision == rotation.Stored {
		close(d.writing)
		<-d.let
	}
	return d.notes.Append(line)
}

// A screen draws while a record is on its way to a disk that does not answer: it sees the
// rotation as it was, and the secret.
func TestDrawingWaitsForNoDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &slowDisk{writing: make(chan struct{}), let: make(chan struct{})}
		s := beginWith(t, "Suzie", func(parts *runner.Parts, s *scene) {
			disk.notes = s.notes
			parts.Journal = disk
		})
		s.created()
		if err := s.run.GiveOut(); err != nil {
			t.Fatal(err)
		}
		decided := make(chan error)
		go func() { decided <- s.decide(rotation.Stored) }()
		<-disk.writing
		if st := s.state(); st.Step != rotation.Store || st.Secret != rotation.SecretHeld {
			t.Errorf("at %s with a secret %s, before that is on record", st.Step, st.Secret)
		}
		if err := s.run.Lend(func(iamops.Secret) error { return nil }); err != nil {
			t.Errorf("the secret can't be drawn: %v", err)
		}
		close(disk.let)
		if err := <-decided; err != nil || s.state().Step != rotation.Distribute {
			t.Errorf("at %s, %v", s.state().Step, err)
		}
	})
}

// Snapshots come in their order, each with a greater number.
func TestSnapshotsAreNumbered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, "Suzie")
		before := s.run.Snapshot().Number
		s.must(rotation.GoOn)
		if after := s.run.Snapshot().Number; after <= before {
			t.Errorf("%d after %d", after, before)
		}
	})
}
