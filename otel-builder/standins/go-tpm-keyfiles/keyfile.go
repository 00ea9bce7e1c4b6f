// Package keyfile stands in for the library that reads keys of a TPM, of which a service of Snowflake has none.
package keyfile

import (
	"crypto"
	"errors"

	"github.com/google/go-tpm/tpm2/transport"
)

var errAbsent = errors.New("this collector is built without tpm")

// TPMKey is a key that cannot be read.
type TPMKey struct{}

// Decode refuses.
func Decode([]byte) (*TPMKey, error) { return nil, errAbsent }

// Signer refuses.
func (*TPMKey) Signer(transport.TPMCloser, []byte, []byte) (crypto.Signer, error) {
	return nil, errAbsent
}
