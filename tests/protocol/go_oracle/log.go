// Reads the log of a running node as anybody may: its checkpoint, its tiles and its entries, over HTTP.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const most = 1 << 20

type head struct {
	Size int64
	Root tlog.Hash
}

// A note of a checkpoint as the log of one key, and nobody else, has signed it.
func opened(text string, key string) (head, error) {
	var found head
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return found, err
	}
	read, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return found, err
	}
	lines := strings.Split(read.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return found, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	if found.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return found, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || copy(found.Root[:], root) != tlog.HashSize || len(root) != tlog.HashSize {
		return found, fmt.Errorf("not a root hash")
	}
	return found, nil
}

func get(url string) ([]byte, error) {
	answer, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, most))
}

// The tiles of a node, fetched when they are wanted.
type served string

func (s served) Height() int { return 8 }

func (s served) SaveTiles([]tlog.Tile, [][]byte) {}

func (s served) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		data, err := get(string(s) + "/log/tile/" + strings.TrimPrefix(tile.Path(), "tile/8/"))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

// All entries of a log of a given size, as the node serves them: each behind its length in two bytes.
func (s served) entries(size int64) ([][]byte, error) {
	var found [][]byte
	for at := int64(0); at*256 < size; at++ {
		width := size - at*256
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: 0, N: at, W: int(width)}
		data, err := get(string(s) + "/log/tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/0/"))
		if err != nil {
			return nil, err
		}
		for len(data) > 0 {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("a bundle is cut")
			}
			length := int(binary.BigEndian.Uint16(data))
			found, data = append(found, data[2:2+length]), data[2+length:]
		}
	}
	if int64(len(found)) != size {
		return nil, fmt.Errorf("%d entries of %d", len(found), size)
	}
	return found, nil
}

// The log of j.URL is the one that has signed j.Note before, and each of j.Receipts opens an entry of it.
func readLog(j job) error {
	place := served(j.URL)
	text, err := get(j.URL + "/log/checkpoint")
	if err != nil {
		return err
	}
	now, err := opened(string(text), j.Key)
	if err != nil {
		return err
	}
	before, err := opened(j.Note, j.Key)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tlog.Tree{N: now.Size, Hash: now.Root}, place)
	proof, err := tlog.ProveTree(now.Size, before.Size, reader)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, now.Size, now.Root, before.Size, before.Root); err != nil {
		return err
	}
	entries, err := place.entries(now.Size)
	if err != nil {
		return err
	}
	for at, entry := range entries {
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(at))})
		if err != nil {
			return err
		}
		if hashes[0] != tlog.RecordHash(entry) {
			return fmt.Errorf("entry %d is not the one of the tree", at)
		}
	}
	for _, each := range j.Receipts {
		then, err := opened(each.Note, j.Key)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(each.Path, then.Size, then.Root, each.Index, tlog.RecordHash(each.Leaf)); err != nil {
			return err
		}
		if each.Index >= now.Size || !bytes.Equal(entries[each.Index], each.Leaf) {
			return fmt.Errorf("the log has something else at %d", each.Index)
		}
	}
	return nil
}
