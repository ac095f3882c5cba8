"""Greedy answers of a Qwen2.5-VL checkpoint to questions about pictures, by transformers alone: called by make_answers.mjs.

    python answers.py MODEL_DIRECTORY items.json > answers.json
"""
import base64
import json
import sys

import torch
from PIL import Image
from transformers import AutoProcessor, Qwen2_5_VLForConditionalGeneration

directory, items = sys.argv[1:]
model = Qwen2_5_VLForConditionalGeneration.from_pretrained(directory, dtype=torch.float32).eval()
processor = AutoProcessor.from_pretrained(directory)
answers = []
for item in json.load(open(items)):
    image = Image.frombytes("RGB", (item["width"], item["height"]), base64.b64decode(item["rgb"]))
    content = [{"type": "image"}, {"type": "text", "text": item["question"]}]
    prompt = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
    inputs = processor(text=[prompt], images=[image], return_tensors="pt")
    with torch.no_grad():
        output = model.generate(**inputs, max_new_tokens=16, do_sample=False)[0, inputs["input_ids"].shape[1] :]
    ids = [i for i in output.tolist() if i != model.config.eos_token_id]
    text = processor.decode(output, skip_special_tokens=True)
    answers.append({"id": item["id"], "prompt": inputs["input_ids"][0].tolist(), "answer": ids, "text": text})
print("[\n" + ",\n".join(json.dumps(answer) for answer in answers) + "\n]")
