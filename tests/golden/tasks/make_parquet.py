"""Small Parquet files with the columns that the hub has for the eight benchmarks, one compression each.

Run in this folder with pyarrow: python make_parquet.py
"""

import struct
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent / "parquet"
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def png(width: int, height: int, grey: int) -> bytes:
    """A picture of one grey."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes([grey]) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def image(i: int) -> dict:
    return {"bytes": png(8 + i, 6, 20 * i), "path": f"{i}.png"}


def write(name: str, columns: dict, compression: str, row_group_size: int = 2) -> None:
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path, compression=compression, row_group_size=row_group_size)


def images(*numbers: int) -> pa.Array:
    return pa.array([image(i) for i in numbers], IMAGE)


# Two shards, three row groups; ten annotators.
for shard, rows in enumerate([[0, 1, 2], [3]]):
    write(
        f"textvqa/data/validation-{shard:05}-of-00002.parquet",
        {
            "image_id": [f"im{i}" for i in rows],
            "question_id": pa.array([34602 + i for i in rows], pa.int32()),
            "question": [f"what is word {i}?" for i in rows],
            "image": images(*rows),
            "image_width": pa.array([8 + i for i in rows], pa.int32()),
            "answers": pa.array([["stop"] * 9 + ["go"] for _ in rows], pa.list_(pa.string())),
            "set_name": ["val" for _ in rows],
        },
        "snappy",
    )

write(
    "ChartQA/data/test-00000-of-00001-e2cd0b7a0f9eb20d.parquet",
    {
        "type": ["human_test", "augmented_test"],
        "question": ["How many bars?", "What is the peak?"],
        "answer": ["7", "12.5"],
        "image": images(0, 1),
    },
    "gzip",
)

write(
    "VizWiz-VQA/data/val-00000-of-00001.parquet",
    {
        "question_id": ["VizWiz_val_00000000.jpg", "VizWiz_val_00000001.jpg"],
        "image": images(0, 1),
        "question": ["What is this?", "Is it on?"],
        "answers": pa.array([["unanswerable"] * 10, ["yes"] * 10], pa.list_(pa.string())),
        "category": ["unanswerable", "yes/no"],
    },
    "snappy",
)

# Two questions share an id, as they share a picture.
write(
    "MME/data/test-00000-of-00001.parquet",
    {
        "question_id": ["color/1.png", "color/1.png", "OCR/2.png", "OCR/2.png"],
        "image": images(0, 0, 1, 1),
        "question": [f"Is it {i}? Please answer yes or no." for i in range(4)],
        "answer": ["Yes", "No", "Yes", "No"],
        "category": ["color", "color", "OCR", "OCR"],
    },
    "zstd",
    row_group_size=3,
)

write(
    "MMBench/en/dev-00000-of-00001.parquet",
    {
        "index": pa.array([241, 1000241], pa.int64()),
        "question": ["Which one?", "Which one?"],
        "hint": ["nan", "Look."],
        "answer": ["A", "B"],
        "A": ["red", "blue"],
        "B": ["blue", "red"],
        "C": ["nan", "nan"],
        "D": ["nan", "nan"],
        "category": ["attribute", "attribute"],
        "image": images(0, 0),
        "source": ["x", "x"],
        "L2-category": ["ar", "ar"],
        "comment": ["nan", "nan"],
        "split": ["dev", "dev"],
    },
    "none",
)

# Pictures are lists; the questions about videos are another benchmark's.
write(
    "SEED-Bench/data/test-00000-of-00001.parquet",
    {
        "answer": ["C", "A", "B"],
        "choice_a": ["one", "one", "one"],
        "choice_b": ["two", "two", "two"],
        "choice_c": ["three", "three", "three"],
        "choice_d": ["four", "four", "four"],
        "data_id": ["1", "2", "3"],
        "data_type": ["image", "video", "image"],
        "question": ["How many?", "How long?", "How often?"],
        "question_id": ["101669", "101670", "101671"],
        "question_type_id": pa.array([4, 10, 5], pa.int16()),
        "image": pa.array([[image(0)], [image(1), image(2)], [image(3), image(4)]], pa.list_(IMAGE)),
    },
    "brotli",
)

# The last question is of the test split, which has no answers.
write(
    "A-OKVQA/data/validation-00000-of-00001.parquet",
    {
        "image": images(0, 1, 2),
        "question_id": ["22jbM6gDxdaMaunuzgrsBB", "2Aq5RiEn7eyfWjEbpuYy27", "2ebuwVUXaSfhkTbyNLfVBA"],
        "question": ["What for?", "Why?", "Where?"],
        "choices": pa.array([["eat", "sleep"], ["cold", "hot"], ["in", "out"]], pa.list_(pa.string())),
        "correct_choice_idx": pa.array([1, 0, None], pa.int8()),
        "direct_answers": ["['sleep', 'rest']", "['cold']", None],
    },
    "snappy",
)

# One picture by its path only, one row without any.
write(
    "OCRBench/data/test-00000-of-00001.parquet",
    {
        "dataset": ["IIIT5K", "HME100k", "HME100k"],
        "question": ["what is written?", "formula?", "formula?"],
        "question_type": [
            "Regular Text Recognition",
            "Handwritten Mathematical Expression Recognition",
            "Handwritten Mathematical Expression Recognition",
        ],
        "answer": pa.array([["CENTRE", "centre"], ["x^{2}"], ["y"]], pa.list_(pa.string())),
        "image": pa.array([image(0), {"bytes": None, "path": "5.png"}, None], IMAGE),
    },
    "snappy",
)
(HERE / "OCRBench/data/5.png").write_bytes(image(5)["bytes"])
