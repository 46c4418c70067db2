package org.msrnn.eval.retention;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import opennlp.tools.postag.POSModel;
import opennlp.tools.postag.POSTagFormat;
import opennlp.tools.postag.POSTaggerME;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.TextFile;

/**
 * OpenNLP's maximum entropy tagger with the English model of its version 1.5, which was trained on
 * Penn tags; its {@code -LRB-} and {@code -RRB-} are written {@code (} and {@code )}, as the
 * paper's tables do. Not thread-safe.
 */
final class OpenNlpTagger implements PosTagger {
  private static final String MODEL = "/org/msrnn/eval/retention/en-pos-maxent.bin";

  private static final Map<String, String> WRITTEN = Map.of("-LRB-", "(", "-RRB-", ")");

  private final POSTaggerME tagger;

  OpenNlpTagger() {
    try {
      byte[] model = TextFile.resource(OpenNlpTagger.class, MODEL);
      this.tagger =
          new POSTaggerME(new POSModel(new ByteArrayInputStream(model)), POSTagFormat.PENN);
    } catch (IOException e) {
      throw new MsrnnException("the part-of-speech model of this program is damaged: " + e, e);
    }
  }

  @Override
  public List<String> tag(List<String> sentence) {
    List<String> tags = new ArrayList<>();
    for (String tag : tagger.tag(sentence.toArray(String[]::new))) {
      tags.add(WRITTEN.getOrDefault(tag, tag));
    }
    return tags;
  }
}
