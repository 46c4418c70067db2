package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.util.Iterator;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.chat.ChatFormat;
import org.msrnn.core.sampling.Sampling;
import org.msrnn.eval.task.Conversation;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code msrnn chat}. The state is bounded unless another policy is asked for, and positions are
 * those in the cache: a conversation may be longer than the context that the model was trained for.
 */
@Command(
    name = "chat",
    description = {
      "Talks with a model, line by line, in constant memory however long it lasts.",
      "Lines come from standard input, answers go to standard output; /help lists commands."
    })
final class ChatCommand implements Callable<Integer> {
  private static final double TEMPERATURE = 0.7;
  private static final int MOST_STATES = 1024;
  private static final String SINKS = "sinks";

  private final Session session;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "What the model is told before the conversation.")
  @Nullable String system;

  @Option(
      names = "--keep-system",
      description = "Never drop the states of the system prompt: the option sinks of the policy.")
  boolean keepSystem;

  @Option(
      names = "--chat",
      paramLabel = "NAME",
      completionCandidates = FormatNames.class,
      description =
          "Format of the turns: ${COMPLETION-CANDIDATES}. Default: that of the model's chat"
              + " template.")
  @Nullable String chat;

  @Option(
      names = "--policy",
      paramLabel = "P",
      description = "Which state leaves, as in generate. Default: ${DEFAULT-VALUE}.")
  String policy = "tova";

  @Option(
      names = "--state",
      paramLabel = "K",
      description =
          "The most states that a layer keeps: a count, or a fraction of the model's context."
              + " Default: 1/4 of the context, but no more than 1024.")
  @Nullable String state;

  @Mixin StateOptions stateOptions = new StateOptions();
  @Mixin SamplingOptions options = new SamplingOptions();

  @Inject
  ChatCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Sampling sampling = options.sampling(stateOptions.seed, TEMPERATURE, 1);
    if (keepSystem && system == null) {
      throw new InvalidOptionException(
          "--keep-system", "--keep-system needs a system prompt to keep: --system TEXT");
    }
    Optional<ChatFormat> chosen = Optional.ofNullable(chat).map(ChatFormat::named);
    Machine machine = session.machine();
    Model model = machine.model();
    ChatFormat format = chosen.orElseGet(() -> formatOf(model));
    // a token that the model lacks is named now, not in the middle of the conversation
    format.first(model.tokenizer(), system, "");
    format.next(model.tokenizer(), "");
    int context = model.info().context();
    String size = state == null ? Integer.toString(Math.clamp(context / 4, 1, MOST_STATES)) : state;
    Setup setup = machine.setup(stateOptions.spec(policy(model, format), size, "in-cache"));
    var manner = new Conversation.Manner(format, system, sampling, options.stops, options.count);
    try (Conversation conversation = new Conversation(model, setup.spec(), manner)) {
      new ChatLoop(
              session,
              conversation,
              model.info().name(),
              setup,
              json -> {
                json.put("chat", format.name());
                json.put("system", system);
                options.describe(sampling, json);
              })
          .run();
    }
    return 0;
  }

  private ChatFormat formatOf(Model model) {
    Optional<String> template = model.chatTemplate();
    Optional<ChatFormat> found =
        template.flatMap(text -> ChatFormat.detect(text, model.tokenizer()));
    if (found.isEmpty()) {
      session
          .console()
          .note(
              "note: "
                  + model.info().name()
                  + (template.isEmpty()
                      ? " has no chat template"
                      : " has a chat template of no known format")
                  + "; turns are plain lines, and --chat NAME chooses a format");
    }
    return found.orElseGet(() -> ChatFormat.named("plain"));
  }

  /** The policy, which holds on to the system prompt where that was asked for. */
  private String policy(Model model, ChatFormat format) {
    if (!keepSystem || system == null) {
      return policy;
    }
    PolicySpec given = PolicySpec.parse(policy);
    SortedMap<String, String> all = new TreeMap<>(given.options());
    int tokens = format.systemTokens(model.tokenizer(), system);
    if (all.put(SINKS, Integer.toString(tokens)) != null) {
      throw new InvalidOptionException(
          SINKS, "--keep-system and --policy " + given + " both give sinks; choose one of them");
    }
    return new PolicySpec(given.name(), all, given.wrappers()).toString();
  }

  /** The names that {@code --help} lists. */
  static final class FormatNames implements Iterable<String> {
    FormatNames() {}

    @Override
    public Iterator<String> iterator() {
      return ChatFormat.names().iterator();
    }
  }
}
