package org.msrnn.examples.generate;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.sampling.Sampler;
import org.msrnn.core.sampling.Sampling;
import org.msrnn.core.tokenizer.StreamingDecoder;
import org.msrnn.core.tokenizer.Tokenizer;

/**
 * Continues a prompt with TOVA at 64 states, however long the text grows.
 *
 * <p>HOW TO RUN THIS: see README.md beside the sources. Then change {@code "tova"} to {@code
 * "window"} or {@code "h2o"}, and 64 to 16, and read what becomes of the text.
 */
final class Generate {
  private static final int STATES = 64;
  private static final int TOKENS = 200;

  private Generate() {}

  static void main(String[] args) {
    if (args.length != 2) {
      IO.println("usage: Generate MODEL.gguf PROMPT");
      return;
    }
    Catalog catalog = Catalog.discover(List.of());
    EvictionPolicy policy = catalog.policy(PolicySpec.parse("tova"));
    try (Backend backend = catalog.openBackend("auto");
        Model model = Model.open(Path.of(args[0]), backend, Progress.NONE);
        MultiState state = model.msrnn().start(StateSpec.of(policy, STATES))) {
      float[] logits = new float[model.info().vocabulary()];
      int[] prompt = withBos(model.tokenizer(), args[1]);
      model.msrnn().feed(state, prompt, LogitsSink.last(prompt.length, logits));

      Sampler sampler = new Sampler(Sampling.of(0.8, 1).withTopP(0.95));
      StreamingDecoder text = new StreamingDecoder(model.tokenizer(), false);
      IO.print(args[1]);
      for (int i = 0; i < TOKENS; i++) {
        int token = sampler.next(logits, state.tokens());
        IO.print(text.next(token));
        model.msrnn().step(state, token, logits);
      }
      IO.println(text.end());
      IO.println("%d tokens, %d states held".formatted(state.tokens(), state.states()));
    }
  }

  private static int[] withBos(Tokenizer tokenizer, String text) {
    int[] ids = tokenizer.encode(text);
    if (!tokenizer.addsBos()) {
      return ids;
    }
    int[] all = Arrays.copyOf(new int[] {tokenizer.bos().orElseThrow()}, ids.length + 1);
    System.arraycopy(ids, 0, all, 1, ids.length);
    return all;
  }
}
