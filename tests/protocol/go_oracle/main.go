// Reads one job a line from standard input and writes one line for each: "ok", or why the job was refused.
// All judging is done by golang.org/x/mod/sumdb; this program only carries values to it.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type job struct {
	Do      string
	Key     string
	Note    string
	Text    string
	Index   int64
	OldSize int64
	OldRoot tlog.Hash
	Size    int64
	Root    tlog.Hash
	Leaf    []byte
	Path    []tlog.Hash
	Level   int
	Width   int
	Tiles   map[string][]byte

	URL      string
	Receipts []struct {
		Index int64
		Leaf  []byte
		Path  []tlog.Hash
		Note  string
	}
	Witnesses []string
}

// Tiles of one log, by the path that sumdb gives them.
type tiles map[string][]byte

func (t tiles) Height() int { return 8 }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		data, ok := t[tile.Path()]
		if !ok {
			return nil, fmt.Errorf("no tile %s", tile.Path())
		}
		found = append(found, data)
	}
	return found, nil
}

func same(got, want []tlog.Hash) error {
	if len(got) != len(want) {
		return fmt.Errorf("another length")
	}
	for at := range got {
		if got[at] != want[at] {
			return fmt.Errorf("another hash at %d", at)
		}
	}
	return nil
}

func run(j job) error {
	switch j.Do {
	case "note":
		verifier, err := note.NewVerifier(j.Key)
		if err != nil {
			return err
		}
		opened, err := note.Open([]byte(j.Note), note.VerifierList(verifier))
		if err != nil {
			return err
		}
		if opened.Text != j.Text || len(opened.Sigs) != 1 {
			return fmt.Errorf("another text, or not one known signature")
		}
		return nil
	case "log":
		return readLog(j)
	case "cosigned":
		return cosigned(j)
	case "inclusion":
		return tlog.CheckRecord(j.Path, j.Size, j.Root, j.Index, tlog.RecordHash(j.Leaf))
	case "consistency":
		return tlog.CheckTree(j.Path, j.Size, j.Root, j.OldSize, j.OldRoot)
	case "name":
		tile := tlog.Tile{H: 8, L: j.Level, N: j.Index, W: j.Width}
		if got := tile.Path(); got != j.Text {
			return fmt.Errorf("the name is %s", got)
		}
		return nil
	}
	reader := tlog.TileHashReader(tlog.Tree{N: j.Size, Hash: j.Root}, tiles(j.Tiles))
	if j.Do == "prove-inclusion" {
		proof, err := tlog.ProveRecord(j.Size, j.Index, reader)
		if err != nil {
			return err
		}
		return same(proof, j.Path)
	}
	if j.Do == "prove-consistency" {
		proof, err := tlog.ProveTree(j.Size, j.OldSize, reader)
		if err != nil {
			return err
		}
		return same(proof, j.Path)
	}
	return fmt.Errorf("unknown job")
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var j job
		err := json.Unmarshal(lines.Bytes(), &j)
		if err == nil {
			err = run(j)
		}
		if err != nil {
			fmt.Printf("%q\n", err.Error())
		} else {
			fmt.Println("ok")
		}
	}
}
