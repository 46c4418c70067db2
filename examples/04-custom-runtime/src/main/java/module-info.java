/** A program of one's own on msrnn's core: policies and backends come from what the image holds. */
module org.msrnn.examples.runtime {
  requires org.msrnn.core;
}
