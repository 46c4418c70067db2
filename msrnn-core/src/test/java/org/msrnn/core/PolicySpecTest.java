package org.msrnn.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;

class PolicySpecTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tova | tova",
        "window+4 | window+4",
        "window:sinks=4 | window+4",
        "' tova ' | tova",
        "tova+2:granularity=kv-head | tova:granularity=kv-head,sinks=2",
        "h2o:recent=8,granularity=layer | h2o:granularity=layer,recent=8",
        "tova:keep-newest | tova:keep-newest",
        "cpu:threads=2 | cpu:threads=2",
        "tova+pool:5 | tova+pool:5",
        "tova+pool:pool=5 | tova+pool:5",
        "pool:5,kind=max(tova+4) | tova+4+pool:5,kind=max",
        "ada(snapkv:window=8+pool:3)+sinks:4 | snapkv:window=8+pool:3+ada+sinks:4",
        "ada(pool:3(tova)) | tova+pool:3+ada",
        "random+per-layer:1/2/4 | random+per-layer:1/2/4",
        "duo:heads.tsv,sinks=4 | duo:heads.tsv,sinks=4",
      })
  void specificationsHaveOneShortestForm(String written, String shortest) {
    PolicySpec spec = PolicySpec.parse(written);
    assertThat(spec).hasToString(shortest);
    assertThat(PolicySpec.parse(shortest)).isEqualTo(spec);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Tova",
        "tova:",
        "tova:,",
        "tova+",
        "4",
        "a/b",
        "tova:=1",
        "tova+pool:",
        "tova)",
        "(tova)",
        "ada(tova",
        "ada(tova)x",
        "ada()",
        "tova:a=1,5"
      })
  void otherShapesAreRefusedWithTheText(String text) {
    assertThatThrownBy(() -> PolicySpec.parse(text))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void anOptionStandsOnce() {
    assertThatThrownBy(() -> PolicySpec.parse("window+4:sinks=3"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("sinks twice");
  }
}
