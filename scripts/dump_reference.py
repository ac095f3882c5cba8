"""Runs a checkpoint in transformers and writes what `espalier parity` compares with.

    python scripts/dump_reference.py --model DIR --out reference.safetensors
    python scripts/dump_reference.py --model DIR --out reference.safetensors --image a.jpg --image b.jpg --prompt "What differs?"
    espalier parity --model DIR --reference reference.safetensors

Needs torch, safetensors and transformers (tried with 4.57.1); with --image also pillow and the checkpoint's processor files.
Without --image, inputs are drawn from --seed and only config.json and the weights are read: three right-padded samples with
one picture, two pictures and none.

The file: I64 input_ids, attention_mask [B,N]; F32 pixel_values [patches,width], whatever the model takes; I64
image_grid_thw [pictures,3]; I64 token_type_ids [B,N] where the model has them; F32 hidden_states [L+1,B,N,H], the last one after the final norm; F32 logits
[B,N,V]. Everything is computed in float32 with eager attention.
"""
import argparse
import random

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForImageTextToText


def load_model(directory, device="cpu"):
    """The checkpoint in float32, with the attention whose arithmetic is written out."""
    model = AutoModelForImageTextToText.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager")
    return model.to(device).eval()


def special_ids(config):
    """Ids that random text must not contain: pictures, videos, and what frames them."""
    names = ("image_token_id", "image_token_index", "video_token_id", "vision_start_token_id", "vision_end_token_id", "boi_token_index", "eoi_token_index")
    return {getattr(config, name) for name in names if getattr(config, name, None) is not None}


def picture_tokens(config, part):
    """What stands for one picture in the prompt, and its grid of patches. part: rows and columns of patches; towers that see
    every picture at one size take theirs instead."""
    vision = config.vision_config
    if config.model_type == "qwen2_5_vl":
        tokens = part[0] * part[1] // vision.spatial_merge_size**2
        return [config.vision_start_token_id] + [config.image_token_id] * tokens + [config.vision_end_token_id], [1, *part]
    side = vision.image_size // vision.patch_size
    if config.model_type == "llava":
        return [config.image_token_id] * side**2, [1, side, side]
    if config.model_type == "gemma3":
        return [config.boi_token_index] + [config.image_token_id] * config.mm_tokens_per_image + [config.eoi_token_index], [1, side, side]
    raise SystemExit(f"Random inputs are known for qwen2_5_vl, llava and gemma3, not for {config.model_type}; give --image.")


def random_inputs(config, samples, seed=0):
    """Right-padded inputs.

    samples: for each, a list of the number of text tokens (int) and of pictures (height, width in patches), in order.
    """
    draw = random.Random(seed)
    text, vision = config.get_text_config(), config.vision_config
    forbidden = special_ids(config)
    words = [i for i in range(min(text.vocab_size, 100_000)) if i not in forbidden]
    rows, grids = [], []
    for parts in samples:
        row = []
        for part in parts:
            if isinstance(part, int):
                row += [draw.choice(words) for _ in range(part)]
                continue
            tokens, grid = picture_tokens(config, part)
            grids.append(grid)
            row += tokens
        rows.append(row)
    longest = max(map(len, rows))
    inputs = {
        "input_ids": torch.tensor([row + [words[0]] * (longest - len(row)) for row in rows]),
        "attention_mask": torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows]),
    }
    if config.model_type == "gemma3":
        inputs["token_type_ids"] = (inputs["input_ids"] == config.image_token_id).long()
    generator = torch.Generator().manual_seed(seed)
    if grids and config.model_type == "qwen2_5_vl":
        patches = sum(h * w for _, h, w in grids)
        channels = getattr(vision, "in_channels", None) or getattr(vision, "in_chans", 3)
        width = channels * vision.temporal_patch_size * vision.patch_size**2
        inputs["pixel_values"] = torch.randn(patches, width, generator=generator)
        inputs["image_grid_thw"] = torch.tensor(grids)
    elif grids:
        inputs["pixel_values"] = torch.randn(len(grids), 3, vision.image_size, vision.image_size, generator=generator)
    return inputs


def as_patches(config, pixels):
    """[pictures, 3, height, width] as rows of patches [channel, row, column], and their grids; rows of patches stay as they are."""
    if pixels.dim() == 2:
        return pixels, None
    size = config.vision_config.patch_size
    count, channels, height, width = pixels.shape
    cut = pixels.reshape(count, channels, height // size, size, width // size, size).permute(0, 2, 4, 1, 3, 5)
    return cut.reshape(-1, channels * size * size), torch.tensor([[1, height // size, width // size]] * count)


def image_inputs(directory, images, prompt):
    """One sample as the checkpoint's own processor makes it."""
    from PIL import Image
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(directory)
    content = [{"type": "image"} for _ in images] + [{"type": "text", "text": prompt}]
    text = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
    return dict(processor(text=[text], images=[Image.open(name).convert("RGB") for name in images], return_tensors="pt"))


@torch.no_grad()
def reference(model, inputs):
    """The tensors of the file, on the CPU."""
    device = next(model.parameters()).device
    given = {name: value.to(device) for name, value in inputs.items()}
    output = model(**given, output_hidden_states=True, use_cache=False)
    tensors = {name: inputs[name].long() for name in ("input_ids", "attention_mask", "image_grid_thw", "token_type_ids") if name in inputs}
    if "pixel_values" in inputs:
        pixels, grids = as_patches(model.config, inputs["pixel_values"].float())
        tensors["pixel_values"] = pixels
        if grids is not None:
            tensors["image_grid_thw"] = grids
    tensors["hidden_states"] = torch.stack([layer.float().cpu() for layer in output.hidden_states])
    tensors["logits"] = output.logits.float().cpu()
    return {name: tensor.contiguous() for name, tensor in tensors.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="checkpoint directory")
    parser.add_argument("--out", required=True, help="safetensors file to write")
    parser.add_argument("--image", action="append", default=[], help="picture of the one sample; may be repeated")
    parser.add_argument("--prompt", default="Describe the picture.", help="question about the pictures")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random inputs; default 0")
    parser.add_argument("--device", default="cpu", help="torch device; default cpu")
    options = parser.parse_args()
    if options.image:
        inputs = image_inputs(options.model, options.image, options.prompt)
    else:
        config = AutoConfig.from_pretrained(options.model)
        inputs = random_inputs(config, [[8, (16, 12), 15], [4, (8, 8), 5, (10, 14), 20], [24]], options.seed)
    model = load_model(options.model, options.device)
    tensors = reference(model, inputs)
    save_file(tensors, options.out, metadata={"format": "pt"})
    for name, tensor in tensors.items():
        print(f"{name:16} {str(tensor.dtype):14} {list(tensor.shape)}")


if __name__ == "__main__":
    main()
