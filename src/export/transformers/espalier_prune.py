"""Applies a visual-token pruning schedule of Espalier to a Hugging Face vision-language model, on its own.

    from espalier_prune import PrunedModel

    model = AutoModelForImageTextToText.from_pretrained(DIR, dtype="auto", attn_implementation="sdpa")
    processor = AutoProcessor.from_pretrained(DIR)
    pruned = PrunedModel(model, "schedule.json")
    inputs = processor(text=[...], images=[...], return_tensors="pt").to(model.device)
    tokens = pruned.generate(**inputs, max_new_tokens=64)
    print(processor.tokenizer.decode(tokens))

Needs torch and transformers 4.57.x (tried with 4.57.1); knows Qwen2_5_VLForConditionalGeneration, LlavaForConditionalGeneration
with a Llama decoder, and Gemma3ForConditionalGeneration. One prompt at a time, without padding; attention "eager" or "sdpa".

What it does, layer by layer. Layer 0 sees every token. Before layer i ≥ 1 the visual tokens are ranked by the attention that
the last prompt token pays them in layer i - 1, averaged over heads (FastV, arXiv 2403.06764); the best n_i stay, equal ones by
their order, and the rows of the others are taken out of the hidden states for good. Text stays. n_i is floor(r_i·V + ½) for the
share r_i of the V visual tokens that the prompt began with, or the schedule's own count. Every token keeps the position that it
had in the whole prompt; masks (causal, sliding windows, pictures that see themselves) go by original places. Each layer's cache
holds what the layer saw, and decoding goes on at the positions that follow the whole prompt.

The model's own modules compute everything; nothing in it is replaced, and it stays usable without pruning.
"""
import json
import math
from dataclasses import dataclass, field

import torch
from transformers import DynamicCache

SCHEDULE_VERSION = 1
# Rounding that shares may bring along: they may come out of float32.
SHARE_TOLERANCE = 1e-6
# By model type, the class of its decoder.
DECODERS = {"qwen2_5_vl": "Qwen2_5_VLTextModel", "llava": "LlamaModel", "gemma3": "Gemma3TextModel"}


class Schedule:
    """A schedule file: shares or counts per layer for every sample, and for single ones by their id."""

    def __init__(self, file):
        """file: a path, or what json.load gives of one. ValueError where it is no schedule."""
        if isinstance(file, dict):
            content = file
        else:
            with open(file, encoding="utf8") as opened:
                content = json.load(opened)
        if not isinstance(content, dict) or content.get("espalierSchedule") != SCHEDULE_VERSION:
            raise ValueError(f'A schedule is a JSON object with "espalierSchedule": {SCHEDULE_VERSION}.')
        unknown = set(content) - {"espalierSchedule", "shares", "counts", "samples", "about"}
        if unknown:
            raise ValueError(f"The schedule has fields that are not known: {', '.join(sorted(unknown))}.")
        about = content.get("about")
        selector = about.get("selector") if isinstance(about, dict) else None
        if selector not in (None, "fastv"):
            raise ValueError(f"The schedule is of the selector {selector} and this file selects as fastv does: search with --selector fastv.")
        self.common = _rows(content, "The schedule") if "shares" in content or "counts" in content else None
        self.samples = {}
        for one in content.get("samples", []):
            if not isinstance(one, dict) or not isinstance(one.get("id"), str) or set(one) - {"id", "shares", "counts"}:
                raise ValueError('Each of "samples" is an object with "id", and "shares" or "counts".')
            if one["id"] in self.samples:
                raise ValueError(f'The sample "{one["id"]}" has two schedules; give it one.')
            self.samples[one["id"]] = _rows(one, f'The schedule of sample "{one["id"]}"')
        every = ([self.common] if self.common else []) + list(self.samples.values())
        if not every:
            raise ValueError('The file holds no schedule; it needs "shares", "counts" or "samples".')
        self.layers = len(every[0][1])
        if any(len(values) != self.layers for _, values in every):
            raise ValueError("The schedules of the file have different numbers of layers.")

    def counts(self, visual_tokens, sample=None):
        """Visual tokens of each layer. sample: an id; one that the file does not list takes the schedule for all."""
        chosen = self.samples.get(sample, self.common)
        if chosen is None:
            raise ValueError(f'The file has no schedule for the sample "{sample}", and none for all samples.')
        kind, values = chosen
        if kind == "counts":
            if values[0] != visual_tokens:
                raise ValueError(f"The schedule counts {values[0]} visual tokens, the prompt has {visual_tokens}; shares fit any number.")
            return list(values)
        counts, most = [], visual_tokens
        for share in values:
            most = max(0, min(most, math.floor(share * visual_tokens + 0.5)))
            counts.append(most)
        return counts


