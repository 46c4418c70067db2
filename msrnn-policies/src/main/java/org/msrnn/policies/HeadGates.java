package org.msrnn.policies;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.msrnn.api.PolicyException;
import org.msrnn.api.policy.Options;

/**
 * Which KV heads of a model retrieve.
 *
 * @param retrieval head h of layer l is bit {@code l * kvHeads + h}; not to be changed
 */
record HeadGates(int layers, int kvHeads, BitSet retrieval) {
  private static final int MOST_BYTES = 1 << 22;
  private static final String ALLOWED = "a file with a line a layer and a number a KV head";

  /** Reads a file, the value of the option {@code duo}: gates of the threshold or more retrieve. */
  static HeadGates read(String file, double threshold, Options options) {
    List<String> lines = lines(file, options);
    BitSet retrieval = new BitSet();
    int columns = lines.getFirst().strip().split("\\s+").length;
    for (int l = 0; l < lines.size(); l++) {
      String[] gates = lines.get(l).strip().split("\\s+");
      if (gates.length != columns) {
        String found = gates.length + " numbers in line " + (l + 1) + " of " + file;
        throw options.refusal("duo", found, "as many as in the first line, " + columns);
      }
      for (int h = 0; h < columns; h++) {
        retrieval.set(l * columns + h, gate(gates[h], l, file, options) >= threshold);
      }
    }
    return new HeadGates(lines.size(), columns, retrieval);
  }

  private static List<String> lines(String file, Options options) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    } catch (IOException | InvalidPathException e) {
      throw options.refusal("duo", "'" + file + "', which cannot be read", ALLOWED);
    }
    if (bytes.length > MOST_BYTES) {
      throw options.refusal("duo", "'" + file + "', over " + MOST_BYTES + " bytes", ALLOWED);
    }
    List<String> lines =
        new String(bytes, StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank()).toList();
    if (lines.isEmpty()) {
      throw options.refusal("duo", "'" + file + "', which is empty", ALLOWED);
    }
    return lines;
  }

  private static double gate(String text, int line, String file, Options options) {
    try {
      double gate = Double.parseDouble(text);
      if (Double.isFinite(gate)) {
        return gate;
      }
    } catch (NumberFormatException e) {
      // refused below, with the same sentence as a number that is not finite
    }
    String found = "'" + text + "' in line " + (line + 1) + " of " + file;
    throw options.refusal("duo", found, "a finite number");
  }

  boolean retrieves(int layer, int kvHead) {
    if (layer >= layers || kvHead >= kvHeads) {
      throw new PolicyException(
          "the gates of duo are for "
              + layers
              + " layers of "
              + kvHeads
              + " KV heads, but there is head "
              + kvHead
              + " of layer "
              + layer);
    }
    return retrieval.get(layer * kvHeads + kvHead);
  }
}
