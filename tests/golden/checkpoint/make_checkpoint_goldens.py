"""Goldens for checkpoint/: safetensors, half precision, resizing, decoding, configurations, processors.

Needs numpy, torch, torchvision, safetensors, pillow 13 (the order of its resizing passes), tokenizers and transformers 4.57.
Run in this folder: python make_checkpoint_goldens.py [part ...]; everything it writes is beside it.
"""
import json, math, os, random, struct, sys, zlib
import numpy as np
import torch
from PIL import Image, ImageCms
from safetensors.torch import save_file
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2.functional import resize
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLProcessor, Qwen2TokenizerFast, Qwen2VLImageProcessor, Qwen2VLVideoProcessor
from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize
from configurations import SMALL_TEXT, SMALL_VISION, configurations
from images import images
from prompts import prompts
from video import video
from golden_tools import path, pattern, sha, write_json


def safetensors():
    g = torch.Generator().manual_seed(1)
    x = torch.randn(5, 7, generator=g)
    tensors = {
        "f32": x, "f64": x.double() * 3, "f16": (x * 100).half(), "bf16": (x * 1e20).bfloat16(), "i64": torch.tensor([[1, -2], [2**31 - 1, -2**31]]),
        "i64_large": torch.tensor([0, 2**40]), "i32": torch.tensor([7, -8], dtype=torch.int32), "i16": torch.tensor([-300, 300], dtype=torch.int16),
        "i8": torch.tensor([-128, 127], dtype=torch.int8), "u8": torch.tensor([0, 255], dtype=torch.uint8), "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 4), "f8": torch.ones(3).to(torch.float8_e4m3fn),
    }
    save_file(tensors, path("dtypes.safetensors"), metadata={"format": "pt", "note": "ünïcode"})
    expected = {k: {"shape": list(v.shape), "float": v.float().flatten().tolist()} for k, v in tensors.items() if k not in ("f8",)}
    halves = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)
    halves[np.isnan(halves)] = 0
    floats = ((np.arange(200000, dtype=np.uint64) * 2654435761) & 0xFFFFFFFF).astype(np.uint32).view(np.float32).copy()
    floats[np.isnan(floats)] = 0
    # Many values that are near halves and subnormal halves, ties included.
    near = (np.arange(-40000, 40000) * 2.0**-26).astype(np.float32)
    narrow = {}
    for name, values in (("wide", floats), ("near", near)):
        t = torch.from_numpy(values)
        narrow[name] = {"f16": sha(t.half().view(torch.int16).numpy()), "bf16": sha(t.bfloat16().view(torch.int16).numpy())}
    write_json("dtypes.json", {"tensors": expected, "halves": sha(halves), "narrow": narrow})


def resizing():
    sizes = [(1, 1, 3, 3), (1, 7, 5, 2), (7, 1, 1, 9), (2, 2, 28, 28), (13, 11, 28, 56), (64, 48, 28, 28), (100, 37, 33, 100), (300, 200, 56, 56),
             (57, 57, 56, 56), (640, 480, 504, 364), (33, 500, 84, 28), (17, 17, 17, 40), (17, 17, 40, 17), (1000, 3, 28, 28),
             (40, 40, 30, 20), (40, 40, 31, 20), (60, 300, 28, 140), (3, 400, 1, 398), (2, 401, 3, 200), (120, 50, 130, 49)]
    filters = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}
    modes = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}
    cases, torch_cases = [], []
    for i, (w, h, nw, nh) in enumerate(sizes):
        picture = Image.fromarray(pattern(w, h, i))
        for name, mode in modes.items():
            out = resize(torch.from_numpy(pattern(w, h, i)).permute(2, 0, 1), [nh, nw], interpolation=mode, antialias=True).permute(1, 2, 0)
            torch_cases.append({"width": w, "height": h, "newWidth": nw, "newHeight": nh, "seed": i, "filter": name, "sha256": sha(out.numpy())})
        for name, f in filters.items():
            cases.append({"width": w, "height": h, "newWidth": nw, "newHeight": nh, "seed": i, "filter": name, "sha256": sha(np.asarray(picture.resize((nw, nh), f)))})
    r = random.Random(3)
    smart = []
    for _ in range(400):
        h, w, factor = r.randint(1, 900), r.randint(1, 900), r.choice([8, 28, 32])
        low = r.choice([784, 3136, 50176])
        high = r.choice([50176, 200704, 1003520])
        try:
            result = list(smart_resize(h, w, factor, low, high))
        except ValueError:
            result = None
        smart.append([h, w, factor, low, high, result])
    write_json("resize.json", {"resize": cases, "torch": torch_cases, "smart": smart})