def _rows(entry, what):
    """("shares" or "counts", values), checked."""
    kinds = [kind for kind in ("shares", "counts") if kind in entry]
    if len(kinds) != 1:
        raise ValueError(f'{what} needs either "shares" or "counts".')
    kind, values = kinds[0], entry[kinds[0]]
    slack = SHARE_TOLERANCE if kind == "shares" else 0
    numbers = isinstance(values, list) and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
    if not numbers or not values or not all(v >= -slack for v in values):
        raise ValueError(f"{what} needs a number from 0 up for each layer.")
    if any(after > before + slack for before, after in zip(values, values[1:])):
        raise ValueError(f"{what} rises, but a token that was removed does not come back.")
    if kind == "shares" and abs(values[0] - 1) > slack:
        raise ValueError(f"{what} begins with {values[0]}; layer 0 sees every visual token, so the first share is 1.")
    if kind == "counts" and any(v != int(v) for v in values):
        raise ValueError(f"{what} has counts that are no whole numbers.")
    return kind, [int(v) for v in values] if kind == "counts" else values


@dataclass
class State:
    """A prompt behind its prefill, and what was decoded since."""

    logits: torch.Tensor
    """[vocabulary] of the token that comes next, float32."""
    kept: list
    """For each layer, the places in the prompt of the visual tokens that it saw, ascending, int64 on the CPU."""
    counts: list
    """What the schedule asked for at each layer."""
    places: list = field(repr=False)
    """For each layer, the places of the rows in its cache."""
    cache: DynamicCache = field(repr=False)
    length: int = 0
    """Tokens of the unpruned prompt and of what was decoded."""
    position: int = 0
    """The position of the next token."""


