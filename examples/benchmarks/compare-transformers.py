#!/usr/bin/env python3
"""Evaluates random tokens with msrnn and with Hugging Face transformers, under the full cache and under TOVA, in
alternation, and prints seconds and the mean negative log-likelihood, which must agree. With msrnn TOVA acts after every
token, too, but evaluates layer by layer; transformers feed a token a step, since their cache knows no such policy: this
script drops, in each layer, the state whose attention, averaged over heads, is least (arXiv 2401.06104).

Needs torch, transformers, gguf and accelerate. The variable MSRNN names the command msrnn; without it, that of this
source tree is run. The model is a GGUF file in F32, so that both compute with the same numbers, for example of
  msrnn bench --shape 110m --type f32 --policies full -p 0 -n 1 -r 1 --write FILE
"""
import argparse
import json
import os
import random
import subprocess
import tempfile
import time

import torch
from transformers import AutoModelForCausalLM, DynamicCache
from transformers.utils import logging

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MSRNN = os.environ.get("MSRNN", os.path.join(ROOT, "msrnn"))


def load(path, attention):
    return AutoModelForCausalLM.from_pretrained(
        os.path.dirname(os.path.abspath(path)),
        gguf_file=os.path.basename(path),
        dtype=torch.float32,
        attn_implementation=attention,
    ).eval()


def all_at_once(model, ids):
    logits = model(ids).logits[0, :-1]
    return torch.nn.functional.cross_entropy(logits, ids[0, 1:]).item()


def drop(layer, state):
    layer.keys = torch.cat([layer.keys[:, :, :state], layer.keys[:, :, state + 1 :]], 2)
    layer.values = torch.cat([layer.values[:, :, :state], layer.values[:, :, state + 1 :]], 2)


def tova(model, ids, states):
    cache, nll = DynamicCache(), 0.0
    for t in range(ids.shape[1] - 1):
        out = model(
            ids[:, t : t + 1],
            past_key_values=cache,
            position_ids=torch.tensor([[t]]),
            output_attentions=True,
        )
        nll += torch.nn.functional.cross_entropy(out.logits[0], ids[0, t + 1 : t + 2]).item()
        for layer, attention in zip(cache.layers, out.attentions):
            if layer.keys.shape[2] > states:
                drop(layer, int(attention[0, :, 0].mean(0).argmin()))
    return nll / (ids.shape[1] - 1)


def msrnn(path, tokens, threads, policy):
    command = [MSRNN, "perplexity", "-m", path, "--tokens", tokens, "--threads", str(threads), "--json"]
    result = json.loads(subprocess.run(command + policy, check=True, stdout=subprocess.PIPE).stdout)
    return result["seconds"], result["nll"] / result["tokens"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a GGUF file in F32")
    parser.add_argument("-r", type=int, default=2, help="rounds (2)")
    parser.add_argument("-n", type=int, default=4096, help="tokens (4096)")
    parser.add_argument("-k", type=int, default=512, help="states of TOVA (512)")
    parser.add_argument("-t", type=int, default=os.cpu_count(), help="threads (all processors)")
    args = parser.parse_args()

    torch.set_num_threads(args.t)
    torch.set_grad_enabled(False)
    logging.disable_progress_bar()
    models = {"full": load(args.model, "sdpa"), "tova": load(args.model, "eager")}
    numbers = random.Random(1)
    ids = [numbers.randrange(models["full"].config.vocab_size) for _ in range(args.n + 1)]
    print("round,engine,policy,seconds,mean nll", flush=True)
    with tempfile.TemporaryDirectory() as work:
        tokens = os.path.join(work, "tokens.json")
        with open(tokens, "w") as file:
            json.dump(ids, file)
        tensor = torch.tensor([ids])
        for r in range(args.r):
            for policy in ("full", "tova"):
                options = ["--policy", policy] + (["--state", str(args.k)] if policy == "tova" else [])
                seconds, nll = msrnn(args.model, tokens, args.t, options)
                print(f"{r + 1},msrnn,{policy},{seconds:.2f},{nll:.6f}", flush=True)
                start = time.perf_counter()
                if policy == "full":
                    nll = all_at_once(models[policy], tensor)
                else:
                    nll = tova(models[policy], tensor, args.k)
                print(f"{r + 1},transformers,{policy},{time.perf_counter() - start:.2f},{nll:.6f}", flush=True)


if __name__ == "__main__":
    main()
