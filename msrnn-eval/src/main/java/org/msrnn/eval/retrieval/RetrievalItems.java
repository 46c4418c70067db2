package org.msrnn.eval.retrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Makes retrieval items: the same seed gives the same ones. */
public final class RetrievalItems {
  private static final int GIVEN_NEEDLE_TOKENS = 64;

  private final ToIntFunction<String> tokens;
  private final @Nullable Integer newTokens;
  private final long seed;
  private final Material material;

  /**
   * A generator.
   *
   * @param tokens counts the tokens of a text, BOS included where the model wants it
   * @param newTokens the most tokens of an answer; null for the kind's own
   * @param seed of all that is drawn
   * @param questions for {@code qa_1} and {@code qa_2}; may be empty
   */
  public RetrievalItems(
      ToIntFunction<String> tokens,
      @Nullable Integer newTokens,
      long seed,
      List<DocumentQuestion> questions) {
    this.tokens = tokens;
    this.newTokens = newTokens;
    this.seed = seed;
    this.material = Material.bundled(questions);
  }

  /**
   * For each length so many items, the kinds in turn. A prompt has as many units as fit.
   *
   * @param kinds the kinds
   * @param lengths tokens of prompt and answer together
   * @param count items a length
   * @throws org.msrnn.api.InvalidOptionException if not even the smallest question of a kind fits
   */
  public List<RetrievalItem> items(List<RetrievalKind> kinds, List<Integer> lengths, int count) {
    List<RetrievalItem> items = new ArrayList<>();
    for (int length : lengths) {
      for (int i = 0; i < count; i++) {
        items.add(item(kinds.get(i % kinds.size()), length, i / kinds.size()));
      }
    }
    return items;
  }

  /**
   * One item.
   *
   * @param number which of its kind, from 0
   * @throws org.msrnn.api.InvalidOptionException if not even its smallest question fits
   */
  public RetrievalItem item(RetrievalKind kind, int length, int number) {
    Room room = new Room(length, newTokens == null ? kind.newTokens() : newTokens, tokens);
    String name = kind.written();
    Question question = question(name, kind.recipe(), room, number, null);
    return item(name + "/" + length + "/" + number, name, question, kind.match(), room);
  }

  /**
   * The items of a needle map: for each length, depth by depth.
   *
   * @throws org.msrnn.api.InvalidOptionException if the needle does not fit a length
   */
  public List<RetrievalItem> items(NeedleMap map) {
    GivenNeedle given = map.needle();
    Recipe recipe = given == null ? RetrievalKind.NIAH_SINGLE_2.recipe() : given;
    int own = given == null ? RetrievalKind.NIAH_SINGLE_2.newTokens() : GIVEN_NEEDLE_TOKENS;
    List<RetrievalItem> items = new ArrayList<>();
    for (int length : map.lengths()) {
      Room room = new Room(length, newTokens == null ? own : newTokens, tokens);
      for (double depth : map.shares()) {
        for (int i = 0; i < map.items(); i++) {
          Question question = question(NeedleMap.KIND, recipe, room, i, depth);
          String at = Math.round(1000 * depth) / 10.0 + "%";
          String id = NeedleMap.KIND + "/" + length + "/" + at + "/" + i;
          items.add(item(id, NeedleMap.KIND, question, Match.ALL, room));
        }
      }
    }
    return items;
  }

  private Question question(
      String kind, Recipe recipe, Room room, int number, @Nullable Double depth) {
    var random = Draw.random(seed, number, kind);
    return room.fill(recipe.make(new Draw(number, random, room, material, depth)), kind);
  }

  private static RetrievalItem item(
      String id, String kind, Question question, Match match, Room room) {
    return new RetrievalItem(
        id,
        kind,
        question.input(),
        question.answerPrefix(),
        question.answers(),
        match,
        room.length(),
        question.depth(),
        room.newTokens());
  }
}