def pictures():
    os.makedirs(path("pictures"), exist_ok=True)
    base = pattern(30, 22, 5)
    yy, xx = np.mgrid[0:22, 0:30]
    soft = Image.fromarray(np.stack([xx * 8, yy * 11, xx * 3 + yy * 4], -1).astype(np.uint8))
    image = Image.fromarray(base)
    rgba = Image.fromarray(np.dstack([base, ((xx * yy) % 256).astype(np.uint8)]), "RGBA")
    exif = Image.Exif()
    exif[0x0112] = 6
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()

    def save(picture, name, **options):
        picture.save(path("pictures", name), **options)

    save(soft, "420.jpg", quality=85)
    save(image, "444.jpg", quality=92, subsampling=0)
    save(soft, "progressive.jpg", quality=70, progressive=True)
    save(soft.convert("L"), "grey.jpg")
    save(soft.convert("CMYK"), "cmyk.jpg", quality=95)
    save(soft, "exif6.jpg", exif=exif)
    save(image, "rgb.png")
    save(rgba, "rgba.png")
    save(image.convert("L"), "grey.png")
    save(image.convert("LA"), "grey-alpha.png")
    save(image.convert("P"), "palette.png")
    save(image.convert("P"), "palette-transparent.png", transparency=3)
    save(image.convert("1"), "bits.png")
    save(image, "profile.png", icc_profile=lab)
    save(soft, "lossy.webp", quality=80)
    save(rgba, "alpha.webp", lossless=True, exact=True)
    save(image, "animated.gif", save_all=True, append_images=[image.rotate(180)])
    save(image, "plain.tif")
    save(soft.convert("CMYK"), "cmyk.tif")
    # 16 bits a channel, and a gamma chunk that PIL ignores.
    rows = b"".join(b"\0" + (base[y].astype(np.uint16) * 257 - (base[y] > 3)).astype(">u2").tobytes() for y in range(22))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    with open(path("pictures", "deep.png"), "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 30, 22, 16, 2, 0, 0, 0)) + chunk(b"gAMA", struct.pack(">I", 30000)) +
                chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    expected = {}
    for name in sorted(os.listdir(path("pictures"))):
        rgb = np.asarray(Image.open(path("pictures", name)).convert("RGB"))
        expected[name] = {"width": rgb.shape[1], "height": rgb.shape[0], "sha256": sha(rgb)}
    write_json("pictures.json", expected)


SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>",
           "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"]
