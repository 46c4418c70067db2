package org.msrnn.eval.dataset;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.TextFile;

/**
 * PG-19 in its folder layout (Rae et al., arXiv 1911.05507): {@code train}, {@code validation} and
 * {@code test} hold {@code <Gutenberg id>.txt}, and {@code metadata.csv}, without a header, their
 * ids, titles, years and addresses. The metadata may be missing; books are then named by their id.
 *
 * @param folder the folder
 * @param titles titles by id
 */
public record Pg19(Path folder, Map<String, String> titles) {
  private static final List<String> SPLITS = List.of("train", "validation", "test");

  /** Copies the titles. */
  public Pg19 {
    titles = Map.copyOf(titles);
  }

  /**
   * Opens the folder.
   *
   * @throws MsrnnException if it is none, or its metadata is not what it should be
   */
  public static Pg19 open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new MsrnnException(folder + ": this is not a folder of PG-19");
    }
    Path metadata = folder.resolve("metadata.csv");
    Map<String, String> titles = new HashMap<>();
    if (Files.exists(metadata)) {
      try (CsvReader<CsvRecord> csv =
          CsvReader.builder()
              .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
              .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
              .ofCsvRecord(TextFile.read(metadata))) {
        for (CsvRecord line : csv) {
          if (line.getFieldCount() < 2) {
            throw new MsrnnException(
                metadata
                    + ", line "
                    + line.getStartingLineNumber()
                    + ": "
                    + line.getFieldCount()
                    + " fields, expected are id, title, year, address");
          }
          titles.put(line.getField(0).strip(), line.getField(1).strip());
        }
      } catch (IOException e) {
        throw new MsrnnException("cannot read " + metadata + ": " + IoReason.of(e), e);
      } catch (CsvParseException e) {
        throw new MsrnnException(metadata + ": this is not a CSV file: " + e.getMessage(), e);
      }
    }
    return new Pg19(folder, titles);
  }

  /**
   * The texts of a split by name, in the order of their ids.
   *
   * @param split train, validation or test
   * @param books ids; none for all
   * @throws InvalidOptionException if there is no such split or book
   * @throws MsrnnException if a file cannot be read
   */
  public Map<String, String> texts(String split, List<String> books) {
    if (!SPLITS.contains(split)) {
      throw new InvalidOptionException("split", "'" + split + "'", String.join(", ", SPLITS));
    }
    SortedMap<Long, Path> files = files(split);
    Map<String, String> texts = new LinkedHashMap<>();
    files.forEach(
        (id, file) -> {
          if (books.isEmpty() || books.contains(id.toString())) {
            String title = titles.get(id.toString());
            texts.put(title == null ? id.toString() : id + " " + title, TextFile.read(file));
          }
        });
    for (String book : books) {
      if (!book.matches("[0-9]{1,18}") || !files.containsKey(Long.valueOf(book))) {
        throw new InvalidOptionException(
            "books",
            "'" + book + "'",
            "the numbers of books in " + folder.resolve(split) + ": " + some(files));
      }
    }
    return texts;
  }

  private static String some(SortedMap<Long, Path> files) {
    List<String> ids = files.keySet().stream().limit(8).map(String::valueOf).toList();
    return String.join(", ", ids) + (files.size() > ids.size() ? ", ..." : "");
  }

  private SortedMap<Long, Path> files(String split) {
    Path texts = folder.resolve(split);
    SortedMap<Long, Path> files = new TreeMap<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(texts, "*.txt")) {
      for (Path file : found) {
        String id = file.getFileName().toString().replace(".txt", "");
        if (id.matches("[0-9]{1,18}")) {
          files.put(Long.valueOf(id), file);
        }
      }
    } catch (IOException e) {
      throw new MsrnnException("cannot read the folder " + texts + ": " + IoReason.of(e), e);
    }
    if (files.isEmpty()) {
      throw new MsrnnException(texts + ": no book is here; books are <Gutenberg id>.txt");
    }
    return files;
  }
}
