"""What the golden scripts of checkpoint/ share: files beside them, hashes, and a synthetic picture."""
import hashlib, json, os
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def path(*parts):
    return os.path.join(HERE, *parts)


def sha(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def write_json(name, value):
    with open(path(name), "w", encoding="utf-8") as f:
        json.dump(value, f, indent=1, ensure_ascii=False)
        f.write("\n")


def pattern(width, height, seed):
    """The picture that tests/checkpoint/pattern.ts makes: integer hashing, hence all frequencies, and some flat parts."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    h = ((x * 3 + y * 5 + c * 7 + seed) * 2654435761) & 0xFFFFFFFF
    noise = (h >> 16) & 255
    flat = np.where((x // 5 + y // 7) % 2 == 0, 255, 0)
    return np.where((x + y) % 11 < 6, noise, flat).astype(np.uint8)
