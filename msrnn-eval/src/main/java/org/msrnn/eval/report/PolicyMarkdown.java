package org.msrnn.eval.report;

import java.util.ArrayList;
import java.util.List;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.SetShape;
import org.msrnn.eval.report.PolicyFacts.Traits;

/** docs/policies.md. */
final class PolicyMarkdown {
  private static final String HEAD =
      """
      # The policies

      Every policy, wrapper, position scheme and budget planner that msrnn brings, in the words of the code. This page is made by the tool and a test
      compares the two; after a change it is made again with `./msrnn policies --markdown > docs/policies.md`. `./msrnn policies --json` has the same
      facts, those of plug-ins included.

      A policy is written `name` or `name:option=value,option=value`; `name+4` is short for `name:sinks=4`. What is said of it holds with its default
      options. *Bytes a state* are what it keeps beside the key and the value of a state, 8 for each number; *of KV* is their share of keys and values in
      F32. *Bytes a set* do not grow with k. Both are for %d KV heads of size %d with %d query heads each, or for one KV head of them where each has a set of
      its own. *Planner* and *positions* belong to the method and hold unless `--budgets` or `--positions` names others.

      """
          .formatted(
              PolicyFacts.LAYER.kvHeads(), PolicyFacts.LAYER.headSize(), PolicyFacts.LAYER.group());

  private static final String WRAPPERS =
      """

      ## Wrappers

      `tova+pool:5` puts the wrapper `pool` around the policy `tova`; `pool:5(tova)` is the same. Several stand in a row, the innermost first. A value
      without a name is the option that is called like the wrapper. What a wrapper changes is found out around the policy named with it; all else stays
      the inner policy's.
      """;

  private static final String OUTSIDE =
      """

      ## What the interface leaves outside

      Some methods of the field are no eviction policy of a bounded state. Channels of keys that are pruned (ThinK) and codecs (KIVI, GEAR) leave the number
      of states as it is; read masks (Quest, MInference) keep everything and read some of it, so that they cannot be compared at equal memory; extra passes
      over the prompt (KVzip, KVCompose) need an input that is not a stream; learned tokens and learned gates (KVzap, FastKVzip) need weights beside the
      model's. [policy-spi.md](policy-spi.md) says of each why, and which could come in how.
      """;

  private final PolicyPage page;
  private final StringBuilder text = new StringBuilder();

  PolicyMarkdown(PolicyPage page) {
    this.page = page;
  }

  String text() {
    text.append(HEAD);
    glance();
    page.policies().forEach(this::policy);
    text.append(WRAPPERS);
    page.wrappers().forEach(this::wrapper);
    parts("Position schemes, `--positions`", "scheme", page.schemes());
    parts("Budget planners, `--budgets`", "planner", page.planners());
    text.append(OUTSIDE);
    return text.toString();
  }

  private void glance() {
    var table =
        new MarkdownTable(
            4, List.of("policy", "what leaves", "observes", "when", "bytes a state", "of KV"));
    for (PolicyFacts policy : page.policies()) {
      Traits made = policy.made();
      String link = "[`" + policy.name() + "`](#" + policy.name() + ")";
      if (made == null) {
        table.add(link, policy.summary(), "as its options say", "", "", "");
      } else {
        table.add(
            link,
            policy.summary(),
            made.observes(),
            made.trigger(),
            Long.toString(made.bytesPerState()),
            share(made));
      }
    }
    text.append(table);
  }

  private static String share(Traits made) {
    SetShape layer = PolicyFacts.LAYER;
    boolean shared = made.granularity().equals("layer");
    long vectors = 2L * (shared ? layer.kvHeads() : 1);
    double bytes = KvType.F32.bytes(vectors, layer.headSize());
    return Numbers.fixed(100 * made.bytesPerState() / bytes, 1) + " %";
  }

