"""Goldens for the prompts of LLaVA-1.5 and Gemma 3: small checkpoints without weights, and what transformers' processors make of pictures and questions."""
import json, os
import numpy as np
from PIL import Image
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPImageProcessor, Gemma3Config, Gemma3ImageProcessor, Gemma3Processor, GemmaTokenizerFast, LlamaTokenizerFast, LlavaConfig, LlavaProcessor
from configurations import SMALL_CLIP, SMALL_GEMMA, SMALL_LLAMA, SMALL_SIGLIP
from golden_tools import path, pattern, sha, write_json
from images import patch_rows

CORPUS = ["What is the color of the square? The square is red.", "USER: How many people are there in the picture? ASSISTANT: Three.", "user model You are a helpful assistant.",
          "Please select the correct answer from the options above.", "Options:\nA. left\nB. right\nC. above\n\n", "Answer the question using a single word or phrase.",
          "Où est l'étoile ? Elle est à gauche. 图片里有什么？图片里有一只猫。", "Describe the picture in one sentence. There is a yellow star above the blue cross."] * 4
BYTES = ["<0x%02X>" % byte for byte in range(256)]


def train(first, added, normalizer, pre_tokenizer, decoder):
    """A BPE over characters with the 256 bytes for the others, as SentencePiece's are converted; `first` get the lowest ids."""
    raw = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    # Words must not join across spaces while training; the tokenizer itself may work on whole texts.
    raw.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    raw.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=560, special_tokens=first + BYTES, show_progress=False))
    state = json.loads(raw.to_str())
    # Bytes are ordinary tokens.
    state["added_tokens"] = [token for token in state["added_tokens"] if token["content"] not in BYTES]
    raw = Tokenizer.from_str(json.dumps(state))
    raw.normalizer, raw.pre_tokenizer, raw.decoder = normalizer, pre_tokenizer, decoder
    for token in added:
        (raw.add_special_tokens if token.special else raw.add_tokens)([token])
    return raw


# What the documentation of LLaVA-1.5 says a prompt looks like, as a template.
LLAVA_TEMPLATE = ("{% for message in messages %}{% if message['role'] != 'system' %}{{ message['role'].upper() + ': ' }}{% endif %}"
                  "{% for part in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\\n' }}{% endfor %}"
                  "{% for part in message['content'] | selectattr('type', 'equalto', 'text') %}{% if message['role'] == 'assistant' %}"
                  "{% generation %}{{ part['text'] + ' ' }}{% endgeneration %}{% else %}{{ part['text'] + ' ' }}{% endif %}{% endfor %}{% endfor %}"
                  "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}")
# What the documentation of Gemma 3 says: the system's text opens the user's turn, turns alternate.
GEMMA_TEMPLATE = """{{ bos_token }}
{%- set opening = namespace(text='') -%}
{%- if messages[0]['role'] == 'system' -%}
    {%- set opening.text = messages[0]['content'][0]['text'] + '\\n\\n' -%}
    {%- set turns = messages[1:] -%}
{%- else -%}
    {%- set turns = messages -%}
{%- endif -%}
{%- for message in turns -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception('Turns of user and assistant should alternate') }}
    {%- endif -%}
    {{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else message['role']) + '\\n' }}
    {%- if loop.first -%}
        {{ opening.text }}
    {%- endif -%}
    {%- for part in message['content'] -%}
        {%- if part['type'] == 'image' -%}
            {{ '<start_of_image>' }}
        {%- elif part['type'] == 'text' -%}
            {{ part['text'] | trim }}
        {%- endif -%}
    {%- endfor -%}
    {{ '<end_of_turn>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{ '<start_of_turn>model\\n' }}
{%- endif -%}
"""

CASES = [dict(name="one", images=[[100, 75]], question="What is the color of the square?", answer="red"),
         dict(name="two", images=[[60, 130], [28, 29]], question="Options:\nA. left\nB. right\nPlease select the correct answer from the options above. \n", answer="B"),
         dict(name="none", images=[], question="How many?", answer="Three people, I'd say."),
         dict(name="unicode", images=[[57, 57]], question="Où est l'étoile ? 图片里有什么？ 👩‍🚀\t\n\n  ok", answer="图片里有一只猫。 🐈"),
         dict(name="lines", images=[[30, 40]], question="\n\nDescribe  it.\n\n\nIn one   sentence.", answer="There is a yellow\nstar."),
         dict(name="system", images=[[300, 90]], question="Describe it.", answer="There is a star.", system="Answer the question.")]


def write_checkpoint(name, processor, config, generation):
    directory = path(name)
    os.makedirs(directory, exist_ok=True)
    processor.save_pretrained(directory)
    write_json(f"{name}/config.json", config)
    write_json(f"{name}/generation_config.json", generation)
    for file in os.listdir(directory):
        if file not in ("tokenizer.json", "tokenizer_config.json", "preprocessor_config.json", "processor_config.json", "chat_template.jinja", "config.json", "generation_config.json"):
            os.remove(os.path.join(directory, file))


