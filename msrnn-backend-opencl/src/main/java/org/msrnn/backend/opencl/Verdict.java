package org.msrnn.backend.opencl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What probes found.
 *
 * @param lack why no device can be listed, empty if they were
 * @param broken whether that is a crash or a hang
 * @param devices the devices, by index
 * @param checks what came of those that were tried, by index
 */
record Verdict(String lack, boolean broken, List<Seen> devices, Map<Integer, Check> checks) {
  private static final String TAB = "\t";

  /** Copies the lists. */
  Verdict {
    devices = List.copyOf(devices);
    checks = Map.copyOf(checks);
  }

  /**
   * A device as a child saw it.
   *
   * @param memory bytes
   * @param doubles whether it computes with 64-bit floats
   */
  record Seen(
      int index,
      boolean gpu,
      long memory,
      boolean doubles,
      String name,
      String platform,
      String driver) {
    /** As one line. */
    String line() {
      return String.join(
          TAB,
          Integer.toString(index),
          Boolean.toString(gpu),
          Long.toString(memory),
          Boolean.toString(doubles),
          plain(name),
          plain(platform),
          plain(driver));
    }

    /**
     * What {@link #line} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static Seen of(String line) {
      String[] f = fields(line, 7);
      return new Seen(
          Integer.parseInt(f[0]),
          Boolean.parseBoolean(f[1]),
          Long.parseLong(f[2]),
          Boolean.parseBoolean(f[3]),
          f[4],
          f[5],
          f[6]);
    }

    /** Whether it is a device that is there now, with the driver that it had. */
    boolean is(DeviceInfo live) {
      return live.index() == index
          && live.name().equals(name)
          && live.platform().equals(platform)
          && live.driver().equals(driver);
    }

    /** How users know it. */
    String label() {
      return index + ": " + name + " (" + platform + ")";
    }
  }

  /**
   * A device that was tried.
   *
   * @param lack why it cannot be used, empty if it can
   * @param device bytes a second that its kernels read, 0 if not measured
   * @param host bytes a second that Java reads with all processors
   * @param contract whether its kernels were compared with the plain backend
   */
  record Check(String lack, double device, double host, boolean contract) {
    /** As one line. */
    String line() {
      return String.join(
          TAB,
          plain(lack),
          Double.toString(device),
          Double.toString(host),
          Boolean.toString(contract));
    }

    /**
     * What {@link #line} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static Check of(String line) {
      String[] f = fields(line, 4);
      return new Check(
          f[0], Double.parseDouble(f[1]), Double.parseDouble(f[2]), Boolean.parseBoolean(f[3]));
    }
  }

  /** The same with a device tried. */
  Verdict with(int index, Check check) {
    Map<Integer, Check> all = new TreeMap<>(checks);
    all.put(index, check);
    return new Verdict(lack, broken, devices, all);
  }

  /** As lines, the last of which says that it is the last. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("list" + TAB + broken + TAB + plain(lack));
    devices.forEach(device -> lines.add("device" + TAB + device.line()));
    new TreeMap<>(checks)
        .forEach((index, check) -> lines.add("check" + TAB + index + TAB + check.line()));
    lines.add("end");
    return lines;
  }

  /**
   * What {@link #lines} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Verdict of(List<String> lines) {
    if (lines.size() < 2 || !lines.getLast().equals("end")) {
      throw new IllegalArgumentException("a verdict without an end");
    }
    String[] list = fields(lines.getFirst(), 3);
    Verdict verdict = new Verdict(list[2], Boolean.parseBoolean(list[1]), List.of(), Map.of());
    List<Seen> devices = new ArrayList<>();
    for (String line : lines.subList(1, lines.size() - 1)) {
      String[] kind = line.split(TAB, 2);
      String[] rest = fields(line, kind[0].equals("check") ? 6 : 8);
      if (kind[0].equals("check")) {
        verdict = verdict.with(Integer.parseInt(rest[1]), Check.of(kind[1].split(TAB, 2)[1]));
      } else {
        devices.add(Seen.of(kind[1]));
      }
    }
    return new Verdict(verdict.lack, verdict.broken, devices, verdict.checks);
  }

  private static String[] fields(String line, int count) {
    String[] fields = line.split(TAB, -1);
    if (fields.length != count) {
      throw new IllegalArgumentException(fields.length + " fields in place of " + count);
    }
    return fields;
  }

  /** A text as one line without tabs. */
  static String plain(String text) {
    return text.strip().replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "");
  }
}
