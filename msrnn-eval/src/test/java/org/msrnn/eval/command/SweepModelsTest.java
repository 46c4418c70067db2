package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.io.Json;
import tools.jackson.databind.JsonNode;

class SweepModelsTest {
  @TempDir Path folder;

  private static Cli sweep(Path out, String models, String... more) throws Exception {
    List<String> args =
        TinySweep.args(out, "--models", models, "--policies", "full,tova", "--states", "1/256");
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }

  /** The bundled model, and itself in a file of another digest. */
  private Path model(String name, boolean changed) throws Exception {
    Path file = folder.resolve(name);
    try (BundledModel bundled = BundledModel.extract()) {
      byte[] bytes = Files.readAllBytes(bundled.file());
      if (changed) {
        bytes[bytes.length - 1] ^= 1; // the last weight, a little
      }
      Files.write(file, bytes);
    }
    return file;
  }

  @Test
  void modelsRunOneAfterTheOtherIntoOneReport() throws Exception {
    Path one = model("one.gguf", false);
    Path two = model("two.gguf", true);
    Path out = folder.resolve("out");
    Cli cli = sweep(out, one + "," + two);

    assertThat(cli.code()).as(cli.err()).isZero();
    assertThat(cli.err()).contains("16 of 16 cells computed");
    List<String> digests =
        TinySweep.records(out).stream()
            .map(r -> Json.read(r, JsonNode.class).at("/cell/settings/modelDigest").asString())
            .toList();
    assertThat(digests.subList(0, 8)).containsOnly(digests.getFirst());
    assertThat(digests.subList(8, 16))
        .containsOnly(digests.getLast())
        .doesNotContain(digests.getFirst());
    assertThat(cli.out())
        .as("names are equal: digests tell them apart")
        .contains("tova, model digest (SHA-256) " + digests.getFirst().substring(0, 8))
        .contains("tova, model digest (SHA-256) " + digests.getLast().substring(0, 8));
    assertThat(sweep(out, two + "," + one).err()).contains("0 of 16 cells computed");
    JsonNode config = Json.read(Files.readString(out.resolve("config.json")), JsonNode.class);
    assertThat(config.at("/options/models/0").asString()).isEqualTo(two.toString());
    assertThat(config.at("/options/states/0").asString()).isEqualTo("1/256");
    assertThat(config.at("/options/seed").asInt()).isZero();
  }

  @Test
  void aSecondModelThatIsNoneIsRefusedBeforeTheFirstRuns() throws Exception {
    Path none = Files.writeString(folder.resolve("none.gguf"), "not a model at all");
    Path out = folder.resolve("refused");
    Cli cli = sweep(out, model("good.gguf", false) + "," + none);

    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.err()).contains("none.gguf");
    assertThat(out).doesNotExist();
    assertThat(sweep(out, none.toString(), "-m", none.toString()).err())
        .contains("choose one of them");
  }
}
