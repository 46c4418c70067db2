package org.msrnn.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.core.tokenizer.Tokenizer;
import org.msrnn.eval.metric.TextSize;

class TokenDocumentTest {
  private static final int BOS = 0;

  /** A byte is a token: its value plus 1. */
  private static final Tokenizer BYTES =
      new Tokenizer() {
        @Override
        public String kind() {
          return "test";
        }

        @Override
        public int vocabulary() {
          return 257;
        }

        @Override
        public int[] encode(String text) {
          byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
          return IntStream.range(0, bytes.length).map(i -> 1 + (bytes[i] & 0xff)).toArray();
        }

        @Override
        public byte[] bytes(int token) {
          return token == BOS ? new byte[0] : new byte[] {(byte) (token - 1)};
        }

        @Override
        public OptionalInt bos() {
          return OptionalInt.of(BOS);
        }

        @Override
        public OptionalInt eos() {
          return OptionalInt.empty();
        }

        @Override
        public boolean addsBos() {
          return true;
        }
      };

  private static TextProtocol protocol(
      @Nullable Integer chunk, @Nullable Long limit, boolean bos, boolean shortLast) {
    return new TextProtocol(chunk, limit, bos, shortLast);
  }

  private static List<Integer> predicted(TokenDocument document, TextProtocol protocol) {
    return document.streams(protocol).stream().map(TokenDocument.Stream::predicted).toList();
  }

  private final TokenDocument ten = TokenDocument.of("ten", "ab cd efgh", BYTES);

  @Test
  void bosPrecedesEveryStreamAndIsNotCounted() {
    var streams = ten.streams(protocol(4, null, true, true));

    assertThat(predicted(ten, protocol(4, null, true, true))).containsExactly(4, 4, 2);
    assertThat(streams).allSatisfy(s -> assertThat(s.ids()[0]).isEqualTo(BOS));
    assertThat(streams.get(1).ids()).containsExactly(BOS, 'd' + 1, ' ' + 1, 'e' + 1, 'f' + 1);
    assertThat(streams.get(1).position(1)).as("the fifth token, BOS being 0").isEqualTo(5);
  }

  @Test
  void withoutBosTheFirstTokenIsGiven() {
    assertThat(predicted(ten, protocol(4, null, false, true))).containsExactly(3, 3, 1);
    assertThat(predicted(ten, protocol(null, null, false, true))).containsExactly(9);
    assertThat(ten.streams(protocol(4, null, false, true)).get(1).position(1)).isEqualTo(5);
  }

  @Test
  void limitCountsPredictedTokensOfTheDocument() {
    assertThat(predicted(ten, protocol(4, 6L, true, true))).containsExactly(4, 2);
    assertThat(predicted(ten, protocol(4, 4L, true, true))).containsExactly(4);
    assertThat(predicted(ten, protocol(4, 4L, false, true))).containsExactly(3, 1);
    assertThat(predicted(ten, protocol(null, 100L, true, true))).containsExactly(10);
  }

  @Test
  void shortLastChunkCanBeLeftOutButNotTheOnlyOne() {
    assertThat(predicted(ten, protocol(4, null, true, false))).containsExactly(4, 4);
    assertThat(predicted(ten, protocol(40, null, true, false))).containsExactly(10);
  }

  @Test
  void sizeIsThatOfTheTextCovered() {
    assertThat(ten.size(ten.streams(protocol(4, null, true, true))))
        .isEqualTo(new TextSize(3, 10, 10));
    assertThat(ten.size(ten.streams(protocol(4, 4L, true, true)))).isEqualTo(new TextSize(2, 4, 4));
    assertThat(ten.size(ten.streams(protocol(4, null, true, false))))
        .isEqualTo(new TextSize(3, 8, 8));
    assertThat(ten.size(ten.streams(protocol(null, 3L, false, true))))
        .as("the given token is covered too")
        .isEqualTo(new TextSize(2, 4, 4));
  }

  @Test
  void idsAloneHaveNoTextAndTheFirstIsGiven() {
    var ids = TokenDocument.of("ids", new int[] {4, 5, 6, 7}, 8);

    assertThat(predicted(ids, protocol(null, null, false, true))).containsExactly(3);
    assertThat(ids.size(ids.streams(protocol(null, null, false, true)))).isNull();
    assertThatThrownBy(() -> TokenDocument.of("ids", new int[] {0, 8}, 8))
        .hasMessageContaining("ids, id 1: 8, allowed is 0 to 7");
  }

  @Test
  void tooLittleToPredictIsNamed() {
    var one = TokenDocument.of("one", "a", BYTES);

    assertThat(predicted(one, protocol(null, null, true, true))).containsExactly(1);
    assertThatThrownBy(() -> one.streams(protocol(null, null, false, true)))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("one has 1 token,");
  }

  @Test
  void protocolRefusesWhatPredictsNothing() {
    assertThatThrownBy(() -> protocol(0, null, true, true))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("chunk is 0");
    assertThatThrownBy(() -> protocol(1, null, false, true))
        .isInstanceOf(InvalidOptionException.class);
    assertThatThrownBy(() -> protocol(null, 0L, true, true))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("limit is 0");
  }

  @Test
  void stateSizesAreCountsOrFractionsOfTheContext() {
    assertThat(StateSize.parse("64", 2048)).isEqualTo(64);
    assertThat(StateSize.parse(" 1/8 ", 2048)).isEqualTo(256);
    assertThat(StateSize.parse("3/4", 10)).isEqualTo(7);
    for (String bad :
        List.of("0", "-1", "1/0", "0/8", "9/8", "1/4096", "x", "", "1.5", "3000000000")) {
      assertThatThrownBy(() -> StateSize.parse(bad, 2048))
          .as(bad)
          .isInstanceOf(InvalidOptionException.class)
          .hasMessageContaining("state is '" + bad + "'")
          .hasMessageContaining("2048");
    }
  }
}
