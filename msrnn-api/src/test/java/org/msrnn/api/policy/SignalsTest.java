package org.msrnn.api.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SignalsTest {
  @Test
  void theyReadAsASentence() {
    assertThat(Signals.NONE).hasToString("nothing");
    assertThat(Signals.mean()).hasToString("mean row, newest query");
    assertThat(Signals.mean().withLastQueries(Signals.ALL_QUERIES))
        .hasToString("mean row, all queries");
    assertThat(Signals.perKvHead(Signals.Reduce.MAX).withLastQueries(32).withKeys().withValues())
        .hasToString("max row a KV head, last 32 queries, keys, values");
    assertThat(Signals.perQueryHead().withLogits())
        .hasToString("row a query head (logits), newest query");
    assertThat(Signals.NONE.withKeys()).hasToString("keys");
    assertThat(Signals.NONE.withValues()).hasToString("values");
  }

  @Test
  void eachWithAddsOneThingAlone() {
    Signals keys = Signals.perQueryHead().withLogits().withLastQueries(7).withKeys();

    assertThat(keys.rows()).isEqualTo(Signals.Rows.QUERY_HEADS);
    assertThat(keys.logits()).isTrue();
    assertThat(keys.lastQueries()).isEqualTo(7);
    assertThat(keys.keys()).isTrue();
    assertThat(keys.values()).isFalse();
    assertThat(Signals.perQueryHead().keys()).isFalse();
    assertThat(Signals.NONE.lastQueries()).isZero();
  }

  @Test
  void logitsAreForQueryHeadsAlone() {
    assertThatThrownBy(() -> Signals.mean().withLogits()).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Signals.perKvHead(Signals.Reduce.SUM).withLogits())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(Signals.NONE::withLogits).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void rowsOfNothingOrOfNoQueryAreRefused() {
    assertThatThrownBy(() -> Signals.NONE.withLastQueries(1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Signals.mean().withLastQueries(0))
        .isInstanceOf(IllegalStateException.class);
  }
}