# What the documentation of Qwen2.5-VL says a prompt looks like, as a template.
TEMPLATE = """{% set pictures = namespace(count=0) %}{% for message in messages %}{% if loop.first and message['role'] != 'system' %}<|im_start|>system
You are a helpful assistant.<|im_end|>
{% endif %}<|im_start|>{{ message['role'] }}
{% if message['content'] is string %}{{ message['content'] }}<|im_end|>
{% else %}{% for part in message['content'] %}{% if part['type'] == 'image' or 'image' in part %}{% set pictures.count = pictures.count + 1 %}{% if add_vision_id %}Picture {{ pictures.count }}: {% endif %}<|vision_start|><|image_pad|><|vision_end|>{% elif part['type'] == 'video' or 'video' in part %}<|vision_start|><|video_pad|><|vision_end|>{% elif 'text' in part %}{{ part['text'] }}{% endif %}{% endfor %}<|im_end|>
{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CORPUS = ["What is the color of the square? The square is red.", "How many people are there in the picture? Three.", "You are a helpful assistant. user system assistant",
          "Please select the correct answer from the options above.", "Options:\nA. left\nB. right\nC. above", "Answer the question using a single word or phrase.",
          "Où est l'étoile ? Elle est à gauche. 图片里有什么？图片里有一只猫。", "Describe the picture in one sentence. There is a yellow star above the blue cross."] * 4


def processor():
    directory = path("qwen")
    os.makedirs(directory, exist_ok=True)
    raw = Tokenizer(models.BPE())
    raw.normalizer = normalizers.NFC()
    raw.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(SPLIT), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    raw.decoder = decoders.ByteLevel()
    raw.post_processor = processors.ByteLevel(trim_offsets=False)
    raw.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=600, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    raw.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in SPECIAL])
    tokenizer = Qwen2TokenizerFast(tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|endoftext|>", additional_special_tokens=SPECIAL[1:], model_max_length=4096)
    tokenizer.chat_template = TEMPLATE
    images = Qwen2VLImageProcessor(min_pixels=4 * 784, max_pixels=40 * 784)
    video = Qwen2VLVideoProcessor()
    both = Qwen2_5_VLProcessor(image_processor=images, tokenizer=tokenizer, video_processor=video, chat_template=TEMPLATE)
    tokenizer.save_pretrained(directory)
    images.save_pretrained(directory)
    for name in os.listdir(directory):
        if name not in ("tokenizer.json", "tokenizer_config.json", "preprocessor_config.json", "chat_template.jinja"):
            os.remove(os.path.join(directory, name))
    ids = {t: tokenizer.convert_tokens_to_ids(t) for t in SPECIAL}
    config = Qwen2_5_VLConfig(text_config=SMALL_TEXT, vision_config=SMALL_VISION, image_token_id=ids["<|image_pad|>"], video_token_id=ids["<|video_pad|>"],
                              vision_start_token_id=ids["<|vision_start|>"], vision_end_token_id=ids["<|vision_end|>"]).to_dict()
    config["eos_token_id"] = ids["<|im_end|>"]
    write_json("qwen/config.json", config)
    write_json("qwen/generation_config.json", {"bos_token_id": ids["<|endoftext|>"], "eos_token_id": [ids["<|im_end|>"], ids["<|endoftext|>"]], "pad_token_id": ids["<|endoftext|>"]})
    cases = [dict(name="one", images=[[100, 75]], question="What is the color of the square?", answer="red"),
             dict(name="two", images=[[60, 130], [28, 29]], question="Options:\nA. left\nB. right\nPlease select the correct answer from the options above. \n", answer="B"),
             dict(name="none", images=[], question="How many?", answer="Three people, I'd say."),
             dict(name="unicode", images=[[57, 57]], question="Où est l'e\u0301toile ? 图片里有什么？ 👩‍🚀\u200d\t\n\n  ok", answer="图片里有一只猫。 🐈"),
             dict(name="system", images=[[300, 90]], question="  Describe  it.\n", answer="There is a yellow\nstar.", system="Answer the question.")]
    tensors, expected = {}, []
    for case in cases:
        pictures = [Image.fromarray(pattern(w, h, 9)) for w, h in case["images"]]
        messages = [{"role": "user", "content": [{"type": "image"}] * len(pictures) + [{"type": "text", "text": case["question"]}]}]
        if "system" in case:
            messages.insert(0, {"role": "system", "content": [{"type": "text", "text": case["system"]}]})
        answered = messages + [{"role": "assistant", "content": [{"type": "text", "text": case["answer"]}]}]
        prompt = both.apply_chat_template(messages, add_generation_prompt=True)
        whole = both.apply_chat_template(answered, add_generation_prompt=False)
        first = both(images=pictures or None, text=[prompt], return_tensors="np")
        second = both(images=pictures or None, text=[whole], return_tensors="np")
        input_ids = second["input_ids"][0]
        end = int(np.max(np.nonzero(input_ids == ids["<|im_end|>"])[0])) + 1
        grid = second["image_grid_thw"].tolist() if pictures else []
        if pictures:
            values = second["pixel_values"]
            assert values.dtype == np.float32
            if case["name"] in ("one", "two"):
                tensors["pixel_values." + case["name"]] = torch.from_numpy(values.copy())
        expected.append({**case, "prompt": prompt, "promptLength": int(first["input_ids"].shape[1]), "inputIds": input_ids[:end].tolist(), "gridThw": grid,
                         "pixelValues": sha(values) if pictures else None, "decoded": tokenizer.decode(input_ids[:end], skip_special_tokens=True)})
    save_file(tensors, path("pixel_values.safetensors"))
    Image.fromarray(pattern(100, 75, 9)).save(path("qwen-picture.png"))
    # Other settings of the image processor.
    variants = []
    for options in (dict(min_pixels=784, max_pixels=784 * 9, resample=2, image_mean=[0.5] * 3, image_std=[0.5] * 3), dict(patch_size=8, merge_size=3, temporal_patch_size=1, do_normalize=False, min_pixels=576, max_pixels=30000),
                    dict(do_rescale=False, min_pixels=784, max_pixels=784 * 9, resample=1)):
        out = Qwen2VLImageProcessor(**options)(images=[Image.fromarray(pattern(91, 64, 2))], return_tensors="np")
        variants.append({"options": {**options, "image_processor_type": "Qwen2VLImageProcessor"}, "gridThw": out["image_grid_thw"].tolist(), "pixelValues": sha(out["pixel_values"].astype(np.float32))})
    write_json("processor.json", {"cases": expected, "variants": variants})


PARTS = [safetensors, resizing, pictures, configurations, images, processor, prompts, video]

if __name__ == "__main__":
    for part in PARTS:
        if len(sys.argv) == 1 or part.__name__ in sys.argv[1:]:
            part()
