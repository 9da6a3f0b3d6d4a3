// Verifies lines of C2SP cosignature/v1, which golang.org/x/mod does not know: Ed25519 over a time and the text.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

const cosignature = 4

type witness struct {
	name   string
	hash   uint32
	public ed25519.PublicKey
}

func (w witness) Name() string { return w.name }

func (w witness) KeyHash() uint32 { return w.hash }

func (w witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(w.public, []byte(signed), sig[8:])
}

func newWitness(key string) (note.Verifier, error) {
	name, rest, _ := strings.Cut(key, "+")
	id, encoded, _ := strings.Cut(rest, "+")
	hash, err := strconv.ParseUint(id, 16, 32)
	if err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(data) != 1+ed25519.PublicKeySize || data[0] != cosignature {
		return nil, fmt.Errorf("not the key of a witness")
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), data...))
	if uint32(hash) != binary.BigEndian.Uint32(sum[:]) {
		return nil, fmt.Errorf("the identifier is of another key")
	}
	return witness{name: name, hash: uint32(hash), public: data[1:]}, nil
}

// The note is of the log j.Key and bears a cosignature of each of j.Witnesses.
func cosigned(j job) error {
	log, err := note.NewVerifier(j.Key)
	if err != nil {
		return err
	}
	known := []note.Verifier{log}
	for _, key := range j.Witnesses {
		found, err := newWitness(key)
		if err != nil {
			return err
		}
		known = append(known, found)
	}
	opened, err := note.Open([]byte(j.Note), note.VerifierList(known...))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != len(known) {
		return fmt.Errorf("%d of %d signatures", len(opened.Sigs), len(known))
	}
	return nil
}
