package sandbox

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io"
	mathrand "math/rand/v2"
)

// entropy is where IDs and secrets come from: crypto/rand, or a seeded source
// for accounts that must come out the same each time.
type entropy struct{ source io.Reader }

// newEntropy returns one of a seed's streams; each stream has an order of its own.
func newEntropy(seed uint64, stream byte) *entropy {
	if seed == 0 {
		return &entropy{rand.Reader}
	}
	var s [32]byte
	binary.BigEndian.PutUint64(s[:], seed)
	s[8] = stream
	return &entropy{mathrand.NewChaCha8(s)}
}

func (e *entropy) bytes(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(e.source, b); err != nil {
		// Neither source can fail: crypto/rand ends the program itself.
		panic("sandbox: no random bytes: " + err.Error())
	}
	return b
}

// idAlphabet is that of AWS's unique IDs, base32.
const idAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// id is prefix and n characters of AWS's ID alphabet.
func (e *entropy) id(prefix string, n int) string {
	b := e.bytes(n)
	for i := range b {
		b[i] = idAlphabet[b[i]%32]
	}
	return prefix + string(b)
}

// secret is n characters of the base64 alphabet; n is a multiple of 4.
func (e *entropy) secret(n int) string {
	return base64.StdEncoding.EncodeToString(e.bytes(n / 4 * 3))
}

// requestID is a random UUID.
func (e *entropy) requestID() string {
	b := e.bytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
