package org.msrnn.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;

class SecretTest {
  private static final String KEY = "sk-canary-0123456789";

  @TempDir Path folder;

  private static Secret variable(String value) {
    return Secret.ofVariable("--key-env", "KEY", Map.of("KEY", value)::get);
  }

  @Test
  void keyIsStrippedAndPrintsAsStars() {
    Secret secret = variable(" \t" + KEY + "\r\n");

    assertThat(secret.authorization()).isEqualTo("Bearer " + KEY);
    assertThat(secret).hasToString("***");
    assertThat(String.valueOf(List.of(secret))).isEqualTo("[***]");
    assertThat(secret.withoutKey("a " + KEY + KEY + " b")).isEqualTo("a ****** b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sk-canary\n0123456789",
        "sk-canary\r\nX-Other: 0123456789",
        "sk-canary 0123456789",
        "sk-canary\u00000123456789",
        "sk-canary-é0123456789",
        "sk-cana",
        "",
        " \n",
      })
  void whatIsNoKeyIsRefusedWithoutSayingIt(String value) {
    assertThatThrownBy(() -> variable(value))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageStartingWith("the key that --key-env names ")
        .hasMessageEndingWith("8 to 512 printable ASCII characters without a space")
        .hasMessageNotContainingAny("canary", "sk-", "0123456789", "\n", "\r")
        .hasNoCause();
  }

  @Test
  void lengthsAreBounded() {
    assertThat(variable("x".repeat(8))).isNotNull();
    assertThat(variable("x".repeat(512))).isNotNull();
    assertThatThrownBy(() -> variable("x".repeat(7))).hasMessageContaining("is too short");
    assertThatThrownBy(() -> variable("x".repeat(513))).hasMessageContaining("is too long");
    assertThatThrownBy(() -> variable("")).hasMessageContaining("is empty");
  }

  /** People paste the key where its name belongs. */
  @Test
  void aKeyInPlaceOfItsNameIsNotRepeated() {
    assertThatThrownBy(() -> Secret.ofVariable("--key-env", KEY, name -> null))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("--key-env takes the name of an environment variable")
        .hasMessageNotContaining(KEY)
        .hasNoCause();
    assertThatThrownBy(() -> Secret.ofFile("--key-file", folder.resolve(KEY)))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage(
            "the file that --key-file names cannot be read: there is no such file or folder")
        .hasNoCause();
    assertThatThrownBy(() -> Secret.ofFile("--key-file", folder))
        .hasMessage("the file that --key-file names cannot be read: it is a folder");
  }

  @Test
  void filesAreReadToALimit() throws Exception {
    Path file = folder.resolve("key");
    Files.writeString(file, KEY + "\n");
    assertThat(Secret.ofFile("--key-file", file).authorization()).isEqualTo("Bearer " + KEY);
    Files.writeString(file, KEY + "\n".repeat(5000));
    assertThatThrownBy(() -> Secret.ofFile("--key-file", file))
        .hasMessageContaining("more than 4096 bytes")
        .hasMessageNotContaining(KEY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "judge.invalid/v1",
        "ftp://judge.invalid/v1",
        "http://user:sk-canary@judge.invalid/v1",
        "https://judge.invalid/v1?key=sk-canary",
        "https://judge.invalid/v1#sk-canary",
        "https:///v1/sk-canary",
        "https://judge.invalid:99999/sk-canary",
        "https://judge invalid/sk-canary",
        "https://judge.invalid/\nsk-canary",
        "file:///etc/sk-canary",
        "",
      })
  void addressesAreHostPortAndPathAlone(String url) {
    assertThatThrownBy(() -> Endpoint.parse("--url", url))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageStartingWith("--url ")
        .hasMessageNotContaining("canary")
        .hasNoCause();
  }

  @Test
  void addressesAreTakenWithAndWithoutTheirEnd() {
    for (String end : List.of("", "/", "//", "/chat/completions", "/chat/completions/")) {
      Endpoint endpoint = Endpoint.parse("--url", "http://localhost:8080/v1" + end);
      assertThat(endpoint.chatCompletions())
          .hasToString("http://localhost:8080/v1/chat/completions");
      assertThat(endpoint.host()).isEqualTo("localhost:8080");
      assertThat(endpoint.readableOnTheWay()).isFalse();
    }
    assertThat(Endpoint.parse("--url", "http://judge.invalid/v1").readableOnTheWay()).isTrue();
    assertThat(Endpoint.parse("--url", "https://judge.invalid").readableOnTheWay()).isFalse();
  }
}