def encode(processor, patch, end):
    tokenizer = processor.tokenizer
    cases = []
    for case in CASES:
        pictures = [Image.fromarray(pattern(w, h, 9)) for w, h in case["images"]]
        messages = [{"role": "user", "content": [{"type": "image"}] * len(pictures) + [{"type": "text", "text": case["question"]}]}]
        if "system" in case:
            messages.insert(0, {"role": "system", "content": [{"type": "text", "text": case["system"]}]})
        prompt = processor.apply_chat_template(messages, add_generation_prompt=True)
        # As apply_chat_template itself tokenises: a template that prints bos gets no second one.
        special = not prompt.startswith(tokenizer.bos_token)
        out = processor(images=pictures or None, text=[prompt], add_special_tokens=special, return_tensors="np")
        ids = out["input_ids"][0].tolist()
        answer = tokenizer.encode(case["answer"], add_special_tokens=False) + [end]
        # Tokenised in one piece with its answer, the conversation has the same ids.
        answered = messages + [{"role": "assistant", "content": [{"type": "text", "text": case["answer"]}]}]
        whole = processor(images=pictures or None, text=[processor.apply_chat_template(answered)], add_special_tokens=special, return_tensors="np")["input_ids"][0].tolist()
        assert whole[:len(ids) + len(answer) - 1] == ids + answer[:-1], case["name"]
        rows = patch_rows(out["pixel_values"], patch) if pictures else None
        grid = [[1, s[1] // patch, s[2] // patch] for s in (value.shape for value in out["pixel_values"])] if pictures else []
        cases.append({**case, "prompt": prompt, "promptLength": len(ids), "inputIds": ids + answer, "gridThw": grid, "pixelValues": sha(rows) if pictures else None,
                      "decoded": tokenizer.decode(ids + answer, skip_special_tokens=True, clean_up_tokenization_spaces=False)})
    return cases


def special(*texts):
    return [AddedToken(text, normalized=False, special=True) for text in texts]


def llava_prompts():
    replaced = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    metaspace = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)
    legacy = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    result = {}
    # Newer files begin a text with a space, older ones what follows each special token too.
    for name, normalizer, pre in (("llava", None, metaspace), ("llava-legacy", legacy, None)):
        raw = train(["<unk>", "<s>", "</s>"], special("<image>", "<pad>"), normalizer, pre, replaced)
        tokenizer = LlamaTokenizerFast(tokenizer_object=raw, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>", extra_special_tokens={"image_token": "<image>"},
                                       legacy=False, model_max_length=4096)
        images = CLIPImageProcessor(size={"shortest_edge": 56}, crop_size={"height": 56, "width": 56})
        processor = LlavaProcessor(image_processor=images, tokenizer=tokenizer, patch_size=14, vision_feature_select_strategy="default", num_additional_image_tokens=1,
                                   chat_template=LLAVA_TEMPLATE)
        config = LlavaConfig(text_config=dict(SMALL_LLAMA, vocab_size=len(tokenizer)), vision_config=SMALL_CLIP, image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
                             pad_token_id=tokenizer.pad_token_id, image_seq_length=16).to_dict()
        write_checkpoint(name, processor, config, {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": tokenizer.pad_token_id})
        result[name] = encode(processor, 14, 2)
    return result


def gemma_prompts():
    # Runs of line breaks are tokens of their own, as in Gemma's vocabulary.
    added = [AddedToken("\n" * n, normalized=False, special=False) for n in range(1, 6)] + special("<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>", "<image_soft_token>")
    raw = train(["<pad>", "<eos>", "<bos>", "<unk>"], added, normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous"),
                decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]))
    tokenizer = GemmaTokenizerFast(tokenizer_object=raw, bos_token="<bos>", eos_token="<eos>", unk_token="<unk>", pad_token="<pad>", model_max_length=4096,
                                   extra_special_tokens={"image_token": "<image_soft_token>", "boi_token": "<start_of_image>", "eoi_token": "<end_of_image>"})
    processor = Gemma3Processor(image_processor=Gemma3ImageProcessor(size={"height": 56, "width": 56}), tokenizer=tokenizer, chat_template=GEMMA_TEMPLATE, image_seq_length=4)
    ids = {name: tokenizer.convert_tokens_to_ids(token) for name, token in dict(image="<image_soft_token>", boi="<start_of_image>", eoi="<end_of_image>", end="<end_of_turn>").items()}
    config = Gemma3Config(text_config=dict(SMALL_GEMMA, vocab_size=len(tokenizer)), vision_config=SMALL_SIGLIP, mm_tokens_per_image=4, image_token_index=ids["image"],
                          boi_token_index=ids["boi"], eoi_token_index=ids["eoi"]).to_dict()
    config["eos_token_id"] = [tokenizer.eos_token_id, ids["end"]]
    write_checkpoint("gemma3", processor, config, {"bos_token_id": 2, "eos_token_id": [1, ids["end"]], "pad_token_id": 0})
    return {"gemma3": encode(processor, 14, ids["end"])}


def prompts():
    write_json("prompts.json", {**llava_prompts(), **gemma_prompts()})
