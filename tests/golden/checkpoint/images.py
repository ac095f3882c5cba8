"""Goldens for the image processors with one picture size, CLIP's and SigLIP's: hashes of the patches that transformers' slow processors give."""
import numpy as np
from PIL import Image
from transformers import CLIPImageProcessor, Gemma3ImageProcessor, LlavaImageProcessor, SiglipImageProcessor
from golden_tools import pattern, sha, write_json


def patch_rows(values, patch):
    """[B, 3, H, W] as the rows that a convolution with stride = kernel = patch reads: [B·H/p·W/p, 3·p·p]."""
    b, c, h, w = values.shape
    return values.reshape(b, c, h // patch, patch, w // patch, patch).transpose(0, 2, 4, 1, 3, 5).reshape(-1, c * patch * patch)


SIZES = [(130, 47), (40, 90), (5, 7), (56, 56), (61, 61), (7, 300), (2, 2)]
HALF = dict(image_mean=[0.5, 0.4, 0.3], image_std=[0.5, 0.25, 0.2])
CASES = [
    (CLIPImageProcessor, 14, dict(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336}), [(350, 200)]),
    (CLIPImageProcessor, 16, {}, [(90, 140)]),
    (CLIPImageProcessor, 14, dict(size={"shortest_edge": 56}, crop_size={"height": 56, "width": 56}), SIZES),
    (CLIPImageProcessor, 19, dict(size=60, crop_size=57, resample=2, **HALF), SIZES),
    (CLIPImageProcessor, 7, dict(size={"shortest_edge": 33}, crop_size={"height": 56, "width": 42}), SIZES),
    (CLIPImageProcessor, 8, dict(do_resize=False, crop_size={"height": 40, "width": 64}, do_normalize=False), SIZES),
    (CLIPImageProcessor, 8, dict(size={"height": 32, "width": 48}, do_center_crop=False, do_rescale=False, resample=1), SIZES),
    (LlavaImageProcessor, 14, dict(do_pad=True, size={"shortest_edge": 56}, crop_size={"height": 56, "width": 56}), SIZES),
    (LlavaImageProcessor, 14, dict(size={"shortest_edge": 56}, crop_size={"height": 56, "width": 56}), SIZES),
    (LlavaImageProcessor, 7, dict(do_pad=True, do_resize=False, crop_size=35, **HALF), SIZES),
    (SiglipImageProcessor, 16, {}, [(90, 140)]),
    (SiglipImageProcessor, 14, dict(size={"height": 42, "width": 56}, resample=3), SIZES),
    (Gemma3ImageProcessor, 14, dict(size={"height": 896, "width": 896}), [(200, 150)]),
    (Gemma3ImageProcessor, 14, dict(size={"height": 56, "width": 56}), SIZES),
    (Gemma3ImageProcessor, 14, dict(size={"height": 28, "width": 28}, do_rescale=False, **HALF), SIZES),
]


def images():
    cases = []
    for processor, patch, options, sizes in CASES:
        pictures = [Image.fromarray(pattern(w, h, i)) for i, (w, h) in enumerate(sizes)]
        # The layout is given: of a picture three rows high, transformers would guess that rows are channels.
        values = processor(**options)(images=pictures, return_tensors="np", input_data_format="channels_last")["pixel_values"]
        rows = patch_rows(values.astype(np.float32), patch)
        grid = [1, values.shape[2] // patch, values.shape[3] // patch]
        cases.append({"options": {"image_processor_type": processor.__name__, **options}, "patchSize": patch, "sizes": sizes, "grid": grid, "pixelValues": sha(rows)})
    write_json("images.json", cases)
