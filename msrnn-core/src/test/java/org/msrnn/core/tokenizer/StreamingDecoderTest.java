package org.msrnn.core.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamingDecoderTest {
  /** Token b is byte b; token 256 is a control token. */
  private static final Tokenizer BYTES =
      new Tokenizer() {
        @Override
        public String kind() {
          return "bytes";
        }

        @Override
        public int vocabulary() {
          return 257;
        }

        @Override
        public int[] encode(String text) {
          throw new UnsupportedOperationException();
        }

        @Override
        public byte[] bytes(int token) {
          return token == 256 ? new byte[0] : new byte[] {(byte) token};
        }

        @Override
        public OptionalInt bos() {
          return OptionalInt.empty();
        }

        @Override
        public OptionalInt eos() {
          return OptionalInt.empty();
        }

        @Override
        public boolean addsBos() {
          return false;
        }
      };

  @Test
  void halfCharactersAreHeldBack() {
    var decoder = new StreamingDecoder(BYTES, true);
    byte[] bytes = "a\u00e9\u4f60\ud83d\ude00".getBytes(StandardCharsets.UTF_8);
    String[] expected = {"a", "", "\u00e9", "", "", "\u4f60", "", "", "", "\ud83d\ude00"};
    for (int i = 0; i < bytes.length; i++) {
      assertThat(decoder.next(bytes[i] & 0xff)).as("byte %d", i).isEqualTo(expected[i]);
      assertThat(decoder.next(256)).isEmpty();
    }
    assertThat(decoder.end()).isEmpty();
  }

  @Test
  void whatIsNeverCompletedIsReplacedAtTheEnd() {
    var decoder = new StreamingDecoder(BYTES, true);
    assertThat(decoder.next(0xf0)).isEmpty();
    assertThat(decoder.next(0x9f)).isEmpty();
    assertThat(decoder.end()).isEqualTo("\ufffd");
  }

  @Test
  void anyBytesGiveWhatTheyGiveInOnePiece() {
    long seed = Long.getLong("msrnn.seed", new Random().nextLong());
    for (int i = 0; i < 5_000; i++) {
      var random = new Random(seed + i);
      var whole = new ByteArrayOutputStream();
      int[] tokens = new int[random.nextInt(40)];
      for (int t = 0; t < tokens.length; t++) {
        tokens[t] = random.nextInt(5) == 0 ? random.nextInt(128) : 128 + random.nextInt(128);
        whole.write(tokens[t]);
      }
      var decoder = new StreamingDecoder(BYTES, true);
      var text = new StringBuilder();
      for (int token : tokens) {
        text.append(decoder.next(token));
      }
      assertThat(text.append(decoder.end()).toString())
          .as("-Dmsrnn.seed=%d", seed + i)
          .isEqualTo(BYTES.decode(tokens))
          .isEqualTo(whole.toString(StandardCharsets.UTF_8));
    }
  }
}
