/** Tasks, metrics, sweeps and reports; the {@code msrnn} command. */
module org.msrnn.eval {
  requires com.google.common;
  requires com.google.guice;
  requires de.siegmar.fastcsv;
  requires dev.hardwood.core;
  requires info.picocli;
  requires jakarta.inject;
  requires java.net.http;
  requires java.logging;
  requires org.apache.opennlp.tools;
  requires org.msrnn.core;
  requires tools.jackson.databind;

  // Required so that the image contains them; no code here names them.
  requires org.msrnn.backend.cpu;
  requires org.msrnn.backend.opencl;
  requires org.msrnn.policies;
  requires org.xerial.snappy; // Parquet's compression
  // What OpenNLP logs with, and the provider that says nothing of it.
  requires org.slf4j;
  requires org.slf4j.nop;
  requires static org.jspecify;

  exports org.msrnn.eval.metric;

  opens org.msrnn.eval.bench to
      tools.jackson.databind;
  opens org.msrnn.eval.command to
      com.google.guice,
      info.picocli,
      tools.jackson.databind;
  opens org.msrnn.eval.judge to
      tools.jackson.databind;
  opens org.msrnn.eval.dataset to
      tools.jackson.databind;
  opens org.msrnn.eval.retention to
      tools.jackson.databind;
  opens org.msrnn.eval.sweep to
      tools.jackson.databind;
  opens org.msrnn.eval.task to
      tools.jackson.databind;
  opens org.msrnn.eval.report to
      tools.jackson.databind;
  opens org.msrnn.eval.report.page to
      tools.jackson.databind;
}
