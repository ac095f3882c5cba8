"""Writes murmur2.golden.json: hashes of texts as ipykernel makes them. Needs ipykernel 7."""

import json
import pathlib

from ipykernel.compiler import murmur2_x86

SEED = 0xC70F6907
TEXTS = ["", "a", "ab", "abc", "abcd", "abcde", "1 + 1", "x = 'é'", "日本語", "🙂", "let x = 1;\nx\n", "\x00\xff", "0123456789" * 100]
GOLDEN = [{"text": text, "seed": seed, "hash": murmur2_x86(text, seed)} for text in TEXTS for seed in (SEED, 0, 1)]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(GOLDEN, indent=1) + "\n")