  private void heading(PolicyFacts facts) {
    text.append("\n### ").append(facts.name()).append("\n\n");
    text.append(sentence(facts.summary()));
    text.append(facts.paper().isEmpty() ? "" : " Paper: " + sentence(facts.paper()));
    text.append("\n\n");
  }

  private void policy(PolicyFacts policy) {
    heading(policy);
    Traits made = policy.made();
    if (made == null) {
      fact("Needs", String.valueOf(policy.needs()));
    } else {
      fact("Observes", made.observes());
      fact("A set for each", made.granularity().equals("layer") ? "layer" : "KV head");
      fact("States leave", made.trigger());
      String perSet = made.bytesPerSet() == 0 ? "" : ", " + made.bytesPerSet() + " bytes a set";
      fact("Memory", made.bytesPerState() + " bytes a state" + perSet);
      fact("Planner", "`" + made.budgets() + "`");
      fact("Positions", "`" + made.positions() + "`");
    }
    foot(policy);
  }

  private void wrapper(PolicyFacts wrapper) {
    heading(wrapper);
    Traits made = wrapper.made();
    Traits inner = wrapper.inner();
    if (made == null || inner == null) {
      fact("Needs", String.valueOf(wrapper.needs()));
    } else {
      String changes = String.join("; ", changes(inner, made));
      String around = "Changes around `" + wrapper.around() + "`";
      fact(around, changes.isEmpty() ? "nothing but scores and pins" : changes);
    }
    foot(wrapper);
  }

  private static List<String> changes(Traits inner, Traits made) {
    List<String> changes = new ArrayList<>();
    change(changes, "observes", inner.observes(), made.observes());
    change(changes, "a set for each", inner.granularity(), made.granularity());
    change(changes, "states leave", inner.trigger(), made.trigger());
    change(changes, "bytes a state", inner.bytesPerState(), made.bytesPerState());
    change(changes, "bytes a set", inner.bytesPerSet(), made.bytesPerSet());
    change(changes, "planner", inner.budgets(), made.budgets());
    change(changes, "positions", inner.positions(), made.positions());
    return changes;
  }

  private static void change(List<String> changes, String what, Object inner, Object made) {
    if (!inner.equals(made)) {
      changes.add(what + " " + made + " for " + inner);
    }
  }

  private void foot(PolicyFacts facts) {
    if (!facts.differences().isEmpty()) {
      fact("Known differences", sentence(facts.differences()));
    }
    if (!facts.options().isEmpty()) {
      var table = new MarkdownTable(3, List.of("option", "allowed", "default"));
      facts.options().forEach(o -> table.add(code(o.name()), o.allowed(), code(o.otherwise())));
      text.append('\n').append(table);
    }
  }

  private void fact(String name, String value) {
    text.append("- ").append(name).append(": ").append(value).append('\n');
  }

  private void parts(String title, String kind, List<PolicyPage.Part> parts) {
    text.append("\n## ").append(title).append("\n\n");
    var table = new MarkdownTable(4, List.of(kind, "what it does", "options", "paper"));
    for (PolicyPage.Part part : parts) {
      String options = String.join("; ", part.options().stream().map(this::option).toList());
      table.add(code(part.name()), part.summary(), options, part.paper());
    }
    text.append(table);
  }

  private String option(Options.Declared option) {
    String otherwise = option.otherwise().isEmpty() ? "" : ", default " + code(option.otherwise());
    return code(option.name()) + ": " + option.allowed() + otherwise;
  }

  private static String code(String word) {
    return word.isEmpty() ? "" : "`" + word + "`";
  }

  /** With a capital and a full stop. */
  private static String sentence(String words) {
    if (words.isEmpty()) {
      return "";
    }
    int second = words.offsetByCodePoints(0, 1);
    String capital =
        words.startsWith("arXiv")
            ? words
            : words.substring(0, second).toUpperCase(java.util.Locale.ROOT)
                + words.substring(second);
    return capital.endsWith(".") ? capital : capital + ".";
  }
}
