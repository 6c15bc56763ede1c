package runner

import (
	"fmt"

	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
)

// Records reads the journal of an account in the folder dir, and tells which of its lines
// could not be read.
func Records(dir, partition, account string) ([]rotation.Record, []journal.Damage, error) {
	var records []rotation.Record
	damages, err := journal.ReadAccount(dir, partition, account, func(line []byte) error {
		r, err := rotation.ParseRecord(line)
		if err == nil {
			records = append(records, r)
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("reading the journal: %w", err)
	}
	return records, damages, nil
}