class PrunedModel:
    """A model that prunes: `generate` for greedy answers; `prefill` and `step` to decode in another way."""

    def __init__(self, model, schedule):
        """
        model: one of the classes above, in evaluation mode, of any dtype and device.
        schedule: a Schedule, or what makes one.
        """
        self.model = model
        self.schedule = schedule if isinstance(schedule, Schedule) else Schedule(schedule)
        # The instance may answer for its text part.
        self.kind = type(model.config).model_type
        self.decoder = getattr(model.model, "language_model", None)
        decoder = type(self.decoder).__name__
        if DECODERS.get(self.kind) != decoder:
            raise ValueError(f"A {self.kind} model with a {decoder} inside is not known; known are {DECODERS}.")
        attention = self.decoder.config._attn_implementation
        if attention not in ("eager", "sdpa"):
            raise ValueError(f'The attention "{attention}" takes no mask by place; load the model with attn_implementation="sdpa".')
        if len(self.decoder.layers) != self.schedule.layers:
            raise ValueError(f"The schedule has {self.schedule.layers} layers and the model has {len(self.decoder.layers)}.")

    @torch.no_grad()
    def generate(self, *, max_new_tokens=32, sample=None, eos_token_id=None, **inputs):
        """
        A greedy answer.

        inputs: what the processor makes of one prompt, on the model's device.
        sample: the id under which the schedule may list the prompt.
        eos_token_id: one id or several that end the answer; default the model's.
        Returns the new token ids, int64 on the CPU, the end token left out.
        """
        ends = self._ends(eos_token_id)
        tokens = []
        if max_new_tokens > 0:
            state = self.prefill(sample=sample, **inputs)
            while True:
                token = int(state.logits.argmax())
                if token in ends:
                    break
                tokens.append(token)
                if len(tokens) == max_new_tokens:
                    break
                self.step(state, token)
        return torch.tensor(tokens, dtype=torch.long)

    @torch.no_grad()
    def prefill(self, *, input_ids, sample=None, **inputs):
        """Runs a prompt through every layer, removing tokens on the way. Takes what `generate` takes; returns a State."""
        if input_ids.shape[0] != 1 or ("attention_mask" in inputs and not inputs["attention_mask"].all()):
            raise ValueError("One prompt without padding is pruned at a time; call once for each.")
        ids = input_ids[0]
        visual = self._is_visual(ids)
        if visual[-1]:
            raise ValueError("The prompt ends with a visual token; text must follow, by whose attention tokens are ranked.")
        hidden = self._embed(ids, visual, inputs)  # [1, N, H]
        positions, following = self._positions(input_ids, inputs)
        turns = self._turns(hidden, positions)
        pictures = self._pictures(visual)
        visual = visual.cpu()
        places = torch.arange(len(ids))
        counts = self.schedule.counts(int(visual.sum()), sample)
        state = State(None, [], counts, [], DynamicCache(), len(ids), following)
        scores = None
        for i, layer in enumerate(self.decoder.layers):
            own = places[visual[places]]
            if i > 0 and counts[i] < len(own):
                stays = ~visual[places]
                # Equal scores: the earlier token stays. A score that is no number comes last.
                order = torch.nan_to_num(scores, nan=-math.inf).sort(descending=True, stable=True).indices
                stays[visual[places].nonzero()[:, 0][order[: counts[i]]]] = True
                slots = stays.nonzero()[:, 0]
                hidden = hidden[:, slots.to(hidden.device)]
                places = places[slots]
                own = places[visual[places]]
            before = hidden
            hidden = self._run(i, hidden, places, places, turns, state.cache, pictures)
            state.kept.append(own)
            state.places.append(places)
            if i + 1 < len(counts) and counts[i + 1] < len(own):
                scores = self._last_row(i, before, places, turns, state.cache)[visual[places]]
        state.logits = self._logits(hidden)
        return state

    @torch.no_grad()
    def step(self, state, token):
        """Feeds the next token, of whoever's choice; changes `state` and returns its new logits."""
        device = self.model.get_input_embeddings().weight.device
        hidden = self.model.get_input_embeddings()(torch.tensor([[token]], device=device))
        positions = torch.full((3 if self.kind == "qwen2_5_vl" else 1, 1, 1), state.position, device=device)
        turns = self._turns(hidden, positions)
        place = torch.tensor([state.length])
        for i in range(len(self.decoder.layers)):
            state.places[i] = torch.cat([state.places[i], place])
            hidden = self._run(i, hidden, place, state.places[i], turns, state.cache, first=state.length)
        state.length += 1
        state.position += 1
        state.logits = self._logits(hidden)
        return state.logits

    def _run(self, i, hidden, queries, keys, turns, cache, pictures=None, first=0):
        """One layer over the rows at places `queries`; `turns` begin at place `first`. [1, n, H] to the same."""
        layer = self.decoder.layers[i]
        mask = self._mask(layer, queries, keys, pictures, hidden)
        own = {name: _rows_of(turn, queries - first) for name, turn in turns.items()}
        output = layer(hidden, attention_mask=mask, past_key_values=cache, use_cache=True, **own)
        return output[0] if isinstance(output, tuple) else output

    def _mask(self, layer, queries, keys, pictures, hidden):
        """What each query sees, as numbers added to the logits, [1, 1, queries, keys]; None where the attention knows without."""
        window = getattr(layer.self_attn, "sliding_window", None)
        alone = len(queries) == 1
        if window is None and pictures is None and (alone or self.decoder.config._attn_implementation == "sdpa"):
            # A token behind all others sees every one; rows among themselves see those before them.
            return None
        q, k = queries.to(hidden.device)[:, None], keys.to(hidden.device)[None]
        seen = k <= q
        if window is not None:
            seen &= k > q - window
        if pictures is not None:
            picture = pictures.to(hidden.device)
            seen |= (picture[q] >= 0) & (picture[q] == picture[k])
        mask = torch.zeros(seen.shape, dtype=hidden.dtype, device=hidden.device)
        return mask.masked_fill_(~seen, torch.finfo(hidden.dtype).min)[None, None]

    def _last_row(self, i, hidden, places, turns, cache):
        """The attention of the last row to every row of layer i, averaged over heads, in float32: [n] on the CPU."""
        layer = self.decoder.layers[i]
        attention = layer.self_attn
        query = attention.q_proj(layer.input_layernorm(hidden[:, -1:])).view(-1, attention.head_dim)  # [h, d]
        if hasattr(attention, "q_norm"):
            query = attention.q_norm(query)
        name = "position_embeddings"
        if self.kind == "gemma3":
            name += "_local" if attention.is_sliding else "_global"
        cos, sin = (self._merged(part).to(query.device) for part in _rows_of(turns[name], places[-1:]))  # [1, d]
        half = query.shape[-1] // 2
        query = query * cos + torch.cat([-query[:, half:], query[:, :half]], -1) * sin
        keys = cache.layers[i].keys[0].float()  # [h_kv, n, d]
        logits = query.float().view(len(keys), -1, attention.head_dim) @ keys.transpose(1, 2)  # [h_kv, h/h_kv, n]
        logits = logits.flatten(0, 1) * attention.scaling
        window = getattr(attention, "sliding_window", None)
        if window is not None:
            logits = logits.masked_fill((places <= places[-1] - window).to(logits.device), -math.inf)
        return logits.softmax(-1).mean(0).cpu()

    def _is_visual(self, ids):
        config = self.model.config
        visual = ids == config.image_token_id
        return visual | (ids == config.video_token_id) if self.kind == "qwen2_5_vl" else visual

    def _embed(self, ids, visual, inputs):
        """Words and pictures before layer 0: [1, N, H]."""
        model, config = self.model.model, self.model.config
        # The token that stands for a picture need not be a word.
        embeddings = model.get_input_embeddings()(ids.masked_fill(visual, 0))
        features = []
        pixels, videos = inputs.get("pixel_values"), inputs.get("pixel_values_videos")
        grids = [inputs["image_grid_thw"]] if self.kind == "qwen2_5_vl" and pixels is not None else []
        if pixels is not None:
            features.append((config.image_token_id, model.get_image_features(pixels.to(embeddings.dtype), *grids)))
        if videos is not None:
            features.append((config.video_token_id, model.get_video_features(videos.to(embeddings.dtype), inputs["video_grid_thw"])))
        features = [(token, torch.cat(tuple(own))) for token, own in features]
        given = sum(len(own) for _, own in features)
        if given != int(visual.sum()):
            raise ValueError(f"The prompt has {int(visual.sum())} visual tokens and its pictures give {given}; give those of the prompt.")
        for token, own in features:
            embeddings[ids == token] = own.to(embeddings.device, embeddings.dtype)
        return embeddings[None]

    def _positions(self, input_ids, inputs):
        """Positions of the prompt's tokens, [axes, 1, N], and the one that follows them: the model's own, before pruning."""
        if self.kind != "qwen2_5_vl":
            positions = torch.arange(input_ids.shape[1], device=input_ids.device)[None, None]
        else:
            given = {name: inputs.get(name) for name in ("image_grid_thw", "video_grid_thw", "second_per_grid_ts")}
            positions, _ = self.model.model.get_rope_index(input_ids, **given, attention_mask=torch.ones_like(input_ids))
        return positions, int(positions.max()) + 1

    def _turns(self, hidden, positions):
        """cos and sin of every row's rotation, under the names by which the layers take them."""
        if self.kind == "qwen2_5_vl":
            return {"position_embeddings": self.decoder.rotary_emb(hidden, positions)}  # [3, 1, N, d]
        if self.kind == "llava":
            return {"position_embeddings": self.decoder.rotary_emb(hidden, positions[0])}  # [1, N, d]
        return {
            "position_embeddings_global": self.decoder.rotary_emb(hidden, positions[0]),
            "position_embeddings_local": self.decoder.rotary_emb_local(hidden, positions[0]),
        }

    def _merged(self, turn):
        """The rotation of one row, [1, d]: Qwen's frequencies turn with time, height or width, section by section."""
        if self.kind != "qwen2_5_vl":
            return turn[0]
        sections = self.decoder.config.rope_scaling["mrope_section"] * 2
        return torch.cat([part[i % 3, 0] for i, part in enumerate(turn.split(sections, dim=-1))], -1)

    def _pictures(self, visual):
        """The picture of each place, -1 for text, on the CPU; None where pictures are seen like text."""
        if self.kind != "gemma3":
            return None
        visual = visual.cpu()
        begins = visual & ~torch.cat([torch.zeros(1, dtype=torch.bool), visual[:-1]])
        return torch.where(visual, begins.cumsum(0) - 1, -1)

    def _logits(self, hidden):
        return self.model.lm_head(self.decoder.norm(hidden[:, -1:]))[0, 0].float()

    def _ends(self, given):
        if given is None:
            given = self.model.generation_config.eos_token_id
        if given is None:
            given = self.model.config.get_text_config().eos_token_id
        return set() if given is None else {given} if isinstance(given, int) else set(given)


def _rows_of(turn, slots):
    """Rows of cos and sin, whose last two axes are rows and frequencies."""
    return tuple(part.index_select(-2, slots.to(part.device)) for part in turn)
