"""Goldens for videos of Qwen2.5-VL: patches, grids and prompts with pictures and videos, as transformers gives them."""
import json
import numpy as np
import torch
from PIL import Image
from transformers import AutoTokenizer, Qwen2_5_VLProcessor, Qwen2VLImageProcessor, Qwen2VLVideoProcessor
from golden_tools import path, pattern, sha, write_json


def frames(width, height, count, seed):
    return torch.from_numpy(np.stack([pattern(width, height, seed + i) for i in range(count)])).permute(0, 3, 1, 2)


HALF = dict(image_mean=[0.5, 0.4, 0.3], image_std=[0.5, 0.25, 0.2])
LIMITS = dict(min_pixels=4 * 784, max_pixels=40 * 784)
VIDEOS = [
    ({}, [(400, 300, 2)]),  # first: limits that are given become the class's defaults
    (LIMITS, [(100, 75, 4), (60, 130, 3)]),
    (LIMITS, [(56, 84, 1), (28, 28, 2), (300, 90, 5)]),
    (dict(size={"shortest_edge": 784, "longest_edge": 784 * 9}, resample=2, **HALF), [(91, 64, 3)]),
    (dict(patch_size=8, merge_size=3, temporal_patch_size=1, do_normalize=False, min_pixels=576, max_pixels=30000), [(50, 70, 3)]),
    (dict(do_rescale=False, min_pixels=784, max_pixels=784 * 9), [(91, 64, 2)]),
    (dict(do_resize=False), [(56, 28, 3)]),
]
# Parts before the question: a picture [width, height], a video [width, height, frames, fps], or text.
PROMPTS = [
    dict(name="video", before=[dict(video=[100, 75, 5, 2.0])], question="What is the color of the square?"),
    dict(name="mixed", before=[dict(video=[60, 130, 4, 4.0]), dict(image=[28, 29]), dict(text="Options:\n"), dict(video=[57, 57, 1, 0.5]), dict(image=[100, 75])], question="How many?"),
    dict(name="pictures first", before=[dict(image=[57, 57]), dict(video=[64, 64, 3, 24.0])], question="Describe it."),
]


def video():
    cases = []
    for options, sizes in VIDEOS:
        out = Qwen2VLVideoProcessor(**options)(videos=[frames(w, h, n, i) for i, (w, h, n) in enumerate(sizes)], return_tensors="pt", do_sample_frames=False)
        cases.append({"options": {"video_processor_type": "Qwen2VLVideoProcessor", **options}, "sizes": sizes, "gridThw": out["video_grid_thw"].tolist(),
                      "pixelValues": sha(out["pixel_values_videos"].float().numpy())})
    tokenizer = AutoTokenizer.from_pretrained(path("qwen"))
    with open(path("qwen", "chat_template.jinja"), encoding="utf-8") as f:
        template = f.read()
    with open(path("qwen", "preprocessor_config.json"), encoding="utf-8") as f:
        limits = {key: value for key, value in json.load(f).items() if key in LIMITS}
    both = Qwen2_5_VLProcessor(image_processor=Qwen2VLImageProcessor(**limits), tokenizer=tokenizer, video_processor=Qwen2VLVideoProcessor(**limits), chat_template=template)
    prompts = []
    for case in PROMPTS:
        content = [{"type": next(iter(part)), **({"text": part["text"]} if "text" in part else {})} for part in case["before"]] + [{"type": "text", "text": case["question"]}]
        text = both.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
        pictures = [Image.fromarray(pattern(*part["image"], 9)) for part in case["before"] if "image" in part]
        given = [part["video"] for part in case["before"] if "video" in part]
        out = both(text=[text], images=pictures or None, videos=[frames(w, h, n, 9) for w, h, n, _ in given], videos_kwargs={"fps": [fps for *_, fps in given], "do_sample_frames": False},
                   return_tensors="pt")
        # Patches and grids of pictures and of videos, sorted into the order of the prompt.
        queues = {"image": list(zip(out["image_grid_thw"].tolist(), torch.split(out["pixel_values"], out["image_grid_thw"].prod(-1).tolist()))) if pictures else [],
                  "video": list(zip(out["video_grid_thw"].tolist(), torch.split(out["pixel_values_videos"], out["video_grid_thw"].prod(-1).tolist())))}
        ordered = [queues[kind].pop(0) for kind in (next(iter(part)) for part in case["before"]) if kind in queues]
        prompts.append({**case, "inputIds": out["input_ids"][0].tolist(), "gridThw": [grid for grid, _ in ordered], "secondsPerGrid": out["second_per_grid_ts"].tolist(),
                        "pixelValues": sha(torch.cat([rows for _, rows in ordered]).numpy())})
    write_json("video.json", {"videos": cases, "prompts": prompts})
